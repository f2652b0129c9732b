"""Fingerprints of a frame that do not depend on the order of its rows, and say where two frames differ."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmresearch.errors import SampleError
from cmresearch.files.hashes import sha256_of_text
from cmresearch.files.writing import csv_text
from cmresearch.sampling.bucket_hashes import BUCKET_NAMES, UNIT_SEPARATOR, Bucket, bucket_hashes
from cmresearch.sampling.frame import Frame

EMPTY = sha256_of_text("")


@dataclass(frozen=True)
class Fingerprint:
    """A frame's two fingerprints, and the 4,096 bucket hashes they are made of.

    Attributes:
        membership: The fingerprint of ids and strata.
        content: The fingerprint of all the columns named.
        buckets: For each bucket (the first three hexadecimal digits of the SHA-256 of the id) the number of
            complaints and both hashes; buckets without complaints are left out.
    """

    membership: str
    content: str
    buckets: Mapping[str, Bucket]

    def to_csv(self) -> str:
        """One row for each of the 4,096 buckets: bucket, complaints, membership, content."""
        rows = [(name, *self.buckets.get(name, (0, EMPTY, EMPTY))) for name in BUCKET_NAMES]
        return csv_text(["bucket", "complaints", "membership", "content"], rows)


def fingerprint(frame: Frame, content_columns: Sequence[str]) -> Fingerprint:
    r"""The fingerprints of a frame: what its members are, and what is said of them.

    A complaint is a line: its fields (id and strata; for the content also the other columns) joined by U+001F and
    ended by a line feed. Lines go into 4,096 buckets by the
    SHA-256 of the id; a bucket's hash is the SHA-256 of its lines sorted by bytes; the fingerprint is the SHA-256 of
    the 4,096 hashes in order. So the order of rows plays no part, and a difference is found in its bucket.

    Args:
        frame: The frame.
        content_columns: The columns that the content fingerprint covers, beside id and strata.

    Returns:
        Both fingerprints and their buckets.

    Raises:
        SampleError: A field holds U+001F, which separates the fields.
        FrameError: Two complaints have one id.

    Example:
        >>> import tempfile
        >>> from cmresearch.sampling.frame import read_frame
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_text("id,channel\n1,app\n2,mail\n3,app\n", encoding="utf-8")
        >>> made = fingerprint(read_frame(export, id="id", strata="channel"), ["channel"])
        >>> sorted(made.buckets) == sorted(sha256_of_text(id)[:3] for id in "123")
        True
    """
    members = {frame.id, *frame.strata}
    buckets = bucket_hashes(frame, [name for name in content_columns if name not in members])
    return Fingerprint(*folded(buckets), buckets)


def folded(buckets: Mapping[str, Bucket]) -> tuple[str, str]:
    """The membership and the content fingerprint that some buckets make: the SHA-256 of their hashes in order."""
    rows = [buckets.get(name, (0, EMPTY, EMPTY)) for name in BUCKET_NAMES]
    return sha256_of_text("".join(row[1] for row in rows)), sha256_of_text("".join(row[2] for row in rows))


def record_fingerprint(cells: Sequence[str]) -> str:
    r"""The fingerprint of one complaint: the SHA-256 of its line.

    Example:
        >>> record_fingerprint(["7", "app"]) == sha256_of_text("7\x1fapp\n")
        True
    """
    return sha256_of_text(UNIT_SEPARATOR.join(cells) + "\n")


def read_buckets(path: Path) -> dict[str, Bucket]:
    """The bucket file of a certificate: for each bucket the number of complaints and both hashes.

    Raises:
        SampleError: There is no such file, or it is no bucket file.
    """
    rows = read_rows(path)
    try:
        return {row["bucket"]: (int(row["complaints"]), row["membership"], row["content"]) for row in rows}
    except (KeyError, ValueError) as error:
        raise SampleError(f"{path} is not a bucket file: {error}") from error


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of ours, every cell as text.

    Raises:
        SampleError: There is no such file, or a row has more or fewer cells than the header.
    """
    if not path.is_file():
        raise SampleError(f"there is no file {path}")
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a complaint's text may be long
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header, *rows = csv.reader(lines, strict=True)
    except (ValueError, csv.Error) as error:
        raise SampleError(f"{path} is not a CSV file: {error}") from error
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise SampleError(f"{path}, row {number}: {len(row)} cells; the header has {len(header)}")
    return [dict(zip(header, row, strict=True)) for row in rows]

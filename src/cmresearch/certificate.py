"""What a sample says of itself: the frame, the rule, the seed, and fingerprints of all of them."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cmresearch.errors import SampleError, raise_all
from cmresearch.frame import Frame
from cmresearch.provenance import sha256_of
from cmresearch.sampling import Sample
from cmresearch.writing import csv_text, json_text, whole_folder, write_text

RULE = "sha256(seed|id); in each stratum the sample_size complaints with the smallest tickets"
REMAINDERS = "largest fractions, ties by label in UTF-8 byte order"
UNIT_SEPARATOR = "\x1f"
NOT_PUBLISHED = (
    "no place is named where this hash was public before the seed was known, so it proves no order of events"
)
CERTIFICATE, SAMPLE, BUCKETS, RUN = "certificate.json", "sample.csv", "frame-buckets.csv", "run.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SeedPart(_Part):
    """The seed, and where it comes from."""

    text: str
    source: str


class SourcePart(_Part):
    """The file that the frame was read from."""

    file: str
    sha256: str
    rows: int


class FramePart(_Part):
    """The frame: how it was made from the file, and its two fingerprints."""

    id: str
    strata: list[str]
    filter: str | None
    rows: int
    content_columns: list[str]
    columns_without_exact_text: list[str]
    membership: str
    content: str


class StratumPart(_Part):
    """One stratum: its size, the number drawn and the last ticket drawn."""

    stratum: str
    values: list[str]
    frame_size: int
    sample_size: int
    cut_off: str | None


class AllocationPart(_Part):
    """How the total was divided among the strata."""

    size: int
    method: str
    minimum: int
    remainders: str


class CommitmentPart(_Part):
    """The hash of frame and allocation, to be made public before the seed exists."""

    sha256: str
    published: str | None
    note: str


class RecordPart(_Part):
    """The fingerprint of one drawn complaint."""

    id: str
    fingerprint: str


class Certificate(_Part):
    """Everything that is needed to draw a sample again and to see what has changed since.

    The same frame, allocation and seed give the same certificate, byte by byte; the time and the machine are kept
    apart, in `run.json`.
    """

    certificate: Literal["cmresearch-sample"] = "cmresearch-sample"
    version: Literal[1] = 1
    rule: str = RULE
    seed: SeedPart
    commitment: CommitmentPart
    source: SourcePart
    study_sha256: str | None
    frame: FramePart
    allocation: AllocationPart
    strata: list[StratumPart]
    record_columns: list[str]
    records: list[RecordPart]

    def to_json(self) -> str:
        """The certificate as JSON text, the same bytes for the same sample."""
        return json_text(self.model_dump())

    def commitment_now(self) -> str:
        """The commitment as it follows from the frame and the allocation that this certificate names."""
        sizes = [[part.stratum, part.frame_size, part.sample_size] for part in self.strata]
        return _sha256(json_text([self.frame.model_dump(), self.allocation.model_dump(), sizes]))


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
    buckets: Mapping[str, tuple[int, str, str]]

    def to_csv(self) -> str:
        """One row for each of the 4,096 buckets: bucket, complaints, membership, content."""
        rows = [(name, *self.buckets.get(name, (0, EMPTY, EMPTY))) for name in BUCKET_NAMES]
        return csv_text(["bucket", "complaints", "membership", "content"], rows)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


EMPTY = _sha256("")
BUCKET_NAMES = tuple(f"{number:03x}" for number in range(4096))


def fingerprint(frame: Frame, content_columns: Sequence[str]) -> Fingerprint:
    """The fingerprints of a frame: what its members are, and what is said of them.

    A complaint is a line: its fields joined by U+001F and ended by a line feed. Lines go into 4,096 buckets by the
    SHA-256 of the id; a bucket's hash is the SHA-256 of its lines sorted by bytes; the fingerprint is the SHA-256 of
    the 4,096 hashes in order. So the order of rows plays no part, and a difference is found in its bucket.

    Args:
        frame: The frame.
        content_columns: The columns that the content fingerprint covers, beside id and strata.

    Returns:
        Both fingerprints and their buckets.

    Raises:
        SampleError: A field holds U+001F, which separates the fields.
    """
    complaints = frame.complaints
    membership = [complaints.text(name) for name in (frame.id, *frame.strata)]
    content = [complaints.text(name) for name in content_columns]
    _refuse_separators(frame, [*membership, *content])
    rows = complaints.query(
        f"SELECT bucket, count(*), sha256(string_agg(m, '' ORDER BY m)), sha256(string_agg(c, '' ORDER BY c)) "
        f"FROM (SELECT substr(sha256({complaints.text(frame.id)}), 1, 3) AS bucket, {_line(membership)} AS m, "
        f"{_line([*membership, *content])} AS c FROM complaints WHERE {frame.condition}) GROUP BY bucket"
    )
    buckets = {str(name): (int(str(count)), str(m), str(c)) for name, count, m, c in rows}
    return Fingerprint(*folded(buckets), buckets)


def folded(buckets: Mapping[str, tuple[int, str, str]]) -> tuple[str, str]:
    """The membership and the content fingerprint that some buckets make: the SHA-256 of their hashes in order."""
    rows = [buckets.get(name, (0, EMPTY, EMPTY)) for name in BUCKET_NAMES]
    return _sha256("".join(row[1] for row in rows)), _sha256("".join(row[2] for row in rows))


def _line(fields: list[str]) -> str:
    return " || chr(31) || ".join(fields) + " || chr(10)"


def _refuse_separators(frame: Frame, fields: list[str]) -> None:
    found = " OR ".join(f"contains({field}, chr(31))" for field in dict.fromkeys(fields))
    ((count,),) = frame.complaints.query(
        f"SELECT count(*) FROM complaints WHERE {frame.condition} AND ({found})"
    )
    if count:
        raise SampleError(
            f"{count} complaints hold the control character U+001F, which separates fields in fingerprints"
        )


def record_fingerprint(cells: Sequence[str]) -> str:
    """The fingerprint of one complaint: the SHA-256 of its line."""
    return _sha256(UNIT_SEPARATOR.join(cells) + "\n")


def certify(
    sample: Sample,
    frame: Frame,
    *,
    seed_source: str = "chosen by whoever drew the sample",
    published: str | None = None,
    content_columns: Sequence[str] | None = None,
    study_sha256: str | None = None,
) -> tuple[Certificate, Fingerprint]:
    """The certificate of a sample, and the frame's fingerprint with its buckets.

    Args:
        sample: The sample.
        frame: The frame it was drawn from.
        seed_source: Where the seed comes from, in words.
        published: Where the commitment was public before the seed was known; None says in the certificate that it
            proves no order of events.
        content_columns: The columns that the content fingerprint covers; by default all of the export.
        study_sha256: The hash of the study's settings, which are its plan of analysis.

    Returns:
        The certificate and the fingerprint.
    """
    wanted = list(frame.complaints.columns) if content_columns is None else list(content_columns)
    exact = [name for name in wanted if frame.complaints.is_exact(name)]
    made = fingerprint(frame, exact)
    # A drawn record is protected whole, its words included: every column that has an exact text.
    record_columns = [name for name in frame.complaints.columns if frame.complaints.is_exact(name)]
    certificate = Certificate(
        seed=SeedPart(text=sample.seed, source=seed_source),
        commitment=CommitmentPart(sha256="", published=published, note="" if published else NOT_PUBLISHED),
        source=SourcePart(
            file=frame.complaints.path.name, sha256=sha256_of(frame.complaints.path), rows=frame.full_size
        ),
        study_sha256=study_sha256,
        frame=FramePart(
            id=frame.id,
            strata=list(frame.strata),
            filter=frame.where,
            rows=frame.size,
            content_columns=exact,
            columns_without_exact_text=[name for name in wanted if name not in exact],
            membership=made.membership,
            content=made.content,
        ),
        allocation=AllocationPart(
            size=sample.allocation.size,
            method=sample.allocation.method,
            minimum=sample.allocation.minimum,
            remainders=REMAINDERS,
        ),
        strata=_strata(sample, frame),
        record_columns=record_columns,
        records=_records(sample, record_columns),
    )
    commitment = certificate.commitment.model_copy(update={"sha256": certificate.commitment_now()})
    return certificate.model_copy(update={"commitment": commitment}), made


def _strata(sample: Sample, frame: Frame) -> list[StratumPart]:
    return [
        StratumPart(
            stratum=label,
            values=list(frame.values[label]),
            frame_size=total,
            sample_size=sample.allocation.sample_sizes[label],
            cut_off=sample.cut_offs.get(label),
        )
        for label, total in sample.allocation.frame_sizes.items()
    ]


def _records(sample: Sample, columns: list[str]) -> list[RecordPart]:
    lines = sample.rows[columns].itertuples(index=False, name=None)
    return [
        RecordPart(id=id, fingerprint=record_fingerprint(line))
        for id, line in zip(sample.ids, lines, strict=True)
    ]


def write_sample(folder: Path, sample: Sample, certificate: Certificate, made: Fingerprint) -> None:
    """Write a sample with its certificate, the frame's buckets and a note of the run, all or nothing.

    Args:
        folder: Where to; made if it is not there.
        sample: The sample.
        certificate: Its certificate.
        made: The frame's fingerprint.
    """
    with whole_folder(folder) as beside:
        write_text(beside / SAMPLE, sample.to_csv())
        write_text(beside / CERTIFICATE, certificate.to_json())
        write_text(beside / BUCKETS, made.to_csv())
        write_text(beside / RUN, json_text(describe_run()))


def describe_run() -> dict[str, str]:
    """When, where and with which versions something was made: kept apart from all that must stay the same."""
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in ("cmresearch", "duckdb", "pandas")},
    }


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file.

    Raises:
        SampleError: No such file, no JSON, or not the form of a certificate; all faults with their places.
    """
    if not path.is_file():
        raise SampleError(f"there is no certificate {path}")
    try:
        return Certificate.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [f"{path}, {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise_all(SampleError, faults)
        raise
    except ValueError as error:
        raise SampleError(f"{path} is not a certificate: {error}") from error


def read_buckets(path: Path) -> dict[str, tuple[int, str, str]]:
    """The bucket file of a certificate: for each bucket the number of complaints and both hashes."""
    rows = read_rows(path)
    try:
        return {row["bucket"]: (int(row["complaints"]), row["membership"], row["content"]) for row in rows}
    except (KeyError, ValueError) as error:
        raise SampleError(f"{path} is not a bucket file: {error}") from error


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of ours, every cell as text."""
    if not path.is_file():
        raise SampleError(f"there is no file {path}")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

"""The hashes of a frame's 4,096 buckets: in one sorted pass through DuckDB, or by Spark where the frame is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmresearch.errors import SampleError
from cmresearch.files.sql import as_text, literals
from cmresearch.intake.batches import Texts
from cmresearch.intake.spark import SparkComplaints
from cmresearch.sampling.frame import IDS_AT_ONCE, Frame, check_ids

BUCKET_NAMES = tuple(f"{number:03x}" for number in range(4096))
UNIT_SEPARATOR = "\x1f"
# Where lines are gathered by SQL alone, so many characters are sorted at once, in several ranges of buckets if need be.
AT_ONCE = 350_000_000
Bucket = tuple[int, str, str]
# In a regular expression: a field of a line, and what separates fields.
FIELD, SEPARATOR = "[^\\x1f]*", "\\x1f"


def bucket_of(id_text: str) -> str:
    """The SQL expression of a complaint's bucket, from the one of its id."""
    return f"substr(sha256({id_text}), 1, 3)"


def bucket_hashes(frame: Frame, content_columns: list[str]) -> dict[str, Bucket]:
    """For each bucket that is not empty the number of complaints and the hashes of its lines.

    Args:
        frame: The frame.
        content_columns: The columns of the content, beside id and strata.

    Raises:
        SampleError: A field holds the separator of fields.
        FrameError: Two complaints have one id.
    """
    how = _by_sql if isinstance(frame.complaints, SparkComplaints) else _in_one_pass
    return how(frame, content_columns)


@dataclass
class _Lines:
    """The lines of a bucket so far: their number and hashes."""

    count: int = 0
    membership: Any = field(default_factory=hashlib.sha256)
    content: Any = field(default_factory=hashlib.sha256)

    def add(self, first: int, after: int, members: Texts, contents: Texts) -> None:
        self.count += after - first
        self.membership.update(members.between(first, after))
        self.content.update(contents.between(first, after))


def _in_one_pass(frame: Frame, content_columns: list[str]) -> dict[str, Bucket]:
    """The engine sorts, beyond its memory on disk; here the sorted lines are only hashed and counted."""
    buckets: dict[str, _Lines] = {}
    check, surplus = _RepeatedIds(), 0
    for numbers, ids, members, contents in frame.complaints.batches(_sorted_lines(frame, content_columns)):
        check.see(ids)
        surplus += _separators(contents) - len(numbers) * (len(frame.strata) + len(content_columns))
        edges = np.flatnonzero(np.diff(numbers)) + 1
        for first, after in pairwise([0, *edges.tolist(), len(numbers)]):
            buckets.setdefault(BUCKET_NAMES[numbers[first]], _Lines()).add(first, after, members, contents)
    if surplus:
        _characters(frame, content_columns)
    if check.suspect:
        check_ids(frame)
    return {
        name: (lines.count, lines.membership.hexdigest(), lines.content.hexdigest()) for name, lines in buckets.items()
    }


def _separators(lines: Texts) -> int:
    return int(np.count_nonzero(np.frombuffer(lines.between(0, -1), np.uint8) == ord(UNIT_SEPARATOR)))


@dataclass
class _RepeatedIds:
    """Whether two lines that follow each other may have one id, judged by a hash of the id.

    Lines are sorted and begin with their ids, so the lines of one id follow each other.
    """

    last: int | None = None
    suspect: bool = False

    def see(self, hashes: NDArray[np.uint64]) -> None:
        self.suspect |= bool((hashes[1:] == hashes[:-1]).any()) or int(hashes[0]) == self.last
        self.last = int(hashes[-1])


def _sorted_lines(frame: Frame, content_columns: list[str]) -> str:
    """For each complaint its bucket, a hash of its id and both of its lines, in the order of bucket and line."""
    id_text = frame.complaints.text(frame.id)
    # What is sorted is kept small, since it goes to disk: strata as numbers of their values, the content as the file
    # has it. Texts are made when the order stands.
    strata = {f"s{position}": _numbered(frame, position) for position in range(len(frame.strata))}
    content = {f"c{position}": frame.value(name) for position, name in enumerate(content_columns)}
    kept = ", ".join(f"{sql} AS {name}" for name, sql in (strata | content).items())
    # Ids hold no character below the separator, so their order is that of the lines. The other parts stand in ORDER BY
    # only because the engine sorts keys alone in half the time that it takes for keys and what belongs to them.
    return (
        f"SELECT b, hash(i), {_line([*strata])}, {_line([*strata, *content])} FROM ("
        f"SELECT CAST('0x' || {bucket_of(id_text)} AS USMALLINT) AS b, {id_text} AS i, {kept} "
        f"FROM complaints WHERE {frame.condition} ORDER BY b, i, {', '.join(strata | content)})"
    )


def _numbered(frame: Frame, position: int) -> str:
    """A stratum column as an enumeration of the values that it has in the frame."""
    known = sorted({values[position] for values in frame.values.values()})
    return f"CAST({frame.text(frame.strata[position])} AS ENUM({literals(known)}))"


def _line(parts: list[str]) -> str:
    return f"concat(i, {''.join(f'chr(31), {as_text(part)}, ' for part in parts)}chr(10))"


def _by_sql(frame: Frame, content_columns: list[str]) -> dict[str, Bucket]:
    """One portable query for each range of buckets: no line leaves the engine, which may be a cluster."""
    if frame.size > IDS_AT_ONCE:
        check_ids(frame)  # smaller frames were asked when they were read
    size = _characters(frame, content_columns)
    texts = _texts(frame, content_columns)
    lines = (
        f"SELECT {bucket_of(texts[0])} AS b, {' || chr(31) || '.join(texts)} || chr(10) AS x FROM complaints "
        f"WHERE {frame.condition}"
    )
    # Lines with and without content have one order and are sorted once.
    first_fields = f"regexp_extract(x, '^{FIELD}{(SEPARATOR + FIELD) * len(frame.strata)}') || chr(10)"
    membership = f"list_transform(l, lambda x: {first_fields})" if content_columns else "l"
    buckets: dict[str, Bucket] = {}
    for first, last in _ranges(size):
        rows = frame.complaints.query(
            f"SELECT b, len(l), {_hashed(membership)}, {_hashed('l')} FROM "
            f"(SELECT b, list_sort(list(x)) AS l FROM ({lines}) WHERE b BETWEEN '{first}' AND '{last}' GROUP BY b)"
        )
        buckets |= {str(name): (int(str(count)), str(m), str(c)) for name, count, m, c in rows}
    return buckets


def _texts(frame: Frame, content_columns: list[str]) -> list[str]:
    return [frame.text(name) for name in (frame.id, *frame.strata, *content_columns)]


def _hashed(lines: str) -> str:
    return f"sha256(array_to_string({lines}, ''))"


def _ranges(size: int) -> list[tuple[str, str]]:
    """Ranges of buckets, few enough that each is sorted in memory."""
    parts = min(len(BUCKET_NAMES), 1 + size // AT_ONCE)
    edges = [len(BUCKET_NAMES) * part // parts for part in range(parts + 1)]
    return [(BUCKET_NAMES[first], BUCKET_NAMES[after - 1]) for first, after in pairwise(edges)]


def _characters(frame: Frame, content_columns: list[str]) -> int:
    """How many characters the lines hold, after refusing fields that hold their separator."""
    line = f"concat({', '.join(_texts(frame, content_columns))})"
    ((count, size),) = frame.complaints.query(
        f"SELECT count(*) FILTER (contains({line}, chr(31))), sum(strlen({line})) FROM complaints "
        f"WHERE {frame.condition}"
    )
    if count:
        raise SampleError(
            f"{count} complaints hold the control character U+001F, which separates fields in fingerprints"
        )
    return int(str(size))

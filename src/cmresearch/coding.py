"""Which coder gave which code to which segment of which source."""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

import numpy as np
import pandas as pd

from cmresearch.codebook import Codebook
from cmresearch.errors import CodingError, nearest, raise_all
from cmresearch.reliability import krippendorff_alpha, percent_agreement
from cmresearch.sources import Sources

Direction: TypeAlias = Literal["supports", "hinders", "absent", "context"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
ADJUDICATOR = "adjudicator"
# Files are named after their coder; the adjudicated coding is named after what it is.
CODER_OF_FILE = {"adjudicated": ADJUDICATOR}
FIRST_ROW = 2  # Rows are counted as a spreadsheet shows them: the header is row 1.
SHOWN = 40


@dataclass(frozen=True, order=True)
class Segment:
    """A stretch of a source to which a coder gave a code.

    Attributes:
        source: The key of the source.
        start: Where it begins in the source's text, in code points from 0.
        end: Where it ends, exclusive.
        code: The key of the code.
        coder: Who gave it; `adjudicator` for what coders settled on.
        direction: What it says of the dimension: supports, hinders, absent (states its absence), or context.
        at: When it was coded, as the coder's file says it.
        memo: Why, in the coder's words.
        quote: The words themselves.
        codebook_version: The version of the codebook under which it was coded.
    """

    source: str
    start: int
    end: int
    code: str
    coder: str
    direction: Direction
    at: str
    memo: str
    quote: str
    codebook_version: str


COLUMNS = tuple(each.name for each in fields(Segment))


@dataclass(frozen=True)
class Coding:
    """Coded segments with the codebook and the sources they refer to, ordered by their place in the sources.

    Attributes:
        segments: The segments.
        codebook: The codebook that holds their codes.
        sources: The sources that hold their words.
        coded: Who coded which source, as pairs of coder and source. A part of a coding keeps the pairs of the
            whole, so that a source without this code is not taken for one that nobody coded.
    """

    segments: tuple[Segment, ...]
    codebook: Codebook = field(repr=False)
    sources: Sources = field(repr=False)
    coded: frozenset[tuple[str, str]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    @property
    def coders(self) -> tuple[str, ...]:
        """Who coded apart from each other, by name; the adjudicator is none of them."""
        return tuple(sorted({coder for coder, _ in self.coded} - {ADJUDICATOR}))

    @property
    def adjudicated(self) -> Coding:
        """The segments that the coders settled on."""
        return self.of_coder(ADJUDICATOR)

    @property
    def versions(self) -> dict[str, int]:
        """How many segments were coded under each version of the codebook, by version."""
        return dict(sorted(Counter(each.codebook_version for each in self).items()))

    def of_coder(self, coder: str) -> Coding:
        """The segments of one coder."""
        return self._where(each for each in self if each.coder == coder)

    def of_code(self, code: str) -> Coding:
        """The segments with one code.

        Raises:
            CodebookError: The codebook has no such code.
        """
        key = self.codebook.code(code).key
        return self._where(each for each in self if each.code == key)

    def of_dimension(self, dimension: str) -> Coding:
        """The segments whose code relates to one dimension.

        Raises:
            CodebookError: The codebook has no such dimension.
        """
        keys = {code.key for code in self.codebook.codes_of(dimension)}
        return self._where(each for each in self if each.code in keys)

    def of_source(self, source: str) -> Coding:
        """The segments of one source.

        Raises:
            SourceError: There is no such source.
        """
        key = self.sources[source].key
        return self._where(each for each in self if each.source == key)

    def turn_table(self, code: str, coders: Sequence[str] | None = None) -> pd.DataFrame:
        """Whether each coder applied a code anywhere in each answer turn.

        Args:
            code: The key of the code.
            coders: Whose coding; by default everybody's but the adjudicator's.

        Returns:
            One row per answer turn (indexed by source and number of the turn), one column per coder: 1 where
            a segment with this code overlaps the turn, 0 where none does, NaN where the coder coded nothing
            of this source.
        """
        names = list(self._known(coders))
        turns = [(key, turn.number) for key, source in self.sources.items() for turn in source.answers]
        applied = {
            (each.coder, each.source, turn.number)
            for each in self.of_code(code)
            for turn in self.sources[each.source].turns_between(each.start, each.end)
        }

        def rating(coder: str, source: str, turn: int) -> float:
            return float((coder, source, turn) in applied) if (coder, source) in self.coded else np.nan

        rows = [[rating(coder, *turn) for coder in names] for turn in turns]
        index = pd.MultiIndex.from_tuples(turns, names=["source", "turn"])
        return pd.DataFrame(rows, index=index, columns=names, dtype=float)

    def to_frame(self) -> pd.DataFrame:
        """One row per segment: what the coding file says, the code's dimensions and who or what it quotes.

        The column `label` holds the sentence that an illustrative source carries, so that no quotation leaves
        without it.
        """
        columns = ["kind", "data_kind", "informant", "role", "label"]
        rows = [
            vars(each)
            | {"dimensions": "; ".join(self.codebook.code(each.code).dimensions)}
            | {column: getattr(self.sources[each.source], column) for column in columns}
            for each in self
        ]
        return pd.DataFrame(rows, columns=[*COLUMNS, "dimensions", *columns])

    def _repr_html_(self) -> str:
        return self.to_frame().head(10).to_html(index=False)

    def _where(self, segments: Iterable[Segment]) -> Coding:
        return replace(self, segments=tuple(segments))

    def _known(self, coders: Sequence[str] | None) -> tuple[str, ...]:
        known = (*self.coders, ADJUDICATOR)
        names = self.coders if coders is None else tuple(coders)
        unknown = [name for name in names if name not in known]
        raise_all(CodingError, [f"nobody coded as {name!r}{nearest(name, known)}" for name in unknown])
        return names


def read_coding(
    paths: str | Path | Sequence[str | Path],
    codebook: Codebook,
    sources: Sources,
    *,
    coders: Sequence[str] | None = None,
) -> Coding:
    """The coded segments of all coding files, each checked against codebook and sources.

    A coding file is a CSV file in UTF-8 with the columns source, start, end, code, coder, direction, at,
    memo, quote and codebook_version, in any order, one row per segment. The order of rows and files plays no
    part.

    Args:
        paths: A folder, whose .csv files are all read, or the files.
        codebook: The codebook. Segments coded under another version are kept, and counted in `versions`.
        sources: The interviews and documents.
        coders: The names that may stand in the column coder, besides `adjudicator`. By default each file's
            own name: coder-a for coder-a.csv, adjudicator for adjudicated.csv.

    Returns:
        The segments in the order of their places in the sources.

    Raises:
        CodingError: A file is missing or no CSV in UTF-8, or a row has an unknown source, code, direction or
            coder, offsets outside the text, a quote that does not stand there, or stands twice. Every fault
            of every file, a line each, with the row as a spreadsheet counts it (the header is row 1).
    """
    faults: list[str] = []
    segments: list[Segment] = []
    for path in _files(paths, faults):
        names = (CODER_OF_FILE.get(path.stem, path.stem),) if coders is None else (*coders, ADJUDICATOR)
        segments.extend(_read_file(path, _Checks(codebook, sources, names), faults))
    raise_all(CodingError, faults)
    order = {key: number for number, key in enumerate(sources)}
    segments.sort(key=lambda each: (order[each.source], each))
    return Coding(tuple(segments), codebook, sources, frozenset((each.coder, each.source) for each in segments))


def measure_reliability(
    coding: Coding, *, coders: Sequence[str] | None = None, level: float = 0.95, seed: int = 1
) -> pd.DataFrame:
    """How far coders agree on each code, before adjudication, on the answer turn.

    The unit is an answer turn: for each, a coder did or did not apply the code anywhere in it. Where nobody
    applied a code, or everybody did everywhere, alpha is undefined and `note` says so; percent agreement
    stands beside it.

    Args:
        coding: The coding of at least two coders.
        coders: Whose coding; by default everybody's but the adjudicator's.
        level: Level of confidence of the interval, between 0 and 1.
        seed: Whole number from which the resampled turns follow.

    Returns:
        One row per code in the order of the codebook: code, dimensions (joined by "; "), coefficient,
        value, lower, upper, level, units (turns that at least two coders coded), applied (turns to which at
        least one of them gave the code), percent_agreement, method and note.

    Raises:
        CodingError: There are fewer than two coders.
    """
    names = coding.coders if coders is None else tuple(coders)
    if len(names) < 2:
        found = ", ".join(names) or "none"
        raise CodingError(f"reliability needs two coders or more; found {found}")
    return pd.DataFrame(
        [_reliability_of(coding, code, names, level=level, seed=seed) for code in coding.codebook.codes]
    )


def _reliability_of(coding: Coding, code: str, coders: Sequence[str], *, level: float, seed: int) -> dict[str, object]:
    ratings = coding.turn_table(code, coders)
    alpha = krippendorff_alpha(ratings, level=level, seed=seed)
    return {
        "code": code,
        "dimensions": "; ".join(coding.codebook.code(code).dimensions),
        "coefficient": alpha.coefficient,
        "value": alpha.value,
        "lower": alpha.lower,
        "upper": alpha.upper,
        "level": level,
        "units": alpha.units,
        "applied": int((ratings == 1).any(axis=1).sum()),
        "percent_agreement": percent_agreement(ratings, level=level, seed=seed).value,
        "method": alpha.method,
        "note": alpha.note,
    }


@dataclass(frozen=True)
class _Checks:
    """What the rows of one file are checked against."""

    codebook: Codebook
    sources: Sources
    coders: tuple[str, ...]

    def faults(self, row: dict[str, str]) -> Iterator[str]:
        """What is wrong with a row, a sentence each."""
        yield from _unknown("there is no source", row["source"], list(self.sources))
        yield from _unknown("the codebook has no code", row["code"], list(self.codebook.codes))
        yield from _unknown("there is no direction", row["direction"], DIRECTIONS, listed=True)
        yield from _unknown("there is no coder", row["coder"], self.coders, listed=True)
        yield from _time_faults(row["at"])
        yield from _offset_faults(row)
        if row["source"] in self.sources and not any(_offset_faults(row)):
            yield from _quote_faults(row, self.sources[row["source"]].text)


def _files(paths: str | Path | Sequence[str | Path], faults: list[str]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    found: list[Path] = []
    for path in listed:
        files = sorted(path.glob("*.csv"), key=lambda file: file.name) if path.is_dir() else [path]
        found += [file for file in files if file.is_file()]
        if not any(file.is_file() for file in files):
            faults.append(f"{path}: {'holds no .csv file' if path.is_dir() else 'there is no such file'}")
    return found


def _read_file(path: Path, checks: _Checks, faults: list[str]) -> list[Segment]:
    try:
        rows = list(_rows(path))
    except (UnicodeDecodeError, csv.Error, CodingError) as error:
        faults.append(_unreadable(path, error))
        return []
    segments: dict[tuple[str, ...], Segment] = {}
    for number, row in rows:
        found = [f"{path}, row {number}: {fault}" for fault in checks.faults(row)]
        identity = tuple(row[column] for column in ("source", "start", "end", "code", "coder", "direction"))
        if identity in segments:
            found.append(f"{path}, row {number}: the same segment, code and direction stand in an earlier row")
        faults += found
        if not found:
            segments[identity] = _segment(row)
    return list(segments.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file with their numbers; blank rows count and are left out."""
    text = path.read_bytes().decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    faults = [f"{path}: no column {name!r}{nearest(name, header)}" for name in COLUMNS if name not in header]
    faults += [f"{path}: unknown column {name!r}{nearest(name, COLUMNS)}" for name in header if name not in COLUMNS]
    rows = [(number, cells) for number, cells in enumerate(reader, FIRST_ROW) if any(cells)]
    faults += [
        f"{path}, row {number}: {len(cells)} cells; expected {len(header)}"
        for number, cells in rows
        if len(cells) != len(header)
    ]
    raise_all(CodingError, faults)
    for number, cells in rows:
        yield number, dict(zip(header, cells, strict=True))


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
    return str(error) if isinstance(error, CodingError) else f"{path}: is no CSV file: {error}"


def _segment(row: dict[str, str]) -> Segment:
    return Segment(
        source=row["source"],
        start=int(row["start"]),
        end=int(row["end"]),
        code=row["code"],
        coder=row["coder"],
        direction=cast("Direction", row["direction"]),
        at=row["at"],
        memo=row["memo"],
        quote=row["quote"],
        codebook_version=row["codebook_version"],
    )


def _unknown(what: str, word: str, known: Sequence[str], *, listed: bool = False) -> Iterator[str]:
    if word not in known:
        expected = f"; expected {', '.join(known)}" if listed else ""
        yield f"{what} {word!r}{expected}{nearest(word, known)}"


def _time_faults(at: str) -> Iterator[str]:
    try:
        datetime.datetime.fromisoformat(at)
    except ValueError:
        yield f"the time is {at!r}; expected one such as 2021-03-04T10:30"


def _offset_faults(row: dict[str, str]) -> Iterator[str]:
    start, end = row["start"], row["end"]
    if not (start.isdecimal() and end.isdecimal()):
        yield f"start is {start!r} and end {end!r}; expected whole numbers from 0"
    elif int(start) >= int(end):
        yield f"the segment ends at {end} and starts at {start}; expected an end after its start"


def _quote_faults(row: dict[str, str], text: str) -> Iterator[str]:
    start, end = int(row["start"]), int(row["end"])
    if end > len(text):
        yield f"the segment ends at {end}; expected {len(text)} at most, where {row['source']} ends"
    elif row["quote"] != text[start:end]:
        quoted, found = _differing(row["quote"], text[start:end])
        yield f"the quote reads {quoted!r}, but {row['source']} reads {found!r} from {start} to {end}"


def _differing(quote: str, found: str) -> tuple[str, str]:
    """Both texts, shortened to where they begin to differ."""
    pairs = zip(quote, found, strict=False)
    first = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(quote), len(found)))
    begin = max(0, first - SHOWN // 2)
    return _shortened(quote, begin), _shortened(found, begin)


def _shortened(text: str, begin: int) -> str:
    end = begin + SHOWN
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")

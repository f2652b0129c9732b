"""Which coder gave which code to which segment of which source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cmresearch.codebook.book import Codebook
from cmresearch.coding.entries import (
    ADJUDICATOR,
    CODER_OF_FILE,
    COLUMNS,
    DIRECTIONS,
    TEXTS,
    Checks,
    Direction,
    Entry,
    Segment,
    changed_texts,
    present,
    read_entries,
)
from cmresearch.coding.sources import Sources
from cmresearch.errors import CodingError, nearest, raise_all
from cmresearch.files.links import home_of, link_faults
from cmresearch.language.voice import Voice, in_words
from cmresearch.reliability.coefficients import krippendorff_alpha, percent_agreement

__all__ = [
    "ADJUDICATOR",
    "COLUMNS",
    "DIRECTIONS",
    "Coding",
    "Direction",
    "Entry",
    "Segment",
    "measure_reliability",
    "read_coding",
]


@dataclass(frozen=True)
class Coding:
    """Coded segments with the codebook and the sources they refer to, ordered by their position in the sources.

    Attributes:
        segments: The segments.
        codebook: The codebook that holds their codes.
        sources: The interviews and documents that hold their texts.
        coded: Who coded which source, as pairs of coder and source. A part of a coding keeps the pairs of the
            whole, so that a source without this code is not taken for one that nobody coded.
        entries: Everything that was ever written down, of which the segments are the present state; a part of a
            coding keeps that of the whole.
    """

    segments: tuple[Segment, ...]
    codebook: Codebook = field(repr=False)
    sources: Sources = field(repr=False)
    coded: frozenset[tuple[str, str]] = field(repr=False)
    entries: tuple[Entry, ...] = field(default=(), repr=False, compare=False)

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
        key = self.codebook.dimension(dimension).key
        # A code that was merged since still says what a segment was taken for, until it is coded again.
        keys = {code.key for code in self.codebook.every_code.values() if key in code.dimensions}
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

    def history(self) -> pd.DataFrame:
        """Everything that was written down, whether it counts now or not.

        Returns:
            One row per entry, in the order of the files and their rows: file, row, entry, action, replaces, reason and
            state (present, replaced or removed), then what the entry says of the segment.
        """
        names = ("file", "row", "number", "action", "replaces", "reason", "state")
        rows = [{name: getattr(each, name) for name in names} | vars(each.segment) for each in self.entries]
        return pd.DataFrame(rows, columns=[*names, *COLUMNS]).rename(columns={"number": "entry"})

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
    memo, quote and codebook_version, in any order, one row per entry. The order of rows and files plays no
    part. Nothing is overwritten: a row that changes or removes an earlier one says so in four more columns (entry, the
    row's number; replaces, the number of the entry it changes; action, one of add, change, remove; and reason), and
    the segments are what is left when all of them are followed. `texts.toml` beside the files keeps the SHA-256 of
    each text as it was coded; codings of a text that has changed since are refused until they are moved.

    Args:
        paths: A folder, whose .csv files are all read, or the files.
        codebook: The codebook. Segments coded under another version are kept, and counted in `versions`.
        sources: The interviews and documents.
        coders: The names that may stand in the column coder, besides `adjudicator`. By default each file's
            own name: coder-a for coder-a.csv, adjudicator for adjudicated.csv.

    Returns:
        The segments in the order of their positions in the sources.

    Raises:
        CodingError: A file is missing or no CSV in UTF-8, or a row has an unknown source, code, direction or
            coder, offsets outside the text, a quote that does not stand there, or stands twice, a change without
            reason or of an entry that is not there, a text that is no longer the one that was coded. Every fault
            of every file, a line each, with the row as a spreadsheet counts it (the header is row 1).
    """
    faults: list[str] = []
    entries: list[Entry] = []
    files = _files(paths, faults)
    changed = _changed(files, sources, faults)
    for path in files:
        names = (CODER_OF_FILE.get(path.stem, path.stem),) if coders is None else (*coders, ADJUDICATOR)
        entries.extend(read_entries(path, Checks(codebook, sources, names, changed), faults))
    raise_all(CodingError, faults)
    order = {key: number for number, key in enumerate(sources)}
    segments = sorted(present(entries, codebook), key=lambda each: (order[each.source], each))
    coded = frozenset((each.segment.coder, each.segment.source) for each in entries)
    return Coding(tuple(segments), codebook, sources, coded, tuple(entries))


def _changed(files: Sequence[Path], sources: Sources, faults: list[str]) -> frozenset[str]:
    """The sources whose text is not the one that was coded; a line each among the faults."""
    found: set[str] = set()
    for folder in dict.fromkeys(path.parent for path in files):
        changed = changed_texts(folder, sources)
        faults += [
            f"{folder / TEXTS}: the text of {key} is not the one that was coded; put that text back, or move its "
            "codings to the new one (cmresearch coding move)"
            for key in changed
        ]
        found |= set(changed)
    return frozenset(found)


def measure_reliability(
    coding: Coding,
    *,
    coders: Sequence[str] | None = None,
    level: float = 0.95,
    seed: int = 1,
    voice: Voice | None = None,
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
        voice: Says the notes in a reader's language; without one they stand as keys.

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
        [_reliability_of(coding, code, names, level=level, seed=seed, voice=voice) for code in coding.codebook.codes]
    )


def _reliability_of(
    coding: Coding, code: str, coders: Sequence[str], *, level: float, seed: int, voice: Voice | None
) -> dict[str, object]:
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
        "note": in_words(alpha.notes, voice),
    }


def _files(paths: str | Path | Sequence[str | Path], faults: list[str]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    found: list[Path] = []
    for path in listed:
        files = sorted(path.glob("*.csv"), key=lambda file: file.name) if path.is_dir() else [path]
        found += [file for file in files if file.is_file()]
        raise_all(CodingError, list(link_faults(files, home_of(path if path.is_dir() else path.parent))))
        if not any(file.is_file() for file in files):
            faults.append(f"{path}: {'holds no .csv file' if path.is_dir() else 'there is no such file'}")
    return found

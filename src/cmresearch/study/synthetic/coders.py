"""Records of made coders who err, of complaints that are made, so that a study's method can be shown without any coder.

Every error is decided by the SHA-256 of a seed and an id, so the same parameters and seeds give the same records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

import pandas as pd
from pydantic import AwareDatetime, Field, model_validator

from cmresearch.errors import CmResearchError, nearest, raise_all
from cmresearch.files.hashes import sha256_of_text
from cmresearch.files.writing import csv_text, write_text
from cmresearch.study.synthetic.parameters import Strict
from cmresearch.study.synthetic.reading import checked, read_file

CODED = "coded"
FRIDAY = 4

Row = dict[str, str]


class MadeCoder(Strict):
    """A made coder: name, the file of the records without its ending, and when the first day of coding begins."""

    name: str
    file: str
    starts: AwareDatetime


class WorkingTime(Strict):
    """The seconds that a record takes (at least, less than) and the hours of a working day, Monday to Friday."""

    seconds: tuple[int, int]
    hours_a_day: Annotated[int, Field(ge=1, le=23)]

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        shortest, longest = self.seconds
        if not 0 < shortest < longest:
            raise ValueError(
                f"a record takes from {shortest} to {longest} seconds; expected two rising numbers above 0"
            )
        return self


class MistakenVariable(Strict):
    """A variable, what its values are mistaken for in how many of 10,000, and why a value is the right one."""

    name: str
    mistaken: Mapping[str, Mapping[str, Annotated[int, Field(ge=0, le=10_000)]]] = {}
    reasons: Mapping[str, str]

    @model_validator(mode="after")
    def _every_value_has_a_reason(self) -> Self:
        values = {*self.mistaken, *(value for mistakes in self.mistaken.values() for value in mistakes)}
        missing = sorted(value for value in values if value not in self.reasons)
        if missing:
            raise ValueError(f"no reason for {', '.join(map(repr, missing))} of {self.name}")
        return self


class MatterMemo(Strict):
    """The memo on a complaint in one category: that of the first of the words in its text, or another one."""

    variable: str
    category: str
    words: Mapping[str, str]
    otherwise: str


class Memos(Strict):
    """What a codebook asks coders to note: on a disposition, and on what lies in a rest category."""

    disposition: Mapping[str, str] = {}
    matter: MatterMemo | None = None


class Coders(Strict):
    """Two coders and an adjudicator who never were; the first variable is the disposition."""

    recorded_by_both: Annotated[int, Field(ge=0)]
    coders: tuple[MadeCoder, MadeCoder] = Field(alias="coder")
    adjudicator: MadeCoder
    time: WorkingTime
    variables: tuple[MistakenVariable, ...] = Field(alias="variable", min_length=1)
    memos: Memos = Memos()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if faults := [*self._variable_faults(), *self._file_faults()]:
            raise ValueError("; ".join(faults))
        return self

    def _variable_faults(self) -> Iterator[str]:
        disposition, names = self.variables[0], [variable.name for variable in self.variables]
        if names[0] != "disposition":
            yield f"the first variable is {names[0]!r}; expected 'disposition'"
        # A record is of a complaint with all its values or with none: nothing can be invented for the others.
        elif CODED in disposition.mistaken or any(CODED in mistakes for mistakes in disposition.mistaken.values()):
            yield f"the disposition {CODED!r} is mistaken; only those that are not coded can be, for each other"
        if self.memos.matter and self.memos.matter.variable not in names:
            wanted = self.memos.matter.variable
            yield f"memos.matter: there is no variable {wanted!r}{nearest(wanted, names)}"

    def _file_faults(self) -> Iterator[str]:
        files = [coder.file for coder in (*self.coders, self.adjudicator)]
        if len(set(files)) < len(files):
            yield f"the files are {', '.join(files)}; expected three different ones"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of each file of records."""
        return ("id", "coder", "at", *(variable.name for variable in self.variables), "memo")


def read_coders(path: Path | str) -> Coders:
    """The made coders of a parameter file: who they are and how they err.

    Raises:
        CmResearchError: A key is unknown or missing, a value has no reason, or a variable is not there; every fault,
            a line each, with file and line.
    """
    return checked(Coders, read_file(path))


def compose_records(
    coders: Coders, flawless: pd.DataFrame, texts: Mapping[str, str], *, seed: str
) -> dict[str, pd.DataFrame]:
    """The records of made coders who err, and the decisions where they differ. Nobody coded these complaints.

    Each record is the flawless one with the coder's errors. The complaints with the smallest tickets (SHA-256 of the
    seed, the word `double`, a vertical bar and the id) are recorded by both coders, each of the others by one. Where
    both recorded a complaint and differ in anything, the flawless record is the decided one, with a reason for each
    difference; where both erred alike, the error stays.

    Args:
        coders: Who they are and how they err, as read by `read_coders`.
        flawless: A row for each complaint with its id and the coders' variables, as `make_flawless_records` gives it.
        texts: The text of each complaint that is recorded, by id.
        seed: Any text; another seed gives other errors.

    Returns:
        The records by name of their file, those of the two coders and the decided ones: a row for each complaint by
        id, with its coder, time and memo. Values are empty where the disposition is not coded.

    Raises:
        CmResearchError: The flawless records lack a variable of the coders, or a complaint that has a text.
    """
    _check_flawless(coders, flawless, texts)
    known = flawless.set_index("id", drop=False).loc[sorted(texts)].to_dict("records")
    truths = {str(row["id"]): {str(name): str(value) for name, value in row.items()} for row in known}
    both = set(sorted(truths, key=lambda one: sha256_of_text(f"{seed} double|{one}"))[: coders.recorded_by_both])
    seen = {
        coder.file: {
            one: _record(coders, coder, truth, texts[one], seed)
            for one, truth in truths.items()
            if one in both or _only_coder(coders, one) == coder
        }
        for coder in coders.coders
    }
    first, second = seen.values()
    rulings = {one: _ruling(coders, truths[one], texts[one], first[one], second[one]) for one in sorted(both)}
    seen[coders.adjudicator.file] = {one: row for one, row in rulings.items() if row}
    starts = [coder.starts for coder in (*coders.coders, coders.adjudicator)]
    timed = (_timed(rows.values(), start, coders.time) for rows, start in zip(seen.values(), starts, strict=True))
    columns = list(coders.columns)
    return {name: pd.DataFrame(rows, columns=columns).fillna("") for name, rows in zip(seen, timed, strict=True)}


def write_records(records: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write a CSV of each table of records into a folder, under its name."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, table in records.items():
        write_text(
            Path(folder) / f"{name}.csv", csv_text(list(table.columns), table.itertuples(index=False, name=None))
        )


def _check_flawless(coders: Coders, flawless: pd.DataFrame, texts: Mapping[str, str]) -> None:
    wanted = ["id", *(variable.name for variable in coders.variables)]
    missing = [f"the flawless records have no column {name!r}" for name in wanted if name not in flawless.columns]
    raise_all(CmResearchError, missing)
    unknown = sorted(set(texts) - set(flawless["id"]))
    raise_all(CmResearchError, [f"there is no flawless record of {one!r}" for one in unknown])


def _lot(seed: str, text: str) -> int:
    """A number from 0 to 9,999."""
    return int(sha256_of_text(f"{seed}|{text}")[:12], 16) % 10_000


def _only_coder(coders: Coders, one: str) -> MadeCoder:
    """Who records a complaint that only one of them records."""
    return coders.coders[0 if _lot("half", one) < 5_000 else 1]


def _record(coders: Coders, coder: MadeCoder, truth: Row, text: str, seed: str) -> Row:
    """A coder's record: the flawless one with this coder's errors."""
    asked = [variable for variable in coders.variables if truth[variable.name]]
    seen = {each.name: _misread(each, truth, f"{seed} {coder.name} {each.name}") for each in asked}
    return {"id": truth["id"], "coder": coder.name, **seen, "memo": _memo(coders.memos, seen, text)}


def _misread(variable: MistakenVariable, truth: Row, seed: str) -> str:
    """The value, or what it was mistaken for."""
    value, thrown = truth[variable.name], _lot(seed, truth["id"])
    for mistaken_for, often in variable.mistaken.get(value, {}).items():
        if thrown < often:
            return mistaken_for
        thrown -= often
    return value


def _memo(memos: Memos, seen: Row, text: str) -> str:
    """The note that the codebook asks for."""
    return _matter_memo(memos.matter, seen, text) or memos.disposition.get(seen["disposition"], "")


def _matter_memo(memo: MatterMemo | None, seen: Row, text: str) -> str:
    if memo is None or seen.get(memo.variable) != memo.category:
        return ""
    return next((note for word, note in memo.words.items() if word in text.lower()), memo.otherwise)


def _ruling(coders: Coders, truth: Row, text: str, first: Row, second: Row) -> Row | None:
    """The decided record where the two differ, with a reason for each difference."""
    differing = [each for each in coders.variables if first.get(each.name) != second.get(each.name)]
    if not differing:
        return None
    values = {each.name: truth[each.name] for each in coders.variables if truth[each.name]}
    reasons = [f"{each.name}: {each.reasons[truth[each.name]]}" for each in differing if truth[each.name]]
    noted = _matter_memo(coders.memos.matter, values, text)
    memo = " ".join(filter(None, [f"{'; '.join(reasons)}.", noted]))
    return {"id": truth["id"], "coder": coders.adjudicator.name, **values, "memo": memo}


def _timed(rows: Iterable[Row], first: datetime, time: WorkingTime) -> Iterator[Row]:
    """The rows with invented times."""
    shortest, longest = time.seconds
    now, start = first, first.isoformat()
    for row in rows:
        now += timedelta(seconds=shortest + _lot(start, row["id"]) % (longest - shortest))
        if now.hour >= first.hour + time.hours_a_day:
            weekend = 2 if now.weekday() == FRIDAY else 0
            now = first + timedelta(days=(now - first).days + 1 + weekend)
        yield {**row, "at": now.isoformat()}

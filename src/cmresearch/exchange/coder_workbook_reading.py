"""A coder's workbook read back: what was recorded, or every fault with its sheet and cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cmresearch.codebook.book import Codebook, CodedVariable
from cmresearch.errors import ResponseError, nearest, raise_all
from cmresearch.exchange.coder_workbooks import (
    AT,
    CHECKED,
    CODING,
    HEAD_ROW,
    MADE_FOR,
    MADE_WITH,
    MARK,
    MEMO,
    PROGRESS,
    TEXTS,
    text_mark,
    variables_mark,
    workbook_mark,
)
from cmresearch.files.strangers import (
    MEGABYTE,
    Cell,
    Limits,
    extent_of,
    open_workbook,
    refuse_sparse,
    sheet_rows,
)
from cmresearch.files.writing import csv_text, write_text

LIMITS = Limits(size=100 * MEGABYTE)  # that the parts of a workbook may have, before one of them is opened
MOST_ROWS = 200_000
SHEETS = (PROGRESS, CODING, CHECKED)


@dataclass(frozen=True)
class CoderRecords:
    """The records of one coder.

    Attributes:
        coder: The coder's name.
        rows: A row per recorded complaint, in the order in which they were to be read: id, coder, at, a column per
            coded variable, and memo; all as text.
        left: The complaints that are not recorded yet.
    """

    coder: str
    rows: pd.DataFrame
    left: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The recorded complaints, a row each."""
        return self.rows

    def write(self, path: str | Path) -> None:
        """Write the records as the CSV file that a study keeps for each coder."""
        write_text(Path(path), csv_text([str(name) for name in self.rows.columns], self.rows.to_numpy().tolist()))


@dataclass(frozen=True)
class _Line:
    """One row of the coding sheet: where it is, and its cells by the names of their columns."""

    number: int
    cells: Mapping[str, Cell]

    def where(self, column: str) -> str:
        return f"{CODING}!{self.cells[column].coordinate}"

    def text(self, column: str) -> str:
        return _text(self.cells[column].value)


def read_coder_workbook(
    path: str | Path, codebook: Codebook, *, ids: Sequence[str] | None = None, coder: str | None = None
) -> CoderRecords:
    """The records of one coder from a workbook, written by Excel or by LibreOffice.

    Rows may stand in any order and columns too. A complaint with no variable filled in is not recorded yet; one with
    some of them is a fault. Where `at` is blank, the time at which the workbook was last saved is taken.

    Args:
        path: The workbook.
        codebook: The codebook with the coded variables.
        ids: The complaints that may be in it, such as those of the sample; by default what it was made for.
        coder: Whose it must be; by default whoever it was made for.

    Returns:
        The records, and the complaints that are left.

    Raises:
        ResponseError: With every fault, a line each, with file, sheet and cell: a value that is not in the codebook, a
            changed id or text, a missing row, an answer where none is asked or none where one is, a formula, another
            coder's workbook, or one made with other variables than the codebook has.
    """
    book, missing = _open(Path(path))
    faults = [f"there is no sheet {name!r}" for name in missing]
    if book is not None:
        records, faults = _read(book, codebook, ids, coder)
    raise_all(ResponseError, [f"{path}: {fault}" for fault in faults])
    return records


@dataclass(frozen=True)
class _Book:
    """The cells that are there, by sheet and row, and when the workbook was saved."""

    sheets: Mapping[str, Mapping[int, Mapping[int, Cell]]]
    saved: datetime.datetime | None

    def cell(self, sheet: str, row: int, column: int) -> Cell:
        return self.sheets[sheet].get(row, {}).get(column, Cell(row, column, None))

    def pairs(self, sheet: str, *, first: int = 1) -> Iterator[tuple[Cell, Cell]]:
        """The first two cells of each row."""
        yield from ((self.cell(sheet, n, 1), self.cell(sheet, n, 2)) for n in self.sheets[sheet] if n >= first)


def _open(path: Path) -> tuple[_Book | None, list[str]]:
    """The workbook, or the sheets that it lacks."""
    if not path.exists():
        raise ResponseError(f"{path}: there is no such file")
    broken = f"{path}: is no workbook (.xlsx)"
    with open_workbook(path, error=ResponseError, broken=broken, name=f"{path}", limits=LIMITS) as book:
        missing = [name for name in SHEETS if name not in book.sheetnames]
        if missing:
            return None, missing
        found = {name: dict(sheet_rows(book, name)) for name in SHEETS}
        saved = book.properties.modified or book.properties.created
    for name, rows in found.items():
        refuse_sparse(f"{path}", name, extent_of(rows.items()), ResponseError)
    sheets = {
        name: {number: {cell.column: cell for cell in cells} for number, cells in rows.items()}
        for name, rows in found.items()
    }
    return _Book(sheets, saved), []


def _read(
    book: _Book, codebook: Codebook, ids: Sequence[str] | None, coder: str | None
) -> tuple[CoderRecords, list[str]]:
    about = {_text(name.value): value for name, value in book.pairs(PROGRESS)}
    checked = [(_text(one.value), _text(mark.value)) for one, mark in book.pairs(CHECKED, first=2)]
    checked = [(one, mark) for one, mark in checked if one]
    faults = list(_mark_faults(about, checked, codebook, coder))
    if ids is not None:
        known = set(ids)
        faults += [
            f"{CHECKED}: the complaint {one!r} is not one of those to be coded"
            for one, _ in checked
            if one not in known
        ]
    name = _text(about[MADE_FOR].value) if MADE_FOR in about else ""
    texts = _text(about[TEXTS].value).split(", ") if TEXTS in about else []
    columns = _columns(book, [*texts, *(variable.key for variable in codebook.variables)], faults)
    empty = CoderRecords(name, pd.DataFrame(), ())
    if faults and not columns:
        return empty, faults
    lines = list(_lines(book, columns))
    faults += _row_faults(lines, dict(checked), texts)
    rows: dict[str, list[str]] = {}
    for line in lines:
        found = list(_value_faults(line, codebook.variables))
        faults += found
        values = [line.text(variable.key) for variable in codebook.variables]
        if any(values) and not found:
            at = line.text(AT) or (book.saved.replace(tzinfo=datetime.UTC).isoformat() if book.saved else "")
            rows[line.text("id")] = [line.text("id"), name, at, *values, line.text(MEMO)]
    keys = [variable.key for variable in codebook.variables]
    order = [one for one, _ in checked]
    table = pd.DataFrame(
        [rows[one] for one in order if one in rows], columns=["id", "coder", AT, *keys, MEMO], dtype=str
    )
    return CoderRecords(name, table, tuple(one for one in order if one not in rows)), faults


def _mark_faults(
    about: Mapping[str, Cell], checked: Sequence[tuple[str, str]], codebook: Codebook, coder: str | None
) -> Iterator[str]:
    missing = [name for name in (MADE_FOR, MADE_WITH, MARK, TEXTS) if name not in about]
    if missing:
        yield f"{PROGRESS}: no row {', '.join(missing)}; was this workbook made by cmresearch?"
        return
    made_for, made_with, mark = (_text(about[name].value) for name in (MADE_FOR, MADE_WITH, MARK))
    if coder is not None and made_for != coder:
        yield f"{PROGRESS}!{about[MADE_FOR].coordinate}: the workbook is for {made_for!r}; expected {coder!r}"
    now = variables_mark(codebook.variables)
    if made_with != now:
        yield (
            f"{PROGRESS}!{about[MADE_WITH].coordinate}: made with other coded variables than the codebook has in "
            f"version {codebook.version}; write the workbook anew with what was recorded"
        )
    if mark != workbook_mark(made_for, checked, made_with):
        yield (
            f"{PROGRESS}!{about[MARK].coordinate}: the mark of integrity does not fit the coder, the variables and the "
            f"hidden sheet {CHECKED!r}; one of them was changed"
        )


def _columns(book: _Book, names: Sequence[str], faults: list[str]) -> dict[str, int]:
    cells = book.sheets[CODING].get(HEAD_ROW, {})
    header = {_text(cell.value): column for column, cell in cells.items() if _text(cell.value)}
    missing = [name for name in ("id", *names, AT, MEMO) if name not in header]
    faults += [f"{CODING}!{HEAD_ROW}: there is no column {name!r}{nearest(name, header)}" for name in missing]
    return {} if missing else header


def _lines(book: _Book, columns: Mapping[str, int]) -> Iterator[_Line]:
    for number, row in book.sheets[CODING].items():
        if HEAD_ROW < number <= MOST_ROWS and any(cell.value not in (None, "") for cell in row.values()):
            yield _Line(number, {name: book.cell(CODING, number, column) for name, column in columns.items()})


def _row_faults(lines: Sequence[_Line], checked: Mapping[str, str], texts: Sequence[str]) -> Iterator[str]:
    """Faults of ids and texts: changed, twice, mixed up, missing."""
    by_mark: dict[str, list[str]] = {}
    for one, mark in checked.items():
        by_mark.setdefault(mark, []).append(one)
    here = {line.text("id") for line in lines}
    seen: dict[str, str] = {}
    renamed: set[str] = set()
    for line in lines:
        one, where = line.text("id"), line.where("id")
        mark = text_mark([line.text(name) for name in texts])
        owners = [each for each in by_mark.get(mark, []) if each != one]
        if one not in checked:
            was = [each for each in owners if each not in here]
            renamed.update(was[:1])
            hint = f"; it was {was[0]!r}, whose text stands here" if was else nearest(one, checked)
            yield f"{where}: the id is {one!r}, which is not one of this workbook{hint}"
        elif one in seen:
            yield f"{where}: the complaint {one!r} stands here a second time (first in {seen[one]})"
        elif mark != checked[one]:
            first = line.where(texts[0]) if texts else where
            hint = f"; it is that of {owners[0]!r}: were only some of the columns sorted?" if owners else ""
            yield f"{first}: the text of {one!r} was changed{hint}"
        seen.setdefault(one, where)
    gone = [one for one in checked if one not in here and one not in renamed]
    yield from (f"{CODING}: the row of {one!r} is missing" for one in gone)


def _value_faults(line: _Line, variables: Sequence[CodedVariable]) -> Iterator[str]:
    formulas = [name for name, cell in line.cells.items() if cell.data_type == "f"]
    yield from (f"{line.where(name)}: holds a formula; expected a value or text" for name in formulas)
    given = {variable.key: line.text(variable.key) for variable in variables}
    if not any(given.values()) or formulas:
        return
    for variable in variables:
        value, where = given[variable.key], line.where(variable.key)
        known = [each.key for each in variable.values]
        condition = variable.conditional_on
        asked = condition is None or given.get(condition.variable) == condition.value
        if value and value not in known:
            yield f"{where}: {variable.key} is {value!r}; expected one of {', '.join(known)}{nearest(value, known)}"
        elif value and not asked and condition is not None:
            found = given.get(condition.variable, "")
            yield (
                f"{where}: {variable.key} is {value!r} although {condition.variable} is {found!r}; expected it blank"
            )
        elif asked and not value:
            yield f"{where}: {variable.key} is blank; expected one of {', '.join(known)}"
    yield from _time_faults(line)


def _time_faults(line: _Line) -> Iterator[str]:
    at = line.text(AT)
    try:
        datetime.datetime.fromisoformat(at or "2000-01-01")
    except ValueError:
        yield f"{line.where(AT)}: the time is {at!r}; expected one such as 2021-03-04T10:30"


def _text(value: Any) -> str:  # noqa: ANN401 - a cell may hold anything
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()

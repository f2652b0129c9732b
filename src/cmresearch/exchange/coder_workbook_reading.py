"""A coder's workbook read back: what was recorded, or every fault with its sheet and cell."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from cmresearch.files.writing import csv_text, write_text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

LARGEST = 100_000_000  # bytes that the parts of a workbook may have, before one of them is opened
MOST_ROWS = 200_000


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
    book = _open(Path(path))
    faults = [f"there is no sheet {name!r}" for name in (PROGRESS, CODING, CHECKED) if name not in book.sheetnames]
    if not faults:
        records, faults = _read(book, codebook, ids, coder)
    raise_all(ResponseError, [f"{path}: {fault}" for fault in faults])
    return records


def _open(path: Path) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > LARGEST:
            raise ResponseError(f"{path}: unpacks to {size:,} bytes; expected {LARGEST:,} at most")
        return load_workbook(path)
    except FileNotFoundError:
        raise ResponseError(f"{path}: there is no such file") from None
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        if isinstance(error, ResponseError):
            raise
        raise ResponseError(f"{path}: is no workbook (.xlsx): {error}") from None


def _read(
    book: Workbook, codebook: Codebook, ids: Sequence[str] | None, coder: str | None
) -> tuple[CoderRecords, list[str]]:
    about = {_text(row[0].value): row[1] for row in book[PROGRESS].iter_rows(max_col=2)}
    checked = [(_text(one.value), _text(mark.value)) for one, mark in book[CHECKED].iter_rows(min_row=2, max_col=2)]
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
    saved = book.properties.modified or book.properties.created
    rows: dict[str, list[str]] = {}
    for line in lines:
        found = list(_value_faults(line, codebook.variables))
        faults += found
        values = [line.text(variable.key) for variable in codebook.variables]
        if any(values) and not found:
            at = line.text(AT) or (saved.replace(tzinfo=datetime.UTC).isoformat() if saved else "")
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


def _columns(book: Workbook, names: Sequence[str], faults: list[str]) -> dict[str, int]:
    header = {_text(cell.value): cell.column for cell in book[CODING][HEAD_ROW] if _text(cell.value)}
    missing = [name for name in ("id", *names, AT, MEMO) if name not in header]
    faults += [f"{CODING}!{HEAD_ROW}: there is no column {name!r}{nearest(name, header)}" for name in missing]
    return {} if missing else header


def _lines(book: Workbook, columns: Mapping[str, int]) -> Iterator[_Line]:
    page = book[CODING]
    for row in page.iter_rows(min_row=HEAD_ROW + 1, max_row=min(page.max_row, MOST_ROWS)):
        if any(cell.value not in (None, "") for cell in row):
            yield _Line(row[0].row, {name: row[number - 1] for name, number in columns.items()})


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

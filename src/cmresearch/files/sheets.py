"""Tables as sheets of a workbook in which no text can be a formula; the same tables are the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cmresearch.errors import ReportError
from cmresearch.files.writing import csv_text, write_bytes, write_text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # what is written says nothing of when
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST = 32_000  # characters; a cell holds 32,767
HEAD = "1C2530"
WIDEST, NARROWEST = 60, 9


def cell_text(text: object) -> str:
    """A text as a cell holds it: line ends as line feeds, no control characters, cut where a cell ends."""
    plain = CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + f" […{len(plain) - LONGEST} more characters]"


def put(cell: Cell, value: object) -> None:
    """Write one value: numbers as numbers, nothing as nothing, all else as text that can be no formula."""
    if value is None or value != value or value == "":  # noqa: PLR0124 - "not a number" differs from itself
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
        return
    text = cell_text(value)
    cell.value = text
    cell.data_type = "s"
    # The mark that a spreadsheet shows as a leading apostrophe; it stays when the cell is edited.
    cell.quotePrefix = text.startswith(RISKY)


def write_sheets(tables: Mapping[str, pd.DataFrame], path: str | Path, *, note: str = "") -> None:
    """Write tables as a workbook, a sheet each.

    Args:
        tables: The title of each sheet (31 characters at most) and its table.
        path: The .xlsx file to write; its folder must be there.
        note: A sentence that every sheet begins with, such as what kind of data it holds.

    Raises:
        WritingError: The file cannot be written.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "tables.xlsx"
        >>> write_sheets({"Codes": pd.DataFrame({"code": ["=1+1"], "n": [3]})}, file)
        >>> pd.read_excel(file, dtype=str).iloc[0].tolist()
        ['=1+1', '3']
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, table in tables.items():
        _fill(book.create_sheet(title), table, note)
    save_workbook(book, path)


def write_table(table: pd.DataFrame, path: str | Path, *, title: str, note: str = "") -> None:
    """Write one table as a workbook (.xlsx) or as CSV, by the ending of the file's name.

    Raises:
        ReportError: The ending is another one.
        WritingError: The file cannot be written.
    """
    target = Path(path)
    if target.suffix == ".xlsx":
        write_sheets({title[:31]: table}, target, note=note)
    elif target.suffix == ".csv":
        rows = [[None if pd.isna(value) else value for value in row] for row in table.itertuples(index=False)]
        write_text(target, csv_text([str(name) for name in table.columns], rows))
    else:
        raise ReportError(f"{path}: the name ends in {target.suffix!r}; expected .csv or .xlsx")


def _fill(page: Worksheet, table: pd.DataFrame, note: str) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    first = 2 if note else 1
    if note:
        put(page.cell(1, 1), note)
    wrapped = Alignment(vertical="top", wrap_text=True)
    names = [str(name) for name in table.columns]
    for column, name in enumerate(names, start=1):
        put(page.cell(first, column), name)
    for row, values in enumerate(table.itertuples(index=False), start=first + 1):
        for column, value in enumerate(values, start=1):
            cell = page.cell(row, column)
            put(cell, value)
            cell.alignment = wrapped
    head(page, first, len(names))
    for column, name in enumerate(names, start=1):
        longest = max((len(str(value)) for value in table.iloc[:, column - 1]), default=0)
        page.column_dimensions[get_column_letter(column)].width = max(
            NARROWEST, len(name) + 4, min(longest + 2, WIDEST)
        )
    page.freeze_panes = page.cell(first + 1, 1)
    page.print_title_rows = f"1:{first}"


def head(page: Worksheet, row: int, columns: int) -> None:
    """Make a row look like the head of a table."""
    from openpyxl.styles import Font, PatternFill

    font, fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=HEAD)
    for column in range(1, columns + 1):
        page.cell(row, column).font, page.cell(row, column).fill = font, fill


def save_workbook(book: Workbook, path: str | Path) -> None:
    """Write a workbook that says nothing of when it was made.

    Raises:
        WritingError: The file cannot be written.
    """
    book.properties.creator = "cmresearch"
    book.properties.created = book.properties.modified = NO_DATE.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    write_bytes(Path(path), undated(out.getvalue()))


def undated(content: bytes) -> bytes:
    """The same archive with one date for all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in _ordered(old.namelist()):
            entry = zipfile.ZipInfo(name, date_time=NO_DATE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _without_time(name, old.read(name)))
    return out.getvalue()


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name))


def _without_time(name: str, part: bytes) -> bytes:
    if name != "docProps/core.xml":
        return part
    fixed = NO_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + fixed, part)

"""Workbooks (.xlsx), one sheet of which is a table, written once as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import IntakeError, nearest
from cmresearch.files.strangers import (
    MEGABYTE,
    Extent,
    Limits,
    extent_of,
    open_workbook,
    refuse_sparse,
    sheet_rows,
)
from cmresearch.intake.scans import OpenedFile, Scan, cell_text, scan_of_csv, write_rows
from cmresearch.intake.text import HEAD_ROWS, find_header

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEET = "sheet.csv"
LIMITS = Limits(size=16 * 2**30, ratio_from=100 * MEGABYTE)
"""A whole register is sent as a workbook, and is read row by row."""


def read_xlsx(file: OpenedFile) -> Scan:
    """One sheet of a workbook, its cells as text: the one that is wanted, or the one with most rows.

    Raises:
        IntakeError: The workbook is broken, has no such sheet, nothing in it, or a cell far away from all others.
    """
    name = file.path.name
    broken = f"{name} is a broken workbook, so no part of it is read"
    with open_workbook(file.path, error=IntakeError, broken=broken, name=name, computed=True, limits=LIMITS) as book:
        extents = {str(sheet.title): Extent() for sheet in book.worksheets}
        chosen = wanted_sheet(file.path, book.sheetnames, file.wanted.sheet)
        for title in extents if chosen is None else [chosen]:
            extents[title] = extent_of(sheet_rows(book, title))
        chosen = chosen or fullest_sheet(file.path, extents)
        extent = extents.get(chosen, Extent())
        refuse_sparse(name, chosen, extent, IntakeError)
        columns, reading = write_sheet(file, lambda: _rows(book, chosen, extent))
        epoch = str(book.epoch.year)
    reading = {"format": "xlsx", "sheet": chosen, **reading, "epoch": epoch}
    return Scan(scan_of_csv(file.folder / SHEET, columns).sql, reading, columns)


def _rows(book: Workbook, title: str, extent: Extent) -> Iterator[list[str]]:
    """Every row down to the last, those that the file leaves out empty, each as wide as its last cell."""
    expected = 1
    for number, cells in sheet_rows(book, title):
        if extent.is_beyond(number, 0):
            return
        there = [cell for cell in cells if not extent.is_beyond(0, cell.column)]
        yield from ([] for _ in range(expected, number))
        row = [""] * (there[-1].column if there else 0)
        for cell in there:
            if cell.column <= len(row):
                row[cell.column - 1] = cell_text(cell.value)
        yield row
        expected = number + 1


def wanted_sheet(path: Path, known: Sequence[str], wanted: str | None) -> str | None:
    """The sheet that is wanted, if one is.

    Raises:
        IntakeError: There is none of that name.
    """
    if wanted is not None and wanted not in known:
        raise IntakeError(f"{path.name} has no sheet {wanted!r}{nearest(wanted, known)} ({', '.join(known)})")
    return wanted


def fullest_sheet(path: Path, extents: Mapping[str, Extent]) -> str:
    """The sheet with most rows.

    Raises:
        IntakeError: There is nothing in any of them.
    """
    if not any(extent.rows for extent in extents.values()):
        raise IntakeError(f"{path.name} is a workbook with nothing in it")
    return max(extents, key=lambda title: extents[title].rows)


def write_sheet(file: OpenedFile, rows: Callable[[], Iterable[list[str]]]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Write a sheet as text to `SHEET` in the file's folder, without what stands above its header.

    Args:
        file: The workbook, with what is known of its header.
        rows: Gives the sheet's rows from the first on, whenever they are asked for.

    Returns:
        The columns' names, and where the header was found.
    """
    wanted = file.wanted
    head = list(islice(rows(), HEAD_ROWS))
    header = find_header(head, skip_rows=wanted.skip_rows, header_rows=wanted.header_rows, names=wanted.names)
    columns = write_rows(file.folder / SHEET, header, islice(rows(), header.skipped + header.rows, None))
    return columns, {"skip_rows": str(header.skipped), "header_rows": str(header.rows)}

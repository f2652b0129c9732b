"""Workbooks of LibreOffice and other office programs (.ods), one sheet of which is a table, written once as text."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmresearch.errors import IntakeError
from cmresearch.files.strangers import (
    LAST_COLUMN,
    LAST_ROW,
    MEGABYTE,
    Extent,
    Limits,
    open_zip,
    read_part,
    refuse_sparse,
    size_faults,
    told,
    walk_xml,
)
from cmresearch.intake.scans import OpenedFile, Scan, cell_text, scan_of_csv
from cmresearch.intake.workbooks import SHEET, fullest_sheet, wanted_sheet, write_sheet

CONTENT = "content.xml"
MANIFEST = "META-INF/manifest.xml"
MIME = "application/vnd.oasis.opendocument.spreadsheet"
LIMITS = Limits(size=1024 * MEGABYTE, xml=256 * MEGABYTE, ratio_from=100 * MEGABYTE)
MOST_CELLS = 20_000_000
MOST_TEXT = 2**30
"""A file states how often a cell and a row are repeated: what takes up a line of it may fill any memory."""

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/></manifest:manifest>'
)


def read_ods(file: OpenedFile) -> Scan:
    """One sheet of an OpenDocument workbook, its cells as text: the one that is wanted, or the one with most rows.

    Dates are written as `2020-12-31`, times of a day as `2020-12-31 23:59:59`; a number is written as it is kept,
    whatever format it is shown in.

    Raises:
        IntakeError: The workbook is broken or has a password, has no such sheet, nothing in it, or a cell far away from
            all others.
    """
    name = file.path.name
    broken = f"{name} is a broken workbook, so no part of it is read"
    content = _content(file.path, broken)
    extents = _extents(content, name, broken)
    chosen = wanted_sheet(file.path, list(extents), file.wanted.sheet) or fullest_sheet(file.path, extents)
    refuse_sparse(name, chosen, extents[chosen], IntakeError)
    rows = _rows(content, file.folder / "sheet.ods", chosen, broken)
    with told(IntakeError, broken):
        columns, reading = write_sheet(file, lambda: rows)
    reading = {"format": "ods", "sheet": chosen, **reading}
    return Scan(scan_of_csv(file.folder / SHEET, columns).sql, reading, columns)


def _content(path: Path, broken: str) -> bytes:
    with open_zip(path, error=IntakeError, broken=broken) as archive:
        for fault in size_faults(archive.infolist(), LIMITS):
            raise IntakeError(f"{path.name}: {fault}")
        if MANIFEST in archive.namelist() and b"encryption-data" in read_part(archive, MANIFEST, LIMITS.xml):
            raise IntakeError(
                f"{path.name} is a workbook that is protected by a password: open it, save it without the password, "
                "and try again"
            )
        content = read_part(archive, CONTENT, LIMITS.xml)
    if len(content) > LIMITS.xml:
        raise IntakeError(f"{path.name}: {CONTENT} is larger than {LIMITS.xml // MEGABYTE} MB; save it as .csv")
    return content


def _rows(content: bytes, target: Path, title: str, broken: str) -> list[list[str]]:
    from python_calamine import CalamineWorkbook  # only these workbooks need it

    # A file of nothing but what has been looked through, under an ending by which the library knows it.
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr(MANIFEST, _MANIFEST)
        archive.writestr(CONTENT, content)
    with told(IntakeError, broken), CalamineWorkbook.from_path(target) as book:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        return [[cell_text(value) for value in row] for row in rows]


@dataclass
class _Look:
    """Where the cells of each sheet lie, found without building any of them."""

    extents: dict[str, Extent] = field(default_factory=dict)
    sheet: str = ""
    row: int = 1
    column: int = 1
    filled: dict[range, int] = field(default_factory=dict)
    text: int = 0
    cell: tuple[int, bool] | None = None
    repeated: int = 1
    size: int = 0
    depth: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_TABLE}table":
            self.sheet, self.row = attributes.get(f"{_TABLE}name", ""), 1
            self.extents[self.sheet] = Extent()
        elif name == f"{_TABLE}table-row":
            self.column, self.filled = 1, {}
            self.repeated = _count(attributes.get(f"{_TABLE}number-rows-repeated", "1"))
        elif name in _CELLS:
            times = _count(attributes.get(f"{_TABLE}number-columns-repeated", "1"))
            self.cell, self.text = (times, f"{_OFFICE}value-type" in attributes), 0

    def data(self, text: str) -> None:
        self.text += len(text.strip())

    def end(self, name: str) -> None:
        if name in _CELLS and self.cell is not None:
            times, typed = self.cell
            if typed or self.text:
                self.filled[range(self.column, self.column + times)] = self.text
            self.column, self.cell = self.column + times, None
        elif name == f"{_TABLE}table-row":
            self._add_row()
            self.row += self.repeated

    def _add_row(self) -> None:
        extent = self.extents.setdefault(self.sheet, Extent())
        last = self.row + self.repeated - 1
        width = max((each.stop - 1 for each in self.filled), default=0)
        if not self.filled:
            return
        if last > LAST_ROW or width > LAST_COLUMN:
            raise ValueError(
                f"sheet {self.sheet!r} has a cell in row {last}, column {width}; no workbook reaches there"
            )
        extent.add(self.row, (column for each in self.filled for column in each), times=self.repeated)
        self.size += self.repeated * sum(len(each) * text for each, text in self.filled.items())

    def refuse_large(self, name: str) -> None:
        cells = sum(extent.last * extent.width for extent in self.extents.values())
        for title, extent in self.extents.items():
            refuse_sparse(name, title, extent, IntakeError)
        if cells > MOST_CELLS or self.size > MOST_TEXT:
            raise IntakeError(
                f"{name} holds {cells:,} cells, with some {self.size:,} characters; expected {MOST_CELLS:,} cells and "
                f"{MOST_TEXT:,} characters at most: save the sheet as .csv, and read that"
            )


def _count(stated: str) -> int:
    return max(int(stated), 0)


def _extents(content: bytes, name: str, broken: str) -> dict[str, Extent]:
    look = _Look()
    with told(IntakeError, broken):
        walk_xml(content, f"{name}, {CONTENT}", start=look.start, end=look.end, data=look.data, error=IntakeError)
    if not look.extents:
        raise IntakeError(f"{name} is a workbook without sheets")
    look.refuse_large(name)
    return look.extents

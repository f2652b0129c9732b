"""One small export in every form that a city sends."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from cmresearch.intake.complaints import Reading, read_complaints

ROWS = [("007", "JAKI"), ("008", "Qlue"), ("009", "Kantor Wali Kota, Jakarta")]
CSV = 'id,channel\n007,JAKI\n008,Qlue\n009,"Kantor Wali Kota, Jakarta"\n'


def rows(path: Path, **reading: object) -> list[tuple[object, ...]]:
    return read_complaints(path, Reading(**reading)).query("SELECT id, channel FROM complaints ORDER BY id")


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path

"""A datum in files of every format: what the tests of sharing look for."""

from __future__ import annotations

import io
import json

import openpyxl
from openpyxl.comments import Comment

from cmresearch.privacy.sharing import check_folder

COMPLAINT = "Pak Budi Santoso, HP 0812-0000-1234"


def places_of(folder, **named) -> list[tuple[str, str, str]]:
    return [(place.file, place.place, place.kind) for place in check_folder(folder, **named)]


def notebook() -> str:
    shown = {"text/html": ["<table><td>Bu ", "Siti</td></table>"], "image/png": "MDgxMjAwMDAxMjM0"}
    cell = {
        "cell_type": "code",
        "source": ["@property\n", "frame.id"],
        "outputs": [
            {"output_type": "stream", "text": [COMPLAINT]},
            {"output_type": "display_data", "data": shown},
            {"output_type": "error", "evalue": "", "traceback": ["NIK 3171018107450000"]},
        ],
    }
    return json.dumps({"cells": [cell, {"cell_type": "markdown", "source": COMPLAINT}], "metadata": {}, "nbformat": 4})


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sample"
    sheet.append(["id", "nik", "text"])
    sheet.append([1, 3171018107450000, COMPLAINT])
    sheet["C2"].comment = Comment("telepon 0812-0000-1234", "coder-a")
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden["B5"] = "Bu Siti"
    book.properties.creator = "Siti Aminah"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

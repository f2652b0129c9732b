"""A coder's workbook of three complaints, filled in as a coder would."""

import pandas as pd
from openpyxl import load_workbook

from cmresearch.exchange.coder_workbooks import Assignment

COMPLAINTS = pd.DataFrame(
    {
        "id": ["007", "JK2", "JK3"],
        "text": ["=cmd|' /C calc'!A0", "Jalan rusak,\r\nsudah lama", "Pak Budi belum dijawab"],
        "final_reply": ["Sudah ditindaklanjuti", "", "+62 812"],
    }
)
ASSIGNMENT = Assignment("anna", COMPLAINTS, text_columns=("text", "final_reply"), data_kind="synthetic")
CODED = {"007": ("coded", "yes", "=1+1"), "JK2": ("not_codable", "", ""), "JK3": ("coded", "no", "clear")}
# Columns of the coding sheet: id, text, final_reply, disposition, answered, at, memo.
ID, TEXT, REPLY, DISPOSITION, ANSWERED, AT, MEMO = "ABCDEFG"


def edit(path, cells, sheet="Coding"):
    """Write cells as a spreadsheet program would when somebody types."""
    book = load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)


def fill(path):
    cells = {}
    for number, (disposition, answered, memo) in enumerate(CODED.values(), start=3):
        cells |= {f"{DISPOSITION}{number}": disposition, f"{ANSWERED}{number}": answered or None}
        cells |= {f"{AT}{number}": "2021-07-05T08:30:00+07:00"}
        if not memo.startswith("="):
            cells[f"{MEMO}{number}"] = memo or None
    edit(path, cells)

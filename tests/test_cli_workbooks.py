"""The verb that writes workbooks for coders and reads them back."""

import pandas as pd
import pytest
from openpyxl import load_workbook
from small_verbs import STUDY, call

from cmresearch.errors import CmResearchError


def test_workbooks_are_written_once_and_read_back(tmp_path, capsys):
    folder = tmp_path / "workbooks"
    words = ["write", "--coders", "anna,budi", "--folder", str(folder), "--study", STUDY, "--texts", "plain"]
    assert call("workbooks", *words) == 0
    assert "anna.xlsx: 595 complaints, texts plain" in capsys.readouterr().out
    with pytest.raises(CmResearchError, match=r"is there already and may hold a coder's work; move it away first$"):
        call("workbooks", *words)
    book = load_workbook(folder / "anna.xlsx")
    names = [cell.value for cell in book["Coding"][2]]
    book["Coding"].cell(3, names.index("disposition") + 1).value = "not_codable"
    book.save(folder / "anna.xlsx")
    out = tmp_path / "anna.csv"
    reading = ["read", str(folder / "anna.xlsx"), "--out", str(out), "--study", STUDY]
    assert call("workbooks", *reading) == 0
    assert "1 recorded by anna, 594 left" in capsys.readouterr().out
    assert pd.read_csv(out, dtype=str).loc[0, "disposition"] == "not_codable"
    with pytest.raises(CmResearchError, match=r"is there already; say --replace to write over it$"):
        call("workbooks", *reading)
    assert call("workbooks", *reading, "--replace") == 0

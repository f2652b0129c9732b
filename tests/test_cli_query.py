"""The verb that asks the coding."""

import json

import pytest
from openpyxl import load_workbook
from small_verbs import STUDY, call


@pytest.mark.parametrize("what", ["segments", "co-occurrence", "matrix", "framework"])
def test_queries_are_shown_and_written_as_sheets(what, tmp_path, capsys):
    assert call("query", what, "--study", STUDY, "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    file = tmp_path / "found.xlsx"
    assert call("query", what, "--study", STUDY, "--out", str(file)) == 0
    assert capsys.readouterr().out == f"{file}: {len(rows)} rows\n"
    assert load_workbook(file)[what]["A1"].value == "illustrative data"

"""The verbs on reliability, workbooks and queries, each on the study that comes with the library."""

import argparse
import json
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from cmresearch.errors import CmResearchError

STUDY = str(Path(__file__).parents[1])


def call(verb, *words):
    module = import_module(f"cmresearch.cli.{verb}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.run(parser.parse_args(words))


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (["codes"], "alpha"),
        (["dimensions", "--unit", "sentence", "--interval", "analytic"], "ac1"),
        (["all", "--split", "pair", "--unit", "segment"], "group"),
        (["boundaries", "--replicates", "20"], "marked"),
        (["variables", "--replicates", "20"], "coefficient"),
        (["disagreements"], "quotes"),
    ],
)
def test_reliability_answers_in_json(words, column, capsys):
    assert call("reliability", *words, "--study", STUDY, "--json") == 0
    assert column in json.loads(capsys.readouterr().out)[0]


def test_reliability_warns_where_interviews_are_few(capsys):
    assert call("reliability", "codes", "--study", STUDY) == 0
    assert "Note: the interval rests on 13 sources" in capsys.readouterr().out


def test_reliability_of_any_file_needs_no_study(tmp_path, capsys):
    file = tmp_path / "ratings.csv"
    file.write_text("unit,a,b\n1,x,x\n2,y,x\n3,y,y\n", encoding="utf-8")
    assert call("reliability", "ratings", "--file", str(file), "--out", str(tmp_path / "found.csv")) == 0
    assert "Krippendorff's alpha" in capsys.readouterr().out
    assert "Gwet's AC1" in pd.read_csv(tmp_path / "found.csv")["coefficient"].tolist()
    with pytest.raises(CmResearchError, match=r"^ratings are read from a file; name it with --file$"):
        call("reliability", "ratings")


@pytest.mark.parametrize("what", ["segments", "co-occurrence", "matrix", "framework"])
def test_queries_are_shown_and_written_as_sheets(what, tmp_path, capsys):
    assert call("query", what, "--study", STUDY, "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    file = tmp_path / "found.xlsx"
    assert call("query", what, "--study", STUDY, "--out", str(file)) == 0
    assert capsys.readouterr().out == f"{file}: {len(rows)} rows\n"
    assert load_workbook(file)[what]["A1"].value == "illustrative data"


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

"""The verb that adds, withdraws and lists reviews."""

import json
import shutil

import pytest
from openpyxl import load_workbook
from small_reviews import review_all
from small_study import FORMULA, MARKUP, write_study, write_study_with_words

from cmresearch.cli import main
from cmresearch.study.reviews.subjects import reviewed, subjects_of
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_study_with_words(tmp_path_factory.mktemp("made") / "study")


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "study")


@pytest.fixture(scope="module")
def subjects(made):
    return subjects_of(run_study(open_study(made)))


def test_hostile_reasons_stay_text_in_sheets_and_tables(folder, subjects, tmp_path, capsys):
    review_all(folder, [each for each in subjects if each.kind == "sample"], reason=f"{FORMULA} {MARKUP}")
    out = tmp_path / "reviews.xlsx"
    assert main(["review", "list", "--study", str(folder), "--out", str(out)]) == 0
    sheet = next(iter(load_workbook(out)))
    cell = next(cell for row in sheet for cell in row if str(cell.value).startswith(FORMULA))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    study = open_study(folder)
    assert "<script>" not in reviewed(run_study(study), study.read_reviews())._repr_html_()
    capsys.readouterr()
    assert main(["review", "list", "--study", str(folder)]) == 0
    assert "stands" in capsys.readouterr().out


def test_a_study_without_words_has_no_segment_to_review(tmp_path, capsys):
    folder = write_study(tmp_path / "study")
    words = ["--verdict", "confirm", "--reviewer", "R", "--reason", "read", "--study", str(folder)]
    assert main(["review", "add", "segment", "x:1-2:y", *words]) == 2
    assert "the study has no segment 'x:1-2:y' to review; it has no segment at all" in capsys.readouterr().err
    assert main(["review", "add", "sample", *words]) == 0
    assert "entry 1, confirm sample small: 8 of 16 complaints" in capsys.readouterr().out


def test_the_command_line_adds_withdraws_and_lists(folder, capsys):
    where = ["--study", str(folder)]
    sign = ["--reviewer", "R. Name", "--reason", "read it", *where]
    assert main(["review", "list", *where]) == 0
    assert "nobody has reviewed anything" in capsys.readouterr().out
    assert main(["review", "subjects", "segment", "--json", *where]) == 0
    keys = [row["key"] for row in json.loads(capsys.readouterr().out)]
    assert main(["review", "add", "segment", *keys, "--verdict", "confirm", *sign, "--date", "2026-05-01"]) == 0
    assert main(["review", "add", "status", "create_closure", "--verdict", "query", *sign]) == 0
    assert main(["review", "withdraw", "3", *sign]) == 0
    assert "entry 4 withdraws entry 3; both stay" in capsys.readouterr().out
    assert main(["review", "list", "--json", *where]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["subject"], row["state"]) for row in rows] == [
        ("segment", "stands"),
        ("segment", "stands"),
        ("status", "withdrawn"),
    ]
    assert rows[0]["date"] == "2026-05-01"
    assert main(["review", "list", "--coverage", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "subject": "segment",
        "in_study": 2,
        "queried": 0,
        "confirmed": 2,
        "changed_since": 0,
        "not_reviewed": 0,
        "no_longer_exist": 0,
    }


def test_several_unknown_keys_are_told_at_once_and_nothing_is_written(folder, capsys):
    call = ["review", "add", "finding", "complaint", "share", "shares", "--verdict", "confirm", "--reviewer", "R"]
    assert main([*call, "--reason", "read", "--study", str(folder)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "cmresearch review: the study has no finding 'complaint' to review; did you mean 'complaints'?",
        "the study has no finding 'shares' to review; did you mean 'share'?",
    ]
    assert not (folder / "reviews.toml").exists()

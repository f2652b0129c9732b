"""The verb that says whether one complaint was drawn, and why."""

import json

import pytest
from small_draw import export
from small_verbs import answer, draw


@pytest.fixture
def file(tmp_path):
    return export(tmp_path)


def test_check_record_says_whether_and_why(file, tmp_path, capsys):
    draw(file, tmp_path / "drawn")
    drawn = json.loads((tmp_path / "drawn" / "certificate.json").read_text("utf-8"))["records"][0]["id"]
    capsys.readouterr()
    assert answer("check-record", tmp_path / "drawn", drawn, "--frame", file) == 0
    assert f"{drawn} is in the sample: its ticket" in capsys.readouterr().out
    assert answer("check-record", tmp_path / "drawn", "JK99", "--frame", file, "--json") == 1
    assert json.loads(capsys.readouterr().out)["outcome"] == "not in the frame"


def test_an_id_that_begins_with_a_dash_stands_after_two_dashes(tmp_path, capsys):
    path = tmp_path / "export.csv"
    path.write_text("id,channel\n-n,A\n--help,A\n", encoding="utf-8")
    assert draw(path, tmp_path / "drawn", size=2) == 0
    capsys.readouterr()
    for id in ("-n", "--help"):
        assert answer("check-record", "--frame", path, tmp_path / "drawn", "--", id) == 0
        assert f"{id} is in the sample: its ticket" in capsys.readouterr().out

"""The verb that verifies a drawn sample."""

import json

import pytest
from small_draw import ROWS, as_csv, export
from small_verbs import draw

from cmresearch.cli import main


@pytest.fixture
def file(tmp_path):
    return export(tmp_path)


def test_verify_exits_1_and_says_what_differs(file, tmp_path, capsys):
    draw(file, tmp_path / "drawn")
    other = export(tmp_path, as_csv(ROWS[1:]), "other.csv")
    capsys.readouterr()
    assert main(["verify", str(tmp_path / "drawn"), "--frame", str(other)]) == 1
    assert "the frame's membership has changed: 19 complaints instead of 20" in capsys.readouterr().out


def test_verify_exits_2_where_there_is_nothing_to_verify(file, tmp_path, capsys):
    assert main(["verify", str(tmp_path / "nowhere"), "--frame", str(file)]) == 2
    assert "cmresearch verify: there is no certificate" in capsys.readouterr().err


def test_strata_made_at_the_command_line_are_verified_too(file, tmp_path):
    half = "half=CASE WHEN received < '2020-03-11' THEN 'first' ELSE 'second' END"
    assert draw(file, tmp_path / "drawn", "--strata", "channel,half", "--define", half, "--join-below", "4") == 0
    certificate = json.loads((tmp_path / "drawn" / "certificate.json").read_text("utf-8"))
    labels = [part["stratum"] for part in certificate["strata"]]
    assert labels == ["JAKI / first", "JAKI / second", "Qlue / first + Qlue / second"]
    assert main(["verify", str(tmp_path / "drawn"), "--frame", str(file)]) == 0

"""Planning at the command line."""

import json

import pytest
from small_draw import export

from cmresearch.cli import main


def ask(*words):
    return main(["plan", *map(str, words)])


def rows(capsys):
    return json.loads(capsys.readouterr().out)


def test_the_size_for_a_share(capsys):
    assert ask("share", "--margin", 0.03, "--population", 14581, "--json") == 0
    assert rows(capsys)[0]["size"] == 995


def test_the_margin_of_a_size(capsys):
    assert ask("share", "--size", 989, "--population", 14581, "--json") == 0
    assert rows(capsys)[0]["margin"] == pytest.approx(0.0300872760365583)


def test_the_size_for_a_mean_and_for_a_difference(capsys):
    ask("mean", "--deviation", 20, "--margin", 2, "--json")
    assert rows(capsys)[0]["size"] == 385
    ask("difference", "--share", 0.6, "--other", 0.5, "--json")
    assert [row["size"] for row in rows(capsys)] == [388, 388]


def test_the_methods_of_allocation_side_by_side(tmp_path, capsys):
    words = ["allocation", export(tmp_path), "--id", "id", "--strata", "channel", "--size", 8, "--json"]
    assert ask(*words, "--variable", "CAST(substr(received, 9) AS INTEGER)") == 0
    table = rows(capsys)
    assert {row["method"] for row in table} == {"proportional", "equal", "neyman"}
    assert [row["domain"] for row in table[:3]] == [None, "JAKI", "Qlue"]
    assert table[0]["ratio"] == 1


def test_a_table_for_people(tmp_path, capsys):
    ask("allocation", export(tmp_path), "--id", "id", "--strata", "channel", "--size", 8)
    assert "Methods of allocation, 8 of 20 complaints" in capsys.readouterr().out


def test_a_wrong_value_exits_2(capsys):
    assert ask("share", "--margin", 0.03, "--level", 95) == 2
    assert "cmresearch plan: the level or power is 95" in capsys.readouterr().err

"""Planning at the command line."""

import json
import shlex

import pytest
from small_draw import export
from small_plan import edit
from small_study import write_study_with_words

from cmresearch.cli import main
from cmresearch.cli.plan import EXPLAINED
from cmresearch.study.plan.freezing import freeze_plan, read_frozen_plans
from cmresearch.study.study import open_study


def ask(*words):
    return main(["plan", *map(str, words)])


def rows(capsys):
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("question", EXPLAINED)
def test_every_question_explains_itself_with_examples_that_answer(question, capsys):
    with pytest.raises(SystemExit) as stop:
        ask(question, "--help")
    shown = capsys.readouterr().out
    examples = [
        shlex.split(line)[2:] for line in shown.splitlines() if line.startswith(f"  cmresearch plan {question}")
    ]
    assert stop.value.code == 0
    assert examples
    if question not in {"allocation", "margins"}:  # which ask for a file
        assert [ask(*words) for words in examples] == [0] * len(examples)


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
    assert {row["method"] for row in table} == {"proportional", "equal", "neyman", "power"}
    assert [row["domain"] for row in table[:3]] == [None, "JAKI", "Qlue"]
    assert table[0]["ratio"] == 1


def test_the_margin_of_a_mean_that_a_size_reaches(capsys):
    ask("mean", "--deviation", 20, "--size", 385, "--json")
    assert rows(capsys)[0]["margin"] == pytest.approx(1.9977, rel=1e-4)
    ask("mean", "--deviation", 20, "--size", 500, "--response", 0.5, "--population", 1000, "--json")
    assert rows(capsys)[0]["answers"] == 250


def test_the_sizes_of_handbooks_stand_beside_each_other_with_what_they_assume(capsys):
    ask("handbook", "--population", 14581, "--margin", 0.03, "--json")
    said = capsys.readouterr()
    assert [(row["formula"], row["size"]) for row in json.loads(said.out)] == [
        ("Krejcie and Morgan", 374),
        ("Slovin", 1033),
        ("Cochran", 995),
    ]
    assert "warning: Krejcie and Morgan: the table is for one share near one half, at ±5 points" in said.err
    assert "warning: Slovin: the formula takes for granted" in said.err


def allocation(tmp_path, *more, strata="channel", size=8):
    return ask("allocation", export(tmp_path), "--id", "id", "--strata", strata, "--size", size, "--json", *more)


def test_a_pilot_study_is_planned_with(tmp_path, capsys):
    pilot = tmp_path / "pilot.csv"
    pilot.write_text("stratum,share,cost\nJAKI,0.5,1\nQlue,0.1,4\n", encoding="utf-8")
    assert allocation(tmp_path, "--planning", pilot) == 0
    assert list(dict.fromkeys(row["method"] for row in rows(capsys))) == [
        *("proportional", "equal", "neyman", "cost", "power")
    ]


def test_domains_are_some_of_the_stratum_columns(tmp_path, capsys):
    half = "half=CASE WHEN received < '2020-03-11' THEN 'first' ELSE 'second' END"
    assert allocation(tmp_path, "--define", half, "--by", "half", strata="channel,half", size=10) == 0
    assert [row["domain"] for row in rows(capsys)[:3]] == [None, "first", "second"]
    assert allocation(tmp_path, "--by", "chanel") == 2
    assert "--by 'chanel' is none of the stratum columns; did you mean 'channel'?" in capsys.readouterr().err


def test_strata_of_one_drawn_complaint_are_warned_of_for_each_method(tmp_path, capsys):
    assert allocation(tmp_path, "--minimum", 1, size=3) == 0
    said = capsys.readouterr().err
    assert "warning: proportional (largest fractions): one of several complaints is drawn from 1 strata" in said
    assert "warning: equal (largest fractions): one of several complaints is drawn from 1 strata" in said


def test_a_mean_of_zero_leaves_the_power_method_out(tmp_path, capsys):
    assert allocation(tmp_path, "--variable", "0") == 0
    said = capsys.readouterr()
    assert "power" not in said.out
    assert "warning: the power method is left out: the mean in stratum 'JAKI' is not above 0" in said.err


def test_the_comparison_is_written_as_a_figure(tmp_path, capsys):
    assert allocation(tmp_path, "--plot", tmp_path / "plot.svg", "--kind", "synthetic") == 0
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "synthetic data" in text
    allocation(tmp_path, "--plot", tmp_path / "again.svg", "--kind", "synthetic")
    assert (tmp_path / "again.svg").read_text(encoding="utf-8") == text
    assert allocation(tmp_path, "--plot", tmp_path / "plot.png") == 2
    assert "expected a file name that ends in .svg" in capsys.readouterr().err


@pytest.fixture
def drawn(tmp_path):
    words = ["draw", export(tmp_path), "--id", "id", "--strata", "channel", "--size", 8, "--seed", "x"]
    assert main([str(word) for word in [*words, "--out", tmp_path / "drawn"]]) == 0
    return tmp_path / "drawn"


def test_the_margins_that_a_drawn_sample_reaches(drawn, capsys):
    capsys.readouterr()
    assert ask("margins", drawn, "--json") == 0
    table = rows(capsys)
    # JAKI: 6 of 14, sqrt(0.25 * 14/13 / 6 * (1 - 6/14)) = 0.16013; times 1.959964.
    assert [(row["domain"], row["sample_size"]) for row in table] == [(None, 8), ("JAKI", 6), ("Qlue", 2)]
    assert table[1]["margin"] == pytest.approx(0.31385, rel=1e-4)
    assert ask("margins", drawn, "--by", "channel", "--response", 0.5, "--json") == 0
    assert rows(capsys)[1]["margin"] > table[1]["margin"]


def test_a_folder_without_certificate_exits_2(tmp_path, capsys):
    assert ask("margins", tmp_path) == 2
    assert "there is no certificate" in capsys.readouterr().err


def test_a_response_that_leaves_no_answer_exits_2(capsys):
    assert ask("share", "--size", 1, "--response", 0.5) == 2
    assert "a response of 0.5 leaves no answer of 1 complaints" in capsys.readouterr().err


def test_a_table_for_people(tmp_path, capsys):
    ask("allocation", export(tmp_path), "--id", "id", "--strata", "channel", "--size", 8)
    assert "Methods of allocation, 8 of 20 complaints" in capsys.readouterr().out


def test_a_wrong_value_exits_2(capsys):
    assert ask("share", "--margin", 0.03, "--level", 95) == 2
    assert "cmresearch plan: the level or power is 95" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path):
    return write_study_with_words(tmp_path / "study")


def test_a_place_that_cannot_be_written_to_ends_with_2(folder, capsys):
    (folder / "plan").write_text("in the way", encoding="utf-8")
    assert main(["plan", "freeze", "--study", str(folder)]) == 2
    assert f"cannot write to {folder / 'plan'}" in capsys.readouterr().err


def test_the_command_line_freezes_prints_the_hash_and_lists_changes(folder, capsys):
    study = ["--study", str(folder)]
    assert main(["plan", "changes", *study]) == 2
    assert "cmresearch plan freeze does it" in capsys.readouterr().err
    assert main(["plan", "freeze", *study]) == 0
    (plan,) = read_frozen_plans(open_study(folder))
    assert plan.sha256 in capsys.readouterr().out
    assert main(["plan", "changes", *study]) == 0
    assert "nothing of the plan changed since version 1 was frozen" in capsys.readouterr().out
    edit(folder, "size = 8", "size = 9")
    assert main(["plan", "changes", *study, "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["place"], row["old"], row["new"], row["amendment"]) == ("sample.size", "8", "9", "")
    assert main(["plan", "freeze", *study]) == 2
    assert "study.toml, sample.size changed: 8 -> 9" in capsys.readouterr().err
    assert main(["plan", "freeze", *study, "--reason", "one more", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 2
    assert main(["plan", "changes", *study]) == 0
    assert "one more" in capsys.readouterr().out


def test_other_bytes_of_the_same_plan_are_warned_of(folder, capsys):
    freeze_plan(open_study(folder))
    edit(folder, "[study]", "# a remark\n[study]")
    assert main(["plan", "freeze", "--study", str(folder)]) == 0
    assert "its bytes differ" in capsys.readouterr().err

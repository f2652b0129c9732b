"""A parameter file with faults is refused with all of them, each with file and line."""

import pytest
from small_register import PARAMETERS, TEXTS, write_parameters

from cmresearch.errors import CmResearchError
from cmresearch.study.synthetic import read_parameters


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def refused(folder, *changes):
    with pytest.raises(CmResearchError) as fault:
        read_parameters(write_parameters(folder, *changes))
    return str(fault.value).splitlines()


def test_the_small_file_has_no_fault(tmp_path):
    assert read_parameters(write_parameters(tmp_path)).year == 2031


def test_a_missing_parameter_file_is_named(tmp_path):
    with pytest.raises(CmResearchError, match=r"nowhere\.toml: no such file"):
        read_parameters(tmp_path / "nowhere.toml")


def test_every_fault_of_both_files_is_told_at_once_with_its_line(tmp_path):
    told = refused(
        tmp_path,
        ('why = "In spring."', ""),
        ("year = 2031", "year = 2031\nmonth = 3"),
        ("[[0, 1], [1000, 10]]", "[[0, 1], [900, 10]]"),
        ("[1, 1, 1, 0, 0, ", "[-1, 1, 1, 0, 0, "),
        ('cut_off = ["Please"]', "cut_off = []"),
    )
    assert told[0].startswith(f"words/said.toml, line {line_of(TEXTS, 'cut_off')}: cut_off is []; expected ")
    assert told[1:] == [
        f"{tmp_path.name}/town.toml, line {line_of(PARAMETERS, part) + 1}: {said}"
        for part, said in [
            ("[other_by_month]", "assumed, but why is empty"),
            ("value = [1, 1, 1, 0, 0, ", "weights are whole numbers from 0 upwards, and one of them is more than 0"),
            (
                "coordinate_minutes = [[0, 1]",
                "points (per mille, minutes) run from 0 to 1000 per mille, and their minutes rise",
            ),
            ("year = 2031", "unknown key 'month'"),
        ]
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("complaints = 40", "complaints = 41", "[complaints]", "the channels add up to 61 complaints; expected 60"),
        ("complaints = 15", "complaints = 14", "[complaints]", "the categories add up to 59 complaints; expected 60"),
        ("value = 52", "value = 61", "[solved]", "61 of 60 complaints are solved; expected no more than all"),
        ('family = "paper"', 'family = "papre"', 'family = "paper"', "there is no family 'papre'; did you mean"),
        ('hours = "desk"', 'hours = "dusk"', 'hours = "desk"', "there is no table of hours 'dusk'"),
        ('waiting = ["new"]', 'waiting = ["now"]', "waiting", "there is no open status 'now'; did you mean 'new'?"),
        ('closed = "done"', 'closed = "new"', 'closed = "done"', "'new' is also a status of open complaints"),
        ('text = "request"', 'txt = "request"', "[columns]", "there is no column for 'txt'; did you mean 'text'?"),
        ('text = "request"', 'text = "kind"', "[columns]", "the column 'kind' is used twice"),
        ('id = "case"', "", "[columns]", "there is no column for 'id'"),
        ('name = "again"', 'name = "outcome"', 'name = "again"', "the variable 'outcome' is used twice"),
        ('ward = "ward"', 'topic = "ward"', 'ward = "ward"', "there is no topic to show"),
        ('"side", "ward"]', '"side"]', "[[place]]", "north has places on 2 levels; expected 1: side"),
        ('"side", "ward"]', '"side", "text"]', "place_levels", "the name 'text' is used twice"),
        ("/{serial:02d}", "", "id_pattern", "'%Y-%j' does not give each complaint its own id; expected codes"),
        ("%Y-%j/", "", "id_pattern", "'{serial:02d}' does not give each complaint its own id; expected codes"),
        ('name = "bells"', 'name = "bell"', 'name = "bells"', "there is no list of sentences for the category 'bell'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_where_it_stands(tmp_path, old, new, where, said):
    line = line_of(PARAMETERS, where)
    wrong = refused(tmp_path, (old, new))
    assert any(f"town.toml, line {line}" in each and f": {said}" in each for each in wrong), wrong


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("the boat at {ward}", "the boat at {wrad}", "there is no slot 'wrad'; did you mean 'ward'?"),
        ('about = "the bells"', 'about = "the {about}"', "there is no slot 'about'"),
        ("We saw to {about}.", "We saw to {abuot}.", "there is no slot 'abuot'; did you mean 'about'?"),
        ("We saw to {about}.", "We saw to {about.", "'We saw to {about.': expected '}' before end of string"),
    ],
)
def test_a_slot_that_nothing_fills_is_told_in_the_file_of_sentences(tmp_path, old, new, said):
    line = line_of(TEXTS, old)
    assert refused(tmp_path, (old, new)) == [f"words/said.toml, line {line}: {said}"]


def test_topics_come_with_their_totals_or_not_at_all(tmp_path):
    topic = """
[[topic]]
key = "fire"
label = "Fire"
complaints = 0
from_month = 1
categories = { boats = 1 }
agencies = { brigade = 1 }
basis = "assumed"
why = "None yet."

[[place]]
name = "north"
"""
    assert [line.split(": ")[-1] for line in refused(tmp_path, ('\n[[place]]\nname = "north"\n', topic))] == [
        "there are topics, and no topic_complaints",
        "there are topics, and no topic_by_month",
        "there are topics, and no topic_weight",
        "there is no list of sentences for the topic 'fire'",
    ]

"""A run's estimates as they stand together in a table and a figure."""

import pytest

from cmresearch.report.estimate_groups import EstimateGroup, estimate_groups
from cmresearch.report.voices import voice_of


def row(lower, upper, truth=None, note=""):
    return {"lower": lower, "upper": upper, "truth": truth, "note": note}


def test_every_estimate_of_a_run_stands_in_one_group_and_in_one_alone(small_run):
    shown = [row["trace"] for group in estimate_groups(small_run, voice=voice_of(small_run)) for row in group.rows]
    assert len(shown) == len(set(shown)) == len(small_run.estimates_table())


def test_shares_of_the_whole_frame_come_first_and_groups_are_of_one_statistic(small_run):
    groups = list(estimate_groups(small_run, voice=voice_of(small_run)))
    assert {each["statistic"] for each in groups[0].rows} == {"proportion"}
    assert groups[0].by == ""
    assert all(each["name"] for group in groups for each in group.rows)


def test_an_interval_that_ends_at_the_truth_covers_it_and_a_truth_unknown_is_not_counted():
    group = EstimateGroup("", "", "", (row(0.1, 0.3, 0.3), row(0.1, 0.3, 0.31), row(0.1, 0.3), row(0.0, 0.0, 0.0)))
    assert len(group.known) == 3
    assert group.covered == 2


def test_the_same_note_has_the_same_letter():
    group = EstimateGroup("", "", "", (row(0, 1, note="few"), row(0, 1), row(0, 1, note="none"), row(0, 1, note="few")))
    assert group.marks == {"few": "a", "none": "b"}


@pytest.mark.parametrize(("language", "subject"), [("en", "The whole frame"), ("id", "Seluruh kerangka")])
def test_groups_are_headed_in_the_language_of_the_report(whole_run, language, subject):
    assert next(estimate_groups(whole_run, voice=voice_of(whole_run, language))).subject == subject

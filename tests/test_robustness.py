"""What would change a status: worlds with one thing otherwise, on the Jakarta study and on changed evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmresearch.language.voice import ENGLISH
from cmresearch.triangulation.robustness import measure_robustness
from cmresearch.triangulation.rule import judge


@pytest.fixture(scope="module")
def evidence(jakarta):
    """What the statuses of the Jakarta study follow from, as arguments."""
    return {
        "coding": jakarta.words.coding,
        "indicators": [each for one in jakarta.words.assessment.dimensions for each in one.indicators],
        "responses": jakarta.responses,
        "records": jakarta.study.read_records(jakarta.frame, jakarta.words.codebook),
        "rule": jakarta.study.rule,
    }


@pytest.fixture(scope="module")
def robustness(jakarta):
    return jakarta.words.robustness


def with_threshold(indicators, key, threshold):
    """The same indicators, one of them held against another threshold."""

    def moved(each):
        indicator = each.indicator.model_copy(update={"threshold": threshold})
        return replace(each, indicator=indicator, outcome=judge(indicator, each.lower, each.upper))

    return [moved(each) if each.indicator.key == key else each for each in indicators]


def test_every_dimension_has_a_row_and_a_sentence(robustness, jakarta):
    table = robustness.to_frame(ENGLISH)
    assert list(table["dimension"]) == [each.dimension.key for each in jakarta.words.assessment.dimensions]
    assert all(table["in_words"].str.endswith("."))


def test_random_worlds_are_as_many_as_asked(robustness):
    assert (robustness.tried("sample"), robustness.tried("records")) == (1000, 1000)


def test_each_source_is_left_out_once(robustness, jakarta):
    left_out = {ENGLISH.phrase(world.change) for world in robustness.worlds if world.kind == "source"}
    assert left_out == {f"without {key}" for key in jakarta.words.sources}


def test_the_same_seed_gives_the_same_worlds(jakarta, evidence, robustness):
    again = measure_robustness(jakarta.words.codebook, **evidence)
    assert again.worlds == robustness.worlds


def test_a_status_on_the_edge_falls_in_about_half_of_the_resamples(jakarta, evidence):
    # The threshold is put where the interval begins, so the smallest move to the left makes it straddle.
    (share,) = (each for each in evidence["indicators"] if each.indicator.key == "reply_addresses_case")
    edge = with_threshold(evidence["indicators"], "reply_addresses_case", share.lower)
    measured = measure_robustness(jakarta.words.codebook, **evidence | {"indicators": edge})
    assert measured.statuses["speed_human_touch"] == "fulfilled"
    assert measured.share("speed_human_touch", "sample") == pytest.approx(0.5, abs=0.1)
    assert measured.margins["speed_human_touch"]["reply_addresses_case"] == pytest.approx(0)


def test_a_threshold_moved_beyond_the_interval_is_named_as_a_flip(robustness):
    flips = {ENGLISH.phrase(world.change) for world in robustness.flips("speed_human_touch")}
    assert "threshold of reply_addresses_case at 90 %" in flips


def test_no_single_source_makes_the_cost_of_follow_up_implemented(robustness):
    assert robustness.share("follow_up_cost", "source") == 1


def test_a_study_whose_complaints_nobody_read_has_no_random_worlds(jakarta, evidence):
    unread = {"responses": None, "records": None}
    measured = measure_robustness(jakarta.words.codebook, **evidence | unread)
    assert {world.kind for world in measured.worlds} & {"sample", "records"} == set()
    assert measured.share("create_closure", "sample") is None


def test_a_dimension_without_coded_indicators_says_so(robustness):
    assert "rests on no coded indicator" in ENGLISH.phrase(robustness.summary("staff_channel"))

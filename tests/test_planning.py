"""Sample sizes and margins, beside those of R and of the textbooks."""

import json
import re
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.errors import AllocationError
from cmresearch.sampling.planning import (
    krejcie_morgan,
    margin_of_mean,
    margin_of_proportion,
    size_for_mean,
    size_for_proportion,
    size_for_two_proportions,
    slovin,
)

CASES = json.loads((Path(__file__).parent / "reference" / "allocation-and-size.json").read_text("utf-8"))["cases"]
POPULATIONS = (None, 14581, 137776)
PROPORTIONS = (0.5, 0.3, 0.1, 0.02)


def saying(text):
    return f"^{re.escape(text)}$"


@pytest.mark.parametrize("case", ["size.nPropMoe", "size.nPropMoe.rel"])
def test_sizes_for_a_proportion_are_those_of_practools(case):
    given_as = {"margin": 0.03} if case == "size.nPropMoe" else {"relative_margin": 0.1}
    for population, row in zip(POPULATIONS, CASES[case]["value"], strict=True):
        for proportion, expected in zip(PROPORTIONS, row, strict=True):
            found = size_for_proportion(proportion=proportion, population=population, **given_as)
            assert found.needed == pytest.approx(expected, rel=1e-9)


def test_the_margin_of_the_989_is_that_of_r():
    found = [margin_of_proportion(989, population=population) for population in POPULATIONS[1:]]
    assert found == pytest.approx(CASES["size.audit_moe_989"]["value"], rel=1e-9)


def test_the_size_rounds_up_and_allows_for_those_who_do_not_answer():
    # z^2 / 4 / 0.05^2 = 384.15; four of five can be coded.
    assert size_for_proportion(margin=0.05).size == 385
    assert size_for_proportion(margin=0.05, response=0.8).size == 481


def test_the_design_effect_multiplies_the_size_before_the_population_bounds_it():
    assert size_for_proportion(margin=0.05, design_effect=2).needed == pytest.approx(2 * 384.1459, rel=1e-6)
    simple = 2 * 384.145882069412
    expected = simple * 1000 / (999 + simple)
    assert size_for_proportion(margin=0.05, design_effect=2, population=1000).needed == pytest.approx(expected)


def test_a_wilson_interval_of_the_size_has_the_margin():
    for proportion in (0.5, 0.1, 0.01):
        found = size_for_proportion(margin=0.01, proportion=proportion, method="wilson")
        width = margin_of_proportion(found.size, proportion=proportion, method="wilson")
        before = margin_of_proportion(found.size - 1, proportion=proportion, method="wilson")
        assert width <= 0.01 < before


def test_wilson_by_hand():
    # p = 0, half width z/(1 + z^2/n) * z/(2n): here with p = 0.5 and n = 100, the interval 0.4038 to 0.5962.
    assert margin_of_proportion(100, method="wilson") == pytest.approx((0.5962 - 0.4038) / 2, abs=5e-5)


@given(
    margin=st.floats(0.005, 0.2),
    proportion=st.floats(0.01, 0.99),
    population=st.integers(50, 10**7),
    method=st.sampled_from(["normal", "wilson"]),
)
def test_the_size_reaches_the_margin_and_one_fewer_does_not(margin, proportion, population, method):
    plan = size_for_proportion(margin=margin, proportion=proportion, population=population, method=method)
    options = {"proportion": proportion, "population": population, "method": method}
    assert margin_of_proportion(plan.size, **options) <= margin * (1 + 1e-9)
    if plan.size > 1:
        assert margin_of_proportion(plan.size - 1, **options) > margin * (1 - 1e-9)


def test_a_size_for_a_mean_by_hand():
    # (1.959964 * 20 / 2)^2 = 384.15; of 1,000: 384.15 / 1.38415.
    assert size_for_mean(deviation=20, margin=2).needed == pytest.approx(384.1459, rel=1e-6)
    assert size_for_mean(deviation=20, relative_margin=0.05, mean=40, population=1000).needed == pytest.approx(
        277.5328, rel=1e-6
    )


def test_two_proportions_by_hand():
    # Fleiss: 0.6 and 0.5 at 5 % and 80 %: (1.95996 sqrt(2*0.55*0.45) + 0.84162 sqrt(0.24 + 0.25))^2 / 0.01 = 387.3.
    first, second = size_for_two_proportions(0.6, 0.5)
    assert (first.size, second.size) == (388, 388)
    assert first.needed == pytest.approx(387.34, abs=0.01)
    fewer, more = size_for_two_proportions(0.6, 0.5, ratio=2)
    assert fewer.size < 388 < more.size


@pytest.mark.parametrize(("population", "size"), [(10, 10), (100, 80), (1000, 278), (10000, 370), (1000000, 384)])
def test_krejcie_and_morgans_table(population, size):
    assert krejcie_morgan(population).size == size


def test_the_special_cases_say_what_they_assume():
    assert "not for strata, domains, rare things, means or another margin" in krejcie_morgan(14581).warnings[0]
    assert "takes for granted a share near one half" in slovin(14581, 0.03).warnings[0]


def test_no_usual_formula_at_three_points_gives_989():
    assert slovin(14581, 0.03).size == 1033
    assert size_for_proportion(margin=0.03, population=14581).size == 995


def test_more_than_everybody_is_everybody_with_a_warning():
    plan = size_for_proportion(margin=0.01, population=200, response=0.5)
    assert plan.size == 200
    assert plan.warnings == ("even all 200 complaints would not give 196 answers",)


def test_the_margin_of_a_mean_by_hand():
    # 1.959964 * 20 / sqrt(100), and with 100 of 400 drawn three quarters of its square.
    assert margin_of_mean(100, deviation=20) == pytest.approx(3.919928, rel=1e-6)
    assert margin_of_mean(100, deviation=20, population=400) == pytest.approx(3.919928 * sqrt(0.75), rel=1e-6)
    assert margin_of_mean(100, deviation=20, design_effect=2) == pytest.approx(3.919928 * sqrt(2), rel=1e-6)
    assert margin_of_mean(400, deviation=20, population=400) == 0


@given(
    margin=st.floats(0.05, 50),
    deviation=st.floats(0.1, 500),
    population=st.integers(50, 10**7),
    design_effect=st.floats(0.5, 4),
)
def test_the_size_for_a_mean_reaches_the_margin_and_one_fewer_does_not(margin, deviation, population, design_effect):
    known = {"deviation": deviation, "population": population, "design_effect": design_effect}
    plan = size_for_mean(margin=margin, **known)
    assert margin_of_mean(plan.size, **known) <= margin * (1 + 1e-9)
    if plan.size > 1:
        assert margin_of_mean(plan.size - 1, **known) > margin * (1 - 1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": 0.03, "level": 95}, "the level or power is 95; expected above 0 and below 1 (0.95 for 95 %)"),
        ({"margin": 0.03, "proportion": 1}, "the proportion is 1; expected above 0 and below 1"),
        ({"margin": 0.03, "response": 0}, "the response is 0; expected above 0 and up to 1"),
        ({"margin": 0}, "the margin is 0; expected a number above 0"),
        ({"margin": 3}, "the margin of a share is 3; expected below 1 (0.03 for three points)"),
        ({}, "give a margin or a relative margin, one of the two"),
        ({"margin": 0.03, "relative_margin": 0.1}, "give a margin or a relative margin, one of the two"),
    ],
)
def test_values_outside_their_range_are_refused(options, message):
    with pytest.raises(AllocationError, match=saying(message)):
        size_for_proportion(**options)


def test_slovins_margin_is_a_share_too():
    with pytest.raises(
        AllocationError, match=saying("the margin of a share is 5; expected below 1 (0.03 for three points)")
    ):
        slovin(14581, 5)


def test_a_relative_margin_of_an_unknown_mean_is_refused():
    with pytest.raises(AllocationError, match=saying("a relative margin of a mean needs the mean, other than 0")):
        size_for_mean(deviation=1, relative_margin=0.1)


def test_a_margin_without_a_spread_is_refused():
    with pytest.raises(AllocationError, match=saying("the standard deviation is 0; expected a number above 0")):
        margin_of_mean(10, deviation=0)
    with pytest.raises(AllocationError, match=saying("the size is 11; expected 1 up to the population")):
        margin_of_mean(11, deviation=1, population=10)

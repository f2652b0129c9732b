"""Quantiles with Woodruff's interval."""

import math

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.estimation.quantiles import estimate_quantile
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample


def make(values, **columns):
    table = pd.DataFrame({"days": values, "N": 10 * len(values), **columns})
    return declare_sample(table, strata=[], population_size="N")


def test_the_median_of_an_odd_number_is_the_middle_one():
    assert estimate_quantile(make([5, 1, 9]), "days")[0].estimate == 5


def test_of_an_even_number_math_takes_the_lower_and_school_the_middle():
    sample = make([1, 2, 4, 9])
    assert estimate_quantile(sample, "days")[0].estimate == 2
    assert estimate_quantile(sample, "days", rule="school")[0].estimate == 3


def test_the_interpolated_rule_is_numpys_for_equal_weights():
    values = [3, 1, 4, 1, 5, 9, 2, 6]
    found = estimate_quantile(make(values), "days", probabilities=(0.1, 0.5, 0.9), rule="interpolated")
    assert [row.estimate for row in found] == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]).tolist())


def test_weights_move_the_median():
    table = pd.DataFrame({"days": [1, 2, 3, 10, 11], "N": [3, 3, 3, 40, 40], "channel": [*"aaabb"]})
    assert estimate_quantile(declare_sample(table, strata="channel", population_size="N"), "days")[0].estimate == 10


def test_the_interval_inverts_that_of_the_share_at_or_below():
    values = list(range(1, 101))
    row = estimate_quantile(make(values), "days")[0]
    below = make(["yes" if value <= 50 else "no" for value in values])
    share = estimate_proportion(below, "days", value="yes", method="normal")[0]
    assert (row.lower, row.upper) == (math.ceil(100 * share.lower), math.ceil(100 * share.upper))
    assert row.method == "woodruff"


def test_an_end_beyond_the_sample_is_told():
    row = estimate_quantile(make([1, 2, 3, 4]), "days", probabilities=(0.9,))[0]
    assert row.upper == 4
    assert "the interval reaches beyond the sampled values" in ENGLISH.phrases(row.notes)


def test_domains_and_probabilities_each_make_a_row():
    found = estimate_quantile(make([1, 2, 3, 4], city=[*"NNSS"]), "days", by="city", probabilities=(0.25, 0.5))
    assert [(row.domain, row.category) for row in found] == [("N", "0.25"), ("N", "0.5"), ("S", "0.25"), ("S", "0.5")]


def test_a_single_unit_has_no_interval():
    row = estimate_quantile(make([1, 2, 3], city=[*"NSS"]), "days", by="city").find(domain="N", category="0.5")
    assert row.estimate == 1
    assert math.isnan(row.upper)


def test_a_census_has_its_median_without_doubt():
    table = pd.DataFrame({"days": [1, 2, 3], "N": 3})
    row = estimate_quantile(declare_sample(table, strata=[], population_size="N"), "days")[0]
    assert (row.lower, row.estimate, row.upper, row.method) == (2, 2, 2, "census")


@pytest.mark.parametrize("probability", [0, 1, 50])
def test_a_probability_that_is_no_share_is_refused(probability):
    with pytest.raises(EstimationError, match="expected a number between 0 and 1, such as"):
        estimate_quantile(make([1, 2]), "days", probabilities=(probability,))


def test_an_unknown_rule_is_refused():
    with pytest.raises(EstimationError, match="quantile rule 'maths'; expected math, school, interpolated; did you"):
        estimate_quantile(make([1, 2]), "days", rule="maths")


def test_quantiles_have_no_differences():
    found = estimate_quantile(make([1, 2, 3, 4], city=[*"NNSS"]), "days", by="city")
    with pytest.raises(EstimationError, match="contrasts between domains are not defined for a quantile"):
        estimate_differences(found)

"""Replicate weights."""

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.estimators import estimate_mean, estimate_total
from cmresearch.estimation.replicates import estimate_by_replicates, make_replicates
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

TABLE = pd.DataFrame(
    {
        "channel": [*"aaaabbbbbbcc"],
        "N": [10] * 4 + [300] * 6 + [2] * 2,
        "days": [1, 2, 4, 3, 9, 7, 8, 12, 10, 15, 3, 4],
    }
)


@pytest.fixture
def sample():
    return declare_sample(TABLE, strata="channel", population_size="N")


def total(responses):
    return float((responses.weights * responses.numbers("days")).sum())


def mean(responses):
    return total(responses) / responses.weights.sum()


def test_the_jackknife_of_a_total_is_the_formulas(sample):
    found = estimate_by_replicates(sample, total)
    assert found.standard_error == pytest.approx(estimate_total(sample, "days")[0].standard_error)


def test_the_jackknife_of_a_mean_is_the_formulas(sample):
    found = estimate_by_replicates(sample, mean)
    expected = estimate_mean(sample, "days")[0]
    assert (found.estimate, found.standard_error) == pytest.approx((expected.estimate, expected.standard_error))
    assert found.degrees_of_freedom == expected.degrees_of_freedom


def test_the_rescaled_bootstrap_comes_near_the_formula(sample):
    found = estimate_by_replicates(sample, total, method="bootstrap", replicates=4000)
    assert found.standard_error == pytest.approx(estimate_total(sample, "days")[0].standard_error, rel=0.05)


def test_each_bootstrap_replicate_keeps_the_sum_of_weights_of_every_stratum(sample):
    made = make_replicates(sample, method="bootstrap", replicates=20)
    for label in "abc":
        rows = TABLE["channel"] == label
        assert made.weights[rows].sum(axis=0) == pytest.approx(np.full(20, sample.weights[rows].sum()))


def test_a_stratum_taken_whole_is_never_resampled(sample):
    made = make_replicates(sample, method="bootstrap", replicates=20)
    assert (made.weights[TABLE["channel"] == "c"] == 1).all()


def test_the_bootstrap_is_the_same_on_every_machine(sample):
    made = make_replicates(sample, method="bootstrap", replicates=3, seed=7)
    assert (made.weights[4:10, 0] > 50).tolist() == [True, False, True, False, False, True]


def test_another_seed_draws_others(sample):
    first, second = (make_replicates(sample, method="bootstrap", replicates=3, seed=seed).weights for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_a_figure_that_breaks_in_a_replicate_is_refused(sample):
    with pytest.raises(EstimationError, match="the figure is not finite in 12 of 12 replicates"):
        estimate_by_replicates(sample, lambda _: float("nan"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "jackknive"}, "replicate method 'jackknive'; expected jackknife, bootstrap; did you mean"),
        ({"method": "bootstrap", "replicates": 1}, "1 replicates; a variance needs two, a good one some hundreds"),
        ({"lonely": "average"}, "replicate weights have no variance for lonely strata; lonely='certainty' takes them"),
    ],
)
def test_what_makes_no_sense_is_refused(sample, arguments, message):
    with pytest.raises(EstimationError, match=message):
        make_replicates(sample, **arguments)


def test_a_lonely_stratum_taken_for_a_census_is_told():
    table = pd.concat([TABLE, pd.DataFrame([{"channel": "d", "N": 5, "days": 6}])])
    sample = declare_sample(table, strata="channel", population_size="N")
    with pytest.raises(EstimationError, match="one unit drawn of several in stratum 'd'"):
        estimate_by_replicates(sample, total)
    found = estimate_by_replicates(sample, total, lonely="certainty")
    assert ENGLISH.phrases(found.notes) == "1 strata of one drawn unit: certainty"
    assert found.standard_error == pytest.approx(estimate_total(sample, "days", lonely="certainty")[0].standard_error)

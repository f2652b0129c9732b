"""Weights that reproduce known totals."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.calibration import calibrate, poststratify, rake
from cmresearch.estimation.estimators import estimate_count, estimate_mean, estimate_total
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

TABLE = pd.DataFrame(
    {
        "N": [60] * 6,
        "city": ["North", "North", "North", "North", "South", "South"],
        "late": ["yes", "no", "no", "no", "yes", "no"],
        "days": [2, 4, 6, 8, 10, 16],
    }
)


def saying(text):
    return re.escape(text)


@pytest.fixture
def sample():
    return declare_sample(TABLE, strata=[], population_size="N")


def test_post_strata_have_their_known_sizes(sample):
    found = estimate_count(poststratify(sample, "city", {"North": 30, "South": 30}), "city")
    assert [row.estimate for row in found] == pytest.approx([30, 30])


def test_the_post_stratified_mean_is_the_weighted_mean_of_group_means(sample):
    row = estimate_mean(poststratify(sample, "city", {"North": 30, "South": 30}), "days")[0]
    assert row.estimate == pytest.approx((5 + 13) / 2)
    assert ENGLISH.phrases(row.notes) == "post-stratified on 2 totals"


def test_the_post_stratified_variance_is_that_of_the_residuals(sample):
    # Residuals around group means, weighted by 30/4 and 30/2, over the size 60.
    z = np.array([-3 * 7.5, -1 * 7.5, 1 * 7.5, 3 * 7.5, -3 * 15, 3 * 15]) / 60
    expected = (1 - 6 / 60) * 6 * z.var(ddof=1)
    row = estimate_mean(poststratify(sample, "city", {"North": 30, "South": 30}), "days")[0]
    assert row.standard_error**2 == pytest.approx(expected)


def test_a_calibrated_total_is_known_and_has_no_error(sample):
    row = estimate_count(poststratify(sample, "city", {"North": 45, "South": 15}), "city")[0]
    assert row.standard_error == 0


def test_calibration_on_a_number_is_the_regression_estimator(sample):
    calibrated = calibrate(sample, totals={"days": 600}, size=60)
    assert estimate_total(calibrated, "days")[0].estimate == pytest.approx(600)
    # g-weights 1 + (X - x) (x_i - mean) / sum of w (x_i - mean)^2, with the sample's total 460.
    days = np.array(TABLE["days"], dtype=float)
    centred = days - days.mean()
    expected = 10 * (1 + (600 - 460) * centred / (10 * (centred**2).sum()))
    assert calibrated.weights.tolist() == pytest.approx(expected.tolist())


def test_raking_reproduces_both_margins_and_multiplies_weights(sample):
    raked = rake(sample, {"city": {"North": 30, "South": 30}, "late": {"yes": 15, "no": 45}})
    for name, totals in (("city", [30, 30]), ("late", [45, 15])):
        assert [row.estimate for row in estimate_count(raked, name)] == pytest.approx(totals)
    # Raking keeps the odds ratio of the weights: cells (North, yes)(South, no) over (North, no)(South, yes).
    w = raked.weights
    assert w[0] * w[5] / (w[1] * w[4]) == pytest.approx(1)


@pytest.mark.parametrize(("distance", "bounds"), [("logit", (0.4, 2.5)), ("linear", (0.6, 1.9)), ("raking", None)])
def test_every_distance_reaches_the_totals_within_its_bounds(sample, distance, bounds):
    margins = {"city": {"North": 35, "South": 25}, "late": {"yes": 15, "no": 45}}
    calibrated = calibrate(sample, margins=margins, distance=distance, bounds=bounds)
    for name, totals in (("city", [35, 25]), ("late", [45, 15])):
        assert [row.estimate for row in estimate_count(calibrated, name)] == pytest.approx(totals)
    low, high = bounds or (0, math.inf)
    ratio = calibrated.weights / 10
    assert ratio.min() >= low - 1e-9
    assert ratio.max() <= high + 1e-9


def test_domains_of_a_calibrated_sample_keep_the_calibration(sample):
    calibrated = poststratify(sample, "city", {"North": 30, "South": 30})
    found = estimate_total(calibrated, "days", by="city")
    assert [row.estimate for row in found] == pytest.approx([150, 390])


def test_weighting_classes_make_up_for_non_response_that_follows_them():
    # Of the North half answers and is slow, of the South all answer; the stratum's mean alone would lean South.
    everyone = pd.DataFrame({"city": ["North"] * 40 + ["South"] * 40, "days": [10] * 40 + [2] * 40})
    answered = everyone.drop(range(20)).assign(N=800)
    sample = declare_sample(answered, strata=[], population_size="N")
    assert estimate_mean(sample, "days")[0].estimate == pytest.approx((20 * 10 + 40 * 2) / 60)
    adjusted = poststratify(sample, "city", {"North": 400, "South": 400})
    assert estimate_mean(adjusted, "days")[0].estimate == pytest.approx(6)


def test_negative_weights_are_told(sample):
    notes = calibrate(sample, totals={"days": 50}, size=60).notes
    assert "have a negative weight; raking or bounds avoid it" in ENGLISH.phrases(notes)


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ({"North": 60}, "column 'city': no total is given for 'South'"),
        (
            {"North": 30, "South": 20, "East": 10},
            "column 'city': 10 units have 'East' and none of them is in the sample",
        ),
        ({"North": 60, "South": 0}, "column 'city': total 0 for 'South'; expected a number above zero"),
    ],
)
def test_totals_that_do_not_fit_the_sample_are_refused(sample, totals, message):
    with pytest.raises(EstimationError, match=saying(message)):
        poststratify(sample, "city", totals)


def test_margins_of_different_populations_are_refused(sample):
    message = "the margins have different sums: 'city' 60, 'late' 61; they describe different populations"
    with pytest.raises(EstimationError, match=saying(message)):
        rake(sample, {"city": {"North": 30, "South": 30}, "late": {"yes": 15, "no": 46}})


def test_bounds_that_cannot_be_kept_are_told(sample):
    with pytest.raises(EstimationError, match=saying("no weights of this kind reproduce the totals within the bounds")):
        calibrate(sample, margins={"city": {"North": 10, "South": 50}}, bounds=(0.9, 1.1))


def test_weights_are_calibrated_once(sample):
    once = poststratify(sample, "city", {"North": 30, "South": 30})
    with pytest.raises(EstimationError, match="these weights are calibrated already; give all totals at once"):
        rake(once, {"late": {"yes": 15, "no": 45}})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing to calibrate on; give margins=, totals= or size="),
        (
            {"size": 60, "distance": "lniear"},
            "distance 'lniear'; expected linear, raking, logit; did you mean 'linear'?",
        ),
        ({"size": 60, "distance": "logit"}, "the logit distance needs bounds="),
        ({"size": 60, "bounds": (1.2, 2)}, "expected a smallest ratio below 1 and a largest above 1"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(sample, arguments, message):
    with pytest.raises(EstimationError, match=saying(message)):
        calibrate(sample, **arguments)

"""A small sample with a lonely stratum, a census, unequal weights and blanks: agreement with R's `survey`.

`reference/survey-designs.R` makes the sample and what R says of it. Where we differ on purpose the test says why.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.calibration import calibrate, poststratify
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_total
from cmresearch.estimation.quantiles import estimate_quantile
from cmresearch.estimation.regression import fit_regression
from cmresearch.estimation.tables import goodness_of_fit, rao_scott
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

R = json.loads((Path(__file__).parent / "reference" / "survey-designs.json").read_text(encoding="utf-8"))
TABLE = pd.DataFrame(R["data"])
POLICIES = ("adjust", "average", "certainty")
MARGINS = {"g": {"u": 50, "v": 60, "w": 29}, "k": {"no": 60, "yes": 79}}


@pytest.fixture(scope="module")
def sample():
    return declare_sample(TABLE, strata="h", population_size="N", weight="w")


@pytest.fixture(scope="module")
def calibrated(sample):
    return {
        "poststratified": poststratify(sample, "g", MARGINS["g"]),
        "linear": calibrate(sample, margins=MARGINS, totals={"x": 900}),
        "raking": calibrate(sample, margins=MARGINS, totals={"x": 900}, distance="raking"),
        "logit": calibrate(sample, margins=MARGINS, totals={"x": 900}, distance="logit", bounds=(0.4, 2.5)),
    }


def agrees(rows, expected):
    estimates, errors = (np.ravel(expected[name]) for name in ("estimate", "se"))
    np.testing.assert_allclose([row.estimate for row in rows], estimates, rtol=1e-9)
    known = [place for place, row in enumerate(rows) if row.n > 1 or not np.isnan(row.standard_error)]
    found = [rows[place].standard_error for place in known]
    np.testing.assert_allclose(found, errors[known], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_for_lonely_strata_is_that_of_r(sample, policy):
    expected = R["lonely"][policy]
    agrees(estimate_mean(sample, "y", lonely=policy), expected["mean"])
    agrees(estimate_total(sample, "y", lonely=policy), expected["total"])
    agrees(estimate_proportion(sample, "k", lonely=policy), expected["share"])
    agrees(estimate_mean(sample, "z", missing="drop", lonely=policy), expected["mean_of_known"])


@pytest.mark.parametrize("policy", POLICIES)
def test_domains_know_only_the_lonely_strata_that_they_are_seen_in(sample, policy):
    expected = R["lonely"][policy]
    agrees(estimate_mean(sample, "y", by="k", lonely=policy), expected["mean_by_k"])
    agrees(
        [row for row in estimate_mean(sample, "y", by="h", lonely=policy) if row.n > 1], first(expected["mean_by_h"])
    )
    totals = [row for row in estimate_total(sample, "y", by="h", lonely=policy) if row.n > 1]
    agrees(totals, first(expected["total_by_h"]))


def first(expected):
    """All but the last stratum, which is lonely and of which R says 0, NaN or infinity by turns."""
    return {name: values[:-1] for name, values in expected.items()}


def test_a_domain_of_lonely_strata_alone_has_no_variance_to_average():
    lonely = TABLE.assign(h=np.where(TABLE.index == 28, "e", TABLE["h"]), N=np.where(TABLE.index == 28, 5, TABLE["N"]))
    lonely = lonely.assign(part=np.where(TABLE.index >= 28, "end", "start")).drop(columns="w")
    lonely.loc[lonely["h"] == "c", "N"] = 6
    both = declare_sample(lonely, strata="h", population_size="N")
    found = estimate_mean(both, "y", by="part", lonely="average")
    row = found.find(domain="end")
    assert row.n == 2
    assert np.isnan([row.standard_error, row.lower, row.upper]).all()
    assert "every stratum of this domain has one drawn unit: there is no variance to average" in ENGLISH.phrases(
        row.notes
    )
    assert np.isnan(estimate_differences(found)[0].standard_error)
    assert np.isfinite(found.find(domain="start").standard_error)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_variance_of_a_difference_is_that_of_its_parts_less_twice_their_covariance(sample, policy):
    found = estimate_mean(sample, "y", by="k", lonely=policy)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), [row.standard_error for row in found])
    expected = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert estimate_differences(found)[0].standard_error == pytest.approx(np.sqrt(expected))


@pytest.mark.parametrize("distance", ["poststratified", "linear", "raking", "logit"])
def test_calibrated_weights_and_their_standard_errors_are_those_of_r(calibrated, distance):
    expected, found = R["calibration"][distance], calibrated[distance]
    np.testing.assert_allclose(found.weights, expected["weights"], rtol=1e-8)
    agrees(estimate_mean(found, "y", lonely="adjust"), expected["mean"])
    agrees(estimate_total(found, "y", lonely="adjust"), expected["total"])
    agrees(estimate_proportion(found, "k", lonely="adjust"), expected["share"])
    agrees(estimate_mean(found, "y", by="k", lonely="adjust"), expected["mean_by_k"])
    agrees(fit_regression(found, "y", on=["x"], lonely="adjust"), expected["regression"])


def test_the_order_of_auxiliary_variables_plays_no_part(sample):
    # Two full margins determine each other in one direction; what stands behind them must lose nothing by it.
    ways = [
        calibrate(sample, margins=MARGINS, totals={"x": 900}),
        calibrate(sample, margins=dict(reversed(MARGINS.items())), totals={"x": 900}, size=139),
    ]
    one, other = (estimate_mean(way, "y", lonely="adjust")[0] for way in ways)
    assert one.standard_error == pytest.approx(other.standard_error, rel=1e-9)


@pytest.mark.parametrize("share", ["0.1", "0.25", "0.5", "0.9"])
@pytest.mark.parametrize("rule", ["math", "school", "interpolated"])
def test_a_share_reached_exactly_counts_as_reached(share, rule):
    # R's svyquantile leaves the tie to the last digit of a running sum; R's own quantile() of equal weights does not.
    sample = declare_sample(TABLE[:20].assign(N=619.0), strata=[], population_size="N")
    found = estimate_quantile(sample, "y", probabilities=[float(share)], rule=rule)[0]
    assert found.estimate == pytest.approx(R["ties"][share][rule], rel=1e-12)


def test_the_design_effect_of_one_unit_is_not_known(sample):
    assert np.isnan(estimate_total(sample, "y", by="h", lonely="adjust").find(domain="d").design_effect)


def test_variables_that_the_strata_determine_are_not_tested():
    table = TABLE.assign(taken_whole=TABLE["h"] == "c")
    sample = declare_sample(table, strata="h", population_size="N")
    with pytest.raises(EstimationError, match="do not vary within the strata; there is nothing to test"):
        rao_scott(sample, "taken_whole", "h", lonely="certainty")


@pytest.mark.parametrize("method", ["korn-graubard", "wilson", "logit", "normal"])
def test_nothing_observed_where_no_variance_is_known_is_still_an_interval(method):
    table = TABLE[:4].assign(h=list("abcd"), k="no")
    alone = declare_sample(table, strata="h", population_size="N")
    row = estimate_proportion(alone, "k", method=method, lonely="average")[0]
    assert row.estimate == 1
    assert row.lower < 1 == row.upper


def test_lonely_strata_without_a_variance_to_average_leave_nothing_to_test():
    alone = declare_sample(TABLE[:4].assign(h=list("abcd")), strata="h", population_size="N")
    with pytest.raises(EstimationError, match="does not vary within the strata; there is nothing to test"):
        goodness_of_fit(alone, "k", {"no": 1, "yes": 1}, lonely="average")

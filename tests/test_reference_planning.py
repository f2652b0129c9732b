"""R's results on allocation, size and the intervals of a share: every case compared, or left out with its reason."""

import csv
import json
import math
import os
from pathlib import Path

import pandas as pd
import pytest

from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.estimation.intervals import Share, hypergeometric, korn_graubard, logit, normal, wilson
from cmresearch.estimation.tables import goodness_of_fit
from cmresearch.responses.responses import declare_sample
from cmresearch.sampling.planning import margin_of_mean

HERE = Path(__file__).parent
CASES = json.loads((HERE / "reference" / "allocation-and-size.json").read_text(encoding="utf-8"))["cases"]
WHOLE = Path(os.environ.get("CMRESEARCH_REFERENCE", HERE.parent.parent / "shared" / "reference"))
TRIALS = {"binom.0.10.0.95": (0, 10), "binom.1.989.0.95": (1, 989), "binom.20.989.0.95": (20, 989)}
METHODS = {"exact": korn_graubard, "wilson": wilson, "asymptotic": normal, "logit": logit}
REGIONS = {"NC": 1054, "NE": 220, "S": 1382, "W": 422}

# Where each case is compared. Those of sizes and allocations stand with what they are about.
COMPARED = {
    "test_allocation.py": ("cochran.cities.proportional", "cochran.cities.neyman", "alloc.prop", "alloc.neyman"),
    "test_comparison.py": ("cochran.cities.{method}",),  # proportional and equal
    "test_planning.py": ("size.nPropMoe", "size.nPropMoe.rel", "size.audit_moe_989"),
    "test_reference_planning.py": (
        *("cochran.cities.srs", "sprop.20.989.N14581", "hyper.tails", *TRIALS),
        *("gof.chisq.agsrs_region", "gof.fpc_adjusted"),
    ),
}
LEFT_OUT = {
    **{
        f"binom {method}": "not offered: Korn-Graubard, Wilson, logit, normal and hypergeometric intervals are"
        for method in ("agresti-coull", "bayes", "cloglog", "lrt", "probit", "prop.test")
    },
    "binom.0.10.0.95 asymptotic": "R gives an interval of no width; ours is Korn-Graubard's, and says so",
    "sprop exact": "its bounds are the first numbers that are rejected; base R's tails give those that are not",
}


def simple(hits, n):
    share = hits / n
    return Share(share, share * (1 - share) / n, n, math.inf)


def test_no_case_is_forgotten():
    named = {case for cases in COMPARED.values() for case in cases}
    named |= {"cochran.cities.equal"} if "cochran.cities.{method}" in named else set()
    assert set(CASES) == named - {"cochran.cities.{method}"}
    for name, cases in COMPARED.items():
        text = (HERE / name).read_text(encoding="utf-8")
        assert all(case in text for case in cases), name


def test_the_kept_cases_are_those_of_the_whole_file():
    path = WHOLE / "r" / "allocation-and-size.json"
    if not path.is_file():
        pytest.skip(f"the whole file of R's results is not at {path} (the folder is named by CMRESEARCH_REFERENCE)")
    whole = json.loads(path.read_text(encoding="utf-8"))["cases"]
    assert set(whole) == set(CASES)
    for name, case in CASES.items():
        kept, there = case["value"], whole[name]["value"]
        assert kept == ({key: there[key] for key in kept} if isinstance(kept, dict) else there), name


@pytest.mark.parametrize("case", TRIALS)
@pytest.mark.parametrize("method", METHODS)
def test_intervals_of_a_share_are_those_of_binom(case, method):
    reference, (hits, n) = CASES[case]["value"], TRIALS[case]
    place = reference["method"].index(method)
    found = METHODS[method](simple(hits, n), 0.95)
    if f"{case} {method}" in LEFT_OUT:
        assert reference["upper"][place] == reference["lower"][place]
        assert found.upper - found.lower > 0.2
        assert found.method.startswith("korn-graubard")
        return
    expected = (reference["lower"][place], reference["upper"][place])
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_every_method_of_binom_is_compared_or_left_out():
    offered = {*METHODS, *(name.removeprefix("binom ") for name in LEFT_OUT)}
    assert all(method in offered for case in TRIALS for method in CASES[case]["value"]["method"])


def test_the_exact_bounds_are_those_of_base_r():
    expected = CASES["hyper.tails"]["value"]
    found = hypergeometric(20, 989, 14581, 0.95)
    assert (found.lower, found.upper) == pytest.approx((expected["p_low"], expected["p_up"]), rel=1e-9)


def test_the_normal_interval_with_a_finite_population_is_samplingbooks():
    expected = CASES["sprop.20.989.N14581"]["value"]
    table = pd.DataFrame({"N": 14581, "x": ["yes"] * 20 + ["no"] * 969})
    (share,) = estimate_proportion(declare_sample(table, strata=[], population_size="N"), "x", value="yes")
    assert (share.estimate, share.standard_error) == pytest.approx((expected["p"], expected["se"]), rel=1e-9)
    found = normal(Share(share.estimate, share.standard_error**2, 989, math.inf), 0.95)
    assert [found.lower, found.upper] == pytest.approx(expected["ci"]["approx"], rel=1e-9)


def test_a_simple_random_sample_of_cochrans_cities():
    expected = CASES["cochran.cities.srs"]["value"]["se"]
    z = margin_of_mean(1, deviation=1)
    found = margin_of_mean(24, deviation=math.sqrt(52448), population=64) / z
    assert 64 * found == pytest.approx(expected, rel=1e-9)


@pytest.fixture
def counties(real_data):
    """The sampled counties of agsrs with their region, which the register of all counties tells by state."""
    folder = real_data("survey-reference/SDaA__agsrs.csv").parent
    with (folder / "SDaA__agpop.csv").open(encoding="utf-8", newline="") as lines:
        regions = {row["state"]: row["region"] for row in csv.DictReader(lines)}
    table = pd.read_csv(folder / "SDaA__agsrs.csv")
    return table.assign(N=3078, region=table["state"].map(regions))


def test_goodness_of_fit_to_the_regions_has_rs_statistic(counties):
    expected = CASES["gof.chisq.agsrs_region"]["value"]["statistic"]["X-squared"]
    fit = goodness_of_fit(declare_sample(counties, strata=[], population_size="N"), "region", REGIONS)
    assert fit.pearson == pytest.approx(expected, rel=1e-9)


def test_goodness_of_fit_with_a_finite_population_is_near_the_simple_correction(counties):
    # Rao and Scott's takes the design's covariance and n - 1; the simple one divides by (N - n)/(N - 1).
    expected = CASES["gof.fpc_adjusted"]["value"]
    fit = goodness_of_fit(declare_sample(counties, strata=[], population_size="N"), "region", REGIONS)
    assert fit.p_value == pytest.approx(expected["p"], rel=0.01)

"""Regression with design-based standard errors."""

import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError, ResponseError
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import estimate_mean
from cmresearch.estimation.regression import fit_regression
from cmresearch.estimation.replicates import estimate_by_replicates
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

TABLE = pd.DataFrame(
    {
        "stratum": ["a"] * 6 + ["b"] * 6,
        "N": [30] * 6 + [90] * 6,
        "days": [1, 2, 4, 3, 6, 5, 9, 7, 8, 12, 10, 15],
        "length": [2, 1, 3, 5, 4, 6, 5, 3, 7, 8, 6, 9],
        "channel": [*"wwpwppwpwwpp"],
        "month": ["1", "2", "3"] * 4,
        "late": ["no", "no", "yes", "no", "yes", "no", "yes", "no", "yes", "yes", "no", "yes"],
    }
)


def make(table=TABLE):
    return declare_sample(table, strata="stratum", population_size="N")


def test_a_regression_on_nothing_else_but_a_channel_is_the_difference_of_means():
    sample = make()
    slope = fit_regression(sample, "days", on=["channel"]).find(category="channel = w")
    difference = estimate_differences(estimate_mean(sample, "days", by="channel"))[0]
    assert slope.estimate == pytest.approx(-difference.estimate)
    assert slope.standard_error == pytest.approx(difference.standard_error)


def test_a_simple_random_sample_of_a_large_population_gives_whites_standard_errors():
    sample = declare_sample(TABLE.assign(N=10**9), strata=[], population_size="N")
    found = fit_regression(sample, "days", on=["length"])
    x = np.column_stack([np.ones(12), TABLE["length"]])
    y = TABLE["days"].to_numpy(dtype=float)
    bread = np.linalg.inv(x.T @ x)
    coefficients = bread @ x.T @ y
    scores = x * (y - x @ coefficients)[:, None]
    white = bread @ scores.T @ scores @ bread * 12 / 11
    assert [row.estimate for row in found] == pytest.approx(coefficients.tolist())
    assert found.covariance == pytest.approx(white)


@pytest.mark.parametrize(("model", "outcome", "value"), [("logit", "late", "yes"), ("poisson", "days", None)])
def test_the_linearised_standard_error_is_near_the_jackknifes(model, outcome, value):
    sample = make(pd.concat([TABLE] * 8).assign(N=[900] * 96))

    def slope(responses):
        return fit_regression(responses, outcome, value=value, on=["length"], model=model)[1].estimate

    found = fit_regression(sample, outcome, value=value, on=["length"], model=model)[1]
    assert found.standard_error == pytest.approx(estimate_by_replicates(sample, slope).standard_error, rel=0.02)


def test_a_month_written_as_a_number_can_be_taken_for_a_category():
    names = [row.category for row in fit_regression(make(), "days", on=["month"], categories=["month"])]
    assert names == ["(intercept)", "month = 2", "month = 3"]
    assert [row.category for row in fit_regression(make(), "days", on=["month"])] == ["(intercept)", "month"]


def test_degrees_of_freedom_are_the_designs_less_the_terms():
    assert fit_regression(make(), "days", on=["length", "channel"])[0].degrees_of_freedom == 12 - 2 + 1 - 3


def test_the_explanation_adds_up_to_the_variance():
    found = fit_regression(make(), "days", on=["length"])
    table = found.explain()
    part = table[table["category"] == "length"]["contribution"].sum()
    assert part == pytest.approx(found[1].standard_error ** 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"on": ["length"], "model": "probit"}, "model 'probit'; expected linear, logit, poisson"),
        ({"on": ["length"], "model": "logit"}, "outcome 'days' of a logit model must be 0 or 1; for a category give"),
        ({"on": ["length", "double"]}, "the terms length, double determine each other; leave one out"),
        ({"on": ["length"], "categories": ["month"]}, "categories 'month' is not regressed on"),
        ({"on": ["length"], "value": "yess"}, "variable 'days' has no value 'yess' in the sample"),
        ({"on": ["mixed"]}, "column 'mixed' holds numbers and words, such as 'NA'; correct it, or name it in"),
        ({"on": ["alike"], "missing": "drop"}, "column 'alike' has 1 categories; a term needs two"),
        ({"on": ["gaps"]}, "1 sampled units lack a value; missing='drop' leaves them out"),
    ],
)
def test_what_cannot_be_fitted_is_refused(arguments, message):
    mixed = ["NA", *TABLE["length"][1:]]
    table = TABLE.assign(mixed=mixed, double=2 * TABLE["length"], gaps=[None, *TABLE["length"][1:]])
    table["alike"] = [None, *["web"] * (len(TABLE) - 1)]
    with pytest.raises(EstimationError, match=message):
        fit_regression(make(table), "days", **arguments)


def test_a_term_that_tells_the_outcome_of_every_unit_is_refused():
    table = TABLE.assign(late=np.where(TABLE["length"] > 4, "yes", "no"))
    with pytest.raises(EstimationError, match=r"a term (may tell|tells) the outcome of every unit"):
        fit_regression(make(table), "late", value="yes", on=["length"], model="logit")


def test_an_unknown_term_is_refused():
    with pytest.raises(ResponseError, match="the sample has no column 'lenght'; did you mean 'length'"):
        fit_regression(make(), "days", on=["lenght"])


def test_units_without_a_value_are_left_out_as_a_domain():
    table = TABLE.assign(gaps=[None, *TABLE["length"][1:]])
    found = fit_regression(make(table), "days", on=["gaps"], missing="drop")
    assert found[0].n == 11
    assert ENGLISH.phrases(found[0].notes) == "1 units without a value left out"

"""Means, totals, shares, ratios and differences, against the textbook."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_sample import DAYS, VARIANCE_OF_TOTAL, make, saying

from cmresearch.errors import EstimationError
from cmresearch.estimation.calibration import poststratify
from cmresearch.estimation.estimators import (
    estimate_count,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
)
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample


@pytest.fixture
def sample():
    return make()


class TestMeansAndTotals:
    def test_the_total_is_the_sum_of_stratum_sizes_times_means(self, sample):
        assert estimate_total(sample, "days")[0].estimate == pytest.approx(30 * 4 + 10 * 12)

    def test_the_mean_is_the_total_over_the_size(self, sample):
        assert estimate_mean(sample, "days")[0].estimate == pytest.approx(240 / 40)

    def test_the_standard_error_is_cochrans(self, sample):
        assert estimate_total(sample, "days")[0].standard_error == pytest.approx(math.sqrt(VARIANCE_OF_TOTAL))
        assert estimate_mean(sample, "days")[0].standard_error == pytest.approx(math.sqrt(VARIANCE_OF_TOTAL) / 40)

    def test_the_interval_has_units_less_strata_degrees_of_freedom(self, sample):
        row = estimate_mean(sample, "days")[0]
        assert row.degrees_of_freedom == 4
        assert row.method == "student-t"
        assert row.upper - row.estimate == pytest.approx(2.776445105 * row.standard_error)  # t(0.975, 4)

    def test_the_coefficient_of_variation_is_relative(self, sample):
        row = estimate_mean(sample, "days")[0]
        assert row.coefficient_of_variation == pytest.approx(row.standard_error / 6)

    def test_the_design_effect_of_a_simple_random_sample_is_one(self):
        simple = make(DAYS.assign(N=40), strata=[])
        assert estimate_mean(simple, "days")[0].design_effect == pytest.approx(1)
        with_replacement = estimate_mean(simple, "days", deff="with_replacement")[0].design_effect
        assert with_replacement == pytest.approx(1 - 6 / 40)

    def test_a_domain_counts_the_rest_as_zeros(self, sample):
        # z = w (y - mean) / N_d in the domain and 0 outside; North: web 2 and 4 (w 7.5), phone 10 (w 5).
        row = estimate_mean(sample, "days", by="city").find(domain="North")
        size, mean = 7.5 * 2 + 5, (7.5 * 6 + 5 * 10) / 20
        web = np.array([7.5 * (2 - mean), 7.5 * (4 - mean), 0, 0]) / size
        phone = np.array([5 * (10 - mean), 0]) / size
        variance = (1 - 4 / 30) * 4 * web.var(ddof=1) + (1 - 2 / 10) * 2 * phone.var(ddof=1)
        assert row.estimate == pytest.approx(mean)
        assert row.standard_error**2 == pytest.approx(variance)
        assert (row.n, row.degrees_of_freedom) == (3, 1)

    def test_several_columns_make_domains_of_their_combinations(self, sample):
        found = estimate_mean(sample, "days", by=["channel", "city"])
        assert [row.domain for row in found] == ["phone / North", "phone / South", "web / North", "web / South"]

    def test_domain_totals_add_up_to_the_total(self, sample):
        parts = estimate_total(sample, "days", by="city")
        assert sum(row.estimate for row in parts) == pytest.approx(240)

    def test_a_single_unit_has_a_mean_but_no_standard_error(self, sample):
        row = estimate_mean(sample, "days", by=["channel", "city"]).find(domain="phone / North")
        assert row.estimate == 10
        assert math.isnan(row.standard_error)
        assert math.isnan(row.lower)
        assert ENGLISH.phrases(row.notes) == "rests on one unit"

    def test_the_total_of_a_single_unit_domain_does_vary(self, sample):
        row = estimate_total(sample, "days", by=["channel", "city"]).find(domain="phone / North")
        assert row.standard_error == pytest.approx(math.sqrt(0.8 * 2 * np.var([50, 0], ddof=1)))


class TestShares:
    def test_every_category_is_estimated_at_once(self, sample):
        found = estimate_proportion(sample, "answer")
        assert [(row.category, row.estimate) for row in found] == [("no", 17.5 / 40), ("yes", 22.5 / 40)]

    def test_the_standard_error_is_that_of_the_mean_of_ones_and_zeros(self, sample):
        ones = make(DAYS.assign(answer=(DAYS["answer"] == "yes").astype(int)))
        expected = estimate_mean(ones, "answer")[0].standard_error
        assert estimate_proportion(sample, "answer", value="yes")[0].standard_error == pytest.approx(expected)

    def test_counts_are_shares_times_the_size(self, sample):
        assert [row.estimate for row in estimate_count(sample, "answer")] == [17.5, 22.5]

    def test_a_category_that_a_domain_lacks_is_zero_with_a_proper_interval(self, sample):
        row = estimate_proportion(sample, "answer", by="channel").find(domain="phone", category="yes")
        assert (row.estimate, row.lower) == (0, 0)
        assert row.upper == pytest.approx(1 - 0.025 ** (1 / 2))  # Clopper-Pearson for 0 of 2

    @pytest.mark.parametrize("method", ["korn-graubard", "wilson", "logit", "normal"])
    def test_all_or_nothing_observed_never_gives_an_interval_of_no_width(self, method):
        table = DAYS.assign(answer="yes")
        row = estimate_proportion(make(table), "answer", method=method)[0]
        assert (row.estimate, row.upper) == (1, 1)
        assert 0.3 < row.lower < 0.7

    @pytest.mark.parametrize("method", ["korn-graubard", "wilson", "logit", "normal"])
    def test_a_variable_that_follows_the_strata_keeps_a_proper_interval(self, sample, method):
        row = estimate_proportion(sample, "channel", value="web", method=method)[0]
        assert row.standard_error == 0
        assert row.lower < 0.75 < row.upper
        assert ENGLISH.phrases(row.notes) == "no variation observed within strata"

    def test_an_unknown_category_is_answered_with_the_nearest(self, sample):
        message = "variable 'answer' has no value 'yess' in the sample; did you mean 'yes'? (it has no, yes)"
        with pytest.raises(EstimationError, match=saying(message)):
            estimate_proportion(sample, "answer", value="yess")

    def test_an_unknown_method_is_answered_with_the_nearest(self, sample):
        with pytest.raises(EstimationError, match=r"interval method 'wilsen'; expected .*; did you mean 'wilson'"):
            estimate_proportion(sample, "answer", method="wilsen")

    def test_the_exact_interval_needs_a_simple_random_sample(self, sample):
        with pytest.raises(EstimationError, match="exact for a simple random sample only; this one has 2 strata"):
            estimate_proportion(sample, "answer", method="hypergeometric")

    def test_the_exact_interval_of_a_simple_random_sample_is_the_hypergeometric(self):
        # Of 8 units 2 are drawn and none has the property: up to 5 may have it, C(3, 2) / C(8, 2) = 3/28 > 0.1.
        table = pd.DataFrame({"N": [8, 8], "answer": ["no", "no"]})
        row = estimate_proportion(make(table, strata=[]), "answer", method="hypergeometric", level=0.8)[0]
        assert (row.lower, row.upper, row.method) == (3 / 8, 1, "hypergeometric")


class TestDigits:
    """Figures of numbers that are large beside their spread, or do not vary at all."""

    FAR = DAYS.assign(far=DAYS["days"] + np.where(DAYS["channel"] == "web", 10**9, 3 * 10**9))

    def test_a_number_that_is_large_beside_its_spread_keeps_its_standard_error(self):
        # A constant for each stratum adds nothing to the variance of a total.
        error = estimate_total(make(self.FAR), "far")[0].standard_error
        assert error == pytest.approx(math.sqrt(VARIANCE_OF_TOTAL), rel=1e-9)
        assert estimate_mean(make(self.FAR), "far")[0].standard_error == pytest.approx(error / 40, rel=1e-7)

    def test_so_do_its_covariances_and_its_calibrated_variance(self):
        totals = estimate_total(make(self.FAR), "far", by="channel")
        assert totals.covariance == pytest.approx(estimate_total(make(), "days", by="channel").covariance, rel=1e-9)
        sizes = {"web": 30, "phone": 10}
        error = estimate_total(poststratify(make(self.FAR), "channel", sizes), "far")[0].standard_error
        assert error == pytest.approx(math.sqrt(VARIANCE_OF_TOTAL), rel=1e-6)

    def test_a_number_that_never_varies_has_no_spread_whatever_the_weights(self):
        weight = [7.1, 7.7, 7.4, 7.8, 4.9, 5.1]
        sample = declare_sample(DAYS.assign(same=0.1, w=weight), strata="channel", population_size="N", weight="w")
        for row in estimate_mean(sample, "same", by="city"):
            assert row.standard_error == 0
            assert np.isnan(row.design_effect)
            assert "no variation observed within strata" in ENGLISH.phrases(row.notes)


class TestRatios:
    def test_the_ratio_is_that_of_the_totals(self, sample):
        row = estimate_ratio(sample, "days", "letters")[0]
        letters = 30 * 2 + 10 * 6
        assert row.estimate == pytest.approx(240 / letters)

    def test_the_ratios_standard_error_is_that_of_its_residuals(self, sample):
        residuals = make(DAYS.assign(residual=DAYS["days"] - 2 * DAYS["letters"]))
        expected = estimate_total(residuals, "residual")[0].standard_error / 120
        assert estimate_ratio(sample, "days", "letters")[0].standard_error == pytest.approx(expected)

    def test_a_denominator_of_zero_is_refused(self):
        with pytest.raises(EstimationError, match="the denominator's total is zero; there is no ratio"):
            estimate_ratio(make(DAYS.assign(letters=0)), "days", "letters")
        letters = DAYS["letters"].where(DAYS["channel"] == "web", 0)
        with pytest.raises(EstimationError, match="is zero in 1 of 2 domains, such as 'phone'; there is no ratio"):
            estimate_ratio(make(DAYS.assign(letters=letters)), "days", "letters", by="channel")


def test_equal_rows_put_together_give_the_same_estimates():
    table = DAYS.assign(N=[80] * 4 + [20] * 2)
    apart = make(pd.concat([table, table, table.iloc[:4]], ignore_index=True))
    together = dataclasses.replace(
        make(table), weights=np.array([80 / 12] * 4 + [5] * 2), counts=np.array([3.0] * 4 + [2.0] * 2)
    )
    for estimate, variable in ((estimate_mean, "days"), (estimate_total, "days"), (estimate_proportion, "answer")):
        for row, same in zip(
            estimate(apart, variable, by="city"), estimate(together, variable, by="city"), strict=True
        ):
            assert row.n == same.n
            assert (row.estimate, row.standard_error) == pytest.approx((same.estimate, same.standard_error))
            assert row.design_effect == pytest.approx(same.design_effect)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(-50, 50)), min_size=6, max_size=30), st.randoms())
def test_the_order_of_rows_plays_no_part(rows, random):
    rows = [("a", 1), ("a", 2), ("b", 3), ("b", 4), *rows]
    shuffled = rows.copy()
    random.shuffle(shuffled)
    first, second = (
        estimate_mean(make(pd.DataFrame(order, columns=["channel", "days"]).assign(N=100)), "days")[0]
        for order in (rows, shuffled)
    )
    assert first.estimate == pytest.approx(second.estimate)
    assert first.standard_error == pytest.approx(second.standard_error, abs=1e-12)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=4, max_size=40),
    st.sampled_from(["korn-graubard", "wilson", "logit", "normal"]),
)
def test_shares_sum_to_one_and_lie_in_an_interval_with_width(rows, method):
    table = pd.DataFrame([("a", "x"), ("a", "y"), ("b", "x"), ("b", "x"), *rows], columns=["channel", "answer"])
    found = estimate_proportion(make(table.assign(N=500)), "answer", method=method)
    assert sum(row.estimate for row in found) == pytest.approx(1)
    for row in found:
        assert row.lower <= row.estimate <= row.upper
        assert row.upper - row.lower > 1e-3

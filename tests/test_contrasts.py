"""Differences and other contrasts between domains."""

import math

import pytest
from small_sample import DAYS, make, saying

from cmresearch.errors import EstimationError
from cmresearch.estimation.contrasts import estimate_contrast, estimate_differences
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def sample():
    return make()


def test_a_contrast_that_varies_is_not_said_not_to():
    means = estimate_mean(make(DAYS.assign(days=[2, 4, 4, 6, 10, 10])), "days", by="channel")
    assert ENGLISH.phrases(means.find(domain="phone").notes) == "no variation observed within strata"
    assert ENGLISH.phrases(estimate_differences(means)[0].notes) == ""
    still = estimate_mean(make(DAYS.assign(days=5)), "days", by="channel")
    assert ENGLISH.phrases(estimate_differences(still)[0].notes) == "no variation observed within strata"


class TestDifferences:
    def test_strata_differ_with_independent_errors(self, sample):
        means = estimate_mean(sample, "days", by="channel")
        row = estimate_differences(means)[0]
        assert (row.domain, row.estimate) == ("phone - web", pytest.approx(8))
        assert row.standard_error**2 == pytest.approx(sum(mean.standard_error**2 for mean in means))

    def test_domains_that_cut_across_strata_differ_with_their_covariance(self, sample):
        means = estimate_mean(sample, "days", by="city")
        covariance = means.covariance
        expected = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        assert abs(covariance[0, 1]) > 0
        assert estimate_differences(means)[0].standard_error ** 2 == pytest.approx(expected)

    def test_differences_of_shares_come_for_each_category(self, sample):
        found = estimate_differences(estimate_proportion(sample, "answer", by="city"))
        assert [(row.domain, row.category) for row in found] == [("North - South", "no"), ("North - South", "yes")]
        assert found[0].estimate == pytest.approx(-found[1].estimate)

    def test_without_two_domains_there_is_no_difference(self, sample):
        with pytest.raises(EstimationError, match="a difference needs two domains; name their column with by="):
            estimate_differences(estimate_mean(sample, "days"))

    def test_a_domain_of_one_unit_has_a_difference_without_a_standard_error(self, sample):
        found = estimate_differences(estimate_mean(sample, "days", by=["channel", "city"]))
        assert math.isnan(found.find(domain="phone / North - web / North").standard_error)


class TestContrasts:
    def test_a_contrast_of_two_is_their_difference(self, sample):
        means = estimate_mean(sample, "days", by="city")
        contrast, difference = estimate_contrast(means, {"North": 1, "South": -1})[0], estimate_differences(means)[0]
        assert contrast.domain == "1 North - 1 South"
        assert (contrast.estimate, contrast.standard_error) == (difference.estimate, difference.standard_error)

    def test_a_contrasts_variance_is_the_quadratic_form_of_the_covariance(self, sample):
        shares = estimate_proportion(sample, "answer", by="city")
        found = estimate_contrast(shares, {"North": 0.3, "South": 0.7}, category="yes")[0]
        places = [shares.place(domain=domain, category="yes") for domain in ("North", "South")]
        block = shares.covariance[places][:, places]
        assert found.standard_error**2 == pytest.approx([0.3, 0.7] @ block @ [0.3, 0.7])

    def test_an_unknown_domain_is_refused(self, sample):
        with pytest.raises(EstimationError, match=saying("no estimate of 'days' for domain 'Nort'")):
            estimate_contrast(estimate_mean(sample, "days", by="city"), {"Nort": 1, "South": -1})

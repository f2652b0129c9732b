"""Strata taken whole, and strata of one drawn unit."""

import math

import pandas as pd
import pytest
from small_sample import DAYS, VARIANCE_OF_TOTAL, make, saying

from cmresearch.errors import EstimationError
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_total
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def sample():
    return make()


class TestCensusAndLonelyStrata:
    TAKEN_WHOLE = pd.concat(
        [DAYS, pd.DataFrame([{"channel": "email", "N": 1, "days": 7, "city": "North", "answer": "yes"}])]
    )
    LONELY = TAKEN_WHOLE.assign(N=TAKEN_WHOLE["N"].replace(1, 5))

    def test_a_stratum_taken_whole_adds_nothing_to_the_variance(self):
        row = estimate_total(make(self.TAKEN_WHOLE), "days")[0]
        assert row.estimate == pytest.approx(247)
        assert row.standard_error == pytest.approx(math.sqrt(VARIANCE_OF_TOTAL))

    def test_a_domain_that_is_a_stratum_taken_whole_is_labelled_a_census(self):
        row = estimate_mean(make(self.TAKEN_WHOLE), "days", by="channel").find(domain="email")
        assert (row.estimate, row.standard_error, row.lower, row.upper) == (7, 0, 7, 7)
        assert (row.method, ENGLISH.phrases(row.notes)) == ("census", "census: every unit of these strata was read")

    def test_a_share_in_a_census_has_an_interval_of_no_width(self):
        row = estimate_proportion(make(self.TAKEN_WHOLE), "answer", by="channel").find(domain="email", category="no")
        assert (row.lower, row.upper, row.method) == (0, 0, "census")

    def test_a_domain_seen_only_in_a_census_stratum_that_it_does_not_fill_is_no_census(self):
        table = pd.DataFrame(
            {
                "channel": ["mail", "mail", "web", "web"],
                "N": [2, 2, 9, 9],
                "city": ["North", "South", "South", "South"],
                "answer": ["yes", "no", "no", "yes"],
            }
        )
        row = estimate_proportion(make(table), "answer", by="city").find(domain="North", category="yes")
        assert row.method == "korn-graubard"
        assert row.lower < 1

    def test_a_lonely_stratum_is_refused_with_its_name_and_the_policies(self):
        message = (
            "one unit drawn of several in stratum 'email' (1 of 5): it has no variance of its own; choose a policy "
            "with lonely=adjust, lonely=average, lonely=certainty, or put strata together"
        )
        with pytest.raises(EstimationError, match=saying(message)):
            estimate_mean(make(self.LONELY), "days")

    def test_average_gives_the_lonely_stratum_the_mean_variance_of_the_others(self):
        row = estimate_total(make(self.LONELY), "days", lonely="average")[0]
        assert row.standard_error**2 == pytest.approx(VARIANCE_OF_TOTAL * 3 / 2)
        assert ENGLISH.phrases(row.notes) == "1 strata of one drawn unit: average"

    def test_certainty_takes_the_lonely_stratum_for_a_census_and_says_so(self):
        row = estimate_total(make(self.LONELY), "days", lonely="certainty")[0]
        assert row.standard_error**2 == pytest.approx(VARIANCE_OF_TOTAL)
        assert ENGLISH.phrases(row.notes) == "1 strata of one drawn unit: certainty"

    def test_adjust_centres_the_lonely_unit_at_the_mean_of_all(self):
        row = estimate_mean(make(self.LONELY), "days", lonely="adjust")[0]
        mean = (240 + 35) / 45
        known = VARIANCE_OF_TOTAL / 45**2
        assert row.standard_error**2 == pytest.approx(known + (1 - 1 / 5) * (5 * (7 - mean) / 45) ** 2)

    def test_an_unknown_policy_is_refused(self):
        with pytest.raises(EstimationError, match=r"policy for lonely strata 'avrage'; expected .*; did you mean"):
            estimate_mean(make(self.LONELY), "days", lonely="avrage")

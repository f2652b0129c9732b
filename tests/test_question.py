"""Missing values and units outside the question."""

import dataclasses
import math

import numpy as np
import pytest
from small_sample import DAYS, make, saying

from cmresearch.errors import EstimationError, ResponseError
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion, estimate_ratio
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def sample():
    return make()


class TestMissingValues:
    TABLE = DAYS.assign(days=[2, 4, None, 6, 10, 14], answer=["yes", None, "yes", "no", "no", "no"])

    def test_blanks_are_refused_unless_a_policy_is_named(self):
        message = "variable 'days': 1 of 6 sampled units have no value; missing='drop' estimates over those"
        with pytest.raises(EstimationError, match=saying(message)):
            estimate_mean(make(self.TABLE), "days")

    def test_dropping_makes_those_with_a_value_a_domain_and_counts_the_rest(self):
        row = estimate_mean(make(self.TABLE), "days", missing="drop")[0]
        filled = self.TABLE.assign(known=self.TABLE["days"].notna().astype(str), days=self.TABLE["days"].fillna(0))
        expected = estimate_mean(make(filled), "days", by="known").find(domain="True")
        assert (row.estimate, row.standard_error, row.n) == (expected.estimate, expected.standard_error, 5)
        assert ENGLISH.phrases(row.notes) == "1 units without a value left out: a figure of those with one"

    def test_a_blank_category_is_no_category(self):
        found = estimate_proportion(make(self.TABLE), "answer", missing="drop")
        assert [row.category for row in found] == ["no", "yes"]
        assert sum(row.estimate for row in found) == pytest.approx(1)

    def test_a_variable_that_is_blank_throughout_is_refused(self):
        with pytest.raises(EstimationError, match="variable 'days': no sampled unit has a value"):
            estimate_mean(make(DAYS.assign(days=None)), "days", missing="drop")

    def test_a_domain_without_any_value_is_told_and_not_guessed(self):
        table = DAYS.assign(days=[2, 4, 4, 6, None, None])
        row = estimate_mean(make(table), "days", by="channel", missing="drop").find(domain="phone")
        assert row.n == 0
        assert math.isnan(row.estimate)
        assert (
            ENGLISH.phrases(row.notes)
            == "2 units without a value left out: a figure of those with one; no unit of this domain has a value"
        )

    def test_a_unit_without_a_domain_is_left_out_and_counted_where_blanks_may_be_dropped(self):
        table = DAYS.assign(city=["N", "N", None, "S", "S", "N"])
        message = "column 'city': blank for 1 sampled units; a unit whose domain nobody knows cannot be put in one"
        with pytest.raises(ResponseError, match=saying(message)):
            estimate_mean(make(table), "days", by="city")
        crossed = estimate_mean(make(table), "days", by=["city", "channel"], missing="drop")
        assert [row.domain for row in crossed] == ["N / phone", "N / web", "S / phone", "S / web"]
        named = estimate_mean(make(table.fillna({"city": "?"})), "days", by="city")
        found = estimate_mean(make(table), "days", by="city", missing="drop")
        assert {ENGLISH.phrases(row.notes) for row in found} == {"1 units without a domain left out"}
        assert [(row.domain, row.standard_error) for row in found] == [
            (row.domain, row.standard_error) for row in named if row.domain != "?"
        ]
        with pytest.raises(EstimationError, match="column 'city': no sampled unit has a domain"):
            estimate_mean(make(DAYS.assign(city=None)), "days", by="city", missing="drop")

    def test_a_ratio_in_a_domain_without_any_value_is_told_and_not_guessed(self):
        table = DAYS.assign(letters=[2, 4, 4, 6, None, None])
        row = estimate_ratio(make(table), "days", "letters", by="channel", missing="drop").find(domain="phone")
        assert row.n == 0
        assert math.isnan(row.estimate)
        assert "no unit of this domain has a value" in ENGLISH.phrases(row.notes)

    def test_an_ineligible_unit_is_outside_the_question_and_inside_the_design(self, sample):
        eligible = np.array([True, True, True, False, True, True])
        row = estimate_mean(dataclasses.replace(sample, eligible=eligible), "days")[0]
        marked = make(DAYS.assign(inside=["in", "in", "in", "out", "in", "in"]))
        expected = estimate_mean(marked, "days", by="inside").find(domain="in")
        assert row.standard_error == pytest.approx(expected.standard_error)

    def test_a_word_for_missing_is_an_answer_that_is_named(self):
        table = DAYS.assign(answer=["yes", "NA", "yes", "no", "no", "no"])
        found = estimate_proportion(make(table), "answer")
        assert [row.category for row in found] == ["NA", "no", "yes"]
        assert (
            ENGLISH.phrases(found[0].notes)
            == "'NA' counted as an answer: name with blank= what means that there is none"
        )
        coded = dataclasses.replace(make(table), categories={"answer": ["NA", "no", "yes"]})
        assert ENGLISH.phrases(estimate_proportion(coded, "answer")[0].notes) == ""

"""Estimates as records, and where they come from."""

import json

import pytest
from small_sample import make

from cmresearch.errors import EstimationError
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import estimate_mean, estimate_proportion


@pytest.fixture
def sample():
    return make()


class TestRecords:
    def test_records_are_plain_and_say_none_where_there_is_no_figure(self, sample):
        records = estimate_mean(sample, "days", by=["channel", "city"]).to_records()
        text = json.dumps(records, allow_nan=False)
        assert json.loads(text)[0]["standard_error"] is None
        assert list(records[0])[:10] == [
            "domain",
            "category",
            "estimate",
            "standard_error",
            "lower",
            "upper",
            "level",
            "method",
            "degrees_of_freedom",
            "n",
        ]

    def test_an_unknown_domain_is_refused(self, sample):
        with pytest.raises(EstimationError, match="no estimate of 'days' for domain 'Nort' and category None"):
            estimate_mean(sample, "days", by="city").find(domain="Nort")

    def test_a_level_in_percent_is_refused(self, sample):
        with pytest.raises(EstimationError, match="confidence level 95; expected a number between 0 and 1"):
            estimate_mean(sample, "days", level=95)

    def test_the_explanation_gives_the_figure_back(self, sample):
        row = estimate_mean(sample, "days")[0]
        table = estimate_mean(sample, "days").explain()
        assert table["stratum"].tolist() == ["phone", "web"]
        assert table["mean"].tolist() == [12, 4]
        assert table["variance"].tolist() == pytest.approx([8, 8 / 3])
        assert table["weighted_sum"].sum() / table["weight_sum"].sum() == pytest.approx(row.estimate)
        n = table["sampled"]
        spread = table["score_squares"] - table["score_sum"] ** 2 / n
        assert (table["correction"] * n / (n - 1) * spread).sum() == pytest.approx(row.standard_error**2)
        assert table["contribution"].sum() == pytest.approx(row.standard_error**2)

    def test_the_explanation_of_a_share_names_its_category(self, sample):
        found = estimate_proportion(sample, "answer", by="city")
        table = found.explain()
        part = table[(table["domain"] == "North") & (table["category"] == "yes")]
        row = found.find(domain="North", category="yes")
        assert part["weighted_sum"].sum() / part["weight_sum"].sum() == pytest.approx(row.estimate)
        assert part["contribution"].sum() == pytest.approx(row.standard_error**2)

    def test_the_explanation_of_a_difference_adds_up_to_its_variance(self, sample):
        found = estimate_differences(estimate_mean(sample, "days", by="city"))
        table = found.explain()
        assert table["contribution"].sum() == pytest.approx(found[0].standard_error ** 2)
        assert "mean" not in table.columns

"""Time to close with open complaints counted as such."""

import math
import os
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from cmresearch.errors import EstimationError, ResponseError
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.estimation.replicates import estimate_by_replicates
from cmresearch.estimation.survival import estimate_survival, follow_up
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import declare_sample

REAL = Path(os.environ.get("CMRESEARCH_REAL_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
CASEWORK = REAL / "nyc-council-casework"

# Kaplan and Meier by hand: at risk 6, 5, 3, 1 when 1, 1, 1, 1 close.
HAND = pd.DataFrame({"N": [600] * 6, "days": [1, 3, 3, 4, 6, 9], "done": ["yes", "yes", "no", "yes", "no", "yes"]})


def make(table=HAND, strata=()):
    return declare_sample(table, strata=list(strata), population_size="N")


def simulated():
    number = np.arange(120)
    days = (number * 7919 % 97) % 31 + 1
    table = pd.DataFrame({"stratum": np.array([*"abc"])[number % 3], "days": days})
    table["done"] = np.where(number * 104729 % 10 < 7, "yes", "no")
    return make(table.assign(N=table["stratum"].map({"a": 60, "b": 400, "c": 2000})), ["stratum"])


def test_the_curve_is_kaplan_and_meiers():
    curve = estimate_survival(make(), "days", "done")[0]
    assert curve.times.tolist() == [1, 3, 4, 9]
    expected = [5 / 6, 5 / 6 * 4 / 5, 5 / 6 * 4 / 5 * 2 / 3, 0]
    assert curve.open_share.tolist() == pytest.approx(expected)
    assert curve.at_risk.tolist() == [6, 5, 3, 1]
    assert (curve.n, curve.censored) == (6, 2)


def test_the_weighted_curve_is_that_of_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    sample = simulated()
    curve = estimate_survival(sample, "days", "done")[0]
    status = (sample.words("done") == "yes").astype(int)
    expected = SurvfuncRight(sample.numbers("days"), status, freq_weights=sample.weights)
    assert curve.open_share.tolist() == pytest.approx(expected.surv_prob.tolist())


def test_without_censoring_the_share_closed_is_a_share():
    table = HAND.assign(done="yes", soon=np.where(HAND["days"] <= 3, "yes", "no"))
    closed = estimate_survival(make(table), "days", "done")[0].share_closed_within(3)
    share = estimate_proportion(make(table), "soon", value="yes")[0]
    assert (closed.estimate, closed.standard_error) == pytest.approx((share.estimate, share.standard_error))
    assert (closed.lower, closed.upper) == pytest.approx((share.lower, share.upper))


@pytest.mark.parametrize("days", [5, 12, 25])
def test_the_linearised_standard_error_of_the_curve_is_near_the_jackknifes(days):
    def closed(sample):
        return estimate_survival(sample, "days", "done")[0].share_closed_within(days).estimate

    found = estimate_survival(simulated(), "days", "done")[0].share_closed_within(days)
    assert found.standard_error == pytest.approx(estimate_by_replicates(simulated(), closed).standard_error, rel=0.05)


def test_weights_are_not_taken_for_numbers_of_cases():
    heavy, light = (estimate_survival(make(HAND.assign(N=n)), "days", "done")[0] for n in (600, 600_000))
    assert heavy.standard_errors[1] == pytest.approx(light.standard_errors[1], rel=0.01)


def test_the_restricted_mean_is_the_area_under_the_curve():
    curve = estimate_survival(make(), "days", "done")[0]
    found = curve.restricted_mean(5)
    assert found.estimate == pytest.approx(1 + 2 * 5 / 6 + 1 * 2 / 3 + 1 * 4 / 9)


def test_the_restricted_means_standard_error_is_near_the_jackknifes():
    def area(sample):
        return estimate_survival(sample, "days", "done")[0].restricted_mean(20).estimate

    found = estimate_survival(simulated(), "days", "done")[0].restricted_mean(20)
    assert found.standard_error == pytest.approx(estimate_by_replicates(simulated(), area).standard_error, rel=0.05)


def test_the_median_is_the_first_time_at_which_half_is_closed():
    row = estimate_survival(make(), "days", "done")[0].median()
    assert row.estimate == 4
    assert row.lower <= 4 <= row.upper or math.isnan(row.upper)


def test_a_median_that_the_follow_up_does_not_reach_is_told():
    table = HAND.assign(done=["yes", *["no"] * 5])
    row = estimate_survival(make(table), "days", "done")[0].median()
    assert math.isnan(row.estimate)
    assert ENGLISH.phrases(row.notes) == "5 of 6 still open; not reached within the follow-up"


def test_before_the_first_closing_the_interval_still_has_a_width():
    row = estimate_survival(make(), "days", "done")[0].share_closed_within(0.5)
    assert (row.estimate, row.lower) == (0, 0)
    assert row.upper == pytest.approx(1 - 0.025 ** (1 / 6))


def test_beyond_the_follow_up_nothing_is_known():
    table = HAND.assign(done=["yes", *["no"] * 5])
    curve = estimate_survival(make(table), "days", "done")[0]
    with pytest.raises(EstimationError, match="no complaint was followed for 30; the longest was 9"):
        curve.share_closed_within(30)


def test_each_domain_has_its_curve():
    table = HAND.assign(city=[*"NSNSNS"])
    curves = estimate_survival(make(table), "days", "done", by="city")
    assert [(curve.domain, curve.n) for curve in curves] == [("N", 3), ("S", 3)]


def test_a_domain_that_is_open_throughout_stays_at_one_beside_the_others():
    table = HAND.assign(city=["North"] * 4 + ["South"] * 2, done=["yes"] * 4 + ["no"] * 2)
    north, south = estimate_survival(make(table), "days", "done", by="city")
    assert (len(south.times), south.n, south.censored, len(south.to_frame())) == (0, 2, 2, 0)
    share = south.share_closed_within(5)
    assert (share.estimate, share.lower) == (0, 0)
    assert share.upper == pytest.approx(1 - 0.025 ** (1 / 2))
    assert math.isnan(south.median().estimate)
    assert ENGLISH.phrases(south.median().notes) == "2 of 2 still open; not reached within the follow-up"
    assert south.restricted_mean(5).estimate == 5
    assert north.censored == 0


def test_an_end_that_is_not_reached_is_told_apart_from_a_median_that_is_not():
    row = estimate_survival(make(HAND.assign(done=["yes"] * 6).iloc[:4]), "days", "done")[0].median()
    assert row.estimate == 3
    assert math.isnan(row.upper)
    assert ENGLISH.phrases(row.notes) == "0 of 4 still open; the upper end is not reached within the follow-up"


def test_the_table_has_a_row_for_each_time():
    table = estimate_survival(make(), "days", "done")[0].to_frame()
    assert table["at_risk"].tolist() == [6, 5, 3, 1]
    assert ((table["lower"] <= table["open_share"]) & (table["open_share"] <= table["upper"])).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HAND.assign(days=[-1, 3, 3, 4, 6, 9]), "column 'days': 1 sampled units have a duration below zero"),
        (HAND.assign(days=[None, 3, 3, 4, 6, 9]), "column 'days': 1 sampled units have no duration"),
        (HAND.assign(done=[None, *["yes"] * 5]), "column 'done': blank for 1 sampled units"),
        (HAND.assign(done="no"), "column 'done' has no; closed is 'yes', which no sampled unit has; there is no curve"),
    ],
)
def test_what_has_no_curve_is_refused(table, message):
    with pytest.raises(EstimationError, match=message):
        estimate_survival(make(table), "days", "done")


def test_a_closing_after_the_export_counts_as_still_open():
    table = pd.DataFrame({"N": [9, 9], "from": ["2022-01-01"] * 2, "to": ["2022-01-05 12:00", "2022-02-01"]})
    found = follow_up(make(table), opened="from", closed="to", until="2022-01-31").table
    assert found["follow_up_days"].tolist() == [4.5, 30]
    assert found["follow_up_closed"].tolist() == ["yes", "no"]


def test_a_complaint_closed_before_it_was_opened_is_refused():
    table = pd.DataFrame({"N": [9, 9], "from": ["2022-01-05"] * 2, "to": ["2022-01-01", "2022-01-06"]})
    with pytest.raises(ResponseError, match="1 sampled units end before they begin, such as sampled unit 1"):
        follow_up(make(table), opened="from", closed="to", until="2022-01-31")


def test_a_time_that_is_not_iso_is_refused():
    table = pd.DataFrame({"N": [9], "from": ["5/1/22"], "to": [None]})
    with pytest.raises(ResponseError, match="column 'from' holds a time that is not in ISO form"):
        follow_up(make(table), opened="from", closed="to", until="2022-01-31")


CASES = """
    SELECT unique_key, opendate::DATE::VARCHAR AS opened, closedate::DATE::VARCHAR AS closed
    FROM read_parquet(?) WHERE opendate BETWEEN '2022-01-01' AND '2022-04-07' ORDER BY ALL
"""


@pytest.fixture(scope="module")
def exports():
    paths = [CASEWORK / f"casework-export-{month}.parquet" for month in ("2022-04", "2025-11")]
    if not all(path.is_file() for path in paths):
        pytest.skip(f"New York's casework exports are not in {CASEWORK}")
    first, second = (duckdb.connect().execute(CASES, [str(path)]).df() for path in paths)
    return first, second[second["unique_key"].isin(first["unique_key"])]


@pytest.mark.parametrize(("place", "until"), [(0, "2022-04-07"), (1, "2025-01-09")])
def test_both_new_york_exports_tell_of_the_same_city(exports, place, until):
    table = exports[place]
    sample = follow_up(make(table.assign(N=len(table))), opened="opened", closed="closed", until=until)
    curve = estimate_survival(sample)[0]
    within = [curve.share_closed_within(days).estimate for days in (7, 14, 30)]
    done = sample.table["follow_up_closed"] == "yes"
    assert sample.table.loc[done, "follow_up_days"].median() == (4, 14)[place]  # what the closed ones alone say
    assert 27 <= curve.median().estimate <= 28
    assert within == pytest.approx([0.364, 0.430, 0.516], abs=0.02)


def test_an_interval_from_a_sample_of_new_york_covers_the_truth(exports):
    table = exports[0]
    drawn = table.iloc[::9].assign(N=len(table))
    curve = estimate_survival(follow_up(make(drawn), opened="opened", closed="closed", until="2022-04-07"))[0]
    week, median = curve.share_closed_within(7), curve.median()
    assert week.lower < 0.364 < week.upper
    assert median.lower <= 28 <= median.upper


def test_a_register_read_in_full_is_a_census():
    curve = estimate_survival(make(HAND.assign(N=6)), "days", "done")[0]
    for row in (curve.share_closed_within(4), curve.median(), curve.restricted_mean(6)):
        assert row.lower == row.estimate == row.upper
        assert row.method == "census"


def test_one_complaint_alone_tells_nothing_of_its_spread():
    curve = estimate_survival(
        make(pd.concat([HAND[:1], HAND]).assign(N=700, city=[*"S", *"NNNNNN"])), "days", "done", by="city"
    )[1]
    row = curve.restricted_mean(1)
    assert row.n == 1
    assert math.isnan(row.standard_error)
    assert math.isnan(row.lower)
    assert "rests on one unit" in ENGLISH.phrases(row.notes)


def test_the_policy_for_lonely_strata_is_named():
    table = HAND.assign(channel=[*"aaaaab"])
    curve = estimate_survival(make(table, ["channel"]), "days", "done", lonely="certainty")[0]
    assert "1 strata of one drawn unit: certainty" in ENGLISH.phrases(curve.median().notes)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Yes", "yes"], "column 'done' has Yes, yes; closed is 'yes', and 'Yes' would count as open"),
        (["yess", "no"], "column 'done' has no, yess; closed is 'yes'; did you mean 'yess'?"),
    ],
)
def test_spellings_of_closed_that_would_count_as_open_are_refused(words, message):
    with pytest.raises(EstimationError, match=re.escape(message)):
        estimate_survival(make(HAND.assign(done=words * 3)), "days", "done")

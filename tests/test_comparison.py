"""What an allocation lets be known, and the methods side by side, beside the textbook and R."""

import json
import re
from math import sqrt
from pathlib import Path

import pytest

from cmresearch.errors import AllocationError
from cmresearch.sampling.allocation import Allocation, allocate
from cmresearch.sampling.comparison import compare_allocations, margins
from cmresearch.sampling.planning import margin_of_mean, margin_of_proportion

CASES = json.loads((Path(__file__).parent / "reference" / "allocation-and-size.json").read_text("utf-8"))["cases"]
CITIES, CITY_DEVIATIONS = {"large": 16, "other": 48}, {"large": sqrt(53843), "other": sqrt(5581)}


def test_margins_of_an_allocation_by_hand():
    table = margins(allocate({"a": 100, "b": 300}, 40)).set_index("domain")
    # Stratum a: 10 of 100; p q N/(N-1) = 0.252525; variance 0.252525 / 10 * 0.9.
    assert table.loc["a", "standard_error"] == pytest.approx(sqrt(0.25 * 100 / 99 / 10 * 0.9))
    overall = sqrt(0.25**2 * 0.25 * 100 / 99 / 10 * 0.9 + 0.75**2 * 0.25 * 300 / 299 / 30 * 0.9)
    assert table["standard_error"].iloc[0] == pytest.approx(overall)
    assert table["margin"].iloc[0] == pytest.approx(1.959964 * overall, rel=1e-6)


def test_margins_of_domains_made_of_strata():
    allocation = allocate({"a": 100, "b": 300, "c": 50}, 45)
    table = margins(allocation, domains={"a": "x", "b": "x", "c": "y"})
    assert table[["frame_size", "sample_size"]].to_numpy().tolist() == [[450, 45], [400, 40], [50, 5]]


def test_a_census_has_no_margin_and_a_stratum_without_sample_has_none_that_is_known():
    table = margins(allocate({"a": 2, "b": 50, "c": 1}, 40, minimum=0, take_all=["a"])).set_index("domain")
    assert table.loc["a", "margin"] == 0
    skipped = margins(allocate({"a": 50, "b": 1}, 3, minimum=0))
    assert skipped["margin"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("method", ["proportional", "equal"])
def test_standard_errors_of_cochrans_cities(method):
    table = compare_allocations(CITIES, 24, deviations=CITY_DEVIATIONS)
    overall = table[(table["method"] == method) & table["domain"].isna()]
    expected = CASES[f"cochran.cities.{method}"]["value"]["se"] / 64
    assert overall["standard_error"].tolist() == pytest.approx([expected], rel=1e-9)


def test_the_exact_optimum_is_never_worse_than_rounding_and_neyman_never_worse_than_proportional():
    deviations = {"a": 1.0, "b": 4.0, "c": 0.3, "d": 2.2}
    table = compare_allocations({"a": 40, "b": 31, "c": 900, "d": 77}, 37, deviations=deviations)
    overall = table[table["domain"].isna()].set_index(["method", "remainders"])["standard_error"]
    assert overall["neyman", "exact"] <= overall["neyman", "largest fractions"]
    assert overall["neyman", "exact"] <= overall["proportional", "largest fractions"]


def test_all_methods_are_compared_where_costs_and_means_are_known():
    ones = dict.fromkeys(CITIES, 1.0)
    table = compare_allocations(CITIES, 24, deviations=CITY_DEVIATIONS, means=ones, costs=ones)
    assert list(dict.fromkeys(table["method"])) == ["proportional", "equal", "neyman", "cost", "power"]
    assert (table.groupby(["method", "remainders"])["sample_size"].max() == 24).all()


def test_one_stratum_alone_has_the_margin_of_a_simple_random_sample():
    one = allocate({"all": 14581}, 989)
    assert margins(one)["margin"].iloc[0] == pytest.approx(margin_of_proportion(989, population=14581))
    mean = margins(one, deviations={"all": 20.0})["margin"].iloc[0]
    assert mean == pytest.approx(margin_of_mean(989, deviation=20, population=14581))


def test_margins_allow_for_those_that_cannot_be_coded():
    one = allocate({"all": 1000}, 100)
    assert margins(one, response=0.8)["margin"].iloc[0] == pytest.approx(margin_of_proportion(80, population=1000))


def test_lonely_strata_are_counted_in_each_domain():
    allocation = Allocation({"a": 50, "b": 40, "c": 1}, {"a": 1, "b": 1, "c": 1}, "by hand", 0)
    table = margins(allocation, domains={"a": "x", "b": "y", "c": "y"})
    assert table["lonely_strata"].tolist() == [2, 1, 1]


def test_the_gain_of_the_exact_optimum_over_rounding_by_hand():
    # N S = 90, 40, 40 share 7 as 3.71, 1.65, 1.65: rounded 4, 2, 1, at best 3, 2, 2. The variances of the total are
    # 8100/4 + 1600/2 + 1600/1 - 430 = 3995 and 8100/3 + 1600/2 + 1600/2 - 430 = 3870.
    sizes, deviations = {"a": 30, "b": 20, "c": 20}, {"a": 3.0, "b": 2.0, "c": 2.0}
    table = compare_allocations(sizes, 7, deviations=deviations, minimum=1)
    overall = table[table["domain"].isna()].set_index(["method", "remainders"])
    assert overall.loc[("neyman", "exact"), "gain"] == pytest.approx(1 - sqrt(3870 / 3995))
    assert overall.loc[("neyman", "exact"), "standard_error"] == pytest.approx(sqrt(3870) / 70)
    assert overall["gain"].notna().sum() == 1
    assert overall.loc[("neyman", "largest fractions"), "lonely_strata"] == 1


def test_a_maximum_and_strata_taken_whole_hold_for_every_method():
    sizes = {"a": 40, "b": 31, "c": 900, "d": 7}
    table = compare_allocations(sizes, 60, deviations=dict.fromkeys(sizes, 1.0), maximum=30, take_all=["d"])
    assert (table[table["domain"] == "d"]["sample_size"] == 7).all()
    assert table[table["domain"] == "c"]["sample_size"].max() <= 30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"response": 0}, "the response is 0; expected above 0 and up to 1"),
        ({"proportion": 1.0}, "the proportion is 1.0; expected above 0 and below 1"),
        ({"level": 95}, "the level or power is 95; expected above 0 and below 1 (0.95 for 95 %)"),
        ({"deviations": {"a": 1.0}}, "stratum 'b' has no standard deviation"),
        ({"domains": {"b": "x"}}, "stratum 'a' has no domain"),
    ],
)
def test_what_a_margin_cannot_be_computed_from_is_refused(options, message):
    with pytest.raises(AllocationError, match=f"^{re.escape(message)}$"):
        margins(allocate({"a": 50, "b": 40}, 20), **options)

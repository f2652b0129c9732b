"""How many complaints to draw from each stratum."""

import itertools
import json
import re
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.errors import AllocationError
from cmresearch.sampling.allocation import METHODS, Allocation, allocate, grow

SIZES = {"JAKI": 70, "Qlue": 25, "SMS": 5}
CITIES = {"large": 16, "other": 48}  # Cochran's 64 cities, page 94
CITY_DEVIATIONS = {"large": sqrt(53843), "other": sqrt(5581)}
REFERENCE = json.loads((Path(__file__).parent / "reference" / "allocation-and-size.json").read_text(encoding="utf-8"))
CASES = REFERENCE["cases"]


def saying(text):
    return f"^{re.escape(text)}$"


def variance_of_total(sizes, deviations, parts):
    return sum(sizes[h] ** 2 * deviations[h] ** 2 / parts[h] * (1 - parts[h] / sizes[h]) for h in sizes)


def test_proportional_parts_are_shares_of_the_frame_and_add_up():
    assert allocate({"a": 50, "b": 30, "c": 20}, 10).sample_sizes == {"a": 5, "b": 3, "c": 2}


def test_remainders_go_to_the_largest_fractions_and_ties_to_the_first_label():
    # 7 of 30: 2.33 each, so one is left over, and all three fractions are alike.
    assert allocate({"c": 10, "a": 10, "b": 10}, 7).sample_sizes == {"a": 3, "b": 2, "c": 2}


def test_a_small_stratum_gets_the_minimum_and_the_rest_is_shared_among_the_others():
    # SMS would get half a complaint; it gets 2, and 8 are shared 70 to 25: 5.89 and 2.11.
    assert allocate(SIZES, 10).sample_sizes == {"JAKI": 6, "Qlue": 2, "SMS": 2}


def test_a_stratum_smaller_than_the_minimum_is_taken_whole():
    assert allocate({"a": 99, "b": 1, "c": 0}, 10, minimum=3).sample_sizes == {"a": 9, "b": 1, "c": 0}


def test_labels_stand_in_the_order_of_their_utf8_bytes():
    assert list(allocate({"é": 5, "z": 5, "Z": 5}, 6).sample_sizes) == ["Z", "z", "é"]


def test_a_maximum_is_kept_and_the_rest_goes_elsewhere():
    # 15 are left for 25 and 5 complaints: 12.5 and 2.5.
    assert allocate(SIZES, 30, maximum=15).sample_sizes == {"JAKI": 15, "Qlue": 13, "SMS": 2}


def test_a_stratum_that_is_taken_whole_is_taken_whole():
    allocation = allocate(SIZES, 25, take_all=["SMS"])
    assert allocation.sample_sizes["SMS"] == 5
    assert allocation.size == 25


def test_equal_parts():
    assert allocate(SIZES, 18, method="equal").sample_sizes == {"JAKI": 7, "Qlue": 6, "SMS": 5}


def test_a_larger_allocation_keeps_what_a_smaller_one_has():
    # Largest remainders alone may take one away when the size grows.
    sizes = {"a": 6, "b": 6, "c": 2}
    ten, eleven = allocate(sizes, 10, minimum=0), allocate(sizes, 11, minimum=0)
    assert (ten.sample_sizes["c"], eleven.sample_sizes["c"]) == (2, 1)
    assert allocate(sizes, 11, minimum=0, at_least=ten.sample_sizes).sample_sizes["c"] == 2


@pytest.mark.parametrize("method", METHODS)
def test_growing_keeps_what_was_drawn_and_divides_the_rest_by_the_same_method(method):
    spread = {"JAKI": 1.0, "Qlue": 6.0, "SMS": 0.5}
    known = {"deviations": spread, "means": dict.fromkeys(SIZES, 2.0), "costs": {"JAKI": 1.0, "Qlue": 4.0, "SMS": 1.0}}
    small = allocate(SIZES, 12, method=method, **known)
    large = grow(small, 40)
    assert large.size == 40
    assert all(large.sample_sizes[label] >= part for label, part in small.sample_sizes.items())
    assert large == allocate(SIZES, 40, method=method, at_least=small.sample_sizes, **known)


def test_growing_keeps_the_maximum_and_the_strata_taken_whole_unless_told_otherwise():
    small = allocate(SIZES, 25, maximum=15, take_all=["SMS"])
    assert grow(small, 35).sample_sizes == {"JAKI": 15, "Qlue": 15, "SMS": 5}
    with pytest.raises(AllocationError, match="cannot draw 36 complaints: the most from each stratum add up to 35"):
        grow(small, 36)
    assert grow(small, 60, maximum=40).sample_sizes == {"JAKI": 40, "Qlue": 15, "SMS": 5}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scores": {}}, "the smaller allocation does not hold the scores of its method, neyman; divide anew"),
        ({"scores": {"a": 1.0}}, "neyman allocation needs the score in stratum 'b'; found None"),
        ({"method": "by hand"}, "there is no allocation method 'by hand'; there is proportional, equal, neyman"),
        ({"remainders": "up"}, "there is no way 'up' for remainders"),
    ],
)
def test_what_does_not_say_how_it_was_divided_cannot_grow(changed, message):
    held = {"method": "neyman", "minimum": 2, "scores": {"a": 1.0, "b": 2.0}, "remainders": "exact integer optimum"}
    small = Allocation({"a": 50, "b": 40}, {"a": 3, "b": 4}, **{**held, **changed})
    with pytest.raises(AllocationError, match=message):
        grow(small, 20)


def test_growing_to_fewer_is_refused():
    with pytest.raises(AllocationError, match=saying("cannot grow to 9 complaints: 10 are drawn already")):
        grow(allocate(SIZES, 10), 9)


def test_the_last_bits_of_a_deviation_decide_nothing():
    # The order in which threads add up differs from run to run.
    one = allocate(SIZES, 30, method="neyman", deviations=dict.fromkeys(SIZES, 0.1 + 0.2))
    assert one == allocate(SIZES, 30, method="neyman", deviations=dict.fromkeys(SIZES, 0.3))


def test_the_allocation_of_cochrans_cities():
    expected = CASES["cochran.cities.proportional"]["value"]
    parts = allocate(CITIES, 24).sample_sizes
    assert list(parts.values()) == expected["n"]
    assert variance_of_total(CITIES, CITY_DEVIATIONS, parts) == pytest.approx(expected["V"], rel=1e-9)


def test_neyman_shares_are_those_of_r_before_rounding():
    unrounded = CASES["cochran.cities.neyman"]["value"]["unrounded"]
    parts = allocate(CITIES, 24, method="neyman", deviations=CITY_DEVIATIONS, remainders="largest fractions")
    assert list(parts.sample_sizes.values()) == [round(part) for part in unrounded] == [12, 12]


@pytest.mark.parametrize(("case", "method"), [("alloc.prop", "proportional"), ("alloc.neyman", "neyman")])
def test_parts_are_within_one_of_the_unrounded_parts_of_r(case, method):
    labels = [f"stratum {number}" for number in range(6)]
    sizes = dict(zip(labels, REFERENCE["Nh"], strict=True))
    deviations = dict(zip(labels, REFERENCE["Sh"], strict=True))
    expected = CASES[case]["value"]["nh"]
    parts = allocate(sizes, 100, method=method, deviations=deviations, remainders="largest fractions", minimum=0)
    assert all(abs(part - share) < 1 for part, share in zip(parts.sample_sizes.values(), expected, strict=True))
    assert parts.size == 100


def test_cost_allocation_takes_fewer_where_a_complaint_costs_more():
    # Shares 30 * 2 / sqrt(1) = 60 and 40 * 3 / sqrt(4) = 60: half and half.
    parts = allocate(
        {"a": 30, "b": 40}, 20, method="cost", deviations={"a": 2, "b": 3}, costs={"a": 1, "b": 4}, minimum=0
    )
    assert parts.sample_sizes == {"a": 10, "b": 10}


def test_power_allocation_lies_between_equal_precision_and_neyman():
    sizes, one = {"a": 900, "b": 100}, {"a": 1.0, "b": 1.0}

    def parts(power):
        return allocate(sizes, 40, method="power", deviations=one, means=one, power=power).sample_sizes["a"]

    # Scores N^q: 900 to 100, 30 to 10, 1 to 1.
    assert (parts(1.0), parts(0.5), parts(0.0)) == (36, 30, 20)


def test_the_exact_optimum_is_the_best_of_all_whole_numbers():
    sizes, deviations = {"a": 6, "b": 9, "c": 4}, {"a": 2.0, "b": 7.5, "c": 1.0}
    parts = allocate(sizes, 11, method="neyman", deviations=deviations).sample_sizes
    every = itertools.product(*(range(2, total + 1) for total in sizes.values()))
    best = min(
        variance_of_total(sizes, deviations, dict(zip(sizes, tried, strict=True)))
        for tried in every
        if sum(tried) == 11
    )
    assert variance_of_total(sizes, deviations, parts) == pytest.approx(best)


def test_the_exact_optimum_of_wrights_example_is_not_the_rounded_one():
    # N S = 10, 10, 1 and n = 4: Neyman's shares 1.90, 1.90, 0.19 round to 2, 2, 0, which leaves a stratum out.
    sizes, deviations = {"a": 10, "b": 10, "c": 1}, {"a": 1.0, "b": 1.0, "c": 1.0}
    rounded = allocate(sizes, 4, method="neyman", deviations=deviations, minimum=0, remainders="largest fractions")
    exact = allocate(sizes, 4, method="neyman", deviations=deviations, minimum=0)
    assert rounded.sample_sizes == {"a": 2, "b": 2, "c": 0}
    assert exact.sample_sizes == {"a": 2, "b": 1, "c": 1}
    assert exact.remainders == "exact integer optimum"


def test_strata_without_spread_take_what_the_others_cannot():
    parts = allocate({"a": 4, "b": 50, "c": 50}, 24, method="neyman", deviations={"a": 1, "b": 0, "c": 0})
    assert parts.sample_sizes == {"a": 4, "b": 10, "c": 10}


def test_one_of_several_and_none_of_several_are_warned_of():
    allocation = allocate({"a": 50, "b": 9, "c": 1, "d": 20}, 6, minimum=0)
    assert (allocation.lonely, allocation.skipped) == (("b", "d"), ("c",))
    assert allocation.warnings == (
        "one of several complaints is drawn from 2 strata (b, d): no variance can be estimated there",
        "no complaint is drawn from 1 strata (c): the sample says nothing of them",
    )
    assert allocate({"a": 50, "b": 1}, 6, minimum=1).warnings == ()


def test_the_table_gives_probabilities_and_weights():
    table = allocate({"a": 8, "b": 2, "c": 0}, 4).to_frame()
    assert table["inclusion_probability"].tolist()[:2] == [0.25, 1.0]
    assert table["design_weight"].tolist()[:2] == [4.0, 1.0]


@pytest.mark.parametrize(
    ("size", "options", "message"),
    [
        (101, {}, "cannot draw 101 complaints: the frame holds 100"),
        (0, {}, "cannot draw 0 complaints with at least 2 from each stratum"),
        (
            5,
            {},
            "cannot draw 5 complaints: at least 2 from each of 3 strata (all of a smaller one, and what else was asked "
            "for) are 6",
        ),
        (40, {"maximum": 10}, "cannot draw 40 complaints: the most from each stratum add up to 25"),
        (
            10,
            {"method": "neymann"},
            "there is no allocation method 'neymann'; did you mean 'neyman'?; there is proportional, equal, neyman, "
            "cost, power",
        ),
        (10, {"take_all": ["JAKY"]}, "take_all: the frame has no stratum 'JAKY'; did you mean 'JAKI'?"),
        (10, {"method": "neyman"}, "neyman allocation needs the standard deviation in each stratum"),
        (
            10,
            {"method": "neyman", "deviations": {"JAKI": 1.0, "Qlue": float("nan"), "SMS": -1.0}},
            "neyman allocation needs the standard deviation in stratum 'Qlue'; found nan\n"
            "neyman allocation needs the standard deviation in stratum 'SMS'; found -1.0",
        ),
        (
            10,
            {"at_least": {"JAKI": 20}, "maximum": 15},
            "stratum 'JAKI': at least 20 and at most 15 complaints were asked for",
        ),
    ],
)
def test_what_cannot_be_divided_is_refused(size, options, message):
    with pytest.raises(AllocationError, match=saying(message)):
        allocate(SIZES, size, **options)


@st.composite
def plans(draw):
    totals = draw(st.lists(st.integers(0, 400), min_size=1, max_size=12).filter(any))
    sizes = {f"stratum {number}": total for number, total in enumerate(totals)}
    minimum = draw(st.integers(0, 4))
    least = max(1, sum(min(minimum, total) for total in totals))
    size = draw(st.integers(least, sum(totals)))
    deviations = {label: draw(st.floats(0, 100)) for label in sizes}
    return sizes, minimum, size, deviations


@given(plan=plans(), method=st.sampled_from(["proportional", "equal", "neyman"]), exact=st.booleans())
def test_parts_add_up_and_stay_within_their_bounds(plan, method, exact):
    sizes, minimum, size, deviations = plan
    remainders = "exact" if exact else "largest fractions"
    parts = allocate(sizes, size, method=method, minimum=minimum, deviations=deviations, remainders=remainders)
    assert parts.size == size
    assert all(min(minimum, total) <= parts.sample_sizes[label] <= total for label, total in sizes.items())


@given(plan=plans())
def test_the_order_of_the_strata_plays_no_part(plan):
    sizes, minimum, size, _ = plan
    other = dict(reversed(sizes.items()))
    assert allocate(sizes, size, minimum=minimum) == allocate(other, size, minimum=minimum)

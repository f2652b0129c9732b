"""Intervals against published values."""

import math

import pytest

from cmresearch.errors import EstimationError
from cmresearch.estimation.intervals import (
    Share,
    check_level,
    hypergeometric,
    korn_graubard,
    logit,
    normal,
    student,
    t_quantile,
    wilson,
)


def simple(hits, n):
    """A share from a simple random sample with replacement, whose effective size is its size."""
    share = hits / n
    return Share(share, share * (1 - share) / n, n, n - 1)


# R binom 1.1.1.1, binom.confint(20, 989): methods exact and wilson.
def test_korn_graubard_of_a_simple_sample_is_clopper_pearson():
    interval = korn_graubard(simple(20, 989), 0.95)
    assert (interval.lower, interval.upper) == pytest.approx((0.0123950817710248, 0.0310598161612194), rel=1e-9)


def test_wilson_of_a_simple_sample_is_wilsons():
    interval = wilson(simple(20, 989), 0.95)
    assert (interval.lower, interval.upper) == pytest.approx((0.013128501693357, 0.0310290608572333), rel=1e-9)


# R binom 1.1.1.1, binom.confint(0, 10).
def test_nothing_observed_has_an_upper_bound():
    assert korn_graubard(simple(0, 10), 0.95).upper == pytest.approx(0.308497107818761, rel=1e-9)
    assert wilson(simple(0, 10), 0.95).upper == pytest.approx(0.277532799862889, rel=1e-9)
    assert korn_graubard(simple(0, 10), 0.95).lower == wilson(simple(0, 10), 0.95).lower == 0


@pytest.mark.parametrize("method", [korn_graubard, wilson, logit, normal])
@pytest.mark.parametrize("hits", [0, 10])
def test_all_or_nothing_never_gives_an_interval_without_width(method, hits):
    interval = method(simple(hits, 10), 0.95)
    assert interval.upper - interval.lower > 0.2


def test_where_the_logit_does_not_exist_the_method_says_what_stands_in():
    assert logit(simple(0, 10), 0.95).method == "korn-graubard (logit undefined: no variance observed)"


def test_few_degrees_of_freedom_widen_the_interval():
    many, few = (korn_graubard(Share(0.3, 0.002, 200, df), 0.95) for df in (199, 5))
    assert few.upper - few.lower > many.upper - many.lower


# R: min(which(phyper(19, M, 14581 - M, 989, lower.tail = FALSE) > 0.025)) and its like for the upper end.
def test_the_exact_bounds_of_20_in_989_of_14581():
    interval = hypergeometric(20, 989, 14581, 0.95)
    assert (interval.lower * 14581, interval.upper * 14581) == pytest.approx((185, 447))


def test_the_exact_interval_agrees_with_trying_every_possibility():
    # 3 of 6 drawn from 10: the numbers of marked units under which neither tail of the draw is below 5 %.
    def tails(marked):
        ways = [math.comb(marked, k) * math.comb(10 - marked, 6 - k) for k in range(7)]
        return sum(ways[3:]) / sum(ways), sum(ways[:4]) / sum(ways)

    possible = [marked for marked in range(11) if min(tails(marked)) > 0.05]
    interval = hypergeometric(3, 6, 10, 0.9)
    assert (interval.lower * 10, interval.upper * 10) == (min(possible), max(possible))


def test_a_full_set_that_was_read_leaves_no_doubt():
    interval = hypergeometric(3, 10, 10, 0.95)
    assert (interval.lower, interval.upper) == (0.3, 0.3)


def test_the_t_quantile_tends_to_the_normal():
    assert t_quantile(0.95, 1e9) == pytest.approx(t_quantile(0.95, math.inf), rel=1e-6)


def test_student_is_symmetric():
    interval = student(5, 2, 7, 0.9)
    assert interval.upper - 5 == pytest.approx(5 - interval.lower)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(EstimationError, match="expected a number between 0 and 1, such as"):
        check_level(level)

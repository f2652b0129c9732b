"""What every coefficient of agreement shares: ratings that are refused, resamples, intervals and bounds."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cmresearch.errors import ReliabilityError
from cmresearch.language.voice import ENGLISH
from cmresearch.reliability.coefficients import krippendorff_alpha, percent_agreement

REFERENCE = json.loads((Path(__file__).parent / "reference" / "reliability.json").read_text(encoding="utf-8"))
SETS = ["four_raters_twelve_units", "two_raters_ten_units"]
SCALES = ["nominal", "ordinal", "interval", "ratio"]
RATINGS = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(2, 4)),
    elements=st.sampled_from([0.0, 1.0, 2.0, np.nan]),
)


def published(name):
    return np.array(REFERENCE[name]["ratings"], dtype=float)


def test_units_with_one_rating_play_no_part():
    four = krippendorff_alpha(published(SETS[0]))
    assert four.units == 11
    assert krippendorff_alpha(published(SETS[0])[:-1]) == four


def test_the_interval_comes_from_resampled_units_and_is_the_same_on_every_run():
    alpha = krippendorff_alpha(published(SETS[0]))
    assert alpha == krippendorff_alpha(published(SETS[0]))
    assert (alpha.lower, alpha.upper) == pytest.approx((0.44545, 0.93764), abs=1e-5)
    assert alpha.lower < alpha.value < alpha.upper
    assert alpha.method == "percentile bootstrap over units, 1,000 replicates, seed 1"


@pytest.mark.parametrize("metric", SCALES)
def test_each_resample_has_the_alpha_of_its_own_units(metric):
    # Three units, five resamples: the interval's ends lie within what the drawn units give one by one.
    ratings = np.array([[1, 1], [1, 2], [3, 3]], dtype=float)
    draws = (np.random.PCG64(7).random_raw(15) % np.uint64(3)).astype(int).reshape(5, 3)
    singly = [krippendorff_alpha(ratings[drawn], metric).value for drawn in draws]
    expected = np.quantile([value for value in singly if value is not None], [0.025, 0.975])
    alpha = krippendorff_alpha(ratings, metric, replicates=5, seed=7)
    assert (alpha.lower, alpha.upper) == pytest.approx(tuple(expected))


@pytest.mark.parametrize("coefficient", [percent_agreement, krippendorff_alpha])
@pytest.mark.parametrize("ratings", [np.empty((0, 2)), [[1, np.nan], [np.nan, 2]]])
def test_ratings_without_a_pair_give_no_value_and_say_why(coefficient, ratings):
    measured = coefficient(ratings)
    assert measured.value is None
    assert ENGLISH.phrases(measured.notes) == "no unit was rated by two raters, so there is nothing to compare"


def test_one_unit_has_a_value_and_no_interval():
    agreement = percent_agreement([[1, 0, 1]])
    assert agreement.value == pytest.approx(1 / 3)
    assert agreement.lower is None
    assert ENGLISH.phrases(agreement.notes) == "only one unit was rated by two raters, so there is nothing to resample"


def test_perfect_agreement_warns_that_the_interval_is_empty():
    alpha = krippendorff_alpha([[0, 0], [1, 1]] * 20)
    assert (alpha.value, alpha.lower, alpha.upper) == (1.0, 1.0, 1.0)
    assert (
        ENGLISH.phrases(alpha.notes)
        == "every unit agrees in every resample, so the interval cannot show how uncertain that is"
    )


def test_resamples_that_miss_a_rare_code_are_left_out_and_counted():
    ratings = np.zeros((10, 2))
    ratings[:2] = [[1, 1], [1, 0]]
    # A resample misses the one unit where both gave the code, and the one where one did, with probability 0.8^10
    # = 0.107; in those all ratings are 0.
    note = ENGLISH.phrases(krippendorff_alpha(ratings).notes)
    left_out = int(note.split(" of ")[0])
    assert note == f"{left_out} of 1,000 resamples held one value only and were left out"
    assert left_out == pytest.approx(107, abs=40)


@pytest.mark.parametrize(
    ("ratings", "metric", "sentence"),
    [
        (
            [[1], [2]],
            "nominal",
            "the ratings have the shape (2, 1); expected one row per unit and two or more raters as columns",
        ),
        (
            [["a", "b"]],
            "nominal",
            "the ratings are no numbers; expected a number for each value, and NaN for none",
        ),
        (
            [[1, np.inf]],
            "nominal",
            "a rating is infinite; expected numbers, and NaN where there is no rating",
        ),
        (
            [[1, 2]],
            "ordnal",
            "there is no metric 'ordnal'; expected one of nominal, ordinal, interval, ratio, linear, gwet_ordinal; "
            "did you mean 'ordinal'?",
        ),
        ([[-1, 2]], "ratio", "the rating -1 is negative; the ratio metric compares amounts from 0 up"),
    ],
)
def test_unusable_ratings_are_refused(ratings, metric, sentence):
    with pytest.raises(ReliabilityError) as error:
        krippendorff_alpha(ratings, metric)
    assert str(error.value) == sentence


def test_a_level_of_95_is_no_probability():
    with pytest.raises(ReliabilityError, match=r"^level 95 and 1000 replicates; expected 0 < level < 1 and 1 or more$"):
        percent_agreement([[1, 1]], level=95)


@given(ratings=RATINGS, order=st.randoms(use_true_random=False))
def test_the_order_of_units_and_raters_plays_no_part(ratings, order):
    rows, columns = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    order.shuffle(rows)
    order.shuffle(columns)
    for metric in SCALES:
        here = krippendorff_alpha(ratings, metric, replicates=1).value
        there = krippendorff_alpha(ratings[rows][:, columns], metric, replicates=1).value
        assert there == (here if here is None else pytest.approx(here))


@given(ratings=RATINGS)
def test_no_coefficient_is_ever_nan_or_above_one(ratings):
    for measured in (percent_agreement(ratings, replicates=20), krippendorff_alpha(ratings, replicates=20)):
        for number in (measured.value, measured.lower, measured.upper):
            assert number is None or number <= 1 + 1e-12

"""Rao and Scott's tests."""

import pandas as pd
import pytest
from scipy.stats import chi2_contingency, chisquare

from cmresearch.errors import EstimationError
from cmresearch.estimation.tables import goodness_of_fit, rao_scott
from cmresearch.responses.responses import declare_sample

PAIRS = [("n", "x")] * 12 + [("n", "y")] * 8 + [("s", "x")] * 5 + [("s", "y")] * 15
TABLE = pd.DataFrame(PAIRS, columns=["city", "answer"])


def simple(population=10**9, table=TABLE):
    return declare_sample(table.assign(N=population), strata=[], population_size="N")


def test_in_a_large_population_a_simple_sample_gives_pearsons_test():
    test = rao_scott(simple(), "city", "answer")
    expected = chi2_contingency([[12, 8], [5, 15]], correction=False)
    assert test.pearson == pytest.approx(expected.statistic)
    # The covariance of the shares is estimated with n - 1 where Pearson's test has n.
    assert test.chi_square == pytest.approx(expected.statistic * 39 / 40, rel=1e-6)
    assert (test.degrees_of_freedom, test.n) == (1, 40)


def test_a_sample_of_half_the_full_set_doubles_the_evidence():
    large, half = rao_scott(simple(), "city", "answer"), rao_scott(simple(80), "city", "answer")
    assert half.chi_square == pytest.approx(2 * large.chi_square, rel=1e-6)
    assert half.f_p_value < large.f_p_value


def test_more_than_two_categories_have_more_degrees_of_freedom():
    table = TABLE.assign(month=[*"abcd"] * 10)
    test = rao_scott(simple(table=table), "month", "answer")
    assert test.degrees_of_freedom == 3
    assert test.f_degrees_of_freedom[0] == pytest.approx(3, abs=0.1)
    assert test.f_degrees_of_freedom[1] == pytest.approx(test.f_degrees_of_freedom[0] * 39)


def test_a_cell_that_the_sample_lacks_is_a_zero():
    table = TABLE[~((TABLE["city"] == "s") & (TABLE["answer"] == "x"))]
    test = rao_scott(simple(table=table), "city", "answer")
    assert test.pearson == pytest.approx(chi2_contingency([[12, 8], [0, 15]], correction=False).statistic)


def test_a_variable_of_one_category_is_refused():
    with pytest.raises(EstimationError, match="variable 'city' has one category only, 'n'"):
        rao_scott(simple(table=TABLE.assign(city="n")), "city", "answer")


def test_fit_to_known_shares_is_pearsons_in_a_large_population():
    fit = goodness_of_fit(simple(), "answer", {"x": 0.5, "y": 0.5})
    assert fit.pearson == pytest.approx(chisquare([17, 23]).statistic)
    assert fit.degrees_of_freedom == pytest.approx(1)


def test_known_numbers_serve_as_shares():
    shares, numbers = ({"x": 0.25, "y": 0.75}, {"x": 100, "y": 300})
    assert goodness_of_fit(simple(), "answer", shares) == goodness_of_fit(simple(), "answer", numbers)


def test_a_known_category_that_was_never_sampled_counts():
    fit = goodness_of_fit(simple(), "answer", {"x": 0.4, "y": 0.4, "z": 0.2})
    assert fit.pearson == pytest.approx(chisquare([17, 23, 0], [16, 16, 8]).statistic)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"x": 1}, "variable 'answer': no known share for 'y'"),
        ({"x": 1, "y": 0}, "variable 'answer': known share 0 of 'y'; expected above zero"),
    ],
)
def test_known_shares_that_do_not_fit_are_refused(shares, message):
    with pytest.raises(EstimationError, match=message):
        goodness_of_fit(simple(), "answer", shares)


def test_a_variable_that_is_the_stratum_has_nothing_to_test():
    table = TABLE.assign(N=100)
    sample = declare_sample(table, strata="city", population_size="N")
    with pytest.raises(EstimationError, match="'city' does not vary within the strata; there is nothing to test"):
        goodness_of_fit(sample, "city", {"n": 0.5, "s": 0.5})

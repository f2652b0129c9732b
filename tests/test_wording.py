"""Numbers and keys as readers see them: rounded once, signed truly, and a dash where nothing is known."""

import pytest
from cmresearch.report.wording import (
    computed_value,
    count,
    decimal,
    interval,
    joined,
    percent,
    published_value,
    quantity,
    significant,
)


@pytest.mark.parametrize("written", [count, percent, decimal, significant, published_value])
@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_what_is_not_known_is_a_dash_and_never_a_zero(written, nothing):
    assert written(nothing) == "–"


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert decimal(-0.04) == "0.0"
    assert decimal(-0.05001) == "−0.1"


def test_a_share_of_none_and_of_all_keep_their_decimal():
    assert (percent(0.0), percent(1.0)) == ("0.0\N{NO-BREAK SPACE}%", "100.0\N{NO-BREAK SPACE}%")


def test_an_interval_with_one_end_unknown_is_no_interval():
    assert interval(0.2, None, "proportion") == "–"
    assert interval(1.5, 12.25, "mean") == "[1.50,\N{NO-BREAK SPACE}12.25]"


def test_only_variables_of_hours_have_the_unit_of_hours():
    assert quantity(7.25, "median", "hours_to_close", language="id") == "7,2\N{NO-BREAK SPACE}jam"
    assert quantity(7.25, "median", "letters", language="id") == "7,25"


def test_a_computed_value_shows_as_many_decimals_as_the_published_one_beside_it():
    assert computed_value(10.584, 10.58) == "10.58"
    assert computed_value(10.584, 11) == "10.58"
    assert computed_value(11.0, 11) == "11"


def test_two_kinds_are_joined_without_a_comma_and_three_as_each_language_does():
    kinds = ["real", "synthetic", "illustrative"]
    assert joined(kinds[:2]) == "real and synthetic"
    assert joined(kinds, language="en") == "real, synthetic and illustrative"
    assert joined(kinds, language="id") == "real, synthetic, dan illustrative"

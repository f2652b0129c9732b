"""A text prepared for the rules: other keyboards' signs made plain, and every sign in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.privacy.words import read


@given(st.text())
def test_every_sign_stays_in_its_place_so_that_offsets_are_those_of_the_original(text):
    reading = read(text)
    assert len(reading.text) == len(reading.lowered) == len(text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("0812\N{NO-BREAK SPACE}3456\N{NON-BREAKING HYPHEN}7890", "0812 3456-7890"),
        ("+６２812".replace("+", "\N{FULLWIDTH PLUS SIGN}"), "+62812"),
        ("a\N{FULLWIDTH COMMERCIAL AT}example.com", "a@example.com"),
        ("Ma\N{RIGHT SINGLE QUOTATION MARK}ruf", "Ma'ruf"),
    ],
)
def test_signs_of_other_keyboards_are_read_as_the_plain_ones(written, plain):
    assert read(written).text == plain


def test_words_are_known_whatever_their_case():
    assert {"pak", "budi"} <= read("PAK Budi, pak").words

"""Phrases, numbers, lists and names in a reader's language."""

from __future__ import annotations

import pytest

from cmresearch.errors import TextError
from cmresearch.language.phrases import Figure, Name, Own, Phrase, Series
from cmresearch.language.voice import Voice, in_words

ENGLISH, INDONESIAN = Voice("en"), Voice("id")
HOURS = {"hours_to_close": "hours", "cost": {"en": "rupiah", "id": "rupiah"}}

# The forms that readers of both languages know; results are pinned to them.
FORMS = [
    ("count", (137776,), "137,776", "137.776"),
    ("count", (None,), "–", "–"),
    ("percent", (0.9626,), "96.3\xa0%", "96,3\xa0%"),
    ("percent", (1,), "100.0\xa0%", "100,0\xa0%"),
    ("decimal", (1234.56,), "1,234.6", "1.234,6"),
    ("decimal", (-0.0108, 3), "−0.011", "−0,011"),
    ("decimal", (-0.0001, 2), "0.00", "0,00"),
    ("significant", (0.000012345,), "1.23\xa0×\xa010⁻⁵", "1,23\xa0×\xa010⁻⁵"),
    ("quantity", (0.5, "percent"), "50.0\xa0%", "50,0\xa0%"),
    ("quantity", (1200.4, "count"), "1,200", "1.200"),
    ("quantity", (40.98, "variable", "hours_to_close"), "41.0\xa0h", "41,0\xa0jam"),
    ("quantity", (1250.5, "variable", "cost"), "1,250.5\xa0rupiah", "1.250,5\xa0rupiah"),
    ("quantity", (40.98, "variable", "hourship_index"), "40.98", "40,98"),
    ("quantity", (40.98, "none", "hours_to_close"), "40.98", "40,98"),
    ("interval", (0.949, 0.973, "percent"), "[94.9,\xa097.3]", "[94,9;\xa097,3]"),
    ("interval", (1.5, 2.5, "variable", "hours_to_close"), "[1.5,\xa02.5]", "[1,5;\xa02,5]"),
    ("published_value", (10.58,), "10.58", "10,58"),
    ("published_value", ("not_optimal",), "not optimal", "belum optimal"),
    ("computed_value", (99.853385, 99.85), "99.85", "99,85"),
    ("joined", (["a", "b", "c"],), "a, b and c", "a, b, dan c"),
    ("method", ("korn-graubard",), "Korn–Graubard", "Korn–Graubard"),
]


@pytest.mark.parametrize(("form", "said", "english", "indonesian"), FORMS)
def test_numbers_and_lists_have_the_forms_that_readers_know(form, said, english, indonesian):
    assert getattr(Voice("en", units=HOURS), form)(*said) == english
    assert getattr(Voice("id", units=HOURS), form)(*said) == indonesian


@pytest.mark.parametrize(
    ("language", "written"),
    [("pt", "1.234,5"), ("fr", "1\u202f234,5"), ("de-CH", "1’234.5"), ("en-GB", "1,234.5"), ("sw", "1,234.5")],
)
def test_a_language_without_a_catalogue_writes_numbers_its_own_way(language, written):
    assert Voice(language).in_figures("1,234.5") == written


def test_a_language_without_a_catalogue_hears_our_texts_in_english_and_its_own_in_itself():
    voice = Voice("pt", labels={"channel": {"pt": "Canal"}})
    assert (voice.say("status.not_optimal"), voice.label("channel")) == ("not optimal", "Canal")
    assert voice.percent(0.125) == "12,5\xa0%"


def test_what_fills_a_placeholder_is_said_in_the_same_language():
    inner = Phrase("status.fulfilled")
    said = Phrase("notes.sample.not_codable", {"lost": inner, "drawn": 9000})
    assert INDONESIAN.phrase(said).startswith("terpenuhi dari 9.000")


def test_names_come_from_the_labels_and_are_keys_without_one():
    reason = Phrase("step.supports", {"sources": (Name("support"), Name("minutes"))})
    assert ENGLISH.phrase(reason) == "support is corroborated (support, minutes)"
    voice = Voice("id", labels={"support": {"en": "Letter", "id": "Surat"}, "is": "never"})
    assert voice.phrase(reason) == "dukungan terkuatkan (Surat, minutes)"


def test_a_share_within_a_phrase_is_in_percent():
    assert INDONESIAN.figure(Figure(0.8799, 1, "share")) == "88,0 %"


def test_a_study_s_own_text_stands_in_the_first_language_that_it_has_where_the_reader_s_is_missing():
    assert INDONESIAN.own({"en": "Channel"}) == "Channel"
    assert Own({"en": "Channel", "id": "Kanal"}) != Own("Channel")


def test_without_a_voice_a_phrase_stands_as_its_key():
    said = Phrase("joint.cell", {"standing": Phrase("standing.for"), "said": Series((Phrase("outcome.met"), "1/2"))})
    assert in_words(said, None) == "joint.cell(standing=standing.for; said=outcome.met; 1/2)"
    assert in_words(said, ENGLISH) == "for: met; 1/2"
    assert in_words([], ENGLISH) == ""


def test_an_unknown_text_and_an_open_placeholder_are_refused():
    with pytest.raises(TextError, match=r"no text 'status.not_optimel'; did you mean 'status.not_optimal'\?"):
        ENGLISH.say("status.not_optimel")
    with pytest.raises(TextError, match=r"has the placeholders \['drawn', 'lost'\]; given are \['lost'\]"):
        ENGLISH.say("notes.sample.not_codable", lost=3)


def test_equal_phrases_are_one_entry_of_a_set():
    first, second = (Phrase("notes.sample.one_unit", {"n": 1}) for _ in range(2))
    assert len({first, second}) == 1


@pytest.mark.parametrize("written", ["count", "percent", "decimal", "significant", "published_value"])
@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_what_is_not_known_is_a_dash_and_never_a_zero(written, nothing):
    assert getattr(ENGLISH, written)(nothing) == "–"


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert (ENGLISH.decimal(-0.04), ENGLISH.decimal(-0.05001)) == ("0.0", "−0.1")


def test_a_share_of_none_and_of_all_keep_their_decimal():
    assert (ENGLISH.percent(0.0), ENGLISH.percent(1.0)) == ("0.0\xa0%", "100.0\xa0%")


def test_an_interval_with_one_end_unknown_is_no_interval():
    assert ENGLISH.interval(0.2, None, "percent") == "–"
    assert ENGLISH.interval(1.5, 12.25, "variable") == "[1.50,\xa012.25]"


def test_an_interval_of_decimal_commas_has_a_semicolon_between_its_ends():
    assert Voice("pt").interval(0.4, 0.6, "percent") == "[40,0;\xa060,0]"
    assert Voice("sw").interval(0.4, 0.6, "percent") == "[40.0,\xa060.0]"


def test_a_computed_value_shows_as_many_decimals_as_the_published_one_beside_it():
    assert ENGLISH.computed_value(10.584, 10.58) == ENGLISH.computed_value(10.584, 11) == "10.58"
    assert ENGLISH.computed_value(11.0, 11) == "11"


def test_two_kinds_are_joined_without_a_comma_and_three_as_each_language_does():
    kinds = ["real", "synthetic", "illustrative"]
    assert ENGLISH.joined(kinds[:2]) == "real and synthetic"
    assert ENGLISH.joined(kinds) == "real, synthetic and illustrative"
    assert INDONESIAN.joined(kinds) == "real, synthetic, dan illustrative"

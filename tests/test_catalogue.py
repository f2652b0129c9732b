"""What readers are told, in each of their languages."""

from __future__ import annotations

import pytest

from cmresearch.coding.coverage import code_coverage
from cmresearch.errors import TextError
from cmresearch.language.catalogue import (
    LANGUAGES,
    PLACEHOLDER,
    Phrase,
    catalogue,
    in_language,
    read_catalogues,
    say,
    translate,
)

ENTRIES = sorted(catalogue().items())


@pytest.mark.parametrize("translations", [pytest.param(translations, id=key) for key, translations in ENTRIES])
def test_every_text_has_its_translation_with_the_same_placeholders(translations):
    assert set(translations) == set(LANGUAGES)
    assert all(text.strip() for text in translations.values())
    placeholders = {language: sorted(set(PLACEHOLDER.findall(text))) for language, text in translations.items()}
    assert len(set(map(tuple, placeholders.values()))) == 1, placeholders


def test_a_text_without_its_key_is_refused_with_the_nearest_spelling():
    with pytest.raises(
        TextError, match=r"the catalogues have no text 'status.not_optimel'; did you mean 'status.not_optimal'\?"
    ):
        say("status.not_optimel")


def test_a_text_without_a_translation_names_the_languages_it_has():
    with pytest.raises(TextError, match=r"text 'status\.fulfilled' has no translation in 'fr'; it has en, id"):
        say("status.fulfilled", "fr")


def test_a_placeholder_left_open_is_refused():
    with pytest.raises(TextError, match=r"has the placeholders .* given are"):
        say("notes.sample.not_codable", lost=3)


def test_a_phrase_in_a_placeholder_is_said_in_the_same_language():
    inner = Phrase("status.fulfilled")
    assert Phrase("notes.sample.not_codable", {"lost": inner, "drawn": 9}).say("id").startswith("terpenuhi dari 9")


def test_notes_of_the_library_are_found_again_part_by_part():
    note = "3 of 989 drawn complaints not codable: weighted up within stratum"
    assert translate(f"{note}; {note}", "id").count("; ") == 1
    assert translate(note, "en") == note


def test_a_note_that_no_catalogue_knows_is_refused_rather_than_left_in_english():
    with pytest.raises(TextError, match="the catalogue's notes have no text for 'something else'"):
        translate("something else", "id")


def test_a_study_s_own_text_may_be_one_for_all_languages():
    assert in_language("JAKI", "id") == "JAKI"
    with pytest.raises(TextError, match="there is no text in 'id' beside 'Channel'"):
        in_language({"en": "Channel"}, "id")


def test_one_text_stands_in_one_catalogue_only(tmp_path):
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text('[status]\nmet = { en = "met", id = "tercapai" }\n', encoding="utf-8")
    with pytest.raises(TextError, match=r"two\.toml: status\.met stands in another catalogue too"):
        read_catalogues(tmp_path)


def notes_of(run):
    """Every sentence that the library wrote into the tables of a run."""
    yield from (row.note for _, estimates in run.estimates for row in estimates)
    yield from run.reliability_table()["note"]
    yield from run.intake.set_aside
    for column in ("what", "done"):
        yield from run.intake.to_frame().get(column, ())
    if run.words is not None:
        yield from code_coverage(run.words.coding)["note"]


def test_every_note_of_the_study_is_known_to_the_catalogue(jakarta):
    notes = {note for note in notes_of(jakarta) if isinstance(note, str) and note}
    assert len(notes) > 3
    assert all(translate(note, "id") != note for note in notes)

"""What readers are told, in each of their languages."""

from __future__ import annotations

import pytest

from cmresearch.coding.coverage import code_coverage
from cmresearch.errors import TextError
from cmresearch.language.catalogue import (
    LANGUAGES,
    PLACEHOLDER,
    catalogue,
    in_language,
    read_catalogues,
)
from cmresearch.language.voice import ENGLISH, Voice

ENTRIES = sorted(catalogue().items())


@pytest.mark.parametrize("translations", [pytest.param(translations, id=key) for key, translations in ENTRIES])
def test_every_text_has_its_translation_with_the_same_placeholders(translations):
    assert set(translations) == set(LANGUAGES)
    assert all(text.strip() for text in translations.values())
    placeholders = {language: sorted(set(PLACEHOLDER.findall(text))) for language, text in translations.items()}
    assert len(set(map(tuple, placeholders.values()))) == 1, placeholders


def test_a_study_s_own_text_may_be_one_for_all_languages():
    assert in_language("JAKI", "id") == "JAKI"
    with pytest.raises(TextError, match="there is no text in 'id' beside 'Channel'"):
        in_language({"en": "Channel"}, "id")


def test_one_text_stands_in_one_catalogue_only(tmp_path):
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text('[status]\nmet = { en = "met", id = "tercapai" }\n', encoding="utf-8")
    with pytest.raises(TextError, match=r"two\.toml: status\.met stands in another catalogue too"):
        read_catalogues(tmp_path)


def notes_of(run, voice):
    """Every sentence that the library puts into the tables of a run."""
    yield from (voice.phrases(row.notes) for _, estimates in run.estimates for row in estimates)
    yield from run.reliability_table(voice)["note"]
    yield from run.intake.rows_set_aside(voice)
    for column in ("what", "done"):
        yield from run.intake.to_frame(voice).get(column, ())
    if run.words is not None:
        yield from code_coverage(run.words.coding, voice=voice)["note"]


def test_no_note_of_the_study_is_left_in_english(jakarta):
    english, indonesian = (list(notes_of(jakarta, voice)) for voice in (ENGLISH, Voice("id")))
    pairs = {(one, other) for one, other in zip(english, indonesian, strict=True) if isinstance(one, str) and one}
    assert len(pairs) > 3
    assert [one for one, other in pairs if one == other] == []

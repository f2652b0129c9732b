"""The texts of a study's own files in each of its languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from small_study import SETTINGS, WORDS, write_study, write_study_with_words

from cmresearch.errors import StudyError
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.shareable import shareable
from cmresearch.study.study import open_study
from cmresearch.triangulation.assessment import Decision, with_decisions
from cmresearch.triangulation.findings import Finding, Findings, compare_findings

TITLE = 'title = { en = "A <small> study & its limits" }'
TWO = 'title = { en = "A small study", id = "Penelitian kecil" }'
TWINS = (
    (TITLE, TWO),
    ('question = "Does it hold?"', 'question = { id = "Apakah terbukti?", en = "Does it hold?" }'),
    ('limits = ["Twenty complaints are few."]', 'limits = [{ en = "Few.", id = "Sedikit." }]'),
    ('origin = "made by hand"', 'origin = { en = "made by hand", id = "dibuat dengan tangan" }'),
    ('seed_source = "made up"', 'seed_source = { en = "made up", id = "karangan" }'),
    ('= "Closed within 7 days"', '= { en = "Closed within 7 days", id = "Selesai dalam 7 hari" }'),
)


def settings(*changes):
    text = SETTINGS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def opened(folder, text):
    write_study(folder)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return open_study(folder)


def faults(folder, text):
    with pytest.raises(StudyError) as error:
        opened(folder, text)
    return str(error.value).split("\n")


@pytest.fixture
def study(tmp_path):
    return opened(tmp_path, settings(*TWINS))


def test_every_text_without_its_translation_is_named_at_once_with_its_line(tmp_path):
    name = tmp_path.name
    expected = "is one text; expected one for each of en, id"
    assert faults(tmp_path, settings((TITLE, TWO))) == [
        f"{name}/study.toml, line 7: question ('Does it hold?') {expected}",
        f"{name}/study.toml, line 8: item 1 of limits ('Twenty complaints are few.') {expected}",
        f"{name}/study.toml, line 13: origin ('made by hand') {expected}",
        f"{name}/study.toml, line 30: seed_source ('made up') {expected}",
        f"{name}/study.toml, line 33: closed_within_7_days ('Closed within 7 days') {expected}",
    ]


def test_a_finding_without_its_translation_is_named_by_its_key(tmp_path):
    found = faults(tmp_path, settings(*TWINS) + WORDS)
    assert len(found) == 6
    assert "finding 'share': text ('Share, in percent') is one text; expected one for each of en, id" in found[2]


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ('{ en = "Does it hold?" }', "question ('Does it hold?') has no text in 'id'; expected en, id"),
        ('{ en = "Yes?", id = " " }', "question ('Yes?') has no text in 'id'; expected en, id"),
        (
            '{ en = "Yes?", fr = "Oui ?" }',
            "question ('Yes?') has no text in 'id' and a text in 'fr'; expected en, id",
        ),
        ("3", "question is 3; expected a text, or a text for each language"),
    ],
)
def test_translations_that_do_not_fit_the_title_are_refused(tmp_path, new, sentence):
    text = settings(*TWINS[:1], (TWINS[1][0], f"question = {new}"), *TWINS[2:])
    assert faults(tmp_path, text) == [f"{tmp_path.name}/study.toml, line 7: {sentence}"]


def test_a_title_in_no_known_language_is_refused_and_nothing_else_is_blamed_for_it(tmp_path):
    text = settings(*TWINS[1:], (TITLE, 'title = { en = "A study", french = "Une étude", id = "Penelitian" }'))
    assert faults(tmp_path, text) == [
        f"{tmp_path.name}/study.toml, line 4: title is in 'french', which is no language; "
        "expected one for each language of the study, such as en, id or pt-BR"
    ]


def test_a_title_in_no_language_is_refused(tmp_path):
    (found,) = faults(tmp_path, settings((TITLE, "title = {}")))
    assert found.endswith("title is empty; expected one for each language of the study, such as en, id or pt-BR")


def test_a_study_of_one_language_needs_no_translations(tmp_path):
    study = opened(tmp_path, settings((TITLE, 'title = { id = "Penelitian" }')))
    assert (study.languages, study.about().question) == (("id",), "Does it hold?")


def test_a_study_speaks_its_first_language_unless_another_is_asked_for(study):
    assert study.languages == ("en", "id")
    assert (study.about().question, study.about(Voice("id")).question) == ("Does it hold?", "Apakah terbukti?")
    assert (study.about().limits, study.about(Voice("id")).limits) == (["Few."], ["Sedikit."])
    assert study.voice().label("closed_within_7_days") == "Closed within 7 days"
    assert study.voice("id").label("closed_within_7_days") == "Selesai dalam 7 hari"
    assert study.voice("id").label("hours_to_close") == "hours to close"
    assert study.seed_source == "made up"


def test_the_certificate_says_the_seed_s_origin_in_the_first_language(study):
    from cmresearch.study.run import run_study

    assert run_study(study).draw.certificate.seed.source == "made up"


def test_a_place_is_the_same_in_every_language_unless_it_has_translations(tmp_path):
    place = 'place = { en = "Small City", id = "Kota Kecil" }'
    study = opened(tmp_path, settings(*TWINS, ('place = "Smallville"', place)))
    assert (study.about(Voice("id")).place, study.about(Voice("id")).period) == ("Kota Kecil", "2020")
    (found,) = faults(tmp_path, settings(*TWINS, ('place = "Smallville"', 'place = { id = "Kota" }')))
    assert found.endswith("place ('Kota') has no text in 'en'; expected en, id")


def test_findings_are_told_in_the_language_asked_for():
    finding = Finding(
        key="formula",
        text={"en": "The formula", "id": "Rumusnya"},
        published={"en": "not stated", "id": "tidak disebutkan"},
        source="a paper",
        by="sample",
    )
    found = compare_findings([finding], {})
    assert found.compared[0].result == "not checkable"
    columns = ["text", "published", "source"]
    assert found.to_frame()[columns].to_numpy().tolist() == [["The formula", "not stated", "a paper"]]
    assert found.to_frame(Voice("id"))[columns].to_numpy().tolist() == [["Rumusnya", "tidak disebutkan", "a paper"]]
    assert isinstance(found.translated(Voice("id")), Findings)


def test_numbers_of_findings_stay_numbers_in_every_language():
    finding = Finding(key="n", text="All", published=20, source="a paper", by="frame", compute="1 + 19")
    (one,) = compare_findings([finding], {}).translated(Voice("id")).compared
    assert (one.finding.published, one.result) == (20, "recomputed")


@pytest.fixture
def decided(tmp_path):
    """A study of two languages with words; its codebook and the file of its decisions, to be changed."""
    folder = write_study_with_words(tmp_path)
    text = settings(*TWINS) + WORDS
    for said in ("Complaints <in> all", "a paper", "Share, in percent", "The formula behind the size"):
        text = text.replace(f'"{said}"', f'{{ en = "{said}", id = "{said}" }}')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_memo_stands_as_it_was_written_unless_it_has_translations(decided):
    path = decided / "decisions.toml"
    path.write_text(
        'data_kind = "illustrative"\n[[decision]]\ndimension = "create_closure"\nstatus = "fulfilled"\n'
        'memo = { en = "Seen.", id = "Dilihat." }\n',
        encoding="utf-8",
    )
    decision = open_study(decided).read_decisions()["create_closure"]
    assert (ENGLISH.own(decision.memo), Voice("id").own(decision.memo)) == ("Seen.", "Dilihat.")
    assert Voice("id").own(Decision("fulfilled", "Seen.").memo) == "Seen."
    path.write_text(path.read_text(encoding="utf-8").replace(', id = "Dilihat."', ""), encoding="utf-8")
    with pytest.raises(StudyError, match=r"line 5: memo \('Seen\.'\) has no text in 'id'; expected en, id$"):
        open_study(decided).read_decisions()


def test_a_codebook_that_lacks_a_language_of_the_study_is_refused(decided):
    for path in (decided / "codebook").glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace('["en", "id"]', '["en"]')
        path.write_text(re.sub(r', id = "[^"]*" }', " }", text), encoding="utf-8")
    with pytest.raises(StudyError, match=r"the title is in en, id; the codebook codebook has no texts in id$"):
        open_study(decided).read_codebook()


def test_personal_data_are_masked_in_each_translation_of_a_memo(jakarta):
    number = "0812-0000-1234"
    key = jakarta.words.assessment.dimensions[0].dimension.key
    memo = {"en": f"Ask at {number}.", "id": f"Tanyakan ke {number}."}
    status = jakarta.words.assessment.dimensions[0].status
    decided = with_decisions(jakarta.words.assessment, {key: Decision(status, memo)})
    run = replace(jakarta, words=replace(jakarta.words, assessment=decided))
    shown = shareable(run).words.assessment.decisions[key]
    assert number not in ENGLISH.own(shown.memo) + Voice("id").own(shown.memo)
    assert Voice("id").own(shown.memo).startswith("Tanyakan ke [PHONE-")


def test_an_overruling_memo_may_have_translations(jakarta):
    first = jakarta.words.assessment.dimensions[0]
    other = "not_assessable" if first.status != "not_assessable" else "fulfilled"
    memo = {"en": "Too thin.", "id": "Terlalu tipis."}
    decided = with_decisions(jakarta.words.assessment, {first.dimension.key: Decision(other, memo)})
    assert decided.to_frame(Voice("id"))["memo"][0] == "Terlalu tipis."


def test_the_jakarta_study_says_everything_in_both_languages(jakarta):
    study, codebook = jakarta.study, jakarta.words.codebook
    assert study.languages == tuple(LANGUAGES)
    assert codebook.untranslated() == {}
    assert all(
        decision.memo == "" or set(decision.memo) == set(LANGUAGES) for decision in study.read_decisions().values()
    )

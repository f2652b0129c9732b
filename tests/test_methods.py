"""The methods chapter says what was done, in two languages, and nothing that was not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from small_study import in_two_languages, without_a_sample, write_study, write_study_with_words

import cmresearch
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.chapters.checklists import read_checklists
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.chapters.methods import CHAPTER, methods_html
from cmresearch.report.paper.tree import read_page
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

CATALOGUE = Path(cmresearch.__file__).parent / "language" / "catalogues" / "methods.toml"
OF_WORDS = {*CHAPTER["sources"], *CHAPTER["coding"], *CHAPTER["assessment"], *CHAPTER["robustness"]}
OF_SAMPLE = {*CHAPTER["sample"], *CHAPTER["records"], *CHAPTER["estimates"]}


def run_of(folder, *, change=None, remove=()):
    """The run of a study after its settings were changed and files were taken away."""
    settings = folder / "study.toml"
    if change is not None:
        settings.write_text(change(settings.read_text(encoding="utf-8")), encoding="utf-8")
    for name in remove:
        (folder / name).unlink()
    return run_study(open_study(folder))


def sample_settings(*lines):
    """A change of the settings: these lines under [sample], in the place of those of the same name."""

    def changed(text):
        for line in lines:
            text = re.sub(rf"(?m)^{line.split()[0]} = .*\n", "", text) if line.startswith("size") else text
        return text.replace("[sample]\n", "[sample]\n" + "".join(f"{line}\n" for line in lines))

    return changed


def chapter(run, language="en"):
    return read_page(methods_html(run, Voice(language))).text


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run_of(in_two_languages(write_study_with_words(tmp_path_factory.mktemp("whole"))))


def test_the_chapter_tells_every_fact_of_the_study_but_for_what_belongs_to_a_checklist_alone(whole):
    told = {key for keys in CHAPTER.values() for key in keys}
    assert set(study_facts(whole, ENGLISH)) <= told


def test_both_languages_tell_the_same_facts(whole):
    assert list(study_facts(whole, ENGLISH)) == list(study_facts(whole, Voice("id")))


def test_a_study_of_numbers_has_no_word_on_interviews_coders_and_statuses(tmp_path):
    run = run_of(write_study(tmp_path))
    assert not OF_WORDS & set(study_facts(run, ENGLISH))
    assert not re.search(r"interview|informant|coder|codebook|alpha|status|convergence", chapter(run))
    assert not re.search(r"wawancara|informan|pengode|buku kode|alfa|status|konvergensi", chapter(run, "id"))


def test_a_study_without_a_sample_has_no_word_on_a_draw(tmp_path):
    run = run_of(without_a_sample(write_study_with_words(tmp_path)))
    assert not OF_SAMPLE & set(study_facts(run, ENGLISH))
    assert not re.search(r"\bsample|seed|stratified|allocation|design weight", chapter(run))


def test_an_indicator_that_was_not_measured_is_not_counted_as_held_against_its_threshold(tmp_path, whole):
    assert "Indicators held against the codebook's thresholds: 1;" in chapter(whole)
    assert "thresholds" not in chapter(run_of(without_a_sample(write_study_with_words(tmp_path))))


def test_one_coder_has_nobody_to_agree_with(tmp_path):
    gone = ["coding/coder-b.csv", "responses/coder-b.csv", "responses/adjudicated.csv"]
    text = chapter(run_of(write_study_with_words(tmp_path), remove=gone))
    assert "One coder coded the sources: coder-a." in text
    assert "One coder recorded for the drawn complaints: final answer." in text
    assert "more than one coder" not in text
    assert not re.search(r"alpha|agreement between|coders differ|disagreements|of their own", text, re.IGNORECASE)


def test_without_decisions_the_proposals_stand_and_nobody_is_said_to_have_decided(tmp_path):
    run = run_of(
        write_study_with_words(tmp_path),
        change=lambda text: text.replace('decisions = "decisions.toml"\n', ""),
        remove=["decisions.toml"],
    )
    assert "the researcher has decided none of the 1 dimensions" in chapter(run)
    assert "memo on how" not in chapter(run)


@pytest.mark.parametrize(
    ("lines", "said", "not_said"),
    [
        (['method = "equal"'], "by equal allocation", "proportional"),
        (["minimum = 0"], "by proportional allocation", "The least from a stratum"),
        (["maximum = 3"], "The most from a stratum was set at 3.", "taken whole"),
        (['take_all = ["web"]', "size = 11"], "Strata that were taken whole: web.", "The most from"),
        (
            ['method = "neyman"', 'variable = "hours_to_close"'],
            "the spread of hours to close within each stratum",
            "proportional",
        ),
    ],
)
def test_the_allocation_is_told_as_it_was_made(tmp_path, lines, said, not_said):
    run = run_of(write_study(tmp_path), change=sample_settings(*lines))
    assert said in chapter(run)
    assert not_said not in chapter(run)


def test_a_stratum_from_which_nothing_was_drawn_is_named(tmp_path):
    run = run_of(write_study(tmp_path), change=sample_settings("minimum = 0", 'take_all = ["web"]', "size = 5"))
    text = chapter(run)
    assert "gave between 0 and 5." in text
    assert "so that the sample says nothing of them: @post, phone." in text


def test_numbers_are_written_as_each_language_writes_them(whole):
    assert "from 1.67 to 2.50" in chapter(whole)
    assert "dari 1,67 sampai 2,50" in chapter(whole, "id")
    assert "2,011 other worlds" in chapter(whole)
    assert "2.011 dunia lain" in chapter(whole, "id")


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_sentence_ends_in_a_number_where_the_next_begins_with_one(whole, language):
    """A reader would take `3. 8 complaints` for a figure of its own."""
    assert not re.search(r"\d\. \d", chapter(whole, language))


def test_every_paragraph_ends_with_the_kinds_of_data_it_speaks_of(whole):
    page = read_page(methods_html(whole, ENGLISH))
    sampled = next(each for each in page.find("p") if "stratified" in each.text)
    assert [each.text for each in sampled.find("span")] == ["synthetic"]


def test_what_files_say_is_never_read_as_markup(whole):
    assert "topic = 'covid'" in chapter(whole)
    assert not list(read_page(methods_html(whole, ENGLISH)).find("script"))


def test_checklists_and_chapter_name_only_facts_that_the_catalogue_can_tell():
    catalogue = set(tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["fact"])
    renamed = {"frame", "commitment"} | {
        f"{name}_{subject}" for name in ("alpha", "alpha_undefined") for subject in ("dimension", "code", "variable")
    }
    named = {key for each in read_checklists() for item in each.item for key in item.filled_by}
    named |= {key for keys in CHAPTER.values() for key in keys}
    assert named <= catalogue | renamed

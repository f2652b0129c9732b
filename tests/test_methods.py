"""The methods chapter says what was done, in two languages, and nothing that was not."""

from __future__ import annotations

import re

import pytest
from small_methods import chapter, run_of
from small_study import without_a_sample, write_study, write_study_with_words

from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.chapters.methods import CHAPTER, methods_html
from cmresearch.report.paper.tree import read_page
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

OF_SAMPLE = {*CHAPTER["sample"], *CHAPTER["records"], *CHAPTER["estimates"]}


def test_a_study_without_a_sample_has_no_word_on_a_draw(tmp_path):
    run = run_of(without_a_sample(write_study_with_words(tmp_path)))
    assert not OF_SAMPLE & set(study_facts(run, ENGLISH))
    assert not re.search(r"\bsample|seed|stratified|allocation|design weight", chapter(run))


def test_numbers_are_written_as_each_language_writes_them(whole_run):
    assert "from 1.67 to 2.50" in chapter(whole_run)
    assert "dari 1,67 sampai 2,50" in chapter(whole_run, "id")
    assert "2,011 other worlds" in chapter(whole_run)
    assert "2.011 dunia lain" in chapter(whole_run, "id")


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_sentence_ends_in_a_number_where_the_next_begins_with_one(whole_run, language):
    """A reader would take `3. 8 complaints` for a figure of its own."""
    assert not re.search(r"\d\. \d", chapter(whole_run, language))


def test_every_paragraph_ends_with_the_kinds_of_data_it_speaks_of(whole_run):
    page = read_page(methods_html(whole_run, ENGLISH))
    sampled = next(each for each in page.find("p") if "stratified" in each.text)
    assert [each.text for each in sampled.find("span")] == ["synthetic"]


def test_what_files_say_is_never_read_as_markup(whole_run):
    assert "topic = 'covid'" in chapter(whole_run)
    assert not list(read_page(methods_html(whole_run, ENGLISH)).find("script"))


def methods(run, language="en"):
    return read_page(methods_html(run, Voice(language))).text


def test_the_methods_say_what_was_done(bilingual_run):
    told = methods(bilingual_run)
    assert "8 complaints were divided among the strata by proportional allocation" in told
    assert "The seed is “a small seed”" in told
    assert "2 coders coded the sources, each in a file of their own: coder-a, coder-b." in told
    assert "Whether the lines of evidence" in told


def test_the_methods_of_a_study_without_words_have_none_on_them(tmp_path):
    told = methods(run_study(open_study(write_study(tmp_path))))
    for word in ("interview", "codebook", "coder", "Krippendorff", "status"):
        assert word not in told.lower().replace("settings", ""), word
    assert "Estimates use the design weights" in told


def test_the_methods_of_a_study_without_a_sample_have_none_on_drawing(tmp_path):
    told = methods(run_study(open_study(without_a_sample(write_study_with_words(tmp_path)))))
    for word in ("seed is", "strata", "ticket", "design weight", "Korn"):
        assert word not in told, word
    assert "2 coders coded the sources" in told


def test_the_methods_of_one_coder_claim_no_second_one(tmp_path):
    folder = write_study_with_words(tmp_path)
    for name in ("coding/coder-b.csv", "responses/coder-b.csv", "responses/adjudicated.csv"):
        (folder / name).unlink()
    told = methods(run_study(open_study(folder)))
    assert "One coder coded the sources: coder-a." in told
    assert "One coder recorded for the drawn complaints" in told
    for word in ("of their own", "alpha", "more than one coder"):
        assert word not in told, word


def test_the_methods_follow_the_allocation(tmp_path):
    folder = write_study(tmp_path)
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(settings.replace('seed = "a', 'method = "equal"\nseed = "a'), encoding="utf-8")
    assert "by equal allocation" in methods(run_study(open_study(folder)))


def test_the_methods_say_that_nothing_was_decided_where_nothing_was(tmp_path):
    folder = write_study_with_words(tmp_path)
    decisions = (folder / "decisions.toml").read_text(encoding="utf-8")
    (folder / "decisions.toml").write_text(decisions.split("[[decision]]")[0] + "decision = []\n", encoding="utf-8")
    assert "the researcher has decided none of the 1 dimensions" in methods(run_study(open_study(folder)))

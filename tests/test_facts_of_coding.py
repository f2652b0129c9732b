"""What a study's files bear out about interviews, coders and statuses."""

from __future__ import annotations

import re

from small_methods import chapter, run_of
from small_study import without_a_sample, write_study, write_study_with_words

from cmresearch.language.voice import ENGLISH
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.chapters.methods import CHAPTER

OF_WORDS = {*CHAPTER["sources"], *CHAPTER["coding"], *CHAPTER["assessment"], *CHAPTER["robustness"]}


def test_a_study_of_numbers_has_no_word_on_interviews_coders_and_statuses(tmp_path):
    run = run_of(write_study(tmp_path))
    assert not OF_WORDS & set(study_facts(run, ENGLISH))
    assert not re.search(r"interview|informant|coder|codebook|alpha|status|convergence", chapter(run))
    assert not re.search(r"wawancara|informan|pengode|buku kode|alfa|status|konvergensi", chapter(run, "id"))


def test_an_indicator_that_was_not_measured_is_not_counted_as_held_against_its_threshold(tmp_path, whole_run):
    assert "Indicators held against the codebook's thresholds: 1;" in chapter(whole_run)
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

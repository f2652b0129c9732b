"""A sentence for each thing that a study's files bear out, and none for what was not done."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from small_methods import chapter, run_of, sample_settings
from small_study import write_study

import cmresearch
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.chapters.checklists import read_checklists
from cmresearch.report.chapters.facts import study_facts
from cmresearch.report.chapters.methods import CHAPTER

CATALOGUE = Path(cmresearch.__file__).parent / "language" / "catalogues" / "methods.toml"


def test_the_chapter_tells_every_fact_of_the_study_but_for_what_belongs_to_a_checklist_alone(whole_run):
    told = {key for keys in CHAPTER.values() for key in keys}
    assert set(study_facts(whole_run, ENGLISH)) <= told


def test_both_languages_tell_the_same_facts(whole_run):
    assert list(study_facts(whole_run, ENGLISH)) == list(study_facts(whole_run, Voice("id")))


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


def test_checklists_and_chapter_name_only_facts_that_the_catalogue_can_tell():
    catalogue = set(tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["fact"])
    renamed = {"frame", "commitment"} | {
        f"{name}_{subject}" for name in ("alpha", "alpha_undefined") for subject in ("dimension", "code", "variable")
    }
    named = {key for each in read_checklists() for item in each.item for key in item.filled_by}
    named |= {key for keys in CHAPTER.values() for key in keys}
    assert named <= catalogue | renamed

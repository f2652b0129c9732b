"""Checklists are data files: what one must hold, and what is said of a file that does not."""

from __future__ import annotations

import pytest
from small_study import write_study

from cmresearch.errors import ReportError
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import ENGLISH
from cmresearch.report.chapters.checklists import (
    FOLDER,
    ORDER,
    answers,
    checklists_html,
    read_checklist,
    read_checklists,
)
from cmresearch.report.paper.tree import read_page
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

NUMBERS = {"coreq": 32, "srqr": 21, "gramms": 6, "jars-mixed": 16}


@pytest.fixture
def changed(tmp_path):
    """A checklist whose text was changed."""

    def change(old, new):
        text = (FOLDER / "gramms.toml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "gramms.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


def test_every_file_of_the_folder_is_read_and_no_other():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(ORDER)
    assert {each.key: len(each.item) for each in read_checklists()} == NUMBERS


@pytest.mark.parametrize("checklist", read_checklists(), ids=lambda each: each.key)
def test_items_are_numbered_as_their_source_numbers_them(checklist):
    assert [item.number for item in checklist.item] == list(range(1, len(checklist.item) + 1))


@pytest.mark.parametrize("checklist", read_checklists(), ids=lambda each: each.key)
def test_every_section_has_an_item_and_every_list_says_what_was_seen_of_it(checklist):
    assert {item.section for item in checklist.item} == set(checklist.section)
    assert checklist.source
    assert checklist.seen


def test_an_unknown_field_is_named_with_its_line_and_the_nearest_spelling(changed):
    with pytest.raises(ReportError, match=r"gramms.toml, line \d+.*did you mean 'topic'"):
        read_checklist(changed("topic =", "topik ="))


def test_an_item_of_no_section_is_named(changed):
    first = read_checklists()[ORDER.index("gramms")].item[0].section
    with pytest.raises(ReportError, match="there is no section 'nowhere'"):
        read_checklist(changed(f'section = "{first}"', 'section = "nowhere"'))


def test_a_text_without_its_translation_is_named(changed):
    with pytest.raises(ReportError, match="expected a text in each of en, id"):
        read_checklist(changed("topic = { en", "topic = { de"))


@pytest.mark.parametrize("key", ORDER)
def test_a_checklist_is_filled_where_the_files_know_and_asks_where_only_the_author_can(bilingual_run, key):
    checklist = next(each for each in read_checklists() if each.key == key)
    answered = answers(checklist, bilingual_run, ENGLISH)
    assert [each.item.number for each in answered] == [item.number for item in checklist.item]
    states = {each.state for each in answered}
    assert "author" in states
    assert {"filled", "part"} & states
    for each in answered:
        assert each.facts or each.ask or each.absent


def test_interviews_that_are_not_there_fill_no_item(tmp_path):
    run = run_study(open_study(write_study(tmp_path)))
    coreq = next(each for each in read_checklists() if each.key == "coreq")
    assert {each.state for each in answers(coreq, run, ENGLISH)} == {"none"}
    assert "this study has no interviews" in read_page(checklists_html(run, ENGLISH)).text


def test_every_text_of_a_checklist_has_its_translation():
    for checklist in read_checklists():
        for item in checklist.item:
            assert set(item.topic) == set(LANGUAGES)
            assert set(item.ask) in (set(), set(LANGUAGES))

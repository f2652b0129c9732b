"""What changed between two versions of a codebook, in words."""

import pytest
from small_coding import CODEBOOK as SMALL_CODEBOOK

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.edits import (
    Signature,
    read_draft,
    rename,
    write_draft,
)
from cmresearch.codebook.templates import write_template
from cmresearch.coding.codebook_changes import compare_codebooks, word_changes

SIGNED = Signature("0.2.0", "2021-09-06", "Ani", "two coders could not tell them apart")


@pytest.fixture
def folder(tmp_path):
    """A codebook of seven dimensions and twelve codes."""
    write_template(tmp_path / "book", "iso-10002")
    return tmp_path / "book"


def said(folder, changed):
    """What a changed draft says changed, a sentence each."""
    before = read_codebook(folder)
    return [str(each) for each in compare_codebooks(before, write_draft(folder, changed))]


def test_neighbours_under_another_name_are_no_change_of_the_code_that_names_them(folder):
    assert said(folder, rename(read_draft(folder), "answered_in_time", "on_time", SIGNED)) == [
        "renamed: code on_time, formerly answered_in_time (two coders could not tell them apart)"
    ]


def test_a_definition_changed_by_hand_without_a_word_in_its_history_is_told(folder):
    old = read_codebook(folder)
    path = folder / "06-audit.toml"
    path.write_text(path.read_text("utf-8").replace("Statements about audits", "Statements on audits"), "utf-8")
    (found,) = compare_codebooks(old, read_codebook(folder))
    assert (found.what, found.subject) == ("not recorded", "code handling_audited")
    assert found.words["definition"].startswith("Statements [-about-] {+on+} audits")


def test_a_translation_that_a_remark_gets_is_told_as_that_and_nothing_else():
    old = SMALL_CODEBOOK
    value = old.variables[1].values[0]
    translations = value.model_copy(update={"definition": {"en": value.definition, "id": "ya, lengkapnya"}})
    variable = old.variables[1].model_copy(update={"values": (translations, *old.variables[1].values[1:])})
    (found,) = compare_codebooks(old, old.model_copy(update={"variables": (old.variables[0], variable)}))
    assert found.words == {"value yes id": "{+ya, lengkapnya+}"}


def test_changes_of_dimensions_and_questions_are_told_too(folder):
    old = read_codebook(folder)
    path = folder / "06-audit.toml"
    path.write_text(path.read_text("utf-8").replace("Who checks how", "Who looks at how"), "utf-8")
    (found,) = compare_codebooks(old, read_codebook(folder))
    assert str(found).splitlines()[0] == "changed: dimension audit in question 1"


def test_equal_texts_have_no_changed_words():
    assert word_changes("the same", "the same") == "the same"

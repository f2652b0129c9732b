"""The codebook of the repository's own study, looked at as a whole."""

import re
import tomllib
from pathlib import Path

from cmresearch.codebook.book import read_codebook
from cmresearch.language.catalogue import in_language

SHIPPED = Path(__file__).parents[1] / "codebook"


def test_the_shipped_codebook_has_twelve_dimensions_of_which_four_names_are_inferred():
    book = read_codebook(SHIPPED)
    assert [each.number for each in book.dimensions] == list(range(1, 13))
    inferred = [each.key for each in book.dimensions if each.provenance.name == "inferred"]
    assert inferred == ["easy_access", "log_track_analyse", "process_improvement", "open_culture"]


def test_every_dimension_shipped_can_be_asked_about_and_coded_in_both_languages():
    for dimension in read_codebook(SHIPPED).dimensions:
        assert 2 <= len(dimension.questions) <= 3
        assert 2 <= len(dimension.codes) <= 3
        assert set(dimension.name) == {"en", "id"}


def test_every_shipped_code_names_a_neighbour_in_use_and_shows_made_examples():
    codes = read_codebook(SHIPPED).codes
    for code in codes.values():
        neighbours = set(re.findall(r": use ([a-z_]+)", code.do_not_use_when))
        assert neighbours, code.key
        assert neighbours <= set(codes) - {code.key}, code.key
        for example in (code.example, code.atypical_example, code.close_but_not):
            assert example.startswith("(made) "), code.key


def test_every_shipped_code_says_where_another_code_applies_that_is_in_use():
    codes = read_codebook(SHIPPED).codes
    for code in codes.values():
        (belongs,) = re.findall(r"\(([a-z_]+|no code: .*)\)$", code.close_but_not)
        assert belongs.startswith("no code") or belongs in set(codes) - {code.key}, code.key


def test_every_shipped_code_has_a_life_and_a_source():
    for code in read_codebook(SHIPPED).every_code.values():
        assert code.history[0].change == "created", code.key
        assert code.citation, code.key


def test_the_shipped_codebook_has_a_merged_and_a_reworded_code():
    book = read_codebook(SHIPPED)
    assert {code.key: code.merged_into for code in book.every_code.values() if not code.is_in_use} == {
        "tracking_number": "single_register"
    }
    assert [key for key, code in book.codes.items() if code.defined_in != "1.0.0"] == ["green_for_show"]


def test_few_shipped_codes_speak_to_two_dimensions():
    several = {key: code.dimensions for key, code in read_codebook(SHIPPED).codes.items() if len(code.dimensions) > 1}
    assert several == {
        "false_follow_up": ("internal_control", "create_closure"),
        "green_for_show": ("open_culture", "internal_control"),
    }


def test_every_shipped_threshold_says_whether_it_was_published_or_is_ours():
    for indicator in read_codebook(SHIPPED).indicators.values():
        assert in_language(indicator.threshold_source, "en").startswith(("published: ", "ours: "))
        assert in_language(indicator.threshold_source, "id").startswith(("dipublikasikan: ", "dari kami: "))


def test_shipped_variables_are_asked_only_of_complaints_that_could_be_coded():
    first, *others = read_codebook(SHIPPED).variables
    assert first.key == "disposition"
    assert {(each.conditional_on.variable, each.conditional_on.value) for each in others} == {("disposition", "coded")}


def test_the_changes_begin_with_the_version_shipped():
    version = tomllib.loads((SHIPPED / "codebook.toml").read_text("utf-8"))["version"]
    assert re.findall(r"^## (.+)$", (SHIPPED / "CHANGES.md").read_text("utf-8"), re.MULTILINE)[0] == version

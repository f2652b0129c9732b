"""A plan as a text to read: what was fixed, and what was left open."""

import pytest
from small_plan import edit
from small_study import in_two_languages, write_study_with_words

from cmresearch.study.plan.freezing import freeze_plan
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    return write_study_with_words(tmp_path / "study")


def test_the_readable_plan_of_a_study_in_two_languages_is_in_english_alone(folder):
    freeze_plan(open_study(in_two_languages(folder)))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    assert "'en'" not in text
    assert "Limit: Few." in text
    assert "Sedikit" not in text


def test_the_text_names_what_was_fixed_and_what_was_left_open(folder):
    freeze_plan(open_study(folder))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    for part in (
        "Does it hold?",
        "Filter: `topic = 'covid'`",
        "Strata: `channel`",
        "Size: 8",
        "proportional, 2 per stratum at least",
        "Seed: `a small seed`",
        "Where the seed is from: made up",
        "`closed_within_7_days`: `CAST(hours AS DOUBLE) <= 168`",
        "| `hours_to_close` | mean | every value | all |",
        "at least 0.8 (0.7 to 0.9)",
        "stated by 2 sources or more",
        "| `share` | Share, in percent | 80.0 | 0.05 | `100 * figure.covid / figure.all` |",
        "No place is named where the hash of frame and sizes was public",
        "No certificate of a sample lay in the study's results",
        "This text names no time",
    ):
        assert part in text, part


def test_nothing_that_the_settings_say_is_markup_in_the_text(folder):
    edit(folder, 'question = "Does it hold?"', 'question = "<script>x</script> [a](b) | *c*"')
    freeze_plan(open_study(folder))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    assert r"\<script\>x\</script\> \[a\](b) \| \*c\*" in text
    assert "A \\<small\\> study \\& its limits" in text

"""The units on which coders are compared: turns, sentences, or what any of them marked."""

import pytest
from small_coding import TEXT, coding_of, row

from cmresearch.coding.units import decide


@pytest.fixture
def coding(tmp_path):
    """In interview 1 both give `final` to turn 3; in interview 2 only coder-a does, to turn 6, and b `asked` to 5."""
    return coding_of(
        tmp_path,
        row("answer within a day"),
        row("We answer within a day.", coder="coder-b"),
        row("The agency closes it", source="interview-2"),
        row("Nobody asks", "asked", "coder-b", "interview-2", direction="absent"),
    )


def test_sentences_are_units_within_answers(coding):
    decisions = decide(coding, unit="sentence")
    shown = [TEXT[each.start : each.end] for each in decisions.units if each.source == "interview-1"]
    assert shown == [
        "Informant: We answer within a day.",
        "Not always.",
        "Informant: Nobody asks the reporter.",
        "Informant: The agency closes it.",
    ]
    assert decisions.ratings(["final"])[:2].tolist() == [[1.0, 1.0], [0.0, 0.0]]


def test_marks_that_share_half_of_the_shorter_one_are_one_segment(coding):
    decisions = decide(coding, unit="segment")
    shown = [(each.source, TEXT[each.start : each.end]) for each in decisions.units]
    assert shown == [
        ("interview-1", "We answer within a day."),
        ("interview-2", "Nobody asks"),
        ("interview-2", "The agency closes it"),
    ]
    assert decisions.ratings(["final"]).tolist() == [[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]


def test_marks_that_hardly_touch_are_two_segments(tmp_path):
    coding = coding_of(
        tmp_path, row("We answer within"), row("within a day. Not always", coder="coder-b"), row("agency", "asked")
    )
    assert [each.number for each in decide(coding, unit="segment").units] == [1, 2, 3]

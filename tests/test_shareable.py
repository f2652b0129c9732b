"""What leaves a study shows no personal data of its words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmresearch.coding.sources import Sources
from cmresearch.language.voice import Voice
from cmresearch.privacy import mask_all
from cmresearch.report.page.page import report_html
from cmresearch.report.shareable import shareable, shareable_with_table
from cmresearch.triangulation.assessment import Decision

DATUM = "0812-0000-1234"


@pytest.fixture(scope="module")
def private(jakarta):
    """The study with a telephone number in an interview, in a quotation from it, and in a memo."""
    words = jakarta.words
    quoted = next(each for each in words.coding.adjudicated if each.source == "interview-1-government-bureau")
    source = words.sources[quoted.source]
    inserted = f" telepon {DATUM}"
    place = quoted.end
    turns = tuple(
        replace(
            turn,
            start=turn.start + (len(inserted) if turn.start >= place else 0),
            end=turn.end + (len(inserted) if turn.end >= place else 0),
        )
        for turn in source.turns
    )
    changed = replace(source, text=source.text[:place] + inserted + source.text[place:], turns=turns)
    segment = replace(quoted, end=place + len(inserted), quote=quoted.quote + inserted, memo=f"ask at {DATUM}")
    sources = Sources({**words.sources, source.key: changed})
    coding = replace(words.coding, segments=(segment,), sources=sources, entries=())
    decision = Decision("not_optimal", "Few say so.", "silence", {"en": f"call {DATUM}", "id": f"telepon {DATUM}"})
    decided = replace(words.assessment, decisions={"create_closure": decision})
    return replace(jakarta, words=replace(words, sources=sources, coding=coding, assessment=decided))


def test_a_number_in_source_quotation_and_memo_becomes_one_placeholder(private):
    words = shareable(private).words
    (segment,) = words.coding.segments
    assert segment.quote.endswith("telepon [PHONE-1]")
    assert segment.memo == "ask at [PHONE-1]"


def test_a_masked_quotation_still_stands_where_its_offsets_say(private):
    words = shareable(private).words
    (segment,) = words.coding.segments
    assert words.sources[segment.source].text[segment.start : segment.end] == segment.quote


def test_a_memo_on_convergence_has_the_placeholder_of_the_source(private):
    words = shareable(private).words
    shown = words.joint_display.to_frame(Voice("id")).set_index("dimension").loc["create_closure"]
    assert shown["on_convergence"] == "telepon [PHONE-1]"
    assert words.assessment.decisions["create_closure"].on_convergence["en"] == "call [PHONE-1]"


def test_the_lines_follow_from_the_masked_words(private):
    words = shareable(private).words
    spoken = [each for row in words.joint_display for each in row.line("interviews").supports]
    assert {segment.quote for each in spoken for segment in each.segments} <= {each.quote for each in words.coding}


def test_the_table_behind_the_placeholders_masks_further_texts_alike(private):
    run, table = shareable_with_table(private)
    (further,), _ = mask_all([f"again {DATUM}"], table)
    assert further.text == "again [PHONE-1]"
    assert run.words.coding.segments[0].memo == "ask at [PHONE-1]"


def test_the_report_does_not_show_the_number(private):
    page = report_html(shareable(private), ())
    assert DATUM not in page
    assert "[PHONE-1]" in page


def test_statuses_do_not_depend_on_masking(jakarta):
    shown = shareable(jakarta).words.assessment
    assert [each.status for each in shown.dimensions] == [each.status for each in jakarta.words.assessment.dimensions]
    assert shown.decisions == jakarta.words.assessment.decisions

"""A run of a study as it may be shown: personal data in its words masked, every offset moved along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cmresearch.coding.coding import Segment
from cmresearch.coding.sources import Source, Sources, Turn
from cmresearch.privacy import Masked, MaskTable, mask_all
from cmresearch.reproduction import Run, Words
from cmresearch.triangulation import assess, with_decisions


def shareable(run: Run) -> Run:
    """The same run with stable placeholders for the personal data in interviews, documents, quotations and memos.

    The sources are masked whole, and segments and turns moved with them, so that a quotation and the text it comes from
    show the same placeholder; the statuses follow from the masked coding by the same rule and are the same. Complaints'
    own words are in no file made to be shared, so there is nothing of them to mask.

    Args:
        run: What the study's files give.

    Returns:
        A run for report, workbook and everything else that leaves the study; the same object where there are no words.
    """
    return run if run.words is None else replace(run, words=_masked(run.words))


def _masked(words: Words) -> Words:
    texts = list(dict.fromkeys(_texts(words)))
    # All at once, so that the same datum has the same placeholder wherever it stands.
    masks = dict(zip(texts, mask_all(texts, MaskTable())[0], strict=True))
    sources = Sources({key: _source(source, masks) for key, source in words.sources.items()})
    segments = tuple(_segment(each, masks[words.sources[each.source].text], masks) for each in words.coding.segments)
    coding = replace(words.coding, segments=segments, sources=sources, entries=())
    indicators = [each for one in words.assessment.dimensions for each in one.indicators]
    proposed = assess(words.codebook, coding=coding, indicators=indicators, rule=words.assessment.rule)
    decisions = {key: replace(one, memo=masks[one.memo].text) for key, one in words.assessment.decisions.items()}
    return replace(words, sources=sources, coding=coding, assessment=with_decisions(proposed, decisions))


def _texts(words: Words) -> Iterator[str]:
    for source in words.sources.values():
        yield source.text
        yield from (rendering.text for rendering in source.renderings.values())
    yield from (segment.memo for segment in words.coding.segments)
    yield from (decision.memo for decision in words.assessment.decisions.values())


def _source(source: Source, masks: Mapping[str, Masked]) -> Source:
    renderings = {language: _source(rendering, masks) for language, rendering in source.renderings.items()}
    masked = masks[source.text]
    return replace(
        source, text=masked.text, turns=tuple(_turn(turn, masked) for turn in source.turns), renderings=renderings
    )


def _turn(turn: Turn, masked: Masked) -> Turn:
    start, end = masked.masked_segment(turn.start, turn.end)
    return replace(turn, start=start, end=end)


def _segment(segment: Segment, masked: Masked, masks: Mapping[str, Masked]) -> Segment:
    start, end = masked.masked_segment(segment.start, segment.end)
    return replace(segment, start=start, end=end, quote=masked.text[start:end], memo=masks[segment.memo].text)

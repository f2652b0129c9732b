"""A run of a study as it may be shown: personal data in its words masked, every offset moved along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cmresearch.coding.coding import Coding, Segment
from cmresearch.coding.sources import Source, Sources, Turn
from cmresearch.privacy import Masked, MaskTable, mask_all
from cmresearch.reproduction import Run, Words
from cmresearch.triangulation import Decision, assess, with_decisions


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


def mask_coding(coding: Coding) -> tuple[Coding, MaskTable]:
    """A coding whose sources, quotations and memos are masked, every offset moved along, and the table behind it.

    Args:
        coding: The coding as it stands in the study's files.

    Returns:
        The coding to be shown, its history included, and whom the placeholders stand for (private).
    """
    texts = list(dict.fromkeys(_texts(coding)))
    # All at once, so that the same datum has the same placeholder wherever it stands.
    masked, table = mask_all(texts, MaskTable())
    masks = dict(zip(texts, masked, strict=True))
    sources = Sources({key: _source(source, masks) for key, source in coding.sources.items()})

    def shown(segment: Segment) -> Segment:
        return _segment(segment, masks[coding.sources[segment.source].text], masks)

    entries = (replace(each, segment=shown(each.segment), reason=masks[each.reason].text) for each in coding.entries)
    segments = tuple(shown(each) for each in coding.segments)
    return replace(coding, segments=segments, sources=sources, entries=tuple(entries)), table


def _masked(words: Words) -> Words:
    coding, table = mask_coding(words.coding)
    indicators = [each for one in words.assessment.dimensions for each in one.indicators]
    proposed = assess(words.codebook, coding=coding, indicators=indicators, rule=words.assessment.rule)
    decisions = words.assessment.decisions
    memos = [text for one in decisions.values() for text in _memos(one)]
    masks = dict(zip(memos, mask_all(memos, table)[0], strict=True))
    shown = {key: _decision(one, masks) for key, one in decisions.items()}
    return replace(words, sources=coding.sources, coding=coding, assessment=with_decisions(proposed, shown))


def _memos(decision: Decision) -> tuple[str, ...]:
    return (decision.memo,) if isinstance(decision.memo, str) else tuple(decision.memo.values())


def _decision(decision: Decision, masks: Mapping[str, Masked]) -> Decision:
    if isinstance(decision.memo, str):
        return replace(decision, memo=masks[decision.memo].text)
    return replace(decision, memo={language: masks[text].text for language, text in decision.memo.items()})


def _texts(coding: Coding) -> Iterator[str]:
    for source in coding.sources.values():
        yield source.text
        yield from (rendering.text for rendering in source.renderings.values())
    yield from (segment.memo for segment in coding.segments)
    for entry in coding.entries:
        yield from (entry.segment.memo, entry.reason)


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

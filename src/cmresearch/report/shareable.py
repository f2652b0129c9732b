"""A run of a study as it may be shown: personal data in its words masked, every offset moved along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cmresearch.coding.coding import Coding, Segment
from cmresearch.coding.sources import Source, Sources, Turn
from cmresearch.language.catalogue import Translations
from cmresearch.privacy import Masked, MaskTable, mask_all
from cmresearch.study.reviews.subjects import Reviewed, mask_reviews, reviewed
from cmresearch.study.run import Run, Words
from cmresearch.triangulation.assessment import Decision, assess, with_decisions
from cmresearch.triangulation.convergence import joint_display


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
    return shareable_with_table(run)[0]


def shareable_with_table(run: Run) -> tuple[Run, MaskTable]:
    """The same as `shareable`, with the table behind the placeholders, to mask further texts of the study alike.

    Args:
        run: What the study's files give.

    Returns:
        The run to be shown, and whom the placeholders stand for (private; empty where there are no words).
    """
    if run.words is None:
        return run, MaskTable()
    words, table = _masked(run.words)
    return replace(run, words=words), table


def shareable_reviews(run: Run, table: MaskTable) -> Reviewed:
    """The reviews of a study with what has changed since, as they may be shown.

    Args:
        run: What the study's files give, unmasked: a review holds the hash of what the reviewer saw.
        table: The table of the masked run, from `shareable_with_table`.
    """
    return mask_reviews(reviewed(run, run.study.read_reviews()), table)[0]


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


def _masked(words: Words) -> tuple[Words, MaskTable]:
    coding, table = mask_coding(words.coding)
    indicators = [each for one in words.assessment.dimensions for each in one.indicators]
    proposed = assess(words.codebook, coding=coding, indicators=indicators, rule=words.assessment.rule)
    decisions = words.assessment.decisions
    memos = [text for one in decisions.values() for text in _memos(one)]
    masked, table = mask_all(memos, table)
    masks = dict(zip(memos, masked, strict=True))
    assessment = with_decisions(proposed, {key: _decision(one, masks) for key, one in decisions.items()})
    shown = replace(words, sources=coding.sources, coding=coding, assessment=assessment)
    return replace(shown, joint_display=joint_display(assessment)), table


def _memos(decision: Decision) -> Iterator[str]:
    for text in (decision.memo, decision.on_convergence):
        yield from [text] if isinstance(text, str) else text.values()


def _decision(decision: Decision, masks: Mapping[str, Masked]) -> Decision:
    memo, on_convergence = (_shown(text, masks) for text in (decision.memo, decision.on_convergence))
    return replace(decision, memo=memo, on_convergence=on_convergence)


def _shown(text: str | Translations, masks: Mapping[str, Masked]) -> str | Translations:
    if isinstance(text, str):
        return masks[text].text
    return {language: masks[each].text for language, each in text.items()}


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

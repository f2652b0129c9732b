"""Interviews and documents as they were read, with the coded spans marked, so that a quotation opens in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cmresearch.coding.coding import ADJUDICATOR, Coding, Segment
from cmresearch.coding.sources import Source, Turn
from cmresearch.study.reviews.subjects import segment_key
from cmresearch.triangulation.assessment import DimensionAssessment

NOT_GIVEN = "not given"
NOT_KEPT = "not kept"


@dataclass(frozen=True)
class QuotedTurn:
    """The segments of one turn that speak to a dimension, with the turn in English.

    Attributes:
        number: The turn's number in its source.
        segments: The segments, in their order.
        rendered: The whole turn in the reader's language; empty where there is no rendering.
    """

    number: int
    segments: tuple[Segment, ...]
    rendered: str


@dataclass(frozen=True)
class QuotedSource:
    """The turns of one source that speak to a dimension.

    Attributes:
        source: The interview or document.
        standing: counted, or not_counted where the informant's role could not know.
        turns: The turns that hold its segments.
    """

    source: Source
    standing: str
    turns: tuple[QuotedTurn, ...]


@dataclass(frozen=True)
class Disagreement:
    """A turn on which coders differed over a code, and how it was settled.

    Attributes:
        source: The interview or document.
        turn: The turn's number.
        code: The key of the code.
        quote: The words that a coder marked.
        said: Each coder's directions in words, by coder.
        settled: What the adjudicated coding says of it.
        memo: Why, in the adjudicator's words; empty where nothing was noted.
    """

    source: Source
    turn: int
    code: str
    quote: str
    said: dict[str, str]
    settled: str
    memo: str


def quote(assessed: DimensionAssessment, *, language: str) -> tuple[QuotedSource, ...]:
    """Everything that was said of a dimension: source by source, turn by turn.

    Args:
        assessed: The dimension with its evidence.
        language: The language in which each whole turn is given beside the words themselves.

    Returns:
        One entry for each source that speaks of it, in the order of the sources.
    """
    return tuple(
        QuotedSource(each.source, each.standing, tuple(_turns(each.source, each.segments, language)))
        for each in assessed.sources
    )


def _turns(source: Source, segments: tuple[Segment, ...], language: str) -> Iterator[QuotedTurn]:
    for turn in source.turns:
        begun = tuple(each for each in segments if turn.start <= each.start < turn.end)
        if begun:
            yield QuotedTurn(turn.number, begun, _rendered(source, turn, language))


def _rendered(source: Source, turn: Turn, language: str) -> str:
    return source.rendering_of(turn, language=language) if language in source.renderings else ""


def disagreements(coding: Coding, dimension: str) -> tuple[Disagreement, ...]:
    """The turns on which coders differed, before adjudication, over a code of one dimension.

    Coders differ where one gave the code and another did not, or where they gave it with different directions.

    Args:
        coding: The coding of all coders.
        dimension: The key of the dimension.

    Returns:
        One entry for each turn and code, in the order of the sources and the codebook.
    """
    spoken: dict[tuple[str, int, str], list[Segment]] = {}
    for segment in coding.of_dimension(dimension):
        for turn in coding.sources[segment.source].turns_between(segment.start, segment.end):
            spoken.setdefault((segment.source, turn.number, segment.code), []).append(segment)
    found = (_compared(coding, *place, tuple(segments)) for place, segments in spoken.items())
    return tuple(each for each in found if each is not None)


def _compared(coding: Coding, source: str, turn: int, code: str, segments: tuple[Segment, ...]) -> Disagreement | None:
    coders = [coder for coder in coding.coders if (coder, source) in coding.coded]
    said = {coder: _directions(segments, coder) or NOT_GIVEN for coder in coders}
    if len(set(said.values())) < 2:
        return None
    memos = [each.memo for each in segments if each.coder == ADJUDICATOR and each.memo]
    settled = _directions(segments, ADJUDICATOR) or NOT_KEPT
    return Disagreement(
        coding.sources[source], turn, code, segments[0].quote, said, settled, " ".join(dict.fromkeys(memos))
    )


def _directions(segments: tuple[Segment, ...], coder: str) -> str:
    return ", ".join(sorted({each.direction for each in segments if each.coder == coder}))


@dataclass(frozen=True)
class Piece:
    """A stretch of text that the same segments cover.

    Attributes:
        text: The words.
        coded: Whether any segment covers them.
        anchors: The anchors of the segments that begin here.
    """

    text: str
    coded: bool
    anchors: tuple[str, ...]


@dataclass(frozen=True)
class TranscriptTurn:
    """A turn in pieces, with its segments and, in the reader's voice, the whole of it.

    Attributes:
        number: Its number in the source.
        pieces: Its text, cut where segments begin and end.
        segments: The segments that begin in it, each with its anchor.
        rendered: The turn in the reader's language; empty where there is no rendering.
    """

    number: int
    pieces: tuple[Piece, ...]
    segments: tuple[tuple[str, Segment], ...]
    rendered: str


@dataclass(frozen=True)
class Transcript:
    """A source with its turns."""

    source: Source
    turns: tuple[TranscriptTurn, ...]


def anchor(segment: Segment) -> str:
    """Where a segment stands in the report: the name of its anchor.

    Example:
        >>> anchor(Segment("interview-6", 12, 40, "cost_recorded", "adjudicator", "absent", "", "", "", "1.0"))
        'segment-interview-6:12-40:cost_recorded:absent'
    """
    return f"segment-{segment_key(segment)}:{segment.direction}"


def transcripts(coding: Coding, *, language: str) -> Iterator[Transcript]:
    """Every source with its settled segments marked, in the order of the sources.

    Args:
        coding: The coding as it may be shown.
        language: The reader's language, in which each turn is rendered where a rendering exists.
    """
    for key, source in coding.sources.items():
        own = [each for each in coding.adjudicated if each.source == key]
        yield Transcript(source, tuple(_turn(source, turn, own, language) for turn in source.turns))


def _turn(source: Source, turn: Turn, segments: Sequence[Segment], language: str) -> TranscriptTurn:
    inside = {anchor(each): each for each in segments if each.start < turn.end and turn.start < each.end}
    begun = tuple((name, each) for name, each in inside.items() if turn.start <= each.start)
    rendered = source.rendering_of(turn, language=language) if language in source.renderings else ""
    return TranscriptTurn(turn.number, tuple(_pieces(source.text, turn, inside)), begun, rendered)


def _pieces(text: str, turn: Turn, segments: Mapping[str, Segment]) -> Iterator[Piece]:
    ends = {end for each in segments.values() for end in (each.start, each.end) if turn.start < end < turn.end}
    for start, end in pairwise(sorted({turn.start, turn.end, *ends})):
        coded = any(each.start < end and start < each.end for each in segments.values())
        yield Piece(text[start:end], coded, tuple(name for name, each in segments.items() if each.start == start))

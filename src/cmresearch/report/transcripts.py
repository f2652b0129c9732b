"""Interviews and documents as they were read, with the coded spans marked, so that a quotation opens in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cmresearch.coding.coding import Coding, Segment
from cmresearch.coding.sources import Source, Turn
from cmresearch.reviews import segment_key


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
    """A turn in pieces, with its segments and, in the reader's language, the whole of it.

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

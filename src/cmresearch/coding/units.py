"""The units on which coders are compared: turns, sentences, or what any of them marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from cmresearch.coding.coding import Coding, Segment
from cmresearch.errors import ReliabilityError, nearest
from cmresearch.reliability.agreement import Floats

UnitKind: TypeAlias = Literal["turn", "sentence", "segment"]

SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|$)", re.DOTALL)
OVERLAP = 0.5
"""Two segments are one unit where they share at least this share of the shorter one."""


@dataclass(frozen=True)
class Unit:
    """A stretch of a source for which every coder did or did not give a code.

    Attributes:
        source: The key of the source.
        number: Its position among the units of the source, from 1; of a turn, the turn's number.
        start: Where it begins in the source's text.
        end: Where it ends, exclusive.
    """

    source: str
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Decisions:
    """The codes that each coder gave to each unit.

    Attributes:
        units: The units, in the order of the text.
        coders: The coders.
        given: Key of a code to the pairs of unit (by its position) and coder (by its position) that have it.
        seen: 1 where a coder coded the unit's source, otherwise 0; a row per unit, a column per coder.
    """

    units: tuple[Unit, ...]
    coders: tuple[str, ...]
    given: Mapping[str, frozenset[tuple[int, int]]]
    seen: Floats

    def ratings(self, codes: Iterable[str]) -> Floats:
        """1 where a coder gave any of the codes, 0 where not, NaN where the coder coded nothing of the source."""
        table = np.where(self.seen == 1, 0.0, np.nan)
        for code in codes:
            for unit, coder in self.given.get(code, ()):
                table[unit, coder] = 1.0
        return table


def decide(coding: Coding, *, unit: UnitKind = "turn", coders: Sequence[str] | None = None) -> Decisions:
    """Every coder's decisions on units of one kind.

    Args:
        coding: The coding.
        unit: turn (an answer or a paragraph of a document), sentence (of these), or segment: what any coder marked,
            with marks that share half of the shorter one or more taken as one. A code counts where a segment touches a
            turn or a sentence; on segments, where the coder's mark is part of the unit.
        coders: Whose decisions; by default everybody's but the adjudicator's.

    Raises:
        ReliabilityError: The kind of unit is unknown, there are fewer than two coders, or a coder coded nothing.
    """
    names = coders_of(coding, coders)
    kinds = get_args(UnitKind)
    if unit not in kinds:
        raise ReliabilityError(f"there is no unit {unit!r}; expected one of {', '.join(kinds)}{nearest(unit, kinds)}")
    segments = [each for each in coding if each.coder in names]
    marked = _marked(segments) if unit == "segment" else _fixed(coding, segments, unit)
    units, touched = marked
    given: dict[str, set[tuple[int, int]]] = {}
    for segment, found in zip(segments, touched, strict=True):
        given.setdefault(segment.code, set()).update((position, names.index(segment.coder)) for position in found)
    seen = [[float((coder, each.source) in coding.coded) for coder in names] for each in units]
    table = np.array(seen, dtype=np.float64).reshape(len(units), len(names))
    return Decisions(tuple(units), names, {code: frozenset(pairs) for code, pairs in given.items()}, table)


def coders_of(coding: Coding, coders: Sequence[str] | None) -> tuple[str, ...]:
    """The coders to compare; by default everybody but the adjudicator.

    Raises:
        ReliabilityError: Somebody coded nothing, or there are fewer than two.
    """
    names = coding.coders if coders is None else tuple(dict.fromkeys(coders))
    known = sorted({coder for coder, _ in coding.coded})
    for name in names:
        if name not in known:
            raise ReliabilityError(f"nobody coded as {name!r}{nearest(name, known)}")
    if len(names) < 2:
        raise ReliabilityError(f"reliability needs two coders or more; found {', '.join(names) or 'none'}")
    return names


def _fixed(coding: Coding, segments: Sequence[Segment], unit: UnitKind) -> tuple[list[Unit], list[list[int]]]:
    """Turns or sentences, and which of them each segment touches."""
    units = [each for key in coding.sources for each in _units_of(coding, key, unit)]
    by_source: dict[str, list[int]] = {}
    for position, each in enumerate(units):
        by_source.setdefault(each.source, []).append(position)
    touched = [
        [
            position
            for position in by_source.get(segment.source, [])
            if units[position].start < segment.end and segment.start < units[position].end
        ]
        for segment in segments
    ]
    return units, touched


def _units_of(coding: Coding, key: str, unit: UnitKind) -> Iterator[Unit]:
    source = coding.sources[key]
    if unit == "turn":
        yield from (Unit(key, turn.number, turn.start, turn.end) for turn in source.answers)
        return
    number = 0
    for turn in source.answers:
        for found in SENTENCE.finditer(source.text, turn.start, turn.end):
            number += 1
            yield Unit(key, number, found.start(), found.end())


def _marked(segments: Sequence[Segment]) -> tuple[list[Unit], list[list[int]]]:
    """The stretches that segments with enough in common make up, and in which of them each segment is."""
    order = sorted(range(len(segments)), key=lambda position: (segments[position].source, segments[position]))
    group = list(range(len(segments)))

    def root(position: int) -> int:
        while group[position] != position:
            position = group[position]
        return position

    for at, one in enumerate(order):
        for other in order[at + 1 :]:
            if segments[other].source != segments[one].source or segments[other].start >= segments[one].end:
                break
            if _share(segments[one], segments[other]) >= OVERLAP:
                group[max(root(one), root(other))] = min(root(one), root(other))
    members: dict[int, list[Segment]] = {}
    for position in order:
        members.setdefault(root(position), []).append(segments[position])
    spans = sorted(
        (found[0].source, min(each.start for each in found), max(each.end for each in found), key)
        for key, found in members.items()
    )
    position_of = {key: position for position, (*_, key) in enumerate(spans)}
    numbers: dict[str, int] = {}
    units = []
    for source, start, end, _ in spans:
        numbers[source] = numbers.get(source, 0) + 1
        units.append(Unit(source, numbers[source], start, end))
    return units, [[position_of[root(position)]] for position in range(len(segments))]


def _share(one: Segment, other: Segment) -> float:
    common = min(one.end, other.end) - max(one.start, other.start)
    return common / min(one.end - one.start, other.end - other.start)

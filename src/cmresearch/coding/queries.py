"""Queries of a coding: the passages of a code and who spoke them, codes that go together, and who says what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from cmresearch.coding.coding import DIRECTIONS, Coding, Segment
from cmresearch.coding.sources import Source
from cmresearch.errors import CodingError, nearest

Case: TypeAlias = Literal["source", "informant", "role"]
Together: TypeAlias = Literal["overlap", "turn", "source"]
TopicKind: TypeAlias = Literal["code", "dimension"]

FOUND = (
    *("source", "informant", "role", "turn", "code", "dimensions", "direction", "quote", "memo", "coder"),
    *("start", "end", "at", "codebook_version", "data_kind", "label"),
)


def find_segments(
    coding: Coding,
    *,
    code: str | None = None,
    dimension: str | None = None,
    informant: str | None = None,
    source: str | None = None,
    direction: str | None = None,
    coder: str | None = None,
) -> pd.DataFrame:
    """The coded segments that answer a question, with their quotations and who said them.

    Args:
        coding: The coding.
        code: Only segments with this code.
        dimension: Only segments whose code relates to this dimension.
        informant: Only what this informant said, by name of the header or by role.
        source: Only this source.
        direction: Only supports, hinders, absent or context.
        coder: Whose segments; by default what the coders settled on, or everybody's where nothing is adjudicated.

    Returns:
        One row per segment in the order of the text: source, informant, role, turn (the number of the first turn it
        touches), code, dimensions, direction, quote, memo, coder, start, end, at, codebook_version, data_kind
        and label.

    Raises:
        CodebookError, SourceError, CodingError: There is no such code or dimension, source, informant, direction or
            coder; the nearest spelling is offered.
    """
    chosen = chosen_coding(coding, coder)
    chosen = chosen if code is None else chosen.of_code(code)
    chosen = chosen if dimension is None else chosen.of_dimension(dimension)
    chosen = chosen if source is None else chosen.of_source(source)
    keys = set(coding.sources) if informant is None else _sources_of(coding, informant)
    if direction is not None and direction not in DIRECTIONS:
        known = ", ".join(DIRECTIONS)
        raise CodingError(
            f"there is no direction {direction!r}; expected one of {known}{nearest(direction, DIRECTIONS)}"
        )
    found = [each for each in chosen if each.source in keys and (direction is None or each.direction == direction)]
    return pd.DataFrame([_row(coding, each) for each in found], columns=list(FOUND))


def chosen_coding(coding: Coding, coder: str | None) -> Coding:
    """One coder's segments; without a coder what was settled on, or everybody's where nothing is adjudicated.

    Raises:
        CodingError: Nobody coded under this name.
    """
    if coder is None:
        return coding.adjudicated if len(coding.adjudicated) else coding
    known = sorted({name for name, _ in coding.coded})
    if coder not in known:
        raise CodingError(f"nobody coded as {coder!r}{nearest(coder, known)}")
    return coding.of_coder(coder)


def _sources_of(coding: Coding, informant: str) -> set[str]:
    found = {key for key, each in coding.sources.items() if informant in (each.informant, each.role)}
    if not found:
        known = {word for each in coding.sources.values() for word in (each.informant, each.role) if word}
        raise CodingError(f"there is no informant or role {informant!r}{nearest(informant, sorted(known))}")
    return found


def _row(coding: Coding, segment: Segment) -> dict[str, object]:
    source = coding.sources[segment.source]
    turns = source.turns_between(segment.start, segment.end)
    about = {
        "informant": source.informant,
        "role": source.role,
        "turn": turns[0].number if turns else None,
        "dimensions": "; ".join(coding.codebook.code(segment.code).dimensions),
        "data_kind": source.data_kind,
        "label": source.label,
    }
    return vars(segment) | about


def co_occurrence(
    coding: Coding, *, within: Together = "overlap", topic: TopicKind = "code", coder: str | None = None
) -> pd.DataFrame:
    """How often each two codes (or dimensions) go together.

    Args:
        coding: The coding.
        within: overlap (pairs of segments that share words), turn (answers that hold both) or source (sources that do).
        topic: code or dimension.
        coder: Whose segments, as in `find_segments`.

    Returns:
        A square table in the order of the codebook: in row and column the number of passages where both were given; on
        the diagonal the number where the one was given at all. By overlap, the diagonal counts segments.

    Raises:
        CodingError: A word is unknown, or nobody coded under this name.
    """
    _known("within", within, get_args(Together))
    _known("topic", topic, get_args(TopicKind))
    keys, topics_of = _topics(coding, topic)
    chosen = chosen_coding(coding, coder)
    groups = _overlapping(chosen, topics_of) if within == "overlap" else _together(chosen, topics_of, within)
    counts = np.zeros((len(keys), len(keys)), dtype=np.int64)
    for pairs in groups:
        for one, other in {(keys.index(a), keys.index(b)) for a, b in pairs}:
            counts[one, other] += 1
    return pd.DataFrame(counts, index=pd.Index(keys, name=topic), columns=keys)


Topics: TypeAlias = Callable[[str], tuple[str, ...]]


def _together(coding: Coding, topics_of: Topics, within: Together) -> Iterator[list[tuple[str, str]]]:
    """For each turn or source every pair, both ways, of what it holds, each with itself too."""
    held: dict[tuple[str, int], set[str]] = {}
    for each in coding:
        turns = coding.sources[each.source].turns_between(each.start, each.end)
        for number in [0] if within == "source" else [turn.number for turn in turns]:
            held.setdefault((each.source, number), set()).update(topics_of(each.code))
    for topics in held.values():
        yield list(product(topics, topics))


def _overlapping(coding: Coding, topics_of: Topics) -> Iterator[list[tuple[str, str]]]:
    """For each segment what it holds, and for each two segments of one coder that share words every pair, both ways."""
    for one in coding:
        yield [(topic, topic) for topic in topics_of(one.code)]
    for one, other in combinations(coding, 2):
        if one.source == other.source and one.coder == other.coder and one.start < other.end and other.start < one.end:
            pairs = [(a, b) for a in topics_of(one.code) for b in topics_of(other.code) if a != b]
            yield [*pairs, *((b, a) for a, b in pairs)]


def code_case_matrix(
    coding: Coding, *, case: Case = "source", topic: TopicKind = "code", coder: str | None = None
) -> pd.DataFrame:
    """How many segments each case has for each code (or dimension).

    Args:
        coding: The coding.
        case: source, informant or role; documents, which have no informant, keep their own names.
        topic: code or dimension.
        coder: Whose segments, as in `find_segments`.

    Returns:
        One row per case in the order of the sources, one column per code or dimension in the order of the codebook.

    Raises:
        CodingError: A word is unknown, or nobody coded under this name.
    """
    _known("case", case, get_args(Case))
    _known("topic", topic, get_args(TopicKind))
    keys, topics_of = _topics(coding, topic)
    cases = list(dict.fromkeys(_case(source, case) for source in coding.sources.values()))
    counts = np.zeros((len(cases), len(keys)), dtype=np.int64)
    for each in chosen_coding(coding, coder):
        for key in topics_of(each.code):
            counts[cases.index(_case(coding.sources[each.source], case)), keys.index(key)] += 1
    return pd.DataFrame(counts, index=pd.Index(cases, name=case), columns=keys)


def framework_matrix(
    coding: Coding,
    *,
    case: Case = "source",
    topic: TopicKind = "dimension",
    keys: Sequence[str] | None = None,
    coder: str | None = None,
) -> pd.DataFrame:
    """Who says what of which dimension: cases by dimensions (or codes), the quotations in the cells.

    Args:
        coding: The coding.
        case: source, informant or role.
        topic: dimension or code.
        keys: Only these dimensions or codes; all by default.
        coder: Whose segments, as in `find_segments`.

    Returns:
        One row per case, one column per dimension or code: a line per segment, with its direction, its code, the
        quotation and its turn; empty where the case says nothing. What kind of text it is stands in the column `label`.

    Raises:
        CodingError: A word is unknown.
        CodebookError: A key is unknown.

    Source:
        Ritchie and Spencer (1994), Qualitative data analysis for applied policy research.
    """
    _known("case", case, get_args(Case))
    _known("topic", topic, get_args(TopicKind))
    every, topics_of = _topics(coding, topic)
    look_up = coding.codebook.dimension if topic == "dimension" else coding.codebook.code
    wanted = every if keys is None else [look_up(key).key for key in keys]
    sources = list(coding.sources.values())
    cases = list(dict.fromkeys(_case(source, case) for source in sources))
    lines: dict[tuple[str, str], list[str]] = {}
    for each in chosen_coding(coding, coder):
        for key in topics_of(each.code):
            lines.setdefault((_case(coding.sources[each.source], case), key), []).append(_line(coding, each))
    rows = [["\n".join(lines.get((one, key), [])) for key in wanted] for one in cases]
    table = pd.DataFrame(rows, index=pd.Index(cases, name=case), columns=wanted)
    labels = {one: {source.label for source in sources if _case(source, case) == one} for one in cases}
    return table.assign(label=["; ".join(sorted(labels[one] - {""})) for one in cases])


def _line(coding: Coding, segment: Segment) -> str:
    turns = coding.sources[segment.source].turns_between(segment.start, segment.end)
    where = f" [{segment.source}, turn {turns[0].number}]" if turns else f" [{segment.source}]"
    return f"{segment.direction} · {segment.code}: “{segment.quote}”{where}"


def _case(source: Source, case: Case) -> str:
    named = {"source": source.key, "informant": source.informant, "role": source.role}[case]
    return named or source.key


def _topics(coding: Coding, topic: TopicKind) -> tuple[list[str], Topics]:
    """The keys of codes or dimensions, and which of them a code stands for."""
    codebook = coding.codebook
    if topic == "dimension":
        return [each.key for each in codebook.dimensions], lambda code: tuple(codebook.code(code).dimensions)
    used = {each.code for each in coding}
    # A code that was merged or retired still stands where segments have it.
    keys = [key for key, code in codebook.every_code.items() if code.is_in_use or key in used]
    return keys, lambda code: (codebook.code(code).key,)


def _known(what: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise CodingError(f"{what} is {word!r}; expected one of {', '.join(known)}{nearest(word, known)}")

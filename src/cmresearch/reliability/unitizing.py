"""How far raters agree where each marks stretches of a text of their own: Krippendorff's alpha for unitizing.

The units are not given here, they are what is measured: where a stretch begins, where it ends, and what it was called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Unpack

import numpy as np

from cmresearch.errors import ReliabilityError, raise_all
from cmresearch.language.phrases import Phrase
from cmresearch.reliability.agreement import Floats, Numbers, Statistic
from cmresearch.reliability.coefficients import Options, Reliability, measure

NOTHING_MARKED = Phrase("notes.reliability.nothing_marked")
ALL_MARKED = Phrase("notes.reliability.all_marked")


@dataclass(frozen=True, order=True)
class Stretch:
    """A stretch that a rater marked: its begin and its end (exclusive), and the value it was given."""

    start: int
    end: int
    value: str = "marked"


@dataclass(frozen=True)
class Continuum:
    """One text with what each rater marked in it.

    Attributes:
        length: Its length, in the unit of the stretches (code points, say).
        marked: Rater to the rater's stretches, which do not overlap each other.
    """

    length: int
    marked: Mapping[str, Sequence[Stretch]]


def unitizing_alpha(continua: Sequence[Continuum], **options: Unpack[Options]) -> Reliability:
    """Krippendorff's alpha for unitizing (uα): agreement on boundaries and values of freely marked stretches.

    Every two raters' texts are laid on each other and the lengths of their intersections are counted by value, what
    nobody marked being a value too (∅). alpha = 1 − observed / expected disagreement in these lengths; a marked stretch
    is not compared with itself, whereas what is not marked has no inner boundaries. With one value, it is |uα.

    Args:
        continua: The texts. Stretches of one are never compared with another's; they are the units of the interval.
        options: How the interval is found (see `Options`); over texts.

    Returns:
        Alpha; `units` counts the texts.

    Raises:
        ReliabilityError: A stretch is empty, outside its text or overlaps another of its rater, or the texts have
            different raters, or fewer than two.

    Source:
        Krippendorff, Mathet, Bouvry and Widlöcher (2016), On the reliability of unitizing textual continua: further
        developments, Quality and Quantity 50; Krippendorff (2019), Content Analysis, 4th ed., eq. 32 to 35.

    Example:
        >>> marked = {"a": [Stretch(3, 14), Stretch(22, 52)], "b": [Stretch(3, 9), Stretch(22, 52)]}
        >>> round(unitizing_alpha([Continuum(55, marked)]).value, 3)
        0.819
    """
    raters = _checked(continua)
    values = sorted({each.value for text in continua for marked in text.marked.values() for each in marked})
    parts = np.array([_parts(text, raters, values) for text in continua])
    statistic = Statistic(parts, lambda sums, _: _alpha(sums, len(values) + 1))
    table = np.ones((len(continua), len(raters)))
    options = {"clusters": np.arange(len(continua)), "clusters_are": "texts", **options}
    name = "Krippendorff's alpha for unitizing"
    undefined = ALL_MARKED if values else NOTHING_MARKED
    return measure(name, statistic, table, np.ones(len(continua), dtype=bool), undefined, **options)


def _alpha(sums: Numbers, size: int) -> Numbers:
    """From the coincidences of values in length, and each value's lengths paired with themselves, to alpha."""
    coincidences = sums[:, : size * size].reshape(len(sums), size, size)
    itself = sums[:, size * size :]
    totals = coincidences.sum(axis=2)
    length = totals.sum(axis=1)
    observed = length - np.trace(coincidences, axis1=1, axis2=2)
    apart = length**2 - itself.sum(axis=1)
    expected = length * (apart - ((totals**2) - itself).sum(axis=1)) / apart
    found: Numbers = 1 - observed / expected
    return found


def _parts(text: Continuum, raters: Sequence[str], values: Sequence[str]) -> Floats:
    size = len(values) + 1
    number_of = {value: number for number, value in enumerate(values, start=1)}
    coincidences = np.zeros((size, size))
    edges = sorted(
        {
            0,
            text.length,
            *(edge for marked in text.marked.values() for each in marked for edge in (each.start, each.end)),
        }
    )
    shown = [_values_between(edges, sorted(text.marked[rater]), number_of) for rater in raters]
    lengths = np.diff(edges)
    for one in range(len(raters)):
        for other in range(len(raters)):
            if one != other:
                np.add.at(coincidences, (shown[one], shown[other]), lengths / (len(raters) - 1))
    itself = np.zeros(size)
    for rater in raters:
        marked = text.marked[rater]
        for each in marked:
            itself[number_of[each.value]] += (each.end - each.start) ** 2
        itself[0] += text.length - sum(each.end - each.start for each in marked)
    return np.concatenate([coincidences.ravel(), itself])


def _values_between(edges: Sequence[int], marked: Sequence[Stretch], number_of: Mapping[str, int]) -> list[int]:
    """The value that a rater gave between each two edges; 0 where nothing is marked."""
    found, at = [], 0
    for start, _ in pairwise(edges):
        while at < len(marked) and marked[at].end <= start:
            at += 1
        inside = at < len(marked) and marked[at].start <= start
        found.append(number_of[marked[at].value] if inside else 0)
    return found


def boundary_alpha(length: int, marked: Mapping[str, Sequence[Stretch]]) -> float | None:
    """Krippendorff's first alpha for unitizing (αU): disagreement is how far boundaries lie apart, squared.

    Two overlapping stretches differ by the squares of the distances of their begins and of their ends; a stretch that
    lies where another rater marked nothing differs by its length squared. Far boundaries weigh much more than in uα;
    with more than two raters it behaves oddly, and its author replaced it. It stands here to compare with published
    figures.

    Args:
        length: The length of the text.
        marked: Rater to the rater's stretches of one value, which do not overlap each other.

    Returns:
        αU, or None where nobody marked anything.

    Raises:
        ReliabilityError: As `unitizing_alpha`.

    Source:
        Krippendorff (2004), Content Analysis, 2nd ed., section 11.6; Krippendorff (1995), Sociological Methodology 25.

    Example:
        >>> one = [Stretch(225, 295), Stretch(370, 400)]
        >>> other = [Stretch(220, 300), Stretch(355, 375), Stretch(400, 420)]
        >>> shift = lambda marked: [Stretch(each.start - 150, each.end - 150) for each in marked]
        >>> round(boundary_alpha(300, {"i": shift(one), "j": shift(other)}), 4)  # 0.7286 in the book
        0.7286
    """
    raters = _checked([Continuum(length, marked)])
    sections = {rater: list(_sections(length, sorted(marked[rater]))) for rater in raters}
    observed = sum(
        _apart(a, b)
        for one in raters
        for other in raters
        if one != other
        for a in sections[one]
        for b in sections[other]
    )
    expected = _expected_apart(length, [section for rater in raters for section in sections[rater]], len(raters))
    if not expected:
        return None
    return float(1 - observed / (len(raters) * (len(raters) - 1) * length**2) / expected)


Section = tuple[int, int, bool]  # begin, end, and whether it is marked


def _sections(length: int, marked: Sequence[Stretch]) -> Iterable[Section]:
    at = 0
    for each in marked:
        if each.start > at:
            yield at, each.start, False
        yield each.start, each.end, True
        at = each.end
    if at < length:
        yield at, length, False


def _apart(one: Section, other: Section) -> int:
    (start, end, marked), (begin, stop, also) = one, other
    if marked and also and start < stop and begin < end:
        return (start - begin) ** 2 + (end - stop) ** 2
    if marked and not also and begin <= start and end <= stop:
        return (end - start) ** 2
    if also and not marked and start <= begin and stop <= end:
        return (stop - begin) ** 2
    return 0


def _expected_apart(length: int, sections: Sequence[Section], raters: int) -> float:
    gaps = np.array([end - start for start, end, marked in sections if not marked], dtype=np.float64)
    lengths = np.array([end - start for start, end, marked in sections if marked], dtype=np.float64)
    inside = [((gaps - each + 1) * (gaps >= each)).sum() for each in lengths]
    among = (len(lengths) - 1) / 3 * (2 * lengths**3 - 3 * lengths**2 + lengths)
    whole = raters * length * (raters * length - 1) - (lengths * (lengths - 1)).sum()
    return float(2 / length * (among + lengths**2 * np.array(inside)).sum() / whole)


def _checked(continua: Sequence[Continuum]) -> list[str]:
    """The raters, the same in every text."""
    if not continua:
        raise ReliabilityError("there is no text; expected one or more")
    raters = sorted(continua[0].marked)
    faults = [
        f"text {number} has the raters {', '.join(text.marked) or 'none'}; expected {', '.join(raters) or 'some'}"
        for number, text in enumerate(continua, start=1)
        if sorted(text.marked) != raters
    ]
    if len(raters) < 2:
        faults.append(f"there are {len(raters)} raters; expected two or more")
    for number, text in enumerate(continua, start=1):
        for rater, marked in text.marked.items():
            faults += [f"text {number}, rater {rater}: {fault}" for fault in _stretch_faults(text.length, marked)]
    raise_all(ReliabilityError, faults)
    return raters


def _stretch_faults(length: int, marked: Sequence[Stretch]) -> Iterable[str]:
    for each in marked:
        if not 0 <= each.start < each.end <= length:
            yield f"a stretch from {each.start} to {each.end}; expected an end after it, both within 0 and {length}"
    for one, other in pairwise(sorted(marked)):
        if other.start < one.end:
            yield f"stretches from {one.start} and from {other.start} overlap; join them, or compare each value apart"

"""How many complaints a study needs, and how sure a given number makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Literal

from scipy.special import ndtri

from cmresearch.errors import AllocationError, raise_all

Interval = Literal["normal", "wilson"]
ROUNDING = 1e-9  # a size of 384.0000000001 is 384
WIDEST = 1 << 62


@dataclass(frozen=True)
class SampleSize:
    """How many complaints to draw, and what that rests on.

    Attributes:
        size: How many to draw, non-response allowed for; all of the population at the most.
        needed: How many answers are needed, not rounded.
        method: The formula, in words.
        warnings: What the formula takes for granted, or cannot reach.
    """

    size: int
    needed: float
    method: str
    warnings: tuple[str, ...] = ()


def size_for_proportion(
    *,
    margin: float | None = None,
    relative_margin: float | None = None,
    proportion: float = 0.5,
    population: int | None = None,
    level: float = 0.95,
    method: Interval = "normal",
    design_effect: float = 1.0,
    response: float = 1.0,
) -> SampleSize:
    """How many complaints to draw so that a share is known to within a margin.

    With z the normal quantile of the level, p the share, e the margin, N the population and d the design effect:

        n = d p (1-p) N/(N-1) / (e^2 / z^2 + d p (1-p) / (N-1)),

    and d p (1-p) z^2 / e^2 for a population without end. "wilson" asks that half of Wilson's interval be no wider than
    the margin, which for rare things is the better promise.

    Args:
        margin: Half the width of the interval, as a share (0.03 for three points).
        relative_margin: The same as a part of the proportion; one of the two.
        proportion: The share that is expected; one half needs the most.
        population: How many complaints there are; None for without end.
        level: The level of confidence, from 0 to 1.
        method: "normal" or "wilson".
        design_effect: By how much the design makes variances larger than a simple random sample's.
        response: The part of the drawn complaints that can be coded, above 0 and up to 1.

    Returns:
        The sample size.

    Raises:
        AllocationError: A value is outside its range, or not exactly one margin was given.

    Source:
        Cochran (1977), section 4.4; Wilson (1927). The same as PracTools::nPropMoe (Valliant, Dever, Kreuter 2018).

    Example:
        >>> size_for_proportion(margin=0.03, population=14581).size
        995
    """
    _check(level=level, proportion=proportion, response=response, design_effect=design_effect, population=population)
    half_width = _margin_of_share(margin, relative_margin, proportion)
    z = quantile(level)
    if method == "wilson":
        simple = _least_size(lambda size: _wilson_half_width(size, proportion, z), half_width)
    else:
        simple = proportion * (1 - proportion) * z**2 / half_width**2
    needed = _in_population(simple * design_effect, population, less=1)
    words = f"{method} interval for a share of {proportion:g}, margin {half_width:g}, level {level:g}"
    return _size(needed, population, response, words)


def size_for_mean(
    *,
    deviation: float,
    margin: float | None = None,
    relative_margin: float | None = None,
    mean: float | None = None,
    population: int | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
    response: float = 1.0,
) -> SampleSize:
    """How many complaints to draw so that a mean is known to within a margin.

        n = d S^2 / (e^2 / z^2 + d S^2 / N)

    Args:
        deviation: The standard deviation S, in the unit of what is measured.
        margin: Half the width of the interval, in the same unit.
        relative_margin: The same as a part of the mean, which then has to be given; one of the two.
        mean: The mean that is expected.
        population: How many complaints there are; None for without end.
        level: The level of confidence, from 0 to 1.
        design_effect: By how much the design makes variances larger than a simple random sample's.
        response: The part of the drawn complaints for which it can be measured.

    Returns:
        The sample size.

    Raises:
        AllocationError: A value is outside its range, or not exactly one margin was given.

    Source:
        Cochran (1977), section 4.6.

    Example:
        >>> size_for_mean(deviation=20, margin=2).size
        385
    """
    _check(level=level, response=response, design_effect=design_effect, population=population)
    if relative_margin is not None and not mean:
        raise AllocationError("a relative margin of a mean needs the mean, other than 0")
    _check_deviation(deviation)
    half_width = _margin(margin, relative_margin, abs(mean or 1.0))
    simple = (deviation * quantile(level) / half_width) ** 2
    needed = _in_population(simple * design_effect, population, less=0)
    return _size(
        needed, population, response, f"mean of deviation {deviation:g}, margin {half_width:g}, level {level:g}"
    )


def size_for_two_proportions(
    one: float,
    other: float,
    *,
    level: float = 0.95,
    power: float = 0.8,
    ratio: float = 1.0,
    design_effect: float = 1.0,
    response: float = 1.0,
) -> tuple[SampleSize, SampleSize]:
    """How many complaints to draw in each of two groups so that a difference of shares is likely to be seen.

    Args:
        one: The share expected in the first group.
        other: The share expected in the second.
        level: The level of confidence of the two-sided test, from 0 to 1.
        power: How likely the difference shall be seen, from 0 to 1.
        ratio: How many times as many are drawn in the second group as in the first.
        design_effect: By how much the design makes variances larger than a simple random sample's.
        response: The part of the drawn complaints that can be coded.

    Returns:
        The sizes of both groups.

    Raises:
        AllocationError: The shares are equal, or a value is outside its range.

    Source:
        Fleiss, Levin, Paik (2003), *Statistical Methods for Rates and Proportions*, equation 4.14, without continuity
        correction.

    Example:
        >>> [group.size for group in size_for_two_proportions(0.6, 0.5)]
        [388, 388]
    """
    _check(level=level, proportion=one, response=response, design_effect=design_effect)
    _check(level=power, proportion=other)
    if one == other or not 0 < ratio < inf:
        raise AllocationError(
            f"shares {one} and {other} with a ratio of {ratio}: expected two shares and a ratio above 0"
        )
    pooled = (one + ratio * other) / (1 + ratio)
    under_none = quantile(level) * sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    under_some = float(ndtri(power)) * sqrt(one * (1 - one) + other * (1 - other) / ratio)
    first = design_effect * ((under_none + under_some) / (one - other)) ** 2
    words = f"difference between shares {one:g} and {other:g}, level {level:g}, power {power:g}"
    return _size(first, None, response, words), _size(first * ratio, None, response, words)


def krejcie_morgan(population: int) -> SampleSize:
    """The size in Krejcie and Morgan's table: the normal formula at one half, five points, 95 %, and nothing else.

    Source:
        Krejcie and Morgan (1970), *Educational and Psychological Measurement* 30, 607-610.

    Example:
        >>> krejcie_morgan(14581).size
        374
    """
    _check(population=population)
    chi, half = 3.841, 0.25
    needed = chi * population * half / (0.05**2 * (population - 1) + chi * half)
    warning = (
        "the table is for one share near one half, at ±5 points and 95 %, in a simple random sample that everybody "
        "answers: not for strata, domains, rare things, means or another margin"
    )
    # Their table rounds to the nearest number.
    return SampleSize(min(population, round(needed)), needed, "Krejcie and Morgan (1970)", (warning,))


def slovin(population: int, margin: float) -> SampleSize:
    """The size by the formula called Slovin's, N / (1 + N e^2): the normal formula at one half with 2 for 1.96.

    Source:
        Of unknown origin; Tejada and Punzalan (2012), *The Philippine Statistician* 61, 129-136, on its misuse.

    Example:
        >>> slovin(14581, 0.03).size
        1033
    """
    _check(population=population)
    half_width = _margin_of_share(margin, None, 1.0)
    needed = population / (1 + population * half_width**2)
    warning = (
        "the formula takes for granted a share near one half, 95 % and a simple random sample that everybody answers: "
        "not for strata, domains, rare things or means"
    )
    return _size(needed, population, 1.0, "Slovin", (warning,))


def margin_of_proportion(
    size: int,
    *,
    proportion: float = 0.5,
    population: int | None = None,
    level: float = 0.95,
    method: Interval = "normal",
    design_effect: float = 1.0,
) -> float:
    """How surely a share is known from a sample of a size: half the width of its interval.

    Args:
        size: How many answers there are.
        proportion: The share.
        population: How many complaints there are; None for without end.
        level: The level of confidence, from 0 to 1.
        method: "normal" or "wilson".
        design_effect: By how much the design makes variances larger than a simple random sample's.

    Returns:
        Half the width, as a share.

    Raises:
        AllocationError: A value is outside its range.

    Example:
        >>> round(margin_of_proportion(989, population=14581), 4)
        0.0301
    """
    _check(level=level, proportion=proportion, design_effect=design_effect, population=population, size=size)
    if population is not None and size == population:
        return 0.0
    simple = size / design_effect
    if population is not None:
        simple *= (population - 1) / (population - size)
    if method == "wilson":
        return _wilson_half_width(simple, proportion, quantile(level))
    return quantile(level) * sqrt(proportion * (1 - proportion) / simple)


def margin_of_mean(
    size: int,
    *,
    deviation: float,
    population: int | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> float:
    """How surely a mean is known from a sample of a size: half the width of its normal interval.

        e = z S sqrt(d (1/n - 1/N))

    Args:
        size: How many answers there are.
        deviation: The standard deviation S, in the unit of what is measured.
        population: How many complaints there are; None for without end.
        level: The level of confidence, from 0 to 1.
        design_effect: By how much the design makes variances larger than a simple random sample's.

    Returns:
        Half the width, in the same unit; 0 for a census.

    Raises:
        AllocationError: A value is outside its range.

    Source:
        Cochran (1977), section 2.6; the reverse of `size_for_mean`.

    Example:
        >>> round(margin_of_mean(385, deviation=20), 3)
        1.998
    """
    _check(level=level, design_effect=design_effect, population=population, size=size)
    _check_deviation(deviation)
    fraction = 0.0 if population is None else size / population
    return quantile(level) * deviation * sqrt(design_effect * (1 - fraction) / size)


def quantile(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 95 %.

    Raises:
        AllocationError: The level is not between 0 and 1.
    """
    _check(level=level)
    return float(ndtri((1 + level) / 2))


def _wilson_half_width(size: float, proportion: float, z: float) -> float:
    spread = sqrt(proportion * (1 - proportion) / size + z**2 / (4 * size**2))
    return z / (1 + z**2 / size) * spread


def _least_size(width: Callable[[float], float], margin: float) -> float:
    """The size at which a width that falls with it reaches the margin, by halving."""
    low, high = ROUNDING, float(WIDEST)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if width(middle) > margin else (low, middle)
    return high


def _in_population(size: float, population: int | None, *, less: int) -> float:
    """The size in a population with an end, from that in one without."""
    if population is None:
        return size
    return size * population / (population - less + size)


def _size(
    needed: float, population: int | None, response: float, method: str, warnings: tuple[str, ...] = ()
) -> SampleSize:
    size = max(1, ceil(needed / response - ROUNDING))
    if population is not None and size > population:
        if response < 1:
            warnings = (*warnings, f"even all {population} complaints would not give {ceil(needed)} answers")
        size = population
    return SampleSize(size, needed, method, warnings)


def _margin(margin: float | None, relative: float | None, value: float) -> float:
    if (margin is None) == (relative is None):
        raise AllocationError("give a margin or a relative margin, one of the two")
    half_width = margin if margin is not None else (relative or 0.0) * value
    if not 0 < half_width < inf:
        raise AllocationError(f"the margin is {half_width}; expected a number above 0")
    return half_width


def _margin_of_share(margin: float | None, relative: float | None, proportion: float) -> float:
    half_width = _margin(margin, relative, proportion)
    # Three points given as 3 would be reached by a sample of one.
    if half_width >= 1:
        raise AllocationError(f"the margin of a share is {half_width:g}; expected below 1 (0.03 for three points)")
    return half_width


def _check_deviation(deviation: float) -> None:
    if not 0 < deviation < inf:
        raise AllocationError(f"the standard deviation is {deviation}; expected a number above 0")


def _check(
    *,
    level: float = 0.95,
    proportion: float = 0.5,
    response: float = 1.0,
    design_effect: float = 1.0,
    population: int | None = None,
    size: int = 1,
) -> None:
    """Refuse what is outside its range, all of it at once."""
    faults = {
        f"the level or power is {level}; expected above 0 and below 1 (0.95 for 95 %)": not 0 < level < 1,
        f"the proportion is {proportion}; expected above 0 and below 1": not 0 < proportion < 1,
        f"the response is {response}; expected above 0 and up to 1": not 0 < response <= 1,
        f"the design effect is {design_effect}; expected a number above 0": not 0 < design_effect < inf,
        f"the population is {population}; expected 2 or more": population is not None and population < 2,
        f"the size is {size}; expected 1 up to the population": size < 1 or size > (population or WIDEST),
    }
    raise_all(AllocationError, [fault for fault, holds in faults.items() if holds])

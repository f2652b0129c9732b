"""Confidence intervals for a share, a mean or a total, from an estimate and its standard error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scipy import special

from cmresearch.errors import EstimationError

ProportionMethod = Literal["korn-graubard", "wilson", "logit", "normal", "hypergeometric"]
STUDENT = "student-t"
CENSUS = "census"
PROPORTION_METHODS: tuple[ProportionMethod, ...] = (
    "korn-graubard",
    "wilson",
    "logit",
    "normal",
    "hypergeometric",
)


@dataclass(frozen=True)
class Interval:
    """Where the true figure lies, at a level, and the method that says so."""

    lower: float
    upper: float
    method: str


@dataclass(frozen=True)
class Share:
    """An estimated proportion with what its interval needs.

    Attributes:
        estimate: The proportion, 0 to 1.
        variance: Its design-based variance.
        n: Sampled units of the domain.
        degrees_of_freedom: Of the variance estimate; at least 1.
    """

    estimate: float
    variance: float
    n: int
    degrees_of_freedom: float

    @property
    def effective_size(self) -> float:
        """How many units of a simple random sample would be as sure, corrected for the degrees of freedom.

        Where every unit of each stratum has the same value (0 %, 100 %, or a variable that follows the strata) the
        variance is zero and says nothing; the number of sampled units then stands in.

        Source: Korn and Graubard (1998), Survey Methodology 24, 193-201, section 2.
        """
        spread = self.estimate * (1 - self.estimate)
        if spread <= 0 or self.variance <= 1e-12 * spread / self.n:
            return float(self.n)
        return spread / self.variance

    def adjusted_size(self, level: float) -> float:
        """The effective size times the squared ratio of t quantiles on n - 1 and on the design's degrees of freedom."""
        if self.n < 2 or self.effective_size == self.n:
            return self.effective_size
        ratio = t_quantile(level, self.n - 1) / t_quantile(level, self.degrees_of_freedom)
        return self.effective_size * ratio**2


def t_quantile(level: float, degrees_of_freedom: float) -> float:
    """How many standard errors on each side make an interval at this level.

    Example:
        >>> round(t_quantile(0.95, 10), 3), round(t_quantile(0.95, float("inf")), 3)
        (2.228, 1.96)
    """
    tail = (1 + level) / 2
    if math.isinf(degrees_of_freedom):
        return float(special.ndtri(tail))
    return float(special.stdtrit(degrees_of_freedom, tail))


def check_level(level: float) -> None:
    """Refuse a confidence level that is no share, such as 95 for 95 %."""
    if not 0 < level < 1:
        raise EstimationError(f"confidence level {level!r}; expected a number between 0 and 1, such as 0.95")


def student(estimate: float, standard_error: float, degrees_of_freedom: float, level: float) -> Interval:
    """Estimate plus and minus t standard errors.

    Example:
        >>> interval = student(10, 1, 4, 0.95)
        >>> round(interval.lower, 3), round(interval.upper, 3), interval.method
        (7.224, 12.776, 'student-t')
    """
    half = t_quantile(level, degrees_of_freedom) * standard_error
    return Interval(estimate - half, estimate + half, STUDENT)


def korn_graubard(share: Share, level: float) -> Interval:
    """Clopper-Pearson's interval with the effective sample size: conservative, and never without width.

    Source: Korn and Graubard (1998), Survey Methodology 24, 193-201.

    Example:
        >>> interval = korn_graubard(Share(0.0, 0.0, n=50, degrees_of_freedom=49), 0.95)
        >>> interval.lower, round(interval.upper, 4)  # 1 - 0.025 ** (1 / 50)
        (0.0, 0.0711)
    """
    size = share.adjusted_size(level)
    tail = (1 - level) / 2
    hits, misses = size * share.estimate, size * (1 - share.estimate)
    lower = 0.0 if hits <= 0 else float(special.betaincinv(hits, misses + 1, tail))
    upper = 1.0 if misses <= 0 else float(special.betaincinv(hits + 1, misses, 1 - tail))
    return Interval(lower, upper, "korn-graubard")


def wilson(share: Share, level: float) -> Interval:
    """Wilson's score interval with the effective sample size.

    Source: Wilson (1927), JASA 22, 209-212; for designs Franco, Little, Louis and Slud (2019), JSSAM 7, 334-364.

    Example:
        >>> interval = wilson(Share(0.5, 0.25 / 100, n=100, degrees_of_freedom=99), 0.95)
        >>> round(interval.lower, 4), round(interval.upper, 4)
        (0.4038, 0.5962)
    """
    size = share.adjusted_size(level)
    z = t_quantile(level, math.inf)
    centre = (share.estimate + z**2 / (2 * size)) / (1 + z**2 / size)
    spread = share.estimate * (1 - share.estimate) / size + z**2 / (4 * size**2)
    half = z * math.sqrt(spread) / (1 + z**2 / size)
    # At 0 % and 100 % the bound is exactly the observed share; subtraction would leave a last binary digit.
    lower = 0.0 if share.estimate <= 0 else max(0.0, centre - half)
    upper = 1.0 if share.estimate >= 1 else min(1.0, centre + half)
    return Interval(lower, upper, "wilson")


def logit(share: Share, level: float) -> Interval:
    """The t interval on the log-odds scale; Korn-Graubard's where the log-odds do not exist.

    Example:
        >>> interval = logit(Share(0.5, 0.0025, n=100, degrees_of_freedom=float("inf")), 0.95)
        >>> round(interval.lower, 4), round(interval.upper, 4)
        (0.4032, 0.5968)
    """
    if _undefined(share):
        return _instead(share, level, "logit")
    odds = float(special.logit(share.estimate))
    error = math.sqrt(share.variance) / (share.estimate * (1 - share.estimate))
    scaled = student(odds, error, share.degrees_of_freedom, level)
    return Interval(float(special.expit(scaled.lower)), float(special.expit(scaled.upper)), "logit")


def normal(share: Share, level: float) -> Interval:
    """Share plus and minus t standard errors; may leave 0 to 1, and is too short for rare things.

    Where the standard error is zero Korn-Graubard's interval stands in.

    Example:
        >>> interval = normal(Share(0.5, 0.0025, n=100, degrees_of_freedom=float("inf")), 0.95)
        >>> round(interval.lower, 3), round(interval.upper, 3)
        (0.402, 0.598)
    """
    if _undefined(share):
        return _instead(share, level, "normal")
    bounds = student(share.estimate, math.sqrt(share.variance), share.degrees_of_freedom, level)
    return Interval(bounds.lower, bounds.upper, "normal")


def hypergeometric(hits: int, n: int, population: int, level: float) -> Interval:
    """The exact interval for a share in a simple random sample without replacement.

    All numbers of units with the property in the full set under which the observed count is not in either tail.

    Args:
        hits: Sampled units with the property.
        n: Sampled units.
        population: Units in the full set.
        level: Confidence level.

    Source: Wright (1991), Exact Confidence Bounds when Sampling from Small Finite Universes, section 2.

    Example:
        >>> interval = hypergeometric(20, 989, 14581, 0.95)
        >>> round(interval.lower * 14581), round(interval.upper * 14581)
        (185, 447)
    """
    # scipy.stats costs half a second to import; only this interval needs it.
    from scipy.stats import hypergeom

    tail = (1 - level) / 2
    low, high = hits, population - (n - hits)

    def too_few(marked: int) -> bool:
        return bool(hypergeom.sf(hits - 1, population, marked, n) <= tail)

    def possible(marked: int) -> bool:
        return bool(hypergeom.cdf(hits, population, marked, n) > tail)

    lower = low if hits == 0 else _first(lambda marked: not too_few(marked), low, high)
    upper = high if hits == n else _first(lambda marked: not possible(marked), low, high + 1) - 1
    return Interval(lower / population, upper / population, "hypergeometric")


def proportion_interval(share: Share, level: float, method: ProportionMethod) -> Interval:
    """The interval of a share by the named method (all but the hypergeometric, which needs counts)."""
    methods: dict[str, Callable[[Share, float], Interval]] = {
        "korn-graubard": korn_graubard,
        "wilson": wilson,
        "logit": logit,
        "normal": normal,
    }
    return methods[method](share, level)


def _undefined(share: Share) -> bool:
    spread = share.estimate * (1 - share.estimate)
    # Negative weights of a linear calibration can take a share below 0 or above 1, where there are no log-odds.
    return spread <= 0 or (share.effective_size == share.n and share.variance <= 1e-12 * spread)


def _instead(share: Share, level: float, wanted: str) -> Interval:
    found = korn_graubard(share, level)
    return Interval(found.lower, found.upper, f"korn-graubard ({wanted} undefined: no variance observed)")


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number in low..high for which a monotone statement holds; high if none below it does."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low

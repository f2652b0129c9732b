"""How many complaints to draw, and how many from each stratum."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import heapify, heapreplace
from math import isfinite, sqrt
from typing import Literal

import pandas as pd

from cmresearch.errors import AllocationError, nearest, raise_all
from cmresearch.sampling.frame import Frame

METHODS = ("proportional", "equal", "neyman", "cost", "power")
LARGEST_FRACTIONS = "largest fractions, ties by label in UTF-8 byte order"
EXACT = "exact integer optimum"
Remainders = Literal["largest fractions", "exact"]
REMAINDERS: Mapping[Remainders, str] = {"largest fractions": LARGEST_FRACTIONS, "exact": EXACT}
SIZES_ALONE = ("proportional", "equal")  # methods that need nothing but the sizes of the strata
DIGITS = 12  # of a score: the last bits of a standard deviation differ with the number of threads that added it up


@dataclass(frozen=True)
class Allocation:
    """The sample size of each stratum.

    Attributes:
        frame_sizes: How many complaints each stratum holds (N_h).
        sample_sizes: How many of them to draw (n_h), in the same order.
        method: How the total was divided.
        minimum: The least number drawn from a stratum; all of a stratum that holds fewer.
        remainders: How the parts became whole numbers.
        maximum: The most drawn from a stratum; None for no limit but its size.
        take_all: Strata that are taken whole.
        scores: What the parts are in proportion to, for the methods that need more than the sizes: with them anybody
            can divide again.
    """

    frame_sizes: Mapping[str, int]
    sample_sizes: Mapping[str, int]
    method: str
    minimum: int
    remainders: str = LARGEST_FRACTIONS
    maximum: int | None = None
    take_all: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many complaints are drawn in all (n)."""
        return sum(self.sample_sizes.values())

    @property
    def lonely(self) -> tuple[str, ...]:
        """The strata from which one of several is drawn: they have no variance of their own, so plan two or all."""
        pairs = zip(self.frame_sizes.items(), self.sample_sizes.values(), strict=True)
        return tuple(label for (label, total), drawn in pairs if drawn == 1 < total)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The strata that hold complaints and from which none is drawn: the sample says nothing of them."""
        pairs = zip(self.frame_sizes.items(), self.sample_sizes.values(), strict=True)
        return tuple(label for (label, total), drawn in pairs if drawn == 0 < total)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings to consider before drawing, a sentence each."""
        lonely = f"one of several complaints is drawn from {_listed(self.lonely)}: no variance can be estimated there"
        skipped = f"no complaint is drawn from {_listed(self.skipped)}: the sample says nothing of them"
        return (*([lonely] if self.lonely else []), *([skipped] if self.skipped else []))

    def within(self, labels: Collection[str]) -> Allocation:
        """The same allocation with these strata alone; what it says of the others, which are empty, is left out."""
        return replace(
            self,
            frame_sizes={label: size for label, size in self.frame_sizes.items() if label in labels},
            sample_sizes={label: size for label, size in self.sample_sizes.items() if label in labels},
            scores={label: score for label, score in self.scores.items() if label in labels},
        )

    def to_frame(self) -> pd.DataFrame:
        """One row for each stratum: frame size, sample size, inclusion probability (n_h / N_h) and design weight."""
        rows = [
            (label, total, drawn, drawn / total if total else None, total / drawn if drawn else None)
            for (label, total), drawn in zip(self.frame_sizes.items(), self.sample_sizes.values(), strict=True)
        ]
        columns = ["stratum", "frame_size", "sample_size", "inclusion_probability", "design_weight"]
        return pd.DataFrame(rows, columns=columns)


def allocate(
    frame: Frame | Mapping[str, int],
    size: int,
    *,
    method: str = "proportional",
    minimum: int = 2,
    maximum: int | None = None,
    take_all: Collection[str] = (),
    at_least: Mapping[str, int] | None = None,
    deviations: Mapping[str, float] | None = None,
    means: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
    power: float = 0.5,
    remainders: Remainders | None = None,
) -> Allocation:
    """The sample size of each stratum, adding up to `size` exactly.

    Each method gives stratum h a share proportional to a score a_h:

    - "proportional": N_h, its size. The design weights are all but equal.
    - "equal": 1. Each stratum is known about equally well.
    - "neyman": N_h S_h, with S_h the standard deviation in the stratum. Smallest variance of the overall mean.
    - "cost": N_h S_h / sqrt(c_h), with c_h the cost of one complaint. Smallest variance for the money.
    - "power": N_h^q S_h / mean_h. Between the best for the whole (q = 1) and the best for each stratum (q = 0).

    A stratum whose share is below its least gets that (all of it, if it holds fewer), one whose share is above its
    most gets that, and the rest is shared among the others. Parts become whole numbers in one of two ways. By
    "largest fractions" what is left after rounding down goes, one by one, to the largest fractions, ties to the label
    that comes first by its UTF-8 bytes; this is the default for the first two methods. "exact" gives the whole
    numbers for which the sum of a_h^2 / n_h is smallest (for "neyman" the variance of the mean itself): each next
    complaint goes where it lowers the sum most. This is the default for the others.

    Args:
        frame: The frame, or the size of each stratum by its label.
        size: How many complaints to draw in all.
        method: How to divide them, as above.
        minimum: The least number from each stratum that holds any; 2 is the least from which a variance can be
            estimated.
        maximum: The most from each stratum; None for no limit but its size.
        take_all: Labels of strata that are taken whole.
        at_least: More than the minimum, by label: the sizes of an earlier allocation keep all that was drawn by it.
        deviations: The standard deviation S_h of what is asked, by label; for a share p it is sqrt(p (1 - p)).
        means: Its mean in each stratum, by label, for "power".
        costs: What one complaint costs, by label, in any unit, for "cost".
        power: The exponent q of "power", from 0 to 1.
        remainders: "largest fractions" or "exact"; None for the method's own.

    Returns:
        The allocation, one entry for each stratum in the order of the labels' UTF-8 bytes.

    Raises:
        AllocationError: The size is below 1, below what the minimum asks for, above what the maximum allows, or larger
            than the frame; the method is unknown, or what it needs is missing for a stratum.

    Source:
        Cochran (1977), *Sampling Techniques*, sections 5.5 to 5.9. Largest remainders: Balinski and Young (1982).
        Exact optimum: Wright (2012), *The American Statistician* 66, 217-224; with limits, Wright (2017). Power:
        Bankier (1988), *The American Statistician* 42, 174-177, equation 3.

    Example:
        >>> allocate({"app": 70, "mail": 25, "sms": 5}, 10).sample_sizes
        {'app': 6, 'mail': 2, 'sms': 2}
        >>> spread = {"app": 1.0, "mail": 6.0, "sms": 1.0}
        >>> allocate({"app": 70, "mail": 25, "sms": 5}, 10, method="neyman", deviations=spread).sample_sizes
        {'app': 3, 'mail': 5, 'sms': 2}
    """
    sizes = dict(sorted((frame.sizes if isinstance(frame, Frame) else frame).items()))
    _refuse_unknown(sizes, method, {"take_all": take_all, "at_least": at_least or {}})
    scores = _scores(sizes, method, _Needs(deviations, means, costs, power))
    chosen: Remainders = remainders or ("largest fractions" if method in SIZES_ALONE else "exact")
    if chosen not in REMAINDERS:
        raise AllocationError(f"there is no way {chosen!r} for remainders{nearest(chosen, REMAINDERS)}")
    plan = Allocation(sizes, {}, method, minimum, REMAINDERS[chosen], maximum, tuple(sorted(take_all)), scores)
    return _divided(plan, size, at_least or {})


def grow(allocation: Allocation, size: int, *, minimum: int | None = None, maximum: int | None = None) -> Allocation:
    """A larger allocation by the same method that keeps every complaint of a smaller one.

    Dividing anew may take a complaint away from a stratum although the whole grows; here each stratum gets at least
    what it has, and what is new goes where the method wants it.

    Args:
        allocation: The allocation to grow from.
        size: How many complaints to draw in all.
        minimum: The least number from each stratum; None for that of the smaller one.
        maximum: The most from each stratum; None for that of the smaller one.

    Returns:
        The larger allocation.

    Raises:
        AllocationError: The size is below what was drawn, or larger than the frame or the maximum allow; the method
            needs scores which the smaller allocation does not hold.

    Example:
        >>> small = allocate({"a": 6, "b": 6, "c": 2}, 10, minimum=0)
        >>> small.sample_sizes, allocate({"a": 6, "b": 6, "c": 2}, 11, minimum=0).sample_sizes
        ({'a': 4, 'b': 4, 'c': 2}, {'a': 5, 'b': 5, 'c': 1})
        >>> grow(small, 11).sample_sizes
        {'a': 5, 'b': 4, 'c': 2}
    """
    if size < allocation.size:
        raise AllocationError(f"cannot grow to {size} complaints: {allocation.size} are drawn already")
    _refuse_unfit_scores(allocation)
    plan = replace(
        allocation,
        minimum=allocation.minimum if minimum is None else minimum,
        maximum=allocation.maximum if maximum is None else maximum,
    )
    return _divided(plan, size, allocation.sample_sizes)


def _refuse_unfit_scores(allocation: Allocation) -> None:
    """Refuse to divide again what does not say how it was divided, such as a certificate edited by hand."""
    method, scores = allocation.method, allocation.scores
    _refuse_unknown(allocation.frame_sizes, method, {"take_all": allocation.take_all})
    if allocation.remainders not in REMAINDERS.values():
        raise AllocationError(f"there is no way {allocation.remainders!r} for remainders")
    if method in SIZES_ALONE:
        return
    if not scores:
        raise AllocationError(f"the smaller allocation does not hold the scores of its method, {method}; divide anew")
    _known(allocation.frame_sizes, scores, f"{method} allocation needs the score", positive="no")


def _divided(plan: Allocation, size: int, at_least: Mapping[str, int]) -> Allocation:
    """The plan with its sample sizes."""
    sizes = plan.frame_sizes
    bounds = _bounds(sizes, minimum=plan.minimum, maximum=plan.maximum, take_all=plan.take_all, at_least=at_least)
    _refuse_impossible(sizes, bounds, size=size, minimum=plan.minimum)
    scores = plan.scores or _scores(sizes, plan.method, _Needs(None, None, None, 0.5))
    divide = _by_exact_optimum if plan.remainders == EXACT else _by_largest_fractions
    parts = divide(sizes, scores, bounds, size)
    return replace(plan, sample_sizes=parts, scores={} if plan.method in SIZES_ALONE else scores)


@dataclass(frozen=True)
class _Needs:
    """The planning values of each stratum that the optimal methods need."""

    deviations: Mapping[str, float] | None
    means: Mapping[str, float] | None
    costs: Mapping[str, float] | None
    power: float


Bounds = Mapping[str, tuple[int, int]]
Scores = Mapping[str, float]


def _scores(sizes: Mapping[str, int], method: str, needs: _Needs) -> Scores:
    if method == "proportional":
        return sizes
    if method == "equal":
        return {label: 1 if total else 0 for label, total in sizes.items()}
    deviations = _known(sizes, needs.deviations, f"{method} allocation needs the standard deviation", positive="no")
    if method == "neyman":
        return _rounded({label: total * deviations[label] for label, total in sizes.items()})
    if method == "cost":
        costs = _known(sizes, needs.costs, "cost allocation needs the cost of a complaint", positive="yes")
        return _rounded({label: total * deviations[label] / sqrt(costs[label]) for label, total in sizes.items()})
    means = _known(sizes, needs.means, "power allocation needs the mean", positive="yes")
    if not 0 <= needs.power <= 1:
        raise AllocationError(f"the power is {needs.power}; expected 0 to 1")
    powers = {label: total**needs.power if total else 0.0 for label, total in sizes.items()}
    return _rounded({label: powers[label] * deviations[label] / means[label] for label in sizes})


def _rounded(scores: Scores) -> Scores:
    return {label: float(f"{score:.{DIGITS}g}") for label, score in scores.items()}


def _known(sizes: Mapping[str, int], values: Mapping[str, float] | None, what: str, *, positive: str) -> Scores:
    """The values of all strata that hold complaints; those of empty ones play no part."""
    if values is None:
        raise AllocationError(f"{what} in each stratum")
    faults = []
    for label, total in sizes.items():
        value = values.get(label)
        if total and (value is None or not isfinite(value) or value < 0 or (positive == "yes" and value == 0)):
            faults.append(f"{what} in stratum {label!r}; found {value}")
    raise_all(AllocationError, faults)
    return {label: float(values[label]) if total else 1.0 for label, total in sizes.items()}


def _bounds(
    sizes: Mapping[str, int],
    *,
    minimum: int,
    maximum: int | None,
    take_all: Collection[str],
    at_least: Mapping[str, int],
) -> Bounds:
    bounds = {}
    for label, total in sizes.items():
        most = total if maximum is None or label in take_all else min(maximum, total)
        least = total if label in take_all else max(min(minimum, most), at_least.get(label, 0))
        if least > most:
            raise AllocationError(f"stratum {label!r}: at least {least} and at most {most} complaints were asked for")
        bounds[label] = (least, most)
    return bounds


def _refuse_unknown(sizes: Mapping[str, int], method: str, named: Mapping[str, Collection[str]]) -> None:
    if method not in METHODS:
        raise AllocationError(
            f"there is no allocation method {method!r}{nearest(method, METHODS)}; there is {', '.join(METHODS)}"
        )
    faults = [
        f"{what}: the frame has no stratum {label!r}{nearest(label, sizes)}"
        for what, labels in named.items()
        for label in labels
        if label not in sizes
    ]
    raise_all(AllocationError, faults)


def _refuse_impossible(sizes: Mapping[str, int], bounds: Bounds, *, size: int, minimum: int) -> None:
    if size < 1 or minimum < 0:
        raise AllocationError(f"cannot draw {size} complaints with at least {minimum} from each stratum")
    total = sum(sizes.values())
    if size > total:
        raise AllocationError(f"cannot draw {size} complaints: the frame holds {total}")
    least, most = (sum(bound[side] for bound in bounds.values()) for side in (0, 1))
    if size < least:
        raise AllocationError(
            f"cannot draw {size} complaints: at least {minimum} from each of {sum(map(bool, sizes.values()))} strata "
            f"(all of a smaller one, and what else was asked for) are {least}"
        )
    if size > most:
        raise AllocationError(f"cannot draw {size} complaints: the most from each stratum add up to {most}")


def _by_largest_fractions(sizes: Mapping[str, int], scores: Scores, bounds: Bounds, size: int) -> dict[str, int]:
    shares = _shares(sizes, scores, bounds, size)
    parts = {label: int(share) for label, share in shares.items()}
    by_fraction = sorted(shares, key=lambda label: (parts[label] - shares[label], label))
    for label in by_fraction[: size - sum(parts.values())]:
        parts[label] += 1
    return parts


def _shares(sizes: Mapping[str, int], scores: Scores, bounds: Bounds, size: int) -> dict[str, Fraction]:
    """The shares in proportion to the scores, each kept within its bounds; fractions, so nothing is rounded yet."""
    exact = {label: Fraction(score) for label, score in scores.items()}

    items = list(bounds.items())

    def at(scale: Fraction) -> dict[str, Fraction]:
        return {label: min(max(scale * exact[label], Fraction(low)), Fraction(high)) for label, (low, high) in items}

    def total_at(scale: Fraction) -> Fraction:
        return sum(at(scale).values(), Fraction(0))

    # The sum grows with the scale, along straight lines between the scales at which a stratum reaches a bound.
    edges = sorted(
        {Fraction(edge) / exact[label] for label, pair in items for edge in pair if exact[label]} | {Fraction(0)}
    )
    position = bisect_left(edges, Fraction(size), key=total_at)
    if position == len(edges):
        # Strata of no score are given what those with one cannot take, in proportion to their sizes.
        full = {label: (bound if not exact[label] else (bound[1], bound[1])) for label, bound in items}
        return _shares(sizes, dict(sizes), full, size)
    if position == 0:
        return at(edges[0])
    low, high = edges[position - 1], edges[position]
    below, above = total_at(low), total_at(high)
    return at(low + (high - low) * (size - below) / (above - below))


def _by_exact_optimum(sizes: Mapping[str, int], scores: Scores, bounds: Bounds, size: int) -> dict[str, int]:
    parts = {label: low for label, (low, _) in bounds.items()}

    def entry(label: str) -> tuple[float, float, str]:
        """The amount by which a stratum's next complaint lowers the sum, negated; full strata come last."""
        n, most = parts[label], bounds[label][1]
        if n >= most:
            return (1.0, 1.0, label)
        if n == 0:
            return (-float("inf") if scores[label] else 0.0, -float(sizes[label]), label)
        steps = n * (n + 1)
        return (-(scores[label] * scores[label]) / steps, -(sizes[label] * sizes[label]) / steps, label)

    queue = [entry(label) for label in parts]
    heapify(queue)
    for _ in range(size - sum(parts.values())):
        label = queue[0][2]
        parts[label] += 1
        heapreplace(queue, entry(label))
    return parts


def _listed(labels: tuple[str, ...]) -> str:
    shown = ", ".join(labels[:5]) + (f" and {len(labels) - 5} more" if len(labels) > 5 else "")
    return f"{len(labels)} strata ({shown})"

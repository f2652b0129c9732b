"""How far raters agree: coefficients and intervals from arrays of ratings, whatever was rated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cmresearch.errors import ReliabilityError, nearest

Metric: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
Floats: TypeAlias = NDArray[np.float64]

NO_PAIRS = "no unit was rated by two raters, so there is nothing to compare"
ONE_VALUE = "every rating has the same value, so no disagreement could be expected and alpha is undefined"
ONE_UNIT = "only one unit was rated by two raters, so there is nothing to resample"
ALL_AGREE = "every unit agrees in every resample, so the interval cannot show how uncertain that is"


@dataclass(frozen=True)
class Reliability:
    """One coefficient of reliability with its interval.

    Attributes:
        coefficient: Its name.
        value: The coefficient, or None where it is undefined; `note` then says why.
        lower: The lower end of the interval, or None where there is none.
        upper: The upper end of the interval, or None where there is none.
        level: The interval's level of confidence, between 0 and 1.
        method: How coefficient and interval were found.
        units: How many units at least two raters rated; only these count.
        raters: How many raters there are.
        note: Why something is missing or to be read with care, otherwise empty.
    """

    coefficient: str
    value: float | None
    lower: float | None
    upper: float | None
    level: float
    method: str
    units: int
    raters: int
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The coefficient as a table of one row."""
        return pd.DataFrame([vars(self)])

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def percent_agreement(ratings: ArrayLike, *, level: float = 0.95, replicates: int = 1000, seed: int = 1) -> Reliability:
    """The share of pairs of raters who gave the same rating, averaged over units.

    In each unit with at least two ratings, the pairs of equal ratings are divided by all pairs; the
    coefficient is the mean over these units. It takes no account of agreement by chance.

    Args:
        ratings: Numbers, one row per unit and one column per rater; NaN where a rater gave no rating.
        level: Level of confidence of the interval, between 0 and 1.
        replicates: How many times the units are resampled for the interval.
        seed: Whole number from which the resampled units follow, the same on every machine.

    Returns:
        The agreement (0 to 1), with a percentile interval from a bootstrap over units.

    Raises:
        ReliabilityError: The ratings are no table of numbers with two columns or more.

    Source:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., eq. 2.10, over units with two ratings.

    Example:
        >>> percent_agreement([[1, 1], [0, 0], [1, 0], [0, 0]]).value
        0.75
    """
    counts = _counts(_checked(ratings))
    rated = counts.sum(axis=1)
    shares = (counts * (counts - 1)).sum(axis=1) / (rated * (rated - 1))
    return _measured(
        "percent agreement",
        lambda weights: weights @ shares / weights.sum(axis=1),
        units=len(counts),
        raters=np.shape(ratings)[1],
        level=level,
        replicates=replicates,
        seed=seed,
    )


def krippendorff_alpha(
    ratings: ArrayLike,
    metric: Metric = "nominal",
    *,
    level: float = 0.95,
    replicates: int = 1000,
    seed: int = 1,
) -> Reliability:
    """Krippendorff's alpha: how far raters agree beyond chance, for any number of raters and gaps.

    alpha = 1 − observed disagreement / disagreement expected by chance, both from the coincidences of values
    within units. 1 is perfect reliability, 0 what chance would give. Units with fewer than two ratings say
    nothing and are left out. Where every rating has the same value alpha is undefined: the value is None and
    the note says so. Resamples in which that happens are left out of the interval, and counted in the note.

    Args:
        ratings: Numbers, one row per unit and one column per rater; NaN where a rater gave no rating.
        metric: How far two values differ: nominal (they do or not), ordinal (by the ranks between them),
            interval (by their difference squared), ratio (by their relative difference squared).
        level: Level of confidence of the interval, between 0 and 1.
        replicates: How many times the units are resampled for the interval.
        seed: Whole number from which the resampled units follow, the same on every machine.

    Returns:
        Alpha (1 at most, below 0 for systematic disagreement), with a percentile interval from a bootstrap
        over units.

    Raises:
        ReliabilityError: The ratings are no table of numbers with two columns or more, the metric is
            unknown, or a rating on the ratio metric is negative.

    Source:
        Krippendorff (2011), Computing Krippendorff's alpha-reliability, section E.

    Example:
        >>> round(krippendorff_alpha([[0, 1], [1, 1], [0, 0], [0, 0]]).value, 3)
        0.533
    """
    table = _checked(ratings)
    values = np.unique(table[~np.isnan(table)])
    _check_metric(metric, values)
    counts = _counts(table)
    return _measured(
        f"Krippendorff's alpha ({metric})",
        lambda weights: _alphas(weights, counts, values, metric),
        units=len(counts),
        raters=table.shape[1],
        level=level,
        replicates=replicates,
        seed=seed,
    )


def _checked(ratings: ArrayLike) -> Floats:
    try:
        table = np.asarray(ratings, dtype=np.float64)
    except (TypeError, ValueError):
        raise ReliabilityError(
            "the ratings are no numbers; expected a number for each value, and NaN for none"
        ) from None
    if table.ndim != 2 or table.shape[1] < 2:
        raise ReliabilityError(
            f"the ratings have the shape {table.shape}; expected one row per unit and two or more raters as columns"
        )
    if np.isinf(table).any():
        raise ReliabilityError("a rating is infinite; expected numbers, and NaN where there is no rating")
    return table


def _check_metric(metric: str, values: Floats) -> None:
    if metric not in get_args(Metric):
        known = ", ".join(get_args(Metric))
        raise ReliabilityError(
            f"there is no metric {metric!r}; expected one of {known}{nearest(metric, get_args(Metric))}"
        )
    if metric == "ratio" and values.size and values[0] < 0:
        raise ReliabilityError(f"the rating {values[0]:g} is negative; the ratio metric compares amounts from 0 up")


def _counts(table: Floats) -> Floats:
    """How many raters gave each value: one row per unit with two ratings or more, one column per value."""
    values = np.unique(table[~np.isnan(table)])
    counts = np.array([(table == value).sum(axis=1) for value in values], dtype=np.float64)
    counts = counts.reshape(len(values), len(table)).T
    pairable: Floats = counts[counts.sum(axis=1) >= 2]
    return pairable


def _alphas(weights: Floats, counts: Floats, values: Floats, metric: str) -> Floats:
    """Alpha for each row of weights (how often each unit counts); NaN where only one value is left."""
    totals = weights @ counts
    disagree = _ordinal if metric == "ordinal" else _fixed
    observed, expected = disagree(weights, counts, totals, _distances(values, metric))
    alphas = np.full(len(weights), np.nan)
    defined = (totals > 0).sum(axis=1) > 1
    alphas[defined] = 1 - (totals[defined].sum(axis=1) - 1) * observed[defined] / expected[defined]
    return alphas


def _distances(values: Floats, metric: str) -> Floats:
    """The squared difference of every two values; ordinal ones depend on the resample and follow there."""
    column, row = values[:, None], values[None, :]
    distances: Floats = (column != row).astype(np.float64)
    if metric == "interval":
        distances = (column - row) ** 2
    if metric == "ratio":
        both = column + row
        distances = np.divide(column - row, both, out=np.zeros_like(both), where=both > 0) ** 2
    return distances


def _fixed(weights: Floats, counts: Floats, totals: Floats, distances: Floats) -> tuple[Floats, Floats]:
    within: Floats = ((counts @ distances) * counts).sum(axis=1) / (counts.sum(axis=1) - 1)
    expected: Floats = ((totals @ distances) * totals).sum(axis=1)
    return weights @ within, expected


def _ordinal(weights: Floats, counts: Floats, totals: Floats, _: Floats) -> tuple[Floats, Floats]:
    # Krippendorff's ordinal difference of two values is the difference of their mid-ranks, squared.
    ranks = totals.cumsum(axis=1) - totals / 2
    rated = counts.sum(axis=1)
    within = 2 * (rated * (ranks**2 @ counts.T) - (ranks @ counts.T) ** 2) / (rated - 1)
    squares, sums = (totals * ranks**2).sum(axis=1), (totals * ranks).sum(axis=1)
    return (weights * within).sum(axis=1), 2 * (totals.sum(axis=1) * squares - sums**2)


def _measured(
    coefficient: str,
    statistic: Callable[[Floats], Floats],
    *,
    units: int,
    raters: int,
    level: float,
    replicates: int,
    seed: int,
) -> Reliability:
    if not 0 < level < 1 or replicates < 1:
        raise ReliabilityError(f"level {level} and {replicates} replicates; expected 0 < level < 1 and 1 or more")
    method = f"percentile bootstrap over units, {replicates:,} replicates, seed {seed}"

    def result(value: float | None, ends: tuple[float, float] | None, note: str) -> Reliability:
        lower, upper = ends or (None, None)
        return Reliability(coefficient, value, lower, upper, level, method, units, raters, note)

    if units == 0:
        return result(None, None, NO_PAIRS)
    value = float(statistic(np.ones((1, units)))[0])
    if np.isnan(value):
        return result(None, None, ONE_VALUE)
    if units == 1:
        return result(value, None, ONE_UNIT)
    resampled = statistic(_resamples(units, replicates, seed))
    usable = resampled[~np.isnan(resampled)]
    return result(value, _interval(usable, level), _note(usable, replicates))


def _interval(resampled: Floats, level: float) -> tuple[float, float] | None:
    if not resampled.size:
        return None
    lower, upper = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def _note(usable: Floats, replicates: int) -> str:
    missing = replicates - usable.size
    notes = [f"{missing:,} of {replicates:,} resamples held one value only and were left out"] if missing else []
    if usable.size and (usable == 1).all():
        notes.append(ALL_AGREE)
    return "; ".join(notes)


@lru_cache(maxsize=4)  # The codes of one study are rated on the same units.
def _resamples(units: int, replicates: int, seed: int) -> Floats:
    """How often each unit is drawn: one row per replicate, one column per unit."""
    # Raw words only: numpy may change what its Generator methods draw, the bit stream stays. The remainder
    # prefers low numbers by less than units / 2**64.
    words = np.random.PCG64(seed).random_raw(replicates * units) % np.uint64(units)
    drawn = words.astype(np.int64).reshape(replicates, units)
    cells = drawn + units * np.arange(replicates)[:, None]
    times = np.bincount(cells.ravel(), minlength=replicates * units).astype(np.float64)
    times.flags.writeable = False
    return times.reshape(replicates, units)

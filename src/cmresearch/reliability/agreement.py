"""Coefficients of agreement as functions of sums over units.

Every coefficient here is a smooth function of a few sums over the rated units. So one matrix product gives all
resamples at once, one derivative gives the linearised variance of any of them, and units add up to clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from cmresearch.errors import ReliabilityError, nearest

Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[Any]
Metric: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio", "linear", "gwet_ordinal"]
WeightName: TypeAlias = Literal["identity", "linear", "quadratic", "ratio", "gwet_ordinal"]
Chance: TypeAlias = Literal["none", "fleiss", "conger", "gwet", "uniform"]
# From sums, a row each, to coefficients. The second argument is the share of rated units that two rated, where it is
# to be held constant (as in Gwet's variance), and None where it follows from the sums.
Formula: TypeAlias = Callable[[Numbers, float | None], Numbers]

STEP = 1e-30  # of the complex step: its square vanishes, so the derivative is exact to rounding


@dataclass(frozen=True)
class Statistic:
    """A coefficient before any sum is taken.

    Attributes:
        parts: What each unit adds to the sums, a row per unit.
        formula: The coefficient that rows of sums give; NaN where it is undefined.
    """

    parts: Floats
    formula: Formula

    def values(self, sums: Floats) -> Floats:
        """The coefficient for each row of sums; NaN where it is undefined."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = self.formula(sums, None)
        return np.where(np.isfinite(found), found, np.nan)

    def influences(self) -> Floats:
        """How far each row of parts moves the coefficient; their squares add up to the linearised variance.

        Source:
            Gwet (2008), Computing inter-rater reliability and its variance in the presence of high agreement; the
            derivative by complex step, Squire and Trapp (1998), SIAM Review 40.
        """
        totals = self.parts.sum(axis=0)
        stepped = totals + 1j * STEP * np.eye(len(totals))
        with np.errstate(divide="ignore", invalid="ignore"):
            gradient = self.formula(stepped, float(_ratio(totals))).imag / STEP
        moved: Floats = self.parts @ gradient
        return moved

    def by_cluster(self, clusters: ArrayLike) -> Statistic:
        """The same coefficient with a row of parts for each cluster, clusters in the order of their first unit."""
        _, first, index = np.unique(np.asarray(clusters), return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        added = np.zeros((len(first), self.parts.shape[1]))
        np.add.at(added, rank[index], self.parts)
        return Statistic(added, self.formula)


def _ratio(totals: Floats) -> Numbers:
    """Rated units over those that two rated; the first two sums of every coefficient that needs it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Numbers = totals[..., 0] / totals[..., 1]
    return ratio


def check_ratings(ratings: ArrayLike) -> Floats:
    """Ratings as a table of numbers, one row per unit, one column per rater.

    Raises:
        ReliabilityError: They are no numbers, not finite, or no table with two columns or more.
    """
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


def categories_of(table: Floats, categories: ArrayLike | None) -> Floats:
    """The values that could be given, ascending: those that are named, or those that were given.

    Raises:
        ReliabilityError: A rating is none of the named values.
    """
    given = np.unique(table[~np.isnan(table)])
    if categories is None:
        return given
    named = np.unique(np.asarray(categories, dtype=np.float64))
    strange = np.setdiff1d(given, named)
    if strange.size:
        known = ", ".join(f"{value:g}" for value in named)
        raise ReliabilityError(f"the rating {strange[0]:g} is no category; expected one of {known}")
    return named


def value_counts(table: Floats, values: Floats) -> Floats:
    """How many raters gave each value: one row per unit, one column per value."""
    counts = [(table == value).sum(axis=1) for value in values]
    return np.array(counts, dtype=np.float64).reshape(len(values), len(table)).T


def agreement_weights(weights: WeightName | ArrayLike, values: Floats) -> Floats:
    """How far two values agree: 1 on the diagonal, less the further they are apart.

    Args:
        weights: identity (the same or not), linear (by their difference), quadratic (by its square), ratio (by the
            square of their difference over their sum), gwet_ordinal (by how many pairs of categories lie between
            them, which is not Krippendorff's ordinal metric), or a matrix, a row and a column per value.
        values: The values, ascending.

    Raises:
        ReliabilityError: There are no such weights, or the matrix has another shape.

    Source:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., section 3.5.

    Example:
        >>> agreement_weights("linear", np.array([1.0, 2.0, 3.0]))[0].tolist()
        [1.0, 0.5, 0.0]
    """
    if not isinstance(weights, str):
        matrix = np.asarray(weights, dtype=np.float64)
        if matrix.shape != (len(values), len(values)) or not (np.diag(matrix) == 1).all():
            raise ReliabilityError(
                f"the weights have the shape {matrix.shape}; expected {len(values)} rows and columns, with 1 where "
                "both values are the same"
            )
        return matrix
    known = get_args(WeightName)
    if weights not in known:
        raise ReliabilityError(
            f"there are no weights {weights!r}; expected one of {', '.join(known)}{nearest(weights, known)}"
        )
    if weights == "identity" or len(values) < 2:
        return np.eye(len(values))
    distances = _distances(values, "interval" if weights == "quadratic" else weights)
    found: Floats = 1 - distances / distances.max()
    return found


def _distances(values: Floats, metric: str) -> Floats:
    """How far two values are apart; Krippendorff's ordinal distance depends on the ratings and is not here."""
    column, row = values[:, None], values[None, :]
    positions = np.arange(len(values))
    distances: Floats = (column != row).astype(np.float64)
    if metric == "linear":
        distances = np.abs(column - row)
    if metric == "interval":
        distances = (column - row) ** 2
    if metric == "gwet_ordinal":
        apart = np.abs(positions[:, None] - positions[None, :])
        distances = apart * (apart + 1) / 2.0
    if metric == "ratio":
        both = column + row
        distances = np.divide(column - row, both, out=np.zeros_like(both), where=both > 0) ** 2
    return distances


def check_metric(metric: str, values: Floats) -> None:
    """Refuse a metric that is not there, and negative amounts on the ratio metric."""
    known = get_args(Metric)
    if metric not in known:
        raise ReliabilityError(
            f"there is no metric {metric!r}; expected one of {', '.join(known)}{nearest(metric, known)}"
        )
    if metric == "ratio" and values.size and values[0] < 0:
        raise ReliabilityError(f"the rating {values[0]:g} is negative; the ratio metric compares amounts from 0 up")


def corrected_agreement(table: Floats, values: Floats, weights: Floats, chance: Chance) -> Statistic:
    """Agreement of pairs of raters, corrected for the agreement that chance would give.

    In each unit with two ratings or more, the weights of all pairs of ratings are averaged; p_a is the mean of that
    over these units. The coefficient is (p_a − p_e) / (1 − p_e).

    Args:
        table: Ratings, one row per unit, one column per rater.
        values: The values that could be given.
        weights: How far each two of them agree.
        chance: How p_e is found: none (it is 0), fleiss (both ratings from all raters' shares of the values), conger
            (each rating from the shares of its rater), gwet (chance acts only where the value is hard to tell), uniform
            (every value is as likely).

    Source:
        Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., sections 2.5 and 3.5; Conger (1980), Psychological
        Bulletin 88; Brennan and Prediger (1981), Educational and Psychological Measurement 41.
    """
    table = table[~np.isnan(table).all(axis=1)]
    counts = value_counts(table, values)
    rated = counts.sum(axis=1)
    pairs = np.where(rated > 1, rated * (rated - 1), 1.0)
    agreed = (counts * (counts @ weights.T - 1)).sum(axis=1) / pairs
    parts = [rated >= 1, rated >= 2, agreed, *(counts / rated[:, None]).T]
    if chance == "conger":
        parts += [column == value for column in table.T for value in values]
    expected = _expected(chance, weights, raters=table.shape[1])

    def formula(sums: Numbers, held: float | None) -> Numbers:
        ratio = _ratio(sums) if held is None else held
        pairable = 1.0 if held is None else held * sums[:, 1] / sums[:, 0]
        by_chance = expected(sums[:, 3:] / sums[:, :1])
        found: Numbers = (sums[:, 2] / sums[:, 0] * ratio - by_chance * pairable) / (1 - by_chance)
        return found

    return Statistic(np.array(parts, dtype=np.float64).T, formula)


def _expected(chance: Chance, weights: Floats, *, raters: int) -> Callable[[Numbers], Numbers]:
    """From means over rated units (of the shares of the values, then of each rater's choices) to p_e."""
    size = len(weights)
    mean_weight = weights.sum() / size**2 if size else np.nan

    def fleiss(means: Numbers) -> Numbers:
        shares = means[:, :size]
        return _form(shares, weights, shares)

    def gwet(means: Numbers) -> Numbers:
        if size < 2:
            return means[:, 0] * 0
        found: Numbers = weights.sum() / (size * (size - 1)) * (means[:, :size] * (1 - means[:, :size])).sum(axis=1)
        return found

    def conger(means: Numbers) -> Numbers:
        choices = means[:, size:].reshape(len(means), raters, size)
        shares = choices / choices.sum(axis=2, keepdims=True)
        total = shares.sum(axis=1)
        alike = np.einsum("tgk,kl,tgl->t", shares, weights, shares)
        found: Numbers = (_form(total, weights, total) - alike) / (raters * (raters - 1))
        return found

    def none(means: Numbers) -> Numbers:
        return means[:, 0] * 0

    def uniform(means: Numbers) -> Numbers:
        return means[:, 0] * 0 + mean_weight

    return {"none": none, "fleiss": fleiss, "gwet": gwet, "conger": conger, "uniform": uniform}[chance]


def _form(left: Numbers, weights: Floats, right: Numbers) -> Numbers:
    found: Numbers = ((left @ weights) * right).sum(axis=1)
    return found


def alpha(table: Floats, values: Floats, metric: Metric) -> Statistic:
    """Krippendorff's alpha: 1 − observed disagreement / disagreement expected by chance.

    Only units that two raters rated count. The ordinal metric is Krippendorff's: the squared difference of the
    mid-ranks of two values among all ratings, so it follows from each resample anew.

    Source:
        Krippendorff (2011), Computing Krippendorff's alpha-reliability, section E.
    """
    counts = value_counts(table, values)
    counts = counts[counts.sum(axis=1) >= 2]
    if metric == "ordinal":
        return _ordinal_alpha(counts)
    distances = _distances(values, metric)
    within = ((counts @ distances) * counts).sum(axis=1) / (counts.sum(axis=1) - 1)

    def formula(sums: Numbers, held: float | None) -> Numbers:
        totals = sums[:, 2:]
        return _alpha_of(sums[:, 0], totals, sums[:, 1], _form(totals, distances, totals), held)

    return Statistic(np.column_stack([np.ones(len(counts)), within, counts]), formula)


def _ordinal_alpha(counts: Floats) -> Statistic:
    size = counts.shape[1]
    one, other = np.triu_indices(size, k=1)
    # Twice the coincidences above the diagonal: those below are the same, those on it are no disagreement.
    pairs = 2 * counts[:, one] * counts[:, other] / (counts.sum(axis=1, keepdims=True) - 1)
    met = pairs.any(axis=0)
    one, other = one[met], other[met]

    def formula(sums: Numbers, held: float | None) -> Numbers:
        totals = sums[:, 1 : size + 1]
        ranks = totals.cumsum(axis=1) - totals / 2
        observed = (sums[:, size + 1 :] * (ranks[:, one] - ranks[:, other]) ** 2).sum(axis=1)
        squares, mean = (totals * ranks**2).sum(axis=1), (totals * ranks).sum(axis=1)
        expected = 2 * (totals.sum(axis=1) * squares - mean**2)
        return _alpha_of(sums[:, 0], totals, observed, expected, held)

    return Statistic(np.column_stack([np.ones(len(counts)), counts, pairs[:, met]]), formula)


def _alpha_of(units: Numbers, totals: Numbers, observed: Numbers, expected: Numbers, held: float | None) -> Numbers:
    ratings = totals.sum(axis=1)
    found: Numbers = 1 - (ratings - 1) * observed / expected
    if held is None:
        return found
    # What is linearised is alpha without its correction for few ratings. Where units differ in their number of
    # ratings, irrCAC takes the corrected agreement once; the last term is that, its first factor held constant.
    uneven = ratings / units * (units / ratings).real - 1
    linearised: Numbers = 1 - ratings * observed / expected - (observed / expected).real * uneven
    return linearised


Interval: TypeAlias = Literal["bootstrap", "analytic"]

KEPT = 5_000_000
"""Up to how many cells the drawn units are kept for the next coefficient on the same units (40 MB)."""
BLOCK = 50_000
"""How many draws are counted at a time: as many as a processor keeps near."""


def resampled_values(statistic: Statistic, *, replicates: int, seed: int) -> Floats:
    """The coefficient in each resample of the rows, drawn with replacement; NaN where it is undefined.

    Args:
        statistic: The coefficient, with a row of parts for each unit or cluster.
        replicates: How many resamples.
        seed: Whole number from which all of them follow, the same on every machine.
    """
    parts = statistic.parts
    if len(parts) * replicates <= KEPT:
        return statistic.values(_times_drawn(len(parts), replicates, seed) @ parts)
    stream = np.random.PCG64(seed)
    size = max(1, KEPT // len(parts))
    blocks = [min(size, replicates - begin) for begin in range(0, replicates, size)]
    sums = [_count_draws(stream, len(parts), block) @ parts for block in blocks]
    return statistic.values(np.concatenate(sums))


@lru_cache(maxsize=4)  # The codes of one study are rated on the same units.
def _times_drawn(units: int, replicates: int, seed: int) -> Floats:
    times = _count_draws(np.random.PCG64(seed), units, replicates)
    times.flags.writeable = False
    return times


def _count_draws(stream: np.random.PCG64, units: int, replicates: int) -> Floats:
    """How often each unit is drawn: one row per replicate, one column per unit."""
    times = np.empty((replicates, units))
    rows = max(1, BLOCK // units)
    for begin in range(0, replicates, rows):
        end = min(begin + rows, replicates)
        # Raw words only: numpy may change what its Generator methods draw, the bit stream stays. The remainder
        # prefers low numbers by less than units / 2**64.
        words = stream.random_raw((end - begin) * units)
        words %= np.uint64(units)
        cells = words.view(np.int64).reshape(end - begin, units)
        cells += units * np.arange(end - begin)[:, None]
        times[begin:end] = np.bincount(cells.ravel(), minlength=cells.size).reshape(cells.shape)
    return times


def percentile_interval(resampled: Floats, level: float) -> tuple[float, float] | None:
    """The middle share of the resampled values; None where there is none."""
    if not resampled.size:
        return None
    lower, upper = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def standard_error(statistic: Statistic) -> float:
    """The root of the linearised variance over the rows, with n / (n − 1) for n rows.

    R's irrCAC does the same for raw ratings; for contingency tables of two raters it divides by n, as psych does.
    """
    rows = len(statistic.parts)
    return float(np.sqrt(rows / (rows - 1) * (statistic.influences() ** 2).sum()))


def t_interval(value: float, error: float, *, rows: int, level: float) -> tuple[float, float]:
    """Value ± t · standard error with n − 1 degrees of freedom, within −1 and 1."""
    reach = float(stdtrit(rows - 1, (1 + level) / 2)) * error
    return max(-1.0, value - reach), min(1.0, value + reach)

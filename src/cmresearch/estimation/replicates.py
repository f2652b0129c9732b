"""Standard errors for whatever has no formula: the figure computed again with replicate weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import CellIndex, Design, Floats, LonelyPolicy, design_of
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import degrees_of_freedom
from cmresearch.estimation.intervals import (
    CENSUS,
    PROPORTION_METHODS,
    Share,
    check_level,
    proportion_interval,
    student,
)
from cmresearch.estimation.question import eligible, lonely_note
from cmresearch.responses.responses import Responses

ReplicateMethod = Literal["jackknife", "bootstrap"]
Statistic = Callable[[Responses], float]
Estimator = Callable[[Responses], Estimates]
MOST_JACKKNIFED = 6000


@dataclass(frozen=True)
class Replicates:
    """Replicate weights of a sample, and how much each replicate adds to a variance.

    Attributes:
        weights: A row per sampled unit, a column per replicate.
        scale: What the squared deviation of each replicate counts for.
        method: jackknife or bootstrap.
    """

    weights: Floats
    scale: Floats
    method: ReplicateMethod

    def variance(self, figures: Floats) -> float:
        """The variance of a figure from its value in each replicate, around the mean of those that count."""
        centre = figures[self.scale > 0].mean() if (self.scale > 0).any() else 0.0
        return float((self.scale * (figures - centre) ** 2).sum())


def make_replicates(
    responses: Responses,
    *,
    method: ReplicateMethod = "jackknife",
    replicates: int = 500,
    seed: int = 1,
    lonely: LonelyPolicy = "error",
) -> Replicates:
    """Replicate weights for a stratified sample, the same on every machine.

    The jackknife leaves out one unit at a time and weights up the rest of its stratum (JKn); a replicate of stratum h
    counts (1 - n_h / N_h)(n_h - 1) / n_h. The rescaled bootstrap draws half of each stratum without replacement
    and stretches the weights so that the variance of a total is the design's, finite population included.

    Args:
        responses: The sample with its design.
        method: jackknife, with a replicate per unit, or bootstrap.
        replicates: How many bootstrap replicates.
        seed: Starts the bootstrap's draws (PCG64's raw bits, so that no library version changes them).
        lonely: `error` refuses strata with one unit drawn of several; `certainty` takes them for a census, since
            replicates say nothing of their variance.

    Raises:
        EstimationError: An unknown method, lonely strata, fewer than two replicates.

    Source: Rust and Rao (1996), Statistical Methods in Medical Research 5, 283-310; Chipperfield and Preston (2007),
        Survey Methodology 33, 167-172.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> make_replicates(sample).weights[:, 0].tolist()
        [0.0, 6.0, 2.0, 2.0]
    """
    known = get_args(ReplicateMethod)
    if method not in known:
        raise EstimationError(f"replicate method {method!r}; expected {', '.join(known)}{nearest(method, known)}")
    if lonely in ("adjust", "average"):
        raise EstimationError(
            "replicate weights have no variance for lonely strata; lonely='certainty' takes them for a census"
        )
    if responses.counts is not None:
        raise EstimationError("replicate weights need a row for each sampled unit")
    if responses.auxiliaries is not None:
        raise EstimationError("these weights are calibrated; calibrate within the statistic, in each replicate")
    design = design_of(responses, lonely=lonely)
    if method == "jackknife":
        return _jackknife(design)
    if seed < 0:
        raise EstimationError(f"seed {seed}; expected a whole number that is not below zero")
    if replicates < 2:
        raise EstimationError(f"{replicates} replicates; a variance needs two, a good one some hundreds")
    return _bootstrap(design, replicates, seed)


def estimate_by_replicates(
    responses: Responses,
    statistic: Statistic,
    *,
    method: ReplicateMethod = "jackknife",
    replicates: int = 500,
    seed: int = 1,
    level: float = 0.95,
    lonely: LonelyPolicy = "error",
) -> Estimate:
    """Any figure of a weighted sample with a replicate standard error and Student's t interval.

    Args:
        responses: The sample with its design.
        statistic: Takes a sample, gives a number; calibrate inside it where the weights are to be calibrated.
        method: jackknife (for smooth figures) or bootstrap (for quantiles too).
        replicates: How many bootstrap replicates.
        seed: Starts the bootstrap's draws.
        level: Confidence level.
        lonely: error or certainty, as in `make_replicates`.

    Raises:
        EstimationError: As `make_replicates`, or the figure is not finite in some replicate.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.estimators import estimate_mean
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4], "days": [1, 3, 4, 8]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> found = estimate_by_replicates(sample, lambda s: (s.weights * s.numbers("days")).sum() / s.weights.sum())
        >>> round(found.standard_error**2, 4), round(estimate_mean(sample, "days")[0].standard_error**2, 4)
        (0.56, 0.56)
    """
    check_level(level)
    made = make_replicates(responses, method=method, replicates=replicates, seed=seed, lonely=lonely)
    figures = np.array([statistic(replace(responses, weights=column)) for column in made.weights.T], dtype=float)
    broken = int((~np.isfinite(figures)).sum())
    if broken:
        raise EstimationError(f"the figure is not finite in {broken} of {len(figures)} replicates")
    design = design_of(responses, lonely=lonely)
    units = CellIndex(design, np.where(eligible(responses), 0, -1), 1).units[:, 0]
    estimate, df = float(statistic(responses)), degrees_of_freedom(units)
    error = math.sqrt(made.variance(figures))
    interval = student(estimate, error, df, level)
    return Estimate(
        domain=None,
        category=None,
        estimate=estimate,
        standard_error=error,
        lower=interval.lower,
        upper=interval.upper,
        level=level,
        method=f"{method}, {interval.method}",
        degrees_of_freedom=df,
        n=int(units.sum()),
        coefficient_of_variation=error / abs(estimate) if estimate else math.nan,
        notes=(*responses.notes, *lonely_note(design)),
    )


def with_replicates(
    responses: Responses,
    estimator: Estimator,
    *,
    method: ReplicateMethod = "jackknife",
    replicates: int = 500,
    seed: int = 1,
    lonely: LonelyPolicy = "error",
) -> Estimates:
    """The rows of any estimator with replicate standard errors, and intervals from these, in place of linearised ones.

    The interval of a share is of the same kind as before, all others are Student's t. A census keeps its rows.

    Args:
        responses: The sample with its design.
        estimator: Takes a sample, gives estimates; calibrate inside it where the weights are to be calibrated.
        method: jackknife, or bootstrap; quantiles need the bootstrap.
        replicates: How many bootstrap replicates.
        seed: Starts the bootstrap's draws.
        lonely: error or certainty, as in `make_replicates`.

    Returns:
        The estimator's rows in their order; NaN where a replicate leaves a domain without a unit.

    Raises:
        EstimationError: As `make_replicates`, or quantiles by the jackknife, which does not converge for them.

    Source: Shao and Tu (1995), The Jackknife and Bootstrap, 1.4 and 6.2.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.estimators import estimate_mean
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4], "days": [1, 3, 4, 8]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> row = with_replicates(sample, lambda one: estimate_mean(one, "days", by="channel"))[0]
        >>> row.domain, row.method, round(row.standard_error**2, 4)  # (1 - 2/4) 8 / 2
        ('phone', 'jackknife, student-t', 2.0)
    """
    made = make_replicates(responses, method=method, replicates=replicates, seed=seed, lonely=lonely)
    estimates = estimator(responses)
    if estimates.entry is not None and not estimates.entry.is_smooth and method == "jackknife":
        raise EstimationError(
            f"the jackknife does not give the variance of a {estimates.statistic}; the bootstrap does"
        )
    figures = np.array([_figures(estimator, replace(responses, weights=column)) for column in made.weights.T])
    rows = tuple(
        _replicated(row, math.sqrt(made.variance(column)), method)
        for row, column in zip(estimates, figures.T, strict=True)
    )
    return replace(estimates, rows=rows)


def _figures(estimator: Estimator, replicate: Responses) -> list[float]:
    try:
        return [row.estimate for row in estimator(replicate)]
    except EstimationError as error:
        raise EstimationError(f"in a replicate, which leaves out some units: {error}") from error


def _replicated(row: Estimate, error: float, method: ReplicateMethod) -> Estimate:
    if row.method == CENSUS or row.n == 0:
        return row
    kind = row.method.split(" ")[0]
    if kind == "hypergeometric":
        raise EstimationError("the hypergeometric interval is exact and uses no standard error; leave replicates out")
    error = math.nan if math.isnan(row.standard_error) else error
    if kind in PROPORTION_METHODS:
        share = Share(row.estimate, error**2, row.n, row.degrees_of_freedom)
        interval = proportion_interval(share, row.level, kind)
    else:
        interval = student(row.estimate, error, row.degrees_of_freedom, row.level)
    return replace(
        row,
        standard_error=error,
        lower=interval.lower,
        upper=interval.upper,
        method=f"{method}, {interval.method}",
        design_effect=row.design_effect * (error / row.standard_error) ** 2
        if row.standard_error
        else row.design_effect,
        coefficient_of_variation=error / abs(row.estimate) if row.estimate else math.nan,
    )


def _jackknife(design: Design) -> Replicates:
    _refuse_large(len(design.weights))
    strata = design.stratum
    n = design.sampled[strata]
    grown = n / np.maximum(n - 1, 1)
    same = strata[:, None] == strata[None, :]
    factor = np.where(same, grown[:, None], 1.0)
    np.fill_diagonal(factor, 0.0)
    alone = n == 1
    factor[alone, alone] = 1.0  # the only unit of a stratum cannot be left out
    scale = np.where(alone, 0.0, design.correction[strata] * (n - 1) / n)
    return Replicates(design.weights[:, None] * factor, scale, "jackknife")


def _refuse_large(units: int) -> None:
    """The jackknife's weights are a square; beyond this size they would fill the memory of a small machine."""
    if units > MOST_JACKKNIFED:
        raise EstimationError(
            f"{units} units have as many jackknife replicates, {units**2:.0e} weights; beyond {MOST_JACKKNIFED} units "
            "use the bootstrap, or the linearised standard error"
        )


def _bootstrap(design: Design, replicates: int, seed: int) -> Replicates:
    units = len(design.weights)
    draws = np.random.PCG64(seed).random_raw(units * replicates).reshape(replicates, units).T
    factor = np.ones((units, replicates))
    for h, (n, correction) in enumerate(zip(design.sampled.astype(int), design.correction, strict=True)):
        half = n // 2
        if half == 0:
            continue
        rows = np.flatnonzero(design.stratum == h)
        order = np.argsort(np.argsort(draws[rows], axis=0, kind="stable"), axis=0, kind="stable")
        stretch = math.sqrt(half * correction / (n - half))
        factor[rows] = 1 - stretch + stretch * (n / half) * (order < half)
    weights = design.weights[:, None] * factor
    return Replicates(weights, np.full(replicates, 1 / (replicates - 1)), "bootstrap")

"""Quantiles of a number over the full set, with Woodruff's interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import Floats, LonelyPolicy
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import answer
from cmresearch.estimation.intervals import CENSUS, t_quantile
from cmresearch.estimation.question import Options, Question, ask_numbers
from cmresearch.language.phrases import Phrase
from cmresearch.responses.responses import MissingPolicy, Responses

QuantileRule = Literal["math", "school", "interpolated"]
WOODRUFF = "woodruff"
BEYOND_VALUES = Phrase("notes.sample.beyond_values")


@dataclass(frozen=True)
class _Ladder:
    """The values of a domain in rising order with the weight that stands at or below each."""

    values: Floats
    weights: Floats

    @property
    def share(self) -> Floats:
        running = np.cumsum(self.weights)
        found: Floats = running / running[-1]
        return found


def estimate_quantile(
    responses: Responses,
    variable: str,
    *,
    probabilities: Sequence[float] = (0.5,),
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    rule: QuantileRule = "math",
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
) -> Estimates:
    """Quantiles of a number, the median unless others are asked for, with Woodruff's interval.

    The estimated share of the full set at or below the quantile has a t interval; the quantiles at its two ends are
    the interval. Where an end leaves 0 to 1, the smallest or largest sampled value stands there and the note says so.
    The standard error is the interval's width over twice the t quantile.

    Args:
        responses: The sample with its design.
        variable: Column of numbers.
        probabilities: Which quantiles, each between 0 and 1; 0.5 is the median.
        by: Column or columns that make domains.
        level: Confidence level, 0 to 1.
        rule: `math` takes the smallest value with at least the wanted share at or below it; `school` averages the
            two values around an exact share; `interpolated` is R's type 7 with weights.
        missing: `error` refuses blank values; `drop` takes the units with a value as the domain.
        lonely: Policy for strata with one unit drawn of several.

    Returns:
        One row per domain and probability (as the category), domains in code-point order. `explain()` shows the
        share at or below each quantile.

    Raises:
        EstimationError: A probability outside 0 to 1, an unknown rule, blank values, lonely strata.

    Source: Woodruff (1952), JASA 47, 635-646; Francisco and Fuller (1991), Annals of Statistics 19, 454-469.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [12] * 6, "days": [9, 1, 2, 8, 3, 30]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> found = estimate_quantile(sample, "days")[0]
        >>> found.category, found.estimate, found.lower, found.upper
        ('0.5', 3.0, 1.0, 30.0)
    """
    _check(probabilities, rule)
    question = ask_numbers(responses, variable, Options(by, level, missing, lonely))
    ladders = [_ladder(question, d) for d in range(len(question.labels))]
    points = np.array([[_pick(rule)(ladder, p) for p in probabilities] for ladder in ladders])
    shares = replace(
        question,
        categories=tuple(f"{p:g}" for p in probabilities),
        values=(question.values <= points[question.domain]).astype(float),
    )
    below = answer(shares, "proportion", deff="without_replacement", method="normal")
    rows = tuple(
        _woodruff(row, ladders[d], rule, float(points[d, c]))
        for (d, c), row in zip(np.ndindex(points.shape), below, strict=True)
    )
    return Estimates(rows, "quantile", variable, below.by, responses.data_kind, below.scores, below.values)


def _check(probabilities: Sequence[float], rule: str) -> None:
    rules = get_args(QuantileRule)
    if rule not in rules:
        raise EstimationError(f"quantile rule {rule!r}; expected {', '.join(rules)}{nearest(rule, rules)}")
    for p in probabilities:
        if not 0 < p < 1:
            raise EstimationError(f"quantile {p!r}; expected a number between 0 and 1, such as 0.5 for the median")


def _ladder(question: Question, domain: int) -> _Ladder:
    inside = question.domain == domain
    values = question.values[inside, 0]
    weights = (question.design.weights * question.design.counts)[inside]
    # A replicate that leaves a unit out gives it no weight; no quantile may then stand on it.
    values, weights = values[weights > 0], weights[weights > 0]
    order = np.argsort(values, kind="stable")
    return _Ladder(values[order], weights[order])


def _pick(rule: QuantileRule) -> Callable[[_Ladder, float], float]:
    return {"math": _math, "school": _school, "interpolated": _interpolated}[rule]


def _reached(share: Floats, p: float) -> int:
    """The first position whose share reaches p, with room for the last digits of a sum of weights."""
    return min(int(np.searchsorted(share, p - 1e-12, side="left")), len(share) - 1)


def _math(ladder: _Ladder, p: float) -> float:
    return float(ladder.values[_reached(ladder.share, p)]) if len(ladder.values) else math.nan


def _school(ladder: _Ladder, p: float) -> float:
    if not len(ladder.values):
        return math.nan
    position = _reached(ladder.share, p)
    exact = abs(ladder.share[position] - p) <= 1e-12 and position + 1 < len(ladder.values)
    return float((ladder.values[position] + ladder.values[position + 1]) / 2 if exact else ladder.values[position])


def _interpolated(ladder: _Ladder, p: float) -> float:
    if len(ladder.values) < 2:
        return _math(ladder, p)
    running = np.cumsum(ladder.weights)
    positions = np.concatenate([[0.0], running[:-1]]) / running[-2]
    return float(np.interp(p, positions, ladder.values))


def _woodruff(row: Estimate, ladder: _Ladder, rule: QuantileRule, point: float) -> Estimate:
    if row.method == CENSUS:
        return replace(row, estimate=point, lower=point, upper=point, design_effect=math.nan)
    if row.n <= 1:
        return replace(row, estimate=point, lower=math.nan, upper=math.nan, method=WOODRUFF, design_effect=math.nan)
    t = t_quantile(row.level, row.degrees_of_freedom)
    # The share at or below the largest value is 1 without any variance; Korn and Graubard's interval stands there.
    beyond = (BEYOND_VALUES,) if row.lower <= 0 or row.upper >= 1 else ()
    lower = _pick(rule)(ladder, row.lower) if row.lower > 0 else float(ladder.values[0])
    upper = _pick(rule)(ladder, row.upper) if row.upper < 1 else float(ladder.values[-1])
    error = (upper - lower) / (2 * t)
    return replace(
        row,
        estimate=point,
        standard_error=error,
        lower=lower,
        upper=upper,
        method=WOODRUFF,
        design_effect=math.nan,
        coefficient_of_variation=error / abs(point) if point else math.nan,
        notes=(*row.notes, *beyond),
    )

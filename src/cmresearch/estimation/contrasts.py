"""How domains differ: contrasts between estimates, with the covariance that one sample gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cmresearch.errors import EstimationError
from cmresearch.estimation.design import CellIndex, Floats, LonelyPolicy, Scores
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import (
    NO_VARIATION,
    degrees_of_freedom,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
)
from cmresearch.estimation.intervals import CENSUS, Interval, student
from cmresearch.language.phrases import Phrase
from cmresearch.responses.responses import MissingPolicy, Responses


def estimate_differences(estimates: Estimates) -> Estimates:
    """The difference between every two domains of an estimate, for each category, with Student's t interval.

    The covariance of the two domains is part of it: their sizes are estimated from one sample.

    Args:
        estimates: Estimates by domain: means, totals, proportions, counts or ratios.

    Returns:
        One row per pair of domains (first minus second, in their order) and category, at the level of `estimates`.

    Raises:
        EstimationError: There are no two domains, or the figures are quantiles or contrasts already.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.estimators import estimate_mean
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4], "days": [1, 3, 4, 8]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> found = estimate_differences(estimate_mean(sample, "days", by="channel"))[0]
        >>> found.domain, found.estimate
        ('phone - web', 4.0)
        >>> round(found.standard_error**2, 4)  # (1 - 2/4) 8 / 2 + (1 - 2/6) 2 / 2
        2.6667
    """
    _refuse_nonlinear(estimates)
    pairs = [
        (first, second)
        for first in range(len(estimates))
        for second in range(first + 1, len(estimates))
        if estimates[first].category == estimates[second].category
    ]
    if not pairs:
        raise EstimationError("a difference needs two domains; name their column with by=")
    weights = np.zeros((len(pairs), len(estimates)))
    for row, (first, second) in enumerate(pairs):
        weights[row, first], weights[row, second] = 1, -1
    names = [f"{estimates[first].domain} - {estimates[second].domain}" for first, second in pairs]
    return _contrasts(estimates, names, weights)


def estimate_contrast(
    estimates: Estimates, coefficients: Mapping[str, float], *, category: str | None = None
) -> Estimates:
    """Any weighted sum of domains, such as one channel against the mean of two others, with Student's t interval.

    Args:
        estimates: Estimates by domain: means, totals, proportions, counts or ratios.
        coefficients: Domain to its coefficient; domains that are not named count 0.
        category: The category of a proportion or count.

    Returns:
        One row, named by the coefficients and domains.

    Raises:
        EstimationError: An unknown domain or category, or figures that are quantiles or contrasts already.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.estimators import estimate_mean
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": [*"aabbcc"], "N": [9] * 6, "days": [1, 3, 4, 8, 5, 5]})
        >>> means = estimate_mean(declare_sample(table, strata="channel", population_size="N"), "days", by="channel")
        >>> found = estimate_contrast(means, {"a": 1, "b": -0.5, "c": -0.5})[0]
        >>> found.domain, found.estimate
        ('1 a - 0.5 b - 0.5 c', -3.5)
    """
    _refuse_nonlinear(estimates)
    weights = np.zeros((1, len(estimates)))
    for domain, coefficient in coefficients.items():
        weights[0, estimates.place(domain=domain, category=category)] = coefficient
    terms = [f"{'-' if c < 0 else '+'} {abs(c):g} {domain}" for domain, c in coefficients.items()]
    return _contrasts(estimates, [" ".join(terms).removeprefix("+ ")], weights)


def estimate_domain_contrasts(
    responses: Responses,
    variable: str,
    *,
    value: str | None = None,
    denominator: str | None = None,
    coefficients: Mapping[str, float] | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
) -> Estimates:
    """How domains of a sample differ in one variable: every difference, or one contrast of your own.

    Args:
        responses: The sample with its design.
        variable: Column that is compared: its mean, unless a value or a denominator is named.
        value: One category of the variable; its shares are compared.
        denominator: Column of numbers; the ratios of the variable to it are compared.
        coefficients: Domain to its coefficient, as in `estimate_contrast`; every difference by default.
        by: Column or columns that make the domains.
        level: Confidence level, 0 to 1.
        missing: `error` or `drop`, as in `estimate_mean`.
        lonely: Policy for strata with one unit drawn of several.

    Returns:
        As `estimate_differences`, or `estimate_contrast` where there are coefficients.

    Raises:
        EstimationError: As those two and the estimator of the figures, or both a value and a denominator are named.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": [*"aabb"], "N": [9] * 4, "days": [1, 3, 4, 8], "late": [*"nynn"]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> estimate_domain_contrasts(sample, "days", by="channel")[0].estimate  # 2 - 6
        -4.0
        >>> estimate_domain_contrasts(sample, "late", value="y", by="channel")[0].estimate  # 1/2 - 0
        0.5
    """
    if value is not None and denominator is not None:
        raise EstimationError("a value makes a contrast of shares, a denominator one of ratios: give one of them")
    if value is not None:
        figures = estimate_proportion(
            responses, variable, value=value, by=by, level=level, missing=missing, lonely=lonely
        )
    elif denominator is not None:
        figures = estimate_ratio(responses, variable, denominator, by=by, level=level, missing=missing, lonely=lonely)
    else:
        figures = estimate_mean(responses, variable, by=by, level=level, missing=missing, lonely=lonely)
    if coefficients is None:
        return estimate_differences(figures)
    return estimate_contrast(figures, coefficients, category=value)


def _refuse_nonlinear(estimates: Estimates) -> None:
    if estimates.entry is None or not estimates.entry.has_contrasts:
        raise EstimationError(f"contrasts between domains are not defined for a {estimates.statistic}")


def _contrasts(estimates: Estimates, names: list[str], weights: Floats) -> Estimates:
    """A row for each contrast; its scores are the same weighted sums of the estimates' scores."""
    parts = estimates.scores
    grown = np.nan_to_num(np.sqrt(parts.averaging))
    columns = (parts.columns * grown) @ weights.T
    # What lonely strata are given by averaging is in the parts' scores now, and must not be given twice.
    design = replace(parts.design, lonely="certainty") if parts.design.lonely == "average" else parts.design
    scores = Scores(design, np.zeros(len(columns), dtype=np.int64), 1, columns)
    rows = tuple(
        _row(estimates, name, used, float(variance))
        for name, used, variance in zip(names, weights, scores.variances[0], strict=True)
    )
    values = np.zeros_like(columns)
    return Estimates(rows, "contrast", estimates.variable, estimates.by, estimates.data_kind, scores, values)


def _row(estimates: Estimates, name: str, weights: Floats, variance: float) -> Estimate:
    used = [int(position) for position in np.flatnonzero(weights)]
    parts = [estimates[position] for position in used]
    scores, categories = estimates.scores, estimates.values.shape[1]
    inside = np.isin(scores.domain, [position // categories for position in used])
    units = CellIndex(scores.design, np.where(inside, 0, -1), 1).units[:, 0]
    df, level = degrees_of_freedom(units), estimates[0].level
    # A domain of one unit shows no spread of its own, so neither does what it is compared with.
    error = math.nan if any(math.isnan(part.standard_error) for part in parts) else math.sqrt(variance)
    estimate = sum(float(weights[position]) * estimates[position].estimate for position in used)
    exact = all(part.method == CENSUS for part in parts)
    interval = Interval(estimate, estimate, CENSUS) if exact else student(estimate, error, df, level)
    return Estimate(
        domain=name,
        category=parts[0].category if parts else None,
        estimate=estimate,
        standard_error=error,
        lower=interval.lower,
        upper=interval.upper,
        level=level,
        method=interval.method,
        degrees_of_freedom=df,
        n=int(units.sum()),
        coefficient_of_variation=error / abs(estimate) if estimate else math.nan,
        notes=_notes(parts, varies=error != 0 or exact),
    )


def _notes(parts: list[Estimate], *, varies: bool) -> tuple[Phrase, ...]:
    """The notes of all parts, each once; that one of them does not vary says nothing of the others."""
    noted = dict.fromkeys(note for part in parts for note in part.notes)
    noted.pop(NO_VARIATION, None)
    return (*noted, *(() if varies else (NO_VARIATION,)))

"""How far numbers spread over the full set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cmresearch.estimation.design import Floats, LonelyPolicy
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import DeffPolicy, answer, distances, linearise
from cmresearch.estimation.question import Options, ask_numbers
from cmresearch.estimation.statistics import entry_of
from cmresearch.responses.responses import MissingPolicy, Responses


def estimate_standard_deviation(
    responses: Responses,
    variable: str,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """The standard deviation of a number over the full set or over domains of it, with Student's t interval.

    sd = sqrt(n / (n - 1) * sum of w (y - mean)^2 / sum of w), with n the units of the domain that have a value.
    The variance under the root is linearised as the mean of n / (n - 1) (y - mean)^2 (that the mean is estimated adds
    nothing, since its slope there is zero), and the delta method takes it through the root:
    SE(sd) = SE(variance) / (2 sd). One unit has no standard deviation; equal numbers have 0, with a standard error of
    0 and a note. In small domains the lower end may lie below zero, as that of any symmetric interval.

    Args:
        responses: The sample with its design.
        variable: Column of numbers.
        by: Column or columns that make domains; all together by default.
        level: Confidence level, 0 to 1.
        missing: `error` refuses blank values; `drop` takes the units with a value as the domain, and counts the rest.
        lonely: Policy for strata with one unit drawn of several.
        deff: What the design effect compares with: that of the mean of the squared distances.

    Returns:
        One row per domain, in code-point order, in the unit of the variable. `explain()` shows the sums of the squared
        distances, times n / (n - 1).

    Raises:
        EstimationError: Blank values, lonely strata, a level that is no share.
        ResponseError: An unknown column or text in place of numbers.

    Source: `svyvar` of R's survey (Lumley 2010, Complex Surveys, ch. 2); Sarndal, Swensson and Wretman (1992), Model
        Assisted Survey Sampling, 5.5 and 5.9, for linearisation.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [8] * 4, "days": [1, 1, 5, 9]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> found = estimate_standard_deviation(sample, "days")[0]
        >>> round(found.estimate**2, 4)  # the mean is 4: (9 + 9 + 1 + 25) / 3
        14.6667
        >>> round(found.standard_error**2, 4)  # (1 - 4/8) / 4 * var(12, 12, 4/3, 100/3) / (4 * 14.6667)
        0.3838
    """
    question = ask_numbers(responses, variable, Options(by, level, missing, lonely))
    means, _ = linearise(question, entry_of("mean"))
    n = question.cells.units.sum(axis=0)[:, None]
    grown = np.divide(n, n - 1, out=np.zeros_like(n), where=n > 1)
    inside = (question.domain >= 0)[:, None]
    squares = np.where(inside, grown[question.domain] * distances(question, means, question.bases[:, None]) ** 2, 0.0)
    found = answer(replace(question, values=squares), "standard_deviation", deff=deff, transform=_root)
    return replace(found, rows=tuple(_known(row) for row in found))


def _root(variances: Floats) -> tuple[Floats, Floats]:
    """The root of a variance, and its slope; 0 where the numbers are equal, since nothing varies there."""
    roots = np.sqrt(variances)
    return roots, np.divide(0.5, roots, out=np.zeros_like(roots), where=roots > 0)


def _known(row: Estimate) -> Estimate:
    if row.n > 1:
        return row
    return replace(
        row,
        estimate=math.nan,
        standard_error=math.nan,
        lower=math.nan,
        upper=math.nan,
        design_effect=math.nan,
        coefficient_of_variation=math.nan,
    )

"""Estimates of the full set from the sample, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import Floats, LonelyPolicy, Scores, is_census_of
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.intervals import (
    CENSUS,
    PROPORTION_METHODS,
    Interval,
    ProportionMethod,
    Share,
    check_level,
    hypergeometric,
    proportion_interval,
    student,
)
from cmresearch.estimation.question import Options, Question, ask_categories, ask_numbers, ask_ratio
from cmresearch.estimation.statistics import Statistic, entry_of
from cmresearch.language.phrases import Phrase
from cmresearch.responses.responses import MissingPolicy, Responses

__all__ = [
    "Estimate",
    "Estimates",
    "estimate_count",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
]

DeffPolicy = Literal["without_replacement", "with_replacement"]
Transform = Callable[[Floats], tuple[Floats, Floats]]
NO_VARIATION = Phrase("notes.sample.no_variation")
NO_AVERAGE = Phrase("notes.sample.no_average")
NO_UNIT = Phrase("notes.sample.no_unit")
ONE_UNIT = Phrase("notes.sample.one_unit")
EVERY_UNIT = Phrase("notes.sample.census")
ROUNDING = 1e-13  # of a value: what sums of many numbers leave in their last digits


def estimate_mean(
    responses: Responses,
    variable: str,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """The mean of a number over the full set or over domains of it, with Student's t interval.

    mean = sum of w y / sum of w; its variance is linearised (Woodruff 1971) over the whole design: units outside
    a domain count as zeros, so that the domain's random size is part of the uncertainty.

    Args:
        responses: The sample with its design.
        variable: Column of numbers.
        by: Column or columns that make domains; all together by default.
        level: Confidence level, 0 to 1.
        missing: `error` refuses blank values; `drop` takes the units with a value (and, with `by`, a domain) as the
            domain, and counts the rest.
        lonely: Policy for strata with one unit drawn of several: error, adjust, average or certainty.
        deff: What the design effect compares with: simple random sampling without or with replacement.

    Returns:
        One row per domain, in code-point order.

    Raises:
        EstimationError: Blank values, lonely strata, a level that is no share.
        ResponseError: An unknown column or text in place of numbers.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, 5.7; Lumley (2010), ch. 2.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame(
        ...     {"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4],
        ...      "days": [1, 3, 4, 8]}
        ... )
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> found = estimate_mean(sample, "days")[0]
        >>> found.estimate  # (6 * 2 + 4 * 6) / 10
        3.6
        >>> round(found.standard_error**2, 4)  # (6^2 (1 - 2/6) 2/2 + 4^2 (1 - 2/4) 8/2) / 10^2
        0.56
    """
    question = ask_numbers(responses, variable, Options(by, level, missing, lonely))
    return answer(question, "mean", deff=deff)


def estimate_total(
    responses: Responses,
    variable: str,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """The total of a number over the full set or over domains of it, with Student's t interval.

    total = sum of w y. Arguments, order and errors as in `estimate_mean`.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame(
        ...     {"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4],
        ...      "days": [1, 3, 4, 8]}
        ... )
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> estimate_total(sample, "days")[0].estimate
        36.0
    """
    question = ask_numbers(responses, variable, Options(by, level, missing, lonely))
    return answer(question, "total", deff=deff)


def estimate_proportion(
    responses: Responses,
    variable: str,
    *,
    value: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    method: ProportionMethod = "korn-graubard",
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """The share of each category over the full set or over domains of it.

    The default interval is Korn and Graubard's: Clopper-Pearson's with the effective sample size. It is conservative
    (covers at least as often as it says, for rare things too), is never empty, and at 0 % or 100 % observed, where a
    linearised variance is zero and the normal interval has no width, it still says how far the truth may be. Survey
    statisticians know it as R's `beta` and as the rule of the US National Center for Health Statistics.

    Args:
        responses: The sample with its design.
        variable: Column of categories.
        value: One category only; all of them by default.
        by: Column or columns that make domains.
        level: Confidence level, 0 to 1.
        method: korn-graubard, wilson, logit, normal, or hypergeometric (exact, for simple random samples only).
        missing: `error` refuses blanks; `drop` takes the units with a value as the domain, and counts the rest.
        lonely: Policy for strata with one unit drawn of several.
        deff: What the design effect compares with.

    Returns:
        One row per domain and category, in code-point order; categories that a domain lacks are 0 with an interval.

    Raises:
        EstimationError: Blank values, lonely strata, an unknown category or method.

    Source: Korn and Graubard (1998), Survey Methodology 24, 193-201.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame(
        ...     {"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4],
        ...      "answered": ["yes", "no", "yes", "yes"]}
        ... )
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> [(row.category, row.estimate) for row in estimate_proportion(sample, "answered")]
        [('no', 0.3), ('yes', 0.7)]
    """
    if method not in PROPORTION_METHODS:
        raise EstimationError(
            f"interval method {method!r}; expected {', '.join(PROPORTION_METHODS)}{nearest(method, PROPORTION_METHODS)}"
        )
    question = ask_categories(responses, variable, Options(by, level, missing, lonely), value=value)
    return answer(question, "proportion", deff=deff, method=method)


def estimate_count(
    responses: Responses,
    variable: str,
    *,
    value: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """How many units of the full set are in each category, with Student's t interval.

    Arguments, order and errors as in `estimate_proportion`.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame(
        ...     {"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4],
        ...      "answered": ["yes", "no", "yes", "yes"]}
        ... )
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> [(row.category, row.estimate) for row in estimate_count(sample, "answered")]
        [('no', 3.0), ('yes', 7.0)]
    """
    question = ask_categories(responses, variable, Options(by, level, missing, lonely), value=value)
    return answer(question, "count", deff=deff)


def estimate_ratio(
    responses: Responses,
    numerator: str,
    denominator: str,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
    deff: DeffPolicy = "without_replacement",
) -> Estimates:
    """The ratio of two totals over the full set or over domains of it, with Student's t interval.

    ratio = sum of w y / sum of w x (the combined ratio). Other arguments, order and errors as in `estimate_mean`.

    Args:
        responses: The sample with its design.
        numerator: Column of numbers y.
        denominator: Column of numbers x.
        by: Column or columns that make domains.
        level: Confidence level, 0 to 1.
        missing: `error` or `drop`; a unit without either value counts as missing.
        lonely: Policy for strata with one unit drawn of several.
        deff: What the design effect compares with.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame(
        ...     {"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4],
        ...      "replies": [1, 3, 4, 8], "complaints": [2, 3, 5, 8]}
        ... )
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> round(estimate_ratio(sample, "replies", "complaints")[0].estimate, 4)  # 36 / 41
        0.878
    """
    question = ask_ratio(responses, numerator, denominator, Options(by, level, missing, lonely))
    return answer(question, "ratio", deff=deff)


def answer(
    question: Question,
    statistic: str,
    *,
    deff: DeffPolicy,
    method: ProportionMethod = "korn-graubard",
    transform: Transform | None = None,
) -> Estimates:
    """Point estimates, scores, and a row for each domain and category of a question.

    Args:
        question: The question.
        statistic: Its name in the register.
        deff: What the design effect compares with.
        method: The interval of a share.
        transform: A smooth function of the figure that is wanted in its place, with its slope there (delta method).
    """
    entry = entry_of(statistic)
    check_level(question.options.level)
    points, scores = linearise(question, entry)
    # The design effect of a smooth function is that of the figure itself: its slope enlarges both variances.
    effects = scores.variances / _srs_variance(question, entry, points, deff)
    if transform is not None:
        points, slopes = transform(points)
        scores = replace(scores, values=scores.values * slopes[question.domain])
    variances, domains = scores.variances, _domains(question)
    rows = tuple(
        _row(
            question,
            domains[d],
            _Figure(float(points[d, c]), float(variances[d, c]), float(effects[d, c])),
            question.categories[c],
            entry=entry,
            method=method,
        )
        for d in range(len(question.labels))
        for c in range(len(question.categories))
    )
    by, kind = question.options.columns, question.responses.data_kind
    return Estimates(rows, statistic, question.variable, by, kind, scores, question.values, question.bases)


def linearise(question: Question, statistic: Statistic) -> tuple[Floats, Scores]:
    """The estimate of each domain and category, and the weighted score of each unit.

    The score of a total is w y; that of a mean, share or ratio R is w (y - R x) / (sum of w x).
    """
    weights, here = question.design.weights, question.domain
    inside = here >= 0
    totals = question.sums(question.values)
    if statistic.is_total:
        values = np.where(inside, weights, 0.0)[:, None] * question.values
        return totals, Scores(question.design, here, len(question.labels), values)
    bases = question.sums(question.bases[:, None])
    _refuse_empty_bases(question, statistic, bases)
    with np.errstate(invalid="ignore", divide="ignore"):
        points = totals / bases
        distance = distances(question, points, question.bases[:, None])
        values = np.where(inside[:, None], (weights / bases[here, 0])[:, None] * distance, 0.0)
    return points, Scores(question.design, here, len(question.labels), values)


def distances(question: Question, points: Floats, bases: Floats) -> Floats:
    """Each unit's value less what its domain's figure gives it."""
    found: Floats = question.values - points[question.domain] * bases
    # The mean of equal numbers is off by its last digits; that is no distance, and would pass for a spread.
    found[np.abs(found) <= ROUNDING * np.abs(question.values)] = 0.0
    return found


def degrees_of_freedom(units: Floats) -> float:
    """Units of a domain minus the strata they come from, at least 1.

    For a sample of single units this is the rule of Korn and Graubard (1999, 5.2) and of R's `degf` of a subset: only
    units of the domain are informative of its variance, so a small domain of a large sample has few degrees of freedom.
    """
    return float(max(1, int(units.sum()) - int((units > 0).sum())))


def _refuse_empty_bases(question: Question, statistic: Statistic, bases: Floats) -> None:
    filled = question.cells.units.sum(axis=0) > 0
    zero = [label for label, empty in zip(question.labels, filled & (bases[:, 0] == 0), strict=True) if empty]
    if "denominator" in statistic.needs and zero:
        where = "" if zero == [None] else f" in {len(zero)} of {len(bases)} domains, such as {zero[0]!r}"
        raise EstimationError(f"the denominator's total is zero{where}; there is no ratio")


def _srs_variance(question: Question, statistic: Statistic, points: Floats, deff: DeffPolicy) -> Floats:
    """The variance that a simple random sample of the domain's size would give; NaN where it has none."""
    if deff not in get_args(DeffPolicy):
        raise EstimationError(f"design effect {deff!r}; expected {' or '.join(get_args(DeffPolicy))}")
    sizes = question.sums(np.ones((len(question.domain), 1)))
    n = question.cells.units.sum(axis=0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        if statistic.is_total:
            residuals, scale = distances(question, points / sizes, np.ones((1, 1))), sizes
        else:
            residuals = distances(question, points, question.bases[:, None])
            scale = sizes / question.sums(question.bases[:, None])
        spread = question.sums(residuals**2) / sizes * n / (n - 1)
        correction = np.where(sizes > n, 1 - n / sizes, 0.0) if deff == "without_replacement" else 1.0
        variance = spread / n * correction * scale**2
        # A domain of one unit has no spread; what a subtraction leaves of it is its last binary digit.
        return np.asarray(np.where((n > 1) & (variance > 0), variance, np.nan))


@dataclass(frozen=True)
class _Figure:
    """A point estimate, its variance and its design effect."""

    estimate: float
    variance: float
    design_effect: float


@dataclass(frozen=True)
class _Domain:
    """The values that all rows of one domain share."""

    label: str | None
    n: int
    degrees_of_freedom: float
    is_census: bool


def _domains(question: Question) -> list[_Domain]:
    units = question.cells.units
    n, touched = units.sum(axis=0), units > 0
    df = np.maximum(1, n - touched.sum(axis=0))
    census = is_census_of(question.design, units)
    columns = zip(question.labels, n.astype(int).tolist(), df.tolist(), census.tolist(), strict=True)
    return [_Domain(*column) for column in columns]


def _row(
    question: Question,
    domain: _Domain,
    figure: _Figure,
    category: str | None,
    *,
    entry: Statistic,
    method: ProportionMethod,
) -> Estimate:
    level = question.options.level
    n, df, census = domain.n, domain.degrees_of_freedom, domain.is_census
    # A single unit shows no spread; only totals and counts vary with whether it was drawn.
    unknown = n <= 1 and not census and not entry.is_total
    error = math.nan if unknown else math.sqrt(figure.variance)
    if census:
        interval = Interval(figure.estimate, figure.estimate, CENSUS)
    elif entry.unit == "percent":
        share = Share(figure.estimate, figure.variance, n, df)
        interval = _share_interval(question, share, level=level, method=method)
    else:
        interval = student(figure.estimate, error, df, level)
    return Estimate(
        domain=domain.label,
        category=category,
        estimate=figure.estimate,
        standard_error=error,
        lower=interval.lower,
        upper=interval.upper,
        level=level,
        method=interval.method,
        degrees_of_freedom=df,
        n=n,
        design_effect=math.nan if unknown else figure.design_effect,
        coefficient_of_variation=error / abs(figure.estimate) if figure.estimate else math.nan,
        notes=(*question.notes, *_warnings(n, error, census=census)),
    )


def _warnings(n: int, error: float, *, census: bool) -> tuple[Phrase, ...]:
    if census:
        return (EVERY_UNIT,)
    if n == 0:
        return (NO_UNIT,)
    if n == 1:
        return (ONE_UNIT,)
    if math.isnan(error):
        return (NO_AVERAGE,)
    return (NO_VARIATION,) if error == 0 else ()


def _share_interval(question: Question, share: Share, *, level: float, method: ProportionMethod) -> Interval:
    if share.n == 0:
        return Interval(math.nan, math.nan, method)
    if method != "hypergeometric":
        return proportion_interval(share, level, method)
    design = question.design
    if len(design.labels) > 1 or np.ptp(design.weights) > 1e-9 * design.weights.max():
        raise EstimationError(
            f"the hypergeometric interval is exact for a simple random sample only; this one has "
            f"{len(design.labels)} strata or unequal weights: use korn-graubard"
        )
    if share.n != design.sampled[0]:
        raise EstimationError(
            "the hypergeometric interval needs the number of units in the full set, which for a domain is itself "
            "estimated: use korn-graubard"
        )
    return hypergeometric(round(share.estimate * share.n), share.n, int(design.population[0]), level)

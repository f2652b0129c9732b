"""How a number or a yes-or-no of a complaint goes with its other properties, with design-based standard errors."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import CellIndex, Design, Floats, LonelyPolicy, Scores, design_of
from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import degrees_of_freedom
from cmresearch.estimation.intervals import check_level, student
from cmresearch.estimation.question import Mask, eligible, lonely_note
from cmresearch.language.phrases import Phrase
from cmresearch.responses.columns import number
from cmresearch.responses.responses import MissingPolicy, Responses

Model = Literal["linear", "logit", "poisson"]
INTERCEPT = "(intercept)"


@dataclass(frozen=True)
class _Terms:
    """The columns of a regression and their names; NaN where a unit has no value."""

    names: tuple[str, ...]
    columns: Floats


def fit_regression(
    responses: Responses,
    outcome: str,
    *,
    on: Sequence[str],
    model: Model = "linear",
    value: str | None = None,
    categories: Sequence[str] = (),
    level: float = 0.95,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
) -> Estimates:
    """The coefficients of a weighted regression over the full set, with linearised standard errors.

    The model is statsmodels' GLM with the design weights; its own standard errors, which take weights for numbers of
    observations, are replaced by those of the design (Binder's sandwich), as R's `svyglm` does.

    Args:
        responses: The sample with its design.
        outcome: Column of numbers, or of categories together with `value`.
        on: Columns to regress on; a column of numbers is one term, one of categories a term for each category but the
            first in code-point order.
        model: linear; logit for an outcome of 0 and 1; poisson for counts.
        value: The category of `outcome` that counts as 1; all others are 0.
        categories: Columns of `on` to be taken as categories although they hold numbers, such as months.
        level: Confidence level.
        missing: `error` refuses blanks; `drop` takes the units with all values as the domain.
        lonely: Policy for strata with one unit drawn of several.

    Returns:
        One row per term as its category, the intercept first; degrees of freedom are the design's less the number of
        terms but the intercept.

    Raises:
        EstimationError: An unknown model, terms that determine each other, an outcome that the model cannot have.

    Source: Binder (1983), International Statistical Review 51, 279-292.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [9] * 4, "days": [1, 3, 2, 6], "channel": ["app", "app", "web", "web"]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> [(row.category, round(row.estimate, 6)) for row in fit_regression(sample, "days", on=["channel"])]
        [('(intercept)', 2.0), ('channel = web', 2.0)]
    """
    models = get_args(Model)
    if model not in models:
        raise EstimationError(f"model {model!r}; expected {', '.join(models)}{nearest(model, models)}")
    check_level(level)
    design = design_of(responses, lonely=lonely)
    y = _outcome(responses, outcome, value, model)
    terms = _terms(responses, on, categories)
    blank = np.isnan(y) | np.isnan(terms.columns).any(axis=1)
    inside = eligible(responses) & ~blank
    lost = int(design.counts[blank & eligible(responses)].sum())
    notes = (*responses.notes, *_dropped(outcome, lost, missing), *lonely_note(design))
    terms = _present(terms, inside)
    fitted = _fit(design, y, terms, inside, model)
    scores = _scores(design, y, terms, inside, fitted)
    units = CellIndex(design, np.where(inside, 0, -1), 1).units[:, 0]
    df = degrees_of_freedom(units) + 1 - len(terms.names)
    if df < 1:
        raise EstimationError(f"{len(terms.names)} terms leave no degrees of freedom; regress on less")
    rows = tuple(
        _coefficient(name, float(b), float(v), df=df, level=level, n=int(units.sum()), notes=notes)
        for name, b, v in zip(terms.names, fitted.coefficients, scores.variances[0], strict=True)
    )
    return Estimates(rows, f"{model} regression", outcome, tuple(on), responses.data_kind, scores, terms.columns)


@dataclass(frozen=True)
class _Fitted:
    """Coefficients, fitted outcomes and their slopes in the linear predictor."""

    coefficients: Floats
    outcomes: Floats
    slopes: Floats


def _outcome(responses: Responses, outcome: str, value: str | None, model: Model) -> Floats:
    if value is not None:
        words = responses.words(outcome)
        known = sorted({word for word in words if word is not None})
        if value not in known:
            raise EstimationError(f"variable {outcome!r} has no value {value!r} in the sample{nearest(value, known)}")
        return np.array([math.nan if word is None else float(word == value) for word in words])
    y = responses.numbers(outcome)
    seen = y[~np.isnan(y)]
    if model == "logit" and not np.isin(seen, (0.0, 1.0)).all():
        raise EstimationError(f"outcome {outcome!r} of a logit model must be 0 or 1; for a category give value=")
    if model == "poisson" and (seen < 0).any():
        raise EstimationError(f"outcome {outcome!r} of a poisson model must not be negative")
    return y


def _terms(responses: Responses, on: Sequence[str], categories: Sequence[str]) -> _Terms:
    unknown = [name for name in categories if name not in on]
    if unknown:
        raise EstimationError(f"categories {unknown[0]!r} is not regressed on{nearest(unknown[0], on)}")
    names, columns = [INTERCEPT], [np.ones(len(responses.table))]
    for name in on:
        numbers = None if name in categories else _numbers(responses, name)
        if numbers is not None:
            names, columns = [*names, name], [*columns, numbers]
            continue
        words = responses.words(name)
        blank = np.array([word is None for word in words])
        levels = sorted({str(word) for word in words[eligible(responses) & ~blank]})
        if len(levels) < 2:
            raise EstimationError(f"column {name!r} has {len(levels)} categories; a term needs two")
        names += [f"{name} = {level}" for level in levels[1:]]
        columns += [np.where(blank, np.nan, words == level).astype(float) for level in levels[1:]]
    return _Terms(tuple(names), np.stack(columns, axis=1))


def _numbers(responses: Responses, name: str) -> Floats | None:
    """A column's numbers; None where it holds words."""
    labels = [label for label in responses.labelled(name).labels if label is not None]
    words = [label for label in labels if math.isnan(number(label))]
    # One "NA" among numbers would otherwise turn a slope into a hundred categories.
    if words and len(words) < len(labels):
        raise EstimationError(
            f"column {name!r} holds numbers and words, such as {words[0]!r}; "
            "correct it, or name it in categories= if the numbers are names"
        )
    return None if words else responses.numbers(name)


def _dropped(outcome: str, lost: int, missing: MissingPolicy) -> tuple[Phrase, ...]:
    if missing not in get_args(MissingPolicy):
        raise EstimationError(f"policy for missing values {missing!r}; expected error or drop")
    if lost and missing == "error":
        raise EstimationError(
            f"regression of {outcome!r}: {lost} sampled units lack a value; missing='drop' leaves them out"
        )
    return (Phrase("notes.sample.without_value", {"n": str(lost)}),) if lost else ()


def _present(terms: _Terms, inside: Mask) -> _Terms:
    """The terms with zeros outside the domain, refused where they determine each other."""
    columns = np.where(inside[:, None], terms.columns, 0.0)
    scaled = columns / np.maximum(np.abs(columns).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < len(terms.names):
        raise EstimationError(f"the terms {', '.join(terms.names[1:])} determine each other; leave one out")
    return _Terms(terms.names, columns)


def _fit(design: Design, y: Floats, terms: _Terms, inside: Mask, model: Model) -> _Fitted:
    # statsmodels costs a second to import; only regressions need it.
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    kinds: dict[Model, Any] = {"linear": families.Gaussian, "logit": families.Binomial, "poisson": families.Poisson}
    family, glm = kinds[model](), cast(Any, GLM)
    weights = (design.weights * design.counts)[inside]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A linear model may well fit exactly; a logit model that does has no finite solution.
        warnings.simplefilter("error" if model == "logit" else "ignore", PerfectSeparationWarning)
        try:
            found = glm(y[inside], terms.columns[inside], family=family, var_weights=weights / weights.mean()).fit(
                tol=1e-13, maxiter=100
            )
        except PerfectSeparationWarning as warning:
            raise EstimationError("a term tells the outcome of every unit; there is no finite solution") from warning
    coefficients = np.asarray(found.params, dtype=float)
    linear = terms.columns @ coefficients
    if not found.converged or not np.isfinite(coefficients).all() or np.abs(linear).max() > 1e12:
        raise EstimationError("the regression does not converge; a term may tell the outcome of every unit")
    link = family.link
    return _Fitted(coefficients, np.asarray(link.inverse(linear)), np.asarray(link.inverse_deriv(linear)))


def _scores(design: Design, y: Floats, terms: _Terms, inside: Mask, fitted: _Fitted) -> Scores:
    """Each unit's influence on the coefficients; all three links are canonical, so its residual is y - mu."""
    x, weights = terms.columns, np.where(inside, design.weights, 0.0)
    information = x.T @ ((weights * design.counts * fitted.slopes)[:, None] * x)
    residuals = np.where(inside, y, 0.0) - fitted.outcomes
    values = (weights * residuals)[:, None] * x @ np.linalg.inv(information)
    return Scores(design, np.where(inside, 0, -1), 1, values)


def _coefficient(
    name: str, b: float, variance: float, *, df: float, level: float, n: int, notes: tuple[Phrase, ...]
) -> Estimate:
    error = math.sqrt(variance)
    interval = student(b, error, df, level)
    return Estimate(
        domain=None,
        category=name,
        estimate=b,
        standard_error=error,
        lower=interval.lower,
        upper=interval.upper,
        level=level,
        method=interval.method,
        degrees_of_freedom=df,
        n=n,
        coefficient_of_variation=error / abs(b) if b else math.nan,
        notes=notes,
    )

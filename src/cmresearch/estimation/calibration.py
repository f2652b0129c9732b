"""Weights that reproduce what is known of the full set, and standard errors that know of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from cmresearch.errors import EstimationError, nearest, raise_all
from cmresearch.estimation.design import Floats
from cmresearch.language.phrases import Phrase
from cmresearch.responses.columns import number, read_table, require_columns, word
from cmresearch.responses.declared import SEPARATOR
from cmresearch.responses.responses import Responses

Distance = Literal["linear", "raking", "logit"]
TOLERANCE = 1e-11
STEPS = 200
POSTSTRATIFIED = Phrase("notes.calibration.poststratified")
RAKED = Phrase("notes.calibration.raked")


@dataclass(frozen=True)
class _Auxiliary:
    """One auxiliary variable: its value for each unit and its total over the full set."""

    name: str
    values: Floats
    total: float


@dataclass(frozen=True)
class _Curve:
    """F(u), the ratio of new to old weight, and its slope."""

    distance: Distance
    bounds: tuple[float, float] | None

    def ratio(self, u: Floats) -> Floats:
        if self.distance == "raking":
            return np.exp(np.clip(u, -50, 50))
        if self.bounds is None:
            return 1 + u
        low, high = self.bounds
        if self.distance == "linear":
            return np.clip(1 + u, low, high)
        grown = np.exp(np.clip(self._pace * u, -500, 500))
        found: Floats = (low * (high - 1) + high * (1 - low) * grown) / (high - 1 + (1 - low) * grown)
        return found

    def slope(self, u: Floats) -> Floats:
        if self.distance == "raking":
            return self.ratio(u)
        if self.bounds is None:
            return np.ones_like(u)
        low, high = self.bounds
        if self.distance == "linear":
            return ((1 + u > low) & (1 + u < high)).astype(float)
        found: Floats = (self.ratio(u) - low) * (high - self.ratio(u)) * self._pace / (high - low)
        return found

    @property
    def _pace(self) -> float:
        low, high = self.bounds or (0.0, 2.0)
        return (high - low) / ((1 - low) * (high - 1))


@dataclass(frozen=True)
class _Problem:
    """Totals to reach from given weights."""

    weights: Floats
    x: Floats
    wanted: Floats
    curve: _Curve

    def discrepancy(self, multipliers: Floats) -> Floats:
        """How far the weighted totals are from the wanted ones."""
        found: Floats = self.wanted - self.x.T @ (self.weights * self.curve.ratio(self.x @ multipliers))
        return found


def poststratify(responses: Responses, by: str | Sequence[str], totals: Mapping[str, float]) -> Responses:
    """The sample with weights that add up to the known size of each post-stratum.

    Also the adjustment for non-response by weighting classes from the frame: who could not be coded is made up for by
    the coded complaints of the same class, whatever the stratum.

    Args:
        responses: The sample with its design.
        by: Column or columns that make the post-strata.
        totals: Post-stratum (values joined by ' / ') to its number of units in the full set.

    Returns:
        The same rows with new weights; estimates from them have the standard errors of the calibrated estimator.

    Raises:
        EstimationError: A post-stratum without a total, or with a total and no sampled unit.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, 7.6.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [8] * 4, "city": ["North", "North", "North", "South"]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> poststratify(sample, "city", {"North": 3, "South": 5}).weights.tolist()
        [1.0, 1.0, 1.0, 5.0]
    """
    auxiliaries = _indicators(responses, by, totals)
    return _calibrated(responses, auxiliaries, distance="linear", bounds=None, method=POSTSTRATIFIED)


def rake(responses: Responses, margins: Mapping[str, Mapping[str, float]]) -> Responses:
    """The sample with weights that reproduce several known margins, each weight multiplied and none negative.

    The weights are those of iterative proportional fitting, found by Newton's method (Deville, Sarndal and Sautory
    1993, section 2: raking is calibration under the multiplicative distance).

    Args:
        responses: The sample with its design.
        margins: Column (or columns joined by ' / ') to its values' totals over the full set; all margins must have
            one sum.

    Raises:
        EstimationError: Margins with different sums, a value without a total or a total without a sampled unit.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [8] * 4, "city": ["N", "N", "S", "S"], "late": ["y", "n", "y", "n"]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> raked = rake(sample, {"city": {"N": 6, "S": 2}, "late": {"y": 4, "n": 4}})
        >>> raked.weights.round(6).tolist()
        [3.0, 3.0, 1.0, 1.0]
    """
    _check_sums(margins)
    return _calibrated(responses, _margins(responses, margins), distance="raking", bounds=None, method=RAKED)


def calibrate(
    responses: Responses,
    *,
    margins: Mapping[str, Mapping[str, float]] | None = None,
    totals: Mapping[str, float] | None = None,
    size: float | None = None,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
) -> Responses:
    """The sample with weights as near the design's as they can be that reproduce known totals.

    New weight = design weight * F(x'l), with l such that the weighted totals of x are the known ones. F(u) = 1 + u
    (linear: the generalised regression estimator), exp(u) (raking) or a logistic curve between the bounds (logit).

    Args:
        responses: The sample with its design.
        margins: Column of categories (or columns joined by ' / ') to its values' totals.
        totals: Column of numbers to its total.
        size: Number of units in the full set, where no margin says it.
        distance: linear, raking or logit.
        bounds: Smallest and largest ratio of new to old weight; required for logit, possible for linear.

    Raises:
        EstimationError: Nothing to calibrate on, margins with different sums, or totals that no such weights reach.

    Source: Deville and Sarndal (1992), JASA 87, 376-382, cases 1, 2 and 6.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [9] * 3, "days": [1, 2, 3]})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> calibrate(sample, totals={"days": 21}, size=9).weights.round(6).tolist()
        [1.5, 3.0, 4.5]
    """
    _check_distance(distance, bounds)
    _check_sums(margins or {})
    auxiliaries = _margins(responses, margins or {})
    if size is not None:
        auxiliaries.append(_Auxiliary("size", np.ones(len(responses.table)), size))
    auxiliaries += [_numbers(responses, column, total) for column, total in (totals or {}).items()]
    if not auxiliaries:
        raise EstimationError("nothing to calibrate on; give margins=, totals= or size=")
    method = Phrase("notes.calibration.by_distance", {"distance": distance})
    return _calibrated(responses, auxiliaries, distance=distance, bounds=bounds, method=method)


def _check_distance(distance: Distance, bounds: tuple[float, float] | None) -> None:
    known = get_args(Distance)
    if distance not in known:
        raise EstimationError(f"distance {distance!r}; expected {', '.join(known)}{nearest(distance, known)}")
    if distance == "logit" and bounds is None:
        raise EstimationError("the logit distance needs bounds=(smallest, largest ratio of new to old weight)")
    if distance == "raking" and bounds is not None:
        raise EstimationError("raking takes no bounds; the logit distance keeps every ratio between them")
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise EstimationError(f"bounds {bounds}; expected a smallest ratio below 1 and a largest above 1")


def _check_sums(margins: Mapping[str, Mapping[str, float]]) -> None:
    sums = {column: sum(totals.values()) for column, totals in margins.items()}
    if sums and max(sums.values()) - min(sums.values()) > 1e-6 * max(sums.values()):
        listed = ", ".join(f"{column!r} {total:.10g}" for column, total in sums.items())
        raise EstimationError(f"the margins have different sums: {listed}; they describe different populations")


def _margins(responses: Responses, margins: Mapping[str, Mapping[str, float]]) -> list[_Auxiliary]:
    """Every category of every margin; a margin names a column, or the columns whose names it joins."""
    columns = responses.table.columns
    return [
        auxiliary
        for margin, totals in margins.items()
        for auxiliary in _indicators(responses, margin if margin in columns else margin.split(SEPARATOR), totals)
    ]


def _indicators(responses: Responses, by: str | Sequence[str], totals: Mapping[str, float]) -> list[_Auxiliary]:
    labels = np.array([str(label) for label in responses.domains(by).words()], dtype=object)
    found = set(labels.tolist())
    raise_all(
        EstimationError,
        [
            *(
                f"column {by!r}: no total is given for {label!r}{nearest(label, totals)}"
                for label in sorted(found - set(totals))
            ),
            *(
                f"column {by!r}: {totals[label]:g} units have {label!r} and none of them is in the sample; "
                "put it together with another"
                for label in sorted(set(totals) - found)
                if totals[label] > 0
            ),
            *(
                f"column {by!r}: total {totals[label]!r} for {label!r}; expected a number above zero"
                for label in sorted(found & set(totals))
                if not totals[label] > 0
            ),
        ],
    )
    return [_Auxiliary(label, (labels == label).astype(float), float(totals[label])) for label in sorted(found)]


def _numbers(responses: Responses, column: str, total: float) -> _Auxiliary:
    values = responses.numbers(column)
    lost = int(np.isnan(values).sum())
    if lost:
        raise EstimationError(f"column {column!r}: {lost} sampled units have no value to calibrate on")
    return _Auxiliary(column, values, float(total))


def _calibrated(
    responses: Responses,
    auxiliaries: Sequence[_Auxiliary],
    *,
    distance: Distance,
    bounds: tuple[float, float] | None,
    method: Phrase,
) -> Responses:
    if responses.auxiliaries is not None:
        raise EstimationError("these weights are calibrated already; give all totals at once")
    if responses.counts is not None:
        raise EstimationError("calibration needs a row for each sampled unit")
    x = np.stack([a.values for a in auxiliaries], axis=1)
    wanted = np.array([a.total for a in auxiliaries])
    # Auxiliaries of very different size, such as ones and enrolments, would spoil the solution's last digits.
    scale = np.abs(x).max(axis=0)
    curve = _Curve(distance, bounds)
    ratio = _solve(_Problem(responses.weights, x / scale, wanted / scale, curve))
    negative = int((ratio < 0).sum())
    warning = (Phrase("notes.sample.negative_weights", {"n": str(negative)}),) if negative else ()
    calibrated = Phrase("notes.sample.calibrated", {"method": method, "n": str(len(auxiliaries))})
    return replace(
        responses,
        weights=responses.weights * ratio,
        base_weights=responses.weights,
        auxiliaries=x / scale,
        notes=(*responses.notes, calibrated, *warning),
    )


def _solve(problem: _Problem) -> Floats:
    """The ratios of new to old weight, by Newton's method with halved steps."""
    multipliers = np.zeros(len(problem.wanted))
    for _ in range(STEPS):
        discrepancy = problem.discrepancy(multipliers)
        if np.abs(discrepancy).max() <= TOLERANCE * np.abs(problem.wanted).max():
            return problem.curve.ratio(problem.x @ multipliers)
        multipliers = _step(problem, multipliers, discrepancy)
    raise EstimationError(
        "no weights of this kind reproduce the totals"
        + (f" within the bounds {problem.curve.bounds}" if problem.curve.bounds else "")
        + "; they contradict each other or the sample"
    )


def _step(problem: _Problem, multipliers: Floats, discrepancy: Floats) -> Floats:
    """The first of the full, half, quarter … Newton steps that comes nearer to the totals; the smallest if none."""
    slope = problem.weights * problem.curve.slope(problem.x @ multipliers)
    step = np.linalg.lstsq(problem.x.T @ (slope[:, None] * problem.x), discrepancy, rcond=1e-13)[0]
    trials = [multipliers + step / 2**halving for halving in range(20)]
    nearer = (trial for trial in trials if np.abs(problem.discrepancy(trial)).max() < np.abs(discrepancy).max())
    return next(nearer, trials[-1])


HEADER = ("column", "category", "total")
FIRST_ROW = 2  # rows are numbered as a spreadsheet shows them: the header is row 1


@dataclass(frozen=True)
class KnownTotals:
    """Known totals of the full set.

    Attributes:
        margins: Column, or columns joined by ' / ', to the number of units with each of its values.
        numbers: Column of numbers to its total.
        size: Number of units; None where a margin says it or nobody knows.
    """

    margins: Mapping[str, Mapping[str, float]]
    numbers: Mapping[str, float]
    size: float | None

    def applied_to(
        self, responses: Responses, *, distance: Distance = "linear", bounds: tuple[float, float] | None = None
    ) -> Responses:
        """The sample calibrated on these totals: one margin alone post-stratifies it, margins by `raking` rake it."""
        return calibrate(
            responses, margins=self.margins, totals=self.numbers, size=self.size, distance=distance, bounds=bounds
        )


def read_known_totals(path: str | Path) -> KnownTotals:
    r"""The totals that a file lists, one a row: column, category, total.

    A row without a category is the total of a column of numbers; one without a column either is the number of units.

    Args:
        path: Separated text, XLSX or Parquet with the columns `column`, `category` and `total`.

    Raises:
        EstimationError: A total is no number or stands there twice, or a column is both categories and numbers; all
            faults at once.
        ResponseError: The file cannot be read or lacks a column.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "totals.csv"
        >>> _ = path.write_text("column,category,total\ncity,North,30\ncity,South,10\ndays,,240\n")
        >>> known = read_known_totals(path)
        >>> known.margins, known.numbers, known.size
        ({'city': {'North': 30.0, 'South': 10.0}}, {'days': 240.0}, None)
    """
    path = Path(path)
    table = read_table(path)
    require_columns(str(path), [str(name) for name in table.columns], HEADER)
    margins: dict[str, dict[str, float]] = {}
    numbers: dict[str, float] = {}
    size: float | None = None
    faults = []
    for row, cells in enumerate(zip(*(table[name] for name in HEADER), strict=True), FIRST_ROW):
        column, category, written = (word(cell) for cell in cells)
        total, where = number(written), f"{path}, row {row}"
        if not math.isfinite(total):
            faults.append(f"{where}: total {written or ''!r}; expected a number")
        elif column is None and category is not None:
            faults.append(f"{where}: category {category!r} of no column")
        elif column is None:
            faults += _twice(where, "the number of units", size is not None)
            size = total
        elif category is None:
            faults += _twice(where, f"the total of {column!r}", column in numbers)
            numbers[column] = total
        else:
            known = margins.setdefault(column, {})
            faults += _twice(where, f"{column!r} {category!r}", category in known)
            known[category] = total
    faults += [
        f"{path}: {name!r} has categories and a total of its own" for name in sorted(set(margins) & set(numbers))
    ]
    raise_all(EstimationError, faults)
    return KnownTotals(margins, numbers, size)


def _twice(where: str, what: str, seen: bool) -> list[str]:
    return [f"{where}: {what} stands there twice"] if seen else []

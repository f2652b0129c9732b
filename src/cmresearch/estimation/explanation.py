"""Estimates as spreadsheet formulas, so that a reviewer sees each figure come out of the sums of its strata."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.intervals import CENSUS, STUDENT, Share, korn_graubard, student
from cmresearch.estimation.statistics import FromSums
from cmresearch.files.sheets import Formula

STRATA, FIGURES = "By stratum", "Recomputed"
KORN_GRAUBARD = "korn-graubard"
STRATA_COLUMNS = (
    "figure",
    "domain",
    "category",
    "stratum",
    "population",
    "sampled",
    "in_domain",
    "weight_sum",
    "base_sum",
    "weighted_sum",
    "score_sum",
    "score_squares",
    "correction",
    "contribution",
)
FIGURE_COLUMNS = (
    "figure",
    "statistic",
    "variable",
    "domain",
    "category",
    "method",
    "level",
    "n",
    "degrees_of_freedom",
    "estimate",
    "standard_error",
    "effective_n",
    "lower",
    "upper",
    "reported_estimate",
    "reported_standard_error",
    "reported_lower",
    "reported_upper",
    "agrees",
)


Cell = Formula | str | float | int | None


@dataclass(frozen=True)
class FormulaSheet:
    """One sheet: its title, its column names, and its rows of values and formulas."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def explain_in_formulas(answers: Sequence[Estimates]) -> tuple[FormulaSheet, FormulaSheet]:
    """Two sheets: the sums of each stratum, and each figure computed from them with live formulas.

    The formulas are those of `Estimates.explain`, in functions that Excel and LibreOffice share. Estimate and
    standard error come from the first sheet alone; intervals by Student's t and by Korn and Graubard from estimate,
    standard error, n and degrees of freedom. What was computed in Python stands beside, with a check. A lonely
    stratum's contribution and intervals by other methods are given as values. Each formula carries its value, for
    whoever reads the sheets without computing; whether figures agree is judged from the sums of the strata there too.

    Args:
        answers: Estimates of statistics that have a formula in the register; others are left out.

    Returns:
        The sheets `By stratum` and `Recomputed`, header in row 1; write a `Formula` as a formula, all else as values.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.estimators import estimate_mean
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "N": [6, 6, 4, 4], "days": [1, 3, 4, 8]})
        >>> sample = declare_sample(table, strata="channel", population_size="N")
        >>> strata, figures = explain_in_formulas([estimate_mean(sample, "days")])
        >>> strata.rows[0][12].text, strata.rows[0][12].value
        ('=1-F2/E2', 0.5)
        >>> figures.rows[0][10].text
        "=SQRT(SUMIFS('By stratum'!$N$2:$N$3,'By stratum'!$A$2:$A$3,A2))"
    """
    strata_rows: list[tuple[Cell, ...]] = []
    figures: list[tuple[str, Estimates, FromSums, Estimate]] = []
    sums: dict[str, _Sums] = {}
    for answer in answers:
        if answer.entry is None or answer.entry.formula is None:
            continue
        keys = {(row.domain, row.category): f"F{len(figures) + k + 1}" for k, row in enumerate(answer)}
        figures += [(keys[row.domain, row.category], answer, answer.entry.formula, row) for row in answer]
        lonely = bool(answer.scores.design.is_lonely.any())
        for record in answer.explain().to_dict("records"):
            key = keys[_none(record["domain"]), _none(record["category"])]
            variance = record["contribution"] if lonely else _contribution(record)
            sums.setdefault(key, _Sums()).add(record, variance)
            strata_rows.append(_stratum(record, key, row=len(strata_rows) + 2, lonely=lonely))
    last = len(strata_rows) + 1
    recomputed = tuple(
        _figure(key, answer, formula, row, sums=sums.get(key, _Sums()), row=k, last=last)
        for k, (key, answer, formula, row) in enumerate(figures, 2)
    )
    return FormulaSheet(STRATA, STRATA_COLUMNS, tuple(strata_rows)), FormulaSheet(FIGURES, FIGURE_COLUMNS, recomputed)


@dataclass
class _Sums:
    """What the strata of one figure add up to."""

    weighted: float = 0.0
    base: float = 0.0
    variance: float = 0.0

    def add(self, record: Mapping[Any, Any], variance: float) -> None:
        self.weighted += record["weighted_sum"]
        self.base += record["base_sum"]
        self.variance += variance


@dataclass(frozen=True)
class _Values:
    """The values of one figure's formulas, worked out from the sums of its strata as the sheet does it."""

    estimate: float
    standard_error: float
    effective_n: float
    lower: float
    upper: float

    def agree_with(self, reported: Estimate) -> bool:
        names = ("estimate", "standard_error", "lower", "upper")
        pairs = [(_number(getattr(self, name)), _number(getattr(reported, name))) for name in names]
        largest = max(abs(one - other) for one, other in pairs)
        return largest <= 1e-8 * max(1, abs(_number(reported.estimate)))


def _number(value: float) -> float:
    """The figure, or zero where there is none, as a sheet's function N."""
    return 0.0 if math.isnan(value) else value


def _values(row: Estimate, sums: _Sums, formula: FromSums) -> _Values:
    known = row.n and not math.isnan(row.estimate)
    estimate = formula.value(sums.weighted, sums.base) if known else math.nan
    error = math.nan if math.isnan(row.standard_error) else math.sqrt(sums.variance)
    share = Share(estimate, _number(error) ** 2, row.n, row.degrees_of_freedom)
    lower, upper, size = row.lower, row.upper, math.nan
    if row.method == CENSUS:
        lower = upper = estimate
    elif row.method == STUDENT and not math.isnan(error):
        interval = student(estimate, error, row.degrees_of_freedom, row.level)
        lower, upper = interval.lower, interval.upper
    elif row.method == KORN_GRAUBARD:
        interval, size = korn_graubard(share, row.level), share.adjusted_size(row.level)
        lower, upper = interval.lower, interval.upper
    return _Values(estimate, error, size, lower, upper)


def _contribution(record: Mapping[Any, Any]) -> float:
    """What a stratum adds to the variance, from its own sums."""
    n, squares = record["sampled"], record["score_squares"]
    centred = squares - record["score_sum"] ** 2 / n
    # Equal scores differ in their last digit, and that is no variance; the formula has the same rule.
    varies = n > 1 and centred > 1e-13 * squares
    return float(record["correction"] * n / (n - 1) * centred) if varies else 0.0


def _none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _letter(columns: Sequence[str], name: str) -> str:
    return chr(ord("A") + columns.index(name))


def _stratum(record: Mapping[Any, Any], key: str, *, row: int, lonely: bool) -> tuple[Cell, ...]:
    cell = {name: f"{_letter(STRATA_COLUMNS, name)}{row}" for name in STRATA_COLUMNS}
    n, squares = cell["sampled"], cell["score_squares"]
    centred = f"({squares}-{cell['score_sum']}^2/{n})"
    varies = f"AND({n}>1,{centred}>1E-13*{squares})"
    formulas: dict[str, Cell] = {
        "figure": key,
        "correction": Formula(f"=1-{n}/{cell['population']}", 1 - record["sampled"] / record["population"]),
        "contribution": Formula(f"=IF({varies},{cell['correction']}*{n}/({n}-1)*{centred},0)", _contribution(record)),
    }
    if lonely:
        formulas["contribution"] = _value(record["contribution"])
    return tuple(formulas.get(name, _value(record.get(name))) for name in STRATA_COLUMNS)


def _value(value: object) -> Cell:
    """A plain number or text; nothing where there is no figure, since a sheet knows no NaN."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not math.isnan(value):
        return value
    return None


def _figure(
    key: str, answer: Estimates, formula: FromSums, row_: Estimate, *, sums: _Sums, row: int, last: int
) -> tuple[Cell, ...]:
    cell = {name: f"{_letter(FIGURE_COLUMNS, name)}{row}" for name in FIGURE_COLUMNS}

    def summed(name: str) -> str:
        column, keys = _letter(STRATA_COLUMNS, name), _letter(STRATA_COLUMNS, "figure")
        return f"SUMIFS('{STRATA}'!${column}$2:${column}${last},'{STRATA}'!${keys}$2:${keys}${last},{cell['figure']})"

    known, known_estimate = not math.isnan(row_.standard_error), not math.isnan(row_.estimate)
    cells = {name: summed(name) for name in ("weighted_sum", "base_sum")}
    values = _values(row_, sums, formula)
    bounds = _bounds(row_, cell, values)
    computed: dict[str, Cell] = {
        "figure": key,
        "statistic": answer.statistic,
        "variable": answer.variable,
        "estimate": Formula(formula.text.format_map(cells), values.estimate) if row_.n and known_estimate else None,
        "standard_error": Formula(f"=SQRT({summed('contribution')})", values.standard_error) if known else None,
        "effective_n": _effective(cell, values) if row_.method == KORN_GRAUBARD else None,
        "lower": bounds[0],
        "upper": bounds[1],
        **{
            f"reported_{name}": _value(getattr(row_, name)) for name in ("estimate", "standard_error", "lower", "upper")
        },
        "agrees": Formula(_agreement(cell), values.agree_with(row_)),
    }
    return tuple(computed.get(name, _value(getattr(row_, name, None))) for name in FIGURE_COLUMNS)


def _effective(cell: Mapping[str, str], values: _Values) -> Formula:
    """The effective sample size of Korn and Graubard, with the degrees of freedom of the design."""
    p, error, n, alpha = cell["estimate"], cell["standard_error"], cell["n"], f"1-{cell['level']}"
    ratio = f"(TINV({alpha},{n}-1)/TINV({alpha},{cell['degrees_of_freedom']}))^2"
    return Formula(f"=IF(N({error})=0,{n},{p}*(1-{p})/{error}^2*{ratio})", values.effective_n)


def _bounds(row: Estimate, cell: Mapping[str, str], values: _Values) -> tuple[Cell, Cell]:
    """The ends of the interval as formulas where a sheet has the functions, as values elsewhere."""
    estimate, size, tail = cell["estimate"], cell["effective_n"], f"(1-{cell['level']})/2"
    if row.method == CENSUS:
        return Formula(f"={estimate}", values.lower), Formula(f"={estimate}", values.upper)
    if row.method == STUDENT and not math.isnan(row.standard_error):
        half = f"TINV(1-{cell['level']},{cell['degrees_of_freedom']})*{cell['standard_error']}"
        return Formula(f"={estimate}-{half}", values.lower), Formula(f"={estimate}+{half}", values.upper)
    if row.method == KORN_GRAUBARD:
        hits, misses = f"{size}*{estimate}", f"{size}*(1-{estimate})"
        return (
            Formula(f"=IF({estimate}<=0,0,BETAINV({tail},{hits},{misses}+1))", values.lower),
            Formula(f"=IF({estimate}>=1,1,BETAINV(1-{tail},{hits}+1,{misses}))", values.upper),
        )
    return _value(row.lower), _value(row.upper)


def _agreement(cell: Mapping[str, str]) -> str:
    names = ("estimate", "standard_error", "lower", "upper")
    differences = ",".join(f"ABS(N({cell[n]})-N({cell[f'reported_{n}']}))" for n in names)
    return f"=MAX({differences})<=1E-8*MAX(1,ABS({cell['reported_estimate']}))"

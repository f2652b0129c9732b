"""Estimates as spreadsheet formulas, so that a reviewer sees each figure come out of the sums of its strata."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.intervals import CENSUS, STUDENT

STRATA, FIGURES = "By stratum", "Recomputed"
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


@dataclass(frozen=True)
class Formula:
    """A cell that computes; every other cell is a value, whatever its text begins with."""

    text: str


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
    stratum's contribution and intervals by other methods are given as values.

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
        >>> strata.rows[0][12]
        Formula(text='=1-F2/E2')
        >>> figures.rows[0][10]
        Formula(text="=SQRT(SUMIFS('By stratum'!$N$2:$N$3,'By stratum'!$A$2:$A$3,A2))")
    """
    strata_rows: list[tuple[Cell, ...]] = []
    figures: list[tuple[str, Estimates, str, Estimate]] = []
    for answer in answers:
        if answer.entry is None or answer.entry.formula is None:
            continue
        keys = {(row.domain, row.category): f"F{len(figures) + k + 1}" for k, row in enumerate(answer)}
        figures += [(keys[row.domain, row.category], answer, answer.entry.formula, row) for row in answer]
        lonely = bool(answer.scores.design.is_lonely.any())
        for record in answer.explain().to_dict("records"):
            key = keys[_none(record["domain"]), _none(record["category"])]
            strata_rows.append(_stratum(record, key, row=len(strata_rows) + 2, lonely=lonely))
    last = len(strata_rows) + 1
    recomputed = tuple(_figure(*figure, row=k, last=last) for k, figure in enumerate(figures, 2))
    return FormulaSheet(STRATA, STRATA_COLUMNS, tuple(strata_rows)), FormulaSheet(FIGURES, FIGURE_COLUMNS, recomputed)


def _none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _letter(columns: Sequence[str], name: str) -> str:
    return chr(ord("A") + columns.index(name))


def _stratum(record: Mapping[object, object], key: str, *, row: int, lonely: bool) -> tuple[Cell, ...]:
    cell = {name: f"{_letter(STRATA_COLUMNS, name)}{row}" for name in STRATA_COLUMNS}
    n, squares = cell["sampled"], cell["score_squares"]
    centred = f"({squares}-{cell['score_sum']}^2/{n})"
    # The same rule as in Python: equal scores differ in their last digit, and that is no variance.
    varies = f"AND({n}>1,{centred}>1E-13*{squares})"
    formulas: dict[str, Cell] = {
        "figure": key,
        "correction": Formula(f"=1-{n}/{cell['population']}"),
        "contribution": Formula(f"=IF({varies},{cell['correction']}*{n}/({n}-1)*{centred},0)"),
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


def _figure(key: str, answer: Estimates, formula: str, row_: Estimate, *, row: int, last: int) -> tuple[Cell, ...]:
    cell = {name: f"{_letter(FIGURE_COLUMNS, name)}{row}" for name in FIGURE_COLUMNS}

    def summed(name: str) -> str:
        column, keys = _letter(STRATA_COLUMNS, name), _letter(STRATA_COLUMNS, "figure")
        return f"SUMIFS('{STRATA}'!${column}$2:${column}${last},'{STRATA}'!${keys}$2:${keys}${last},{cell['figure']})"

    known = not math.isnan(row_.standard_error)
    sums = {name: summed(name) for name in ("weighted_sum", "base_sum")}
    bounds = _bounds(row_, cell)
    computed: dict[str, Cell] = {
        "figure": key,
        "statistic": answer.statistic,
        "variable": answer.variable,
        "estimate": Formula(formula.format_map(sums)) if row_.n and not math.isnan(row_.estimate) else None,
        "standard_error": Formula(f"=SQRT({summed('contribution')})") if known else None,
        "effective_n": _effective(cell) if row_.method == "korn-graubard" else None,
        "lower": bounds[0],
        "upper": bounds[1],
        **{
            f"reported_{name}": _value(getattr(row_, name)) for name in ("estimate", "standard_error", "lower", "upper")
        },
        "agrees": Formula(_agreement(cell)),
    }
    return tuple(computed.get(name, _value(getattr(row_, name, None))) for name in FIGURE_COLUMNS)


def _effective(cell: Mapping[str, str]) -> Formula:
    """The effective sample size of Korn and Graubard, with the degrees of freedom of the design."""
    p, error, n, alpha = cell["estimate"], cell["standard_error"], cell["n"], f"1-{cell['level']}"
    ratio = f"(TINV({alpha},{n}-1)/TINV({alpha},{cell['degrees_of_freedom']}))^2"
    return Formula(f"=IF(N({error})=0,{n},{p}*(1-{p})/{error}^2*{ratio})")


def _bounds(row: Estimate, cell: Mapping[str, str]) -> tuple[Cell, Cell]:
    """The ends of the interval as formulas where a sheet has the functions, as values elsewhere."""
    estimate, size, tail = cell["estimate"], cell["effective_n"], f"(1-{cell['level']})/2"
    if row.method == CENSUS:
        return Formula(f"={estimate}"), Formula(f"={estimate}")
    if row.method == STUDENT and not math.isnan(row.standard_error):
        half = f"TINV(1-{cell['level']},{cell['degrees_of_freedom']})*{cell['standard_error']}"
        return Formula(f"={estimate}-{half}"), Formula(f"={estimate}+{half}")
    if row.method == "korn-graubard":
        hits, misses = f"{size}*{estimate}", f"{size}*(1-{estimate})"
        return (
            Formula(f"=IF({estimate}<=0,0,BETAINV({tail},{hits},{misses}+1))"),
            Formula(f"=IF({estimate}>=1,1,BETAINV(1-{tail},{hits}+1,{misses}))"),
        )
    return _value(row.lower), _value(row.upper)


def _agreement(cell: Mapping[str, str]) -> str:
    names = ("estimate", "standard_error", "lower", "upper")
    differences = ",".join(f"ABS(N({cell[n]})-N({cell[f'reported_{n}']}))" for n in names)
    return f"=MAX({differences})<=1E-8*MAX(1,ABS({cell['reported_estimate']}))"

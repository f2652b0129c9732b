"""From each estimate of a run to the strata it was made from, and to the rows of the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from cmresearch.estimation.explanation import FormulaSheet, explain_in_formulas
from cmresearch.study.evidence.building import Answer, answers
from cmresearch.study.run import Run

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Trace:
    """An estimate, the strata it was made from, and where the workbook computes it again.

    Attributes:
        key: Its key in the workbook, such as F12.
        asked: estimate, or dimension and key of the indicator it serves.
        row: The estimate: variable, statistic, domain, category, estimate, lower, upper, n, level, method, note.
        strata: A dictionary for each stratum: stratum, population, sampled, in_domain, weight, mean, contribution.
        recomputed: Its row in the sheet Recomputed.
        first: Its first row in the sheet By stratum.
        last: Its last row there.
    """

    key: str
    asked: str
    row: Mapping[str, Any]
    strata: tuple[Mapping[str, Any], ...]
    recomputed: int
    first: int
    last: int

    @property
    def anchor(self) -> str:
        """Where it stands in the report."""
        return f"by-stratum-{self.key}"


def formula_sheets(run: Run) -> tuple[FormulaSheet, FormulaSheet]:
    """The workbook's sheets By stratum and Recomputed, for every estimate of the run."""
    return _formulas(answers(run))


def _formulas(found: Sequence[Answer]) -> tuple[FormulaSheet, FormulaSheet]:
    return explain_in_formulas([answer.estimates for answer in found])


def traces(run: Run) -> tuple[Trace, ...]:
    """Every estimate of the run with its strata, in the order of the workbook's sheet Recomputed."""
    found = answers(run)
    by_stratum, _ = _formulas(found)
    rows: dict[str, list[int]] = {}
    for number, cells in enumerate(by_stratum.rows, start=2):
        rows.setdefault(str(cells[0]), []).append(number)
    return tuple(_trace(key, *explained, rows[key]) for key, explained in _keyed(found) if key in rows)


def _keyed(found: Sequence[Answer]) -> Iterator[tuple[str, tuple[str, Row, list[Row]]]]:
    """Each estimate under the key that the workbook gives it, with the rows that explain it."""
    number = 0
    for answer in found:
        about = {"variable": answer.variable, "statistic": answer.statistic}
        for row, (_, parts) in zip(_records(answer.estimates.to_frame()), answer.explained(), strict=True):
            number += 1
            yield f"F{number}", (answer.asked, about | row, _records(parts))


def _records(table: pd.DataFrame) -> list[Row]:
    """The rows of a table as dictionaries, nothing where nothing is."""
    plain = table.astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _trace(key: str, asked: str, row: Row, strata: list[Row], rows: list[int]) -> Trace:
    # Row 1 of a sheet names the columns.
    return Trace(key, asked, row, tuple(strata), int(key[1:]) + 1, rows[0], rows[-1])

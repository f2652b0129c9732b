"""Totals that are known of the full set, as a file lists them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmresearch.errors import EstimationError, raise_all
from cmresearch.estimation.calibration import Distance, calibrate
from cmresearch.responses.columns import number, read_table, require_columns, word
from cmresearch.responses.responses import Responses

HEADER = ("column", "category", "total")
FIRST_ROW = 2  # rows are numbered as a spreadsheet shows them: the header is row 1


@dataclass(frozen=True)
class KnownTotals:
    """What is known of the full set.

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
        total, place = number(written), f"{path}, row {row}"
        if not math.isfinite(total):
            faults.append(f"{place}: total {written or ''!r}; expected a number")
        elif column is None and category is not None:
            faults.append(f"{place}: category {category!r} of no column")
        elif column is None:
            faults += _twice(place, "the number of units", size is not None)
            size = total
        elif category is None:
            faults += _twice(place, f"the total of {column!r}", column in numbers)
            numbers[column] = total
        else:
            known = margins.setdefault(column, {})
            faults += _twice(place, f"{column!r} {category!r}", category in known)
            known[category] = total
    faults += [
        f"{path}: {name!r} has categories and a total of its own" for name in sorted(set(margins) & set(numbers))
    ]
    raise_all(EstimationError, faults)
    return KnownTotals(margins, numbers, size)


def _twice(place: str, what: str, seen: bool) -> list[str]:
    return [f"{place}: {what} stands there twice"] if seen else []

"""A sample's design as the columns of a table declare it, checked for contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import ResponseError, raise_all
from cmresearch.language.phrases import Phrase
from cmresearch.responses.columns import COUNT, label_column, number, require_columns, spelling_hint

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]

SEPARATOR = " / "
FIRST_ROW = 2  # rows are numbered as a spreadsheet shows them: the header is row 1


@dataclass(frozen=True)
class DeclaredTable:
    """A table and the columns that declare its design.

    Attributes:
        path: The file, or what the table is called in errors.
        table: A row per sampled unit, or per group of equal ones with their number in a column of its own.
        strata: Columns whose values make the stratum; none for a simple random sample.
        population_size: Column with the number of units in the row's stratum.
        weight: Column of design weights, if there is one.
    """

    path: str
    table: pd.DataFrame
    strata: tuple[str, ...]
    population_size: str
    weight: str | None

    @property
    def counted(self) -> bool:
        """True where equal rows were put together."""
        return COUNT in self.table.columns

    @property
    def counts(self) -> Floats:
        """How many sampled units each row stands for."""
        return self.table[COUNT].to_numpy(dtype=float) if self.counted else np.ones(len(self.table))

    def where(self, row: int) -> str:
        """Where a row stands, for an error message."""
        return f"{self.path}, {self.counts[row]:g} rows" if self.counted else f"{self.path}, row {row + FIRST_ROW}"


@dataclass(frozen=True)
class DeclaredDesign:
    """A checked design: each row's stratum, weight and count, and the size of each stratum."""

    strata: Labels
    sizes: Mapping[str, int]
    weights: Floats
    counts: Floats
    notes: tuple[Phrase, ...]


def check_design(table: DeclaredTable) -> DeclaredDesign:
    """The design that the columns declare.

    Raises:
        ResponseError: A column is missing, or sizes and weights contradict the rows; all faults of a kind at once.

    Example:
        >>> table = pd.DataFrame({"channel": ["web", "web", "phone"], "N": [4, 4, 1]})
        >>> check_design(DeclaredTable("sample.csv", table, ("channel",), "N", None)).weights.tolist()
        [2.0, 2.0, 1.0]
    """
    names = [*table.strata, table.population_size, *([table.weight] if table.weight else [])]
    require_columns(table.path, [str(name) for name in table.table.columns], names)
    if table.table.empty:
        raise ResponseError(f"{table.path}: no rows below the header; a sample has one row per sampled unit")
    strata, stated = _strata(table), _positive(table, table.population_size)
    sizes = _sizes(table, strata, stated)
    given = _positive(table, table.weight) if table.weight else None
    weights = stated / units_per_row(strata, table.counts) if given is None else given
    notes = _weight_notes(table, strata, sizes, weights)
    return DeclaredDesign(strata, sizes, weights, table.counts, notes)


def units_per_row(strata: Labels, counts: Floats) -> Floats:
    """How many sampled units the stratum of each row has."""
    column = label_column(strata)
    found: Floats = np.bincount(column.codes, weights=counts).astype(float)[column.codes]
    return found


def _strata(table: DeclaredTable) -> Labels:
    if not table.strata:
        return np.full(len(table.table), "all", dtype=object)
    columns = [label_column(table.table[name]) for name in table.strata]
    raise_all(
        ResponseError,
        [
            f"{table.where(int(row))}: blank stratum in column {name!r}; "
            "a unit whose stratum nobody knows has no known chance of being drawn"
            for name, column in zip(table.strata, columns, strict=True)
            for row in np.flatnonzero(column.blank)
        ],
    )
    if len(columns) == 1:
        return columns[0].words()
    joined = zip(*(column.words() for column in columns), strict=True)
    return np.array([SEPARATOR.join(row) for row in joined], dtype=object)


def _positive(table: DeclaredTable, name: str) -> Floats:
    """A column of numbers above zero, or one error with every value that is none."""
    column = label_column(table.table[name])
    parsed: Floats = np.array([number(label) for label in column.labels])[column.codes]
    raise_all(
        ResponseError,
        [
            f"{table.where(int(row))}: {name!r} is {column.labels[column.codes[row]] or ''!r}; "
            f"expected a number above zero{spelling_hint(column.labels[column.codes[row]])}"
            for row in np.flatnonzero(~(np.isfinite(parsed) & (parsed > 0)))
        ],
    )
    return parsed


def _sizes(table: DeclaredTable, strata: Labels, stated: Floats) -> dict[str, int]:
    rows = pd.DataFrame({"stratum": strata, "size": stated, "units": table.counts}).groupby("stratum", sort=False)
    summary = pd.DataFrame({"low": rows["size"].min(), "high": rows["size"].max(), "units": rows["units"].sum()})
    faults = []
    for label, low, high, units in summary.itertuples():
        if low != high:
            faults.append(f"{table.path}, stratum {label!r}: population sizes from {low:g} to {high:g}; expected one")
        elif low != int(low):
            faults.append(f"{table.path}, stratum {label!r}: population size {low:g} is not a whole number")
        elif low < units:
            faults.append(
                f"{table.path}, stratum {label!r}: population size {low:g} is below the {units:g} units sampled from it"
            )
    raise_all(ResponseError, faults)
    return {str(label): int(size) for label, size in zip(summary.index, summary["low"], strict=True)}


def _weight_notes(
    table: DeclaredTable, strata: Labels, sizes: Mapping[str, int], weights: Floats
) -> tuple[Phrase, ...]:
    """A warning where weights and population sizes tell of different populations; an error beyond a factor of two."""
    sums = pd.Series(weights * table.counts).groupby(strata).sum()
    ratios = {label: sums[label] / size for label, size in sizes.items()}
    raise_all(
        ResponseError,
        [
            f"{table.path}, stratum {label!r}: the weights sum to {sums[label]:.6g}, "
            f"the population size is {sizes[label]}; one of them belongs to another population"
            for label, ratio in ratios.items()
            if not 0.5 <= ratio <= 2
        ],
    )
    off = [label for label, ratio in ratios.items() if abs(ratio - 1) > 0.01]
    if not off:
        return ()
    first = off[0]
    says = {"n": str(len(off)), "stratum": repr(first), "weights": f"{sums[first]:.6g}", "size": str(sizes[first])}
    return (Phrase("notes.sample.weights_differ", says),)

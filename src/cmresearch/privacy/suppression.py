"""Counts so small that they could point at somebody: marking them, or hiding them so that totals do not tell them."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cmresearch.errors import PrivacyError

TOTAL = "Total"
"""The label of the row and the column of totals."""

Cell = tuple[int, int]
Label = Hashable
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SmallCells:
    """A table of counts with its totals, and which of its cells are too small to be shown.

    Attributes:
        counts: The counts with their totals in a last row and (for two ways) a last column.
        threshold: The smallest count that may be shown; zero may be shown too.
        small: The cells (totals too) from 1 to below the threshold, as (row, column) labels, in the table's order.
        complementary: Further cells that must be hidden with them, because the totals would give them back.
    """

    counts: pd.DataFrame
    threshold: int
    small: tuple[tuple[Label, Label], ...]
    complementary: tuple[tuple[Label, Label], ...]

    def suppressed(self) -> pd.DataFrame:
        """The table with every small and complementary cell missing (`<NA>`)."""
        return self.counts.astype("Int64").mask(self._holds([*self.small, *self.complementary]))

    def marked(self) -> pd.DataFrame:
        """The table as text, each small count followed by a star: for eyes inside the study."""
        text = self.counts.astype(str)
        return text.where(~self._holds(list(self.small)), text + "*")

    def warnings(self) -> list[str]:
        """Warnings to read before the table is shared, in sentences; none if no count is small."""
        if not self.small:
            return []
        return [
            f"{len(self.small)} of {self.counts.size} cells, totals included, are from 1 to {self.threshold - 1}: "
            "so few complaints could point at somebody",
            f"{len(self.complementary)} further cells have to be hidden with them, or the totals give them back",
        ]

    def _holds(self, cells: list[tuple[Label, Label]]) -> pd.DataFrame:
        held = pd.DataFrame(False, index=self.counts.index, columns=self.counts.columns)
        for row, column in cells:
            held.loc[row, column] = True
        return held


def small_cells(table: pd.DataFrame | pd.Series, *, threshold: int = 5) -> SmallCells:
    """Which counts of a table are too small to be shown, and which others must be hidden with them.

    A reader knows the totals and every count that is shown, and that no hidden count is zero. For each small
    count further cells are hidden, as few complaints as can be, such that every total fits with the small count
    as it is and also with a count of `threshold` or more in its place. Where counts do not suffice, totals are hidden.

    Args:
        table: Counts without totals: areas in rows and channels in columns, or one column of counts by area.
        threshold: Counts from 1 to one below this are small.

    Returns:
        The table with its totals, the small cells and the complementary ones.

    Raises:
        PrivacyError: Something in the table is no count, a label stands twice, or totals are in it already.

    Source:
        Gusfield (1988), "A graph theoretic approach to statistical data security", SIAM J. Comput. 17(3): a hidden
        cell is protected by a cycle of hidden cells through it, found here as the shortest path.

    Example:
        >>> cells = small_cells(pd.Series({"Barat": 40, "Pusat": 2, "Timur": 9}, name="complaints"))
        >>> cells.small, cells.complementary
        ((('Pusat', 'complaints'),), (('Timur', 'complaints'),))
        >>> cells.suppressed()["complaints"].to_list()
        [40, <NA>, <NA>, 51]
    """
    counts = _checked(table.to_frame() if isinstance(table, pd.Series) else table, threshold)
    is_one_way = counts.shape[1] == 1
    whole = _with_totals(counts)
    values = whole.to_numpy()
    # Of a table with one column the totals of the rows are its counts: they are not shown, as if hidden already.
    free = {(row, 1) for row in range(len(whole))} if is_one_way else set[Cell]()
    small = [cell for cell in np.ndindex(*values.shape) if 0 < values[cell] < threshold and cell not in free]
    hidden = _protected(values, small, free, threshold)
    rows, columns = whole.index.tolist(), whole.columns.tolist()
    return SmallCells(
        counts=whole.iloc[:, :1] if is_one_way else whole,
        threshold=threshold,
        small=tuple([(rows[row], columns[column]) for row, column in small]),
        complementary=tuple([(rows[row], columns[column]) for row, column in hidden]),
    )


def _checked(table: pd.DataFrame, threshold: int) -> pd.DataFrame:
    if threshold < 2:
        raise PrivacyError(f"threshold {threshold}: counts under 2 or more can be small; nothing is smaller than 1")
    for what, labels in (("row", table.index), ("column", table.columns)):
        if TOTAL in labels:
            raise PrivacyError(f"the table has a {what} {TOTAL!r} already; give it without totals")
        if repeated := labels[labels.duplicated()].tolist():
            raise PrivacyError(f"the {what} {repeated[0]!r} stands twice in the table of counts")
    for column in table.columns:
        numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wrong = ~((numbers >= 0) & (numbers == np.floor(numbers)))
        if wrong.any():
            row = int(np.argmax(wrong))
            label, found = table.index.tolist()[row], table[column].tolist()[row]
            raise PrivacyError(f"row {label!r}, column {column!r}: {found!r} is not a count")
    return table.astype("int64")


def _with_totals(counts: pd.DataFrame) -> pd.DataFrame:
    wide = counts.assign(**{TOTAL: counts.sum(axis=1)})
    return pd.concat([wide, wide.sum().to_frame(TOTAL).T])


def _protected(values: Counts, small: list[Cell], free: set[Cell], threshold: int) -> list[Cell]:
    """The cells to hide besides the small ones, so that each small one is on a cycle of hidden cells."""
    hidden = {*small, *free}
    for cell in small:
        hidden |= set(_cheapest_cycle(values, cell, hidden, threshold))
    return sorted(hidden - set(small) - free)


def _cheapest_cycle(values: Counts, cell: Cell, hidden: set[Cell], threshold: int) -> list[Cell]:
    """The cells that close a cycle through `cell` and hide the fewest complaints, by Dijkstra's algorithm.

    Rows and columns are the nodes, cells the edges. Along the way from the cell's row to its column, what `cell` gains
    is taken from each cell passed from row to column and given to each passed back; totals are on the other
    side of the sum, so there it is the reverse. What gives has to have it: only large counts can give.
    """
    queue: list[tuple[int, int, Cell, tuple[Cell, ...]]] = [(0, 0, (0, cell[0]), ())]  # node: (0, row), (1, column)
    done: set[Cell] = set()
    while queue:
        cost, _, node, path = heapq.heappop(queue)
        if node == (1, cell[1]):
            return list(path)
        if node in done:
            continue
        done.add(node)
        for edge, other in _edges(values.shape, node):
            if edge != cell and other not in done and _can_pass(values, cell, edge, node, threshold):
                price = 0 if edge in hidden else _price(values, edge)
                heapq.heappush(queue, (cost + price, len(path), other, (*path, edge)))
    raise PrivacyError(f"the table is too small to hide a count under {threshold} in it; merge rows or columns")


def _edges(shape: tuple[int, ...], node: Cell) -> Iterator[tuple[Cell, Cell]]:
    side, index = node
    for other in range(shape[1 - side]):
        yield ((index, other) if side == 0 else (other, index)), (1 - side, other)


def _can_pass(values: Counts, cell: Cell, edge: Cell, node: Cell, threshold: int) -> bool:
    gives = (node[0] == 0) ^ _is_margin(values, edge) ^ _is_margin(values, cell)
    return bool(values[edge] >= (threshold if gives else 1))


def _is_margin(values: Counts, edge: Cell) -> bool:
    # The grand total stands on the side of the counts again: it is the sum of the sums.
    rows, columns = values.shape
    return bool((edge[0] == rows - 1) != (edge[1] == columns - 1))


def _price(values: Counts, edge: Cell) -> int:
    # A total is hidden only where counts do not suffice.
    is_total = edge[0] == values.shape[0] - 1 or edge[1] == values.shape[1] - 1
    return int(values[edge]) + (int(values[-1, -1]) * values.size if is_total else 0)

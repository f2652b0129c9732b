"""Drawing a stratified sample that anybody can draw again and check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import pandas as pd

from cmresearch.allocation import Allocation
from cmresearch.errors import SampleError
from cmresearch.frame import Frame
from cmresearch.intake import literal
from cmresearch.writing import csv_text

ADDED = ("stratum", "ticket", "inclusion_probability", "design_weight")
TICKET_BITS = 256


@dataclass(frozen=True)
class Sample:
    """The drawn complaints.

    Attributes:
        rows: One row for each drawn complaint, by stratum label and then ticket: all columns of the export as text,
            then stratum, ticket, inclusion_probability and design_weight.
        id: The column that names each complaint.
        seed: The seed.
        allocation: How many were drawn from each stratum, and of how many.
        cut_offs: For each stratum the last ticket drawn; a complaint of that stratum is in the sample if and only
            if its ticket is not above it.
    """

    rows: pd.DataFrame
    id: str
    seed: str
    allocation: Allocation
    cut_offs: Mapping[str, str]

    @property
    def ids(self) -> tuple[str, ...]:
        """The drawn ids, in the order of the rows."""
        return tuple(self.rows[self.id])

    def to_frame(self) -> pd.DataFrame:
        """The drawn complaints, one row each."""
        return self.rows.copy()

    def to_csv(self) -> str:
        """The sample as CSV text, raw and exact: the same draw is the same bytes."""
        return csv_text(list(self.rows.columns), self.rows.itertuples(index=False, name=None))


def ticket(seed: str, id: str) -> str:
    """A complaint's ticket: the SHA-256 of seed, vertical bar and id, as 64 hexadecimal digits.

    Anybody can compute it: `printf '%s' 'seed|id' | sha256sum`.

    Example:
        >>> ticket("2026", "JK2003020001")[:16]
        '1eb9c11b2d6e5a8f'
    """
    return hashlib.sha256(f"{seed}|{id}".encode()).hexdigest()


def draw(frame: Frame, allocation: Allocation, *, seed: str) -> Sample:
    """A stratified sample: in each stratum the complaints with the smallest tickets.

    Each subset of n_h out of N_h complaints is equally likely over the choice of the seed, so the inclusion
    probability is n_h / N_h and the design weight N_h / n_h. The order of rows, the engine and the day play no part.

    Args:
        frame: The frame.
        allocation: How many to draw from each of its strata.
        seed: Public text without a vertical bar, fixed before anybody could know the tickets.

    Returns:
        The sample, by stratum label and then ticket.

    Raises:
        SampleError: The seed is not usable text, the allocation is of another frame, the export has a column of
            one of the names that the sample adds, or two complaints have the same id.

    Source:
        Ohlsson (1995), *Coordination of samples using permanent random numbers*; the keyed hash after Rivest's
        sampler for election audits (2011).
    """
    check_seed(seed)
    _refuse_mismatch(frame, allocation)
    drawn = _candidates(frame, allocation, seed, dict(allocation.sample_sizes))
    short = {label: n for label, n in allocation.sample_sizes.items() if len(drawn.get(label, ())) < n}
    if short:
        # A stratum with unusually few small tickets, or one to be taken whole: read without a bound.
        drawn |= _candidates(frame, allocation, seed, short, bounded="no")
    chosen = {label: _smallest(drawn.get(label, []), n) for label, n in allocation.sample_sizes.items()}
    return _sample(frame, allocation, seed, chosen)


def check_seed(seed: object) -> None:
    """Refuse what cannot be a seed: anything but text, an empty text, a vertical bar or a control character.

    Example:
        >>> check_seed(2026)
        Traceback (most recent call last):
            ...
        cmresearch.errors.SampleError: the seed is the number 2026; write it as text ("2026"), so that it is always the same
    """
    if not isinstance(seed, str):
        raise SampleError(
            f'the seed is the number {seed}; write it as text ("{seed}"), so that it is always the same'
        )
    if not seed or "|" in seed or not seed.isprintable():
        raise SampleError(
            f"the seed {seed!r} must be text without a vertical bar or control characters, and not empty"
        )


def first_by_ticket(ids: Sequence[str], size: int, *, seed: str) -> tuple[str, ...]:
    """A simple random part of some ids: those with the smallest tickets under a seed, in ticket order.

    Args:
        ids: Distinct ids, in any order.
        size: How many.
        seed: Public text; another seed than the one that drew the ids.

    Returns:
        The chosen ids.

    Example:
        >>> first_by_ticket(["a", "b", "c"], 2, seed="second coder")
        ('b', 'a')
    """
    check_seed(seed)
    if size > len(ids):
        raise SampleError(f"cannot choose {size} of {len(ids)} complaints")
    return tuple(sorted(ids, key=lambda id: ticket(seed, id))[:size])


def _refuse_mismatch(frame: Frame, allocation: Allocation) -> None:
    if dict(allocation.frame_sizes) != dict(frame.sizes):
        raise SampleError("the allocation was made for another frame: its strata or their sizes differ")
    clash = [name for name in frame.complaints.columns if name.casefold() in ADDED]
    if clash:
        raise SampleError(
            f"{frame.complaints.path.name} already has a column {clash[0]!r}, which the sample adds; rename it first"
        )


def _candidates(
    frame: Frame, allocation: Allocation, seed: str, sizes: Mapping[str, int], *, bounded: str = "yes"
) -> dict[str, list[tuple[str, ...]]]:
    """Rows whose tickets are small enough to matter, by stratum: (ticket, every column as text)."""
    bounds = [
        f"({literal(label)}, {literal(_bound(n, allocation.frame_sizes[label]) if bounded == 'yes' else 'g')})"
        for label, n in sizes.items()
        if n
    ]
    texts = ", ".join(frame.complaints.text(column) for column in frame.complaints.columns)
    rows = frame.complaints.query(
        f"WITH bounds(label, bound) AS (VALUES {', '.join(bounds)}), "
        f"ticketed AS (SELECT *, {frame.label} AS drawing_label, "
        f"sha256({literal(seed + '|')} || {frame.complaints.text(frame.id)}) AS drawing_ticket "
        f"FROM complaints WHERE {frame.condition}) "
        f"SELECT label, drawing_ticket, {texts} FROM ticketed JOIN bounds "
        "ON drawing_label = label AND drawing_ticket < bound"
    )
    found: dict[str, list[tuple[str, ...]]] = {}
    for label, *row in rows:
        found.setdefault(str(label), []).append(tuple(str(cell) for cell in row))
    return found


def _bound(wanted: int, total: int) -> str:
    """A ticket that all but surely has at least `wanted` of `total` tickets below it: six standard deviations."""
    generous = wanted + 6 * isqrt(wanted) + 12
    if generous >= total:
        return "g"  # above every hexadecimal digit
    return f"{generous * 2**TICKET_BITS // total:064x}"


def _smallest(candidates: list[tuple[str, ...]], wanted: int) -> list[tuple[str, ...]]:
    return sorted(candidates)[:wanted]


def _sample(
    frame: Frame, allocation: Allocation, seed: str, chosen: Mapping[str, list[tuple[str, ...]]]
) -> Sample:
    columns = list(frame.complaints.columns)
    rows = []
    for label, drawn in chosen.items():
        total, n = allocation.frame_sizes[label], allocation.sample_sizes[label]
        for drawn_ticket, *cells in drawn:
            rows.append((*cells, label, drawn_ticket, n / total, total / n))
    table = pd.DataFrame(rows, columns=[*columns, *ADDED])
    if table[frame.id].duplicated().any():
        raise SampleError(
            f"ids are not unique: {table[frame.id][table[frame.id].duplicated()].iloc[0]!r} was drawn twice"
        )
    cut_offs = {label: drawn[-1][0] for label, drawn in chosen.items() if drawn}
    return Sample(table, frame.id, seed, allocation, cut_offs)

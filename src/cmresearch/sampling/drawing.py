"""Drawing a stratified sample that anybody can draw again and check."""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import pandas as pd

from cmresearch.errors import SampleError, raise_all
from cmresearch.files.sql import literal, literals
from cmresearch.files.writing import csv_text
from cmresearch.sampling.allocation import Allocation
from cmresearch.sampling.frame import Frame

ADDED = ("stratum", "ticket", "inclusion_probability", "design_weight")
TICKET_BITS = 256
NO_BOUND = "g"  # above every hexadecimal digit
FEW = "1"  # one ticket in sixteen is below it
Tickets = dict[str, list[tuple[str, str]]]


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
        avoided: Ids of an earlier sample that could not be drawn again, sorted; the rule then holds among the others.
    """

    rows: pd.DataFrame
    id: str
    seed: str
    allocation: Allocation
    cut_offs: Mapping[str, str]
    avoided: tuple[str, ...] = ()

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
        >>> ticket("2026", "R2003020001")[:16]
        '18c9000c22f13d17'
    """
    return hashlib.sha256(f"{seed}|{id}".encode()).hexdigest()


def shell_command(seed: str, id: str) -> str:
    """The command that computes a ticket in any shell, quoted so that no id can be a command of its own.

    Example:
        >>> print(shell_command("2026", "it's"))
        printf '%s' '2026|it'"'"'s' | sha256sum
    """
    return f"printf '%s' {shlex.quote(f'{seed}|{id}')} | sha256sum"


def draw(frame: Frame, allocation: Allocation, *, seed: str, avoiding: Collection[str] = ()) -> Sample:
    """A stratified sample: in each stratum the complaints with the smallest tickets.

    Each subset of n_h out of N_h complaints is equally likely over the choice of the seed, so the inclusion
    probability is n_h / N_h and the design weight N_h / n_h. The order of rows, the engine and the day play no part.

    A sample that avoids an earlier one of the same frame and strata is drawn among the others. Over both draws each
    complaint of a stratum is still as likely as the next, so probabilities and weights stay n_h / N_h and N_h / n_h.

    Args:
        frame: The frame.
        allocation: How many to draw from each of its strata.
        seed: Public text without a vertical bar, fixed before anybody could know the tickets.
        avoiding: The ids of an earlier sample of this frame, which are not drawn again.

    Returns:
        The sample, by stratum label and then ticket.

    Raises:
        SampleError: The seed is not usable text, the allocation is of another frame, the export has a column of
            one of the names that the sample adds, two complaints have the same id, or too few are left in a stratum.

    Source:
        Ohlsson (1995), *Coordination of samples using permanent random numbers*; the keyed hash after Rivest's
        sampler for election audits (2011).
    """
    check_seed(seed)
    _refuse_mismatch(frame, allocation)
    avoided = frozenset(avoiding)
    tickets = _tickets(frame, allocation, seed, avoided)
    chosen = {label: sorted(tickets.get(label, ()))[:n] for label, n in allocation.sample_sizes.items()}
    _refuse_too_few(allocation, chosen)
    return _sample(frame, allocation, seed, chosen, tuple(sorted(avoided)))


def check_seed(seed: object) -> None:
    """Refuse what cannot be a seed: anything but text, an empty text, a vertical bar or a control character.

    Example:
        >>> check_seed(2026)
        Traceback (most recent call last):
            ...
        cmresearch.errors.SampleError: the seed is the number 2026; write it as text ("2026"), so that it stays the same
    """
    if not isinstance(seed, str):
        raise SampleError(f'the seed is the number {seed}; write it as text ("{seed}"), so that it stays the same')
    if not seed or "|" in seed or not seed.isprintable():
        raise SampleError(f"the seed {seed!r} must be text without a vertical bar or control characters, and not empty")


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
        ('a', 'b')
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


def _tickets(frame: Frame, allocation: Allocation, seed: str, avoided: frozenset[str]) -> Tickets:
    """In each stratum all tickets that are small enough to matter, none of an avoided id."""
    wanted = {label: n for label, n in allocation.sample_sizes.items() if n}
    bounds = {label: _bound(n + len(avoided), allocation.frame_sizes[label]) for label, n in wanted.items()}
    found = _tickets_below(frame, seed, bounds, avoided)
    short = [label for label, n in wanted.items() if len(found.get(label, ())) < n and bounds[label] != NO_BOUND]
    if short:
        # Tickets are as good as random, so now and then a stratum has few small ones: it is read without a bound.
        found |= _tickets_below(frame, seed, dict.fromkeys(short, NO_BOUND), avoided)
    return found


def _tickets_below(frame: Frame, seed: str, bounds: Mapping[str, str], avoided: frozenset[str]) -> Tickets:
    # Only ids and strata are read here: of a wide file of millions of rows most columns are never looked at. Strata are
    # known by their columns, since the engine joins few distinct values faster than a label made anew in every row.
    parts = [f"v{position}" for position in range(len(frame.strata))]
    texts = ", ".join(f"{frame.text(name)} AS {part}" for name, part in zip(frame.strata, parts, strict=True))
    id_text = frame.complaints.text(frame.id)
    hashed = f"sha256({literal(seed + '|')} || {id_text})"
    highest = max(bounds.values(), default=NO_BOUND)
    # Where all bounds are low, most complaints are out by their ticket alone.
    small = f" AND {hashed} < {literal(highest)}" if highest < FEW else ""
    values = ", ".join(f"({literals((*frame.values[label], label, bound))})" for label, bound in bounds.items())
    rows = frame.complaints.query(
        f"SELECT b.label, d.t, d.i FROM (SELECT {texts}, {id_text} AS i, {hashed} AS t FROM complaints "
        f"WHERE {frame.condition}{small}) AS d JOIN (VALUES {values}) AS b({', '.join(parts)}, label, bound) "
        f"ON {' AND '.join(f'd.{part} = b.{part}' for part in parts)} AND d.t < b.bound"
    )
    found: Tickets = {}
    for label, drawn_ticket, id in rows:
        if id not in avoided:
            found.setdefault(str(label), []).append((str(drawn_ticket), str(id)))
    return found


def _bound(wanted: int, total: int) -> str:
    """A ticket that all but surely has at least `wanted` of `total` tickets below it: six standard deviations."""
    generous = wanted + 6 * isqrt(wanted) + 12
    if generous >= total:
        return NO_BOUND
    return f"{generous * 2**TICKET_BITS // total:064x}"


def _refuse_too_few(allocation: Allocation, chosen: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    raise_all(
        SampleError,
        [
            f"cannot draw {n} complaints from stratum {label!r}: {len(chosen[label])} are left of "
            f"{allocation.frame_sizes[label]} when the earlier sample's are avoided"
            for label, n in allocation.sample_sizes.items()
            if len(chosen[label]) < n
        ],
    )


def _sample(
    frame: Frame,
    allocation: Allocation,
    seed: str,
    chosen: Mapping[str, list[tuple[str, str]]],
    avoided: tuple[str, ...],
) -> Sample:
    records = _records(frame, [id for drawn in chosen.values() for _, id in drawn])
    rows = []
    for label, drawn in chosen.items():
        total, n = allocation.frame_sizes[label], allocation.sample_sizes[label]
        for drawn_ticket, id in drawn:
            rows.append((*records[id], label, drawn_ticket, n / total, total / n))
    table = pd.DataFrame(rows, columns=[*frame.complaints.columns, *ADDED])
    cut_offs = {label: drawn[-1][0] for label, drawn in chosen.items() if drawn}
    return Sample(table, frame.id, seed, allocation, cut_offs, avoided)


def _records(frame: Frame, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every column as text for each of some ids."""
    texts = ", ".join(frame.complaints.text(column) for column in frame.complaints.columns)
    id_text = frame.complaints.text(frame.id)
    rows = frame.complaints.query(
        f"SELECT {id_text}, {texts} FROM complaints WHERE {frame.condition} AND {id_text} IN (SELECT unnest($ids))",
        {"ids": list(ids)},
    )
    records = {str(id): tuple(str(cell) for cell in cells) for id, *cells in rows}
    if len(records) < len(rows) or len(records) < len(ids):
        twice = Counter(str(id) for id, *_ in rows).most_common(1)[0][0]
        raise SampleError(f"ids are not unique: {twice!r} was drawn twice")
    return records

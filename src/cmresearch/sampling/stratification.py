"""Strata that are not columns of the export: months, classes of a number, and small strata put together.

Each function gives an SQL expression to be named as a register variable and then used as a stratum:

    read_frame(file, id="id", strata=["channel", "month"], variables={"month": month_of("received")})

The certificate holds the expression, so whoever verifies makes the same strata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cmresearch.errors import FrameError, nearest, raise_all
from cmresearch.intake.complaints import literal, quoted
from cmresearch.sampling.frame import Frame, read_frame

JOINED = " + "


def month_of(column: str) -> str:
    r"""The month of a date or time, as `2020-03`.

    Args:
        column: A column of dates or times, or of text that begins with the year, the month and the day.

    Returns:
        The SQL expression.

    Example:
        >>> month_of("received")
        'strftime(CAST("received" AS TIMESTAMP), \'%Y-%m\')'
    """
    return f"strftime(CAST({quoted(column)} AS TIMESTAMP), '%Y-%m')"


def class_of(column: str, cuts: Sequence[int]) -> str:
    """The class of a number between cuts: below the first, from each to below the next, from the last on.

    Args:
        column: A column of numbers, or of text that holds numbers. Where it is missing, the class is "unknown".
        cuts: Whole numbers, growing.

    Returns:
        The SQL expression. The classes are called "below 3", "3 to below 7", "7 and more", with a leading number so
        that they sort: "1: below 3".

    Raises:
        FrameError: There is no cut, or the cuts do not grow.

    Example:
        >>> print(class_of("dispositions", [2, 5]))
        CASE WHEN "dispositions" IS NULL OR CAST("dispositions" AS VARCHAR) = '' THEN 'unknown'
        WHEN CAST("dispositions" AS DOUBLE) < 2 THEN '1: below 2'
        WHEN CAST("dispositions" AS DOUBLE) < 5 THEN '2: 2 to below 5'
        ELSE '3: 5 and more' END
    """
    if not cuts or any(low >= high for low, high in pairwise(cuts)):
        raise FrameError(f"the cuts {list(cuts)} do not grow; expected whole numbers, each above the one before")
    value = f"CAST({quoted(column)} AS DOUBLE)"
    named = [f"1: below {cuts[0]}"]
    named += [f"{number}: {low} to below {high}" for number, (low, high) in enumerate(pairwise(cuts), start=2)]
    whens = [f"WHEN {value} < {cut} THEN {literal(name)}" for cut, name in zip(cuts, named, strict=True)]
    unknown = f"WHEN {quoted(column)} IS NULL OR CAST({quoted(column)} AS VARCHAR) = '' THEN 'unknown'"
    last = literal(f"{len(cuts) + 1}: {cuts[-1]} and more")
    return "\n".join([f"CASE {unknown}", *whens, f"ELSE {last} END"])


def joined_strata(sizes: Mapping[str, int], *, below: int, order: Sequence[str] | None = None) -> dict[str, str]:
    """The stratum each stratum goes into, when those that hold too few complaints are put together.

    The strata are gone through in the order that is stated. One that holds fewer than `below` is joined with the one
    after it (the last with the one before), until none is too small. Order strata so that neighbours are alike.

    Args:
        sizes: How many complaints each stratum holds, by label; empty ones are joined too.
        below: How many complaints are too few.
        order: All labels, neighbours to be joined beside each other; None for the order of the labels.

    Returns:
        The new label of each stratum: its own, or the labels of those joined with " + " between them.

    Raises:
        FrameError: The order lacks a stratum, or names one that is not there.

    Example:
        >>> joined_strata({"app": 90, "letter": 3, "phone": 4, "web": 50}, below=10)
        {'app': 'app', 'letter': 'letter + phone + web', 'phone': 'letter + phone + web', 'web': 'letter + phone + web'}
    """
    order = sorted(sizes) if order is None else list(order)
    faults = [f"there is no stratum {label!r} to join{nearest(label, sizes)}" for label in order if label not in sizes]
    faults += [f"the order does not say where stratum {label!r} goes" for label in sizes if label not in order]
    raise_all(FrameError, faults)
    groups = [[label] for label in order]
    position = 0
    while position < len(groups) and len(groups) > 1:
        if sum(sizes[label] for label in groups[position]) >= below:
            position += 1
        elif position + 1 < len(groups):
            groups[position : position + 2] = [groups[position] + groups[position + 1]]
        else:
            groups[position - 1 :] = [groups[position - 1] + groups[position]]
            position -= 1
    names = [JOINED.join(group) for group in groups]
    if len(set(names)) < len(names):
        raise FrameError(f"two strata would have one label when joined; a label holds {JOINED!r}")
    return {label: name for name, group in zip(names, groups, strict=True) for label in group}


def collapse_strata(
    frame: Frame, *, below: int, order: Sequence[str] | None = None, name: str = "joined_stratum"
) -> Frame:
    """The same frame with small strata joined, in the order that is stated (see `joined_strata`).

    Args:
        frame: The frame.
        below: How many complaints are too few for a stratum.
        order: All labels of its strata, neighbours to be joined beside each other; None for the order of the labels.
        name: What the new strata are called in the certificate.

    Returns:
        The frame with the new strata, and with their making among its register variables.

    Raises:
        FrameError: The order does not name every stratum once, or the name is one of a column.
    """
    if name in frame.complaints.columns or name in frame.variables:
        raise FrameError(f"{name!r} is the name of a column or variable already; name the joined strata otherwise")
    joined = joined_strata(frame.sizes, below=below, order=order)
    whens = "\n".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in joined.items())
    # A label of none of them is outside the frame: its stratum is blank there.
    made = {**frame.variables, name: f"CASE {frame.label}\n{whens} ELSE '' END"}
    return read_frame(frame.complaints, id=frame.id, strata=name, where=frame.where, variables=made)

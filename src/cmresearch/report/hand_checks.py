"""Two complaints that anybody checks by hand: whether each belongs in the sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmresearch.intake.complaints import literal
from cmresearch.sampling.drawing import shell_command, ticket

if TYPE_CHECKING:
    from cmresearch.reproduction import Run


@dataclass(frozen=True)
class HandCheck:
    """One complaint of which anybody can check whether it belongs in the sample.

    Attributes:
        id: Its id.
        stratum: Its stratum.
        ticket: Its ticket.
        cut_off: The last ticket drawn in the stratum.
        drawn: Whether it was drawn: drawn or not drawn.
        command: The line to type.
    """

    id: str
    stratum: str
    ticket: str
    cut_off: str
    drawn: str
    command: str


def hand_checks(run: Run) -> Iterator[HandCheck]:
    """A complaint that was drawn and one of the same stratum that was not, each to be checked by hand.

    The one drawn is the last of its stratum, the other the first that missed: the two nearest to the cut-off.
    """
    if run.draw is None:
        return
    sample, frame, seed = run.draw.sample, run.frame, run.draw.sample.seed
    allocation = sample.allocation
    divided = [label for label, n in allocation.sample_sizes.items() if 0 < n < allocation.frame_sizes[label]]
    if not divided:
        return
    stratum = max(divided, key=lambda label: allocation.frame_sizes[label])
    cut_off = sample.cut_offs[stratum]
    last = sample.rows.loc[sample.rows["ticket"] == cut_off, frame.id].iloc[0]
    id_text = frame.complaints.text(frame.id)
    ((missed,),) = frame.complaints.query(
        f"SELECT {id_text} FROM complaints WHERE {frame.condition} AND {frame.label} = {literal(stratum)} "
        f"AND sha256({literal(seed + '|')} || {id_text}) > {literal(cut_off)} "
        f"ORDER BY sha256({literal(seed + '|')} || {id_text}) LIMIT 1"
    )
    for id, drawn in ((str(last), "drawn"), (str(missed), "not drawn")):
        yield HandCheck(id, stratum, ticket(seed, id), cut_off, drawn, shell_command(seed, id))

"""The joint display as one picture: the lines of evidence side by side, with status and convergence at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.plots.assessment_plots import STATUS_MARKS
from cmresearch.report.plots.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    RED,
    RULE,
    canvas_of_rows,
    drawing,
    part_columns,
    write_beside,
)
from cmresearch.triangulation.convergence import LINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cmresearch.triangulation.convergence import JointDisplay, JointRow, Line

STANDING_MARKS = {
    "for": ("o", BLUE),
    "against": ("v", RED),
    "mixed": ("D", ORANGE),
    "unclear": ("s", GREY),
    "silent": ("_", GREY),
}
STATUS_WIDTH = 2.1  # columns that the status takes, with its word beside the mark


@drawing()
def plot_joint_display(
    display: JointDisplay, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """Each line of evidence on each dimension, and what becomes of it, at a glance.

    Args:
        display: The joint display, from `joint_display`.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        Dimensions as rows; a mark for each line of evidence, whose shape says what its colour says, with its figure
        beside it; at the end the status as mark and word, and the convergence in words, dissonance in bold. Status and
        convergence are the researcher's where there is a decision, with a star where it differs from the rule's.
    """
    figure, axes = canvas_of_rows(
        [f"{row.dimension.number}  {voice.own(row.dimension.name)}" for row in display],
        title=title or voice.say("figure.joint_display.title"),
        kind=kind,
        voice=voice,
        key=[(*look, voice.say(f"standing.{key}")) for key, look in STANDING_MARKS.items()],
        row=0.38,
        right=1.55,
        bottom=0.95,
    )
    for at, row in enumerate(display):
        for column, line in enumerate(row.lines):
            _cell(axes, column, at, STANDING_MARKS[line.standing], _in_short(line, voice))
        _end(axes, at, row, voice)
    _name_columns(axes, voice)
    _part_rows(axes, len(display))
    axes.set_xlabel(voice.say("figure.joint_display.axis"))
    return figure


def _in_short(line: Line, voice: Voice) -> str:
    """A line's one figure as the voice writes it, or how many it counts."""
    short = line.in_short
    return short if isinstance(short, str) else voice.figure(short)


def _end(axes: Axes, at: int, row: JointRow, voice: Voice) -> None:
    """The status and the convergence of a dimension, as decided where there is a decision."""
    status = row.researcher_status or row.status
    converging = row.researcher_convergence or row.convergence
    shown = _starred(voice.word("status", status), differs=status != row.status, voice=voice)
    _cell(axes, len(LINES), at, STATUS_MARKS[status], shown)
    weight = "bold" if converging == "dissonance" else "normal"
    stated = _starred(voice.say(f"convergence.{converging}"), differs=converging != row.convergence, voice=voice)
    write_beside(axes, at, stated, weight=weight)


def _starred(text: str, *, differs: bool, voice: Voice) -> str:
    return voice.say("figure.joint_display.differs", word=text) if differs else text


def _cell(axes: Axes, column: int, at: int, look: tuple[str, str], text: str) -> None:
    """A mark with its words to the right."""
    mark, colour = look
    axes.plot(column - 0.28, at, mark, color=colour, markersize=7.5, markeredgewidth=1.6, zorder=4)
    if text:
        axes.text(column - 0.12, at, text, size=8, ha="left", va="center", color=INK)


def _name_columns(axes: Axes, voice: Voice) -> None:
    """The names of the columns on top, each at its left edge, and a thin line between them."""
    names = [*(voice.say(f"line.{key}") for key in LINES), voice.say("figure.joint_display.status")]
    axes.xaxis.tick_top()
    axes.set_xticks([at - 0.42 for at in range(len(names))], names, ha="left")
    axes.tick_params(axis="x", length=0, labelcolor=INK, labelsize=8)
    part_columns(axes, len(names) - 1)
    axes.set_xlim(-0.5, len(LINES) - 0.5 + STATUS_WIDTH)
    end, points = voice.say("figure.joint_display.convergence"), "offset points"
    header = axes.annotate(end, (1.015, 1), (0, 3.5), xycoords="axes fraction", textcoords=points, va="bottom")
    header.set(size=8, color=INK)


def _part_rows(axes: Axes, rows: int) -> None:
    """A thin line between the rows, in the at of one through their words."""
    axes.grid(visible=False)
    for edge in range(rows):
        axes.axhline(edge - 0.5, color=RULE, linewidth=0.5, zorder=0)

"""The joint display as one picture: the lines of evidence side by side, with status and convergence at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmresearch.report.assessment_plots import STATUS_MARKS
from cmresearch.report.drawing import (
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
from cmresearch.report.wording import word
from cmresearch.texts import say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = ("register", "sample", "interviews", "documents")
STANDING_MARKS = {
    "for": ("o", BLUE),
    "against": ("v", RED),
    "mixed": ("D", ORANGE),
    "inconclusive": ("s", GREY),
    "silent": ("_", GREY),
}
STATUS_WIDTH = 1.95  # columns that the status takes, with its word beside the mark


@drawing()
def plot_joint_display(table: pd.DataFrame, *, kind: str, title: str = "", language: str = "en") -> Figure:
    """What each line of evidence says of each dimension, and what becomes of it, at a glance.

    Args:
        table: A row for each dimension: number, name (in the figure's language), for each of register, sample,
            interviews and documents what it says (for, against, mixed, inconclusive or silent) and, in a column such
            as `sample_figure`, what to write beside it; status, and convergence (agreement, partial_agreement,
            silence or dissonance).
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.
        language: The language of its texts, one of `LANGUAGES`.

    Returns:
        Dimensions as rows; a mark for each line of evidence, whose shape says what its colour says, the status as
        mark and word, and the convergence in words at the end, dissonance in bold.

    Example:
        >>> import pandas as pd
        >>> lines = {"register": "silent", "sample": "for", "interviews": "mixed", "documents": "silent"}
        >>> beside = {"register_figure": "", "sample_figure": "82 %"}
        >>> beside |= {"interviews_figure": "2 : 1", "documents_figure": ""}
        >>> end = {"status": "not_optimal", "convergence": "partial_agreement"}
        >>> table = pd.DataFrame([{"number": 1, "name": "Speed", **lines, **beside, **end}])
        >>> figure = plot_joint_display(table, kind="illustrative")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['82 %', '2 : 1', 'not optimal', 'partial agreement', 'convergence']
    """
    rows = table.to_dict("records")
    figure, axes = canvas_of_rows(
        [f"{row['number']}  {row['name']}" for row in rows],
        title=title or say("figure.joint_display.title", language),
        kind=kind,
        language=language,
        key=[(*look, say(f"figure.joint_display.standing.{key}", language)) for key, look in STANDING_MARKS.items()],
        row=0.38,
        right=1.45,
        bottom=0.75,
    )
    for place, row in enumerate(rows):
        for column, line in enumerate(LINES):
            _cell(axes, column, place, STANDING_MARKS[row[line]], str(row[f"{line}_figure"]))
        _cell(axes, len(LINES), place, STATUS_MARKS[row["status"]], word("status", row["status"], language=language))
        weight = "bold" if row["convergence"] == "dissonance" else "normal"
        converging = say(f"figure.joint_display.converging.{row['convergence']}", language)
        write_beside(axes, place, converging, weight=weight)
    _name_columns(axes, language)
    _part_rows(axes, len(rows))
    axes.set_xlabel(say("figure.joint_display.axis", language))
    return figure


def _cell(axes: Axes, column: int, place: int, look: tuple[str, str], text: str) -> None:
    """A mark with its words to the right."""
    mark, colour = look
    axes.plot(column - 0.28, place, mark, color=colour, markersize=7.5, markeredgewidth=1.6, zorder=4)
    if text:
        axes.text(column - 0.12, place, text, size=8, ha="left", va="center", color=INK)


def _name_columns(axes: Axes, language: str) -> None:
    """The names of the columns on top, each at its left edge, and a thin line between them."""
    names = [say(f"figure.joint_display.{key}", language) for key in (*LINES, "status")]
    axes.xaxis.tick_top()
    axes.set_xticks([place - 0.42 for place in range(len(names))], names, ha="left")
    axes.tick_params(axis="x", length=0, labelcolor=INK, labelsize=8)
    part_columns(axes, len(names) - 1)
    axes.set_xlim(-0.5, len(LINES) - 0.5 + STATUS_WIDTH)
    end, points = say("figure.joint_display.convergence", language), "offset points"
    header = axes.annotate(end, (1.015, 1), (0, 3.5), xycoords="axes fraction", textcoords=points, va="bottom")
    header.set(size=8, color=INK)


def _part_rows(axes: Axes, rows: int) -> None:
    """A thin line between the rows, in the place of one through their words."""
    axes.grid(visible=False)
    for edge in range(rows):
        axes.axhline(edge - 0.5, color=RULE, linewidth=0.5, zorder=0)

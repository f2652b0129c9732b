"""The figure of how far coders agree, code by code or variable by variable."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cmresearch.report.drawing import BLUE, GREEN, MUTED, Labels, canvas_of_rows, drawing, label_of, write_beside
from cmresearch.report.wording import decimal, is_nothing, percent
from cmresearch.texts import say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SUFFICIENT, TENTATIVE = 0.80, 0.667  # Krippendorff (2004), Content Analysis, 2nd ed., p. 241


@drawing()
def plot_reliability(
    table: pd.DataFrame, *, kind: str, title: str = "", language: str = "en", labels: Labels = MappingProxyType({})
) -> Figure:
    """Krippendorff's alpha with its interval for each code or variable, before adjudication.

    Args:
        table: A row for each: key, alpha, lower, upper and percent_agreement, as in a run's table of reliability.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.
        language: The language of its texts, one of `LANGUAGES`.
        labels: What readers call each code or variable, by key; without a label the key in words.

    Returns:
        One row for each code or variable; where alpha is undefined the row says so.
    """
    rows = table.to_dict("records")
    names = [label_of(str(row["key"]), labels, language) for row in rows]
    heading = title or say("figure.reliability.title", language)
    figure, axes = canvas_of_rows(names, title=heading, kind=kind, language=language, row=0.24, right=2.0)
    for edge in (TENTATIVE, SUFFICIENT):
        axes.axvline(edge, color=GREEN, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for place, row in enumerate(rows):
        if not is_nothing(row["lower"]):
            axes.plot([row["lower"], row["upper"]], [place] * 2, color=BLUE, linewidth=1.8, zorder=3)
        if is_nothing(row["alpha"]):
            undefined = say("figure.reliability.undefined", language)
            axes.text(0.5, place, undefined, color=MUTED, size=8, ha="center", va="center")
        else:
            axes.plot(row["alpha"], place, "o", color=BLUE, markersize=5, zorder=4)
        alpha, agreed = (
            decimal(row["alpha"], 2, language=language),
            percent(row["percent_agreement"], language=language),
        )
        write_beside(axes, place, say("figure.reliability.beside", language, alpha=alpha, agreement=agreed))
    lowest = min([0.0, *(row["lower"] for row in rows if not is_nothing(row["lower"]))])
    axes.set_xlim(lowest - 0.03, 1.03)
    axes.set_xlabel(say("figure.reliability.axis", language))
    return figure

"""Figures of what the coding reaches: how often each code is used, and how many codes each interview adds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cmresearch.language.voice import ENGLISH, Voice, is_nothing
from cmresearch.report.plots.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    RED,
    RULE,
    SKY,
    WIDTH,
    canvas,
    canvas_of_rows,
    drawing,
    write_beside,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROOM = 1.45  # how far the axis goes beyond the longest bar, for the names of the dimensions
NAME, NAME_LETTER = 28, 0.068  # letters in a line of a dimension's name, and inches of each


@drawing()
def plot_coverage(table: pd.DataFrame, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH) -> Figure:
    """How often each code was given and how often it was kept, dimension by dimension; unused codes stand out.

    Args:
        table: A row for each code, as from `code_coverage`: code, dimensions, coded, adjudicated, sources and note (as
            it is to be read).
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        One row for each code in the order of the codebook, with a line and a name for each dimension (the first,
        where a code speaks to more than one). A code that was never
        given, or given and not kept, has a cross at zero and its note beside it.

    Example:
        >>> import pandas as pd
        >>> row = {"dimensions": "speed", "coded": 3, "adjudicated": 2, "sources": 1, "note": ""}
        >>> unused = {"dimensions": "cost", "coded": 0, "adjudicated": 0, "sources": 0, "note": "never given"}
        >>> table = pd.DataFrame([{"code": "quick_reply", **row}, {"code": "cost_known", **unused}])
        >>> figure = plot_coverage(table, kind="synthetic")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['2, in 1 source', 'never given', 'speed', 'cost']
    """
    rows = table.to_dict("records")
    unused = [("X", RED, voice.say("figure.coverage.unused"))] if any(row["note"] for row in rows) else []
    given, settled = (voice.say(f"figure.coverage.{key}") for key in ("given", "settled"))
    figure, axes = canvas_of_rows(
        [voice.label(str(row["code"])) for row in rows],
        title=title or voice.say("figure.coverage.title"),
        kind=kind,
        voice=voice,
        key=[("s", SKY, given), ("o", BLUE, settled), *unused],
        row=0.24,
        right=1.75,
    )
    for at, row in enumerate(rows):
        axes.barh(at, row["coded"], height=0.62, color=SKY, zorder=2)
        if row["note"]:
            axes.plot(0, at, "X", color=RED, markersize=6.5, zorder=4, clip_on=False)
            write_beside(axes, at, str(row["note"]))
        else:
            axes.plot(row["adjudicated"], at, "o", color=BLUE, markersize=5, zorder=3)
            write_beside(axes, at, _settled(row["adjudicated"], row["sources"], voice))
    coded = [row["coded"] for row in rows]
    names = [voice.label(str(row["dimensions"]).split("; ")[0]) for row in rows]
    parts = list(_parts(names))
    for at, lines in parts:
        _name_part(axes, at, lines)
    axes.set_xlim(0, max([ROOM * max([1, *coded]), *(_length(axes, coded[at:], lines) for at, lines in parts)]))
    axes.set_xlabel(voice.say("figure.coverage.axis"))
    return figure


def _settled(settled: int, sources: int, voice: Voice) -> str:
    if sources == 1:
        return voice.say("figure.coverage.in_one_source", settled=settled)
    return voice.say("figure.coverage.in_sources", settled=settled, sources=sources)


def _parts(names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The at of each dimension's first code, and the dimension's name in no more lines than it has codes."""
    for name, group in groupby(range(len(names)), key=lambda at: names[at]):
        spots = list(group)
        yield spots[0], textwrap.wrap(name, NAME, max_lines=min(3, len(spots)), placeholder="…")


def _name_part(axes: Axes, at: int, lines: Sequence[str]) -> None:
    """A line above the first code of a dimension, and the dimension's name below it."""
    axes.axhline(at - 0.5, color=GREY, linewidth=0.8, zorder=1)
    middle, across = at + (len(lines) - 1) / 2, axes.get_yaxis_transform()
    axes.text(0.995, middle, "\n".join(lines), transform=across, ha="right", va="center", size=8, color=MUTED)


def _length(axes: Axes, coded: Sequence[int], lines: Sequence[str]) -> float:
    """How long the axis must be for a dimension's name to stand beside the bars, not upon them."""
    name = NAME_LETTER * max(map(len, lines)) / (axes.get_position().width * WIDTH)
    return max(coded[: len(lines)]) / (1 - min(0.7, name))


@drawing()
def plot_saturation(
    table: pd.DataFrame, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """How many codes each interview adds, and how many of the codes in use were heard by then.

    Args:
        table: A row for each interview in the order of its date, as from `saturation`: source, new_codes,
            codes_so_far and share_so_far.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        A column for each interview with its new codes, and the codes so far as a line with their share.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"source": ["interview-1", "interview-2"], "new_codes": [3, 1]})
        >>> table = table.assign(codes_so_far=[3, 4], share_so_far=[0.6, 0.8])
        >>> figure = plot_saturation(table, kind="synthetic")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['3', '60 %', '1', '80 %']
    """
    new_codes, codes_so_far = (voice.say(f"figure.saturation.{key}") for key in ("new", "so_far"))
    names = [voice.label(str(source)).replace("-", " ") for source in table["source"]]
    figure, axes = canvas(
        2.3,
        title=title or voice.say("figure.saturation.title"),
        kind=kind,
        voice=voice,
        key=[("s", SKY, new_codes), ("o", BLUE, codes_so_far)],
        left=0.3 + 0.05 * max(map(len, names), default=0),
        bottom=1.25,
    )
    spots = list(range(len(table)))
    axes.bar(spots, table["new_codes"], width=0.6, color=SKY, zorder=2)
    axes.plot(spots, table["codes_so_far"], "o-", color=BLUE, linewidth=1.6, markersize=5, zorder=3)
    rows = zip(table["new_codes"], table["codes_so_far"], table["share_so_far"], strict=True)
    highest = max([1, *table["codes_so_far"]])
    for at, (new, so_far, share) in enumerate(rows):
        axes.text(at, highest / 50, str(new), ha="center", va="bottom", size=8.5, color=INK, zorder=4)
        axes.text(at, so_far + highest / 25, f"{share:.0%}".replace("%", " %"), ha="center", va="bottom", size=8.5)
    axes.set_xticks(spots, names, rotation=24)
    for label in axes.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor", size=8)
    axes.tick_params(axis="x", length=0)
    axes.set(ylim=(0, 1.18 * highest), ylabel=voice.say("figure.saturation.axis"))
    axes.grid(axis="y", color=RULE, linewidth=0.5, zorder=0)
    return figure


SUFFICIENT, TENTATIVE = 0.80, 0.667  # Krippendorff (2004), Content Analysis, 2nd ed., p. 241


@drawing()
def plot_reliability(
    table: pd.DataFrame, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """Krippendorff's alpha with its interval for each code or variable, before adjudication.

    Args:
        table: A row for each: key, alpha, lower, upper and percent_agreement, as in a run's table of reliability.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        One row for each code or variable; where alpha is undefined the row says so.
    """
    rows = table.to_dict("records")
    names = [voice.label(str(row["key"])) for row in rows]
    heading = title or voice.say("figure.reliability.title")
    figure, axes = canvas_of_rows(names, title=heading, kind=kind, voice=voice, row=0.24, right=2.0)
    for edge in (TENTATIVE, SUFFICIENT):
        axes.axvline(edge, color=GREEN, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for at, row in enumerate(rows):
        if not is_nothing(row["lower"]):
            axes.plot([row["lower"], row["upper"]], [at] * 2, color=BLUE, linewidth=1.8, zorder=3)
        if is_nothing(row["alpha"]):
            undefined = voice.say("figure.reliability.undefined")
            axes.text(0.5, at, undefined, color=MUTED, size=8, ha="center", va="center")
        else:
            axes.plot(row["alpha"], at, "o", color=BLUE, markersize=5, zorder=4)
        alpha, agreed = voice.decimal(row["alpha"], 2), voice.percent(row["percent_agreement"])
        write_beside(axes, at, voice.say("figure.reliability.beside", alpha=alpha, agreement=agreed))
    lowest = min([0.0, *(row["lower"] for row in rows if not is_nothing(row["lower"]))])
    axes.set_xlim(lowest - 0.03, 1.03)
    axes.set_xlabel(voice.say("figure.reliability.axis"))
    return figure

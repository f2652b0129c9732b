"""Figures of a sample: the time to close with the number at risk, and the sample beside its frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cmresearch.report.drawing import BLUE, GREY, INK, MUTED, ORANGE, RED, canvas, canvas_of_rows, drawing, write_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cmresearch.estimation.representativeness import Representativeness
    from cmresearch.estimation.survival import Curve

LOOKS = ((BLUE, "-"), (RED, "--"), (INK, "-."), (ORANGE, ":"))
HEIGHT, LINE = 2.7, 0.2  # inches: the curves, and one line of numbers below them
TICKS = 7
BESIDE = -0.06  # of the axes' width: where the names of the curves end, clear of the number at time 0
MOST_CURVES = len(LOOKS)


@drawing()
def plot_survival(curves: Sequence[Curve], *, kind: str, title: str = "", until: float | None = None) -> Figure:
    """The share still open after each time with its interval, and how many complaints are followed that long.

    Args:
        curves: Curves of `estimate_survival`, four at most: more cannot be told apart.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.
        until: Where the axis of time ends; by default at the last closing.

    Returns:
        One step curve for each domain with a band at its level, and below the axis the numbers at risk. A curve of a
        register taken whole has no band: there is no sample whose chance could be shown.

    Raises:
        ValueError: More than four curves.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> from cmresearch.estimation.survival import estimate_survival
        >>> table = pd.DataFrame({"N": [50] * 4, "days": [1, 2, 2, 5], "done": ["yes", "yes", "no", "yes"]})
        >>> curves = estimate_survival(declare_sample(table, strata=[], population_size="N"), "days", "done")
        >>> figure = plot_survival(curves, kind="synthetic")
        >>> [text.get_text() for text in figure.axes[0].texts][:2]
        ['number at risk', '4']
    """
    if len(curves) > MOST_CURVES:
        raise ValueError(f"{len(curves)} curves in one figure cannot be told apart; draw {MOST_CURVES} at most")
    names = [curve.domain or "all" for curve in curves]
    key = [("s", colour, name) for name, (colour, _) in zip(names, LOOKS, strict=False)] if len(curves) > 1 else []
    bottom = 0.72 + LINE * (len(curves) + 1)
    left = 0.55 + 0.075 * max(len(name) for name in [*names, "number at risk"])
    figure, axes = canvas(
        HEIGHT,
        title=title or "How long do complaints stay open?",
        kind=kind,
        key=key,
        left=left,
        bottom=bottom,
    )
    end = until or max(float(curve.times[-1]) for curve in curves)
    for curve, (colour, line) in zip(curves, LOOKS, strict=False):
        _draw_curve(axes, curve, end, colour, line)
    axes.set(xlim=(0, end), ylim=(0, 102), ylabel="still open, in percent")
    band = f"band: {curves[0].level:.0%} interval" if any(map(_is_sampled, curves)) else "every complaint counted"
    axes.set_xlabel(f"time since opening ({band})")
    _write_risk(axes, curves, names, end)
    return figure


@drawing()
def plot_representativeness(found: Representativeness, *, kind: str, title: str = "") -> Figure:
    """How far the sample's shares are from the frame's, beside how far chance would take them.

    Args:
        found: The comparison of `compare_with_frame`.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        One row for each category: its standardised difference, the range of 95 of 100 draws behind it, and both
        shares beside. Shares that the strata fix have no range.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.estimation.representativeness import compare_with_frame
        >>> from cmresearch.responses.responses import declare_sample
        >>> register = pd.DataFrame({"stratum": ["all"] * 10, "city": list("NNNNNSSSSS")})
        >>> sample = declare_sample(register.iloc[[0, 1, 2, 5]].assign(N=10), strata=[], population_size="N")
        >>> figure = plot_representativeness(compare_with_frame(sample, register, ["city"]), kind="synthetic")
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['city: N', 'city: S']
    """
    labels = [f"{row.variable}: {row.category}" for row in found.rows]
    figure, axes = canvas_of_rows(
        labels,
        title=title or "Is the sample made up like the frame?",
        kind=kind,
        key=[("o", RED, "sample less frame"), ("s", GREY, "95 of 100 draws")],
        right=1.9,
    )
    for place, row in enumerate(found.rows):
        spread = math.sqrt(row.frame_share * (1 - row.frame_share))
        reach = 1.96 * row.standard_error / spread if spread else 0.0
        axes.plot([-reach, reach], [place, place], color=GREY, linewidth=5, alpha=0.45, solid_capstyle="butt", zorder=2)
        if not math.isnan(row.standardised_difference):
            axes.plot(row.standardised_difference, place, "o", color=RED, markersize=5.5, zorder=3, clip_on=False)
        write_beside(axes, place, f"{100 * row.sample_share:.1f} %, frame {100 * row.frame_share:.1f} %")
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_xlabel("difference in standard deviations of the category (right: share in the sample and the frame)")
    return figure


def _draw_curve(axes: Axes, curve: Curve, end: float, colour: str, line: str) -> None:
    table = curve.to_frame()
    start = [[0.0], [100.0], [100.0], [100.0]]
    columns = [table["time"], 100 * table["open_share"], 100 * table["lower"], 100 * table["upper"]]
    time, share, lower, upper = (np.concatenate([a, b]) for a, b in zip(start, columns, strict=True))
    # The curve stays level to the end of the axis, as far as anybody was followed.
    time = np.append(time, min(end, curve.followed_for))
    share, lower, upper = (np.append(part, part[-1]) for part in (share, lower, upper))
    if _is_sampled(curve):
        axes.fill_between(time, lower, upper, step="post", color=colour, alpha=0.16, linewidth=0)
    axes.plot(time, share, line, drawstyle="steps-post", color=colour, linewidth=1.6)


def _is_sampled(curve: Curve) -> bool:
    return bool(curve.standard_errors.any())


def _write_risk(axes: Axes, curves: Sequence[Curve], names: Sequence[str], end: float) -> None:
    """The numbers at risk in lines below the axis, one for each curve."""
    within = [float(tick) for tick in axes.get_xticks() if 0 <= tick <= end]
    ticks = within[:: math.ceil(len(within) / TICKS)]
    below = -(0.5 + LINE) / HEIGHT
    axes.text(BESIDE, below, "number at risk", transform=axes.transAxes, ha="right", va="center", size=8, color=MUTED)
    for place, (curve, name, (colour, _)) in enumerate(zip(curves, names, LOOKS, strict=False)):
        height = below - LINE * place / HEIGHT
        if len(curves) > 1:
            height -= LINE / HEIGHT
            axes.text(BESIDE, height, name, transform=axes.transAxes, ha="right", va="center", size=8, color=colour)
        for tick in ticks:
            number = f"{curve.at_risk_at(tick):,}"
            across = tick / end
            axes.text(across, height, number, transform=axes.transAxes, ha="center", va="center", size=8, color=colour)

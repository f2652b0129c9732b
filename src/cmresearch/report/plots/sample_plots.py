"""Figures of a sample: beside its frame, its estimates, and the time to close with the number at risk."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cmresearch.estimation.statistics import unit_of
from cmresearch.language.voice import ENGLISH, Voice, is_nothing
from cmresearch.report.plots.drawing import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    RED,
    RULE,
    SKY,
    canvas,
    canvas_of_rows,
    drawing,
    write_beside,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from cmresearch.estimation.representativeness import Representativeness
    from cmresearch.estimation.survival import Curve
    from cmresearch.sampling.drawing import Sample
    from cmresearch.sampling.frame import Frame

LOOKS = ((BLUE, "-"), (RED, "--"), (INK, "-."), (ORANGE, ":"))
HEIGHT, LINE = 2.7, 0.2  # inches: the curves, and one line of numbers below them
TICKS = 7
BESIDE = -0.06  # of the axes' width: where the names of the curves end, clear of the number at time 0
MOST_CURVES = len(LOOKS)


@drawing()
def plot_strata(
    frame: Frame, sample: Sample, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """How the sample divides over the strata, beside the frame it was drawn from and the full set.

    Args:
        frame: The frame. Strata that the full set has and the frame leaves empty are shown as such.
        sample: The sample drawn from it.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        One row for each stratum, the largest first: share of the full set, of the frame and of the sample.
    """
    counted = frame.complaints.query(f"SELECT {frame.label}, count(*) FROM complaints GROUP BY ALL")
    whole = {str(label): int(str(number)) for label, number in counted}
    drawn = sample.allocation.sample_sizes
    labels = sorted(frame.sizes, key=lambda label: (-frame.sizes[label], -whole.get(label, 0), label))
    of_frame, of_sample, of_all = (voice.say(f"figure.strata.{key}") for key in ("frame", "sample", "full_set"))
    key = [("s", SKY, of_frame), ("o", RED, of_sample), ("|", INK, of_all)]
    figure, axes = canvas_of_rows(
        labels,
        title=title or voice.say("figure.strata.title"),
        kind=kind,
        voice=voice,
        key=key if frame.full_size > frame.size else key[:2],
    )
    for at, label in enumerate(labels):
        share, full = frame.sizes[label] / frame.size, whole.get(label, 0) / frame.full_size
        axes.barh(at, 100 * share, height=0.62, color=SKY, zorder=2)
        if frame.full_size > frame.size:
            axes.plot([100 * full] * 2, [at - 0.38, at + 0.38], color=INK, linewidth=1.6, zorder=3)
        if not frame.sizes[label]:
            write_beside(axes, at, voice.say("figure.strata.empty"))
            continue
        axes.plot(100 * drawn[label] / len(sample.rows), at, "o", color=RED, markersize=5.5, zorder=4, clip_on=False)
        taken, size = (voice.count(number) for number in (drawn[label], frame.sizes[label]))
        write_beside(axes, at, voice.say("figure.strata.drawn", drawn=taken, size=size))
    axes.set_xlabel(voice.say("figure.strata.axis"))
    axes.set_xlim(left=0)
    return figure


@drawing()
def plot_estimates(
    table: pd.DataFrame,
    *,
    title: str,
    kind: str | Sequence[str],
    names: Callable[[Mapping[str, Any]], str] | None = None,
    voice: Voice = ENGLISH,
) -> Figure:
    """Estimates with their intervals, and the truth beside them where it is known.

    Args:
        table: A row for each estimate, as from `Estimates.to_frame()` or a run's table of estimates: estimate, lower,
            upper and n, and where they are known domain, category, statistic, variable and truth.
        title: The question that the figure answers.
        kind: The kind of data, or several, for the label in the corner.
        names: What to write beside each row; by default domain and category.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        One row for each estimate, in the table's order.
    """
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    known = [not is_nothing(row.get("truth")) for row in rows]
    truth = [("diamond", RED, voice.say("figure.estimates.truth"))] if any(known) else []
    figure, axes = canvas_of_rows(
        [names(row) if names else _row_name(row, voice) for row in rows],
        title=title,
        kind=kind,
        voice=voice,
        key=[("o", BLUE, _estimate_with_interval(rows, voice)), *truth],
    )
    statistic = str(rows[0].get("statistic", "proportion")) if rows else "proportion"
    unit = unit_of(statistic)
    scale = 100 if unit == "percent" else 1
    for at, row in enumerate(rows):
        axes.plot([scale * row["lower"], scale * row["upper"]], [at] * 2, color=BLUE, linewidth=2.4, zorder=3)
        axes.plot(scale * row["estimate"], at, "o", color=BLUE, markersize=6, zorder=4)
        if known[at]:
            axes.plot(scale * row["truth"], at, "D", markersize=6.5, zorder=5, color="none", markeredgecolor=RED)
        variable = str(row.get("variable", ""))
        ends = voice.interval(row["lower"], row["upper"], unit, variable)
        write_beside(axes, at, f"{voice.quantity(row['estimate'], unit, variable)} {ends}")
    if unit == "percent":
        _percent_axis(axes, rows)
        axes.set_xlabel(voice.say("figure.estimates.axis"))
    return figure


def _percent_axis(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    lowest = min((100 * row["lower"] for row in rows), default=0.0)
    highest = max((100 * row["upper"] for row in rows), default=100.0)
    room = 0.04 * (highest - lowest)
    axes.set_xlim(max(lowest - room, -1.0), min(highest + room, 101.0))
    axes.grid(axis="x", color=RULE, linewidth=0.5, zorder=0)


def _estimate_with_interval(rows: Sequence[Mapping[str, Any]], voice: Voice) -> str:
    levels = [row["level"] for row in rows if not is_nothing(row.get("level"))]
    if not levels:
        return voice.say("figure.estimates.estimate")
    return voice.say("figure.estimates.estimate_at_level", level=f"{100 * levels[0]:.0f}")


def _row_name(row: Mapping[str, Any], voice: Voice) -> str:
    words = [str(row[name]) for name in ("domain", "category") if not is_nothing(row.get(name))]
    return ", ".join(word for word in words if word != "true") or voice.say("figure.estimates.all_complaints")


@drawing()
def plot_survival(
    curves: Sequence[Curve],
    *,
    kind: str | Sequence[str],
    title: str = "",
    until: float | None = None,
    voice: Voice = ENGLISH,
) -> Figure:
    """The share still open after each time with its interval, and how many complaints are followed that long.

    Args:
        curves: Curves of `estimate_survival`, four at most: more cannot be told apart.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        until: Where the axis of time ends; by default at the last closing.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

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
    names = [curve.domain or voice.say("figure.survival.all") for curve in curves]
    key = [("s", colour, name) for name, (colour, _) in zip(names, LOOKS, strict=False)] if len(curves) > 1 else []
    bottom = 0.72 + LINE * (len(curves) + 1)
    left = 0.55 + 0.075 * max(len(name) for name in [*names, voice.say("figure.survival.at_risk")])
    figure, axes = canvas(
        HEIGHT,
        title=title or voice.say("figure.survival.title"),
        kind=kind,
        voice=voice,
        key=key,
        left=left,
        bottom=bottom,
    )
    end = until or max((float(curve.times[-1]) for curve in curves if len(curve.times)), default=1.0)
    for curve, (colour, line) in zip(curves, LOOKS, strict=False):
        _draw_curve(axes, curve, end, colour, line)
    axes.set(xlim=(0, end), ylim=(0, 102), ylabel=voice.say("figure.survival.share"))
    if any(map(_is_sampled, curves)):
        axes.set_xlabel(voice.say("figure.survival.time", level=f"{100 * curves[0].level:.0f}"))
    else:
        axes.set_xlabel(voice.say("figure.survival.time_counted"))
    _write_risk(axes, curves, names, end, voice)
    return figure


@drawing()
def plot_representativeness(
    found: Representativeness,
    *,
    kind: str | Sequence[str],
    title: str = "",
    voice: Voice = ENGLISH,
) -> Figure:
    """How far the sample's shares are from the frame's, beside how far chance would take them.

    Args:
        found: The comparison of `compare_with_frame`.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

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
    difference, chance = (voice.say(f"figure.representativeness.{key}") for key in ("difference", "chance"))
    figure, axes = canvas_of_rows(
        [f"{voice.name(row.variable)}: {row.category}" for row in found.rows],
        title=title or voice.say("figure.representativeness.title"),
        kind=kind,
        voice=voice,
        key=[("o", RED, difference), ("s", GREY, chance)],
        right=1.9,
    )
    for at, row in enumerate(found.rows):
        spread = math.sqrt(row.frame_share * (1 - row.frame_share))
        reach = 1.96 * row.standard_error / spread if spread else 0.0
        axes.plot([-reach, reach], [at, at], color=GREY, linewidth=5, alpha=0.45, solid_capstyle="butt", zorder=2)
        if not math.isnan(row.standardised_difference):
            axes.plot(row.standardised_difference, at, "o", color=RED, markersize=5.5, zorder=3, clip_on=False)
        sample, frame = (voice.decimal(100 * share) for share in (row.sample_share, row.frame_share))
        write_beside(axes, at, voice.say("figure.representativeness.shares", sample=sample, frame=frame))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_xlabel(voice.say("figure.representativeness.axis"))
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


def _write_risk(axes: Axes, curves: Sequence[Curve], names: Sequence[str], end: float, voice: Voice) -> None:
    """The numbers at risk in lines below the axis, one for each curve."""
    within = [float(tick) for tick in axes.get_xticks() if 0 <= tick <= end]
    ticks = within[:: math.ceil(len(within) / TICKS)]
    below = -(0.5 + LINE) / HEIGHT
    at_risk = voice.say("figure.survival.at_risk")
    axes.text(BESIDE, below, at_risk, transform=axes.transAxes, ha="right", va="center", size=8, color=MUTED)
    for at, (curve, name, (colour, _)) in enumerate(zip(curves, names, LOOKS, strict=False)):
        height = below - LINE * at / HEIGHT
        if len(curves) > 1:
            height -= LINE / HEIGHT
            axes.text(BESIDE, height, name, transform=axes.transAxes, ha="right", va="center", size=8, color=colour)
        for tick in ticks:
            number = voice.count(curve.at_risk_at(tick))
            across = tick / end
            axes.text(across, height, number, transform=axes.transAxes, ha="center", va="center", size=8, color=colour)


@drawing()
def plot_time_to_close(
    hours: ArrayLike,
    *,
    kind: str | Sequence[str],
    service_days: int | None = None,
    title: str = "",
    voice: Voice = ENGLISH,
) -> Figure:
    """The share of complaints closed within so many days, with those never closed counted as open.

    Args:
        hours: Hours from receipt to closing for every complaint; NaN for one that was not closed.
        kind: The kind of data, or several, for the label in the corner.
        service_days: The service level in days, drawn as a line; None for none.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        A rising step curve over the days.
    """
    import numpy as np

    every = np.asarray(hours, dtype=float)
    closed = np.sort(every[~np.isnan(every)]) / 24
    shares = 100 * np.arange(1, len(closed) + 1) / len(every)
    last = max(float(np.quantile(closed, 0.995)) if len(closed) else 0.0, 1.5 * (service_days or 0), 1.0)
    figure, axes = canvas(2.6, title=title or voice.say("figure.time_to_close.title"), kind=kind, voice=voice)
    # A grid of the visible days says the same as one step for each complaint, in a fraction of the file.
    days = np.linspace(0, last, 241)
    within = np.concatenate([[0.0], shares])[np.searchsorted(closed, days, side="right")]
    axes.plot(days, within, color=BLUE, linewidth=2.2, zorder=3)
    axes.fill_between(days, within, color=SKY, alpha=0.35, linewidth=0, zorder=1)
    if service_days is not None:
        met = 100 * float((closed <= service_days).sum()) / len(every)
        axes.axvline(service_days, color=RED, linewidth=1.3, linestyle=(0, (4, 3)), zorder=2)
        share = voice.decimal(met)
        note = voice.say("figure.time_to_close.within", share=share, days=service_days)
        axes.text(service_days + last / 80, 50, note, color=RED, ha="left", va="center", weight="bold")
    axes.set(xlim=(0, last), ylim=(0, 103))
    axes.set_xlabel(voice.say("figure.time_to_close.days"))
    axes.set_ylabel(voice.say("figure.time_to_close.share"))
    n, left_open = (voice.count(number) for number in (len(every), len(every) - len(closed)))
    counted = voice.say("figure.time_to_close.counted", n=n, open=left_open)
    axes.text(last * 0.985, 5, counted, color=MUTED, ha="right", size=8.5)
    axes.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    return figure


@drawing()
def plot_months(
    months: Mapping[str, int], *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """How many complaints of the frame arrived in each month.

    Args:
        months: The number of complaints for each month, such as 2020-03, in order; months between without one
            are to be given with 0.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        A column for each month with its number on top.
    """
    figure, axes = canvas(1.9, title=title or voice.say("figure.months.title"), kind=kind, voice=voice)
    spots = range(len(months))
    axes.bar(spots, list(months.values()), width=0.72, color=SKY, zorder=2)
    for at, number in zip(spots, months.values(), strict=True):
        axes.text(at, number, voice.count(number), ha="center", va="bottom", size=8.5)
    axes.set_xticks(list(spots), list(months))
    axes.tick_params(axis="x", length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, 1.12 * max(months.values(), default=1) or 1)
    return figure

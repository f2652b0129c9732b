"""Figures of the register, whole: when complaints arrived, and how soon they were closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cmresearch.report.drawing import BLUE, MUTED, RED, RULE, SKY, canvas, drawing
from cmresearch.report.wording import count, decimal
from cmresearch.texts import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike


@drawing()
def plot_time_to_close(
    hours: ArrayLike,
    *,
    kind: str,
    service_days: int | None = None,
    title: str = "",
    language: str = "en",
) -> Figure:
    """The share of complaints closed within so many days, with those never closed counted as open.

    Args:
        hours: Hours from receipt to closing for every complaint; NaN for one that was not closed.
        kind: The kind of data, for the label in the corner.
        service_days: The service level in days, drawn as a line; None for none.
        title: The question that the figure answers.
        language: The language of its texts, one of `LANGUAGES`.

    Returns:
        A rising step curve over the days.
    """
    import numpy as np

    every = np.asarray(hours, dtype=float)
    closed = np.sort(every[~np.isnan(every)]) / 24
    shares = 100 * np.arange(1, len(closed) + 1) / len(every)
    last = max(float(np.quantile(closed, 0.995)) if len(closed) else 0.0, 1.5 * (service_days or 0), 1.0)
    figure, axes = canvas(2.6, title=title or say("figure.time_to_close.title", language), kind=kind, language=language)
    # A grid of the visible days says the same as one step for each complaint, in a fraction of the file.
    days = np.linspace(0, last, 241)
    within = np.concatenate([[0.0], shares])[np.searchsorted(closed, days, side="right")]
    axes.plot(days, within, color=BLUE, linewidth=2.2, zorder=3)
    axes.fill_between(days, within, color=SKY, alpha=0.35, linewidth=0, zorder=1)
    if service_days is not None:
        met = 100 * float((closed <= service_days).sum()) / len(every)
        axes.axvline(service_days, color=RED, linewidth=1.3, linestyle=(0, (4, 3)), zorder=2)
        share = decimal(met, language=language)
        note = say("figure.time_to_close.within", language, share=share, days=service_days)
        axes.text(service_days + last / 80, 50, note, color=RED, ha="left", va="center", weight="bold")
    axes.set(xlim=(0, last), ylim=(0, 103))
    axes.set_xlabel(say("figure.time_to_close.days", language))
    axes.set_ylabel(say("figure.time_to_close.share", language))
    n, left_open = (count(number, language=language) for number in (len(every), len(every) - len(closed)))
    counted = say("figure.time_to_close.counted", language, n=n, open=left_open)
    axes.text(last * 0.985, 5, counted, color=MUTED, ha="right", size=8.5)
    axes.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    return figure


@drawing()
def plot_months(months: Mapping[str, int], *, kind: str, title: str = "", language: str = "en") -> Figure:
    """How many complaints of the frame arrived in each month.

    Args:
        months: The number of complaints for each month, such as 2020-03, in order; months between without one
            are to be given with 0.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.
        language: The language of its texts, one of `LANGUAGES`.

    Returns:
        A column for each month with its number on top.
    """
    figure, axes = canvas(1.9, title=title or say("figure.months.title", language), kind=kind, language=language)
    places = range(len(months))
    axes.bar(places, list(months.values()), width=0.72, color=SKY, zorder=2)
    for place, number in zip(places, months.values(), strict=True):
        axes.text(place, number, count(number, language=language), ha="center", va="bottom", size=8.5)
    axes.set_xticks(list(places), list(months))
    axes.tick_params(axis="x", length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, 1.12 * max(months.values(), default=1) or 1)
    return figure

"""The figures that notebooks and report share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cmresearch.report.drawing import (
    BLUE,
    GREEN,
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
    to_svg,
    write_beside,
)
from cmresearch.report.wording import DIRECTION_NAMES, STATUS_NAMES, count, decimal, interval, is_nothing, quantity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from cmresearch.coding.sources import Source
    from cmresearch.frame import Frame
    from cmresearch.robustness import Kind, Robustness
    from cmresearch.sampling.drawing import Sample
    from cmresearch.triangulation import Assessment, DimensionAssessment, IndicatorResult, SourceEvidence

__all__ = [
    "plot_estimates",
    "plot_evidence",
    "plot_indicators",
    "plot_months",
    "plot_reliability",
    "plot_robustness",
    "plot_statuses",
    "plot_strata",
    "plot_time_to_close",
    "source_name",
    "to_svg",
]
DIRECTION_MARKS = {"supports": ("o", BLUE), "hinders": ("v", RED), "absent": ("X", INK), "context": ("s", GREY)}
STATUS_MARKS = {
    "fulfilled": ("o", GREEN),
    "not_optimal": ("v", ORANGE),
    "not_implemented": ("X", RED),
    "not_assessable": ("s", GREY),
}
STATUS_ORDER = ("not_assessable", "not_implemented", "not_optimal", "fulfilled")
OUTCOME_MARKS = {"met": ("o", GREEN), "not_met": ("v", RED), "inconclusive": ("s", GREY)}
OUTCOME_NAMES = {"met": "met", "not_met": "not met", "inconclusive": "inconclusive"}
WORLD_NAMES: Mapping[Kind, str] = {
    "sample": "sample\nredrawn",
    "records": "records\nredrawn",
    "source": "a source\nless",
    "coder": "one coder\nalone",
    "disagreement": "differences\none way",
    "threshold": "another\nthreshold",
    "corroboration": "other\ncorroboration",
}
SUFFICIENT, TENTATIVE = 0.80, 0.667  # Krippendorff (2004), Content Analysis, 2nd ed., p. 241


@drawing()
def plot_strata(frame: Frame, sample: Sample, *, kind: str, title: str = "") -> Figure:
    """How the sample divides over the strata, beside the frame it was drawn from and the full set.

    Args:
        frame: The frame. Strata that the full set has and the frame leaves empty are shown as such.
        sample: The sample drawn from it.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        One row for each stratum, the largest first: share of the full set, of the frame and of the sample.
    """
    counted = frame.complaints.query(f"SELECT {frame.label}, count(*) FROM complaints GROUP BY ALL")
    whole = {str(label): int(str(number)) for label, number in counted}
    drawn = sample.allocation.sample_sizes
    labels = sorted(frame.sizes, key=lambda label: (-frame.sizes[label], -whole.get(label, 0), label))
    key = [("s", SKY, "frame"), ("o", RED, "sample"), ("|", INK, "full set")]
    heading = title or "Is the sample made up like the frame it was drawn from?"
    figure, axes = canvas_of_rows(
        labels, title=heading, kind=kind, key=key if frame.full_size > frame.size else key[:2]
    )
    for place, label in enumerate(labels):
        share, full = frame.sizes[label] / frame.size, whole.get(label, 0) / frame.full_size
        axes.barh(place, 100 * share, height=0.62, color=SKY, zorder=2)
        if frame.full_size > frame.size:
            axes.plot([100 * full] * 2, [place - 0.38, place + 0.38], color=INK, linewidth=1.6, zorder=3)
        if not frame.sizes[label]:
            write_beside(axes, place, "none in the frame")
            continue
        axes.plot(100 * drawn[label] / len(sample.rows), place, "o", color=RED, markersize=5.5, zorder=4, clip_on=False)
        write_beside(axes, place, f"{count(drawn[label])} of {count(frame.sizes[label])}")
    axes.set_xlabel("share of all, in percent (right: drawn, of those in the frame)")
    axes.set_xlim(left=0)
    return figure


@drawing()
def plot_estimates(
    table: pd.DataFrame, *, title: str, kind: str, names: Callable[[Mapping[str, Any]], str] | None = None
) -> Figure:
    """Estimates with their intervals, and the truth beside them where it is known.

    Args:
        table: A row for each estimate, as from `Estimates.to_frame()` or a run's table of estimates: estimate, lower,
            upper and n, and where they are known domain, category, statistic, variable and truth.
        title: The question that the figure answers.
        kind: The kind of data, for the label in the corner.
        names: What to write beside each row; by default domain and category.

    Returns:
        One row for each estimate, in the table's order.
    """
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    known = [not is_nothing(row.get("truth")) for row in rows]
    truth = [("diamond", RED, "truth in the whole frame")] if any(known) else []
    level = next((f"{row['level']:.0%} ".replace("%", " %") for row in rows if not is_nothing(row.get("level"))), "")
    key = [("o", BLUE, f"estimate with {level}interval"), *truth]
    figure, axes = canvas_of_rows([(names or _row_name)(row) for row in rows], title=title, kind=kind, key=key)
    statistic = str(rows[0].get("statistic", "proportion")) if rows else "proportion"
    scale = 100 if statistic == "proportion" else 1
    for place, row in enumerate(rows):
        axes.plot([scale * row["lower"], scale * row["upper"]], [place] * 2, color=BLUE, linewidth=2.4, zorder=3)
        axes.plot(scale * row["estimate"], place, "o", color=BLUE, markersize=6, zorder=4)
        if known[place]:
            axes.plot(scale * row["truth"], place, "D", markersize=6.5, zorder=5, color="none", markeredgecolor=RED)
        variable = str(row.get("variable", ""))
        ends = interval(row["lower"], row["upper"], statistic, variable)
        write_beside(axes, place, f"{quantity(row['estimate'], statistic, variable)} {ends}")
    if statistic == "proportion":
        _percent_axis(axes, rows)
    return figure


@drawing()
def plot_time_to_close(
    hours: ArrayLike,
    *,
    kind: str,
    service_days: int | None = None,
    title: str = "How soon are complaints closed?",
) -> Figure:
    """The share of complaints closed within so many days, with those never closed counted as open.

    Args:
        hours: Hours from receipt to closing for every complaint; NaN for one that was not closed.
        kind: The kind of data, for the label in the corner.
        service_days: The service level in days, drawn as a line; None for none.
        title: The question that the figure answers.

    Returns:
        A rising step curve over the days.
    """
    import numpy as np

    every = np.asarray(hours, dtype=float)
    closed = np.sort(every[~np.isnan(every)]) / 24
    shares = 100 * np.arange(1, len(closed) + 1) / len(every)
    last = max(float(np.quantile(closed, 0.995)) if len(closed) else 0.0, 1.5 * (service_days or 0), 1.0)
    figure, axes = canvas(2.6, title=title, kind=kind)
    # A grid of the visible days says the same as one step for each complaint, in a fraction of the file.
    days = np.linspace(0, last, 241)
    within = np.concatenate([[0.0], shares])[np.searchsorted(closed, days, side="right")]
    axes.plot(days, within, color=BLUE, linewidth=2.2, zorder=3)
    axes.fill_between(days, within, color=SKY, alpha=0.35, linewidth=0, zorder=1)
    if service_days is not None:
        met = 100 * float((closed <= service_days).sum()) / len(every)
        axes.axvline(service_days, color=RED, linewidth=1.3, linestyle=(0, (4, 3)), zorder=2)
        note = f"{met:.1f} % closed within {service_days} days"
        axes.text(service_days + last / 80, 50, note, color=RED, ha="left", va="center", weight="bold")
    axes.set(xlim=(0, last), ylim=(0, 103), xlabel="days since receipt", ylabel="share closed, in percent")
    left_open = len(every) - len(closed)
    axes.text(
        last * 0.985, 5, f"n = {count(len(every))}; not closed: {count(left_open)}", color=MUTED, ha="right", size=8.5
    )
    axes.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    return figure


@drawing()
def plot_months(months: Mapping[str, int], *, kind: str, title: str = "When did the complaints arrive?") -> Figure:
    """How many complaints of the frame arrived in each month.

    Args:
        months: The number of complaints for each month, such as 2020-03, in order; months between without one
            are to be given with 0.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        A column for each month with its number on top.
    """
    figure, axes = canvas(1.9, title=title, kind=kind)
    places = range(len(months))
    axes.bar(places, list(months.values()), width=0.72, color=SKY, zorder=2)
    for place, number in zip(places, months.values(), strict=True):
        axes.text(place, number, count(number), ha="center", va="bottom", size=8.5)
    axes.set_xticks(list(places), list(months))
    axes.tick_params(axis="x", length=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, 1.12 * max(months.values(), default=1) or 1)
    return figure


@drawing()
def plot_evidence(assessment: Assessment, *, kind: str, title: str = "") -> Figure:
    """Who says what of which dimension: a mark for each direction that a source's segments take.

    Filled marks are of sources that count, hollow ones of informants whose role could not know. A number stands
    beside a mark where a source says so in more than one segment.

    Args:
        assessment: The assessment with its sources.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        Dimensions as rows, sources as columns.
    """
    sources = {each.source.key: each.source for one in assessment.dimensions for each in one.sources}
    columns = sorted(sources)
    labels = [_short(one) for one in assessment.dimensions]
    heading = title or "Who speaks to which dimension, and which way?"
    marks = [(mark, colour, DIRECTION_NAMES[key]) for key, (mark, colour) in DIRECTION_MARKS.items()]
    key = [*marks, ("ring", MUTED, "hollow: not counted")]
    figure, axes = canvas_of_rows(labels, title=heading, kind=kind, key=key, row=0.42, right=0.15, bottom=1.75)
    for place, one in enumerate(assessment.dimensions):
        for each in one.sources:
            _directions(axes, columns.index(each.source.key), place, each)
    axes.set_xticks(range(len(columns)), [source_name(sources[key]) for key in columns])
    axes.tick_params(axis="x", labelrotation=42, length=0, labelsize=8)
    for label in axes.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor", color=INK)
    axes.set_xlim(-0.6, len(columns) - 0.4)
    for edge in range(len(columns) + 1):
        axes.axvline(edge - 0.5, color=RULE, linewidth=0.5, zorder=0)
    return figure


@drawing()
def plot_statuses(assessment: Assessment, *, kind: str, title: str = "") -> Figure:
    """The status of every dimension: the rule's and the researcher's, with what the indicators show.

    Args:
        assessment: The assessment with the decisions.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        Dimensions as rows, statuses as columns; a filled mark is the rule's proposal, the ring around it the
        researcher's own status.
    """
    labels = [_short(one) for one in assessment.dimensions]
    heading = title or "How does each dimension stand?"
    outcomes = [(mark, colour, f"indicator {OUTCOME_NAMES[key]}") for key, (mark, colour) in OUTCOME_MARKS.items()]
    key = [("ring", INK, "researcher's status"), *outcomes]
    figure, axes = canvas_of_rows(labels, title=heading, kind=kind, key=key, row=0.38, right=0.95, bottom=0.9)
    for place, one in enumerate(assessment.dimensions):
        mark, colour = STATUS_MARKS[one.status]
        axes.plot(STATUS_ORDER.index(one.status), place, mark, color=colour, markersize=9, zorder=4)
        decision = assessment.decisions.get(one.dimension.key)
        if decision is not None:
            across = STATUS_ORDER.index(decision.status)
            axes.plot(across, place, "o", markersize=15, zorder=3, color="none", markeredgecolor=INK)
        _outcomes(axes, place, one)
    axes.set_xticks(range(len(STATUS_ORDER)), [STATUS_NAMES[key] for key in STATUS_ORDER])
    axes.tick_params(axis="x", length=0, labelcolor=INK)
    axes.set_xlim(-0.5, len(STATUS_ORDER) - 0.5)
    for edge in range(len(STATUS_ORDER) + 1):
        axes.axvline(edge - 0.5, color=RULE, linewidth=0.5, zorder=0)
    axes.set_xlabel("filled mark: proposed by the rule; right: what the indicators show")
    return figure


@drawing()
def plot_robustness(robustness: Robustness, *, kind: str, title: str = "") -> Figure:
    """In what share of other worlds each dimension keeps its status.

    Args:
        robustness: The worlds that were tried.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        Dimensions as rows, kinds of worlds as columns: a full mark where the status always stands, an open one where
        some world flips it, with the number of single changes that do, or the share of random worlds where it stands.
    """
    kinds = [name for name in WORLD_NAMES if robustness.tried(name)]
    heading = title or "Would the status change if one thing were otherwise?"
    key = [
        ("o", GREEN, "always stands"),
        ("ring", ORANGE, "flips: by so many single changes, or stands in so many percent"),
    ]
    labels = [name["en"] for name in robustness.names.values()]
    figure, axes = canvas_of_rows(labels, title=heading, kind=kind, key=key, row=0.38, right=0.3, bottom=0.9)
    for place, dimension in enumerate(robustness.names):
        for across, name in enumerate(kinds):
            share = robustness.share(dimension, name)
            if share == 1:
                axes.plot(across, place, "o", color=GREEN, markersize=7)
            else:
                axes.plot(across, place, "o", color="none", markeredgecolor=ORANGE, markeredgewidth=1.6, markersize=9)
                axes.text(across + 0.17, place, _flipped(robustness, dimension, name), va="center", size=8.5, color=INK)
    axes.set_xticks(range(len(kinds)), [WORLD_NAMES[name] for name in kinds])
    axes.tick_params(axis="x", length=0, labelcolor=INK, labelsize=8.5)
    axes.set_xlim(-0.5, len(kinds) - 0.3)
    return figure


def _flipped(robustness: Robustness, dimension: str, kind: Kind) -> str:
    flips = sum(world.kind == kind for world in robustness.flips(dimension))
    return str(flips) if flips else f"{100 * (robustness.share(dimension, kind) or 0):.0f} %"


@drawing()
def plot_indicators(results: Sequence[IndicatorResult], *, kind: str, title: str) -> Figure:
    """What the indicators of a dimension show, held against their thresholds.

    Args:
        results: The results that are proportions, one or more.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        A row for each indicator: the wanted side of the threshold shaded, the figure with its interval upon it.
    """
    labels = [each.indicator.label["en"] for each in results]
    figure, axes = canvas_of_rows(labels, title=title, kind=kind, row=0.46, right=1.55)
    for place, each in enumerate(results):
        edge, low, high = (100 * end for end in (each.indicator.threshold, *each.indicator.defensible))
        wanted = (edge, 100 - edge) if each.indicator.direction == "at_least" else (0, edge)
        axes.barh(place, wanted[1], left=wanted[0], height=0.7, color="#e3f1ea", zorder=1)
        axes.plot([edge] * 2, [place - 0.38, place + 0.38], color=GREEN, linewidth=2, zorder=3)
        axes.plot([low, high], [place + 0.38] * 2, color=GREEN, linewidth=1, zorder=3)
        _measured(axes, place, each)
    axes.set_xlim(0, 100.5)
    axes.set_xlabel("percent; shaded: wanted side of the threshold; thin line: thresholds one could defend")
    return figure


@drawing()
def plot_reliability(table: pd.DataFrame, *, kind: str, title: str = "") -> Figure:
    """Krippendorff's alpha with its interval for each code or variable, before adjudication.

    Args:
        table: A row for each: key, alpha, lower, upper and percent_agreement, as in a run's table of reliability.
        kind: The kind of data, for the label in the corner.
        title: The question that the figure answers.

    Returns:
        One row for each code or variable; where alpha is undefined the row says so.
    """
    rows = table.to_dict("records")
    labels = [str(row["key"]).replace("_", " ") for row in rows]
    figure, axes = canvas_of_rows(labels, title=title or "Do two coders see the same?", kind=kind, row=0.24, right=2.0)
    for edge in (TENTATIVE, SUFFICIENT):
        axes.axvline(edge, color=GREEN, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for place, row in enumerate(rows):
        if is_nothing(row["alpha"]):
            axes.text(0.5, place, "undefined: one value only", color=MUTED, size=8, ha="center", va="center")
            write_beside(axes, place, f"–   agree {quantity(row['percent_agreement'], 'proportion')}")
            continue
        if not is_nothing(row["lower"]):
            axes.plot([row["lower"], row["upper"]], [place] * 2, color=BLUE, linewidth=1.8, zorder=3)
        axes.plot(row["alpha"], place, "o", color=BLUE, markersize=5, zorder=4)
        agreement = quantity(row["percent_agreement"], "proportion")
        write_beside(axes, place, f"{decimal(row['alpha'], 2)}   agree {agreement}")
    lowest = min([0.0, *(row["lower"] for row in rows if not is_nothing(row["lower"]))])
    axes.set_xlim(lowest - 0.03, 1.03)
    axes.set_xlabel("alpha with 95 % interval (dashed: 0.667 and 0.80, Krippendorff's customary bounds)")
    return figure


def source_name(source: Source, *, language: str = "en") -> str:
    """A source as figures and tables name it: who speaks, with the role, or which document."""
    informant = source.renderings[language].informant if language in source.renderings else source.informant
    kind, _, rest = source.key.partition("-")
    number, _, name = rest.partition("-")
    role = source.role.replace("_", " ") or name.replace("-", " ")
    return f"{informant or f'{kind.capitalize()} {number}'}: {role}"


def _percent_axis(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    lowest = min((100 * row["lower"] for row in rows), default=0.0)
    highest = max((100 * row["upper"] for row in rows), default=100.0)
    room = 0.04 * (highest - lowest)
    axes.set_xlim(max(lowest - room, -1.0), min(highest + room, 101.0))
    axes.set_xlabel("percent")
    axes.grid(axis="x", color=RULE, linewidth=0.5, zorder=0)


def _row_name(row: Mapping[str, Any]) -> str:
    words = [str(row[name]) for name in ("domain", "category") if not is_nothing(row.get(name))]
    return ", ".join(word for word in words if word != "true") or "all complaints"


def _short(one: DimensionAssessment) -> str:
    return f"{one.dimension.number}  {one.dimension.name['en']}"


def _directions(axes: Axes, column: int, place: int, each: SourceEvidence) -> None:
    """The marks of one source in one dimension, side by side."""
    directions = [segment.direction for segment in each.segments]
    said = [key for key in DIRECTION_MARKS if key in directions]
    for order, key in enumerate(said):
        across = column + 0.34 * (order - (len(said) - 1) / 2)
        mark, colour = DIRECTION_MARKS[key]
        filled = colour if each.standing == "counted" else "none"
        axes.plot(across, place, mark, color=filled, markeredgecolor=colour, markersize=5.5, zorder=3)
        if directions.count(key) > 1:
            axes.text(
                across + 0.1, place - 0.26, str(directions.count(key)), size=6.5, ha="center", va="center", color=MUTED
            )


def _outcomes(axes: Axes, place: int, one: DimensionAssessment) -> None:
    for order, each in enumerate(one.indicators):
        mark, colour = OUTCOME_MARKS[each.outcome]
        across = 1.03 + 0.045 * order
        axes.plot(across, place, mark, color=colour, markersize=7, transform=axes.get_yaxis_transform(), clip_on=False)
    if not one.indicators:
        write_beside(axes, place, "words only")


def _measured(axes: Axes, place: int, each: IndicatorResult) -> None:
    if each.estimate is None or each.lower is None or each.upper is None:
        write_beside(axes, place, "not measured")
        return
    axes.plot([100 * each.lower, 100 * each.upper], [place] * 2, color=BLUE, linewidth=2.4, zorder=4)
    axes.plot(100 * each.estimate, place, "o", color=BLUE, markersize=6, zorder=5)
    write_beside(axes, place, f"{quantity(each.estimate, 'proportion')}: {OUTCOME_NAMES[each.outcome]}")

"""Figures of the assessment: the evidence, the statuses, the indicators behind them, and how firmly they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cmresearch.language.catalogue import catalogue
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.plots.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    ORANGE,
    RED,
    canvas_of_rows,
    drawing,
    name_columns,
    part_columns,
    write_beside,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cmresearch.coding.sources import Source
    from cmresearch.triangulation.assessment import Assessment, DimensionAssessment, IndicatorResult, SourceEvidence
    from cmresearch.triangulation.robustness import Kind, Robustness

DIRECTION_MARKS = {"supports": ("o", BLUE), "hinders": ("v", RED), "absent": ("X", INK), "context": ("s", GREY)}
STATUS_MARKS = {
    "fulfilled": ("o", GREEN),
    "not_optimal": ("v", ORANGE),
    "not_implemented": ("X", RED),
    "not_assessable": ("s", GREY),
}
SLANTED = 0.045  # inches of height for each letter of a column's name, at a slant of 42 degrees
STATUS_ORDER = ("not_assessable", "not_implemented", "not_optimal", "fulfilled")
OUTCOME_MARKS = {"met": ("o", GREEN), "not_met": ("v", RED), "inconclusive": ("s", GREY)}
WORLDS: tuple[Kind, ...] = ("sample", "records", "source", "coder", "disagreement", "threshold", "corroboration")


@drawing()
def plot_evidence(
    assessment: Assessment,
    *,
    kind: str | Sequence[str],
    title: str = "",
    voice: Voice = ENGLISH,
) -> Figure:
    """Who says what of which dimension: a mark for each direction that a source's segments take.

    Filled marks are of sources that count, hollow ones of informants whose role could not know. A number stands
    beside a mark where a source says so in more than one segment.

    Args:
        assessment: The assessment with its sources.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        Dimensions as rows, sources as columns.
    """
    sources = {each.source.key: each.source for one in assessment.dimensions for each in one.sources}
    columns = sorted(sources)
    names = [source_name(sources[key], voice) for key in columns]
    marks = [(*look, voice.word("direction", key)) for key, look in DIRECTION_MARKS.items()]
    figure, axes = canvas_of_rows(
        [_short(one, voice) for one in assessment.dimensions],
        title=title or voice.say("figure.evidence.title"),
        kind=kind,
        voice=voice,
        key=[*marks, ("ring", MUTED, voice.say("figure.evidence.not_counted"))],
        row=0.42,
        right=0.15,
        bottom=0.35 + SLANTED * max(map(len, names), default=0),
    )
    for at, one in enumerate(assessment.dimensions):
        for each in one.sources:
            _directions(axes, columns.index(each.source.key), at, each)
    axes.set_xticks(range(len(columns)), names, rotation=42, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0, labelsize=8, labelcolor=INK)
    axes.set_xlim(-0.6, len(columns) - 0.4)
    part_columns(axes, len(columns))
    return figure


def _directions(axes: Axes, column: int, at: int, each: SourceEvidence) -> None:
    """The marks of one source in one dimension, side by side."""
    directions = [segment.direction for segment in each.segments]
    stated = [key for key in DIRECTION_MARKS if key in directions]
    for order, key in enumerate(stated):
        across = column + 0.34 * (order - (len(stated) - 1) / 2)
        mark, colour = DIRECTION_MARKS[key]
        filled = colour if each.standing == "counted" else "none"
        axes.plot(across, at, mark, color=filled, markeredgecolor=colour, markersize=5.5, zorder=3)
        if directions.count(key) > 1:
            axes.text(
                across + 0.1,
                at - 0.26,
                str(directions.count(key)),
                size=6.5,
                ha="center",
                va="center",
                color=MUTED,
            )


@drawing()
def plot_statuses(
    assessment: Assessment, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """The status of every dimension: the rule's and the researcher's, with what the indicators show.

    Args:
        assessment: The assessment with the decisions.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        Dimensions as rows, statuses as columns; a filled mark is the rule's proposal, the ring around it the
        researcher's own status.
    """
    outcomes = {key: voice.word("outcome", key) for key in OUTCOME_MARKS}
    marks = [
        (*look, voice.say("figure.statuses.indicator", outcome=outcomes[key])) for key, look in OUTCOME_MARKS.items()
    ]
    figure, axes = canvas_of_rows(
        [_short(one, voice) for one in assessment.dimensions],
        title=title or voice.say("figure.statuses.title"),
        kind=kind,
        voice=voice,
        key=[("ring", INK, voice.say("figure.statuses.researcher")), *marks],
        row=0.38,
        right=0.95,
        bottom=0.9,
    )
    for at, one in enumerate(assessment.dimensions):
        mark, colour = STATUS_MARKS[one.status]
        axes.plot(STATUS_ORDER.index(one.status), at, mark, color=colour, markersize=9, zorder=4)
        decision = assessment.decisions.get(one.dimension.key)
        if decision is not None:
            across = STATUS_ORDER.index(decision.status)
            axes.plot(across, at, "o", markersize=15, zorder=3, color="none", markeredgecolor=INK)
        _outcomes(axes, at, one, voice)
    name_columns(axes, [voice.word("status", key) for key in STATUS_ORDER])
    part_columns(axes, len(STATUS_ORDER))
    axes.set_xlabel(voice.say("figure.statuses.axis"))
    return figure


def _outcomes(axes: Axes, at: int, one: DimensionAssessment, voice: Voice) -> None:
    for order, each in enumerate(one.indicators):
        mark, colour = OUTCOME_MARKS[each.outcome]
        across = 1.03 + 0.045 * order
        axes.plot(across, at, mark, color=colour, markersize=7, transform=axes.get_yaxis_transform(), clip_on=False)
    if not one.indicators:
        write_beside(axes, at, voice.say("figure.statuses.no_indicator"))


@drawing()
def plot_robustness(
    robustness: Robustness, *, kind: str | Sequence[str], title: str = "", voice: Voice = ENGLISH
) -> Figure:
    """In what share of other worlds each dimension keeps its status.

    Args:
        robustness: The worlds that were tried.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        Dimensions as rows, kinds of worlds as columns: a full mark where the status always stands, an open one where
        some world flips it, with the number of single changes that do, or the share of random worlds where it stands.
    """
    kinds = [name for name in WORLDS if robustness.tried(name)]
    stands, flips = (voice.say(f"figure.robustness.{key}") for key in ("stands", "flips"))
    figure, axes = canvas_of_rows(
        [voice.own(name) for name in robustness.names.values()],
        title=title or voice.say("figure.robustness.title"),
        kind=kind,
        voice=voice,
        key=[("o", GREEN, stands), ("ring", ORANGE, flips)],
        row=0.38,
        right=0.3,
        bottom=0.9,
    )
    for at, dimension in enumerate(robustness.names):
        for across, name in enumerate(kinds):
            share = robustness.share(dimension, name)
            if share == 1:
                axes.plot(across, at, "o", color=GREEN, markersize=7)
            else:
                axes.plot(across, at, "o", color="none", markeredgecolor=ORANGE, markeredgewidth=1.6, markersize=9)
                axes.text(across + 0.17, at, _flipped(robustness, dimension, name), va="center", size=8.5, color=INK)
    name_columns(axes, [voice.say(f"figure.robustness.world.{name}") for name in kinds], size=8.5, right=0.7)
    return figure


def _flipped(robustness: Robustness, dimension: str, kind: Kind) -> str:
    flips = sum(world.kind == kind for world in robustness.flips(dimension))
    return str(flips) if flips else f"{100 * (robustness.share(dimension, kind) or 0):.0f} %"


@drawing()
def plot_indicators(
    results: Sequence[IndicatorResult], *, kind: str | Sequence[str], title: str, voice: Voice = ENGLISH
) -> Figure:
    """The figures of the indicators of a dimension, held against their thresholds.

    Args:
        results: The results that are proportions, one or more.
        kind: The kind of data, or several, for the label in the corner.
        title: The question that the figure answers.
        voice: Says its texts in a reader's language, with the study's labels; by default English.

    Returns:
        A row for each indicator: the wanted side of the threshold shaded, the figure with its interval upon it.
    """
    labels = [voice.own(each.indicator.label) for each in results]
    figure, axes = canvas_of_rows(labels, title=title, kind=kind, voice=voice, row=0.46, right=1.55)
    for at, each in enumerate(results):
        edge, low, high = (100 * end for end in (each.indicator.threshold, *each.indicator.defensible))
        wanted = (edge, 100 - edge) if each.indicator.direction == "at_least" else (0, edge)
        axes.barh(at, wanted[1], left=wanted[0], height=0.7, color="#e3f1ea", zorder=1)
        axes.plot([edge] * 2, [at - 0.38, at + 0.38], color=GREEN, linewidth=2, zorder=3)
        axes.plot([low, high], [at + 0.38] * 2, color=GREEN, linewidth=1, zorder=3)
        _measured(axes, at, each, voice)
    axes.set_xlim(0, 100.5)
    axes.set_xlabel(voice.say("figure.indicators.axis"))
    return figure


def _measured(axes: Axes, at: int, each: IndicatorResult, voice: Voice) -> None:
    if each.estimate is None or each.lower is None or each.upper is None:
        write_beside(axes, at, voice.say("figure.indicators.not_measured"))
        return
    axes.plot([100 * each.lower, 100 * each.upper], [at] * 2, color=BLUE, linewidth=2.4, zorder=4)
    axes.plot(100 * each.estimate, at, "o", color=BLUE, markersize=6, zorder=5)
    value, outcome = voice.percent(each.estimate), voice.word("outcome", each.outcome)
    write_beside(axes, at, voice.say("figure.indicators.measured", value=value, outcome=outcome))


def source_name(source: Source, voice: Voice = ENGLISH) -> str:
    """A source as figures and tables name it: who speaks, with the role, or which document.

    Args:
        source: The source.
        voice: Says its texts in a reader's language, with the study's labels; by default English. Without a label the
            role, or the document, stands as its key in words.
    """
    informant = source.renderings[voice.language].informant if voice.language in source.renderings else source.informant
    kind, _, rest = source.key.partition("-")
    number, _, name = rest.partition("-")
    entry = f"figure.source.{kind}"
    numbered = voice.say(entry, number=number) if entry in catalogue() else f"{kind.capitalize()} {number}"
    if not informant and not number.isdigit():
        return voice.label(source.key).replace("-", " ")  # a key of the study's own kind says what it is
    role = voice.label(source.role or source.key) if source.role or source.key in voice.labels else name
    return f"{informant or numbered}: {role.replace('-', ' ')}"


def _short(one: DimensionAssessment, voice: Voice) -> str:
    return f"{one.dimension.number}  {voice.own(one.dimension.name)}"

"""The figures of a run, as report and thesis show them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from cmresearch.coding.coverage import code_coverage, saturation
from cmresearch.language.voice import Voice
from cmresearch.report.plots import (
    alt_of,
    plot_coverage,
    plot_estimates,
    plot_evidence,
    plot_indicators,
    plot_joint_display,
    plot_months,
    plot_reliability,
    plot_robustness,
    plot_saturation,
    plot_statuses,
    plot_strata,
    plot_time_to_close,
    source_name,
)
from cmresearch.study.provenance import KIND_MEANS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cmresearch.report.estimate_groups import EstimateGroup
    from cmresearch.study.run import Run, Words
    from cmresearch.triangulation.assessment import DimensionAssessment, IndicatorResult

RunFigure: TypeAlias = "tuple[str, Figure, str]"
HOURS = {"minutes": 1 / 60, "hours": 1, "days": 24}
YEAR_AND_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
MADE = ("synthetic", "illustrative")
SUBJECTS = ("dimension", "code", "variable")


class Look(TypedDict):
    """What all figures of a run share."""

    voice: Voice


def kinds_of(run: Run) -> list[str]:
    """The kinds of data that a run rests on, in the order in which they are explained."""
    settings = run.study.settings
    used = {settings.full_set.kind, *(file.kind for file in run.data_files)}
    used |= {part.kind for part in (settings.responses, settings.words) if part is not None}
    used |= {"published"} if run.figures is not None else set()
    return [kind for kind in KIND_MEANS if kind in used]


def figures(run: Run, groups: Sequence[EstimateGroup], *, voice: Voice) -> Iterator[RunFigure]:
    """Every figure of a run's report, in order.

    Args:
        run: What the study's files give.
        groups: Its estimates in groups, in the same language.
        voice: The voice of one of the study's languages.

    Returns:
        For each figure its name, the figure, and what it shows in a sentence.
    """
    kind = run.study.settings.full_set.kind
    if run.draw is not None:
        yield "strata", plot_strata(run.frame, run.draw.sample, kind=kind, voice=voice), alt_of("strata", voice)
    yield from _course(run, kind, voice)
    for number, group in enumerate(groups):
        if len(group.rows) > 1 and len({row["statistic"] for row in group.rows}) == 1:
            yield f"group-{number}", _estimates(group, voice), alt_of("estimates", voice)
    yield from _reliability(run, voice)
    if run.words is not None:
        yield from _coverage(run, run.words, voice)
        yield from _assessment(run, run.words, voice)


def _course(run: Run, kind: str, voice: Voice) -> Iterator[RunFigure]:
    """When complaints arrived and how long they took, where the study says which variables tell it."""
    settings = run.study.settings
    months, times = settings.in_role("month"), settings.in_role("time_to_close")
    named = [*months, *times]
    values = run.frame.read_values([], variables=named) if named else None
    if values is None:
        return
    for name in months:
        counts = _by_month(values[name].dropna().astype(str))
        yield "months", plot_months(counts, kind=kind, voice=voice), alt_of("months", voice)
    for name in times:
        hours = values[name].to_numpy(dtype=float, na_value=float("nan")) * HOURS[str(settings.variables[name].unit)]
        days = [settings.variables[each].days for each in settings.in_role("service_level")]
        figure = plot_time_to_close(hours, kind=kind, service_days=next(iter(days), None), voice=voice)
        yield "time", figure, alt_of("time_to_close", voice)


def _by_month(months: Iterable[str]) -> dict[str, int]:
    """How many complaints arrived in each month, those between without any included."""
    counts = Counter(months)
    if not counts or not all(YEAR_AND_MONTH.fullmatch(month) for month in counts):
        return dict(sorted(counts.items()))
    return {month: counts[month] for month in _months_between(min(counts), max(counts))}


def _months_between(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04}-{month:02}" <= last:
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _estimates(group: EstimateGroup, voice: Voice) -> Figure:
    import pandas as pd  # loaded by every run already

    kinds = sorted({str(row["data_kind"]) for row in group.rows})
    table = pd.DataFrame(group.rows)
    return plot_estimates(table, title=group.title, kind=kinds, names=lambda row: str(row["name"]), voice=voice)


def _reliability(run: Run, voice: Voice) -> Iterator[RunFigure]:
    table = run.reliability_table(voice)
    for subject in SUBJECTS:
        part = table[table["subject"] == subject]
        if not len(part):
            continue
        words = {
            "subject": voice.word("reliability_subject", subject),
            "unit": voice.word("reliability_unit", part["unit"].iloc[0]),
        }
        heading = voice.say("report.reliability.title", **words)
        figure = plot_reliability(part, kind=part["data_kind"].iloc[0], title=heading, voice=voice)
        yield f"reliability-{subject}", figure, alt_of("reliability", voice)


def _coverage(run: Run, words: Words, voice: Voice) -> Iterator[RunFigure]:
    kind = run.study.words_kind
    figure = plot_coverage(code_coverage(words.coding, voice=voice), kind=kind, voice=voice)
    yield "coverage", figure, alt_of("coverage", voice)
    by_interview = saturation(words.coding)
    if len(by_interview):
        names = {key: source_name(each, voice) for key, each in words.sources.items()}
        figure = plot_saturation(by_interview, kind=kind, voice=voice.with_labels(names))
        yield "saturation", figure, alt_of("saturation", voice)


def _assessment(run: Run, words: Words, voice: Voice) -> Iterator[RunFigure]:
    dimensions = words.assessment.dimensions
    kinds = sorted({each for one in dimensions for each in one.data_kinds})
    yield "joint", plot_joint_display(words.joint_display, kind=kinds, voice=voice), alt_of("joint_display", voice)
    yield "statuses", plot_statuses(words.assessment, kind=kinds, voice=voice), alt_of("statuses", voice)
    figure = plot_evidence(words.assessment, kind=kinds, voice=voice)
    yield "evidence", figure, alt_of("evidence", voice)
    for one in dimensions:
        shares = [each for each in one.indicators if each.indicator.statistic == "proportion"]
        if shares:
            yield f"indicators-{one.dimension.key}", _indicators(one, shares, voice), alt_of("indicators", voice)
    made = [kind for kind in kinds_of(run) if kind in MADE]
    figure = plot_robustness(words.robustness, kind=made or [run.study.words_kind], voice=voice)
    yield "robustness", figure, alt_of("robustness", voice)


def _indicators(one: DimensionAssessment, shares: Sequence[IndicatorResult], voice: Voice) -> Figure:
    kinds = sorted({each.data_kind for each in shares} - {""})
    name = voice.own(one.dimension.name)
    title = voice.say("report.dimension.figure_title", number=one.dimension.number, name=name)
    return plot_indicators(shares, kind=kinds, title=title, voice=voice)

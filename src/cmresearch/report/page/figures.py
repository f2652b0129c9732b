"""The figures of a run, as report and thesis show them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from cmresearch.coding.coverage import code_coverage, saturation
from cmresearch.language.catalogue import Translations, catalogue, in_language, say
from cmresearch.language.voice import ENGLISH
from cmresearch.report import wording
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
# The register variables that the report draws where a study defines them.
TIME_TO_CLOSE, MONTH = "hours_to_close", "month"
VARIABLE = "variable."  # what the library itself calls a variable, in the catalogues
SERVICE_LEVEL = re.compile(r"closed_within_(\d+)_days?")
YEAR_AND_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
MADE = ("synthetic", "illustrative")
SUBJECTS = ("dimension", "code", "variable")


class Look(TypedDict):
    """What all figures of a run share."""

    language: str


def kinds_of(run: Run) -> list[str]:
    """The kinds of data that a run rests on, in the order in which they are explained."""
    settings = run.study.settings
    used = {settings.full_set.kind, *(file.kind for file in run.data_files)}
    used |= {part.kind for part in (settings.responses, settings.words) if part is not None}
    used |= {"published"} if run.figures is not None else set()
    return [kind for kind in KIND_MEANS if kind in used]


def figures(run: Run, groups: Sequence[EstimateGroup], *, language: str = "en") -> Iterator[RunFigure]:
    """Every figure of a run's report, in order.

    Args:
        run: What the study's files give.
        groups: Its estimates in groups, in the same language.
        language: One of the study's languages.

    Returns:
        For each figure its name, the figure, and what it shows in a sentence.
    """
    look: Look = {"language": language}
    kind = run.study.settings.full_set.kind
    if run.draw is not None:
        yield "strata", plot_strata(run.frame, run.draw.sample, kind=kind, **look), alt_of("strata", language)
    yield from _course(run, kind, look)
    for number, group in enumerate(groups):
        if len(group.rows) > 1 and len({row["statistic"] for row in group.rows}) == 1:
            yield f"group-{number}", _estimates(group, look), alt_of("estimates", language)
    yield from _reliability(run, look)
    if run.words is not None:
        yield from _coverage(run, run.words, look)
        yield from _assessment(run, run.words, look)


def _course(run: Run, kind: str, look: Look) -> Iterator[RunFigure]:
    named = [name for name in (TIME_TO_CLOSE, MONTH) if name in run.study.settings.variables]
    values = run.frame.read_values([], variables=named) if named else None
    if values is not None and MONTH in named:
        counts = _by_month(values[MONTH].dropna().astype(str))
        yield "months", plot_months(counts, kind=kind, **look), alt_of("months", look["language"])
    if values is not None and TIME_TO_CLOSE in named:
        hours = values[TIME_TO_CLOSE].to_numpy(dtype=float, na_value=float("nan"))
        figure = plot_time_to_close(hours, kind=kind, service_days=_service_days(run), **look)
        yield "time", figure, alt_of("time_to_close", look["language"])


def _service_days(run: Run) -> int | None:
    asked = [question.variable for question in run.study.settings.estimate]
    found = [SERVICE_LEVEL.fullmatch(name) for name in (*asked, *run.study.settings.variables)]
    return next((int(each[1]) for each in found if each), None)


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


def _estimates(group: EstimateGroup, look: Look) -> Figure:
    import pandas as pd  # loaded by every run already

    kinds = wording.joined(sorted({str(row["data_kind"]) for row in group.rows}))
    table = pd.DataFrame(group.rows)
    return plot_estimates(table, title=group.title, kind=kinds, names=lambda row: str(row["name"]), **look)


def _reliability(run: Run, look: Look) -> Iterator[RunFigure]:
    language = look["language"]
    table = run.reliability_table(ENGLISH)
    for subject in SUBJECTS:
        part = table[table["subject"] == subject]
        if not len(part):
            continue
        words = {
            "subject": wording.word("reliability_subject", subject, language=language),
            "unit": wording.word("reliability_unit", part["unit"].iloc[0], language=language),
        }
        heading = say("report.reliability.title", language, **words)
        labels = labels_of(run)
        figure = plot_reliability(part, kind=part["data_kind"].iloc[0], title=heading, labels=labels, **look)
        yield f"reliability-{subject}", figure, alt_of("reliability", language)


def labels_of(run: Run) -> Mapping[str, str | Translations]:
    """What readers call each variable, code, dimension and role, by key."""
    own = {key: translations for key, translations in catalogue().items() if key.startswith(VARIABLE)}
    labels: dict[str, str | Translations] = {
        key.removeprefix(VARIABLE): translations for key, translations in own.items()
    }
    if run.words is not None:
        labels |= {variable.key: variable.label for variable in run.words.codebook.variables}
        labels |= {code.key: code.label for code in run.words.codebook.codes.values()}
        labels |= {dimension.key: dimension.name for dimension in run.words.codebook.dimensions}
    return labels | run.study.settings.labels


def _coverage(run: Run, words: Words, look: Look) -> Iterator[RunFigure]:
    kind, labels = run.study.words_kind, labels_of(run)
    figure = plot_coverage(code_coverage(words.coding, voice=ENGLISH), kind=kind, labels=labels, **look)
    yield "coverage", figure, alt_of("coverage", look["language"])
    by_interview = saturation(words.coding)
    if len(by_interview):
        sources = words.sources.items()
        names = {key: source_name(each, language=look["language"], labels=labels) for key, each in sources}
        figure = plot_saturation(by_interview, kind=kind, labels=names, **look)
        yield "saturation", figure, alt_of("saturation", look["language"])


def _assessment(run: Run, words: Words, look: Look) -> Iterator[RunFigure]:
    language, dimensions = look["language"], words.assessment.dimensions
    kinds = wording.joined(sorted({each for one in dimensions for each in one.data_kinds}))
    yield "joint", plot_joint_display(words.joint_display, kind=kinds, **look), alt_of("joint_display", language)
    yield "statuses", plot_statuses(words.assessment, kind=kinds, **look), alt_of("statuses", language)
    figure = plot_evidence(words.assessment, kind=kinds, labels=labels_of(run), **look)
    yield "evidence", figure, alt_of("evidence", language)
    for one in dimensions:
        shares = [each for each in one.indicators if each.indicator.statistic == "proportion"]
        if shares:
            yield f"indicators-{one.dimension.key}", _indicators(one, shares, look), alt_of("indicators", language)
    made = [kind for kind in kinds_of(run) if kind in MADE]
    figure = plot_robustness(words.robustness, kind=wording.joined(made or [run.study.words_kind]), **look)
    yield "robustness", figure, alt_of("robustness", language)


def _indicators(one: DimensionAssessment, shares: Sequence[IndicatorResult], look: Look) -> Figure:
    kinds = wording.joined(sorted({each.data_kind for each in shares} - {""}))
    name = in_language(one.dimension.name, look["language"])
    title = say("report.dimension.figure_title", look["language"], number=one.dimension.number, name=name)
    return plot_indicators(shares, kind=kinds, title=title, **look)

"""A run of a study as one page that needs nothing else: figures, tables, quotations, and how each came about."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as url_quote

from cmresearch import __version__
from cmresearch.coding.coverage import code_coverage, saturation
from cmresearch.errors import ReportError, TextError, nearest
from cmresearch.intake.complaints import literal
from cmresearch.provenance import KIND_MEANS
from cmresearch.report import wording
from cmresearch.report.coverage_plots import plot_coverage, plot_saturation
from cmresearch.report.plots import (
    plot_estimates,
    plot_evidence,
    plot_indicators,
    plot_months,
    plot_reliability,
    plot_robustness,
    plot_statuses,
    plot_strata,
    plot_time_to_close,
    source_name,
    to_svg,
)
from cmresearch.report.quotations import NOT_GIVEN, NOT_KEPT, disagreements, quote
from cmresearch.sampling.drawing import ticket
from cmresearch.texts import LANGUAGES, in_language, say, translate
from cmresearch.writing import write_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from cmresearch.coding.coding import Coding
    from cmresearch.provenance import DataFile
    from cmresearch.reproduction import Run, Words
    from cmresearch.study import Study
    from cmresearch.triangulation import Assessment, DimensionAssessment, IndicatorResult

# The register variables that the report draws where a study defines them.
TIME_TO_CLOSE, MONTH = "hours_to_close", "month"
SERVICE_LEVEL = re.compile(r"closed_within_(\d+)_days?")
YEAR_AND_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
MADE = ("synthetic", "illustrative")
SMALL_CELL = 5  # fewer complaints than this may tell a reader who complained
# The filters that write as each language does.
LOCALISED = (
    "computed_value",
    "count",
    "decimal",
    "interval",
    "joined",
    "method",
    "percent",
    "published_value",
    "quantity",
)
# The templates that make up the report, and the sections that its contents name.
PARTS = (
    *("limits", "findings", "data", "export", "sample", "estimates"),
    *("reliability", "dimensions", "robustness", "published", "colophon"),
)
SECTIONS = (
    *("limits", "findings", "data", "export", "frame", "sample", "check", "estimates", "reliability", "dimensions"),
    *("robustness", "published", "notebooks", "colophon"),
)
TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class HandCheck:
    """One complaint of which anybody can check whether it belongs in the sample.

    Attributes:
        id: Its id.
        stratum: Its stratum.
        ticket: Its ticket.
        cut_off: The last ticket drawn in the stratum.
        drawn: Whether it was drawn: drawn or not drawn.
        command: The line to type.
    """

    id: str
    stratum: str
    ticket: str
    cut_off: str
    drawn: str
    command: str


@dataclass(frozen=True)
class EstimateGroup:
    """Estimates that stand in one table and one figure.

    Attributes:
        subject: What they are about, for the heading.
        title: The question, for the figure.
        by: The columns that make the domains, as readers see them; empty for the whole frame.
        rows: The estimates, a dictionary each, with `name` as readers see it.
    """

    subject: str
    title: str
    by: str
    rows: tuple[Mapping[str, Any], ...]

    @property
    def known(self) -> tuple[Mapping[str, Any], ...]:
        """The estimates whose truth is known."""
        return tuple(row for row in self.rows if not wording.is_nothing(row["truth"]))

    @property
    def marks(self) -> dict[str, str]:
        """A letter for each note on its estimates."""
        notes = dict.fromkeys(str(row["note"]) for row in self.rows if not wording.is_nothing(row["note"]))
        return {note: chr(ord("a") + place) for place, note in enumerate(notes)}

    @property
    def covered(self) -> int:
        """How many of them have the truth in their interval."""
        return sum(row["lower"] <= row["truth"] <= row["upper"] for row in self.known)


def write_report(run: Run, path: str | Path, notebooks: Sequence[str | Path] = (), *, language: str = "") -> None:
    """Write a run as one HTML file that opens offline and needs nothing else, in every language of the study.

    The same run gives the same bytes. Text of complaints is not in it; text from files is never read as markup.

    Args:
        run: What the study's files give.
        path: The file to write; its folder must be there.
        notebooks: The executed notebooks, as paths from the report's folder.
        language: The language it opens in; by default the study's first.

    Raises:
        ReportError: The folder is not there, or the study is not written in this language.
    """
    if not Path(path).parent.is_dir():
        raise ReportError(f"cannot write {path}: there is no folder {Path(path).parent}")
    write_text(Path(path), report_html(run, notebooks, language=language))


def report_html(run: Run, notebooks: Sequence[str | Path] = (), *, language: str = "") -> str:
    """The page that `write_report` writes, as text: a body for each language, and a switch that needs no script."""
    from markupsafe import Markup  # comes with jinja2

    first = chosen_language(run.study, language)
    languages = [first, *(each for each in run.study.languages if each != first)]
    # Only what was composed here goes in as markup; what comes from files was escaped in it.
    bodies = {each: Markup(_apart(page_body(run, each, notebooks), each, first)) for each in languages}
    return (
        environment(first)
        .get_template("report.html.j2")
        .render(
            languages=languages,
            names=LANGUAGES,
            bodies=bodies,
            say=say,
            style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
            title=in_language(run.study.settings.study.title, first),
            version=__version__,
        )
    )


def page_body(run: Run, language: str, notebooks: Sequence[str | Path] = ()) -> str:
    """All that the report says in one language, as HTML without head and style.

    Args:
        run: What the study's files give.
        language: One of the study's languages.
        notebooks: The executed notebooks, as paths from the report's folder.
    """
    return environment(language).get_template("_body.html.j2").render(_context(run, notebooks, language))


def chosen_language(study: Study, language: str = "") -> str:
    """The language asked for, or the study's first where none is.

    Raises:
        ReportError: The study is not written in this language.
    """
    known = study.languages
    if language and language not in known:
        raise ReportError(
            f"there is no report in {language!r}{nearest(language, known)}; "
            f"the study's title and texts are in {', '.join(known)}"
        )
    return language or known[0]


def _apart(body: str, language: str, first: str) -> str:
    """A body whose anchors are its own, so that two languages share a page; those of the first stay as they are."""
    if language == first:
        return body
    named = re.sub(r'(?<= id=")([^"]+)(?=")', rf"\1.{language}", body)
    return re.sub(r'((?: href="|url\()#)([^")]+)', rf"\1\2.{language}", named)


def environment(language: str) -> Environment:
    """Templates that speak one language: `t` gives a text of the catalogues, the filters write as the language does."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only who wants a report needs it

    made = Environment(
        loader=PackageLoader("cmresearch"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: partial(getattr(wording, name), language=language) for name in LOCALISED}
    made.filters |= {name: getattr(wording, name) for name in ("in_short", "is_nothing", "plain")}
    made.filters["source_name"] = source_name if language == "en" else partial(source_name, language=language)
    made.filters["word"] = lambda key, group: wording.word(group, key, language=language)
    made.filters["own"] = lambda text: in_language(text, language)
    made.filters["note"] = partial(_note, language=language)
    made.filters["said"] = partial(_said, language=language)
    made.filters["kinds_in_words"] = partial(_kinds_in_words, language=language)
    made.globals |= {"t": partial(_text, language), "L": language}
    return made


def _text(language: str, key: str, /, **gaps: object) -> Markup:
    """A text of the catalogues as markup; what fills its gaps is escaped unless it is markup itself."""
    from markupsafe import Markup, escape  # comes with jinja2

    filled = {name: escape(gap) for name, gap in gaps.items()}
    return Markup(say(key, language, **filled))


def _note(text: str, *, language: str) -> Markup | str:
    """A sentence that the library wrote; where the catalogue lacks it, the English, marked as such."""
    from markupsafe import Markup  # comes with jinja2

    try:
        return "" if wording.is_nothing(text) else translate(text, language)
    except TextError:
        return Markup('<span lang="en">{}</span>').format(text)


def _said(directions: str, *, language: str) -> str:
    """What coders said of a code in words: directions, or that it was not given or not kept."""
    return ", ".join(_one_said(each, language) for each in directions.split(", "))


def _one_said(key: str, language: str) -> str:
    group = "coder_said" if key in {NOT_GIVEN, NOT_KEPT} else "direction"
    return wording.word(group, key, language=language)


def _kinds_in_words(kinds: Sequence[str], *, language: str) -> str:
    return wording.joined([wording.word("data_kind", kind, language=language) for kind in kinds], language=language)


def _context(run: Run, notebooks: Sequence[str | Path], language: str) -> dict[str, Any]:
    kinds = kinds_of(run)
    groups = tuple(estimate_groups(run, language=language))
    coverage = () if run.words is None else code_coverage(run.words.coding).to_dict("records")
    return {
        "run": run,
        "study": run.study,
        "settings": run.study.settings,
        "kinds": kinds,
        "made": [kind for kind in kinds if kind in MADE],
        "parts": PARTS,
        "contents": tuple(_contents(run, language)),
        "other_findings": ", ".join(_other_findings(run, language)),
        "faults": run.intake.to_frame().to_dict("records"),
        "set_aside": ", ".join(_set_aside(run, language)),
        "strata_names": ", ".join(run.study.label(name, language) for name in run.frame.strata),
        "strata": run.sample.allocation.to_frame().to_dict("records"),
        "small_strata": [label for label, size in run.frame.sizes.items() if 0 < size < SMALL_CELL],
        "dispositions": ", ".join(_dispositions(run, language)),
        "accounting": run.frame.accounting().to_dict("records"),
        "checks": tuple(hand_checks(run)),
        "groups": groups,
        "files": tuple(_file_groups(run.data_files)),
        "reliability": run.reliability_table().to_dict("records"),
        "named": partial(_subject_name, run, language),
        "coverage": coverage,
        "unused": [
            f"{wording.plain(row['code'])} ({_note(row['note'], language=language)})" for row in coverage if row["note"]
        ],
        "pages": () if run.words is None else tuple(_pages(run.words, language)),
        "robustness": None if run.words is None else run.words.robustness,
        "plots": {name: _svg(figure, alt) for name, figure, alt in figures(run, groups, language=language)},
        "notebooks": [(url_quote(Path(each).as_posix()), Path(each).stem.replace("-", " ")) for each in notebooks],
        "version": __version__,
    }


def _contents(run: Run, language: str) -> Iterator[tuple[str, str]]:
    """The sections that this study's report has: anchor and heading, in order."""
    absent = {
        "limits": not run.study.settings.study.limits,
        "robustness": run.words is None,
        "published": run.figures is None,
    }
    for name in SECTIONS:
        if not absent.get(name):
            yield name, say(f"report.{name}.heading", language)


def _other_findings(run: Run, language: str) -> Iterator[str]:
    for result, number in run.findings.counts().items():
        if result != "recomputed":
            yield f"{number} {wording.word('finding_result', result, language=language)}"


def _set_aside(run: Run, language: str) -> Iterator[str]:
    for why, n in run.intake.set_aside.items():
        yield f"{wording.count(n, language=language)} ({_note(why, language=language)})"


def _dispositions(run: Run, language: str) -> Iterator[str]:
    for name, n in () if run.responses is None else run.responses.dispositions.items():
        yield f"{wording.count(n, language=language)} {wording.word('disposition', name, language=language)}"


def _subject_name(run: Run, language: str, subject: str, key: str) -> str:
    """A dimension, code or variable of the table of reliability as readers see it."""
    if run.words is not None and subject == "code" and key in run.words.codebook.codes:
        return in_language(run.words.codebook.codes[key].label, language)
    if run.words is not None and subject == "dimension":
        return in_language(run.words.assessment.dimension(key).dimension.name, language)
    return run.study.label(key, language)


def kinds_of(run: Run) -> list[str]:
    """The kinds of data that a run rests on, in the order in which they are explained."""
    settings = run.study.settings
    used = {settings.full_set.kind, *(file.kind for file in run.data_files)}
    used |= {part.kind for part in (settings.responses, settings.words) if part is not None}
    used |= {"published"} if run.figures is not None else set()
    return [kind for kind in KIND_MEANS if kind in used]


def _file_groups(files: Sequence[DataFile]) -> Iterator[dict[str, Any]]:
    """The declared files, those of one folder, kind and origin together."""
    groups: dict[tuple[str, str, str, str, str], list[str]] = {}
    for file in files:
        place = Path(file.path)
        about = (place.parent.as_posix(), str(file.kind), file.origin, file.licence, ", ".join(file.made_from))
        groups.setdefault(about, []).append(place.name)
    for about, names in groups.items():
        yield dict(zip(("folder", "kind", "origin", "licence", "made_from"), about, strict=True), names=names)


def estimate_groups(run: Run, *, language: str = "en") -> Iterator[EstimateGroup]:
    """The run's estimates in groups: all shares of the whole frame, each question by domain, all else."""
    text = partial(_spoken, language)
    rows = [{str(key): cell for key, cell in row.items()} for row in run.estimates_table().to_dict("records")]
    shares = [row for row in rows if row["statistic"] == "proportion" and not row["by"]]
    if shares:
        named = tuple(row | {"name": variable_name(run, row, language=language)} for row in shares)
        yield EstimateGroup(text("whole_frame"), text("whole_frame_title"), "", named)
    for question in dict.fromkeys((row["variable"], row["statistic"], row["by"]) for row in rows if row["by"]):
        found = [row for row in rows if (row["variable"], row["statistic"], row["by"]) == question]
        by = ", ".join(run.study.label(name, language) for name in found[0]["by"].split(", "))
        single = {row["category"] for row in found if row["category"]}
        one = len(single) == 1
        subject = variable_name(run, found[0], language=language) if one else run.study.label(question[0], language)
        named = tuple(row | {"name": _domain_name(run, row, len(single), language)} for row in found)
        words = {"subject": subject, "by": by.lower()}
        yield EstimateGroup(text("by", **words), text("by_title", **words), by, named)
    others = [row for row in rows if not row["by"] and row["statistic"] != "proportion"]
    if others:
        named = tuple(row | {"name": _amount_name(run, row, language)} for row in others)
        yield EstimateGroup(text("amounts"), text("amounts_title"), "", named)


def _spoken(language: str, key: str, **gaps: object) -> str:
    return say(f"report.estimates.{key}", language, **gaps)


def _amount_name(run: Run, row: Mapping[str, Any], language: str) -> str:
    statistic = wording.word("statistic", row["statistic"], language=language)
    return f"{run.study.label(row['variable'], language)}, {statistic}"


def variable_name(run: Run, row: Mapping[Any, Any], *, language: str = "en") -> str:
    """A variable and its category as readers see them, such as `Final answer: explicit`."""
    name = run.study.label(str(row["variable"]), language)
    category = row["category"]
    return name if wording.is_nothing(category) or category == "true" else f"{name}: {_value_name(run, row, language)}"


def _value_name(run: Run, row: Mapping[Any, Any], language: str) -> str:
    variables = () if run.words is None else run.words.codebook.variables
    values = {(one.key, value.key): in_language(value.label, language) for one in variables for value in one.values}
    return values.get((str(row["variable"]), str(row["category"])), wording.plain(row["category"])).lower()


def _domain_name(run: Run, row: Mapping[str, Any], categories: int, language: str) -> str:
    return f"{row['domain']}: {_value_name(run, row, language)}" if categories > 1 else str(row["domain"])


def hand_checks(run: Run) -> Iterator[HandCheck]:
    """A complaint that was drawn and one of the same stratum that was not, each to be checked by hand.

    The one drawn is the last of its stratum, the other the first that missed: the two nearest to the cut-off.
    """
    allocation, frame, seed = run.sample.allocation, run.frame, run.sample.seed
    divided = [label for label, n in allocation.sample_sizes.items() if 0 < n < allocation.frame_sizes[label]]
    if not divided:
        return
    stratum = max(divided, key=lambda label: allocation.frame_sizes[label])
    cut_off = run.sample.cut_offs[stratum]
    last = run.sample.rows.loc[run.sample.rows["ticket"] == cut_off, frame.id].iloc[0]
    id_text = frame.complaints.text(frame.id)
    ((missed,),) = frame.complaints.query(
        f"SELECT {id_text} FROM complaints WHERE {frame.condition} AND {frame.label} = {literal(stratum)} "
        f"AND sha256({literal(seed + '|')} || {id_text}) > {literal(cut_off)} "
        f"ORDER BY sha256({literal(seed + '|')} || {id_text}) LIMIT 1"
    )
    for id, drawn in ((str(last), "drawn"), (str(missed), "not drawn")):
        command = f"printf '%s' {shlex.quote(f'{seed}|{id}')} | sha256sum"
        yield HandCheck(id, stratum, ticket(seed, id), cut_off, drawn, command)


def _pages(words: Words, language: str) -> Iterator[dict[str, Any]]:
    """What the page of each dimension needs."""
    cited = {each.key: each for each in words.codebook.sources}
    for one in words.assessment.dimensions:
        yield {
            "assessed": one,
            "dimension": one.dimension,
            "decision": words.assessment.decisions.get(one.dimension.key),
            "citations": [cited[key] for key in one.dimension.provenance.sources if key in cited],
            "quoted": quote(one, language=language),
            "disagreements": disagreements(words.coding, one.dimension.key),
        }


def _svg(figure: Figure, alt: str) -> Markup:
    from markupsafe import Markup  # comes with jinja2

    # The only text that goes in as markup; what comes from files is escaped in it.
    return Markup(to_svg(figure, alt=alt))


def figures(run: Run, groups: Sequence[EstimateGroup], *, language: str = "en") -> Iterator[tuple[str, Figure, str]]:
    """Every figure of the report: its name, the figure, and what it shows in a sentence."""
    kind = run.study.settings.full_set.kind
    yield "strata", plot_strata(run.frame, run.sample, kind=kind), "Shares of frame and sample, stratum by stratum."
    yield from _course_figures(run, kind)
    for number, group in enumerate(groups):
        if len(group.rows) > 1 and len({row["statistic"] for row in group.rows}) == 1:
            yield f"group-{number}", _group_figure(group), "Estimates as dots with their intervals as lines."
    table = run.reliability_table()
    for subject, unit in (("dimension", "answer turn"), ("code", "answer turn"), ("variable", "complaint")):
        part = table[table["subject"] == subject]
        if len(part):
            heading = f"Do two coders see the same? {subject.capitalize()}s, on the {unit}"
            figure = plot_reliability(part, kind=part["data_kind"].iloc[0], title=heading)
            yield f"reliability-{subject}", figure, "Krippendorff's alpha as dots with intervals as lines."
    if run.words is not None:
        yield from _coverage_figures(run.words.coding, run.study.words_kind)
        yield from _word_figures(run.words.assessment, run.study.words_kind)
        kinds = wording.joined([kind for kind in kinds_of(run) if kind in MADE] or [run.study.words_kind])
        figure = plot_robustness(run.words.robustness, kind=kinds)
        yield "robustness", figure, "In what share of other worlds each dimension keeps its status."


def _course_figures(run: Run, kind: str) -> Iterator[tuple[str, Figure, str]]:
    named = [name for name in (TIME_TO_CLOSE, MONTH) if name in run.study.settings.variables]
    values = run.frame.read_values([], variables=named) if named else None
    if values is not None and MONTH in named:
        counts = _by_month(values[MONTH].dropna().astype(str))
        yield "months", plot_months(counts, kind=kind), "Complaints of the frame in each month."
    if values is not None and TIME_TO_CLOSE in named:
        hours = values[TIME_TO_CLOSE].to_numpy(dtype=float, na_value=float("nan"))
        figure = plot_time_to_close(hours, kind=kind, service_days=_service_days(run))
        yield "time", figure, "The share of complaints closed within so many days."


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


def _group_figure(group: EstimateGroup) -> Figure:
    import pandas as pd  # loaded by every run already

    kinds = wording.joined(sorted({str(row["data_kind"]) for row in group.rows}))
    return plot_estimates(pd.DataFrame(group.rows), title=group.title, kind=kinds, names=lambda row: str(row["name"]))


def _coverage_figures(coding: Coding, kind: str) -> Iterator[tuple[str, Figure, str]]:
    yield "coverage", plot_coverage(code_coverage(coding), kind=kind), "How often each code was given and settled on."
    by_interview = saturation(coding)
    if len(by_interview):
        yield "saturation", plot_saturation(by_interview, kind=kind), "How many codes each interview adds."


def _word_figures(assessment: Assessment, kind: str) -> Iterator[tuple[str, Figure, str]]:
    kinds = wording.joined(sorted({each for one in assessment.dimensions for each in one.data_kinds}))
    yield "statuses", plot_statuses(assessment, kind=kinds), "The status of each dimension, as the table below says it."
    yield "evidence", plot_evidence(assessment, kind=kind), "Which source supports or hinders which dimension."
    for one in assessment.dimensions:
        shares = [each for each in one.indicators if each.indicator.statistic == "proportion"]
        if shares:
            yield f"indicators-{one.dimension.key}", _indicator_figure(one, shares), "Indicators and their thresholds."


def _indicator_figure(one: DimensionAssessment, shares: Sequence[IndicatorResult]) -> Figure:
    kinds = wording.joined(sorted({each.data_kind for each in shares} - {""}))
    title = f"{one.dimension.number} {one.dimension.name['en']}: are the indicators met?"
    return plot_indicators(shares, kind=kinds, title=title)

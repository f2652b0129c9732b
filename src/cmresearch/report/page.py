"""A run of a study as one page that needs nothing else: figures, tables, quotations, and how each came about."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as url_quote

from cmresearch import __version__
from cmresearch.coding.coverage import code_coverage
from cmresearch.errors import ReportError, nearest
from cmresearch.intake.complaints import literal
from cmresearch.plan.freezing import changes_table
from cmresearch.report import wording
from cmresearch.report.checklists import checklists_html
from cmresearch.report.colophon import checked_out_commit, versions
from cmresearch.report.drawing import label_of
from cmresearch.report.estimate_groups import estimate_groups, variable_name
from cmresearch.report.figures import MADE, figures, kinds_of, labels_of
from cmresearch.report.language import environment, note
from cmresearch.report.plots import source_name, to_svg
from cmresearch.report.quotations import disagreements, quote
from cmresearch.report.traces import Trace, traces
from cmresearch.report.transcripts import anchor, transcripts
from cmresearch.sampling.drawing import ticket
from cmresearch.texts import LANGUAGES, in_language, say
from cmresearch.writing import write_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from cmresearch.provenance import DataFile
    from cmresearch.reproduction import Run, Words
    from cmresearch.reviews import Reviewed
    from cmresearch.study import Study

SMALL_CELL = 5  # fewer complaints than this may tell a reader who complained
# The templates that make up the report, and the sections that its contents name.
PARTS = (
    *("joint", "findings", "data", "export", "sample", "estimates"),
    *(
        "reliability",
        "dimensions",
        "robustness",
        "plan",
        "reviews",
        "checklists",
        "traces",
        "transcripts",
        "published",
        "colophon",
    ),
)
SECTIONS = (
    *("limits", "joint", "findings", "data", "export", "frame", "sample", "check", "estimates", "reliability"),
    *("dimensions", "robustness", "plan", "reviews", "checklists", "traces", "transcripts", "published", "notebooks"),
    "colophon",
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


def write_report(
    run: Run,
    path: str | Path,
    notebooks: Sequence[str | Path] = (),
    *,
    language: str = "",
    reviews: Reviewed | None = None,
) -> None:
    """Write a run as one HTML file that opens offline and needs nothing else, in every language of the study.

    The same run gives the same bytes. Text of complaints is not in it; text from files is never read as markup.

    Args:
        run: What the study's files give.
        path: The file to write; its folder must be there.
        notebooks: The executed notebooks, as paths from the report's folder.
        language: The language it opens in; by default the study's first.
        reviews: What was reviewed, as it may be shown.

    Raises:
        ReportError: The folder is not there, or the study is not written in this language.
    """
    if not Path(path).parent.is_dir():
        raise ReportError(f"cannot write {path}: there is no folder {Path(path).parent}")
    write_text(Path(path), report_html(run, notebooks, language=language, reviews=reviews))


def report_html(
    run: Run, notebooks: Sequence[str | Path] = (), *, language: str = "", reviews: Reviewed | None = None
) -> str:
    """The page that `write_report` writes, as text: a body for each language, and a switch that needs no script."""
    return joined_page(run, page_bodies(run, notebooks, reviews=reviews), language=language)


def page_bodies(run: Run, notebooks: Sequence[str | Path] = (), *, reviews: Reviewed | None = None) -> dict[str, str]:
    """The page's body in each of the study's languages; arguments as for `page_body`."""
    return {each: page_body(run, each, notebooks, reviews=reviews) for each in run.study.languages}


def joined_page(run: Run, bodies: Mapping[str, str], *, language: str = "") -> str:
    """Bodies that were composed already as one page with its switch.

    Args:
        run: What the study's files give.
        bodies: The body in each of the study's languages, from `page_bodies`.
        language: The language it opens in; by default the study's first.
    """
    from markupsafe import Markup  # comes with jinja2

    first = chosen_language(run.study, language)
    languages = [first, *(each for each in run.study.languages if each != first)]
    # Only what was composed here goes in as markup; what comes from files was escaped in it.
    shown = {each: Markup(_apart(bodies[each], each, first)) for each in languages}
    return (
        environment(first)
        .get_template("report.html.j2")
        .render(
            languages=languages,
            names=LANGUAGES,
            bodies=shown,
            place=lambda name, language: _own_place(name, language, first),
            say=say,
            style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
            title=in_language(run.study.settings.study.title, first),
            version=__version__,
        )
    )


def page_body(run: Run, language: str, notebooks: Sequence[str | Path] = (), *, reviews: Reviewed | None = None) -> str:
    """All that the report says in one language, as HTML without head and style.

    Args:
        run: What the study's files give.
        language: One of the study's languages.
        notebooks: The executed notebooks, as paths from the report's folder.
        reviews: What was reviewed, as it may be shown.
    """
    return _environment(run, language).get_template("_body.html.j2").render(_context(run, notebooks, language, reviews))


def _environment(run: Run, language: str) -> Environment:
    made = environment(language)
    made.filters |= {"anchor": anchor, "places": partial(_places, run)}
    names = _evidence_names(run, language)
    made.filters |= {"in_short": partial(wording.in_short, names=names), "named": partial(wording.named, names=names)}
    made.filters["source_name"] = partial(source_name, language=language, labels=labels_of(run))
    return made


def _evidence_names(run: Run, language: str) -> dict[str, str]:
    """What readers call the sources and indicators that the rule's reasons name by key."""
    if run.words is None:
        return {}
    labels = labels_of(run)
    sources = {key: source_name(each, language=language, labels=labels) for key, each in run.words.sources.items()}
    indicators = [each.indicator for one in run.words.assessment.dimensions for each in one.indicators]
    return sources | {each.key: in_language(each.label, language) for each in indicators}


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
    named = re.sub(r'(?<= id=")([^"]+)(?=")', lambda found: _own_place(found[1], language, first), body)
    own = re.compile(r'((?: href="|url\()#)([^")]+)')
    return own.sub(lambda found: found[1] + _own_place(found[2], language, first), named)


def _own_place(name: str, language: str, first: str) -> str:
    """An anchor's name in the body of one language."""
    # Two hyphens: with a dot before its language, an anchor would look like an address of the internet.
    return name if language == first else f"{name}--{language}"


def _context(run: Run, notebooks: Sequence[str | Path], language: str, reviews: Reviewed | None) -> dict[str, Any]:
    from markupsafe import Markup  # comes with jinja2

    kinds = kinds_of(run)
    groups = tuple(estimate_groups(run, language=language))
    found = traces(run)
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
        "strata": [] if run.draw is None else run.draw.sample.allocation.to_frame().to_dict("records"),
        "full_set_sha256": run.frame.complaints.sha256(),
        "small_strata": [label for label, size in run.frame.sizes.items() if 0 < size < SMALL_CELL],
        "dispositions": ", ".join(_dispositions(run, language)),
        "accounting": run.frame.accounting().to_dict("records"),
        "checks": tuple(hand_checks(run)),
        "groups": groups,
        "files": tuple(_file_groups(run.data_files, language)),
        "reliability": run.reliability_table().to_dict("records"),
        "named": partial(_subject_name, run, language),
        "labels": labels_of(run),
        "coverage": coverage,
        "unused": [
            f"{wording.plain(row['code'])} ({note(row['note'], language=language)})" for row in coverage if row["note"]
        ],
        "pages": () if run.words is None else tuple(_pages(run.words, language)),
        "robustness": None if run.words is None else run.words.robustness,
        "plots": {name: _svg(figure, alt) for name, figure, alt in figures(run, groups, language=language)},
        "notebooks": [(url_quote(Path(each).as_posix()), Path(each).stem.replace("-", " ")) for each in notebooks],
        "traces": [(trace, _trace_name(run, trace, language)) for trace in found],
        "indicator_places": _indicator_places(run, found),
        "transcripts": () if run.words is None else tuple(transcripts(run.words.coding, language=language)),
        "plans": run.plans,
        "plan_changes": changes_table(run.plan_changes).to_dict("records"),
        "reviews": [] if reviews is None else reviews.to_frame().to_dict("records"),
        "review_coverage": [] if reviews is None else reviews.coverage().to_dict("records"),
        "checklists": Markup(checklists_html(run, language)),
        "versions": versions(),
        "commit": checked_out_commit(run.study.folder),
    }


def _trace_name(run: Run, trace: Trace, language: str) -> str:
    """An estimate as readers see it, with its domain or the indicator it serves."""
    name = variable_name(run, trace.row, language=language)
    if trace.asked != "estimate" and run.words is not None:
        dimension = in_language(run.words.assessment.dimension(trace.asked.partition(".")[0]).dimension.name, language)
        return f"{name} ({dimension})"
    return f"{name}, {trace.row['domain']}" if trace.row["domain"] else name


def _indicator_places(run: Run, found: Sequence[Trace]) -> dict[str, str]:
    """Where an indicator's figure is traced to: its strata, or the frame it was counted on."""
    traced = {trace.asked: trace.anchor for trace in found}
    indicators = (
        () if run.words is None else [each for one in run.words.assessment.dimensions for each in one.indicators]
    )
    return {
        f"{each.dimension}.{each.indicator.key}": traced.get(
            f"{each.dimension}.{each.indicator.key}", "frame" if each.indicator.kind == "register" else ""
        )
        for each in indicators
    }


# Where the quantities of a finding stand in the report, by the first part of their names.
FAMILIES = {"full_set": "export", "frame": "frame", "sample": "sample", "words": "transcripts", "status": "dimensions"}


def _places(run: Run, expression: str) -> list[tuple[str, str]]:
    """The words of a finding's expression, each with the place in the report that its value comes from."""
    dimensions = () if run.words is None else [each.dimension.key for each in run.words.assessment.dimensions]
    published = () if run.figures is None else [figure.key for figure in run.figures]

    def place(word: str) -> str:
        family, _, key = word.partition(".")
        if family == "status" and key in dimensions:
            return f"dimension-{key}"
        if family == "figure":
            return f"figure-{key}" if key in published else "published"
        return FAMILIES.get(family, "")

    return [(word, place(word)) for word in expression.split()]


def _contents(run: Run, language: str) -> Iterator[tuple[str, str]]:
    """The sections that this study's report has: anchor and heading, in order."""
    absent = {
        "limits": not run.study.settings.study.limits,
        "joint": run.words is None,
        "check": run.draw is None,
        "robustness": run.words is None,
        "transcripts": run.words is None,
        "traces": not run.estimates,
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
        yield f"{wording.count(n, language=language)} ({note(why, language=language)})"


def _dispositions(run: Run, language: str) -> Iterator[str]:
    for name, n in () if run.responses is None else run.responses.dispositions.items():
        yield f"{wording.count(n, language=language)} {wording.word('disposition', name, language=language)}"


def _subject_name(run: Run, language: str, subject: str, key: str) -> str:
    """A dimension, code or variable of the table of reliability as readers see it."""
    if run.words is not None and subject == "code" and key in run.words.codebook.codes:
        return in_language(run.words.codebook.codes[key].label, language)
    if run.words is not None and subject == "dimension":
        return in_language(run.words.assessment.dimension(key).dimension.name, language)
    return label_of(key, labels_of(run), language)


def _file_groups(files: Sequence[DataFile], language: str) -> Iterator[dict[str, Any]]:
    """The declared files, those of one folder, kind and origin together."""
    groups: dict[tuple[str, str, str, str, str], list[str]] = {}
    for file in files:
        place = Path(file.path)
        texts = (in_language(file.origin, language), in_language(file.licence, language))
        about = (place.parent.as_posix(), str(file.kind), *texts, ", ".join(file.made_from))
        groups.setdefault(about, []).append(place.name)
    for about, names in groups.items():
        yield dict(zip(("folder", "kind", "origin", "licence", "made_from"), about, strict=True), names=names)


def hand_checks(run: Run) -> Iterator[HandCheck]:
    """A complaint that was drawn and one of the same stratum that was not, each to be checked by hand.

    The one drawn is the last of its stratum, the other the first that missed: the two nearest to the cut-off.
    """
    if run.draw is None:
        return
    sample, frame, seed = run.draw.sample, run.frame, run.draw.sample.seed
    allocation = sample.allocation
    divided = [label for label, n in allocation.sample_sizes.items() if 0 < n < allocation.frame_sizes[label]]
    if not divided:
        return
    stratum = max(divided, key=lambda label: allocation.frame_sizes[label])
    cut_off = sample.cut_offs[stratum]
    last = sample.rows.loc[sample.rows["ticket"] == cut_off, frame.id].iloc[0]
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
            "joint": words.joint_display.row(one.dimension.key),
            "decision": words.assessment.decisions.get(one.dimension.key),
            "citations": [cited[key] for key in one.dimension.provenance.sources if key in cited],
            "quoted": quote(one, language=language),
            "disagreements": disagreements(words.coding, one.dimension.key),
        }


def _svg(figure: Figure, alt: str) -> Markup:
    from markupsafe import Markup  # comes with jinja2

    # The only text that goes in as markup; what comes from files is escaped in it.
    return Markup(to_svg(figure, alt=alt))

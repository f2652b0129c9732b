"""What the templates of the page are filled with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as url_quote

from cmresearch.coding.coverage import code_coverage
from cmresearch.language.catalogue import in_language, say
from cmresearch.language.voice import ENGLISH
from cmresearch.report import wording
from cmresearch.report.chapters.checklists import checklists_html
from cmresearch.report.estimate_groups import estimate_groups, variable_name
from cmresearch.report.language import note
from cmresearch.report.page.figures import MADE, figures, kinds_of, labels_of
from cmresearch.report.page.passages import disagreements, quote, transcripts
from cmresearch.report.page.traces import Trace, traces
from cmresearch.report.plots import to_svg
from cmresearch.report.plots.drawing import Labels, label_of
from cmresearch.study.plan.freezing import changes_table

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from cmresearch.study.provenance import DataFile
    from cmresearch.study.reviews.subjects import Reviewed
    from cmresearch.study.run import Run, Words
import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from cmresearch.intake.complaints import literal
from cmresearch.sampling.drawing import shell_command, ticket

if TYPE_CHECKING:
    from cmresearch.study.run import Run

SMALL_CELL = 5  # fewer complaints than this may tell a reader who complained
# The templates that make up the page, and the sections of those that hold others than the one they are called by.
PARTS = (
    *("joint", "findings", "data", "export", "sample", "estimates", "reliability", "dimensions", "robustness", "plan"),
    *("reviews", "checklists", "traces", "transcripts", "published", "colophon"),
)
SECTIONS_OF = {"data": ("data", "frame"), "sample": ("sample", "check"), "colophon": ("notebooks", "colophon")}
SECTIONS = ("limits", *(section for part in PARTS for section in SECTIONS_OF.get(part, (part,))))


def page_context(run: Run, notebooks: Sequence[str | Path], language: str, reviews: Reviewed | None) -> dict[str, Any]:
    """Everything that the templates of the page name; arguments as for `page_body`."""
    from markupsafe import Markup  # comes with jinja2

    kinds = kinds_of(run)
    groups = tuple(estimate_groups(run, language=language))
    found, labels = traces(run), labels_of(run)
    coverage = () if run.words is None else code_coverage(run.words.coding, voice=ENGLISH).to_dict("records")
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
        "reliability": run.reliability_table(ENGLISH).to_dict("records"),
        "named": partial(_subject_name, run, labels, language),
        "labels": labels,
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


def places(run: Run, expression: str) -> list[tuple[str, str]]:
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


def _subject_name(run: Run, labels: Labels, language: str, subject: str, key: str) -> str:
    """A dimension, code or variable of the table of reliability as readers see it."""
    if run.words is not None and subject == "code" and key in run.words.codebook.codes:
        return in_language(run.words.codebook.codes[key].label, language)
    if run.words is not None and subject == "dimension":
        return in_language(run.words.assessment.dimension(key).dimension.name, language)
    return label_of(key, labels, language)


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


# Those whose answers stand in a report.
LIBRARIES = ("duckdb", "numpy", "pandas", "statsmodels", "matplotlib")
REF = "ref: "


def versions() -> dict[str, str]:
    """The versions of this library, of Python and of the libraries whose answers stand in a report, by name.

    Example:
        >>> list(versions())[:3]
        ['cmresearch', 'Python', 'duckdb']
    """
    known = {"cmresearch": version("cmresearch"), "Python": platform.python_version()}
    return known | {name: version(name) for name in LIBRARIES}


def checked_out_commit(folder: str | Path) -> str:
    """The commit that is checked out where a study lies; empty where no version control keeps it.

    Only files are read and no program is run: a study that came from a stranger may bring settings of Git's that start
    one. What was changed since the commit is not seen here; the hashes of plan, full set and codebook show it.

    Args:
        folder: The study's folder, or one within it.

    Returns:
        The hash of the commit as text.
    """
    for place in (Path(folder).resolve(), *Path(folder).resolve().parents):
        found = _git_folder(place / ".git")
        if found is not None:
            return _head(found)
    return ""


def _git_folder(git: Path) -> Path | None:
    """Where Git keeps its files: the folder itself, or for a further working copy the one that a file names."""
    if git.is_dir():
        return git
    if not git.is_file():
        return None
    return git.parent / _text(git).removeprefix("gitdir: ")


def _head(git: Path) -> str:
    head = _text(git / "HEAD")
    if not head.startswith(REF):
        return head
    name = head.removeprefix(REF)
    common = git / (_text(git / "commondir") or ".")
    packed = (line.split(" ", 1) for line in _text(common / "packed-refs").splitlines() if " " in line)
    return _text(common / name) or {ref: commit for commit, ref in packed}.get(name, "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


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
        yield HandCheck(id, stratum, ticket(seed, id), cut_off, drawn, shell_command(seed, id))

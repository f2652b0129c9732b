"""A run of a study as one page that needs nothing else: figures, tables, quotations, and how each came about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch import __version__
from cmresearch.errors import ReportError, nearest
from cmresearch.files.writing import write_text
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import Voice
from cmresearch.report.page.context import page_context, places
from cmresearch.report.page.passages import anchor
from cmresearch.report.plots import source_name
from cmresearch.report.templating import environment
from cmresearch.report.voices import naming_voice, voice_of

if TYPE_CHECKING:
    from jinja2 import Environment

    from cmresearch.study.reviews.subjects import Reviewed
    from cmresearch.study.run import Run
    from cmresearch.study.study import Study

TEMPLATES = Path(__file__).parents[1] / "templates"


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
    voices = [voice_of(run, each) for each in run.study.languages]
    return {voice.language: page_body(run, voice, notebooks, reviews=reviews) for voice in voices}


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
        environment(voice_of(run, first))
        .get_template("report.html.j2")
        .render(
            languages=languages,
            names={each: LANGUAGES.get(each, each) for each in languages},
            bodies=shown,
            place=lambda name, language: _own_place(name, language, first),
            say=lambda key, language: voice_of(run, language).say(key),
            style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
            title=run.study.settings.study.title[first],
            version=__version__,
        )
    )


def page_body(run: Run, voice: Voice, notebooks: Sequence[str | Path] = (), *, reviews: Reviewed | None = None) -> str:
    """All that the report says in one language, as HTML without head and style.

    Args:
        run: What the study's files give.
        voice: The voice of one of the study's languages.
        notebooks: The executed notebooks, as paths from the report's folder.
        reviews: What was reviewed, as it may be shown.
    """
    return _environment(run, voice).get_template("_body.html.j2").render(page_context(run, notebooks, voice, reviews))


def _environment(run: Run, voice: Voice) -> Environment:
    made = environment(voice)
    made.filters |= {"anchor": anchor, "places": partial(places, run)}
    # What the rule's reasons name by key has its own name here.
    made.filters["reasons"] = naming_voice(run, voice).phrases
    made.filters["reason"] = naming_voice(run, voice).phrase
    made.filters["source_name"] = lambda source: source_name(source, voice)
    return made


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

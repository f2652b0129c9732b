"""The folder for a thesis: tables, methods and checklists as .docx, figures as SVG and PNG, in each language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import ReportError
from cmresearch.files.writing import write_bytes, write_text
from cmresearch.language.voice import Voice
from cmresearch.report.chapters.checklists import checklists_html
from cmresearch.report.chapters.methods import methods_html
from cmresearch.report.page.page import page_body
from cmresearch.report.paper.documents import write_docx
from cmresearch.report.paper.pdf import picture
from cmresearch.report.paper.tree import Drawing, Element, Node, read_page, unlinked
from cmresearch.report.plots.drawing import svg_file
from cmresearch.report.voices import voice_of

if TYPE_CHECKING:
    from cmresearch.study.run import Run

# Sections of the page whose tables are for checking and not for a thesis; every other table is one of its main ones.
LEFT_OUT = frozenset(
    {
        *("data", "export", "published", "notebooks", "colophon", "checklists", "reviews"),
        *("plan", "traces", "transcripts"),
    }
)
PARTS = frozenset({"section", "div", "header", "main", "article"})
FIGURES = "figures"


@dataclass(frozen=True)
class Figure:
    """A figure of the page.

    Attributes:
        name: Its file's name without ending, such as `03-sample`; the same in every language.
        number: Its number, from 1.
        drawing: The figure.
    """

    name: str
    number: int
    drawing: Drawing


def write_thesis(run: Run, folder: Path, *, pages: Mapping[str, str] | None = None) -> None:
    """Write tables, methods, checklists and figures of a study for a thesis, in each of the study's languages.

    Written are, in a folder for each voice, `tables.docx`, `figures.docx`, `methods.docx`, `checklists.docx`, and
    each figure as `figures/NAME.svg` and `figures/NAME.png`. Tables and figures come from the report's page, so nothing
    stands here that does not stand there. The same run gives the same bytes.

    Args:
        run: What the study's files give, as it may be shown (`shareable`).
        folder: Where to; made if it is not there.
        pages: The page in each language, where it is composed already.

    Raises:
        ReportError: A file cannot be written.
    """
    for language in run.study.languages:
        voice = voice_of(run, language)
        composed = pages[language] if pages is not None else page_body(run, voice)
        try:
            (folder / language / FIGURES).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReportError(f"cannot write to {folder}: {error.strerror or error}") from error
        _write_language(run, folder / language, voice, read_page(composed))


def _write_language(run: Run, folder: Path, voice: Voice, page: Element) -> None:
    title = voice.own(run.study.settings.study.title)
    found = tuple(figures(page))
    documents = {
        "tables": tables_document(page, voice),
        "figures": figures_document(found, voice),
        "methods": read_page(methods_html(run, voice)),
        "checklists": read_page(checklists_html(run, voice)),
    }
    for name, document in documents.items():
        heading = next(document.find("h1", "h2")).text
        write_docx(document, folder / f"{name}.docx", title=f"{heading}: {title}", language=voice.language)
    for figure in found:
        write_text(folder / FIGURES / f"{figure.name}.svg", svg_file(figure.drawing.svg))
        write_bytes(folder / FIGURES / f"{figure.name}.png", picture(figure.drawing))


def tables_document(page: Element, voice: Voice) -> Element:
    """The main tables of a page, numbered, each under the heading of its section.

    Args:
        page: The tree of the page.
        voice: The voice of its language.

    Returns:
        The tree of a document: a title, and for each section its heading and its tables.
    """
    parts: list[Node] = [
        _paragraph("h1", voice.say("thesis.tables")),
        _paragraph("p", voice.say("thesis.tables_lead")),
    ]
    number = 0
    for section in _sections(page):
        tables = list(_tables(section))
        heading = next(section.find("h2"), None)
        if tables and heading is not None:
            parts.append(replace(heading, attributes={}))
        for table in tables:
            number += 1
            parts.append(_captioned(table, voice.say("thesis.table", n=number)))
    return Element("div", {}, tuple(parts))


def _sections(page: Element) -> Iterator[Element]:
    """The sections of a page that have main tables, outermost only."""
    for child in page.children:
        if not isinstance(child, Element):
            continue
        if child.tag == "section" and child.get("id"):
            if child.get("id") not in LEFT_OUT:
                yield child
        elif child.tag in PARTS:
            yield from _sections(child)


def _tables(part: Element) -> Iterator[Element]:
    """The tables of a section, but for those on the page of a single dimension."""
    for child in part.children:
        if isinstance(child, Element) and child.tag == "table":
            yield child
        elif isinstance(child, Element) and "dimension" not in child.classes:
            yield from _tables(child)


def _captioned(table: Element, number: str) -> Element:
    """A table with its number before its caption, its links and anchors taken away: what they lead to is not here."""
    plain = _unnamed(unlinked(table, ()))
    caption = next(plain.find("caption"), Element("caption"))
    others = tuple(child for child in plain.children if not (isinstance(child, Element) and child.tag == "caption"))
    bold = Element("b", {}, (number,))
    return replace(plain, children=(replace(caption, children=(bold, *caption.children)), *others))


def _unnamed(node: Element) -> Element:
    """The same without the anchors that links lead to."""
    attributes = {name: value for name, value in node.attributes.items() if name != "id"}
    children = tuple(_unnamed(child) if isinstance(child, Element) else child for child in node.children)
    return Element(node.tag, attributes, children)


def figures(page: Element) -> Iterator[Figure]:
    """Every figure of a page in its order, named by its number and the section that it stands in.

    Example:
        >>> page = read_page('<section id="sample"><h2>A</h2><figure><svg><title>T</title></svg></figure></section>')
        >>> [figure.name for figure in figures(page)]
        ['01-sample']
    """
    for number, (section, drawing) in enumerate(_drawings(page, "page"), start=1):
        yield Figure(f"{number:02}-{section}", number, drawing)


def _drawings(part: Element, section: str) -> Iterator[tuple[str, Drawing]]:
    for child in part.children:
        if isinstance(child, Drawing):
            yield section, child
        elif isinstance(child, Element):
            yield from _drawings(child, child.get("id") or section)


def figures_document(found: Iterable[Figure], voice: Voice) -> Element:
    """The figures as a document, each with its number, caption and the name of its files."""
    parts: list[Node] = [
        _paragraph("h1", voice.say("thesis.figures")),
        _paragraph("p", voice.say("thesis.figures_lead")),
    ]
    for figure in found:
        drawing = figure.drawing
        number = Element("b", {}, (voice.say("thesis.figure", n=figure.number),))
        stated = " ".join(_stopped(text) for text in (drawing.title, drawing.description) if text)
        name = voice.say("thesis.file", name=f"{FIGURES}/{figure.name}")
        caption = Element("figcaption", {}, (number, stated))
        parts.append(Element("figure", {}, (drawing, caption, _paragraph("p", name, "note"))))
    return Element("div", {}, tuple(parts))


def _paragraph(tag: str, text: str, kind: str = "") -> Element:
    return Element(tag, {"class": kind} if kind else {}, (text,))


def _stopped(text: str) -> str:
    """A text with a mark at its end."""
    return text if text.endswith((".", "?", "!")) else f"{text}."

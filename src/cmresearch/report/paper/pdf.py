"""A page as a tagged PDF that assistive programs can read (PDF/UA-1), the same bytes on every machine and day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmresearch.errors import ReportError
from cmresearch.files.writing import write_bytes
from cmresearch.report.paper.tree import Drawing, Element, read_page
from cmresearch.report.paper.typeset import quoted, typst_source

if TYPE_CHECKING:
    from typst import Fonts
from collections.abc import Iterator
from dataclasses import replace

from cmresearch.language.voice import Voice
from cmresearch.report.paper.tree import Node, unlinked

STANDARD: Literal["ua-1"] = "ua-1"  # ISO 14289-1
EPOCH = 946_684_800  # 2000-01-01; what is written says nothing of when
PICTURE_DPI = 200


def write_pdf(page: str | Element, path: str | Path, *, title: str, language: str, authors: Sequence[str] = ()) -> None:
    """Write a page of ours as a PDF with headings, lists, tables and figures that a screen reader knows as such.

    The compiler refuses what the standard forbids, such as a figure without a text in its place. Fonts are those that
    come with the libraries, so the machine's own play no part, and nothing is fetched.

    Args:
        page: The page in one voice, or its tree.
        path: The .pdf file to write; its folder must be there.
        title: The document's title.
        language: Its language, such as `en`.
        authors: Who wrote it.

    Raises:
        ReportError: The page cannot be read or set, or the file cannot be written.

    Source:
        ISO 14289-1:2014 (PDF/UA-1), as far as the compiler checks it.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "page.pdf"
        >>> write_pdf("<h1>Sampling</h1><p>989 of 14,581.</p>", file, title="Sampling", language="en")
        >>> file.read_bytes()[:5]
        b'%PDF-'
    """
    tree = read_page(page) if isinstance(page, str) else page
    source = typst_source(tree, title=title, language=language, authors=authors)
    _write(_compiled(source, "pdf"), path)


@lru_cache(maxsize=256)
def picture(drawing: Drawing) -> bytes:
    """A figure as PNG, for documents that hold no SVG: 200 points an inch, white behind it, the same bytes each time.

    Raises:
        ReportError: The figure cannot be drawn.
    """
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        f'#image(bytes({quoted(drawing.svg)}), format: "svg", alt: {quoted(drawing.title)})\n'
    )
    return _compiled(source, "png")


def _write(content: bytes, path: str | Path) -> None:
    try:
        write_bytes(Path(path), content)
    except OSError as error:
        raise ReportError(f"cannot write to {path}: {error.strerror or error}") from error


def _compiled(source: str, format: Literal["pdf", "png"]) -> bytes:
    from typst import TypstError, compile_with_warnings  # only who wants a PDF waits for its compiler

    try:
        out, warnings = compile_with_warnings(
            source.encode(),
            format=format,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            pdf_standards=[STANDARD] if format == "pdf" else [],
            timestamp=EPOCH,
            ppi=PICTURE_DPI if format == "png" else None,
        )
    except TypstError as error:
        raise ReportError(f"the page cannot be set as {format.upper()}: {error.message} {error.hints}") from error
    if warnings:
        raise ReportError(f"the page cannot be set as {format.upper()}: {warnings[0].message}")
    if not isinstance(out, bytes):
        raise ReportError(f"the page gave no single {format.upper()}")
    return out


@cache
def _fonts() -> Fonts:
    """The compiler's own fonts and those that come with matplotlib; none of the machine's."""
    import matplotlib
    from typst import Fonts

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


# A third of all pages, which nobody reads from end to end; the page opens them at the place that is asked for.
LEFT_TO_THE_PAGE = frozenset({"traces", "transcripts"})


def write_paper(body: str, path: str | Path, *, title: str, voice: Voice) -> None:
    """Write the report in one language as a tagged PDF (PDF/UA-1), the same bytes each time.

    Args:
        body: The page in this voice, from `page_body`.
        path: The .pdf file to write; its folder must be there.
        title: The study's title.
        voice: The voice of its language.

    Raises:
        ReportError: The page cannot be set, or the file cannot be written.
    """
    write_pdf(on_paper(read_page(body), voice), path, title=title, language=voice.language)


def on_paper(page: Element, voice: Voice) -> Element:
    """The tree of the page as it goes on paper.

    Args:
        page: The tree of the page.
        voice: The voice of its language.

    Returns:
        The same without the sections that are left to the page and without links to them, and with a sentence on its
        first page that names them; the page itself where it has none of them.

    Example:
        >>> page = read_page('<header><h1>A</h1></header><section id="traces"><h2>B</h2><p>C</p></section>')
        >>> on_paper(page, Voice("en")).text
        'A Sections that are in report.html alone: B.'
    """
    left = [next(each.find("h2")).text for each in page.find("section") if _is_left(each)]
    if not left:
        return page
    kept = _without(page)
    anchors = frozenset(each.get("id") for each in _elements(kept))
    note = voice.say("report.paper", sections="; ".join(left))
    return _with_note(unlinked(kept, anchors), Element("p", {"class": "note"}, (note,)))


def _elements(part: Element) -> Iterator[Element]:
    yield part
    for child in part.children:
        if isinstance(child, Element):
            yield from _elements(child)


def _is_left(node: Node) -> bool:
    if not isinstance(node, Element):
        return False
    links = [each for each in node.children if isinstance(each, Element) and each.tag == "a"]
    in_contents = node.tag == "li" and bool(links) and links[0].get("href").removeprefix("#") in LEFT_TO_THE_PAGE
    return in_contents or (node.tag == "section" and node.get("id") in LEFT_TO_THE_PAGE)


def _without(part: Element) -> Element:
    kept = (child for child in part.children if not _is_left(child))
    return replace(part, children=tuple(_without(child) if isinstance(child, Element) else child for child in kept))


def _with_note(page: Element, note: Element) -> Element:
    """The note at the end of the page's head."""
    children = tuple(
        replace(child, children=(*child.children, note))
        if isinstance(child, Element) and child.tag == "header"
        else child
        for child in page.children
    )
    return replace(page, children=children)

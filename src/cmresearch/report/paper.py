"""The report on paper: one PDF for each language. What only a screen can follow is left to the page, and it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cmresearch.report.pdf import write_pdf
from cmresearch.report.tree import Element, Node, read_page, unlinked
from cmresearch.texts import say

# A third of all pages, which nobody reads from end to end; the page opens them at the place that is asked for.
LEFT_TO_THE_PAGE = frozenset({"traces", "transcripts"})


def write_paper(body: str, path: str | Path, *, title: str, language: str) -> None:
    """Write the report in one language as a tagged PDF (PDF/UA-1), the same bytes each time.

    Args:
        body: The page in this language, from `page_body`.
        path: The .pdf file to write; its folder must be there.
        title: The study's title.
        language: The language.

    Raises:
        ReportError: The page cannot be set, or the file cannot be written.
    """
    write_pdf(on_paper(read_page(body), language), path, title=title, language=language)


def on_paper(page: Element, language: str) -> Element:
    """The tree of the page as it goes on paper.

    Args:
        page: The tree of the page.
        language: Its language.

    Returns:
        The same without the sections that are left to the page and without links to them, and with a sentence on its
        first page that names them; the page itself where it has none of them.

    Example:
        >>> page = read_page('<header><h1>A</h1></header><section id="traces"><h2>B</h2><p>C</p></section>')
        >>> on_paper(page, "en").text
        'A Sections that are in report.html alone: B.'
    """
    left = [next(each.find("h2")).text for each in page.find("section") if _is_left(each)]
    if not left:
        return page
    kept = _without(page)
    places = frozenset(each.get("id") for each in _elements(kept))
    said = say("report.paper", language, sections="; ".join(left))
    return _with_note(unlinked(kept, places), Element("p", {"class": "note"}, (said,)))


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

"""A page of ours as a small tree, from which the other documents are written: one composition, several writers."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby
from typing import TypeAlias
from urllib.parse import urlsplit

from cmresearch.errors import ReportError, nearest, raise_all

# Everything that a page of ours is made of. What is not named here is refused, so that nothing is silently dropped.
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LEAVES = frozenset({*HEADINGS, "p", "summary", "caption", "figcaption", "dt"})  # blocks that hold running text only
CONTAINERS = frozenset(
    {*("article", "blockquote", "dd", "details", "div", "dl", "figure", "footer", "header", "li", "main", "nav", "ol")}
    | {*("section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")}
)
INLINES = frozenset(
    {*("a", "abbr", "b", "bdi", "br", "cite", "code", "em", "i", "kbd", "mark", "q", "small", "span", "strong")}
    | {*("sub", "sup", "time", "wbr")}
)
ONLY_BLOCKS = frozenset({"dl", "ol", "table", "tbody", "tfoot", "thead", "tr", "ul"})  # running text has no place here
BLOCKS = LEAVES | CONTAINERS | {"pre", "hr"}
VOID = frozenset({"br", "wbr", "hr"})
ELEMENTS = BLOCKS | INLINES | {"svg"}
SCHEMES = frozenset({"", "http", "https", "mailto"})
SPACE = re.compile(r"[ \t\n\r\f]+")  # what a browser joins to one space; a no-break space stays


@dataclass(frozen=True)
class Drawing:
    """A figure that stands in the page as SVG.

    Attributes:
        svg: The whole `<svg>` element, as text.
        title: Its title.
        description: What it shows, in a sentence.
    """

    svg: str
    title: str
    description: str


@dataclass(frozen=True)
class Element:
    """An element of the page.

    Attributes:
        tag: Its name, such as `p`.
        attributes: Its attributes; one without value is an empty text.
        children: What it holds: running text and inline elements, or blocks, or drawings; never text beside blocks.
    """

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()

    def get(self, name: str) -> str:
        """An attribute, or an empty text."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> frozenset[str]:
        """The words of its `class`."""
        return frozenset(self.get("class").split())

    def find(self, *tags: str) -> Iterator[Element]:
        """Every element of these names within it, in the page's order."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag in tags:
                    yield child
                yield from child.find(*tags)

    def drawings(self) -> Iterator[Drawing]:
        """Every drawing within it, in the page's order."""
        for child in self.children:
            if isinstance(child, Drawing):
                yield child
            elif isinstance(child, Element):
                yield from child.drawings()

    @property
    def text(self) -> str:
        """Its text, without drawings, on one line."""
        return SPACE.sub(" ", "".join(_texts(self.children))).strip()


Node: TypeAlias = Element | Drawing | str


def read_page(page: str) -> Element:
    """The tree of a page of ours, or of a part of one.

    Args:
        page: Well-formed HTML: each element is closed, each attribute quoted; without scripts, styles and comments.

    Returns:
        A `div` that holds the page. Running text beside blocks stands in paragraphs of its own, and white space is
        joined as a browser joins it, but for that in `pre`.

    Raises:
        ReportError: The page holds what no document here could show, an element is not closed, an id stands twice, or a
            link leads nowhere; every fault with its line.

    Example:
        >>> read_page('<p class="lead">Two &lt; three,<br>as <b>known</b>.</p>').find("p").__next__().text
        'Two < three, as known.'
    """
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    reader.end()
    tree = reader.tree()
    raise_all(ReportError, [*reader.faults, *_link_faults(tree)])
    return tree


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node]


class _Reader(HTMLParser):
    """Builds the tree; collects faults instead of stopping at the first."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._page = page
        self._lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self._stack = [_Open("div", {}, 1, [])]
        self._drawing: int | None = None  # where the drawing began in which we are

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _fault(self, text: str) -> None:
        self.faults.append(f"the page, line {self.getpos()[0]}: {text}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._drawing is not None:
            return
        if tag not in ELEMENTS:
            self._fault(f"no document can show <{tag}>{nearest(tag, ELEMENTS)}")
        attributes = {name: value or "" for name, value in attrs}
        if urlsplit(attributes.get("href", "")).scheme not in SCHEMES:
            self._fault(f"a link may lead to a page or a mail address, not to {attributes['href']!r}")
        if tag == "svg":
            self._drawing = self._at()
        elif tag in VOID:
            self._stack[-1].children.append(Element(tag, attributes))
        else:
            self._stack.append(_Open(tag, attributes, self.getpos()[0], []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._drawing is None:
            self.handle_starttag(tag, attrs)
            if tag not in VOID:
                self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._drawing is not None:
            if tag == "svg":
                end = self._page.index(">", self._at()) + 1
                self._stack[-1].children.append(_drawing(self._page[self._drawing : end]))
                self._drawing = None
            return
        names = [each.tag for each in self._stack[1:]]
        if tag not in names:
            self._fault(f"</{tag}> closes nothing; open are {', '.join(names) or 'none'}")
            return
        while self._stack[-1].tag != tag:
            self._fault(f"<{self._stack[-1].tag}> of line {self._stack[-1].line} is not closed before </{tag}>")
            self._close_last()
        self._close_last()

    def handle_data(self, data: str) -> None:
        if self._drawing is None:
            self._stack[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        self._fault(f"no document can show the comment {data.strip()[:40]!r}")

    def handle_decl(self, decl: str) -> None:
        self._fault(f"a part of a page has no <!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self._fault(f"a part of a page has no <![{data}]>")

    def handle_pi(self, data: str) -> None:
        self._fault(f"a part of a page has no <?{data}>")

    def end(self) -> None:
        """Close what is still open, with a fault for each."""
        while len(self._stack) > 1:
            self._fault(f"<{self._stack[-1].tag}> of line {self._stack[-1].line} is not closed")
            self._close_last()

    def tree(self) -> Element:
        return _closed(self._stack[0])

    def _close_last(self) -> None:
        last = self._stack.pop()
        if last.tag in ONLY_BLOCKS and any(isinstance(each, str) and each.strip() for each in last.children):
            self._fault(f"text stands in <{last.tag}> outside its parts")
        self._stack[-1].children.append(_closed(last))


def _drawing(svg: str) -> Drawing:
    named = {tag: re.search(f"<{tag}[^>]*>(.*?)</{tag}>", svg, re.DOTALL) for tag in ("title", "desc")}
    title, description = (html.unescape(found[1]).strip() if found else "" for found in named.values())
    return Drawing(svg, title, description)


def _closed(part: _Open) -> Element:
    if part.tag == "pre":
        return Element("pre", part.attributes, ("".join(_texts(part.children)).removeprefix("\n"),))
    if part.tag in INLINES:
        return Element(part.tag, part.attributes, tuple(part.children))
    if part.tag in LEAVES:
        return Element(part.tag, part.attributes, _running(part.children))
    return Element(part.tag, part.attributes, tuple(_blocks(part.children)))


def _is_block(node: Node) -> bool:
    return isinstance(node, Drawing) or (isinstance(node, Element) and node.tag in BLOCKS)


def _blocks(children: Iterable[Node]) -> Iterator[Node]:
    """The children as blocks: running text between them in paragraphs of its own."""
    for block, group in groupby(children, _is_block):
        nodes = list(group)
        if block:
            yield from nodes
        elif running := _running(nodes):
            yield Element("p", {}, running)


def _running(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Running text with white space joined, and none at its ends and beside breaks."""
    spaced, _ = _joined(nodes, after_space=True)
    return _trimmed(spaced)


def _joined(nodes: Iterable[Node], *, after_space: bool) -> tuple[tuple[Node, ...], bool]:
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            text = SPACE.sub(" ", node)
            text = text.removeprefix(" ") if after_space else text
            after_space = text.endswith(" ") if text else after_space
            if text:
                out.append(text)
        elif isinstance(node, Element) and node.tag not in VOID:
            inner, after_space = _joined(node.children, after_space=after_space)
            out.append(Element(node.tag, node.attributes, inner))
        else:
            after_space = isinstance(node, Element) and node.tag == "br"
            out.append(node)
    return tuple(out), after_space


def _trimmed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The same without a space at the end or before a break."""
    out = list(nodes)
    for place, node in enumerate(out):
        following = out[place + 1] if place + 1 < len(out) else None
        ends = following is None or (isinstance(following, Element) and following.tag == "br")
        if ends and isinstance(node, str):
            out[place] = node.removesuffix(" ")
        elif ends and following is None and isinstance(node, Element) and node.tag not in VOID:
            out[place] = Element(node.tag, node.attributes, _trimmed(node.children))
    return tuple(node for node in out if node != "")


def _texts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, Element):
            block = node.tag in BLOCKS or node.tag == "br"
            yield " " if block else ""
            yield from _texts(node.children)
            yield " " if block else ""


def _every(tree: Element) -> Iterator[Element]:
    for child in tree.children:
        if isinstance(child, Element):
            yield child
            yield from _every(child)


def _link_faults(tree: Element) -> Iterator[str]:
    """The faults of the page's own anchors: named twice, or not there."""
    ids = [each.get("id") for each in _every(tree) if each.get("id")]
    yield from (f"the page has the id {id!r} twice" for id in dict.fromkeys(ids) if ids.count(id) > 1)
    links = [each.get("href") for each in _every(tree) if each.get("href").startswith("#")]
    for target in dict.fromkeys(link.removeprefix("#") for link in links):
        if target not in ids:
            yield f"a link leads to #{target}, which the page does not have{nearest(target, ids)}"


def unlinked(part: Element, places: Collection[str]) -> Element:
    """A part of a page whose links within the page are plain text, but for those that lead to one of these places.

    Example:
        >>> page = read_page('<p id="a"><a href="#a">A</a></p><p id="b"><a href="#b">B</a></p>')
        >>> [link.text for link in unlinked(page, {"a"}).find("a")]
        ['A']
    """
    target = part.get("href")
    lost = part.tag == "a" and target.startswith("#") and target[1:] not in places
    children = tuple(unlinked(child, places) if isinstance(child, Element) else child for child in part.children)
    return Element("span" if lost else part.tag, {} if lost else part.attributes, children)

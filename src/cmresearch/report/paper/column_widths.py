"""How wide each column of a table shall be, so that paper holds it: from the words in its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cmresearch.report.paper.tree import Element, Node

# Widths of letters in parts of the font's size: a serif face; near enough to divide a page by.
NARROW, WIDE = frozenset("iljtfrI.,:;'|!()[]-–"), frozenset("mwMW%@—●▼✖■◆")
SPACE, LETTER, DIGIT, CAPITAL, MONO = 0.25, 0.5, 0.51, 0.68, 0.54
PADDING = 8.0  # points left and right of a cell's text, together
PIECE = re.compile(r"[^\s_./-]{1,10}[_./-]*|[_./-]+")  # letters of code that stay together; as in report.typ
EVENNESS = 0.85  # between 0, all columns alike, and 1, each as its text is long
SIZES = (9.0, 8.5, 8.0, 7.5, 7.0)  # points, from the one that reads best


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells, and whether it belongs to the head."""

    cells: tuple[Element, ...]
    head: bool
    id: str

    @property
    def heads_group(self) -> bool:
        """Whether it is one heading across the table, above the rows that follow it."""
        return len(self.cells) == 1 and self.cells[0].tag == "th" and span(self.cells[0]) > 1


@dataclass(frozen=True)
class Layout:
    """How a table is set: the size of its letters, its columns' widths in points, and whether the page is turned."""

    size: float
    widths: tuple[float, ...]
    turned: bool


def rows_of(table: Element) -> tuple[Row, ...]:
    """The rows of a table, those of its head first and those of its foot last, as the page has them."""
    return tuple(_rows(table, head=False))


def _rows(part: Element, *, head: bool) -> Iterator[Row]:
    for child in part.children:
        if isinstance(child, Element) and child.tag == "tr":
            cells = tuple(cell for cell in child.children if isinstance(cell, Element))
            yield Row(cells, head, child.get("id"))
        elif isinstance(child, Element) and child.tag in {"thead", "tbody", "tfoot"}:
            yield from _rows(child, head=child.tag == "thead")


def span(cell: Element) -> int:
    """How many columns a cell takes."""
    return int(cell.get("colspan") or 1)


def number_of_columns(rows: Sequence[Row]) -> int:
    """How many columns a table has: those of its widest row."""
    return max((sum(span(cell) for cell in row.cells) for row in rows), default=0)


def lay_out(rows: Sequence[Row], *, upright: float, turned: float) -> Layout:
    """The largest letters at which every column holds its longest word; a turned page where no size does.

    Args:
        rows: The table's rows.
        upright: The width of the text on a page, in points.
        turned: The same on a page turned on its side.

    Returns:
        Widths that sum to the width of the text.

    Example:
        >>> cell = lambda text: Element("td", {}, (Element("p", {}, (text,)),))
        >>> rows = [Row((cell("Channel"), cell("what the complaint was about, in so many words")), False, "")]
        >>> layout = lay_out(rows, upright=200, turned=300)
        >>> layout.size, layout.widths[0] < layout.widths[1]
        (9.0, True)
    """
    columns = number_of_columns(rows)
    needs = [_needs(rows, column) for column in range(columns)]
    for width, flipped in ((upright, False), (turned, True)):
        for size in SIZES:
            least = [need[0] * size + PADDING for need in needs]
            if sum(least) <= width:
                most = [need[1] * size + PADDING for need in needs]
                return Layout(size, tuple(_divided(width, least, most)), flipped)
    least = [need[0] * SIZES[-1] + PADDING for need in needs]
    return Layout(SIZES[-1], tuple(turned * one / sum(least) for one in least), True)


def _divided(width: float, least: Sequence[float], most: Sequence[float]) -> Iterator[float]:
    """Each column its least, and of what is left a part as it wants more; less than in proportion, so none starves."""
    wants = [max(0.0, high - low) ** EVENNESS + 0.01 for low, high in zip(least, most, strict=True)]
    spare = width - sum(least)
    for low, want in zip(least, wants, strict=True):
        yield low + spare * want / sum(wants)


def _needs(rows: Sequence[Row], column: int) -> tuple[float, float]:
    """The longest word and all the words of a column's fullest cell, in parts of the letters' size."""
    words, wholes = [1.5], [1.5]
    for row in rows:
        cell = _cell_at(row, column)
        if cell is None or span(cell) > 1:
            continue
        whole = 0.0
        bold = row.head or cell.tag == "th"
        for line in _lines(cell):
            pieces = list(_pieces(line, bold=bold))
            # A number stays on one line, its unit and interval with it; a heading above it or a note below may break.
            together = "n" in cell.classes and not row.head and _is_figure(line)
            words.append(sum(pieces) if together else max(pieces, default=0))
            whole += sum(pieces)
        wholes.append(whole)
    return max(words), max(wholes)


def _is_figure(line: Sequence[Node]) -> bool:
    """Whether a line of a column of numbers holds one: not words in its place, and not a note."""
    figures = [node for node in line if not (isinstance(node, Element) and "note" in node.classes)]
    return any(letter.isdigit() for letter in Element("p", {}, tuple(figures)).text)


def _lines(cell: Element) -> Iterator[list[Node]]:
    """The text of a cell, parted where it says so: at breaks, paragraphs and other blocks."""
    for block in cell.children:
        line: list[Node] = []
        for node in block.children if isinstance(block, Element) else [block]:
            if isinstance(node, Element) and node.tag == "br":
                yield line
                line = []
            else:
                line.append(node)
        yield line


def _cell_at(row: Row, column: int) -> Element | None:
    place = 0
    for cell in row.cells:
        if place == column:
            return cell
        place += span(cell)
    return None


def _pieces(nodes: Iterable[Node], *, bold: bool, mono: bool = False) -> Iterator[float]:
    """The widths of what cannot be broken, one after the other."""
    for node in nodes:
        if isinstance(node, str):
            words = node.split(" ")
            if mono:
                words = [piece for word in words for piece in PIECE.findall(word)]
            yield from (_width(word, mono=mono) * (1.06 if bold else 1) + SPACE for word in words)
        elif isinstance(node, Element) and node.classes & {"kind", "status"}:
            yield _width(node.text, mono=False) + 1.2
        elif isinstance(node, Element):
            # Notes are a little smaller; that is left as a margin for what is only near enough.
            yield from _pieces(node.children, bold=bold or node.tag in {"th", "b", "strong"}, mono=node.tag == "code")


def _width(word: str, *, mono: bool) -> float:
    return len(word) * MONO if mono else sum(map(_letter, word))


def _letter(letter: str) -> float:
    if letter in NARROW:
        return 0.33
    if letter in WIDE:
        return 0.85
    if letter.isspace():
        return SPACE
    if letter.isdigit():
        return DIGIT
    return CAPITAL if letter.isupper() else LETTER

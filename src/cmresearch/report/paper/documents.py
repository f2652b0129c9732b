"""A page as a document for a word processor (.docx): real headings, tables and captions, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch.errors import ReportError
from cmresearch.files.sheets import NO_DATE, undated
from cmresearch.files.writing import write_bytes
from cmresearch.report.paper.column_widths import Layout, Row, lay_out, number_of_columns, rows_of, span
from cmresearch.report.paper.pdf import picture
from cmresearch.report.paper.tree import HEADINGS, Drawing, Element, Node, read_page
from cmresearch.report.paper.word import (
    CELL,
    CODE,
    HEAD,
    NOTE,
    Marks,
    RunningText,
    dress,
    keep_whole,
    language_tag,
    plain,
    repeat_as_head,
    rule_below,
    rule_table,
    shade,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

UPRIGHT, TURNED = 453.0, 700.0  # points of text across an A4 page between margins of 25 mm
PICTURE_WIDTH = 160  # millimetres
NUMBERED = 7  # the template's abstract numbering behind its style List Number


def write_docx(
    page: str | Element, path: str | Path, *, title: str, language: str, authors: Sequence[str] = ()
) -> None:
    """Write a page of ours as a .docx: tables with heads that repeat on each page, captions, lists, pictures as PNG.

    Args:
        page: The page in one language, or its tree.
        path: The .docx file to write; its folder must be there.
        title: The document's title.
        language: Its language, `en` or `id`: what the word processor checks the spelling by.
        authors: Who wrote it.

    Raises:
        ReportError: The page cannot be read, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> from docx import Document
        >>> file = Path(tempfile.mkdtemp()) / "page.docx"
        >>> write_docx("<h2>Sampling</h2><p>989 of 14,581.</p>", file, title="Sampling", language="en")
        >>> [(each.style.name, each.text) for each in Document(str(file)).paragraphs]
        [('Heading 1', 'Sampling'), ('Normal', '989 of 14,581.')]
    """
    from docx import Document as new_document  # noqa: N813 - a function in all but name

    tree = read_page(page) if isinstance(page, str) else page
    document = new_document()
    dress(document, language)
    _describe(document, title, language, authors)
    shown = any(True for _ in tree.find("h1"))
    keys = {str(style.name): style.style_id for style in document.styles}
    _Writer(document, shift=1 if shown else 0, keys=keys).blocks(tree.children, document)
    out = io.BytesIO()
    document.save(out)
    try:
        write_bytes(Path(path), undated(out.getvalue()))
    except OSError as error:
        raise ReportError(f"cannot write to {path}: {error.strerror or error}") from error


def _describe(document: Document, title: str, language: str, authors: Sequence[str]) -> None:
    about = document.core_properties
    about.title, about.language, about.author = plain(title), language_tag(language), plain(", ".join(authors))
    about.created = about.modified = NO_DATE.replace(tzinfo=None)
    about.comments = about.last_modified_by = ""
    about.revision = 1


@dataclass
class _Writer:
    """Writes blocks into a document or a cell, one after the other."""

    document: Document
    shift: int
    last: int = 0  # the level of the last heading
    marks: Marks = field(default_factory=dict)
    style: str = ""  # of paragraphs, where it is not their own
    text: RunningText = field(default_factory=RunningText)
    keys: Mapping[str, str] = field(default_factory=dict)  # of styles, by name

    def blocks(self, nodes: Iterable[Node], place: Any) -> None:
        for node in nodes:
            if isinstance(node, Drawing):
                self.drawing(node, place)
            elif isinstance(node, Element):
                self.block(node, place)

    def block(self, node: Element, place: Any) -> None:
        before = self.marks
        if node.get("lang"):
            self.marks = {**self.marks, "lang": node.get("lang")}
        writer: Callable[[Element, Any], None] | None = getattr(self, f"_{_WRITERS.get(node.tag, '')}", None)
        if writer is not None:
            writer(node, place)
        else:
            self.blocks(node.children, place)
        self.marks = before

    def paragraph(self, place: Any, style: str, node: Element | None = None) -> Paragraph:
        """A new paragraph; the one that an empty cell has already is used first."""
        first = place.paragraphs[0] if _is_new_cell(place) else None
        paragraph: Paragraph = first if first is not None else place.add_paragraph()
        # By the style's key: to look a style up by its name takes longer than all the rest.
        paragraph._p.style = self.keys[self.style or style]
        if node is not None and node.get("id"):
            self.text.bookmark(paragraph, node.get("id"))
        return paragraph

    def _text(self, paragraph: Paragraph, nodes: Iterable[Node], **marks: Any) -> None:
        self.text.write(paragraph, nodes, {**self.marks, **marks})

    def _paragraph(self, node: Element, place: Any) -> None:
        style = NOTE if node.classes & {"note", "muted", "cite"} else "Normal"
        self._text(self.paragraph(place, style, node), node.children)

    def _heading(self, node: Element, place: Any) -> None:
        if node.tag == "h1":
            style = "Title"
        else:
            self.last = min(int(node.tag[1]) - self.shift, self.last + 1) or 1
            style = f"Heading {min(self.last, 4)}"
        aside = [each for each in node.children if isinstance(each, Element) and each.tag == "small"]
        paragraph = self.paragraph(place, style, node)
        self._text(paragraph, [each for each in node.children if each not in aside])
        for each in aside:
            self._text(self.paragraph(place, NOTE), [each])

    def _bold(self, node: Element, place: Any) -> None:
        paragraph = self.paragraph(place, "Normal", node)
        paragraph.paragraph_format.keep_with_next = True
        self._text(paragraph, node.children, bold=True)

    def _caption(self, node: Element, place: Any) -> None:
        self._text(self.paragraph(place, "Caption", node), node.children)

    def _quotation(self, node: Element, place: Any) -> None:
        before, self.style = self.style, self.style or "Quote"
        self.blocks(node.children, place)
        self.style = before

    def _preformatted(self, node: Element, place: Any) -> None:
        paragraph = self.paragraph(place, CODE, node)
        shade(paragraph, "F3F5F8")
        paragraph.add_run(plain("".join(each for each in node.children if isinstance(each, str)).rstrip("\n")))

    def _rule(self, node: Element, place: Any) -> None:
        self.paragraph(place, "Normal", node)

    def _terms(self, node: Element, place: Any) -> None:
        """Each term in bold, with what it means behind it."""
        paragraph: Paragraph | None = None
        for child in (each for each in node.children if isinstance(each, Element)):
            if child.tag == "dt":
                paragraph = self.paragraph(place, "Normal", child)
                self._text(paragraph, child.children, bold=True)
                continue
            first, *others = child.children or ("",)
            if paragraph is not None and isinstance(first, Element) and first.tag == "p":
                paragraph.add_run(": ")
                self._text(paragraph, first.children)
                self.blocks(others, place)
            else:
                self.blocks(child.children, place)

    def _list(self, node: Element, place: Any, depth: int = 1) -> None:
        if "tally" in node.classes:
            self._tally(node, place)
            return
        style = f"{'List Number' if node.tag == 'ol' else 'List Bullet'}{f' {depth}' if depth > 1 else ''}"
        number, following = None, 0
        for item in (each for each in node.children if isinstance(each, Element)):
            value = int(item.get("value") or following + 1)
            if node.tag == "ol" and (number is None or value != following + 1):
                number = self._new_numbering(value)
            following = value
            self._list_item(item, place, style, number, depth)

    def _list_item(self, item: Element, place: Any, style: str, number: int | None, depth: int) -> None:
        for order, child in enumerate(item.children):
            if isinstance(child, Element) and child.tag in {"ul", "ol"}:
                self._list(child, place, min(depth + 1, 3))
            elif order == 0 and isinstance(child, Element) and child.tag == "p":
                paragraph = self.paragraph(place, style, item)
                if number is not None:
                    _number(paragraph, number)
                self._text(paragraph, child.children)
            else:
                self.blocks([child], place)

    def _tally(self, node: Element, place: Any) -> None:
        """Numbers and what they count, each pair with a space between."""
        for item in (each for each in node.find("li") if each.children):
            running = item.children[0].children if isinstance(item.children[0], Element) else ()
            paragraph = self.paragraph(place, "List Bullet", item)
            self._text(paragraph, [*running[:1], " ", *running[1:]])

    def _new_numbering(self, start: int) -> int:
        """A numbering of its own for a list, so that it does not go on from the list before."""
        numbering = self.document.part.numbering_part.numbering_definitions._numbering
        made = numbering.add_num(NUMBERED)
        made.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(made.numId)

    def drawing(self, drawing: Drawing, place: Any) -> None:
        from docx.shared import Mm

        paragraph = self.paragraph(place, "Normal")
        paragraph.paragraph_format.keep_with_next = True  # the caption below it
        shown = paragraph.add_run().add_picture(io.BytesIO(picture(drawing)), width=Mm(PICTURE_WIDTH))
        about = shown._inline.docPr
        about.set("title", plain(drawing.title))
        about.set("descr", plain(drawing.description or drawing.title))

    def _table(self, node: Element, place: Any) -> None:
        rows = rows_of(node)
        caption = next(node.find("caption"), None)
        if not rows:
            return
        layout = lay_out(rows, upright=UPRIGHT, turned=TURNED)
        if layout.turned:
            self._turn()
        if caption is not None:
            self._caption(caption, place)
        table = place.add_table(len(rows), number_of_columns(rows))
        self._fill(table, rows, layout)
        place.add_paragraph(style=NOTE).paragraph_format.space_after = 0
        if layout.turned:
            self._turn()

    def _turn(self) -> None:
        """Go on on a page turned the other way."""
        from docx.enum.section import WD_ORIENT

        old = self.document.sections[-1]
        new = self.document.add_section()
        turned = old.orientation == WD_ORIENT.LANDSCAPE
        new.orientation = WD_ORIENT.PORTRAIT if turned else WD_ORIENT.LANDSCAPE
        new.page_width, new.page_height = old.page_height, old.page_width

    def _fill(self, table: Table, rows: Sequence[Row], layout: Layout) -> None:
        from docx.shared import Pt

        rule_table(table)
        table.autofit = False
        for column, width in zip(table.columns, layout.widths, strict=True):
            column.width = Pt(width)
        occupied: set[tuple[int, int]] = set()
        heads = sum(row.head for row in rows)
        grid = [row.cells for row in table.rows]
        for number, row in enumerate(rows):
            if row.head:
                repeat_as_head(table.rows[number])
            keep_whole(table.rows[number])
            at = 0
            for cell in row.cells:
                while (number, at) in occupied:
                    at += 1
                high = int(cell.get("rowspan") or 1)
                occupied |= {(number + down, at + over) for down in range(high) for over in range(span(cell))}
                target = grid[number][at]
                if high > 1 or span(cell) > 1:
                    target = target.merge(grid[number + high - 1][at + span(cell) - 1])
                target.width = Pt(sum(layout.widths[at : at + span(cell)]))
                self._cell(cell, target, row, layout.size)
                if row.head and number == heads - 1:
                    rule_below(target)
                at += span(cell)

    def _cell(self, cell: Element, target: _Cell, row: Row, size: float) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        inner = replace(self, style=HEAD if row.head or cell.tag == "th" else CELL)
        inner.marks = {**self.marks, "size": Pt(size), **({"muted": True} if "note" in cell.classes else {})}
        inner.blocks(cell.children, target)
        for paragraph in target.paragraphs:
            if "n" in cell.classes:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if row.head or row.heads_group:
                paragraph.paragraph_format.keep_with_next = True
        if row.id and cell is row.cells[0]:
            self.text.bookmark(target.paragraphs[0], row.id)


_WRITERS: Mapping[str, str] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **{"p": "paragraph", "dt": "bold", "figcaption": "caption", "summary": "bold", "blockquote": "quotation"},
    **{"pre": "preformatted", "hr": "rule", "dl": "terms", "ul": "list", "ol": "list", "table": "table"},
}


def _is_new_cell(place: Any) -> bool:
    """Whether a place is a cell that nothing was written into."""
    paragraphs = place.paragraphs
    return hasattr(place, "_tc") and len(paragraphs) == 1 and len(paragraphs[0]._p) == 0


def _number(paragraph: Paragraph, number: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = number
    properties.get_or_add_ilvl().val = 0

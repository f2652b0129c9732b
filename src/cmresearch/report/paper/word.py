"""Running text in a document for a word processor: pieces with their marks, links, and the places that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from cmresearch.files.sheets import CONTROL
from cmresearch.report.paper.tree import Element, Node

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell

FACE, MONO = "Times New Roman", "Courier New"  # a thesis's usual face; each word processor has it or its like
INK, MUTED, LINK = "1C2530", "56616D", "005A8F"
REGIONS: Mapping[str, str] = {"en": "en-GB", "id": "id-ID"}
SIZES: Mapping[str, float] = {"Title": 18, "Heading 1": 14, "Heading 2": 12, "Heading 3": 11, "Heading 4": 11}
TONES: Mapping[str, str] = {
    **dict.fromkeys(("fulfilled", "met", "recomputed", "agreement"), "00694E"),
    **dict.fromkeys(("not_optimal", "inconclusive", "partial_agreement"), "8A5100"),
    **dict.fromkeys(("not_implemented", "not_met", "differs", "dissonance"), "A33600"),
    **dict.fromkeys(("not_assessable", "silence"), MUTED),
}
NOTE, CODE, CELL, HEAD = "cm Note", "cm Code", "cm Table Text", "cm Table Head"
TABLE_SIZE = 9.0  # points


def language_tag(language: str) -> str:
    """The language as a word processor names it, such as `id-ID`."""
    return REGIONS.get(language, language)


def dress(document: Document, language: str) -> None:
    """Give a document our page, our styles and its language."""
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(25)
    _set_language(document, language)
    normal = document.styles["Normal"]
    _face(normal, FACE, 11)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.15
    for name, size in SIZES.items():
        style = document.styles[name]
        _face(style, FACE, size)
        style.font.bold, style.font.italic = True, name == "Heading 4"
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(5)
        style.paragraph_format.keep_with_next = True
    _remove_rule(document.styles["Title"])
    caption = document.styles["Caption"]
    _face(caption, FACE, 10)
    caption.font.bold = False
    caption.paragraph_format.keep_with_next, caption.paragraph_format.space_before = True, Pt(10)
    caption.paragraph_format.space_after = Pt(4)
    quote = document.styles["Quote"]
    _face(quote, FACE, 11)
    quote.paragraph_format.left_indent, quote.font.italic = Mm(7), False
    _own_styles(document)


def _own_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    for name, face, size in ((NOTE, FACE, 9.5), (CODE, MONO, 8.5), (CELL, FACE, TABLE_SIZE), (HEAD, FACE, TABLE_SIZE)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _face(style, face, size)
        if name in {CELL, HEAD}:
            style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(0), 1.0
        if name == NOTE:
            style.font.color.rgb = RGBColor.from_string(MUTED)
    document.styles[HEAD].font.bold = True


def _face(style: ParagraphStyle | Any, face: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = face, Pt(size)
    style.font.color.rgb = RGBColor.from_string(INK)
    fonts = style.element.rPr.rFonts
    # A face of the theme would win over the one that is named.
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:cs"), face)


def _remove_rule(style: Any) -> None:
    from docx.oxml.ns import qn

    for rule in style.element.findall(f".//{qn('w:pBdr')}"):
        rule.getparent().remove(rule)


def _set_language(document: Document, language: str) -> None:
    from docx.oxml.ns import qn

    tag = language_tag(language)
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), tag)
    for element in document.settings.element.iter(qn("w:themeFontLang")):
        element.set(qn("w:val"), tag)


def rule_table(table: Table) -> None:
    """Rules above, below and between the rows; none between the columns."""
    properties = table._tbl.tblPr
    borders = _element("w:tblBorders")
    for side, size in (("top", 8), ("bottom", 8), ("insideH", 2)):
        border = _element(f"w:{side}", val="single", sz=str(size), space="0", color=INK if size > 2 else "C9D0D8")
        borders.append(border)
    properties.append(borders)
    margins = _element("w:tblCellMar")
    for side, width in (("top", 25), ("left", 70), ("bottom", 25), ("right", 70)):  # in the schema's order
        margins.append(_element(f"w:{side}", w=str(width), type="dxa"))
    properties.append(margins)


def rule_below(cell: _Cell) -> None:
    """A strong rule below a cell of the head."""
    borders = _element("w:tcBorders")
    borders.append(_element("w:bottom", val="single", sz="6", space="0", color=INK))
    cell._tc.get_or_add_tcPr().append(borders)


def repeat_as_head(row: Any) -> None:
    """Show a row again on top of each page that its table reaches."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))


def keep_whole(row: Any) -> None:
    """Break no page within a row."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))


def shade(paragraph: Any, colour: str) -> None:
    """Give a paragraph a ground."""
    paragraph._p.get_or_add_pPr().append(_element("w:shd", val="clear", color="auto", fill=colour))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


Marks: TypeAlias = Mapping[str, Any]  # bold, italic, code, sup, sub, muted, size, colour, lang
LONGEST = 40  # letters of a bookmark's name; Word drops a longer one


def plain(text: str) -> str:
    """A text as XML can hold it."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass
class RunningText:
    """Writes running text into paragraphs of one document, whose bookmarks it counts."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, paragraph: Paragraph, nodes: Iterable[Node], marks: Marks) -> None:
        """Running text into a paragraph, each piece with the marks that hold there."""
        for node in nodes:
            if isinstance(node, str):
                _run(paragraph, node, marks)
            elif isinstance(node, Element):
                self._inline(paragraph, node, marks)

    def _inline(self, paragraph: Paragraph, node: Element, marks: Marks) -> None:
        if node.tag == "br":
            paragraph.add_run().add_break()
        elif node.tag == "a" and node.get("href"):
            self._link(paragraph, node, marks)
        elif node.tag != "wbr":
            if node.get("id"):
                self.bookmark(paragraph, node.get("id"))
            texts = ["“", *node.children, "”"] if node.tag == "q" else node.children
            self.write(paragraph, texts, {**marks, **_marks_of(node)})
            if "label" in node.classes:
                paragraph.add_run().add_break()

    def _link(self, paragraph: Paragraph, node: Element, marks: Marks) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        target, link = node.get("href"), OxmlElement("w:hyperlink")
        if target.startswith("#"):
            link.set(qn("w:anchor"), _bookmark_name(target[1:]))
        else:
            link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        before = len(paragraph._p)
        self.write(paragraph, node.children, {**marks, "colour": LINK})
        moved = list(paragraph._p)[before:]
        paragraph._p.append(link)
        for run in moved:
            link.append(run)

    def bookmark(self, paragraph: Paragraph, name: str) -> None:
        """A place in a paragraph that links may lead to."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        number = str(next(self.numbers))
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), number)
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), _bookmark_name(name))
            paragraph._p.append(mark)


def _bookmark_name(name: str) -> str:
    """An id as a word processor takes it: letters, digits and underscores, forty at most and still one of its own."""
    whole = re.sub(r"\W", "_", f"to_{name}")
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def _marks_of(node: Element) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    if node.tag in {"b", "strong"}:
        marks["bold"] = True
    if node.tag in {"i", "em", "cite"}:
        marks["italic"] = True
    if node.tag in {"code", "kbd", "sup", "sub"}:
        marks[node.tag.replace("kbd", "code")] = True
    if node.classes & {"note", "muted", "kind", "label"}:
        marks["muted"] = True
    if "kind" in node.classes:
        marks["italic"] = True
    tone = next((TONES[name] for name in sorted(node.classes) if name in TONES), None)
    if tone is not None:
        marks |= {"colour": tone, "bold": True}
    if node.get("lang"):
        marks["lang"] = node.get("lang")
    return marks


def _run(paragraph: Paragraph, text: str, marks: Marks) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(plain(text))
    font = run.font
    font.bold, font.italic = marks.get("bold"), marks.get("italic")
    if marks.get("sup") or marks.get("sub"):
        font.superscript = bool(marks.get("sup"))
        font.subscript = True if marks.get("sub") else font.subscript
    if marks.get("size") is not None:
        font.size = marks["size"]
    if marks.get("code"):
        font.name = MONO
        font.size = Pt((marks["size"].pt if marks.get("size") is not None else 11) * 0.88 // 0.5 * 0.5)
    colour = marks.get("colour") or (MUTED if marks.get("muted") else None)
    if colour is not None:
        font.color.rgb = RGBColor.from_string(colour)
    if marks.get("lang"):
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), language_tag(marks["lang"]))
        run._r.get_or_add_rPr().append(language)

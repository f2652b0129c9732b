"""How our documents look in a word processor: A4, one face, tables ruled as journals rule them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
    return REGIONS.get(language[:2], language)


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

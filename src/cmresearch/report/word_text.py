"""Running text in a document for a word processor: pieces with their marks, links, and the places that they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from cmresearch.report.tree import Element, Node
from cmresearch.report.word_styles import LINK, MONO, MUTED, TONES, language_tag
from cmresearch.sheets import CONTROL

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

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

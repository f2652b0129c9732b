"""The words of a source file, whether it is plain text, Markdown, or a document of a word processor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import SourceError
from cmresearch.files.strangers import MEGABYTE, Limits, open_zip, parse_xml, read_part

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MARK = "+++\n"
PLAIN = (".md", ".txt")
SUFFIXES = (*PLAIN, ".docx", ".odt")
LIMITS = Limits(xml=64 * MEGABYTE)
"""A document's text is read up to this size when unpacked."""
MOST_BLANKS = 1_000
"""Blanks in a row that an open document states by their number."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# A word processor turns quotation marks round; in a header they must be straight.
_STRAIGHT = str.maketrans("“”„‟″", '"""""')


def read_source_file(path: Path) -> tuple[str, str]:
    r"""The header and the text of a source file, apart.

    A file begins with a header in TOML between two lines `+++`; the text is everything after it. In .docx and .odt each
    paragraph that is not empty is a paragraph of the text, with a blank line between; notes, headers of pages, comments
    and what was struck out under tracked changes are left out.

    Args:
        path: A file in UTF-8 (.md, .txt), or a document (.docx, .odt).

    Returns:
        The header as TOML, and the text to which all offsets refer.

    Raises:
        SourceError: It has no header, or is no such file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.txt"
        >>> _ = path.write_text('+++\nkey = "a"\n+++\nThe text.', encoding="utf-8")
        >>> read_source_file(path)
        ('key = "a"\n', 'The text.')
    """
    if path.suffix in PLAIN:
        return _plain(path.read_bytes())
    paragraphs = _word_paragraphs if path.suffix == ".docx" else _open_document_paragraphs
    member = "word/document.xml" if path.suffix == ".docx" else "content.xml"
    return _parted([text for text in paragraphs(_xml(path, member)) if text.strip()])


def _plain(content: bytes) -> tuple[str, str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    if "\r" in text:
        # Offsets count characters: a file whose line ends change would shift every coding.
        raise SourceError("the lines end with a carriage return; save the file with LF line ends")
    opening, mark, rest = text.partition(MARK)
    header, closing, body = rest.partition("\n" + MARK)
    if opening or not mark or not closing:
        raise SourceError("no header; expected TOML between two lines '+++' at the top")
    return header + "\n", body


def _parted(paragraphs: list[str]) -> tuple[str, str]:
    """Header and text of a document, whose header may be several paragraphs or one with several lines."""
    lines = "\n\n".join(paragraphs).split("\n")
    marks = [number for number, line in enumerate(lines) if line.strip() == "+++"]
    if len(marks) < 2 or any(line.strip() for line in lines[: marks[0]]):
        raise SourceError("no header; expected TOML between two paragraphs '+++' at the top")
    header = "\n".join(line.strip() for line in lines[marks[0] + 1 : marks[1]] if line.strip())
    return header.translate(_STRAIGHT) + "\n", "\n".join(lines[marks[1] + 1 :]).strip("\n")


def _xml(path: Path, member: str) -> Element:
    broken = f"is no {path.suffix} document, or one with a password"
    with open_zip(path, error=SourceError, broken=broken, reason="unsaid") as archive:
        content = read_part(archive, member, LIMITS.xml)
    if len(content) > LIMITS.xml:
        raise SourceError(f"more than {LIMITS.xml // MEGABYTE} MB of text; split the document")
    try:
        return parse_xml(content, path.name, error=SourceError, limits=LIMITS)
    except SourceError:
        raise SourceError(f"is no {path.suffix} document that can be read safely") from None


def _word_paragraphs(root: Element) -> Iterator[str]:
    for paragraph in _elements(root, f"{_W}p"):
        yield "".join(_word_pieces(paragraph))


def _word_pieces(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield "\t" if child.tag == f"{_W}tab" else "\n"
        elif child.tag not in (f"{_W}p", f"{_W}pPr", f"{_W}rPr", f"{_W}del", _FALLBACK):
            yield from _word_pieces(child)


def _open_document_paragraphs(root: Element) -> Iterator[str]:
    for paragraph in _elements(root, f"{_T}p", f"{_T}h"):
        yield "".join(_open_document_pieces(paragraph))


def _open_document_pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = child.tag.removeprefix(_T)
        if name == "s":
            stated = child.get(f"{_T}c", "1")
            yield " " * (min(int(stated), MOST_BLANKS) if stated.isdecimal() else 1)
        elif name in ("tab", "line-break"):
            yield "\t" if name == "tab" else "\n"
        elif name not in ("p", "h", "note") and not child.tag.endswith("}annotation"):
            yield from _open_document_pieces(child)
        yield child.tail or ""


def _elements(root: Element, *tags: str) -> Iterator[Element]:
    """The elements with one of these tags, in the order of the text, without what is repeated or struck out."""
    for child in root:
        if child.tag in tags:
            yield child
        if child.tag not in (_FALLBACK, f"{_T}tracked-changes", f"{_T}note") and not child.tag.endswith("}annotation"):
            yield from _elements(child, *tags)

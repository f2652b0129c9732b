"""The texts in a file that is about to be shared, whatever its format, each with where it stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePosixPath

from cmresearch.errors import PrivacyError
from cmresearch.files.coding_formats import endings_of
from cmresearch.files.strangers import Cell, Limits, open_workbook, open_zip, read_part, sheet_rows
from cmresearch.privacy.words import words_of

MOST_BYTES = 64 * 2**20
"""A file, together with all that is packed in it, is read up to this size; a larger one is named, not read."""
LIMITS = Limits(size=16 * MOST_BYTES)
"""The cells of a workbook take many times the size of its file."""

_LINES_AT_ONCE = 100
_PICTURES = words_of(".png .jpg .jpeg .gif .ico .webp .woff .woff2 .ttf .otf .css .map")
_PACKED = words_of(".zip .xlsx .docx .odt .pptx .ods") | {*endings_of("packed")}
_CODE = words_of(".py .js .ts .r .sql .sh")
# A decorator (@property) and an attribute (frame.id) look like names on a network and web addresses.
_NOT_IN_CODE = frozenset({"handle", "url"})
# Words of JSON-LD, which look like names on a network.
_JSON_LD = words_of("@context @graph @id @type @value @language")


@dataclass(frozen=True)
class Passage:
    """A stretch of text and where it stands.

    Attributes:
        where: `row 17, column text`, `Sheet1!B5`, `cell 3, output` … ; empty where `line` says it.
        text: What stands there.
        lead: The column or key it stands under; a figure under `NIK` is a NIK.
        line: The number of the text's first line, or 0.
        ignored: Kinds of personal data not looked for here.
    """

    where: str
    text: str
    lead: str = ""
    line: int = 0
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Unread:
    """A file that could not be looked into, and why."""

    reason: str


class _UnreadError(PrivacyError):
    """Raised where a file turns out to be unreadable, made an `Unread` by `passages`."""


class _Room:
    """How many bytes may still be unpacked: packed files in packed files share one allowance."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _UnreadError(f"more than {MOST_BYTES // 2**20} MB")


def passages(name: str, content: bytes) -> Iterator[tuple[str, Passage | Unread]]:
    r"""Every text in a file, each with the name of the file it stands in (`archive.zip/inner.csv`, if packed).

    Args:
        name: The file's name; its ending decides the format. An unknown ending is read as text.
        content: The file's bytes.

    Returns:
        The passages one by one; `Unread` for a file, or a packed file, that is not what its ending says, has a
        password, or is too large.

    Example:
        >>> for name, passage in passages("a.csv", b"id,nik\n7,317101\n"):
        ...     print(name, passage.where, passage.lead, passage.text)
        a.csv row 1, column 1  id
        a.csv row 1, column 2  nik
        a.csv row 2, column id id 7
        a.csv row 2, column nik nik 317101
    """
    yield from _texts(name, content, _Room(MOST_BYTES))


def _texts(name: str, content: bytes, room: _Room) -> Iterator[tuple[str, Passage | Unread]]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _PICTURES:
        return
    try:
        room.take(len(content))
        if suffix in _PACKED:
            yield from _packed(name, content, room)
        for passage in _reader(suffix)(content) if suffix not in _PACKED - {".xlsx"} else ():
            yield name, passage
    except _UnreadError as error:
        yield name, Unread(str(error))


def _reader(suffix: str) -> Callable[[bytes], Iterator[Passage]]:
    if suffix == ".xlsx":
        return _workbook
    if suffix in _READERS:
        return lambda content: _READERS[suffix](_decoded(content))
    ignored = _NOT_IN_CODE if suffix in _CODE else frozenset()
    return lambda content: _lines(_decoded(content), ignored=ignored)


def _decoded(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    if b"\0" in content or content.startswith((b"%PDF", b"\x1f\x8b", b"PK\x03\x04")):
        raise _UnreadError("not a text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _lines(text: str, *, ignored: frozenset[str] = frozenset()) -> Iterator[Passage]:
    """Paragraphs, so that an address that runs over two lines is seen whole."""
    begin, lines = 1, list[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and len(lines) < _LINES_AT_ONCE:
            lines.append(line)
            continue
        if lines:
            yield Passage("", "\n".join(lines), line=begin, ignored=ignored)
        begin, lines = (number, [line]) if line.strip() else (number + 1, [])
    if lines:
        yield Passage("", "\n".join(lines), line=begin, ignored=ignored)


def _table(text: str) -> Iterator[Passage]:
    head = text.split("\n", 1)[0]
    separator = max("\t;,", key=head.count)
    csv.field_size_limit(MOST_BYTES)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns: list[str] = []
    try:
        for number, row in enumerate(rows, start=1):
            for index, cell in enumerate(row):
                column = columns[index] if index < len(columns) else str(index + 1)
                if cell and number > 1:
                    yield Passage(f"row {number}, column {column}", cell, lead=column)
                elif cell:
                    yield Passage(f"row 1, column {index + 1}", cell)
            columns = columns or row
    except csv.Error as error:
        raise _UnreadError("not a table") from error


def _json(text: str) -> Iterator[Passage]:
    try:
        yield from _values(json.loads(text), "")
    except (ValueError, RecursionError):
        yield from _lines(text)


def _values(value: object, path: str) -> Iterator[Passage]:
    """Every text and number in a JSON value, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _JSON_LD:
                yield Passage(f"a key in {path or 'the file'}", key)
            yield from _values(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _values(inner, f"{path}[{number}]")
    elif isinstance(value, str) or (isinstance(value, int) and abs(value) > 10**7):
        yield Passage(path or "the file", str(value), lead=path.rpartition(".")[2].partition("[")[0])


def _json_lines(text: str) -> Iterator[Passage]:
    for number, line in enumerate(text.split("\n"), start=1):
        for passage in _json(line) if line.strip() else ():
            yield Passage(f"line {number}, {passage.where}", passage.text, lead=passage.lead)


def _notebook(text: str) -> Iterator[Passage]:
    """The cells of a notebook, what they printed and showed, and the notebook's own settings."""
    try:
        notebook = json.loads(text)
        cells = notebook.get("cells", [])
        for number, cell in enumerate(cells, start=1):
            ignored = _NOT_IN_CODE if cell.get("cell_type") == "code" else frozenset()
            yield Passage(f"cell {number}, source", _joined(cell.get("source", "")), ignored=ignored)
            for output in cell.get("outputs", []):
                yield from _output(output, f"cell {number}, output")
        # What is left (settings, the cells of older formats) is looked through as it comes.
        rest = {key: value for key, value in notebook.items() if key != "cells"}
        yield from _values([rest, [_without(cell, "source", "outputs") for cell in cells]], "notebook")
    except (ValueError, AttributeError, RecursionError) as error:
        raise _UnreadError("not a notebook") from error


def _without(cell: dict[str, object], *keys: str) -> dict[str, object]:
    return {key: value for key, value in cell.items() if key not in {*keys, "id", "attachments"}}


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _output(output: dict[str, object], where: str) -> Iterator[Passage]:
    shown = output.get("data", {})
    for kind, data in shown.items() if isinstance(shown, dict) else ():
        if kind in {"text/html", "image/svg+xml"}:
            yield from (Passage(where, passage.text) for passage in _markup(_joined(data)))
        elif not kind.startswith("image/"):
            yield from _values(_joined(data) if isinstance(data, list) else data, where)
    yield Passage(where, _joined(output.get("text", "")))
    yield from _values([_joined(output.get("traceback", "")), output.get("evalue", "")], where)


class _Markup(HTMLParser):
    """Collects the text of each block, with the attributes that people see or follow."""

    INLINE = words_of("a b i em strong mark span u s sup sub small code abbr q cite font tspan w:r w:t text:span")
    SEEN = words_of("href src title alt content value placeholder aria-label data-text name description")

    # What stands here is somebody, though nothing in the text says so.
    PEOPLE = words_of("dc:creator cp:lastmodifiedby author meta:initial-creator user")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Passage] = []
        self.pieces: list[str] = []
        self.line = 1
        self.is_style = self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.flush(tag)
        self.is_style = tag == "style"
        # Data for a page stand in scripts too, but there they are no program.
        self.is_code = tag == "script" and "json" not in (dict(attrs).get("type") or "")
        lead, line = "nama" if tag in self.PEOPLE else "", self.getpos()[0]
        for name, value in attrs:
            if value and name.lower() in self.SEEN and not value.startswith("data:"):
                text = value.removeprefix("mailto:").removeprefix("tel:")
                self.found.append(Passage("", text, lead=lead, line=line))

    def handle_endtag(self, tag: str) -> None:
        self.flush(tag, lead="nama" if tag in self.PEOPLE else "")
        self.is_style = self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_style:
            self.line = self.line if self.pieces else self.getpos()[0]
            self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(Passage("", data, line=self.getpos()[0]))

    def unknown_decl(self, data: str) -> None:
        self.handle_data(data.removeprefix("CDATA["))

    def flush(self, tag: str, lead: str = "") -> None:
        if tag in self.INLINE:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        ignored = _NOT_IN_CODE if self.is_code else frozenset()
        if text.strip():
            self.found.append(Passage("", text, lead=lead, line=self.line, ignored=ignored))


def _markup(text: str) -> Iterator[Passage]:
    parser = _Markup()
    parser.feed(text)
    parser.close()
    parser.flush("")
    yield from parser.found


_READERS: dict[str, Callable[[str], Iterator[Passage]]] = {
    **dict.fromkeys((".csv", ".tsv", *endings_of("table")), _table),
    **dict.fromkeys((".json", ".geojson"), _json),
    **dict.fromkeys((".jsonl", ".ndjson"), _json_lines),
    # A project file (.qde) is what a packed project holds.
    **dict.fromkeys((".html", ".htm", ".xml", ".svg", ".qde", ".rels", *endings_of("markup")), _markup),
    ".ipynb": _notebook,
}


def _packed(name: str, content: bytes, room: _Room) -> Iterator[tuple[str, Passage | Unread]]:
    """The files in a packed file; of a workbook only what its cells do not show: comments, authors, drawings."""
    is_workbook = name.lower().endswith(".xlsx")
    broken = "not a whole packed file, or one with a password"
    with open_zip(content, error=_UnreadError, broken=broken, reason="unsaid") as archive:
        for entry in archive.infolist():
            if not (entry.is_dir() or (is_workbook and not _is_beside_cells(entry.filename))):
                yield from _texts(f"{name}/{entry.filename}", read_part(archive, entry, room.left), room)


def _is_beside_cells(part: str) -> bool:
    return part.startswith(("docProps/", "xl/comments", "xl/threadedComments", "xl/persons")) or (
        "drawing" in part and part.endswith(".xml")
    )


def _workbook(content: bytes) -> Iterator[Passage]:
    broken = "not a whole workbook"
    with open_workbook(content, error=_UnreadError, broken=broken, name=broken, reason="unsaid", limits=LIMITS) as book:
        for sheet in book.worksheets:
            yield Passage(f"the name of sheet {sheet.title}", sheet.title)
            yield from _cells(sheet.title, sheet_rows(book, sheet.title))


def _cells(sheet: str, rows: Iterable[tuple[int, list[Cell]]]) -> Iterator[Passage]:
    columns: dict[int, str] = {}
    for _, row in rows:
        for cell in row:
            if cell.value is None or isinstance(cell.value, bool):
                continue
            is_whole = isinstance(cell.value, float) and cell.value.is_integer()
            text = str(int(cell.value) if is_whole else cell.value)
            yield Passage(f"{sheet}!{cell.coordinate}", text, lead=columns.get(cell.column, ""))
            columns.setdefault(cell.column, text)

"""Separated text as cities write it: its encoding, separator, quotation marks and header, found and reported."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import IntakeError
from cmresearch.files.csv_rule import csv_line
from cmresearch.files.strangers import MEGABYTE, Limits, gzip_pieces

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

# Text shrinks ten- to fortyfold; a file that grows two hundredfold was made to fill a disk.
PACKED = Limits(ratio=200, ratio_from=100 * MEGABYTE)
DELIMITERS = (",", ";", "\t", "|")
HEAD_ROWS, HEAD_CHARACTERS = 60, 1 << 20
LONGEST_CELL = 1 << 24
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes that Windows' western code page leaves undefined.
NOT_WINDOWS = frozenset(b"\x81\x8d\x8f\x90\x9d")
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
MIXED = "utf-8 and cp1252"
DATA_LIKE = re.compile(r"^\s*[-+]?[\d.,:/\sT-]*\d[\d.,:/\sTZ-]*\s*([AaPp][Mm])?%?$")


@dataclass(frozen=True)
class Text:
    """How a text file is written.

    Attributes:
        encoding: A Python codec, or "utf-8 and cp1252" for UTF-8 in which some bytes are of Windows' code page.
        delimiter: What stands between cells.
        quote: The quotation mark.
        skipped: Rows above the header (titles, blanks).
        header_rows: Rows of the header: 0, 1 or 2.
        names: The columns' names.
        ends_with_line_end: Whether the last line is finished; where it is not, the file may be cut off.
    """

    encoding: str
    delimiter: str
    quote: str
    skipped: int
    header_rows: int
    names: tuple[str, ...]
    ends_with_line_end: bool

    @property
    def is_plain(self) -> bool:
        """Whether the engine can read it as it stands."""
        return self.encoding in ("utf-8", "utf-8-sig", "ascii")


@dataclass(frozen=True)
class Header:
    """Where a table's header is and what it says."""

    skipped: int
    rows: int
    names: tuple[str, ...]


def read_text(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    skip_rows: int | None = None,
    header_rows: int | None = None,
    names: Sequence[str] = (),
) -> Text:
    r"""How a text file is written: what is not stated is found.

    The file is read once from end to end, so a byte that does not fit is found wherever it stands.

    Args:
        path: The file, plain or gzipped.
        encoding: Its encoding.
        delimiter: What stands between cells.
        quote: The quotation mark; an empty text where there is none.
        skip_rows: Rows above the header.
        header_rows: Rows of the header; 0 where there is none.
        names: The columns' names, in place of the header's.

    Raises:
        IntakeError: It is not text, ends within a character, has no header, or a cell is beyond all size.

    Example:
        >>> import tempfile
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_bytes("nomor;uraian\n007;caf\xe9\n".encode("latin-1"))
        >>> text = read_text(export)
        >>> text.encoding, text.delimiter, text.names
        ('cp1252', ';', ('nomor', 'uraian'))
    """
    found, ends = find_encoding(path)
    encoding = encoding or found
    head = _head(path, encoding)
    quote = '"' if quote is None else quote
    delimiter = delimiter or find_delimiter(head, quote=quote)
    rows = _rows_of(head, delimiter, quote)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise IntakeError(f"{path.name} has no header: its first lines are blank")
    header = find_header(rows, skip_rows=skip_rows, header_rows=header_rows, names=names)
    return Text(encoding, delimiter, quote, header.skipped, header.rows, header.names, ends)


def pieces(path: Path) -> Iterator[bytes]:
    """The file's bytes piece by piece, unpacked, to the very end.

    Raises:
        IntakeError: A gzipped file is cut off or broken, or is a bomb.
    """
    return gzip_pieces(path, error=IntakeError, limits=PACKED)


def find_encoding(path: Path) -> tuple[str, bool]:
    """The encoding of a text file, and whether its last line is finished.

    Raises:
        IntakeError: It holds bytes that no text holds, or ends within a character.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    high: Counter[str] = Counter()
    seen: set[int] = set()
    last, fits = b"", True
    for number, piece in enumerate(pieces(path)):
        if number == 0:
            marked = _marked(piece)
            if marked:
                return marked, _line_end(path, marked)
        if b"\x00" in piece:
            raise IntakeError(f"{path.name} is no text: it holds bytes of value 0")
        fits = fits and _decodes(decoder, piece)
        if not fits:
            high["multibyte"] += len(MULTIBYTE.findall(piece))
            high["single"] += len(HIGH.findall(MULTIBYTE.sub(b"", piece)))
            seen |= NOT_WINDOWS & set(piece)
        last = piece[-1:]
    ends = last in (b"\n", b"\r")
    if fits:
        if decoder.getstate()[0]:
            raise IntakeError(f"{path.name} ends in the middle of a character: it is cut off, so no part of it is read")
        return "utf-8", ends
    if high["multibyte"] > high["single"]:
        return MIXED, ends
    return ("latin-1" if seen else "cp1252"), ends


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _marked(head: bytes) -> str | None:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    # Western text in UTF-16 has a zero in every second byte.
    zeros = [head[start:400:2].count(0) for start in (0, 1)]
    half = max(len(head[:400]) // 2, 1)
    if max(zeros) > 0.6 * half and min(zeros) < 0.2 * half:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return None


def _line_end(path: Path, encoding: str) -> bool:
    last = ""
    for last in _characters(path, encoding):  # noqa: B007 - the last piece is what is wanted
        pass
    return last.endswith(("\n", "\r"))


def _characters(path: Path, encoding: str) -> Iterator[str]:
    name, errors = ("utf-8", "windows bytes") if encoding == MIXED else (encoding, "strict")
    try:
        decoder = codecs.getincrementaldecoder(name)(errors)
    except LookupError:
        raise IntakeError(f"{path.name}: nobody knows an encoding {encoding!r}") from None
    try:
        for piece in pieces(path):
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise IntakeError(f"{path.name} is not {encoding} text throughout, or is cut off: {error}") from error


def _windows_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # One byte at a time: what follows may be UTF-8 again.
    return error.object[error.start : error.start + 1].decode("cp1252", errors="replace"), error.start + 1


codecs.register_error("windows bytes", _windows_bytes)


def _head(path: Path, encoding: str) -> str:
    taken, size = [], 0
    for part in _characters(path, encoding):
        taken.append(part)
        size += len(part)
        if size >= HEAD_CHARACTERS:
            break
    return "".join(taken)[:HEAD_CHARACTERS].lstrip("\ufeff")


def find_delimiter(head: str, *, quote: str = '"') -> str:
    r"""The separator under which most rows have the same number of cells, more than one of them.

    Example:
        >>> find_delimiter('a;b\n"1,5";2\n"2,5";3\n')
        ';'
    """
    return max(DELIMITERS, key=lambda each: _evenness(_rows_of(head, each, quote)))


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    widths = Counter(len(row) for row in rows if any(row))
    # Ties go to the separator with more cells: a semicolon file whose texts hold one comma each is even under both.
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0, 0
    width = max(wide, key=lambda each: (wide[each], each))
    return wide[width] / widths.total(), width


def _rows_of(head: str, delimiter: str, quote: str) -> list[list[str]]:
    _allow_long_cells()
    rows: list[list[str]] = []
    try:
        rows.extend(islice(_cells(io.StringIO(head, newline=""), delimiter, quote), HEAD_ROWS))
    except csv.Error:
        # What could be read shows the layout; the fault itself is named by the pass over the whole file.
        return rows
    # The head ends anywhere: its last row may be half a row.
    return rows[:-1] if len(rows) > 2 and len(head) >= HEAD_CHARACTERS else rows


def _cells(lines: Iterable[str], delimiter: str, quote: str, *, strict: bool = False) -> CsvReader:
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict)


def find_header(
    rows: Sequence[Sequence[str]],
    *,
    skip_rows: int | None = None,
    header_rows: int | None = None,
    names: Sequence[str] = (),
) -> Header:
    """Where the header is among a table's first rows: it may stand under a title, and it may have two rows.

    Args:
        rows: The first rows, as text.
        skip_rows: Rows above the header, where they are known.
        header_rows: Rows of the header, where they are known.
        names: The columns' names, in place of the header's.

    Example:
        >>> rows = [["Complaints 2020", ""], ["", ""], ["id", "received"], ["1", "2020-01-02"]]
        >>> find_header(rows)
        Header(skipped=2, rows=1, names=('id', 'received'))
    """
    skipped = _rows_above(rows) if skip_rows is None else skip_rows
    body = rows[skipped:]
    count = _rows_of_header(body) if header_rows is None else header_rows
    width = max((len(row) for row in body[: max(count, 1)]), default=0)
    written = _joined(body[:count], width)
    if names:
        return Header(skipped, count, tuple(names))
    return Header(
        skipped, count, tuple(name or f"unnamed {position}" for position, name in enumerate(written, start=1))
    )


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _rows_above(rows: Sequence[Sequence[str]]) -> int:
    usual = Counter(_filled(row) for row in rows if _filled(row)).most_common(1)[0][0]
    for number, row in enumerate(rows):
        # A title fills a cell or two; a header fills most columns. A header over merged cells counts by its row below.
        if _is_wordy(row) and (_filled(row) >= 0.6 * usual or (_filled(row) > 1 and _is_group_row(rows, number))):
            return number
    return next(number for number, row in enumerate(rows) if _filled(row))


def _is_wordy(row: Sequence[str]) -> bool:
    return 2 * sum(bool(DATA_LIKE.match(cell)) for cell in row) < max(_filled(row), 1) and _filled(row) > 0


def _is_group_row(rows: Sequence[Sequence[str]], number: int) -> bool:
    below = rows[number + 1] if number + 1 < len(rows) else []
    return _filled(below) > _filled(rows[number]) and not any(DATA_LIKE.match(cell) for cell in (*rows[number], *below))


def _rows_of_header(body: Sequence[Sequence[str]]) -> int:
    if len(body) < 3:
        return 1
    first, second, below = body[0], body[1], body[2:]
    data = [
        position
        for position in range(min(len(first), len(second)))
        if (cells := [row[position] for row in below if position < len(row) and row[position].strip()])
        and sum(bool(DATA_LIKE.match(cell)) for cell in cells) >= 0.8 * len(cells)
    ]
    words = [position for position in data if second[position].strip() and not DATA_LIKE.match(second[position])]
    groups = _filled(first) < _filled(second)
    return 2 if data and len(words) == len(data) and (groups or len(data) > 1) and _filled(second) > 1 else 1


def _joined(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    padded = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    if not padded:
        return [""] * width
    if len(padded) == 1:
        return padded[0]
    if all(padded[0]) and len(set(padded[0])) == width:
        return padded[0]
    # The text of merged cells stands in the first of them alone.
    groups = _carried_on(padded[0])
    return [
        low if high == low else " / ".join(filter(None, (high, low)))
        for high, low in zip(groups, padded[1], strict=True)
    ]


def _carried_on(cells: Iterable[str]) -> Iterator[str]:
    last = ""
    for cell in cells:
        last = cell or last
        yield last


def rewrite(path: Path, text: Text, target: Path) -> None:
    """Write the rows under the header again as plain CSV (UTF-8, commas), for the engine to read.

    Raises:
        IntakeError: Quotation marks are not closed, a cell is beyond all size, or the file is cut off.
    """
    _allow_long_cells()
    lines = _lines(_characters(path, text.encoding))
    reader = _cells(lines, text.delimiter, text.quote, strict=True)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_line(row) for row in islice(reader, text.skipped + text.header_rows, None) if row)
    except csv.Error as error:
        raise IntakeError(f"{path.name}, line {reader.line_num}: {error}; no part of the file is read") from error


def _lines(characters: Iterator[str]) -> Iterator[str]:
    rest = ""
    for part in characters:
        *whole, rest = re.split(r"(?<=\n)|(?<=\r)(?!\n)(?!$)", rest + part)
        yield from whole
        if len(rest) > LONGEST_CELL:
            raise IntakeError("a line is longer than 16 million characters: this is no table")
    if rest:
        yield rest


def _allow_long_cells() -> None:
    csv.field_size_limit(LONGEST_CELL)

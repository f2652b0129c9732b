"""Files from other people, opened within bounds: archives, XML, workbooks, documents and databases.

One policy for all of them: nothing is read from outside the file, no entity is resolved, nothing is unpacked or counted
without end, and whatever a library throws at a damaged file becomes one sentence that names the file. Each caller
passes the class of the error that it raises and its own limits.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import time
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, Protocol

from cmresearch.errors import CmResearchError, ExchangeError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MEGABYTE = 2**20
PIECE = MEGABYTE
HEAD = 2**16
"""A document type is declared before the first element, so at the beginning of a file."""
STEPS = 50_000
"""After so many steps of a database it is asked whether somebody wants it to stop."""
LONGEST_VALUE = 2**28
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""The last cell that Excel and LibreOffice have."""
BLANK_ROWS, BLANK_COLUMNS, EMPTY_AREA = 100_000, 1_000, 50_000_000
"""Up to here a sheet may be empty between its cells, however few they are."""
BLANK_TAIL = 10_000
ENCRYPTED = 0x1
LONGEST_REASON = 200

# A file that is not there or may not be read keeps the words of the system.
Raised = type[CmResearchError]
_Row = tuple[int, list[dict[str, Any]]]


@dataclass(frozen=True)
class Limits:
    """How much of a file is read at most.

    Attributes:
        size: Bytes of a file, or of all parts of an archive together, unpacked.
        xml: Bytes of one XML file, which takes ten times its size in memory.
        parts: Parts of an archive.
        ratio: How many times its packed size a part may be.
        ratio_from: Bytes from which on the ratio applies.
        depth: How deep the elements of an XML file may be nested.
        seconds: How long a view of a database, which may never end, is waited for.
    """

    size: int = 256 * MEGABYTE
    xml: int = 64 * MEGABYTE
    parts: int = 20_000
    ratio: int = 200
    ratio_from: int = MEGABYTE
    depth: int = 200
    seconds: float = 20.0


LIMITS = Limits()


class Losses(Protocol):
    """Whatever notes what was not read; a `Tally` does."""

    def lose(self, what: str, *names: str) -> None:
        """Note that things of a kind were not read."""


@contextmanager
def told(error: Raised, sentence: str, *, reason: Literal["said", "unsaid"] = "said") -> Iterator[None]:
    """Whatever a library throws within becomes an error of the caller: the sentence, and what was found.

    Args:
        error: The class of the error.
        sentence: The file, and what it turns out not to be.
        reason: Whether what was found is put behind the sentence.

    Example:
        >>> with told(ExchangeError, "a.xlsx: is no workbook"):
        ...     {}["xl/workbook.xml"]
        Traceback (most recent call last):
            ...
        cmresearch.errors.ExchangeError: a.xlsx: is no workbook: 'xl/workbook.xml'
    """
    try:
        yield
    except CmResearchError:
        raise
    except Exception as found:  # a broken part makes readers raise whatever comes
        raise error(sentence if reason == "unsaid" else f"{sentence}: {_reason(found)}") from found
    except BaseException as found:
        # A library in Rust that panics raises an error of its own, which is no Exception.
        if type(found).__name__ != "PanicException":
            raise
        raise error(sentence if reason == "unsaid" else f"{sentence}: {_reason(found)}") from found


def _reason(found: BaseException) -> str:
    return " ".join(str(found).split())[:LONGEST_REASON] or type(found).__name__


def read_bounded(path: Path, *, error: Raised = ExchangeError, limits: Limits = LIMITS) -> bytes:
    """The content of a file, if it is not too large.

    Args:
        path: The file.
        error: What is raised.
        limits: Its `size` counts.

    Raises:
        CmResearchError: There is no such file, or it is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limits.size + 1)
    except OSError as found:
        raise error(f"cannot read {path}: {found.strerror}") from None
    if len(content) > limits.size:
        raise error(f"{path}: larger than {limits.size // MEGABYTE} MB; expected a smaller file")
    return content


def parse_xml(content: bytes, name: str, *, error: Raised = ExchangeError, limits: Limits = LIMITS) -> Element:
    """The root of an XML file; declared entities and references to other files are refused.

    Args:
        content: The file.
        name: What messages call it.
        error: What is raised.
        limits: Its `xml` and `depth` count.

    Raises:
        CmResearchError: It is no XML, is too large or nested too deeply, or declares a document type.

    Example:
        >>> parse_xml(b"<a/>", "a.xml").tag
        'a'
    """
    if len(content) > limits.xml:
        raise error(f"{name}: larger than {limits.xml // MEGABYTE} MB; expected a smaller file")
    from defusedxml import DefusedXmlException, ElementTree  # refuses entities and outside references

    with told(error, f"{name}: this is no XML"):
        try:
            root: Element = ElementTree.fromstring(content, forbid_dtd=True)
        except DefusedXmlException:
            raise error(f"{name}: declares a document type or entities, which is refused") from None
    if _is_deep(root, limits.depth):
        raise error(f"{name}: nested more than {limits.depth} deep; expected an ordinary file")
    return root


def walk_xml(
    content: bytes,
    name: str,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    data: Callable[[str], None],
    error: Raised,
) -> None:
    """Walk through an XML file element by element, building nothing; document types are refused.

    Args:
        content: The file.
        name: What messages call it.
        start: Gets the name of each element where it begins, as `namespace name`, and its attributes by such names.
        end: Gets its name where it ends.
        data: Gets the text between.
        error: What is raised.

    Raises:
        CmResearchError: It is no XML, or declares a document type.
    """
    from xml.parsers.expat import ParserCreate  # entities are declared in document types only, which are refused

    def refuse(*_: object) -> None:
        raise error(f"{name}: declares a document type or entities, which is refused")

    parser = ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    with told(error, f"{name}: this is no XML"):
        parser.Parse(content, True)


def _is_deep(root: Element, depth: int) -> bool:
    level = [root]
    for _ in range(depth):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


@dataclass(frozen=True)
class Archive:
    """The parts of an archive in memory, found by their path whatever its case.

    Attributes:
        file: The archive.
        parts: The path as it stands, by its path in lower case.
        error: What is raised where a part cannot be unpacked.
        limits: How large a part may be.
    """

    file: zipfile.ZipFile = field(repr=False)
    parts: dict[str, str]
    error: Raised = ExchangeError
    limits: Limits = LIMITS

    def named(self, suffix: str) -> Iterator[str]:
        """The paths that end so, the shortest first."""
        found = [path for path in self.parts if path.endswith(suffix)]
        return iter(sorted(found, key=lambda path: (path.count("/"), path)))

    def read(self, path: str) -> bytes | None:
        """The content of a part, or None where there is none of that path; case plays no part."""
        stored = self.parts.get(path.lower())
        if stored is None:
            return None
        with told(self.error, f"{self.file.filename}: {stored} cannot be unpacked"), self.file.open(stored) as part:
            content = part.read(self.limits.size + 1)
        if len(content) > self.limits.size:
            raise self.error(f"{self.file.filename}: {stored} is larger than {self.limits.size // MEGABYTE} MB")
        return content


def open_archive(
    path: Path,
    tally: Losses,
    *,
    error: Raised = ExchangeError,
    what: str = ".qdpx archive",
    limits: Limits = LIMITS,
) -> Archive:
    """An archive whose parts can be read, none of it unpacked to the disk.

    Args:
        path: The file.
        tally: Gets the parts whose path points outside the archive, or differs from another's in case only.
        error: What is raised.
        what: The kind of archive that is expected, for messages.
        limits: How much it may unpack to.

    Raises:
        CmResearchError: It is no archive, or unpacks to too much: too many parts, too large, packed too tightly.
    """
    with told(error, f"{path}: this is no {what}"):
        file = _zip(path, error)
    entries = [entry for entry in file.infolist() if not entry.is_dir()]
    for fault in size_faults(entries, limits):
        file.close()
        raise error(f"{path}: {fault}")
    parts: dict[str, str] = {}
    for entry in entries:
        stored = entry.filename
        if is_outside(stored):
            tally.lose("parts whose path points outside the archive, not read", stored)
        elif stored.lower() in parts:
            tally.lose("parts whose path differs from another's in case only, not read", stored)
        else:
            parts[stored.lower()] = stored
    return Archive(file, parts, error, limits)


def _zip(file: Path | IO[bytes], error: Raised) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except OSError as found:
        if not isinstance(file, Path) or found.strerror is None:
            raise
        raise error(f"cannot read {file}: {found.strerror}") from None


@contextmanager
def open_zip(
    file: Path | bytes, *, error: Raised, broken: str, reason: Literal["said", "unsaid"] = "said"
) -> Iterator[zipfile.ZipFile]:
    """A zip file while it is read: whatever is thrown within becomes a sentence.

    Args:
        file: The file, or its content.
        error: What is raised.
        broken: The sentence where it is no whole zip file.
        reason: Whether what was found is put behind it.

    Raises:
        CmResearchError: It cannot be opened, or a part of it cannot be unpacked.
    """
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    with told(error, broken, reason=reason), _zip(source, error) as archive:
        yield archive


def read_part(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo, most: int) -> bytes:
    """The content of a part, cut one byte after the most that is wanted, so that too large a part can be told."""
    with archive.open(name) as part:
        return part.read(most + 1)


def is_outside(path: str) -> bool:
    r"""Whether a path leads out of the folder it is relative to.

    Example:
        >>> is_outside("sources/a.txt"), is_outside("../a.txt"), is_outside("C:\\a.txt"), is_outside("/a.txt")
        (False, True, True, True)
    """
    pure = PurePosixPath(path.replace("\\", "/"))
    return pure.is_absolute() or ".." in pure.parts or path[1:2] == ":" or "\0" in path


def size_faults(entries: Iterable[zipfile.ZipInfo], limits: Limits = LIMITS) -> Iterator[str]:
    """The ways in which the parts of an archive are too many, too large, or packed too tightly."""
    entries = list(entries)
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.parts:
        yield f"{len(entries)} parts; expected {limits.parts} at most"
    if total > limits.size:
        yield f"unpacks to {total // MEGABYTE} MB; expected {limits.size // MEGABYTE} MB at most"
    yield from (f"{entry.filename} {fault}" for entry in entries for fault in ratio_faults(entry, limits))


def ratio_faults(entry: zipfile.ZipInfo, limits: Limits = LIMITS) -> Iterator[str]:
    """Whether a part of an archive is packed more tightly than anything that people write."""
    if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        yield f"unpacks to more than {limits.ratio} times its packed size"


def refuse_bomb(name: str, unpacked: int, packed: int, *, error: Raised, limits: Limits) -> None:
    """Refuse a file that grows beyond all measure while it is unpacked.

    Raises:
        CmResearchError: It has grown beyond the limits' `ratio_from` bytes and by more than their `ratio`.
    """
    if unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1):
        raise error(
            f"{name} would grow from {packed:,} to at least {unpacked:,} bytes when unpacked: it is refused as a bomb"
        )


def gzip_pieces(path: Path, *, error: Raised, limits: Limits) -> Iterator[bytes]:
    """The bytes of a file piece by piece, unpacked where it is gzipped, to the very end.

    Raises:
        CmResearchError: It is cut off or broken, or is a bomb.
    """
    packed, unpacked = path.stat().st_size, 0
    broken = f"{path.name} is broken or cut off, so no part of it is read"
    with told(error, broken):
        file = _unzipped(path)
    with file:
        while True:
            # Only what the library does stands in here, not what the caller does with a piece.
            with told(error, broken):
                piece = file.read(PIECE)
            if not piece:
                return
            unpacked += len(piece)
            refuse_bomb(path.name, unpacked, packed, error=error, limits=limits)
            yield piece


def _unzipped(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if gzipped else path.open("rb")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a workbook that is there.

    Attributes:
        row: Its row, from 1.
        column: Its column, from 1.
        value: What it holds.
        data_type: openpyxl's letter for what that is; f is a formula.
    """

    row: int
    column: int
    value: Any
    data_type: str = "n"

    @property
    def coordinate(self) -> str:
        """Its address, such as B5."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.column)}{self.row}"


@contextmanager
def open_workbook(
    file: Path | bytes,
    *,
    error: Raised,
    broken: str,
    name: str,
    computed: bool = False,
    reason: Literal["said", "unsaid"] = "said",
    limits: Limits = LIMITS,
) -> Iterator[Workbook]:
    """A workbook (.xlsx) while it is read; its cells are read with `sheet_rows`, never with openpyxl's own loops.

    Sizes that the file states, merged cells and links are not built: one of them may span seventeen thousand million
    cells.

    Args:
        file: The file, whatever its name, or its content.
        error: What is raised.
        broken: The sentence where it is no whole workbook.
        name: What messages about its size call it.
        computed: Whether the values of formulas are wanted, and not the formulas.
        reason: Whether what was found is put behind the sentence.
        limits: How much it may unpack to.

    Raises:
        CmResearchError: It is no workbook, unpacks to too much, or has a part that cannot be read.
    """
    import openpyxl  # heavy, and only workbooks need it

    # Opened here, since openpyxl refuses by its name alone a workbook called .dat.
    with told(error, broken, reason=reason), _content(file) as content:
        with zipfile.ZipFile(content) as archive:
            _refuse_unsafe(archive, name, error, limits)
        with _unwarned():
            book = openpyxl.load_workbook(content, read_only=True, data_only=computed)
        with closing(book):
            yield book


def _content(file: Path | bytes) -> IO[bytes]:
    return io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")


@contextmanager
def _unwarned() -> Iterator[None]:
    """Openpyxl without its warnings of styles, drop-downs and dates that it does not keep; only values are wanted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refuse_unsafe(archive: zipfile.ZipFile, name: str, error: Raised, limits: Limits) -> None:
    for fault in size_faults(archive.infolist(), limits):
        raise error(f"{name}: {fault}")
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in read_part(archive, entry, HEAD):
            raise error(f"{name}, {entry.filename}: declares a document type or entities, which is refused")


def sheet_rows(book: Workbook, title: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet that are there, each with its number and the cells that are there.

    A row that stands out of its order is passed over, as openpyxl does.

    Args:
        book: From `open_workbook`.
        title: The sheet.

    Raises:
        ValueError: A cell lies beyond the last that a workbook has; `open_workbook` makes it a sentence.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    sheet: ReadOnlyWorksheet = book[title]
    if not hasattr(sheet, "_get_source"):
        return  # a sheet of nothing but a chart
    before = 0
    # openpyxl's own loop fills every gap between two cells, without end where a file wants it so.
    with closing(sheet._get_source()) as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in _unwarned_rows(parser.parse()):
            last = max((cell["column"] for cell in cells), default=0)
            if number > LAST_ROW or last > LAST_COLUMN:
                raise ValueError(
                    f"sheet {title!r} has a cell in row {number}, column {last}; no workbook reaches there"
                )
            if number <= before:
                continue
            before = number
            yield number, [Cell(number, each["column"], each["value"], each["data_type"]) for each in cells]


def _unwarned_rows(rows: Iterator[_Row]) -> Iterator[_Row]:
    while True:
        with _unwarned():
            row = next(rows, None)
        if row is None:
            return
        yield row


@dataclass
class Extent:
    """Where the cells of a sheet lie that hold anything but blanks.

    Attributes:
        rows: How many rows have one.
        cells: How many there are.
        last: The last row that has one.
        columns: The columns that have one.
    """

    rows: int = 0
    cells: int = 0
    last: int = 0
    columns: set[int] = field(default_factory=set)

    @property
    def width(self) -> int:
        """The last column that has a cell with anything in it."""
        return max(self.columns, default=0)

    def add(self, number: int, columns: Iterable[int], *, times: int = 1) -> None:
        """Add the columns of a row's cells, for as many rows as look the same."""
        found = set(columns)
        if found:
            self.rows, self.cells, self.last = self.rows + times, self.cells + len(found) * times, number + times - 1
            self.columns |= found

    def fault(self) -> str | None:
        """The way in which the sheet is all but empty, so that nobody can have meant to send it; None where it is not.

        Example:
            >>> extent = Extent()
            >>> extent.add(1, [1, 2])
            >>> extent.fault()
            >>> extent.add(1_048_576, [16_384])
            >>> extent.fault()
            'reaches to row 1,048,576 and has something in 2 of these rows'
        """
        blank, unused = self.last - self.rows, self.width - len(self.columns)
        area = self.last * self.width
        if blank > max(BLANK_ROWS, 2 * self.rows):
            return f"reaches to row {self.last:,} and has something in {self.rows:,} of these rows"
        if unused > max(BLANK_COLUMNS, 2 * len(self.columns)):
            return f"reaches to column {self.width:,} and has something in {len(self.columns):,} of these columns"
        if area > max(EMPTY_AREA, 100 * self.cells):
            return f"has {self.last:,} rows and {self.width:,} columns, and something in {self.cells:,} of their cells"
        return None

    def is_beyond(self, row: int, column: int) -> bool:
        """Whether a cell, which must be blank, stands so far below or beside the others that it is passed over."""
        return row > self.last + BLANK_TAIL or column > self.width + BLANK_COLUMNS


def extent_of(rows: Iterable[tuple[int, list[Cell]]]) -> Extent:
    """The extent of a sheet, from its rows."""
    extent = Extent()
    for number, cells in rows:
        extent.add(number, (cell.column for cell in cells if not is_blank(cell.value)))
    return extent


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def refuse_sparse(name: str, title: str, extent: Extent, error: Raised) -> None:
    """Refuse a sheet that is all but empty.

    Raises:
        CmResearchError: With the sheet, how far it reaches and the way on.
    """
    if fault := extent.fault():
        raise error(
            f"{name}: sheet {title!r} {fault}; delete what stands far away from the table, save the workbook, and try "
            "again"
        )


@dataclass(frozen=True)
class Database:
    """An SQLite file of somebody's while it is read.

    Attributes:
        connection: The connection, which can read this file only.
        name: What messages call the file.
        error: What is raised.
        limits: Its `seconds` count.
    """

    connection: sqlite3.Connection
    name: str
    error: Raised
    limits: Limits
    _deadline: list[float] = field(default_factory=lambda: [float("inf")], repr=False)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of an answer that must come to an end by itself."""
        with self._heard():
            return self.connection.execute(sql).fetchall()

    def tables(self) -> dict[str, bool]:
        """The tables and views, sorted; each with whether nobody can know that it ends (views, virtual tables)."""
        found = self.rows(
            "SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        )
        return {
            name: kind == "view" or sql.lstrip().upper().startswith("CREATE VIRTUAL")
            for name, kind, sql in found
            if not name.startswith("sqlite_")
        }

    def size(self, table: str, *, endless: bool, way_on: str = "") -> int:
        """How many rows a table has.

        Args:
            table: Its name.
            endless: Whether it may have no end, so that it is waited for a while only.
            way_on: What to do where it has none.

        Raises:
            CmResearchError: It had not ended after a while.
        """
        late = (
            f"{self.name}: the view {table!r} had not come to an end after {self.limits.seconds:g} seconds, so it is "
            f"not read{way_on}"
        )
        from cmresearch.files.sql import quoted  # with the engine, which only who reads databases needs

        with self._heard(self.limits.seconds if endless else float("inf"), late):
            return int(self.connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])

    def pages(self, table: str, *, most: int = 10_000) -> tuple[tuple[str, ...], Iterator[list[tuple[Any, ...]]]]:
        """The names of a table's columns, and its rows, some thousands at a time."""
        from cmresearch.files.sql import quoted  # as above

        with self._heard():
            cursor = self.connection.execute(f"SELECT * FROM {quoted(table)}")
        return tuple(part[0] for part in cursor.description), self._pages(cursor, most)

    def _pages(self, cursor: sqlite3.Cursor, most: int) -> Iterator[list[tuple[Any, ...]]]:
        while True:
            with self._heard():
                page = cursor.fetchmany(most)
            if not page:
                return
            yield page

    @contextmanager
    def _heard(self, seconds: float = float("inf"), late: str = "") -> Iterator[None]:
        """The engine at work, stopped when time is up or when somebody presses Ctrl-C."""
        self._deadline[0] = time.monotonic() + seconds
        try:
            yield
        except sqlite3.OperationalError as found:
            if "interrupted" not in str(found):
                raise
            if time.monotonic() >= self._deadline[0]:
                raise self.error(late) from None
            # Python's own answer to Ctrl-C came up inside the engine, which only knows that it was stopped.
            raise KeyboardInterrupt from None
        finally:
            self._deadline[0] = float("inf")

    def _is_late(self) -> bool:
        return time.monotonic() >= self._deadline[0]


@contextmanager
def open_database(path: Path, *, error: Raised, broken: str, limits: Limits = LIMITS) -> Iterator[Database]:
    """An SQLite file while it is read: nothing is written beside it, and nothing in it runs without end.

    Args:
        path: The file.
        error: What is raised.
        broken: The sentence where it is no whole database; what was found is put behind it.
        limits: Its `seconds` count.

    Raises:
        CmResearchError: It is broken or cut off, or a view of it does not end.
    """
    with told(error, broken), closing(_connected(path)) as connection:
        # Text in another encoding must not stop the reading of all others.
        connection.text_factory = _decoded
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        # What a stranger's view may call is what can do no harm.
        connection.execute("PRAGMA trusted_schema = OFF")
        database = Database(connection, path.name, error, limits)
        connection.set_progress_handler(database._is_late, STEPS)
        yield database


def _connected(path: Path) -> sqlite3.Connection:
    # "immutable": nothing is written beside somebody's file.
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")

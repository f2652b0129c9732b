"""An export, as a city wrote it, opened as complaints that are read only when a question is asked."""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from cmresearch.errors import IntakeError, nearest
from cmresearch.files.hashes import sha256_of
from cmresearch.files.owned import make_temporary_folder
from cmresearch.files.sql import as_text, connect, literal, plain, quoted
from cmresearch.intake.batches import Column, batches
from cmresearch.intake.formats import BY_NAME, format_named, read_table
from cmresearch.intake.scans import OpenedFile, Reading, Scan, scan_of_csv
from cmresearch.intake.signs import recognise, unpack
from cmresearch.intake.text import rewrite

__all__ = ["Complaints", "Reading", "literal", "plain", "quoted", "read_complaints", "settle"]

# Every engine writes these types as the same text. It does not hold for floating-point numbers, nor for times
# that carry a zone: those may be neither ids nor strata, and fingerprints leave them out by name.
EXACT_TYPES = re.compile(
    r"^(VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|BOOLEAN|UUID|ENUM\(.*\))$"
)
MEMORY = "600MB"
EXAMPLES = 3
SETTLED = 2_000_000


def control_pattern(text: str) -> str:
    """The SQL expression of whether a text holds a control character, for any engine."""
    return f"regexp_matches({text}, '\\p{{Cc}}')"


class Folder:
    """A folder of our own for what must be unpacked, gone when nobody needs it any more."""

    def __init__(self) -> None:
        own = make_temporary_folder()
        self.path = own.path / "unpacked"
        self.path.mkdir()
        weakref.finalize(self, own.remove)


@dataclass(frozen=True)
class Complaints:
    """The complaints of one export, as they stand in the file.

    Attributes:
        path: The file.
        columns: Each column's type, in the order of the file; CSV columns are all text (`VARCHAR`).
        reading: How the file was read: its format and, for CSV, the delimiter and encoding that were found.
        connection: The database connection in which the table `complaints` stands for the file. It can read this
            one file and nothing else, so an expression in somebody's study can do no harm.
        ragged: How many rows were set aside because they have more or fewer cells than the header.
        folder: Where parts of the file were unpacked.
    """

    path: Path
    columns: Mapping[str, str]
    reading: Mapping[str, str]
    connection: duckdb.DuckDBPyConnection
    ragged: int = 0
    folder: Folder | None = field(default=None, repr=False, compare=False)

    def column(self, name: str) -> str:
        """The column of that exact name, quoted for SQL.

        Raises:
            IntakeError: The export has no such column (names are compared letter by letter).
        """
        if name not in self.columns:
            raise IntakeError(f"{self.path.name} has no column {name!r}{nearest(name, self.columns)}")
        return quoted(name)

    def text(self, name: str) -> str:
        """The SQL expression of a column's text, as it stands in the file; missing is an empty text."""
        return as_text(self.column(name))

    def has_control(self, name: str) -> str:
        """The SQL expression of whether a column's text holds a control character."""
        text = self.text(name)
        # As text, bytes are longer where one of them is no printable ASCII: that is found in a third of the time that a
        # pattern takes, and only what is left is asked by the pattern.
        unusual = f"strlen(CAST(encode({text}) AS VARCHAR)) <> strlen({text})"
        return f"CASE WHEN {unusual} THEN {control_pattern(text)} ELSE false END"

    def is_exact(self, name: str) -> bool:
        """Whether every engine writes this column's values as the same text (floating-point numbers: no)."""
        self.column(name)
        return EXACT_TYPES.match(self.columns[name]) is not None

    def sha256(self) -> str:
        """The hash of the file, as it was when it was first asked for."""
        return self._sha256

    @cached_property
    def _sha256(self) -> str:
        return sha256_of(self.path)

    def query(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> list[tuple[object, ...]]:
        """The rows that an SQL query over the table `complaints` gives.

        Raises:
            IntakeError: The query cannot be answered from this file; the text says what the engine found.
        """
        with self._asked():
            rows: list[tuple[object, ...]] = self.connection.execute(sql, parameters).fetchall()
        return rows

    def table(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> pd.DataFrame:
        """The same as a data frame: text where the answer is text, numbers where it is numbers."""
        with self._asked():
            cursor = self.connection.execute(sql, parameters)
            columns = [str(part[0]) for part in cursor.description or ()]
            rows = cursor.fetchall()
        return pd.DataFrame(rows, columns=columns)

    def batches(self, sql: str) -> Iterator[list[Column]]:
        """The same in parts and as bytes, for answers of as many rows as the export (see `batches`)."""
        with self._asked():
            yield from batches(self.connection, sql)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """The engine's errors as ours, and somebody's Ctrl-C as what it is."""
        try:
            yield
        except duckdb.Error as error:
            raise IntakeError(f"{self.path.name}: {plain(error)}") from error
        except RuntimeError as error:
            if "Query interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise IntakeError(f"{self.path.name}: {plain(error)}") from error

    def described(self) -> Complaints:
        """The same complaints with the columns that the table `complaints` has now."""
        columns = {str(row[0]): str(row[1]) for row in self.query("DESCRIBE complaints")}
        return replace(self, columns=columns)


def read_complaints(path: str | Path | Complaints, reading: Reading | None = None) -> Complaints:
    r"""Open an export: separated text, XLSX, ODS, Parquet, JSON, SQLite or DuckDB, plain or in gzip or zip.

    What the file is, is decided by its content, whatever it is called. The file is not loaded: each question reads the
    columns it needs, so files larger than memory are no obstacle. Workbooks, SQLite files and text in other encodings
    are written once, as text, to a temporary folder. CSV columns are text to the letter, so leading zeros stay.

    Args:
        path: The file; complaints that are open already are given back as they are.
        reading: How to read it, as far as that is known.

    Returns:
        The complaints as they stand in the file.

    Raises:
        IntakeError: No such file, an unknown format, no header, two columns of one name, nothing in it, or a file
            that is cut off or broken: no part of it is passed as the whole.

    Example:
        >>> import tempfile
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_text("id;channel\n007;app\n", encoding="utf-8")
        >>> complaints = read_complaints(export)
        >>> dict(complaints.columns), complaints.query("SELECT id FROM complaints")
        ({'id': 'VARCHAR', 'channel': 'VARCHAR'}, [('007',)])
    """
    if isinstance(path, Complaints):
        return path
    path, wanted, folder = Path(path), reading or Reading(), Folder()
    content, packed = unpack(path, folder.path, member=wanted.member)
    kind = "csv" if packed.get("packed") == "gzip" and content == path else recognise(content)
    format = format_named(kind, path.name)
    connection = _connection(folder.path)
    complaints = Complaints(path, {}, {}, connection, folder=folder)
    try:
        scan = read_table(OpenedFile(content, wanted, connection, folder.path), format)
        _refuse_repeated(path, scan.names)
        _close_off(connection, content, folder.path)
        scan = _checked(complaints, content, scan, wanted)
        complaints.query(f"CREATE VIEW complaints AS SELECT * FROM {scan.sql}")
        complaints = replace(complaints, reading={**packed, **scan.reading}, ragged=scan.ragged).described()
        _refuse_repeated(path, list(complaints.columns))
    except duckdb.Error as error:
        raise IntakeError(f"{path.name} cannot be read: {plain(error)}") from error
    return complaints


def settle(complaints: Complaints) -> Complaints:
    """The same complaints, their text parsed once by the engine and not for every question.

    Files of more than two million rows stay where they are and are read for each question.
    """
    ((rows,),) = complaints.query("SELECT count(*) FROM complaints")
    parsed = complaints.query("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'settled_rows'")[0][0]
    format = BY_NAME.get(complaints.reading.get("format", ""))
    if format is not None and format.is_text and not parsed and int(str(rows)) <= SETTLED:
        complaints.query("CREATE TABLE settled_rows AS SELECT * FROM complaints")
        complaints.query("CREATE OR REPLACE VIEW complaints AS SELECT * FROM settled_rows")
    return complaints


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = connect()
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = {literal(str(folder / 'spill'))}")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _close_off(connection: duckdb.DuckDBPyConnection, content: Path, folder: Path) -> None:
    connection.execute(f"SET allowed_paths = [{literal(str(content))}]")
    connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    connection.execute("SET enable_external_access = false")


def _checked(complaints: Complaints, content: Path, scan: Scan, wanted: Reading) -> Scan:
    """The scan, read once to the end: what is broken or cut off is refused before anybody counts."""
    try:
        rows = complaints.connection.execute(f"SELECT count(*) FROM {scan.sql}").fetchall()[0][0]
    except duckdb.Error as error:
        if scan.text is None:
            raise IntakeError(f"{complaints.path.name} is broken or cut off: {plain(error)}") from error
        if "invalid state" in str(error) and complaints.folder is not None:
            # Line ends of two kinds, or quotation marks that only a lenient reader takes.
            target = complaints.folder.path / "again.csv"
            rewrite(content, scan.text, target)
            again = scan_of_csv(target, scan.names)
            return _checked(complaints, target, replace(again, reading=scan.reading), wanted)
        return _ragged(complaints, scan, wanted, error)
    if scan.text is not None and not rows:
        raise IntakeError(f"{complaints.path.name} has a header and no rows under it: {', '.join(scan.names)[:80]}")
    return scan


def _ragged(complaints: Complaints, scan: Scan, wanted: Reading, error: duckdb.Error) -> Scan:
    lenient = scan.sql.removesuffix(")") + ", store_rejects = true)"
    complaints.query(f"SELECT count(*) FROM {lenient}")
    found = complaints.query(
        "SELECT line, any_value(error_type), any_value(error_message), any_value(csv_line) FROM reject_errors "
        "GROUP BY line ORDER BY line"
    )
    if not found:
        raise IntakeError(f"{complaints.path.name}: {plain(error)}") from error
    name = complaints.path.name
    shown = "; ".join(
        f"line {line}: {_reason(message)} {str(text)[:60]!r}" for line, _, message, text in found[:EXAMPLES]
    )
    if any(kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS") for _, kind, _, _ in found):
        raise IntakeError(
            f"{name} is broken or cut off, so no part of it is read ({shown}); where quotation marks mean nothing "
            f"in it, "
            "say quote = '' in [intake]"
        ) from error
    if wanted.ragged != "set aside":
        raise IntakeError(
            f"{name}: {len(found)} rows have more or fewer cells than the header ({shown}); where they are no "
            'complaints, say ragged = "set aside" in [intake]'
        ) from error
    return replace(scan, sql=scan.sql.removesuffix(")") + ", ignore_errors = true)", ragged=len(found))


def _reason(message: object) -> str:
    counts = re.search(r"Columns: (\d+) Found: (\d+)", str(message))
    return f"{counts[2]} cells where the header has {counts[1]}," if counts else str(message).rstrip(".").lower() + ","


def _refuse_repeated(path: Path, names: Iterable[str]) -> None:
    # The engine's column names ignore case; of two such columns it would silently answer with one.
    folded = Counter(name.casefold() for name in names)
    repeated = [name for name in names if folded[name.casefold()] > 1]
    if repeated:
        raise IntakeError(
            f"{path.name} has columns that differ in nothing or in case only: {', '.join(repeated)}; rename them in "
            "the file, or give all names as 'names' in [intake]"
        )

"""An export, as a city wrote it, opened as complaints that are read only when a question is asked."""

from __future__ import annotations

import csv
import gzip
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import duckdb
import pandas as pd

from cmresearch.errors import IntakeError, nearest

DELIMITERS = (",", ";", "\t", "|")

# Every engine writes these types as the same text. It does not hold for floating-point numbers, nor for times
# that carry a zone: those may be neither ids nor strata, and fingerprints leave them out by name.
EXACT_TYPES = re.compile(
    r"^(VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|BOOLEAN|UUID|ENUM\(.*\))$"
)


@dataclass(frozen=True)
class Complaints:
    """The complaints of one export, as they stand in the file.

    Attributes:
        path: The file.
        columns: Each column's type, in the order of the file; CSV columns are all text (`VARCHAR`).
        reading: How the file was read: its format and, for CSV, the delimiter that was found.
        connection: The database connection in which the table `complaints` stands for the file. It can read this
            one file and nothing else, so an expression in somebody's study can do no harm.
    """

    path: Path
    columns: Mapping[str, str]
    reading: Mapping[str, str]
    connection: duckdb.DuckDBPyConnection

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
        return f"coalesce(CAST({self.column(name)} AS VARCHAR), '')"

    def is_exact(self, name: str) -> bool:
        """Whether every engine writes this column's values as the same text (floating-point numbers: no)."""
        self.column(name)
        return EXACT_TYPES.match(self.columns[name]) is not None

    def query(self, sql: str, parameters: list[object] | None = None) -> list[tuple[object, ...]]:
        """The rows that an SQL query over the table `complaints` gives.

        Raises:
            IntakeError: The query cannot be answered from this file; the text says what the engine found.
        """
        try:
            rows: list[tuple[object, ...]] = self.connection.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise IntakeError(f"{self.path.name}: {plain(error)}") from error
        return rows

    def table(self, sql: str, parameters: list[object] | None = None) -> pd.DataFrame:
        """The same as a data frame: text where the answer is text, numbers where it is numbers."""
        try:
            cursor = self.connection.execute(sql, parameters)
            columns = [str(part[0]) for part in cursor.description or ()]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise IntakeError(f"{self.path.name}: {plain(error)}") from error
        return pd.DataFrame(rows, columns=columns)


def read_complaints(path: str | Path) -> Complaints:
    """Open an export: any CSV (plain or gzipped) or Parquet file.

    The file is not loaded: each question reads the columns it needs, so files larger than memory are no obstacle.
    CSV columns are text to the letter, so leading zeros stay.

    Args:
        path: A `.csv`, `.tsv`, `.txt` (each also with `.gz`) or `.parquet` file.

    Returns:
        The complaints as they stand in the file.

    Raises:
        IntakeError: No such file, an unknown format, no header, two columns of one name, or nothing in it.

    Example:
        >>> import tempfile
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_text("id;channel\\n007;JAKI\\n", encoding="utf-8")
        >>> complaints = read_complaints(export)
        >>> dict(complaints.columns), complaints.query("SELECT id FROM complaints")
        ({'id': 'VARCHAR', 'channel': 'VARCHAR'}, [('007',)])
    """
    path = Path(path)
    if not path.is_file():
        raise IntakeError(f"there is no file {path}")
    if path.stat().st_size == 0:
        raise IntakeError(f"{path.name} is empty")
    name = path.name.lower().removesuffix(".gz")
    reader = READERS.get(Path(name).suffix)
    if reader is None:
        raise IntakeError(f"cannot read {path.name}: expected one of {', '.join(sorted(READERS))}")
    reading = reader(path)
    connection = _closed_off(path)
    complaints = Complaints(path, {}, reading, connection)
    complaints.query(f"CREATE VIEW complaints AS SELECT * FROM {reading['scan']}")
    columns = {str(row[0]): str(row[1]) for row in complaints.query("DESCRIBE complaints")}
    return Complaints(path, columns, {k: v for k, v in reading.items() if k != "scan"}, connection)


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def plain(error: duckdb.Error) -> str:
    """The part of an engine's message that helps, without the name of its class: what is wrong, and in which line."""
    first, *rest = str(error).strip().split("\n")
    first = re.sub(r"^(\w+ )*Error: ", "", first)
    if "state machine reached an invalid state" in first:
        return "not CSV as it should be: quotation marks do not match, or lines end in different ways"
    if first.startswith("CSV Error on Line: ") and len(rest) > 1:
        return f"line {first.removeprefix('CSV Error on Line: ')}: {rest[1]}"
    return first


def _closed_off(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET temp_directory = {literal(tempfile.gettempdir() + '/cmresearch')}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_paths = [{literal(str(path))}]")
    connection.execute("SET enable_external_access = false")
    return connection


def _read_csv(path: Path) -> dict[str, str]:
    delimiter, names = _header(path)
    _refuse_repeated(path, names)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return {
        "format": "csv",
        "delimiter": delimiter,
        # Nothing is guessed from the rows: a guess once took rows that begin with '#' for comments.
        "scan": (
            f"read_csv({literal(str(path))}, auto_detect = false, header = true, columns = {{{columns}}}, "
            f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true)"
        ),
    }


def _read_parquet(path: Path) -> dict[str, str]:
    scan = literal(str(path))
    with duckdb.connect() as connection:
        try:
            nodes = connection.execute(f"SELECT name, num_children FROM parquet_schema({scan})").fetchall()
        except duckdb.Error as error:
            raise IntakeError(f"{path.name} is not a Parquet file: {plain(error)}") from error
    _refuse_repeated(path, _outermost(nodes))
    return {"format": "parquet", "scan": f"read_parquet({scan})"}


def _outermost(nodes: list[tuple[str, int | None]]) -> list[str]:
    """The columns of a Parquet schema, which lists every node of its tree, parents first."""
    names, inside = [], [1]
    for name, children in nodes:
        while inside[-1] == 0:
            inside.pop()
        inside[-1] -= 1
        if len(inside) == 2:
            names.append(name)
        inside.append(children or 0)
    return names


def _header(path: Path) -> tuple[str, list[str]]:
    """The delimiter of a CSV file and its column names; a column without a name gets its number."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            first = str(lines.readline())
            delimiter = max(DELIMITERS, key=Counter(re.sub(r'"[^"]*"?', "", first)).__getitem__)
            # A quoted column name may hold a line break, so the reader goes on where the first line stopped.
            names = next(csv.reader((str(line) for line in chain([first], lines)), delimiter=delimiter), [])
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise IntakeError(f"{path.name} is not CSV text in UTF-8: {error}") from error
    if not any(name.strip() for name in names):
        raise IntakeError(f"{path.name} has no header: its first line is blank")
    return delimiter, [name or f"column{number}" for number, name in enumerate(names, start=1)]


def _refuse_repeated(path: Path, names: list[str]) -> None:
    # The engine's column names ignore case; of two such columns it would silently answer with one.
    folded = Counter(name.strip().casefold() for name in names)
    repeated = [name for name in names if folded[name.strip().casefold()] > 1]
    if repeated:
        raise IntakeError(f"{path.name} has columns that differ in nothing or in case only: {', '.join(repeated)}")


READERS: dict[str, Callable[[Path], dict[str, str]]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".parquet": _read_parquet,
}

"""Workbooks, databases and JSON, each made into something the engine scans."""

from __future__ import annotations

import csv
import json
import sqlite3
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import IntakeError, nearest
from cmresearch.files.csv_rule import csv_line
from cmresearch.files.sql import literal, quoted
from cmresearch.intake.text import HEAD_ROWS, Header, Text, find_header

if TYPE_CHECKING:
    import duckdb
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# What openpyxl lets through from a workbook whose parts are broken.
BROKEN_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError,
    OSError, EOFError, AssertionError, NotImplementedError,
)  # fmt: skip
PAGE = 10_000


@dataclass(frozen=True)
class Scan:
    """The table that the engine scans for a file.

    Attributes:
        sql: A table function or table.
        reading: How the file was read.
        names: The columns' names, where the reader knows them.
        ragged: Rows set aside for their number of cells.
        text: How the file is written, where it is text.
    """

    sql: str
    reading: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    ragged: int = 0
    text: Text | None = None


def scan_of_csv(path: Path, names: Sequence[str], *, delimiter: str = ",", quote: str = '"', skip: int = 0) -> Scan:
    """The scan of a CSV file whose layout is known: nothing is guessed by the engine, every column is text."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return Scan(
        f"read_csv({literal(str(path))}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, strict_mode = true, "
        f"max_line_size = 16777216, compression = '{_compression(path)}', columns = {{{columns}}})",
        names=tuple(names),
    )


def _compression(path: Path) -> str:
    with path.open("rb") as file:
        return "gzip" if file.read(2) == b"\x1f\x8b" else "none"


def read_workbook(
    path: Path,
    folder: Path,
    *,
    sheet: str | None = None,
    skip_rows: int | None = None,
    header_rows: int | None = None,
    names: Sequence[str] = (),
) -> Scan:
    """One sheet of a workbook, its cells as text; times are written as `2020-12-31 23:59:59`.

    Args:
        path: The workbook.
        folder: Where its text is kept.
        sheet: Which sheet; by default the one with most rows.
        skip_rows: Rows above the header, where they are known.
        header_rows: Rows of the header, where they are known.
        names: The columns' names, in place of the header's.

    Raises:
        IntakeError: The workbook is broken, has no such sheet, or nothing in it.
    """
    import openpyxl  # heavy, and only workbooks need it

    target = folder / "sheet.csv"
    try:
        # Opened here, since openpyxl refuses by its name alone a workbook called .dat. It warns of styles and
        # drop-downs it does not keep; only values are wanted.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            chosen = _sheet(path, book, sheet)
            head = list(islice(_rows(book[chosen]), HEAD_ROWS))
            header = find_header(head, skip_rows=skip_rows, header_rows=header_rows, names=names)
            columns = _write(target, header, islice(_rows(book[chosen]), header.skipped + header.rows, None))
            epoch = str(book.epoch.year)
    except IntakeError:
        raise
    except BROKEN_WORKBOOK as error:
        raise IntakeError(f"{path.name} is a broken workbook, so no part of it is read: {error}") from error
    reading = {
        "format": "xlsx",
        "sheet": chosen,
        "skip_rows": str(header.skipped),
        "header_rows": str(header.rows),
        "epoch": epoch,
    }
    return Scan(scan_of_csv(target, columns).sql, reading, columns)


def _sheet(path: Path, book: Workbook, wanted: str | None) -> str:
    """The sheet that is wanted, or else the one with most rows."""
    if wanted is not None:
        if wanted not in book.sheetnames:
            known = ", ".join(book.sheetnames)
            raise IntakeError(f"{path.name} has no sheet {wanted!r}{nearest(wanted, book.sheetnames)} ({known})")
        return wanted
    rows = {str(sheet.title): sum(1 for row in _rows(sheet) if any(row)) for sheet in book.worksheets}
    if not any(rows.values()):
        raise IntakeError(f"{path.name} is a workbook with nothing in it")
    return max(rows, key=rows.__getitem__)


def _rows(sheet: Worksheet) -> Iterator[list[str]]:
    # A workbook may name too small a size for its sheets; without one, all that is there is read.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    match value:
        case None:
            text = ""
        case datetime():
            text = value.isoformat(sep=" ")
        case date() | time():
            text = value.isoformat()
        case timedelta():
            text = f"{value.total_seconds():.0f} seconds"
        case bool():
            text = "true" if value else "false"
        case float():
            # A workbook keeps every number as a floating-point one; fifteen digits are what it shows.
            text = f"{value:.15g}"
        case bytes():
            text = value.hex()
        case _:
            text = str(value).replace("\x00", "")
    return text


def _write(target: Path, header: Header, rows: Iterable[list[str]]) -> tuple[str, ...]:
    """Write rows as CSV, each as wide as the widest: cells beyond the header get columns without a name."""
    kept = target.with_suffix(".rows")
    width = len(header.names)
    with kept.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            filled = max((position for position, cell in enumerate(row, start=1) if cell), default=0)
            width = max(width, filled)
            file.write(csv_line(row or [""]))
    names = (*header.names, *(f"unnamed {position}" for position in range(len(header.names) + 1, width + 1)))
    with kept.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        out.writelines(csv_line([*row[:width], *[""] * (width - len(row))]) for row in csv.reader(file))
    kept.unlink()
    return names


def read_sqlite(path: Path, folder: Path, *, table: str | None = None) -> Scan:
    """One table of an SQLite file, as text.

    Args:
        path: The file.
        folder: Where the table's text is kept.
        table: Which table; by default the one with most rows.

    Raises:
        IntakeError: The file is broken or cut off, has no such table, or none with rows.
    """
    try:
        # "immutable": nothing is written beside somebody's file.
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise IntakeError(f"{path.name} is a broken SQLite file: {error}") from error
    connection.text_factory = lambda value: value.decode("utf-8", errors="replace")
    try:
        _refuse_broken_sqlite(path, connection)
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
            )
            if not row[0].startswith("sqlite_")
        ]
        sizes = {name: connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0] for name in tables}
        chosen = _chosen(path, sizes, table)
        cursor = connection.execute(f"SELECT * FROM {quoted(chosen)}")
        names = tuple(part[0] for part in cursor.description)
        target = folder / "table.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            while rows := cursor.fetchmany(PAGE):
                file.writelines(csv_line([_cell(value) for value in row]) for row in rows)
    except sqlite3.Error as error:
        raise IntakeError(f"{path.name} is a broken SQLite file, so no part of it is read: {error}") from error
    finally:
        connection.close()
    return Scan(scan_of_csv(target, names).sql, {"format": "sqlite", "table": chosen}, names)


def _refuse_broken_sqlite(path: Path, connection: sqlite3.Connection) -> None:
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    with path.open("rb") as file:
        file.seek(28)
        declared = int.from_bytes(file.read(4), "big")
    if path.stat().st_size < max(pages, declared) * size:
        raise IntakeError(f"{path.name} is an SQLite file that is cut off, so no part of it is read")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise IntakeError(f"{path.name} is a broken SQLite file, so no part of it is read: {found}")


def _chosen(path: Path, sizes: Mapping[str, int], wanted: str | None) -> str:
    if wanted is not None and wanted not in sizes:
        raise IntakeError(f"{path.name} has no table {wanted!r}{nearest(wanted, sizes)} ({', '.join(sorted(sizes))})")
    if not sizes:
        raise IntakeError(f"{path.name} is a database without tables")
    return wanted or max(sorted(sizes), key=sizes.__getitem__)


def read_database(path: Path, connection: duckdb.DuckDBPyConnection, *, table: str | None = None) -> Scan:
    """One table of a DuckDB file, scanned where it is.

    Args:
        path: The file.
        connection: The connection that will scan it.
        table: Which table; by default the one with most rows.

    Raises:
        IntakeError: It has no such table, or none.
    """
    connection.execute(f"ATTACH {literal(str(path))} AS export (READ_ONLY)")
    found = connection.execute(
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'export' "
        "ORDER BY ALL"
    ).fetchall()
    tables = {name: f"export.{quoted(schema)}.{quoted(name)}" for schema, name, _ in found}
    chosen = _chosen(path, {name: size for _, name, size in found}, table)
    return Scan(tables[chosen], {"format": "duckdb", "table": chosen})


def read_json(path: Path, connection: duckdb.DuckDBPyConnection) -> Scan:
    """The records of a JSON file: a list, a record a line, or a list within an object (Open311, CKAN, GeoJSON).

    Every value is text; what is nested stays JSON text.

    Args:
        path: The file.
        connection: The connection that will scan it.

    Raises:
        IntakeError: It holds no list of records.
    """
    layout = _json_layout(path)
    options = "" if layout != "unstructured" else f", maximum_object_size = {path.stat().st_size + (1 << 24)}"
    source = f"read_json_objects({literal(str(path))}, format = '{layout}'{options})"
    inside = ""
    if layout == "unstructured":
        inside = _list_within(path, connection, source)
        source = "records"
    names = _keys(connection, source, "json")
    within = ""
    if set(names) >= {"type", "properties", "geometry"}:
        within, names = "/properties", _keys(connection, source, "json -> '/properties'")
    if not names:
        raise IntakeError(f"{path.name} is JSON without records")
    values = ", ".join(f"json ->> {literal(within + _pointer(name))} AS {quoted(name)}" for name in names)
    reading = {"format": "json", "layout": layout, **({"records": inside} if inside else {})}
    if layout == "newline_delimited" and not _end_of(path).endswith(b"\n"):
        reading["last_line"] = "not finished"
    return Scan(f"(SELECT {values} FROM {source})", reading, names)


def _json_layout(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline(1 << 24).lstrip(b"\xef\xbb\xbf").strip()
        more = any(map(bytes.strip, file)) if not first.startswith(b"[") else True
    if first.startswith(b"["):
        if _end_of(path).strip()[-1:] != b"]":
            raise IntakeError(f"{path.name} is JSON that is cut off, so no part of it is read")
        return "array"
    try:
        json.loads(first)
    except ValueError:
        return "unstructured"
    # A record a line; one object alone is rather the wrapping of a list, or an error that a server sent.
    return "newline_delimited" if more else "unstructured"


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4096, 0))
        return file.read()


def _keys(connection: duckdb.DuckDBPyConnection, source: str, value: str) -> tuple[str, ...]:
    rows = connection.execute(
        f"SELECT key, min(place) AS first FROM (SELECT unnest(json_keys({value})) AS key, "
        f"generate_subscripts(json_keys({value}), 1) AS place FROM {source} WHERE json_type({value}) = 'OBJECT') "
        "GROUP BY key ORDER BY first, key"
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def _list_within(path: Path, connection: duckdb.DuckDBPyConnection, source: str) -> str:
    connection.execute(f"CREATE TABLE document AS SELECT json FROM {source}")
    pointers = [_pointer(key) for key in _keys(connection, "document", "json")]
    pointers += [
        pointer + _pointer(key)
        for pointer in pointers
        for key in _keys(connection, "document", f"json -> {literal(pointer)}")
    ]
    lengths = {
        pointer: connection.execute(
            f"SELECT coalesce(max(json_array_length(json, {literal(pointer)})), 0) FROM document "
            f"WHERE json_type(json, {literal(pointer + '/0')}) = 'OBJECT'"
        ).fetchall()[0][0]
        for pointer in pointers
    }
    if not any(lengths.values()):
        says = str(connection.execute("SELECT json FROM document LIMIT 1").fetchall()[0][0])[:80]
        raise IntakeError(f"{path.name} is JSON without a list of records; it says {says!r}")
    chosen = max(lengths, key=lengths.__getitem__)
    connection.execute(
        f"CREATE TABLE records AS SELECT unnest(CAST(json -> {literal(chosen)} AS JSON[])) AS json FROM document"
    )
    connection.execute("DROP TABLE document")
    return chosen


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")

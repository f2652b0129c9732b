"""Tables of databases, SQLite and DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cmresearch.errors import IntakeError, nearest
from cmresearch.files.csv_rule import csv_line
from cmresearch.files.sql import literal, quoted
from cmresearch.files.strangers import Database, Limits, open_database
from cmresearch.intake.scans import OpenedFile, Scan, cell_text, scan_of_csv

LIMITS = Limits(seconds=10)


def read_sqlite(file: OpenedFile) -> Scan:
    """One table of an SQLite file, as text: the one that is wanted, or the one with most rows.

    Raises:
        IntakeError: The file is broken or cut off, has no such table, or none with rows; or a view does not end.
    """
    path, target = file.path, file.folder / "table.csv"
    broken = f"{path.name} is a broken SQLite file, so no part of it is read"
    with open_database(path, error=IntakeError, broken=broken, limits=LIMITS) as database:
        _refuse_broken(path, database)
        chosen = _chosen(path, _sizes(database, file.wanted.table), file.wanted.table)
        names, pages = database.pages(chosen)
        with target.open("w", encoding="utf-8", newline="") as out:
            for page in pages:
                out.writelines(csv_line([cell_text(value) for value in row]) for row in page)
    return Scan(scan_of_csv(target, names).sql, {"format": "sqlite", "table": chosen}, names)


def _sizes(database: Database, wanted: str | None) -> dict[str, int]:
    """The rows of every table; where one is wanted, of that one, for a view beside it may not end."""
    tables = database.tables()
    plain = [name for name, endless in tables.items() if not endless]
    way_on = f"; name the table to read (--table, or table in [intake]): {', '.join(plain)}" if plain else ""
    return {
        name: database.size(name, endless=endless, way_on=way_on) if wanted in (None, name) else 0
        for name, endless in tables.items()
    }


def _refuse_broken(path: Path, database: Database) -> None:
    pages, size = (database.rows(f"PRAGMA {name}")[0][0] for name in ("page_count", "page_size"))
    with path.open("rb") as file:
        file.seek(28)
        declared = int.from_bytes(file.read(4), "big")
    if path.stat().st_size < max(pages, declared) * size:
        raise IntakeError(f"{path.name} is an SQLite file that is cut off, so no part of it is read")
    found = database.rows("PRAGMA quick_check(1)")[0][0]
    if found != "ok":
        raise IntakeError(f"{path.name} is a broken SQLite file, so no part of it is read: {found}")


def _chosen(path: Path, sizes: Mapping[str, int], wanted: str | None) -> str:
    if wanted is not None and wanted not in sizes:
        raise IntakeError(f"{path.name} has no table {wanted!r}{nearest(wanted, sizes)} ({', '.join(sorted(sizes))})")
    if not sizes:
        raise IntakeError(f"{path.name} is a database without tables")
    return wanted or max(sorted(sizes), key=sizes.__getitem__)


def read_duckdb(file: OpenedFile) -> Scan:
    """One table of a DuckDB file, scanned where it is: the one that is wanted, or the one with most rows.

    Raises:
        IntakeError: It has no such table, or none.
    """
    path, connection = file.path, file.connection
    connection.execute(f"ATTACH {literal(str(path))} AS export (READ_ONLY)")
    found = connection.execute(
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'export' "
        "ORDER BY ALL"
    ).fetchall()
    tables = {name: f"export.{quoted(schema)}.{quoted(name)}" for schema, name, _ in found}
    chosen = _chosen(path, {name: size for _, name, size in found}, file.wanted.table)
    return Scan(tables[chosen], {"format": "duckdb", "table": chosen})

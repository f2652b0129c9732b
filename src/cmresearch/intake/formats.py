"""The formats of tables that are read: each one entry here, and one module that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from cmresearch.errors import IntakeError
from cmresearch.intake.scans import OpenedFile, Scan


@dataclass(frozen=True)
class TableFormat:
    """A format of tables.

    Attributes:
        name: Its name in a report on how a file was read.
        title: Its name in a sentence.
        endings: The endings that its files usually have; what a file is, its content decides.
        read: The function that reads it, as `module:function` in this part; loaded when a file of it is met.
        signs: The bytes at the beginning of every file of it, and from which byte on they stand.
        is_part: Whether a zip file with these parts is one; the second argument reads the first bytes of a part.
        is_text: Whether the engine parses its text at each question, so that it pays to keep the rows.
        rows_as_written: Whether people write its rows, so that a header may stand among them again.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    read: str
    signs: tuple[tuple[bytes, int], ...] = ()
    is_part: Callable[[frozenset[str], Callable[[str], bytes]], bool] | None = None
    is_text: bool = False
    rows_as_written: bool = False


def _is_xlsx(parts: frozenset[str], _: Callable[[str], bytes]) -> bool:
    return "xl/workbook.xml" in parts


def _is_ods(parts: frozenset[str], head: Callable[[str], bytes]) -> bool:
    if "mimetype" in parts:
        return head("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet")
    return "content.xml" in parts and b":spreadsheet" in head("content.xml")


FORMATS = (
    TableFormat(
        "csv", "CSV or other separated text", (".csv", ".tsv", ".txt"), "delimited:read_delimited",
        is_text=True, rows_as_written=True,
    ),
    TableFormat(
        "xlsx", "XLSX", (".xlsx", ".xlsm"), "workbooks:read_xlsx",
        is_part=_is_xlsx, is_text=True, rows_as_written=True,
    ),
    TableFormat(
        "ods", "ODS", (".ods", ".ots"), "open_documents:read_ods", is_part=_is_ods, is_text=True, rows_as_written=True
    ),
    TableFormat("parquet", "Parquet", (".parquet",), "parquet:read_parquet", ((b"PAR1", 0),)),
    TableFormat("json", "JSON", (".json", ".geojson", ".jsonl", ".ndjson"), "json_records:read_json", is_text=True),
    TableFormat(
        "sqlite", "SQLite", (".db", ".sqlite", ".sqlite3"), "databases:read_sqlite", ((b"SQLite format 3\x00", 0),),
        is_text=True,
    ),
    TableFormat("duckdb", "DuckDB", (".duckdb",), "databases:read_duckdb", ((b"DUCK", 8),)),
)  # fmt: skip
BY_NAME = {each.name: each for each in FORMATS}
EXPECTED = (
    f"expected {', '.join(each.title for each in FORMATS[:-1])} or {FORMATS[-1].title}, or one of them in gzip or zip"
)


def format_named(kind: str, file: str) -> TableFormat:
    """The format of that name.

    Args:
        kind: What `recognise` says.
        file: What messages call the file.

    Raises:
        IntakeError: It is none but a packing.
    """
    if kind not in BY_NAME:
        raise IntakeError(f"{file} holds a file that is packed once more ({kind}): unpack it first")
    return BY_NAME[kind]


def is_written_by_people(name: str) -> bool:
    """Whether people write the rows of that format, so that a header or a sum may stand among them."""
    return name in BY_NAME and BY_NAME[name].rows_as_written


def read_table(file: OpenedFile, format: TableFormat) -> Scan:
    """The scan of a file in that format.

    Raises:
        IntakeError: The file is broken, or has no such sheet or table.
    """
    module, _, function = format.read.partition(":")
    read = cast("Callable[[OpenedFile], Scan]", getattr(import_module(f"cmresearch.intake.{module}"), function))
    return read(file)

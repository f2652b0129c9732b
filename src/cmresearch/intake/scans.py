"""How a file is to be read, and the table that the engine scans for it, whatever its format."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from cmresearch.files.csv_rule import csv_line
from cmresearch.files.sql import literal
from cmresearch.intake.text import Header, Text

if TYPE_CHECKING:
    import duckdb


class Reading(BaseModel):
    """How a file is to be read; what is not stated is found, and the finding is reported.

    Attributes:
        encoding: The encoding of a text file, as Python names it.
        delimiter: What stands between the cells of a text file.
        quote: Its quotation mark; an empty text where there is none.
        skip_rows: Rows above the header.
        header_rows: Rows of the header; 0 where there is none.
        names: The columns' names, in place of the header's.
        sheet: The sheet of a workbook.
        table: The table of a database.
        member: The file within a zip.
        ragged: What happens to rows with more or fewer cells than the header: "refuse" or "set aside".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    skip_rows: int | None = None
    header_rows: int | None = None
    names: list[str] = []
    sheet: str | None = None
    table: str | None = None
    member: str | None = None
    ragged: Literal["refuse", "set aside"] = "refuse"


@dataclass(frozen=True)
class OpenedFile:
    """A file while it is opened: what a reader of any format gets.

    Attributes:
        path: The file, unpacked.
        wanted: How it is to be read, as far as that is known.
        connection: The connection that will scan it.
        folder: Where the reader may keep the file's text.
    """

    path: Path
    wanted: Reading
    connection: duckdb.DuckDBPyConnection
    folder: Path


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


def cell_text(value: object) -> str:
    """The text of a cell, whatever a library made of it; times are written as `2020-12-31 23:59:59`."""
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


def write_rows(target: Path, header: Header, rows: Iterable[list[str]]) -> tuple[str, ...]:
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

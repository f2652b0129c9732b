"""Columns of a table as words: every value as the text that stands in the file."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cmresearch.errors import IntakeError, ResponseError, nearest, raise_all
from cmresearch.files.sql import connect, literal, plain, quoted
from cmresearch.intake.complaints import read_complaints

COUNT = "sampled units in this row"


def word(value: object) -> str | None:
    """A cell as text without surrounding blanks, or None where it is blank.

    Example:
        >>> word(" yes "), word(""), word(float("nan")), word(True)
        ('yes', None, None, 'true')
    """
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return str(value).strip() or None


def number(label: str | None) -> float:
    """The number that a word says, or NaN where it says none.

    Example:
        >>> number("4.5"), number("1e3"), number("soon"), number(None)
        (4.5, 1000.0, nan, nan)
    """
    try:
        # float() takes underscores between digits, which no data file means as a number.
        return math.nan if label is None or "_" in label else float(label)
    except ValueError:
        return math.nan


@dataclass(frozen=True)
class Labelled:
    """A column of words: the distinct ones in code-point order (None, a blank, first), and each row's position."""

    labels: tuple[str | None, ...]
    codes: NDArray[np.int64]

    @property
    def blank(self) -> NDArray[np.bool_]:
        """True for rows without a word."""
        return np.isin(self.codes, [position for position, label in enumerate(self.labels) if label is None])

    def words(self) -> NDArray[np.object_]:
        """The word of each row."""
        return np.array(self.labels, dtype=object)[self.codes]


def label_column(values: pd.Series | NDArray[np.object_]) -> Labelled:
    """A column as distinct words and the position of each row's word among them.

    Example:
        >>> found = label_column(pd.Series(["web", None, "phone", "web "]))
        >>> found.labels, found.codes.tolist()
        ((None, 'phone', 'web'), [2, 0, 1, 2])
    """
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    words = [word(value) for value in distinct.tolist()]
    labels = sorted(set(words), key=lambda label: (label is not None, label))
    position = {label: index for index, label in enumerate(labels)}
    moved = np.array([position[label] for label in words], dtype=np.int64)
    return Labelled(tuple(labels), moved[codes] if len(moved) else np.zeros(0, dtype=np.int64))


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Every value as the text that stands in the file, so that leading zeros stay.

    Args:
        path: Separated text, XLSX, Parquet, or whatever else an export may be read from; its first row the header.
        columns: Only these columns, equal rows put together, their number in the column `count`; all rows by default.

    Raises:
        ResponseError: There is no such file, it is no table, two columns have one name, or it lacks a column.
    """
    if not path.is_file():
        raise ResponseError(f"{path}: no such file")
    try:
        # Parquet needs no detection, so that a million rows cost what it takes to count them.
        if path.suffix.lower() == ".parquet":
            with _engine().cursor() as connection:
                return _fetch(connection, f"read_parquet({literal(str(path))})", path, columns)
        export = read_complaints(path)
        return _fetch(export.connection, "complaints", path, columns)
    except IntakeError as error:
        raise ResponseError(str(error)) from error
    except duckdb.Error as error:
        raise ResponseError(f"{path}: cannot be read as a table: {plain(error)}") from error


def _fetch(
    connection: duckdb.DuckDBPyConnection, source: str, path: Path, columns: Sequence[str] | None
) -> pd.DataFrame:
    if columns is None:
        return connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {source}").df()
    known = [str(row[0]) for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
    require_columns(str(path), known, columns)
    names = [quoted(name) for name in dict.fromkeys(columns)]
    # Words are made after the grouping: of a million rows only some hundred groups are left.
    groups = f"SELECT {', '.join(names)}, count(*) AS {quoted(COUNT)} FROM {source} GROUP BY ALL"
    words = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
    return connection.execute(f"SELECT {words}, {quoted(COUNT)} FROM ({groups}) ORDER BY ALL").df()


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all readings: to start it takes as long as to count a million rows."""
    return connect()


def spelling_hint(label: str | None) -> str:
    """Advice on a number that a spreadsheet of another country would read; empty for any other text.

    Example:
        >>> spelling_hint("4,5")
        '; write numbers with a decimal point and without separators of thousands'
        >>> spelling_hint("soon")
        ''
    """
    grouped = label is not None and re.fullmatch(r"[-+]?\d[\d.,'\u00a0\u202f ]*\d", label) is not None
    if not grouped or not math.isnan(number(label)):
        return ""
    return "; write numbers with a decimal point and without separators of thousands"


def require_columns(path: str, known: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a table that lacks columns, each with the nearest name that it has."""
    raise_all(
        ResponseError, [f"{path}: no column {name!r}{nearest(name, known)}" for name in wanted if name not in known]
    )

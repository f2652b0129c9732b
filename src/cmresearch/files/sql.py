"""The database engine, quiet, and pieces of SQL text quoted so that nothing in an export can be anything else."""

from __future__ import annotations

import re

import duckdb


def quoted(name: str) -> str:
    """A column name as an SQL identifier.

    Example:
        >>> quoted('Request #')
        '"Request #"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def literals(texts: list[str] | tuple[str, ...]) -> str:
    """Texts as a list of SQL literals.

    Example:
        >>> literals(["a", "b"])
        "'a', 'b'"
    """
    return ", ".join(literal(text) for text in texts)


def as_text(sql: str) -> str:
    """The expression of a value's text; missing is an empty text.

    Example:
        >>> print(as_text("n"))
        coalesce(CAST(n AS VARCHAR), '')
    """
    return f"coalesce(CAST({sql} AS VARCHAR), '')"


def plain(error: duckdb.Error | RuntimeError) -> str:
    """The part of an engine's message that helps: its first line, without the name of its class or of a reader."""
    first = str(error).strip().split("\n")[0]
    return re.sub(r"^(ArrowArrayStream::\w+\(\) failed \(\d+\): )?(\w+ )*Error: ", "", first)


def connect() -> duckdb.DuckDBPyConnection:
    """A new database in memory that shows no progress bar of its own."""
    connection = duckdb.connect()
    # Where a kernel cannot draw the bar it is off already, and to turn it off again would be an error there.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("SET enable_progress_bar = false")
    return connection

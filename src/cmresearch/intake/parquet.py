"""Parquet files, scanned where they are."""

from __future__ import annotations

from cmresearch.files.sql import literal
from cmresearch.intake.scans import OpenedFile, Scan


def read_parquet(file: OpenedFile) -> Scan:
    """The rows of a Parquet file, its outermost columns with their types."""
    path = literal(str(file.path))
    nodes = file.connection.execute(f"SELECT name, num_children FROM parquet_schema({path})").fetchall()
    return Scan(f"read_parquet({path})", {"format": "parquet"}, names=tuple(_outermost(nodes)))


def _outermost(nodes: list[tuple[str, int | None]]) -> list[str]:
    """The columns of a Parquet schema, which lists every node of its tree, parents first.

    The engine itself would call a second column that differs in case only by another name.
    """
    names, left = [], [1]
    for name, children in nodes:
        while left[-1] == 0:
            left.pop()
        left[-1] -= 1
        if len(left) == 2:
            names.append(name)
        left.append(children or 0)
    return names

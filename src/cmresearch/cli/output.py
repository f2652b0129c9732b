"""How a verb answers: a table for people, JSON for machines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let the verb answer in JSON."""
    parser.add_argument("--json", action="store_true", help="answer in JSON, for machines")


@contextmanager
def long_work() -> Iterator[Callable[[str], None]]:
    """A function that is told each step as it begins; at a terminal the steps are shown with a clock that runs."""
    if not sys.stderr.isatty():
        yield lambda step: None  # noqa: ARG005 - the name is part of what is promised
        return
    from cmresearch.cli.progress import steps

    with steps() as step:
        yield step


def print_json(content: object) -> None:
    """Print a plain value as JSON."""
    print(json.dumps(content, ensure_ascii=False, indent=2))


def show(arguments: argparse.Namespace, rows: Sequence[Mapping[Any, object]], *, title: str) -> None:
    """Show rows as JSON where that is asked for, and otherwise as a table under a title."""
    if arguments.json:
        print_json(list(rows))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for name in rows[0] if rows else ():
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        # Complaints' own text stands in cells: never read as markup.
        table.add_row(*(Text(_cell(cell)) for cell in row.values()))
    # Off a terminal nothing tells the width; wide enough that no column is squeezed.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - the one value that differs from itself is "not a number"
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)

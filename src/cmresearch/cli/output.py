"""How a verb answers: a table for people, JSON for machines."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from textwrap import fill
from typing import Any


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A function to call with each step as it begins; finished ones stay with their seconds, on standard error."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    began = time.monotonic()
    running: list[tuple[str, float]] = []
    with console.status("", spinner="line") as status:

        def finish() -> None:
            if running:
                name, start = running.pop()
                console.print(f"[green]✓[/green] {name} [dim]{time.monotonic() - start:.1f} s[/dim]")

        def step(name: str) -> None:
            finish()
            running.append((name, time.monotonic()))
            status.update(name)

        yield step
        finish()
    print(f"{time.monotonic() - began:.1f} s in all", file=sys.stderr)


MOST_UNBROKEN = 20  # letters of a cell
MARGIN = 3  # of a column; one more ends the line


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let the verb answer in JSON."""
    parser.add_argument("--json", action="store_true", help="answer in JSON, for machines")


@contextmanager
def long_work() -> Iterator[Callable[[str], None]]:
    """A function to call with each step as it begins; at a terminal the steps are shown with a clock that runs."""
    if not sys.stderr.isatty():
        yield lambda step: None  # noqa: ARG005 - the name is part of what is promised
        return
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
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Complaints' own text stands in cells: never read as markup.
    names, cells = list(rows[0]) if rows else [], [[_cell(cell) for cell in row.values()] for row in rows]
    names = [str(name).replace("_", " ") for name in names]
    widths = _least_widths(names, cells)
    needed = sum(width + MARGIN for width in widths) + 1
    # Off a terminal the width is not known; wide enough that no column is squeezed.
    console = Console(width=None if sys.stdout.isatty() else max(160, needed))
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, title_style="bold")
    if needed <= console.width:
        whole = sum(max(len(name), width) + MARGIN for name, width in zip(names, widths, strict=True)) < console.width
        for name, width in zip(names, widths, strict=True):
            table.add_column(name if whole else fill(name, width), overflow="fold", min_width=width)
        for row in cells:
            table.add_row(*map(Text, row))
    else:
        # A figure broken in two is hard to read: on a narrow screen the rows stand below each other.
        table.show_header = False
        for row in cells:
            for name, cell in zip(names, row, strict=True):
                table.add_row(name, Text(cell))
            table.add_section()
    console.print(table)


def _least_widths(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column at which no figure, short word or word of its header is broken in two."""
    columns = [[*name.split(), *column] for name, column in zip(names, zip(*cells, strict=True), strict=True)]
    return [min(MOST_UNBROKEN, max(map(len, column))) for column in columns]


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - the one value that differs from itself is "not a number"
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)

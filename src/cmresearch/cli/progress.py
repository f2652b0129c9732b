"""How a verb shows that it is at work: a line for each step, with a clock that runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A function that is told each step as it begins; finished ones stay with their seconds, on standard error."""
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

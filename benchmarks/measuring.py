"""What the benchmarks share: works measured in processes of their own, and the machine they ran on.

Each work runs in a process of its own, so that its peak memory is its own. What is loaded once is loaded before the
clock starts, by the same work on a small file. Beside the seconds on the clock stand the processor's seconds over all
cores, which other programs on the machine change less.
"""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from shutil import which

SMALL = "small.parquet"
Work = Callable[[Path], object]
PROGRAMS = ("Rscript",)


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of the processor over all cores, and peak megabytes."""

    seconds: float
    processor: float
    megabytes: float


def installed(name: str | None) -> bool:
    """Whether a rival is there: a package, a program, or nothing that would have to be."""
    return name is None or (which(name) if name in PROGRAMS else find_spec(name)) is not None


def version_of(name: str) -> str:
    """The version of a package, or that it is not there."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"


def spent() -> tuple[float, float]:
    """The clock, and the processor's time of this process and of those it has started."""
    times = os.times()
    return time.perf_counter(), times.user + times.system + times.children_user + times.children_system


def peak() -> float:
    """The most megabytes that this process, or one that it has started, has held."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    status = Path("/proc/self/status")
    if not status.is_file():
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024 / 1e6
    # The figure of getrusage would begin with what the process held that started this one.
    own = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
    assert own
    return max(children, int(own[1])) * 1024 / 1e6


def tell(work: Work, path: Path) -> None:
    """Do one work and print what it cost; a work that gives a cost of its own, as the part that counts, is believed."""
    work(path.with_name(SMALL))
    clock, processor = spent()
    own = work(path)
    clock_after, processor_after = spent()
    seconds, used = own if isinstance(own, tuple) else (clock_after - clock, processor_after - processor)
    print(json.dumps({"seconds": seconds, "processor": used, "megabytes": peak()}))


def measured(script: Path, work: str, path: Path) -> Cost:
    """What one work of a script cost, in a process of its own."""
    command = [sys.executable, str(script), "--work", work, "--file", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(**json.loads(done.stdout.strip().splitlines()[-1]))


def least(runs: list[Cost]) -> Cost:
    """The least time of several runs, on the clock and of the processor, and the most memory."""
    return Cost(
        min(run.seconds for run in runs), min(run.processor for run in runs), max(run.megabytes for run in runs)
    )


def machine() -> str:
    """The machine and how busy it was, since ratios of one run are what can be compared."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    packages = ", ".join(version_of(name) for name in ("duckdb", "pandas", "polars", "svy"))
    return f"Python {platform.python_version()}, {packages}; {os.cpu_count()} cores, load {load} in the end"

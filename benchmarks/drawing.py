"""How long drawing takes, beside a bare scan of the same file, pandas and polars: one run on one machine.

  python benchmarks/drawing.py [--rows 5000000] [--write]

Each work runs in a process of its own, so that its peak memory is its own; the file is made once beside the system's
temporary files and removed afterwards. A rival that is not installed is named as absent. With --write the table goes
to benchmarks/drawing.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

SIZE = 989
SMALL = "small.parquet"
STRATA = ["channel", "agency"]
BARS = {"draw": ("bare scan", 1.5), "certificate": ("draw", 3.0)}


def make(path: Path, rows: int) -> None:
    """A made register: id, 14 channels by 44 agencies, a time and a number."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            "COPY (SELECT 'JK' || lpad(CAST(i AS VARCHAR), 10, '0') AS id, 'channel ' || (hash(i) % 14) AS channel, "
            "'agency ' || (hash(i + 1) % 44) AS agency, TIMESTAMP '2020-01-01' + INTERVAL (i % 31000000) SECOND AS "
            f"received, CAST(hash(i + 2) % 500 AS INTEGER) AS hours FROM range({rows}) AS t(i)) TO '{path}' "
            "(FORMAT parquet)"
        )


def bare_scan(path: Path) -> None:
    """Every id hashed once, and nothing else."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SELECT count(*) FILTER (sha256('seed|' || id) < '0001') FROM '{path}'").fetchall()


def draw(path: Path) -> None:
    """The frame counted and checked, and the sample drawn."""
    from cmresearch.frame import read_frame
    from cmresearch.sampling.allocation import allocate
    from cmresearch.sampling.drawing import draw as draw_sample

    frame = read_frame(path, id="id", strata=STRATA)
    size = max(SIZE, len(frame.sizes) * 2)  # two from each stratum at the least
    assert len(draw_sample(frame, allocate(frame, size), seed="seed").ids) == size


def certificate(path: Path) -> None:
    """The certificate with both fingerprints of the frame, the sample once drawn; its own time is told apart."""
    from cmresearch.frame import read_frame
    from cmresearch.sampling.allocation import allocate
    from cmresearch.sampling.certificate import certify
    from cmresearch.sampling.drawing import draw as draw_sample

    frame = read_frame(path, id="id", strata=STRATA)
    sample = draw_sample(frame, allocate(frame, len(frame.sizes) * 2), seed="seed")
    began = time.perf_counter()
    certify(sample, frame)
    print(json.dumps({"own": time.perf_counter() - began}), file=sys.stderr)


def pandas(path: Path) -> None:
    """`groupby.sample` of two from each stratum, the file read by the engine that is at hand."""
    import duckdb

    # pandas reads Parquet by pyarrow, which is no dependency here.
    with duckdb.connect() as connection:
        table = connection.execute(f"SELECT * FROM '{path}'").df()
    table.groupby(STRATA).sample(n=2, random_state=1)


def polars(path: Path) -> None:
    """Two from each stratum by a shuffled order of rows."""
    import polars as pl

    table = pl.read_parquet(path)
    table.filter(pl.int_range(pl.len()).shuffle(seed=1).over(STRATA) < 2)


Work = Callable[[Path], None]
WORKS: dict[str, tuple[Work, str | None]] = {
    "bare scan": (bare_scan, None),
    "draw": (draw, None),
    "certificate": (certificate, None),
    "pandas groupby.sample": (pandas, None),
    "polars": (polars, "polars"),
}


def measured(work: str, path: Path) -> tuple[float, float]:
    """Seconds (the certificate's own) and peak megabytes of one work, in a process of its own."""
    command = [sys.executable, __file__, "--work", work, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    own = [json.loads(line)["own"] for line in done.stderr.splitlines() if line.startswith('{"own"')]
    return (own or [answer["seconds"]])[-1], answer["megabytes"]


def told(work: str, path: Path) -> None:
    """Do one work and tell its time and memory; what is loaded once is loaded before, with a small file."""
    WORKS[work][0](path.with_name(SMALL))
    began = time.perf_counter()
    WORKS[work][0](path)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def table(rows: int, results: dict[str, tuple[float, float] | None]) -> str:
    """The results as a table, each beside the bare scan and beside its bar."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = [
        f"{rows:,} rows, {14 * 44} strata; Python {platform.python_version()}, {os.cpu_count()} cores, load {load}",
        "",
        "| work | seconds | peak MB | times the bare scan | bar |",
        "|---|---|---|---|---|",
    ]
    base = results["bare scan"]
    for work, result in results.items():
        if result is None or base is None:
            lines.append(f"| {work} | not installed | | | |")
            continue
        other, limit = BARS.get(work, ("", 0.0))
        against = results.get(other)
        bar = f"{result[0] / against[0]:.2f} of at most {limit:g} × {other}" if against else ""
        lines.append(f"| {work} | {result[0]:.2f} | {result[1]:.0f} | {result[0] / base[0]:.2f} | {bar} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000], help="sizes of the made file")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/drawing.md")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        told(arguments.work, arguments.file)
        return
    tables = []
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "register.parquet"
            make(path, rows)
            make(path.with_name(SMALL), 20_000)
            present = {work: needs is None or find_spec(needs) is not None for work, (_, needs) in WORKS.items()}
            results = {work: measured(work, path) if there else None for work, there in present.items()}
        tables.append(table(rows, results))
        print(tables[-1])
    if arguments.write:
        text = f"# Drawing\n\nMade by `python {Path(__file__).name} --rows … --write`.\n\n" + "\n".join(tables)
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

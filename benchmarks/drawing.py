"""How long drawing and certifying take, beside a bare scan of the same file, pandas, polars, svy and R: one run.

  make bench                                                      (with pandas, polars, svy, and R where it is)
  python benchmarks/drawing.py [--rows 1000000 5000000 30000000] [--times 3] [--write]

The file is made beside the system's temporary files and removed afterwards; 30 million rows take 0.4 GB of disk, and
pandas 7 GB of memory. Every work is done in a process of its own, all works one after the other as often as is asked,
and the fastest run counts. A rival that is not installed is named as absent. With --write the tables go to
benchmarks/drawing.md.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

from measuring import SMALL, Cost, Work, installed, least, machine, measured, spent, tell

SIZE = 989
STRATA = ["channel", "agency"]
CELLS = 14 * 44
DRAWN = 2 * CELLS  # by the rivals, which are asked for two from each stratum
# By work: beside what it is measured, how many times that at most, and at most how many megabytes.
BAR_ROWS = 30_000_000  # the bars are for files of so many
BY_TICKETS = "polars, by tickets"
SLOWER = ("pandas groupby.sample", "polars", BY_TICKETS)  # than our draw, as the bar has it
BARS = {"draw": ("bare scan", 1.5, 300), "certificate": ("draw", 3.0, 1000)}
NOTE = (
    "Ratios within a table are what can be compared. What else the machine does disturbs the clock more than the "
    "processor's seconds, which are summed over the cores. The draw looks at every id and gives the same sample "
    "whatever the order of the rows; the samples of the rivals hang on that order, but for polars by tickets, which "
    "hashes every id as we do, with Python's own SHA-256: polars has none."
)
R_DRAW = """
path <- commandArgs(TRUE)[1]
fast <- requireNamespace("data.table", quietly = TRUE)
frame <- if (fast) data.table::fread(path, data.table = FALSE, showProgress = FALSE) else read.csv(path)
rows <- split(seq_len(nrow(frame)), paste(frame$channel, frame$agency, sep = "/"))
drawn <- frame[unlist(lapply(rows, function(of) of[sample.int(length(of), 2)])), ]
stopifnot(nrow(drawn) == 2 * length(rows))
"""


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


def make_csv(path: Path) -> None:
    """The same as CSV, for R, which reads no Parquet by itself."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM '{path}') TO '{path.with_suffix('.csv')}' (HEADER)")


def bare_scan(path: Path) -> None:
    """Every id hashed once, and nothing else."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SELECT count(*) FILTER (sha256('seed|' || id) < '0001') FROM '{path}'").fetchall()


def draw(path: Path) -> None:
    """The frame counted and checked, and the sample drawn."""
    from cmresearch.sampling.allocation import allocate
    from cmresearch.sampling.drawing import draw as draw_sample
    from cmresearch.sampling.frame import read_frame

    frame = read_frame(path, id="id", strata=STRATA)
    size = max(SIZE, len(frame.sizes) * 2)  # two from each stratum at the least
    assert len(draw_sample(frame, allocate(frame, size), seed="seed").ids) == size


def certificate(path: Path) -> tuple[float, float]:
    """The certificate with both fingerprints of the frame; the sample was drawn before, so only its own time counts."""
    from cmresearch.sampling.allocation import allocate
    from cmresearch.sampling.certificate import certify
    from cmresearch.sampling.drawing import draw as draw_sample
    from cmresearch.sampling.frame import read_frame

    frame = read_frame(path, id="id", strata=STRATA)
    sample = draw_sample(frame, allocate(frame, len(frame.sizes) * 2), seed="seed")
    clock, processor = spent()
    certify(sample, frame)
    clock_after, processor_after = spent()
    return clock_after - clock, processor_after - processor


def pandas(path: Path) -> None:
    """`groupby.sample` of two from each stratum."""
    import pandas as pd

    table = pd.read_parquet(path, engine="pyarrow")
    assert len(table.groupby(STRATA).sample(n=2, random_state=1)) == DRAWN


def polars(path: Path) -> None:
    """Two from each stratum by a shuffled order of rows."""
    import polars as pl

    table = pl.read_parquet(path)
    assert len(table.filter(pl.int_range(pl.len()).shuffle(seed=1).over(STRATA) < 2)) == DRAWN


def polars_by_tickets(path: Path) -> None:
    """Two from each stratum by our rule: the smallest SHA-256 of seed and id."""
    from hashlib import sha256

    import polars as pl

    table = pl.read_parquet(path, columns=["id", *STRATA])
    tickets = pl.Series("ticket", [sha256(f"a seed|{id}".encode()).digest() for id in table["id"]])
    smallest = pl.col("ticket").rank("ordinal").over(STRATA) <= 2
    assert len(table.with_columns(tickets).filter(smallest)) == DRAWN


def svy(path: Path) -> None:
    """A simple random sample of two from each stratum."""
    import polars as pl
    import svy as package

    drawn = package.Sample(pl.read_parquet(path)).sampling.srs(n=2, by=STRATA, rstate=1)
    assert drawn.n_records == DRAWN


def r(path: Path) -> None:
    """`sample.int` of two from each stratum, the file read as CSV; starting R is part of it."""
    subprocess.run(["Rscript", "-e", R_DRAW, str(path.with_suffix(".csv"))], check=True, stdout=subprocess.DEVNULL)


# By work: what does it, what has to be installed for it, and how many million rows it is asked for at most.
WORKS: dict[str, tuple[Work, str | None, int]] = {
    "bare scan": (bare_scan, None, 1000),
    "draw": (draw, None, 1000),
    "certificate": (certificate, None, 1000),
    "pandas groupby.sample": (pandas, "pyarrow", 1000),
    "polars": (polars, "polars", 1000),
    BY_TICKETS: (polars_by_tickets, "polars", 1000),
    "svy srs": (svy, "svy", 5),
    "R sample.int": (r, "Rscript", 5),
}


def refusal(work: str, rows: int) -> str | None:
    """Why a work is not measured, if it is not."""
    _, needs, millions = WORKS[work]
    if not installed(needs):
        return "not installed"
    return None if rows <= millions * 1_000_000 else f"not asked for more than {millions} million rows"


def measure(rows: int, times: int) -> dict[str, Cost | str]:
    """What each work costs with so many rows, or why it was not measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.parquet"
        make(path, rows)
        make(path.with_name(SMALL), 20_000)
        refused = {work: refusal(work, rows) for work in WORKS}
        if refused["R sample.int"] is None:
            make_csv(path)
            make_csv(path.with_name(SMALL))
        asked = [work for work, why in refused.items() if why is None]
        # One after the other, so that whatever else the machine does meets all of them.
        rounds = [{work: measured(Path(__file__), work, path) for work in asked} for _ in range(times)]
    return {work: why or least([each[work] for each in rounds]) for work, why in refused.items()}


def table(rows: int, costs: dict[str, Cost | str]) -> str:
    """The costs as a table, each beside the bare scan and beside its bar."""
    lines = [
        f"## {rows:,} rows, {CELLS} strata",
        "",
        machine(),
        "",
        "| work | seconds | processor's seconds | peak MB | times the bare scan | times our draw | bar |",
        "|---|---|---|---|---|---|---|",
    ]
    base, ours = costs["bare scan"], costs["draw"]
    assert isinstance(base, Cost)
    assert isinstance(ours, Cost)
    for work, cost in costs.items():
        if isinstance(cost, str):
            lines.append(f"| {work} | {cost} | | | | | |")
        else:
            figures = f"{cost.seconds:.2f} | {cost.processor:.2f} | {cost.megabytes:.0f}"
            ratios = f"{cost.seconds / base.seconds:.2f} | {cost.seconds / ours.seconds:.2f}"
            lines.append(f"| {work} | {figures} | {ratios} | {bar(work, costs) if rows >= BAR_ROWS else ''} |")
    return "\n".join(lines) + "\n"


def bar(work: str, costs: dict[str, Cost | str]) -> str:
    """How a work stands to its bar: by the clock, by the processor, and in memory."""
    cost, ours = costs[work], costs["draw"]
    assert isinstance(cost, Cost)
    assert isinstance(ours, Cost)
    if work in SLOWER:
        clock, processor = ours.seconds / cost.seconds, ours.processor / cost.processor
        return f"our draw: {held(clock, 1)} by the clock, {held(processor, 1)} by the processor of at most 1 × this"
    if work not in BARS:
        return ""
    other, times, megabytes = BARS[work]
    base = costs[other]
    assert isinstance(base, Cost)
    clock, processor = cost.seconds / base.seconds, cost.processor / base.processor
    return (
        f"{held(clock, times)} by the clock, {held(processor, times)} by the processor of at most {times:g} × {other}; "
        f"memory {held(cost.megabytes / megabytes, 1)} of at most {megabytes} MB"
    )


def held(ratio: float, most: float) -> str:
    """A ratio and whether it is within its bar."""
    return f"{ratio:.2f} ({'met' if ratio <= most else f'missed by {ratio / most - 1:.0%}'})"


def growth(found: dict[int, dict[str, Cost | str]]) -> str:
    """How the cost of each work grows with the rows: 1 is linear, less is better."""
    steps = list(pairwise(sorted(found)))
    lines = [
        "## Growth",
        "",
        "Times the processor's seconds per times the rows; 1 is linear.",
        "",
        "| work | " + " | ".join(f"{first:,} to {then:,} rows" for first, then in steps) + " |",
        "|---|" + "---|" * len(steps),
    ]
    for work in WORKS:
        cells = []
        for first, then in steps:
            before, after = found[first][work], found[then][work]
            known = isinstance(before, Cost) and isinstance(after, Cost)
            cells.append(f"{after.processor / before.processor / (then / first):.2f}" if known else "")
        lines.append(f"| {work} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[1_000_000, 5_000_000, 30_000_000], help="sizes of the made file"
    )
    parser.add_argument("--times", type=int, default=2, help="runs of each work, of which the fastest counts")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/drawing.md")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        tell(WORKS[arguments.work][0], arguments.file)
        return
    found, tables = {}, []
    for rows in arguments.rows:
        found[rows] = measure(rows, arguments.times)
        tables.append(table(rows, found[rows]))
        print(tables[-1], flush=True)
    if len(found) > 1:
        tables.append(growth(found))
        print(tables[-1])
    if arguments.write:
        rows = " ".join(str(number) for number in arguments.rows)
        call = f"python benchmarks/drawing.py --rows {rows} --times {arguments.times} --write"
        text = f"# Drawing\n\nMade by `{call}`. {NOTE}\n\n" + "\n".join(tables)
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

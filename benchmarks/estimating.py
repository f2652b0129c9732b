"""How long 12 indicators in 44 domains take to estimate, beside svy, and whether the answers are the same: one run.

  make bench                                                      (with svy)
  python benchmarks/estimating.py [--write]

Two samples are made: 989 complaints, and a million. Each side reads the Parquet file and gives for each indicator and
domain the mean, its standard error and its interval; ours, the design effect as well. Of a large sample equal rows are
put together while the file is read (`read_sample(columns=...)`), so that the engine makes the sums of cells.
With --write the table goes to benchmarks/estimating.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measuring import SMALL, Cost, Work, installed, least, machine, measured, tell

INDICATORS = [f"indicator_{number}" for number in range(1, 13)]
SIZES = (989, 1_000_000)
PUT_TOGETHER = 50_000  # from so many bytes of a file on, equal rows are put together
MOST_SECONDS = 0.5
Figures = dict[tuple[str, str], tuple[float, ...]]


def make(path: Path, rows: int) -> None:
    """A made sample of one in thirty: 14 channels as strata, 44 agencies, twelve answers of 0 and 1."""
    import duckdb

    answers = ", ".join(
        f"CAST(hash(i * 13 + {place}) % 100 < {5 + 8 * place} AS INTEGER) AS {name}"
        for place, name in enumerate(INDICATORS)
    )
    drawn = f"SELECT 'channel ' || (hash(i) % 14) AS channel, 'agency ' || (hash(i + 1) % 44) AS agency, {answers}"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT *, 30 * count(*) OVER (PARTITION BY channel) AS frame_size, CAST(30 AS DOUBLE) AS weight "
            f"FROM ({drawn} FROM range({rows}) AS t(i)) ORDER BY ALL) TO '{path}' (FORMAT parquet)"
        )


def ours(path: Path) -> Figures:
    """The library's estimates."""
    from cmresearch.estimation import estimate_mean
    from cmresearch.responses import read_sample

    declared = {"strata": "channel", "population_size": "frame_size"}
    large = path.stat().st_size > PUT_TOGETHER
    whole = None if large else read_sample(path, **declared)
    figures: Figures = {}
    for name in INDICATORS:
        sample = whole or read_sample(path, columns=["agency", name], **declared)
        for row in estimate_mean(sample, name, by="agency"):
            figures[name, str(row.domain)] = (row.estimate, row.standard_error, row.lower, row.upper)
    return figures


def svy(path: Path) -> Figures:
    """The same from svy, all indicators in one call."""
    import polars as pl
    import svy as package

    design = package.Design(stratum="channel", wgt="weight", pop_size="frame_size")
    found = package.Sample(pl.read_parquet(path), design).estimation.mean(INDICATORS, by="agency")
    return {
        (name, row["by_level"][0]): (row["est"], row["se"], row["lci"], row["uci"])
        for name, estimates in zip(INDICATORS, found, strict=True)
        for row in estimates.to_dicts()
    }


WORKS: dict[str, tuple[Work, str | None]] = {"ours": (ours, None), "svy": (svy, "svy")}


def difference(path: Path) -> str:
    """The largest difference between our estimates, errors and ends of intervals and those of svy."""
    one, other = ours(path), svy(path)
    assert one.keys() == other.keys(), "other indicators or domains"
    pairs = [pair for key in one for pair in zip(one[key], other[key], strict=True)]
    return f"{max(abs(a - b) for a, b in pairs):.1e}"


def row(rows: int, work: str, cost: Cost | str, base: Cost) -> str:
    """One line of the table; svy's says how many times our cost it is."""
    if isinstance(cost, str):
        return f"| {rows:,} | {work} | {cost} | | | | |"
    times = f"{cost.seconds / base.seconds:.1f} | {cost.processor / base.processor:.1f}"
    return f"| {rows:,} | {work} | {cost.seconds:.3f} | {cost.processor:.3f} | {cost.megabytes:.0f} | {times} |"


def table(times: int) -> str:
    """What each side needs for each size, and how far the answers differ."""
    lines = [
        "| sample | work | seconds | processor's seconds | peak MB | times our seconds | times our processor's |",
        "|---|---|---|---|---|---|---|",
    ]
    notes = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            path = Path(folder) / f"{rows}.parquet"
            make(path, rows)
            make(path.with_name(SMALL), 5000)
            base = least([measured(Path(__file__), "ours", path) for _ in range(times)])
            lines.append(row(rows, "ours", base, base))
            there = installed("svy")
            lines.append(row(rows, "svy", measured(Path(__file__), "svy", path) if there else "not installed", base))
            if there:
                notes.append(
                    f"{rows:,}: shares, standard errors and ends of intervals differ by {difference(path)} at most."
                )
        notes.append(
            f"Bars: faster than svy in both; the million in at most {MOST_SECONDS} s (here {base.seconds:.3f})."
        )
    return "\n".join([machine(), "", *lines, "", *notes]) + "\n"


def main() -> None:
    """Measure both sides and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3, help="runs of ours, of which the fastest counts")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/estimating.md")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        tell(WORKS[arguments.work][0], arguments.file)
        return
    text = table(arguments.times)
    print(text)
    if arguments.write:
        head = "# Estimating\n\n12 indicators in 44 domains. Made by `python benchmarks/estimating.py --write`.\n\n"
        Path(__file__).with_suffix(".md").write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()

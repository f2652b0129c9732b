"""Estimate a mean, a total or proportions from a stratified sample in any file.

The file has one row for each sampled unit and says its own design: the strata, how many units each stratum holds, and
the weights where they are not simply that number over the sampled ones.

  cmresearch estimate results.csv --strata channel --population-size N --statistic proportion --variable answered
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.output import add_json, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    parser.add_argument("file", type=Path, help="the sample: CSV or Parquet, one row for each sampled unit")
    parser.add_argument("--strata", required=True, metavar="COLUMN[,COLUMN]", help="the columns that make the strata")
    parser.add_argument(
        "--population-size", required=True, metavar="COLUMN", help="how many units the row's stratum holds"
    )
    parser.add_argument("--weight", metavar="COLUMN", help="design weights (default: population size over sampled)")
    parser.add_argument("--statistic", required=True, choices=["mean", "total", "proportion"])
    parser.add_argument("--variable", required=True, metavar="COLUMN", help="what is estimated")
    parser.add_argument("--by", metavar="COLUMN[,COLUMN]", help="the columns that make the domains")
    parser.add_argument("--level", type=float, default=0.95, help="the interval's level (default: 0.95)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Estimate and show, one row for each domain and category."""
    from cmresearch.estimation import estimate_mean, estimate_proportion, estimate_total
    from cmresearch.responses import read_sample

    sample = read_sample(
        arguments.file,
        strata=arguments.strata.split(","),
        population_size=arguments.population_size,
        weight=arguments.weight,
    )
    statistics = {"mean": estimate_mean, "total": estimate_total, "proportion": estimate_proportion}
    by = arguments.by.split(",") if arguments.by else None
    estimates = statistics[arguments.statistic](sample, arguments.variable, by=by, level=arguments.level)
    show(arguments, estimates.to_records(), title=f"{arguments.statistic} of {arguments.variable}")
    return 0

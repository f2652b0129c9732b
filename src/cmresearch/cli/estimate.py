"""Estimate from a stratified sample in any file, with intervals.

The file has one row for each sampled unit and says its own design: the strata, how many units each stratum holds, and
the weights where they are not simply that number over the sampled ones.

  cmresearch estimate results.csv --strata channel --population-size N --statistic proportion --variable answered
  cmresearch estimate results.csv --strata channel --population-size N --statistic quantile --variable days --by city
  cmresearch estimate results.csv --strata channel --population-size N --statistic contrast --variable days --by city
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch.cli.output import add_json, show

if TYPE_CHECKING:
    from cmresearch.estimation.estimates import Estimates
    from cmresearch.responses.responses import Responses

STATISTICS = ("mean", "total", "proportion", "count", "ratio", "quantile", "contrast")
INTERVALS = ("korn-graubard", "wilson", "logit", "normal", "hypergeometric")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    parser.add_argument("file", type=Path, help="the sample: CSV or Parquet, one row for each sampled unit")
    _add_design(parser)
    parser.add_argument(
        "--statistic", required=True, choices=STATISTICS, help="a contrast is the difference between every two domains"
    )
    parser.add_argument("--variable", required=True, metavar="COLUMN", help="what is estimated")
    parser.add_argument("--value", help="one category of a proportion, a count or a contrast of shares")
    parser.add_argument("--denominator", metavar="COLUMN", help="what a ratio divides by")
    parser.add_argument(
        "--probability",
        type=_probabilities,
        default=[0.5],
        metavar="P[,P]",
        help="which quantiles (default: the median)",
    )
    parser.add_argument("--by", type=_columns, metavar="COLUMN[,COLUMN]", help="the columns that make the domains")
    parser.add_argument("--explain", action="store_true", help="the sums of each stratum instead, to redo the figures")
    _add_choices(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Estimate and show, one row for each domain and category."""
    from cmresearch.responses.responses import read_sample

    sample = read_sample(
        arguments.file,
        strata=arguments.strata,
        population_size=arguments.population_size,
        weight=arguments.weight,
    )
    estimates = _estimate(sample, arguments)
    rows = _explained(estimates) if arguments.explain else estimates.to_records()
    show(arguments, rows, title=f"{arguments.statistic} of {arguments.variable}")
    return 0


def _add_design(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strata", required=True, type=_columns, metavar="COLUMN[,COLUMN]", help="the columns that make the strata"
    )
    parser.add_argument(
        "--population-size", required=True, metavar="COLUMN", help="how many units the row's stratum holds"
    )
    parser.add_argument("--weight", metavar="COLUMN", help="design weights (default: population size over sampled)")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--level", type=float, default=0.95, help="the interval's level (default: 0.95)")
    parser.add_argument(
        "--interval",
        default=INTERVALS[0],
        choices=INTERVALS,
        help="the interval of a proportion (default: %(default)s)",
    )
    parser.add_argument(
        "--missing", default="error", choices=["error", "drop"], help="what to do with blank values (default: error)"
    )
    parser.add_argument(
        "--lonely",
        default="error",
        choices=["error", "adjust", "average", "certainty"],
        help="what to do with a stratum of which one unit of several was drawn (default: error)",
    )


def _columns(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _probabilities(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _explained(estimates: Estimates) -> list[dict[Any, Any]]:
    table = estimates.explain().astype(object)
    # A stratum that a domain has no unit in has no mean; JSON has null for it.
    return table.where(table.notna(), None).to_dict("records")


def _estimate(sample: Responses, arguments: argparse.Namespace) -> Estimates:
    from cmresearch.errors import EstimationError
    from cmresearch.estimation import estimators as estimation
    from cmresearch.estimation.contrasts import estimate_differences
    from cmresearch.estimation.quantiles import estimate_quantile

    name, statistic = arguments.variable, arguments.statistic
    common = {word: getattr(arguments, word) for word in ("by", "level", "missing", "lonely")}
    if statistic == "contrast":
        if not arguments.by:
            raise EstimationError("a contrast compares domains: name the columns that make them with --by")
        kind = "mean" if arguments.value is None else "proportion"
        return estimate_differences(_estimate(sample, argparse.Namespace(**vars(arguments) | {"statistic": kind})))
    if statistic == "ratio" and arguments.denominator is None:
        raise EstimationError("a ratio needs a denominator: name its column with --denominator")
    own = {
        "proportion": {"value": arguments.value, "method": arguments.interval},
        "count": {"value": arguments.value},
        "quantile": {"probabilities": arguments.probability},
        "ratio": {"denominator": arguments.denominator},
    }
    estimators: dict[str, Callable[..., Estimates]] = {
        "mean": estimation.estimate_mean,
        "total": estimation.estimate_total,
        "proportion": estimation.estimate_proportion,
        "count": estimation.estimate_count,
        "ratio": estimation.estimate_ratio,
        "quantile": estimate_quantile,
    }
    return estimators[statistic](sample, name, **own.get(statistic, {}), **common)

r"""Estimate from a stratified sample in any file, with intervals.

The file has one row for each sampled unit and says its own design: the strata, how many units each stratum holds, and
the weights where they are not simply that number over the sampled ones. A simple random sample has no strata: leave
--strata out.

  cmresearch estimate results.csv --strata channel --population-size N --statistic proportion --variable answered
  cmresearch estimate results.csv --strata channel --population-size N --statistic mean --variable days --by city
  cmresearch estimate results.csv --strata channel --population-size N --statistic ratio --variable replies \
      --denominator letters
  cmresearch estimate results.csv --strata channel --population-size N --statistic quantile --variable days \
      --probability 0.5,0.9
  cmresearch estimate results.csv --strata channel --population-size N --statistic contrast --variable days --by city
  cmresearch estimate results.csv --strata channel --population-size N --statistic contrast --variable days --by city \
      --coefficients "North=1,South=-0.5,East=-0.5"

Known totals make up for non-response. --totals names a file with the columns column, category and total: one column
of categories post-stratifies, several with --distance raking rake, and a row without a category is the total of a
column of numbers.

  cmresearch estimate results.csv --strata channel --population-size N --statistic mean --variable days \
      --totals known.csv --distance raking

Answers 0 where all is well and 2 where the call or the file is wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch.cli.estimate_arguments import add_estimate_arguments, refuse_idle
from cmresearch.cli.output import add_json, long_work, print_json, show

if TYPE_CHECKING:
    from cmresearch.estimation.estimates import Estimates
    from cmresearch.responses.responses import Responses


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    parser.add_argument(
        "file", type=Path, help="the sample: separated text, XLSX or Parquet, one row for each sampled unit"
    )
    add_estimate_arguments(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Estimate and show, one row for each domain and category."""
    from cmresearch.responses.responses import read_sample

    refuse_idle(arguments)
    sample = read_sample(
        arguments.file,
        strata=arguments.strata,
        population_size=arguments.population_size,
        weight=arguments.weight,
        blank=arguments.blank,
        categories={arguments.variable: arguments.categories or ()},
    )
    estimates = _estimated(sample, arguments)
    title = f"{arguments.statistic} of {arguments.variable}"
    if arguments.explain:
        show(arguments, _explained(estimates), title=title)
    elif arguments.json:
        print_json(estimates.to_records())
    else:
        _show_readably(arguments, estimates, title)
    return 0


def _show_readably(arguments: argparse.Namespace, estimates: Estimates, title: str) -> None:
    """A table without empty columns; what is to be noted of every row stands once, below it."""
    noted = [row.note.split("; ") if row.note else [] for row in estimates]
    shared = [note for note in noted[0] if all(note in notes for notes in noted)]
    rows = [
        {**row, "note": "; ".join(note for note in notes if note not in shared)}
        for row, notes in zip(estimates.to_records(), noted, strict=True)
    ]
    filled = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    show(arguments, [{name: row[name] for name in filled} for row in rows], title=title)
    for note in shared:
        print(f"note: {note}")


def _explained(estimates: Estimates) -> list[dict[Any, Any]]:
    table = estimates.explain().astype(object)
    # A stratum that a domain has no unit in has no mean; JSON has null for it.
    return table.where(table.notna(), None).to_dict("records")


def _estimated(sample: Responses, arguments: argparse.Namespace) -> Estimates:
    """The estimates, with the weights and the standard errors that were asked for."""
    calibrated = _calibration(arguments)

    def estimator(one: Responses) -> Estimates:
        return _estimate(calibrated(one), arguments)

    if arguments.replicates is None:
        return estimator(sample)
    from cmresearch.estimation.replicates import with_replicates

    with long_work() as step:
        step(f"standard errors by the {arguments.replicates}")
        return with_replicates(
            sample,
            estimator,
            method=arguments.replicates,
            replicates=arguments.number or 500,
            seed=1 if arguments.seed is None else arguments.seed,
            lonely=arguments.lonely,
        )


def _calibration(arguments: argparse.Namespace) -> Callable[[Responses], Responses]:
    if arguments.totals is None:
        return lambda sample: sample
    from cmresearch.estimation.known_totals import read_known_totals

    known = read_known_totals(arguments.totals)
    return lambda sample: known.applied_to(sample, distance=arguments.distance or "linear", bounds=arguments.bounds)


def _estimate(sample: Responses, arguments: argparse.Namespace) -> Estimates:
    from cmresearch.estimation import estimators as estimation
    from cmresearch.estimation.quantiles import estimate_quantile

    if arguments.statistic == "contrast":
        return _contrast(sample, arguments)
    own = {
        "mean": ("deff",),
        "total": ("deff",),
        "proportion": ("value", "method", "deff"),
        "count": ("value", "deff"),
        "quantile": ("probabilities", "rule"),
        "ratio": ("denominator", "deff"),
    }[arguments.statistic]
    told = {word: getattr(arguments, word) for word in own if getattr(arguments, word) is not None}
    common = {word: getattr(arguments, word) for word in ("level", "missing", "lonely")} | {"by": arguments.by or None}
    estimators: dict[str, Callable[..., Estimates]] = {
        "mean": estimation.estimate_mean,
        "total": estimation.estimate_total,
        "proportion": estimation.estimate_proportion,
        "count": estimation.estimate_count,
        "ratio": estimation.estimate_ratio,
        "quantile": estimate_quantile,
    }
    return estimators[arguments.statistic](sample, arguments.variable, **told, **common)


def _contrast(sample: Responses, arguments: argparse.Namespace) -> Estimates:
    """Of shares where a category is named, of ratios where a denominator is, of means otherwise."""
    from cmresearch.estimation.contrasts import estimate_contrast, estimate_differences

    kind = "proportion" if arguments.value is not None else "ratio" if arguments.denominator is not None else "mean"
    figures = _estimate(sample, argparse.Namespace(**vars(arguments) | {"statistic": kind}))
    if arguments.coefficients is None:
        return estimate_differences(figures)
    return estimate_contrast(figures, arguments.coefficients, category=arguments.value)

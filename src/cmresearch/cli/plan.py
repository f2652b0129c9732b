"""Plan a sample: how many complaints, how sure they make a study, and how to divide them among the strata.

Freeze the plan of a study before the draw, and say what changed since:

  cmresearch plan freeze [--reason TEXT] [--published PLACE]
  cmresearch plan changes

Sizes, margins and allocations:

  cmresearch plan share --margin 0.03 --population 14581
  cmresearch plan share --size 989 --population 14581          (the other way round: the margin that a size reaches)
  cmresearch plan mean --deviation 40 --margin 3 --population 14581
  cmresearch plan difference --share 0.6 --other 0.5
  cmresearch plan allocation complaints.csv --id number --strata channel --size 400 [--variable COLUMN]

Margins and shares are parts of one: 0.03 is three points.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli import plan_freeze
from cmresearch.cli.draw import warn
from cmresearch.cli.output import add_json, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    _share(questions.add_parser("share", help="the size for a share, or the margin that a size reaches"))
    _mean(questions.add_parser("mean", help="the size for a mean"))
    _difference(questions.add_parser("difference", help="the sizes of two groups whose shares differ"))
    _allocation(questions.add_parser("allocation", help="the methods of allocation side by side, for a file"))
    plan_freeze.add_actions(questions)


def run(arguments: argparse.Namespace) -> int:
    """Answer the question."""
    return int(ANSWERS[arguments.question](arguments))


def _share(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--margin", type=float, help="half the width of the interval (0.03 for three points)")
    given.add_argument("--relative-margin", type=float, help="the same as a part of the share")
    given.add_argument("--size", type=int, help="a number of answers, to see the margin it reaches")
    parser.add_argument("--share", type=float, default=0.5, help="the share that is expected (default: 0.5)")
    parser.add_argument("--method", choices=("normal", "wilson"), default="normal", help="the interval")


def _mean(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--margin", type=float, help="half the width of the interval, in the mean's unit")
    given.add_argument("--relative-margin", type=float, help="the same as a part of the mean")
    parser.add_argument("--deviation", type=float, required=True, help="the standard deviation")
    parser.add_argument("--mean", type=float, help="the mean that is expected, for a relative margin")


def _difference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--share", type=float, required=True, help="the share expected in the first group")
    parser.add_argument("--other", type=float, required=True, help="the share expected in the second")
    parser.add_argument("--power", type=float, default=0.8, help="how likely the difference shall be seen (0.8)")
    parser.add_argument("--ratio", type=float, default=1.0, help="how many times as many in the second group (1)")
    _design(parser)


def _allocation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the export: CSV (plain or .gz) or Parquet")
    parser.add_argument("--id", required=True, metavar="COLUMN", help="the column that names each complaint")
    parser.add_argument("--strata", required=True, metavar="COLUMN[,COLUMN]", help="the columns that make the strata")
    parser.add_argument("--where", metavar="SQL", help="keep only the complaints for which this condition holds")
    parser.add_argument("--size", required=True, type=int, metavar="N", help="how many complaints to draw")
    parser.add_argument("--minimum", type=int, default=2, help="the least number from each stratum (default: 2)")
    parser.add_argument(
        "--variable",
        metavar="SQL",
        help="a column of numbers, to plan with its spread; without it, a share of one half",
    )
    add_json(parser)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--population", type=int, help="how many complaints there are (default: without end)")
    _design(parser)


def _design(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--level", type=float, default=0.95, help="the level of confidence (default: 0.95)")
    parser.add_argument("--design-effect", type=float, default=1.0, help="how much larger the design makes variances")
    parser.add_argument("--response", type=float, default=1.0, help="the part of the drawn that can be coded")
    add_json(parser)


def _answer_share(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.planning import margin_of_proportion, size_for_proportion

    known = {"proportion": arguments.share, "population": arguments.population, "level": arguments.level}
    design = {"design_effect": arguments.design_effect, "method": arguments.method}
    if arguments.size is not None:
        answers = max(1, int(arguments.size * arguments.response))
        margin = margin_of_proportion(answers, **known, **design)
        show(arguments, [{"size": arguments.size, "margin": margin, "level": arguments.level}], title="Margin")
        return 0
    plan = size_for_proportion(
        margin=arguments.margin,
        relative_margin=arguments.relative_margin,
        response=arguments.response,
        **known,
        **design,
    )
    warn(plan.warnings)
    show(arguments, [{"size": plan.size, "needed": plan.needed, "method": plan.method}], title="Sample size")
    return 0


def _answer_mean(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.planning import size_for_mean

    plan = size_for_mean(
        deviation=arguments.deviation,
        margin=arguments.margin,
        relative_margin=arguments.relative_margin,
        mean=arguments.mean,
        population=arguments.population,
        level=arguments.level,
        design_effect=arguments.design_effect,
        response=arguments.response,
    )
    warn(plan.warnings)
    show(arguments, [{"size": plan.size, "needed": plan.needed, "method": plan.method}], title="Sample size")
    return 0


def _answer_difference(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.planning import size_for_two_proportions

    groups = size_for_two_proportions(
        arguments.share,
        arguments.other,
        level=arguments.level,
        power=arguments.power,
        ratio=arguments.ratio,
        design_effect=arguments.design_effect,
        response=arguments.response,
    )
    rows = [
        {"group": name, "size": plan.size, "needed": plan.needed, "method": plan.method}
        for name, plan in zip(("first", "second"), groups, strict=True)
    ]
    show(arguments, rows, title="Sample sizes")
    return 0


def _answer_allocation(arguments: argparse.Namespace) -> int:
    from cmresearch.frame import read_frame
    from cmresearch.sampling.allocation import allocate
    from cmresearch.sampling.planning import compare_allocations, stratum_spread

    variables = {} if arguments.variable is None else {"planned": arguments.variable}
    frame = read_frame(
        arguments.file, id=arguments.id, strata=arguments.strata.split(","), where=arguments.where, variables=variables
    )
    deviations = dict.fromkeys(frame.sizes, 0.5)
    if variables:
        spread = stratum_spread(frame, "planned")
        deviations |= dict(zip(spread["stratum"], spread["deviation"], strict=True))
    table = compare_allocations(frame, arguments.size, deviations=deviations, minimum=arguments.minimum)
    warn(allocate(frame, arguments.size, minimum=arguments.minimum).warnings)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    show(arguments, rows, title=f"Methods of allocation, {arguments.size} of {frame.size} complaints")
    return 0


ANSWERS = {
    "share": _answer_share,
    "mean": _answer_mean,
    "difference": _answer_difference,
    "allocation": _answer_allocation,
    **plan_freeze.ANSWERS,
}

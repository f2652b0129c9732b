"""Plan a sample: how many complaints, how sure they make a study, and how to divide them among the strata.

Freeze the plan of a study before the draw, and say what changed since:

  cmresearch plan freeze [--reason TEXT] [--published PLACE]
  cmresearch plan changes

Sizes, margins and allocations:

  cmresearch plan share --margin 0.03 --population 14581
  cmresearch plan share --size 989 --population 14581          (the other way round: the margin that a size reaches)
  cmresearch plan mean --deviation 40 --margin 3 --population 14581
  cmresearch plan mean --deviation 40 --size 989 --population 14581
  cmresearch plan difference --share 0.6 --other 0.5
  cmresearch plan handbook --population 14581 --margin 0.03    (Krejcie and Morgan, Slovin, and what they assume)
  cmresearch plan allocation complaints.csv --id number --strata channel --size 400 --plot allocation.svg
  cmresearch plan margins drawn                                (what a sample reaches, overall and in each stratum)

Margins and shares are parts of one: 0.03 is three points.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmresearch.cli import plan_freeze
from cmresearch.cli.frame_arguments import add_frame, add_sizes, asked_frame, asked_values, warn
from cmresearch.cli.output import add_json, show
from cmresearch.cli.plan_help import EXPLAINED

if TYPE_CHECKING:
    import pandas as pd

    from cmresearch.frame import Frame
    from cmresearch.sampling.planning import SampleSize
    from cmresearch.sampling.stratum_values import Numbers, StratumValues

KINDS = ("published", "real", "synthetic", "illustrative")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")

    def question(name: str, help: str) -> argparse.ArgumentParser:
        form = argparse.RawDescriptionHelpFormatter
        return questions.add_parser(name, help=help, description=EXPLAINED[name], formatter_class=form)

    _share(question("share", "the size for a share, or the margin that a size reaches"))
    _mean(question("mean", "the size for a mean, or the margin that a size reaches"))
    _difference(question("difference", "the sizes of two groups whose shares differ"))
    _handbook(question("handbook", "the sizes that handbooks give, and what they take for granted"))
    _allocation(question("allocation", "the methods of allocation side by side, for a file"))
    plan_freeze.add_actions(questions)
    _margins(question("margins", "the margins that a drawn sample reaches, in each stratum or domain"))


def run(arguments: argparse.Namespace) -> int:
    """Answer the question."""
    return int(ANSWERS[arguments.question](arguments))


def _share(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--margin", type=float, help="half the width of the interval (0.03 for three points)")
    given.add_argument("--relative-margin", type=float, help="the same as a part of the share")
    given.add_argument("--size", type=int, help="a number of drawn complaints, to see the margin it reaches")
    parser.add_argument("--share", type=float, default=0.5, help="the share that is expected (default: 0.5)")
    parser.add_argument("--method", choices=("normal", "wilson"), default="normal", help="the interval")


def _mean(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--margin", type=float, help="half the width of the interval, in the mean's unit")
    given.add_argument("--relative-margin", type=float, help="the same as a part of the mean")
    given.add_argument("--size", type=int, help="a number of drawn complaints, to see the margin it reaches")
    parser.add_argument("--deviation", type=float, required=True, help="the standard deviation")
    parser.add_argument("--mean", type=float, help="the mean that is expected, for a relative margin")


def _difference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--share", type=float, required=True, help="the share expected in the first group")
    parser.add_argument("--other", type=float, required=True, help="the share expected in the second")
    parser.add_argument("--power", type=float, default=0.8, help="how likely the difference shall be seen (0.8)")
    parser.add_argument("--ratio", type=float, default=1.0, help="how many times as many in the second group (1)")
    _design(parser)


def _handbook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--population", type=int, required=True, help="how many complaints there are")
    parser.add_argument("--margin", type=float, default=0.05, help="half the width of the interval (default: 0.05)")
    add_json(parser)


def _allocation(parser: argparse.ArgumentParser) -> None:
    add_frame(parser)
    add_sizes(parser)
    parser.add_argument("--share", type=float, default=0.5, help="the share that is expected, where nothing is known")
    _domains(parser)
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="write the comparison as a figure too")
    parser.add_argument("--kind", default="real", choices=KINDS, help="the kind of data, said on the figure (real)")
    add_json(parser)


def _margins(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the folder that holds certificate.json")
    parser.add_argument("--share", type=float, default=0.5, help="the share that is expected (default: 0.5)")
    parser.add_argument(
        "--planning",
        type=Path,
        metavar="FILE",
        help="a CSV file of stratum and deviation or share, for a mean or shares",
    )
    _domains(parser)
    parser.add_argument("--level", type=float, default=0.95, help="the level of confidence (default: 0.95)")
    parser.add_argument("--response", type=float, default=1.0, help="the part of the drawn that can be coded")
    add_json(parser)


def _domains(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by", metavar="COLUMN[,COLUMN]", help="some of the stratum columns, whose values make the domains"
    )


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
        answers = _answers(arguments)
        _show_margin(arguments, answers, margin_of_proportion(answers, **known, **design))
        return 0
    plan = size_for_proportion(
        margin=arguments.margin,
        relative_margin=arguments.relative_margin,
        response=arguments.response,
        **known,
        **design,
    )
    warn(plan.warnings)
    show(arguments, [_size_row(plan)], title="Sample size")
    return 0


def _answer_mean(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.planning import margin_of_mean, size_for_mean

    known = {"population": arguments.population, "level": arguments.level, "design_effect": arguments.design_effect}
    if arguments.size is not None:
        answers = _answers(arguments)
        margin = margin_of_mean(answers, deviation=arguments.deviation, **known)
        _show_margin(arguments, answers, margin)
        return 0
    plan = size_for_mean(
        deviation=arguments.deviation,
        margin=arguments.margin,
        relative_margin=arguments.relative_margin,
        mean=arguments.mean,
        response=arguments.response,
        **known,
    )
    warn(plan.warnings)
    show(arguments, [_size_row(plan)], title="Sample size")
    return 0


def _answers(arguments: argparse.Namespace) -> int:
    """How many of the drawn are answers, non-response allowed for."""
    from cmresearch.errors import AllocationError

    if not 0 < arguments.response <= 1:
        raise AllocationError(f"the response is {arguments.response}; expected above 0 and up to 1")
    answers = int(arguments.size * arguments.response)
    if arguments.size >= 1 > answers:
        raise AllocationError(f"a response of {arguments.response} leaves no answer of {arguments.size} complaints")
    return answers


def _show_margin(arguments: argparse.Namespace, answers: int, margin: float) -> None:
    row = {"size": arguments.size, "answers": answers, "margin": margin, "level": arguments.level}
    show(arguments, [row], title="Margin")


def _size_row(plan: SampleSize) -> dict[str, object]:
    return {"size": plan.size, "needed": plan.needed, "method": plan.method}


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
    rows = [{"group": name, **_size_row(plan)} for name, plan in zip(("first", "second"), groups, strict=True)]
    show(arguments, rows, title="Sample sizes")
    return 0


def _answer_handbook(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.planning import krejcie_morgan, size_for_proportion, slovin

    plans = {
        "Krejcie and Morgan": krejcie_morgan(arguments.population),
        "Slovin": slovin(arguments.population, arguments.margin),
        "Cochran": size_for_proportion(margin=arguments.margin, population=arguments.population),
    }
    warn(tuple(f"{name}: {warning}" for name, plan in plans.items() for warning in plan.warnings))
    show(arguments, [{"formula": name, **_size_row(plan)} for name, plan in plans.items()], title="Sizes in handbooks")
    return 0


def _answer_allocation(arguments: argparse.Namespace) -> int:
    from cmresearch.errors import AllocationError
    from cmresearch.sampling.comparison import compare_allocations
    from cmresearch.sampling.stratum_values import share_values

    if arguments.plot and arguments.plot.suffix.lower() != ".svg":
        raise AllocationError(f"--plot {arguments.plot}: expected a file name that ends in .svg")
    frame = asked_frame(arguments)
    values = asked_values(frame, arguments)
    shares = values.deviations is None
    means, left_out = _usable_means(frame, values)
    table = compare_allocations(
        frame,
        arguments.size,
        deviations=values.deviations or share_values(frame.sizes, arguments.share).deviations or {},
        means=means,
        costs=values.costs,
        domains=_domains_of(frame.strata, frame.values, arguments.by),
        minimum=2 if arguments.minimum is None else arguments.minimum,
        maximum=arguments.maximum,
        take_all=arguments.take_all,
        power=arguments.power,
    )
    warn((*left_out, *_lonely(table)))
    if arguments.plot:
        _write_plot(arguments, table, "share" if shares else "mean")
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    show(arguments, rows, title=f"Methods of allocation, {arguments.size} of {frame.size} complaints")
    return 0


def _usable_means(frame: Frame, values: StratumValues) -> tuple[Numbers | None, tuple[str, ...]]:
    """The means, unless one is 0 or unknown: the power method divides by them."""
    if values.means is None:
        return None, ()
    unusable = [label for label, total in frame.sizes.items() if total and not values.means.get(label, 0) > 0]
    if not unusable:
        return values.means, ()
    return None, (f"the power method is left out: the mean in stratum {unusable[0]!r} is not above 0",)


def _lonely(table: pd.DataFrame) -> tuple[str, ...]:
    whole = table[table["domain"].isna() & (table["lonely_strata"] > 0)]
    return tuple(
        f"{row.method} ({row.remainders}): one of several complaints is drawn from {row.lonely_strata} strata, "
        "where no variance can be estimated"
        for row in whole.itertuples()
    )


def _write_plot(arguments: argparse.Namespace, table: pd.DataFrame, asked: Literal["share", "mean"]) -> None:
    from cmresearch.report.drawing import to_svg
    from cmresearch.report.plots import plot_allocations
    from cmresearch.writing import whole_folder, write_text

    figure = plot_allocations(table, kind=arguments.kind, asked=asked)
    alt = f"Expected standard errors of {arguments.size} complaints by each method of allocation, overall and by domain"
    with whole_folder(arguments.plot.parent) as beside:
        write_text(beside / arguments.plot.name, to_svg(figure, alt=alt) + "\n")


def _answer_margins(arguments: argparse.Namespace) -> int:
    from cmresearch.sampling.certificate import CERTIFICATE, read_certificate
    from cmresearch.sampling.comparison import margins
    from cmresearch.sampling.stratum_values import read_stratum_values

    certificate = read_certificate(arguments.folder / CERTIFICATE)
    allocation = certificate.to_allocation()
    given = read_stratum_values(arguments.planning, allocation.frame_sizes).deviations if arguments.planning else None
    values = {part.stratum: tuple(part.values) for part in certificate.strata}
    table = margins(
        allocation,
        proportion=arguments.share,
        deviations=given,
        domains=_domains_of(certificate.frame.strata, values, arguments.by),
        level=arguments.level,
        response=arguments.response,
    )
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    show(arguments, rows, title=f"Margins that {allocation.size} of {certificate.frame.rows} complaints reach")
    return 0


def _domains_of(strata: Sequence[str], values: Mapping[str, Sequence[str]], by: str | None) -> dict[str, str] | None:
    """The domain of each stratum, from some of the columns that make the strata."""
    from cmresearch.errors import AllocationError, nearest, raise_all
    from cmresearch.frame import JOINT

    if by is None:
        return None
    names = by.split(",")
    raise_all(
        AllocationError,
        [
            f"--by {name!r} is none of the stratum columns{nearest(name, strata)}"
            for name in names
            if name not in strata
        ],
    )
    places = [list(strata).index(name) for name in names]
    return {label: JOINT.join(parts[place] for place in places) for label, parts in values.items()}


ANSWERS = {
    "share": _answer_share,
    "mean": _answer_mean,
    "difference": _answer_difference,
    "handbook": _answer_handbook,
    "allocation": _answer_allocation,
    **plan_freeze.ANSWERS,
    "margins": _answer_margins,
}

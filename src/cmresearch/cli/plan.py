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

from cmresearch.cli.arguments import add_frame, add_sizes, asked_frame, asked_values, warn
from cmresearch.cli.output import add_json, show

if TYPE_CHECKING:
    import pandas as pd

    from cmresearch.sampling.frame import Frame
    from cmresearch.sampling.planning import SampleSize
    from cmresearch.sampling.stratum_values import ByStratum, StratumValues
from typing import TYPE_CHECKING

from cmresearch.cli.output import print_json

if TYPE_CHECKING:
    from cmresearch.study.plan.freezing import FrozenPlan

DRAWN = "a sample was drawn before this version was frozen, and the version says so: it does not show what came first"
OTHER_BYTES = (
    "study.toml says what the frozen one says, but its bytes differ (comments, order, line ends), so a certificate "
    "would name another hash; put the frozen file back, or freeze this one too with --reason"
)


def add_actions(questions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the arguments of the actions."""
    freeze = questions.add_parser("freeze", help="keep study.toml as the plan, with its hash, before the draw")
    freeze.add_argument("--reason", default="", metavar="TEXT", help="add a plan that has changed as an amendment")
    freeze.add_argument(
        "--published", default="", metavar="TEXT", help="where the hash of this version was made public"
    )
    changes = questions.add_parser("changes", help="every change of study.toml since it was frozen")
    for each in (freeze, changes):
        each.add_argument("--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one)")
        add_json(each)


def freeze(arguments: argparse.Namespace) -> int:
    """Freeze the plan, and print the hash to make public."""
    from cmresearch.study.plan.freezing import freeze_plan, read_frozen_plans
    from cmresearch.study.study import open_study

    study = open_study(arguments.study)
    before = read_frozen_plans(study)
    plan = freeze_plan(study, reason=arguments.reason, published=arguments.published)
    is_new = len(before) < plan.version
    warn(_warnings(plan, is_new=is_new, study_sha256=study.sha256))
    if arguments.json:
        print_json(_record(plan))
        return 0
    print(f"{study.plan / str(plan.version)}: {'frozen' if is_new else 'this plan is frozen already'}")
    print(f"SHA-256 of its SHA256SUMS: {plan.sha256}")
    if plan.published:
        print(f"public, as you say: {'; '.join(plan.published)}")
    else:
        print("Make that hash public before the draw; then say where: cmresearch plan freeze --published PLACE")
    return 0


def changes(arguments: argparse.Namespace) -> int:
    """List every change since the plan was frozen; 1 where one of them is in no amendment."""
    from cmresearch.errors import PlanError
    from cmresearch.study.plan.freezing import changes_table, plan_changes, read_frozen_plans
    from cmresearch.study.study import open_study

    study = open_study(arguments.study)
    plans = read_frozen_plans(study)
    if not plans:
        raise PlanError(f"no plan of the study in {study.folder} was frozen; cmresearch plan freeze does it")
    found = plan_changes(study)
    if arguments.json or found:
        title = f"{len(found)} changes since version 1 was frozen; what no amendment names is not covered by one"
        show(arguments, changes_table(found).to_dict("records"), title=title)
    else:
        print(f"nothing of the plan changed since version {plans[-1].version} was frozen ({plans[-1].sha256})")
    return int(any(each.amendment is None for each in found))


def _warnings(plan: FrozenPlan, *, is_new: bool, study_sha256: str) -> tuple[str, ...]:
    drawn = (DRAWN,) if is_new and plan.sample_sha256 else ()
    return (*drawn, OTHER_BYTES) if plan.study_sha256 != study_sha256 else drawn


def _record(plan: FrozenPlan) -> dict[str, object]:
    names = ("version", "sha256", "study_sha256", "codebook_sha256", "sample_sha256", "reason", "published")
    return {name: getattr(plan, name) for name in names}


EXPLAINED = {
    "share": """How many complaints to draw so that a share is known to a margin, or the margin that a size reaches.

A share of one half needs the most, so it is taken where nothing is known. Say how many can be coded (--response) and
by how much the design makes variances larger than a simple random sample's (--design-effect).

  cmresearch plan share --margin 0.03 --population 14581
  cmresearch plan share --relative-margin 0.2 --share 0.05 --response 0.95 --method wilson
  cmresearch plan share --size 989 --population 14581
""",
    "mean": """How many complaints to draw so that a mean is known to a margin, or the margin that a size reaches.

The standard deviation is in the unit of what is measured, such as days: take that of a pilot study or of the register.

  cmresearch plan mean --deviation 40 --margin 3 --population 14581
  cmresearch plan mean --deviation 40 --size 989 --population 14581
""",
    "difference": """How many complaints to draw in each of two groups so that their shares are likely to be told apart.

  cmresearch plan difference --share 0.6 --other 0.5 --power 0.9
""",
    "handbook": """The sizes by Krejcie and Morgan, Slovin and Cochran, and what each of them takes for granted.

  cmresearch plan handbook --population 14581 --margin 0.03
""",
    "allocation": """The methods of allocation side by side, with the standard error to expect overall and by domain.

"ratio" compares the standard error with proportional allocation's; "gain" is what the exact integer optimum saves of it
against rounding; "lonely strata" would have one drawn complaint of several and no variance of their own. Without
--variable or --planning all strata are taken to differ alike, as for a share of one half.

  cmresearch plan allocation complaints.csv --id number --strata channel --size 400
  cmresearch plan allocation complaints.csv --id number --strata channel --size 400 --planning pilot.csv --plot plan.svg
""",
    "margins": """How surely a sample that was drawn knows a share or a mean, as a whole and in each stratum or domain.

  cmresearch plan margins drawn --share 0.2
  cmresearch plan margins drawn --planning pilot.csv --response 0.95
""",
}


KINDS = ("published", "real", "synthetic", "illustrative")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")

    def question(name: str, help: str) -> argparse.ArgumentParser:
        form = argparse.RawDescriptionHelpFormatter
        return questions.add_parser(name, help=help, description=EXPLAINED[name], formatter_class=form)

    _share(question("share", "the size for a share, or the margin that a size reaches"))
    _mean(question("mean", "the size for a mean, or the margin that a size reaches"))
    _difference(question("difference", "the sizes of two groups whose shares differ"))
    _handbook(question("handbook", "the sizes that handbooks give, and what they take for granted"))
    _allocation(question("allocation", "the methods of allocation side by side, for a file"))
    add_actions(questions)
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


def _usable_means(frame: Frame, values: StratumValues) -> tuple[ByStratum | None, tuple[str, ...]]:
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
    from cmresearch.files.writing import whole_folder, write_text
    from cmresearch.report.plots import plot_allocations
    from cmresearch.report.plots.drawing import to_svg

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
    from cmresearch.sampling.frame import JOINT

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
    positions = [list(strata).index(name) for name in names]
    return {label: JOINT.join(parts[position] for position in positions) for label, parts in values.items()}


ANSWERS = {
    "share": _answer_share,
    "mean": _answer_mean,
    "difference": _answer_difference,
    "handbook": _answer_handbook,
    "allocation": _answer_allocation,
    "freeze": freeze,
    "changes": changes,
    "margins": _answer_margins,
}

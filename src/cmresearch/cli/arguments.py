"""The arguments that say which complaints could be drawn and how many are, for every verb that plans or draws."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmresearch.sampling.allocation import Allocation
    from cmresearch.sampling.frame import Frame
    from cmresearch.sampling.stratum_values import StratumValues
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmresearch.study.study import Study


def add_study(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the study, and where its full set is."""
    parser.add_argument(
        "--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one with a study.toml)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="the full set, where study.toml does not name it")


def chosen_study(arguments: argparse.Namespace) -> Study:
    """The study that the arguments name."""
    from cmresearch.study.study import open_study

    return open_study(arguments.study, data=arguments.data)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names which of the study's languages its report opens in."""
    parser.add_argument(
        "--language", default="", metavar="LANGUAGE", help="en or id: which the report opens in (default: the first)"
    )


METHODS = ("proportional", "equal", "neyman", "cost", "power")
PLANNED = "--variable"  # as faults of the expression name it


def add_frame(parser: argparse.ArgumentParser, *, required: str = "always") -> None:
    """Add the arguments that name the file, the strata and the filter."""
    needed = required == "always"
    parser.add_argument("file", type=Path, help="the export: CSV (plain or .gz) or Parquet")
    parser.add_argument("--id", required=needed, metavar="COLUMN", help="the column that names each complaint")
    parser.add_argument(
        "--strata", required=needed, metavar="COLUMN[,COLUMN]", help="the columns whose values make the strata"
    )
    parser.add_argument(
        "--define",
        action="append",
        default=[],
        metavar="NAME=SQL",
        help="a stratum made from columns, e.g. month=strftime(CAST(received AS TIMESTAMP), '%%Y-%%m')",
    )
    parser.add_argument("--join-below", type=int, metavar="N", help="join strata of fewer complaints with the next one")
    parser.add_argument("--where", metavar="SQL", help="keep only the complaints for which this condition holds")


def add_sizes(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for how many complaints, within which limits, and what is known of the strata."""
    parser.add_argument("--size", required=True, type=int, metavar="N", help="how many complaints to draw")
    parser.add_argument("--minimum", type=int, help="the least number from each stratum (default: 2)")
    parser.add_argument("--maximum", type=int, help="the most from each stratum")
    parser.add_argument(
        "--take-all", action="append", default=[], metavar="STRATUM", help="take this stratum whole; may be repeated"
    )
    parser.add_argument(
        "--variable",
        metavar="SQL",
        help="a number in the register whose spread in each stratum is planned with (neyman, cost, power)",
    )
    parser.add_argument(
        "--planning",
        type=Path,
        metavar="FILE",
        help="a CSV file of stratum and deviation, mean, share or cost, such as the result of a pilot study",
    )
    parser.add_argument("--power", type=float, default=0.5, help="the exponent of the power method, 0 to 1 (0.5)")


def add_method(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for how the size is divided."""
    parser.add_argument("--method", choices=METHODS, help="how the size is divided (proportional)")


def asked_frame(arguments: argparse.Namespace) -> Frame:
    """The frame as it is asked for."""
    from cmresearch.sampling.frame import read_frame
    from cmresearch.sampling.stratification import collapse_strata

    frame = read_frame(
        arguments.file,
        id=arguments.id,
        strata=arguments.strata.split(","),
        where=arguments.where,
        variables={**dict(_defined(definition) for definition in arguments.define), **planned_variable(arguments)},
    )
    return frame if arguments.join_below is None else collapse_strata(frame, below=arguments.join_below)


def planned_variable(arguments: argparse.Namespace) -> dict[str, str]:
    """The register variable that is planned with, by the name under which the frame knows it."""
    return {PLANNED: arguments.variable} if arguments.variable else {}


def _defined(definition: str) -> tuple[str, str]:
    from cmresearch.errors import FrameError

    name, equals, sql = definition.partition("=")
    if not (name.strip() and equals and sql.strip()):
        raise FrameError(f"--define {definition!r}: expected NAME=SQL")
    return name.strip(), sql.strip()


def asked_values(frame: Frame, arguments: argparse.Namespace) -> StratumValues:
    """The planning values of each stratum."""
    from cmresearch.sampling.stratum_values import known_values

    return known_values(frame, variable=PLANNED if arguments.variable else None, planning=arguments.planning)


def planned(frame: Frame, arguments: argparse.Namespace, before: Allocation | None = None) -> Allocation:
    """The sizes as they are asked for; a sample that grows is divided as it was, and keeps what it has."""
    from cmresearch.sampling.allocation import allocate, grow

    limits = {"minimum": arguments.minimum, "maximum": arguments.maximum}
    divided_anew = arguments.method or arguments.variable or arguments.planning or arguments.take_all
    if before is not None and not divided_anew:
        return grow(before.within(frame.sizes), arguments.size, **limits)
    method = arguments.method or (before.method if before else "proportional")
    _refuse_idle_values(arguments, method)
    values = asked_values(frame, arguments)
    minimum = before.minimum if before else 2
    return allocate(
        frame,
        arguments.size,
        method=method,
        minimum=minimum if arguments.minimum is None else arguments.minimum,
        maximum=arguments.maximum,
        take_all=arguments.take_all,
        at_least=before.within(frame.sizes).sample_sizes if before else None,
        deviations=values.deviations,
        means=values.means,
        costs=values.costs,
        power=arguments.power,
    )


def _refuse_idle_values(arguments: argparse.Namespace, method: str) -> None:
    """Refuse values that the method does not ask for, and a method without the values that it asks for."""
    from cmresearch.errors import AllocationError

    given = [f"--{name}" for name in ("variable", "planning") if getattr(arguments, name)]
    if method in {"proportional", "equal"} and given:
        raise AllocationError(f"{' and '.join(given)}: {method} allocation needs nothing but the sizes of the strata")
    if method not in {"proportional", "equal"} and not given:
        raise AllocationError(
            f"{method} allocation needs the spread in each stratum: name a number in the register with --variable, "
            "or give a file with --planning"
        )


def warn(sentences: tuple[str, ...]) -> None:
    """Say what to reconsider, beside the answer."""
    for sentence in sentences:
        print(f"warning: {sentence}", file=sys.stderr)

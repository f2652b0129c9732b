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
import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch.cli.output import add_json, long_work, print_json, show
from cmresearch.estimation.statistics import NAMES, STATISTICS, entry_of
from cmresearch.language.voice import ENGLISH

if TYPE_CHECKING:
    from cmresearch.estimation.estimates import Estimates
    from cmresearch.responses.responses import Responses

INTERVALS = ("korn-graubard", "wilson", "logit", "normal", "hypergeometric")
# Each keyword of the register that is an option here. One that would change nothing is refused: who gave it expects
# another figure than would come out.
OPTIONS = {
    "value": "value",
    "categories": "categories",
    "denominator": "denominator",
    "probabilities": "probability",
    "rule": "rule",
    "method": "interval",
    "coefficients": "coefficients",
    "deff": "deff",
}
NEEDS = {"distance": "totals", "bounds": "totals", "number": "replicates", "seed": "replicates"}
# A domain's name may hold commas and equal signs; its coefficient ends it.
TERM = re.compile(r"(?P<domain>.*?)=\s*(?P<coefficient>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:,|$)")
READ_WITH_THE_SAMPLE = "categories"


def add_estimate_arguments(parser: argparse.ArgumentParser) -> None:
    """The design, the question, and how it is answered."""
    _add_design(parser)
    _add_question(parser)
    _add_choices(parser)
    _add_weights(parser)
    _add_replicates(parser)


def refuse_idle(arguments: argparse.Namespace) -> None:
    """Refuse options that this statistic does not use, and a statistic without what it needs.

    Raises:
        EstimationError: All of them at once.
    """
    from cmresearch.errors import EstimationError, raise_all

    asked = entry_of(arguments.statistic)
    faults = [
        f"--{option} plays no part in a {asked.name}; it belongs to {', '.join(_users(keyword))}"
        for keyword, option in OPTIONS.items()
        if keyword not in asked.options and _is_given(arguments, keyword)
    ]
    faults += [
        f"--{option} plays no part without --{needed}"
        for option, needed in NEEDS.items()
        if _is_given(arguments, option) and not _is_given(arguments, needed)
    ]
    faults += [
        f"{sentence} with --{option}" for option, sentence in asked.needs.items() if not getattr(arguments, option)
    ]
    faults += [
        sentence.format(*(f"--{option}" for option in pair))
        for pair, sentence in asked.apart.items()
        if all(_is_given(arguments, option) for option in pair)
    ]
    if arguments.explain and _is_given(arguments, "replicates"):
        faults.append("--explain shows how linearised standard errors come about; leave --replicates out")
    if arguments.replicates == "jackknife" and (_is_given(arguments, "number") or _is_given(arguments, "seed")):
        faults.append("the jackknife has a replicate for each unit and draws nothing; leave --number and --seed out")
    raise_all(EstimationError, faults)


def _is_given(arguments: argparse.Namespace, keyword: str) -> bool:
    return getattr(arguments, keyword) is not None


def _users(keyword: str) -> list[str]:
    """The statistics in which an option plays a part."""
    return [each.name for each in STATISTICS if keyword in each.options]


def _add_design(parser: argparse.ArgumentParser) -> None:
    design = parser.add_argument_group("design")
    design.add_argument(
        "--strata",
        default=[],
        type=_words,
        metavar="COLUMN[,COLUMN]",
        help="the columns that make the strata (default: none, a simple random sample)",
    )
    design.add_argument(
        "--population-size", required=True, metavar="COLUMN", help="how many units the row's stratum holds"
    )
    design.add_argument("--weight", metavar="COLUMN", help="design weights (default: population size over sampled)")
    design.add_argument(
        "--lonely",
        default="error",
        choices=["error", "adjust", "average", "certainty"],
        help="what to do with a stratum of which one unit of several was drawn (default: error)",
    )


def _add_question(parser: argparse.ArgumentParser) -> None:
    question = parser.add_argument_group("question")
    question.add_argument(
        "--statistic",
        required=True,
        choices=NAMES,
        help="; ".join(f"{each.name}: {each.meaning}" for each in STATISTICS),
    )
    question.add_argument("--variable", required=True, metavar="COLUMN", help="what is estimated")
    question.add_argument("--value", help="one category of a proportion, a count or a contrast of shares")
    question.add_argument(
        "--categories",
        type=_words,
        metavar="VALUE[,VALUE]",
        help="values that the variable may have; one that no sampled unit has is a share of 0, with an interval",
    )
    question.add_argument("--denominator", metavar="COLUMN", help="what a ratio divides by")
    question.add_argument("--by", type=_words, metavar="COLUMN[,COLUMN]", help="the columns that make the domains")
    question.add_argument(
        "--probability",
        dest="probabilities",
        type=_probabilities,
        metavar="P[,P]",
        help="which quantiles (default: 0.5, the median)",
    )
    question.add_argument(
        "--coefficients",
        type=_coefficients,
        metavar="DOMAIN=C[,DOMAIN=C]",
        help="one contrast of your own in place of every difference",
    )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    choices = parser.add_argument_group("how it is answered")
    choices.add_argument("--level", type=float, default=0.95, help="the interval's level (default: 0.95)")
    choices.add_argument(
        "--interval",
        dest="method",
        choices=INTERVALS,
        help="the interval of a proportion (default: korn-graubard, which is never empty and covers rare things too)",
    )
    choices.add_argument(
        "--rule",
        choices=["math", "school", "interpolated"],
        help="which value is a quantile (default: math, the smallest with at least that share at or below it)",
    )
    choices.add_argument(
        "--deff",
        choices=["without_replacement", "with_replacement"],
        help="which simple random sample the design effect compares with (default: without_replacement)",
    )
    choices.add_argument(
        "--missing", default="error", choices=["error", "drop"], help="what to do with blank values (default: error)"
    )
    choices.add_argument(
        "--blank",
        default=[],
        type=_words,
        metavar="WORD[,WORD]",
        help="words that stand where there is no value, such as NA (default: empty cells only)",
    )
    choices.add_argument("--explain", action="store_true", help="the sums of each stratum instead, to redo the figures")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    weights = parser.add_argument_group("known totals")
    weights.add_argument(
        "--totals", type=Path, metavar="FILE", help="calibrate on these: a file with column, category, total"
    )
    weights.add_argument(
        "--distance",
        choices=["linear", "raking", "logit"],
        help="how weights may move (default: linear; one margin alone post-stratifies)",
    )
    weights.add_argument(
        "--bounds", type=_bounds, metavar="LOW,HIGH", help="smallest and largest ratio of new to old weight"
    )


def _add_replicates(parser: argparse.ArgumentParser) -> None:
    replicates = parser.add_argument_group("replicate weights")
    replicates.add_argument(
        "--replicates",
        choices=["jackknife", "bootstrap"],
        help="standard errors by replicate weights, calibrated anew in each (default: linearised)",
    )
    replicates.add_argument("--number", type=int, metavar="N", help="how many bootstrap replicates (default: 500)")
    replicates.add_argument("--seed", type=int, metavar="N", help="starts the bootstrap's draws (default: 1)")


def _words(text: str) -> list[str]:
    """Words between commas; one that holds a comma stands in double quotes, as in a CSV file."""
    return [word for word in next(csv.reader([text]), []) if word]


def _numbers(text: str, wanted: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}; expected {wanted}") from error


def _probabilities(text: str) -> list[float]:
    return _numbers(text, "numbers between 0 and 1 with commas between them, such as 0.25,0.5")


def _bounds(text: str) -> tuple[float, float]:
    wanted = "two numbers with a comma between them, such as 0.5,2"
    found = _numbers(text, wanted)
    if len(found) != 2:
        raise argparse.ArgumentTypeError(f"{text!r}; expected {wanted}")
    return found[0], found[1]


def _coefficients(text: str) -> dict[str, float]:
    terms = list(TERM.finditer(text))
    if "".join(term[0] for term in terms) != text:
        raise argparse.ArgumentTypeError(f"{text!r}; expected domains with their coefficients, such as a=1,b=-1")
    found = {term["domain"].strip(): float(term["coefficient"]) for term in terms}
    if "" in found or len(found) < len(terms):
        raise argparse.ArgumentTypeError(f"{text!r}; expected each domain once, such as a=1,b=-1")
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
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
        print_json(estimates.to_records(ENGLISH))
    else:
        _show_readably(arguments, estimates, title)
    return 0


def _show_readably(arguments: argparse.Namespace, estimates: Estimates, title: str) -> None:
    """A table without empty columns; what is to be noted of every row stands once, below it."""
    records = estimates.to_records(ENGLISH)
    noted = [str(row["note"]).split("; ") if row["note"] else [] for row in records]
    shared = [note for note in noted[0] if all(note in notes for notes in noted)]
    rows = [
        {**row, "note": "; ".join(note for note in notes if note not in shared)}
        for row, notes in zip(records, noted, strict=True)
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
    from cmresearch.estimation.calibration import read_known_totals

    known = read_known_totals(arguments.totals)
    return lambda sample: known.applied_to(sample, distance=arguments.distance or "linear", bounds=arguments.bounds)


def _estimate(sample: Responses, arguments: argparse.Namespace) -> Estimates:
    asked = entry_of(arguments.statistic)
    own = [keyword for keyword in asked.options if keyword != READ_WITH_THE_SAMPLE and _is_given(arguments, keyword)]
    common = {word: getattr(arguments, word) for word in ("level", "missing", "lonely")} | {"by": arguments.by or None}
    given = {word: getattr(arguments, word) for word in own}
    estimates: Estimates = asked.estimate(sample, arguments.variable, **given, **common)
    return estimates

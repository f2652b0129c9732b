"""Propose a status for each dimension, with the evidence behind it.

The rule proposes; the researcher's own status stands beside it. Change the coding and the status changes.

  cmresearch assess
  cmresearch assess --dimension create_closure
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cmresearch.cli.output import add_json, show
from cmresearch.cli.progress import steps
from cmresearch.cli.studies import add_study, chosen_study
from cmresearch.errors import StudyError

if TYPE_CHECKING:
    from cmresearch.triangulation import DimensionAssessment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    add_study(parser)
    parser.add_argument("--dimension", metavar="KEY", help="show every step and source of this dimension")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Assess and show."""
    from cmresearch.reproduction import run_study

    study = chosen_study(arguments)
    with steps() as step:
        result = run_study(study, progress=step)
    if result.words is None:
        raise StudyError(f"{study.folder} has no words to assess: no codebook, no interviews, no coding")
    assessment = result.words.assessment
    if arguments.dimension is not None:
        _show_dimension(arguments, assessment.dimension(arguments.dimension))
        return 0
    table = assessment.to_frame()
    columns = ["number", "dimension", "proposed_status", "researcher_status", "decided_by"]
    shown = table if arguments.json else table[columns]
    show(arguments, shown.to_dict("records"), title="Status of each dimension")
    return 0


def _show_dimension(arguments: argparse.Namespace, assessed: DimensionAssessment) -> None:
    rows: list[dict[str, object]] = [
        {
            "kind": f"step {step.number}",
            "what": step.status,
            "holds": "yes" if step.holds else "no",
            "detail": step.because,
        }
        for step in assessed.steps
    ]
    rows += [
        {"kind": "indicator", "what": result.indicator.key, "holds": result.outcome, "detail": result.describe()}
        for result in assessed.indicators
    ]
    rows += [
        {
            "kind": each.standing,
            "what": segment.source,
            "holds": segment.direction,
            "detail": f"{segment.code}: {segment.quote}",
        }
        for each in assessed.sources
        for segment in each.segments
    ]
    show(arguments, rows, title=f"{assessed.dimension.name['en']}: {assessed.status}")

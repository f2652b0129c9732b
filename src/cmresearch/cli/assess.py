"""Propose a status for each dimension, with the evidence behind it, and say how its lines of evidence converge.

The rule proposes; the researcher's own word stands beside it. Change the coding and the status changes.
Lines of evidence that contradict each other (dissonance) need a memo: on_convergence in the file of decisions.

  cmresearch assess
  cmresearch assess --dimension create_closure
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, show, steps
from cmresearch.errors import StudyError
from cmresearch.language.voice import ENGLISH, Voice

if TYPE_CHECKING:
    from cmresearch.triangulation.convergence import JointRow

# Columns of the joint display that the assessment has not.
LINES = ("register", "sample", "interviews", "documents")
CONVERGENCE = ("convergence", "researcher_convergence", "on_convergence")
SHOWN = ["number", "dimension", "proposed_status", "researcher_status", *CONVERGENCE[:2], "decided_by"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_study(parser)
    parser.add_argument("--dimension", metavar="KEY", help="show every step and source of this dimension")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Assess and show."""
    from cmresearch.study.run import run_study

    study = chosen_study(arguments)
    with steps() as step:
        result = run_study(study, progress=step)
    if result.words is None:
        raise StudyError(f"{study.folder} has no words to assess: no codebook, no interviews, no coding")
    voice = study.voice("en")
    if arguments.dimension is not None:
        _show_dimension(arguments, result.words.joint_display.row(arguments.dimension), voice)
        return 0
    table = result.assessment_table(ENGLISH).join(result.joint_display_table(voice)[list(LINES + CONVERGENCE)])
    shown = table if arguments.json else table[SHOWN]
    show(arguments, shown.to_dict("records"), title="Status of each dimension")
    return 0


def _show_dimension(arguments: argparse.Namespace, joint: JointRow, voice: Voice) -> None:
    assessed = joint.assessed
    rows: list[dict[str, object]] = [
        {
            "kind": f"step {step.number}",
            "what": step.status,
            "holds": "yes" if step.holds else "no",
            "detail": ENGLISH.phrases(step.reasons),
        }
        for step in assessed.steps
    ]
    rows += [
        {
            "kind": "indicator",
            "what": result.indicator.key,
            "holds": result.outcome,
            "detail": ENGLISH.phrase(result.summary),
        }
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
    rows += [
        {"kind": "line", "what": line.name, "holds": line.standing, "detail": voice.phrase(line.cell)}
        for line in joint.lines
    ]
    rows.append({"kind": "convergence", "what": "proposed", "holds": joint.convergence, "detail": joint.opposed})
    if joint.researcher_convergence or joint.is_explained:
        decided, said = joint.researcher_convergence or joint.convergence, voice.own(joint.on_convergence)
        rows.append({"kind": "convergence", "what": "decided", "holds": decided, "detail": said})
    show(arguments, rows, title=f"{voice.own(assessed.dimension.name)}: {assessed.status}")

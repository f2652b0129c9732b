"""Write the folder for a thesis alone: tables, figures, methods chapter and checklists, in each language of the study.

cmresearch thesis --out thesis
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, print_json, steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_study(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to; default: results/thesis in the study's folder"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the study and write its documents and figures."""
    from cmresearch.files.writing import whole_folder
    from cmresearch.report.chapters.thesis import write_thesis
    from cmresearch.report.results import THESIS
    from cmresearch.report.shareable import shareable
    from cmresearch.study.run import run_study

    study = chosen_study(arguments)
    target = arguments.out or study.results / THESIS
    with steps() as step:
        result = run_study(study, progress=step)
        step("tables, figures, methods and checklists for a thesis")
        with whole_folder(target) as beside:
            write_thesis(shareable(result), beside)
    if arguments.json:
        print_json({"thesis": str(target)})
    else:
        print(f"thesis: {target}")
    return 0

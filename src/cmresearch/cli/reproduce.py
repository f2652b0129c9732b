"""Run a whole study, from the full set to the report.

Writes the frame, the sample with its certificate, every table as CSV, evidence.json, workbook.xlsx, the executed
notebooks, report.html, a PDF of it in each language and the folder thesis/, and ends with the table of findings and
the report's path. Older results stay whole until the new ones are complete.

  cmresearch reproduce
  cmresearch reproduce --study examples/nashville-covid-2020 --data requests.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.arguments import add_language, add_study, chosen_study
from cmresearch.cli.output import add_json, print_json, show, steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_study(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="default: results/ in the study's folder")
    add_language(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the study, write its results and show what came of it."""
    from cmresearch.report.page.page import chosen_language
    from cmresearch.report.results import write_results
    from cmresearch.study.run import run_study

    study = chosen_study(arguments)
    language = chosen_language(study, arguments.language)
    out = arguments.out or study.results
    with steps() as step:
        result = run_study(study, progress=step)
        report = write_results(result, out, progress=step, language=language)
    findings = result.findings.to_frame()[["text", "published", "computed", "result", "data_kind"]]
    if arguments.json:
        print_json({"report": str(report), "findings": findings.to_dict("records")})
        return 0
    if len(findings):
        show(arguments, findings.rename(columns={"text": "finding"}).to_dict("records"), title="Findings")
        counts = result.findings.counts()
        print(
            f"{counts['recomputed']} of {len(findings)} findings are recomputed from published figures or real records."
        )
    else:
        table = result.estimates_table()[["variable", "domain", "estimate", "lower", "upper", "n", "truth"]]
        show(arguments, table.to_dict("records"), title="Estimates")
    print(f"report: {report}")
    return 0

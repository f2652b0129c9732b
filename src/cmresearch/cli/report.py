"""Write a study's report alone, without tables, workbook and notebooks: as one HTML file, or on paper as a PDF.

cmresearch report --out report.html
cmresearch report --language id --out laporan.pdf
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.arguments import add_language, add_study, chosen_study
from cmresearch.cli.output import add_json, print_json, steps

HTML, PDF = (".html", ".htm"), ".pdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_study(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="an .html or .pdf file; default: results/report.html in the study's folder",
    )
    add_language(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the study and write its report."""
    from cmresearch.errors import ReportError
    from cmresearch.files.writing import whole_folder
    from cmresearch.report.page.page import chosen_language, page_body, write_report
    from cmresearch.report.paper.pdf import write_paper
    from cmresearch.report.results import REPORT
    from cmresearch.report.shareable import shareable_reviews, shareable_with_table
    from cmresearch.report.voices import voice_of
    from cmresearch.study.run import run_study

    study = chosen_study(arguments)
    language = chosen_language(study, arguments.language)
    target = arguments.out or study.results / REPORT
    ending = target.suffix.lower()
    if ending not in (*HTML, PDF):
        raise ReportError(f"{target}: a report is an .html or a .pdf file; its tables as .docx: cmresearch thesis")
    with steps() as step:
        result = run_study(study, progress=step)
        step("report")
        with whole_folder(target.parent) as beside:
            shown, table = shareable_with_table(result)
            reviews = shareable_reviews(result, table)
            if ending == PDF:
                title, voice = study.settings.study.title[language], voice_of(shown, language)
                write_paper(page_body(shown, voice, reviews=reviews), beside / target.name, title=title, voice=voice)
            else:
                write_report(shown, beside / target.name, language=language, reviews=reviews)
    if arguments.json:
        print_json({"report": str(target)})
    else:
        print(f"report: {target}")
    return 0

"""Move codebook, sources and coding to and from NVivo, ATLAS.ti, MAXQDA, QualCoder (REFI-QDA) and Taguette.

cmresearch exchange to-qdpx study.qdpx           the whole: codebook, interviews and documents, who coded what
cmresearch exchange from-qdpx other.qdpx FOLDER  a project of another program, as files to go on with
cmresearch exchange to-qdc codebook.qdc          the codebook alone; from-qdc CODEBOOK.qdc FOLDER
cmresearch exchange to-taguette codebook.csv     the codebook for Taguette; from-taguette CODEBOOK.csv FOLDER
cmresearch exchange from-highlights FILE.csv FOLDER --coder NAME --at 2021-03-04T10:30

Each says what the other format cannot hold or what was not taken over, with counts and names; --losses FILE.xlsx
writes all of it as a workbook. Changes made elsewhere to a codebook that you have are taken over one by one, with
their history: cmresearch codebook from-qdc.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, print_json
from cmresearch.errors import ExchangeError
from cmresearch.files.coding_formats import READ, WRITTEN, CodingFormat

if TYPE_CHECKING:
    from cmresearch.coding.coding import Coding
    from cmresearch.exchange.losses import LossReport
    from cmresearch.study.study import Study

KINDS = ("real", "published", "synthetic", "illustrative")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, format in {**WRITTEN, **READ}.items():
        action = actions.add_parser(name, help=format.writing if name in WRITTEN else format.reading)
        action.add_argument("file", type=Path, metavar="FILE", help="the file of the other program")
        if name in READ:
            action.add_argument("folder", type=Path, metavar="FOLDER", help="where our files shall be; empty or new")
        if name in WRITTEN or format.holds == "coding":
            add_study(action)
        if name in WRITTEN:
            action.add_argument("--language", help="of the names of codes (default: the codebook's first)")
        elif format.holds != "coding":
            action.add_argument("--language", default="en", help="of names and texts (default: %(default)s)")
        action.add_argument("--losses", type=Path, metavar="FILE.xlsx", help="write the loss report as a workbook")
        add_json(action)
        _add_own(name, format, action)


def _add_own(name: str, format: CodingFormat, action: argparse.ArgumentParser) -> None:
    if name in WRITTEN and format.holds == "project":
        action.add_argument(
            "--texts",
            choices=("masked", "plain"),
            default="masked",
            help="whether personal data in the texts are masked (default: %(default)s)",
        )
    if name in READ and format.holds == "project":
        action.add_argument("--kind", choices=KINDS, default="real", help="what the texts are (default: %(default)s)")
    if name in READ and format.holds == "coding":
        action.add_argument("--coder", required=True, help="who highlighted; the coding file gets this name")
        action.add_argument("--at", required=True, help="when, such as 2021-03-04T10:30")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says, and report what did not cross over."""
    from cmresearch.exchange.losses import write_loss_sheet
    from cmresearch.files.locks import locked
    from cmresearch.files.sheets import refuse_folder

    if arguments.losses is not None:
        refuse_folder(arguments.losses)  # before anything is written
    with locked(arguments.folder) if arguments.action in READ else nullcontext():
        if arguments.action in READ:
            _check_empty(arguments.folder)
            report = _read(arguments, READ[arguments.action])
        else:
            report = _write(arguments, WRITTEN[arguments.action])
    if arguments.losses is not None:
        write_loss_sheet(arguments.losses, report)
    if arguments.json:
        print_json(report.to_record())
    else:
        print(report)
    return 0


def _check_empty(folder: Path) -> None:
    from cmresearch.files.unfinished import finish_interrupted

    finish_interrupted(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExchangeError(f"{folder} is not empty; name a folder that is, so that nothing of yours is replaced")


def _coding(study: Study, *, texts: str = "plain") -> Coding:
    from cmresearch.report.shareable import mask_coding

    coding = study.read_coding(study.read_codebook(), study.read_sources())
    return mask_coding(coding)[0] if texts == "masked" else coding


def _write(arguments: argparse.Namespace, format: CodingFormat) -> LossReport:
    study, write = chosen_study(arguments), format.writer()
    report: LossReport
    if format.holds == "project":
        title = study.settings.study.title
        name = title.get(arguments.language or "en") or next(iter(title.values()))
        coding = _coding(study, texts=arguments.texts)
        report = write(arguments.file, coding, name=name, language=arguments.language)
    else:
        report = write(arguments.file, study.read_codebook(), language=arguments.language)
    return report


def _read(arguments: argparse.Namespace, format: CodingFormat) -> LossReport:
    from cmresearch.exchange.study_files import write_codebook, write_project, write_segments

    read = format.reader()
    if format.holds == "project":
        imported = read(arguments.file, language=arguments.language, data_kind=arguments.kind)
        write_project(arguments.folder, imported)
    elif format.holds == "codebook":
        imported = read(arguments.file, language=arguments.language)
        write_codebook(arguments.folder, imported.codebook)
    else:
        coding = _coding(chosen_study(arguments))
        imported = read(arguments.file, coding.codebook, coding.sources, coder=arguments.coder, at=arguments.at)
        write_segments(arguments.folder, imported.segments)
    report: LossReport = imported.report
    return report

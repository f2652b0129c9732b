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
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, print_json
from cmresearch.errors import ExchangeError

if TYPE_CHECKING:
    from cmresearch.coding.coding import Coding
    from cmresearch.exchange.imported_codebook import ImportedCodebook
    from cmresearch.exchange.losses import LossReport
    from cmresearch.study.study import Study

KINDS = ("real", "published", "synthetic", "illustrative")
OUT = {
    "to-qdpx": "write the whole study's words as a REFI-QDA project",
    "to-qdc": "write the codebook as a REFI-QDA codebook",
    "to-taguette": "write the codebook for Taguette",
}
IN = {
    "from-qdpx": "read a REFI-QDA project of any program",
    "from-qdc": "read a REFI-QDA codebook of any program",
    "from-taguette": "read a codebook that Taguette exported as CSV",
    "from-highlights": "read highlights that Taguette exported as CSV, and find them in the study's sources",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, purpose in {**OUT, **IN}.items():
        action = actions.add_parser(name, help=purpose)
        action.add_argument("file", type=Path, metavar="FILE", help="the file of the other program")
        if name in IN:
            action.add_argument("folder", type=Path, metavar="FOLDER", help="where our files shall be; empty or new")
        if name in OUT or name == "from-highlights":
            add_study(action)
        if name in OUT:
            action.add_argument("--language", help="of the names of codes (default: the codebook's first)")
        elif name != "from-highlights":
            action.add_argument("--language", default="en", help="of names and texts (default: %(default)s)")
        action.add_argument("--losses", type=Path, metavar="FILE.xlsx", help="write the loss report as a workbook")
        add_json(action)
        _add_own(name, action)


def _add_own(name: str, action: argparse.ArgumentParser) -> None:
    if name == "to-qdpx":
        action.add_argument(
            "--texts",
            choices=("masked", "plain"),
            default="masked",
            help="whether personal data in the texts are masked (default: %(default)s)",
        )
    if name == "from-qdpx":
        action.add_argument("--kind", choices=KINDS, default="real", help="what the texts are (default: %(default)s)")
    if name == "from-highlights":
        action.add_argument("--coder", required=True, help="who highlighted; the coding file gets this name")
        action.add_argument("--at", required=True, help="when, such as 2021-03-04T10:30")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says, and report what did not cross over."""
    from cmresearch.exchange.losses import write_loss_sheet
    from cmresearch.files.locks import locked
    from cmresearch.files.sheets import refuse_folder

    actions: Mapping[str, Callable[[argparse.Namespace], LossReport]] = {
        "to-qdpx": _to_qdpx,
        "to-qdc": _to_qdc,
        "to-taguette": _to_taguette,
        "from-qdpx": _from_qdpx,
        "from-qdc": _from_qdc,
        "from-taguette": _from_taguette,
        "from-highlights": _from_highlights,
    }
    if arguments.losses is not None:
        refuse_folder(arguments.losses)  # before anything is written
    with locked(arguments.folder) if arguments.action in IN else nullcontext():
        if arguments.action in IN:
            _check_empty(arguments.folder)
        report = actions[arguments.action](arguments)
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


def _to_qdpx(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.refi_project import write_qdpx

    study = chosen_study(arguments)
    title = study.settings.study.title
    name = title.get(arguments.language or "en") or next(iter(title.values()))
    return write_qdpx(arguments.file, _coding(study, texts=arguments.texts), name=name, language=arguments.language)


def _to_qdc(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.refi_codebook import write_qdc

    return write_qdc(arguments.file, chosen_study(arguments).read_codebook(), language=arguments.language)


def _to_taguette(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.taguette import write_taguette_codebook

    return write_taguette_codebook(arguments.file, chosen_study(arguments).read_codebook(), language=arguments.language)


def _from_qdpx(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.refi_project_reading import read_qdpx
    from cmresearch.exchange.study_files import write_project

    imported = read_qdpx(arguments.file, language=arguments.language, data_kind=arguments.kind)
    write_project(arguments.folder, imported)
    return imported.report


def _from_qdc(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.refi_codebook import read_qdc

    return _written(arguments.folder, read_qdc(arguments.file, language=arguments.language))


def _from_taguette(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.taguette import read_taguette_codebook

    return _written(arguments.folder, read_taguette_codebook(arguments.file, language=arguments.language))


def _written(folder: Path, imported: ImportedCodebook) -> LossReport:
    from cmresearch.exchange.study_files import write_codebook

    write_codebook(folder, imported.codebook)
    return imported.report


def _from_highlights(arguments: argparse.Namespace) -> LossReport:
    from cmresearch.exchange.study_files import write_segments
    from cmresearch.exchange.taguette import read_taguette_highlights

    coding = _coding(chosen_study(arguments))
    imported = read_taguette_highlights(
        arguments.file, coding.codebook, coding.sources, coder=arguments.coder, at=arguments.at
    )
    write_segments(arguments.folder, imported.segments)
    return imported.report

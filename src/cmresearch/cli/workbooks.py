"""Workbooks in which coders record what the sampled complaints say, and what they recorded.

  cmresearch workbooks write --coders anna,budi --folder workbooks
  cmresearch workbooks read workbooks/anna.xlsx --out data/responses/anna.csv

Personal data in the texts are masked unless --texts plain is given. A file of records is never overwritten unless
--replace is given; every fault of a workbook is named with its sheet and cell.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study

if TYPE_CHECKING:
    from cmresearch.study.study import Study

MASK_TABLE = Path("private") / "mask-table.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    write = actions.add_parser("write", help="write a workbook for each coder")
    write.add_argument("--coders", required=True, metavar="NAME,NAME", help="who codes")
    write.add_argument("--folder", type=Path, default=Path("workbooks"), help="where to (default: workbooks)")
    write.add_argument("--double", type=int, metavar="N", help="complaints that everybody reads (default: the study's)")
    write.add_argument("--language", help="of labels and questions (default: the codebook's first)")
    write.add_argument("--texts", choices=["masked", "plain"], default="masked", help="default: masked")
    add_study(write)
    read = actions.add_parser("read", help="read a workbook back, or name its faults")
    read.add_argument("file", type=Path, help="the workbook")
    read.add_argument("--coder", metavar="NAME", help="whose it must be (default: whoever it was made for)")
    read.add_argument("--out", type=Path, metavar="FILE", help="write the records as CSV")
    read.add_argument("--replace", action="store_true", help="the file of records may be there already")
    add_study(read)


def run(arguments: argparse.Namespace) -> int:
    """Write the workbooks, or read one."""
    return _write(arguments) if arguments.action == "write" else _read(arguments)


def _write(arguments: argparse.Namespace) -> int:
    from cmresearch.errors import ResponseError
    from cmresearch.exchange.coder_workbooks import Assignment, assign_complaints, write_coder_workbook

    study = chosen_study(arguments)
    codebook, settings = study.read_codebook(), study.settings
    frame = study.read_frame()
    sample = study.draw(frame)
    texts = frame.read_values([frame.id, *settings.frame.text]).set_index(frame.id, drop=False)
    double = (
        settings.responses.double_coded if arguments.double is None and settings.responses else arguments.double or 0
    )
    coders = arguments.coders.split(",")
    assigned = assign_complaints(list(sample.ids), coders, double=double, seed=study.seed)
    taken = [arguments.folder / f"{coder}.xlsx" for coder in coders if (arguments.folder / f"{coder}.xlsx").exists()]
    if taken:
        raise ResponseError(f"{taken[0]} is there already and may hold a coder's work; move it away first")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    shown = [str(text) for name in settings.frame.text for text in texts.loc[list(sample.ids), name]]
    mask = _masking(study, shown) if arguments.texts == "masked" else None
    for coder, ids in assigned.items():
        file = arguments.folder / f"{coder}.xlsx"
        chosen = Assignment(coder, texts.loc[ids], frame.id, tuple(settings.frame.text), settings.full_set.kind)
        write_coder_workbook(file, chosen, codebook, language=arguments.language, mask=mask)
        print(f"{file}: {len(ids)} complaints, texts {arguments.texts}")
    return 0


def _masking(study: Study, texts: list[str]) -> Callable[[str], str]:
    """The study's masking: the same datum has the same placeholder in every workbook and in later ones."""
    from cmresearch.privacy import MaskTable, mask, mask_all, read_mask_table, write_mask_table

    path = study.path(str(MASK_TABLE))
    _, table = mask_all(texts, read_mask_table(path) if path.is_file() else MaskTable())
    if table.size:
        write_mask_table(path, table)
    return lambda text: mask(text, table)[0].text


def _read(arguments: argparse.Namespace) -> int:
    from cmresearch.errors import ResponseError
    from cmresearch.exchange.coder_workbook_reading import read_coder_workbook
    from cmresearch.files.locks import locked

    study = chosen_study(arguments)
    codebook = study.read_codebook()
    sample = study.draw(study.read_frame())
    records = read_coder_workbook(arguments.file, codebook, ids=list(sample.ids), coder=arguments.coder)
    print(f"{arguments.file}: {len(records.rows)} recorded by {records.coder}, {len(records.left)} left")
    if arguments.out is None:
        return 0
    with locked(arguments.out):
        if arguments.out.exists() and not arguments.replace:
            raise ResponseError(f"{arguments.out} is there already; say --replace to write over it")
        records.write(arguments.out)
    print(f"{arguments.out}: {len(records.rows)} rows")
    return 0

"""A first look at any export: its columns, what is missing, what is wrong, and a study to start from.

cmresearch inspect requests.csv.gz
cmresearch inspect requests.xlsx --html first-look.html --study my-city
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.output import add_json, print_json, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "file", type=Path, help="the export: CSV, TSV, XLSX, ODS, Parquet, JSON, SQLite or DuckDB, .gz or .zip"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the first look as a page")
    parser.add_argument(
        "--study", type=Path, metavar="FOLDER", help="write a study.toml to start from into this folder"
    )
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook (default: the fullest)")
    parser.add_argument("--table", metavar="NAME", help="the table of a database (default: the largest)")
    parser.add_argument("--member", metavar="NAME", help="the file within a zip that holds several")
    parser.add_argument("--encoding", metavar="NAME", help="the encoding of a text file (default: found)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look, show and write."""
    from cmresearch.files.writing import write_text
    from cmresearch.intake.complaints import Reading
    from cmresearch.intake.profile import inspect
    from cmresearch.intake.profile_pages import profile_page, write_starting_study
    from cmresearch.language.voice import ENGLISH

    reading = Reading(
        sheet=arguments.sheet, table=arguments.table, member=arguments.member, encoding=arguments.encoding
    )
    profile = inspect(arguments.file, reading)
    # The study is written before anything is shown: where that is refused, nothing else happens.
    written = write_starting_study(profile, arguments.study) if arguments.study else None
    if arguments.html:
        write_text(arguments.html, profile_page(profile))
    if arguments.json:
        print_json(profile.to_record())
        return 0
    found = ", ".join(f"{name.replace('_', ' ')} {value!r}" for name, value in profile.reading.items())
    show(
        arguments,
        [column.to_record() for column in profile.columns],
        title=f"{profile.path.name}: {profile.rows:,} rows ({found})",
    )
    faults = [{**fault.to_record(), "share": f"{100 * fault.share:.2f} %"} for fault in profile.report.faults]
    if faults:
        show(
            arguments,
            [{k: v for k, v in fault.items() if k != "done"} for fault in faults],
            title="What is likely to be wrong",
        )
    for why, count in profile.report.rows_set_aside(ENGLISH).items():
        print(f"set aside: {count:,} rows: {why}")
    for name in profile.siblings:
        print(f"{name} in the same folder is the same file under another name")
    if written:
        print(f"a study to start from: {written}")
    return 0

"""Compare two exports of one register at two dates: which complaints came, went, closed or changed.

cmresearch compare-exports 2022.parquet 2025.parquet --id unique_key --closed closedate
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.output import add_json, print_json, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("first", type=Path, help="the earlier export")
    parser.add_argument("second", type=Path, help="the later export")
    parser.add_argument("--id", required=True, metavar="COLUMN", help="the column that names each complaint, in both")
    parser.add_argument("--closed", metavar="COLUMN", help="the column of the closing date, in both")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare and show."""
    from cmresearch.intake.exports import compare_exports
    from cmresearch.language.voice import ENGLISH

    compared = compare_exports(arguments.first, arguments.second, id=arguments.id, closed=arguments.closed)
    if arguments.json:
        print_json(compared.to_record())
        return 0
    if compared.same_file:
        print("the two files are the same to the byte: one export under two names")
    table = compared.to_frame(ENGLISH, between="\n")
    sizes = " and ".join(f"{n:,} rows with {ids:,} ids" for n, ids in zip(compared.rows, compared.ids, strict=True))
    show(arguments, table.to_dict("records"), title=f"{arguments.first.name} and {arguments.second.name}: {sizes}")
    if any(compared.repeated):
        first, second = compared.repeated
        print(f"{first} and {second} rows share their id with another row; they are compared by no column")
    return 0

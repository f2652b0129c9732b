"""Say of one complaint whether it is in a sample and why, and print the command that proves it.

A complaint is in the sample if and only if its ticket is not above the cut-off of its stratum, which the certificate
prints. Exit status 0 when it is in the sample, 1 when it is not, 2 when the call is wrong.

  cmresearch check-record results R2003020001 --frame complaints.csv

Other people's ids go in single quotes; one that begins with a dash goes last, after two dashes:

  cmresearch check-record results --frame complaints.csv -- -17
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cmresearch.cli.output import add_json, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("folder", type=Path, help="the folder that holds certificate.json")
    parser.add_argument("id", help="the complaint's id, as it stands in the frame's file")
    parser.add_argument("--frame", type=Path, metavar="FILE", help="the frame's file, which tells the stratum")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check one complaint and say why."""
    from cmresearch.sampling.record_check import check_record

    check = check_record(arguments.folder, arguments.id, frame=arguments.frame)
    if arguments.json:
        print_json(asdict(check))
    else:
        print(check.to_text())
    return 0 if check.outcome == "in the sample" else 1

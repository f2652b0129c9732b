"""Fix frame and sizes before the seed exists: print the hash to make public.

The order of events is what makes a draw fair: first this hash is public (in a minute, a letter, a public archive), then
a public random event gives the seed (a lottery's numbers on a day named beforehand), then the sample is drawn with
"--commitment HASH --published PLACE". Whoever then verifies sees that neither frame nor sizes were chosen to suit the
seed.

  cmresearch commit complaints.csv --id number --strata channel --size 400
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.arguments import add_frame, add_method, add_sizes, asked_frame, planned, warn
from cmresearch.cli.output import add_json, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_frame(parser)
    add_sizes(parser)
    add_method(parser)
    parser.add_argument("--avoid", type=Path, metavar="FOLDER", help="leave out the complaints of this earlier sample")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the commitment."""
    from cmresearch.sampling.certificate import CERTIFICATE, commit, read_certificate

    frame = asked_frame(arguments)
    allocation = planned(frame, arguments)
    avoided = read_certificate(arguments.avoid / CERTIFICATE) if arguments.avoid else None
    commitment = commit(frame, allocation, avoided=avoided)
    warn(allocation.warnings)
    if arguments.json:
        print_json({"commitment": commitment.sha256, "frame_size": frame.size, "sample_size": allocation.size})
    else:
        print(commitment.sha256)
    return 0

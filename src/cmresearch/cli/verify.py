"""Draw a certified sample again from a frame's file and compare everything.

Exit status 0 when all holds, 1 when anything differs (what is said in sentences), 2 when the call is wrong. The id and
strata columns come from the certificate; the order of rows plays no part. What can differ: the certificate contradicts
itself, the published commitment is another, the frame's membership has changed, only its content has, the sample is not
what the rule gives, a drawn record has changed.

  cmresearch verify results --frame complaints.csv
  cmresearch verify results --frame complaints.csv --published 3f1c… --old-frame complaints-in-may.csv
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cmresearch.cli.output import add_json, long_work, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("folder", type=Path, help="the folder that holds sample.csv and certificate.json")
    parser.add_argument("--frame", required=True, type=Path, metavar="FILE", help="the export, or a study's frame.csv")
    parser.add_argument("--published", metavar="HASH", help="the commitment that was public before the seed was known")
    parser.add_argument(
        "--old-frame", type=Path, metavar="FILE", help="the export as it was drawn from: names what came, went or moved"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verify and say what differs."""
    from cmresearch.sampling.verification import verify

    with long_work() as step:
        step("certificate, frame and sample")
        verification = verify(
            arguments.folder, arguments.frame, published=arguments.published, old_frame=arguments.old_frame
        )
    if arguments.json:
        print_json({"holds": verification.holds, **asdict(verification)})
    else:
        print(verification.to_text())
    return 0 if verification.holds else 1

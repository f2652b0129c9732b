"""Check an archive of a study whole, and say what that proves and what not.

A line for each check: holds, differs, or cannot be checked here. Exit status 0 when nothing differs, 1 when anything
does, 2 when it is no archive or cannot be opened safely. Nothing in it is run.

  cmresearch verify-archive city-2020.zip
  cmresearch verify-archive city-2020.zip --published 3f1c…
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cmresearch.cli.output import add_json, long_work, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive")
    parser.add_argument(
        "--published", metavar="HASH", help="a published SHA-256: the archive's, its manifest's, or the commitment"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the archive and say what was found."""
    from cmresearch.archive.checking import verify_archive

    with long_work() as step:
        found = verify_archive(arguments.file, published=arguments.published, progress=step)
    if arguments.json:
        checks = [asdict(check) for check in found.checks]
        print_json({"holds": found.holds, "sha256": found.sha256, "checks": checks, "proves": found.proves})
    else:
        print(found.to_text())
    return 0 if found.holds else 1

"""Look through a folder that is about to be shared for personal data, and say where it is.

Exit status 0 when the rules find nothing, 1 when they find anything or when a file cannot be looked into, 2 when the
call is wrong. The data themselves are never printed. Rules miss things, above all names without a title: read
what you publish.

  cmresearch check-privacy results --allow city.example.org --allow "(021) 5550 0100" --allow report.pdf
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from cmresearch.cli.output import add_json, print_json
from cmresearch.errors import PrivacyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("folder", type=Path, help="what is about to be shared")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="ENTRY",
        help="what may be shared: a host, an office's telephone number or e-mail address, @domain, a file pattern",
    )
    parser.add_argument(
        "--study", type=Path, metavar="FOLDER", help="the study whose [sharing] allow counts (default: the nearest one)"
    )
    parser.add_argument("--allow-file", type=Path, metavar="FILE", help="such entries, one a line; # begins a note")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the folder and list the personal data with where each stands."""
    from cmresearch.privacy.sharing import check_folder

    allow = [*_settled(arguments.study), *arguments.allow, *_entries(arguments.allow_file)]
    disclosures = check_folder(arguments.folder, allow=allow)
    if arguments.json:
        print_json([asdict(each) for each in disclosures])
    else:
        print("\n".join([*map(str, disclosures), _summary(len(disclosures))]))
    return 1 if disclosures else 0


def _settled(folder: Path | None) -> list[str]:
    """The data that the study's settings allow; none where no study is near, for the check needs none."""
    from cmresearch.study.study import nearest_study, open_study

    study = nearest_study() if folder is None else folder
    return [] if study is None else open_study(study).settings.sharing.allow


def _entries(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PrivacyError(f"{path}: the list of what may be shared cannot be read") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _summary(count: int) -> str:
    if count == 0:
        return "No personal data found by the rules; names without a title can still be there."
    return f"{count} {'place' if count == 1 else 'places'} to look at before sharing."

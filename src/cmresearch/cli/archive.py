"""Write one zip file of a study for a journal or a repository, with everything that may be shared.

Masked words and their coding, coders' records, codebook, frame, certificate, results, and their description as
DDI-Codebook, Data Package and RO-Crate, with a manifest and a page that tells a stranger how to check it. Complaints'
own words and the raw sample stay behind. Exit status 2, with the places, while the privacy check finds anything in what
would go in. Run 'cmresearch reproduce' first: results are taken as they are.

  cmresearch archive --date 2026-11-25
  cmresearch archive --study examples/nashville-covid-2020 --results results --out nashville.zip --date 2026-11-25
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.output import add_json, print_json, steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one with a study.toml)"
    )
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="default: results/ in the study's folder")
    parser.add_argument("--out", type=Path, metavar="FILE.zip", help="default: archive/KEY.zip in the study's folder")
    parser.add_argument("--date", metavar="DAY", help="of publication (default: date-released in CITATION.cff)")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="ENTRY", help="what may be shared, as in check-privacy"
    )
    parser.add_argument(
        "--leave-out", action="append", default=[], metavar="PATTERN", help="names in the archive that stay behind"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the archive and say its hash."""
    from cmresearch.archive.archiving import write_archive
    from cmresearch.study.study import open_study

    study = open_study(arguments.study)
    target = arguments.out or study.folder / "archive" / f"{study.settings.study.key}.zip"
    with steps() as step:
        made = write_archive(
            study,
            target,
            results=arguments.results,
            date=arguments.date,
            allow=arguments.allow,
            leave_out=arguments.leave_out,
            progress=step,
        )
    if arguments.json:
        gathered = {"masked": sorted(made.gathered.masked), "left_out": made.gathered.left_out}
        print_json(
            {"archive": str(made.path), "sha256": made.sha256, "files": made.files, "bytes": made.bytes} | gathered
        )
        return 0
    print("\n".join(f"left out: {name} ({why})" for name, why in sorted(made.gathered.left_out.items())))
    print(f"masked: {len(made.gathered.masked)} files, named in its README.md")
    print(f"archive: {made.path} ({made.files} files, {made.bytes / 2**20:.1f} MB)")
    print(f"SHA-256: {made.sha256}; publish it where nobody can change it afterwards")
    return 0

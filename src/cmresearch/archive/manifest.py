"""The list of an archive's files with their SHA-256, as `sha256sum -c` reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cmresearch.archive.zips import names_below
from cmresearch.errors import ArchiveError, raise_all
from cmresearch.provenance import sha256_of

MANIFEST = "manifest-sha256.txt"
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def manifest_text(folder: Path) -> str:
    """One line for each file of a folder but the manifest itself: its SHA-256, two blanks, its path."""
    return "".join(f"{sha256_of(folder / name)}  {name}\n" for name in names_below(folder) if name != MANIFEST)


def read_manifest(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file by its path, as the manifest of a folder lists them.

    Raises:
        ArchiveError: There is no manifest, or a line of it is not a hash and a path, or a path stands twice.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ArchiveError(f"there is no {MANIFEST}: this is no archive of a study, or its list was taken out")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{MANIFEST}: byte {error.start + 1} is not UTF-8") from None
    listed: dict[str, str] = {}
    faults = []
    for number, line in enumerate(lines, start=1):
        found = LINE.fullmatch(line)
        if found is None or found[2] in listed:
            faults.append(f"{MANIFEST}, line {number}: expected a SHA-256, two blanks and a path that stands once")
        else:
            listed[found[2]] = found[1]
    raise_all(ArchiveError, faults)
    return listed


def manifest_faults(folder: Path, listed: dict[str, str]) -> Iterator[str]:
    """Where a folder and its manifest differ, either way: missing, extra and changed files."""
    present = {name for name in names_below(folder) if name != MANIFEST}
    yield from (f"{name} is listed and not there" for name in sorted(listed.keys() - present))
    yield from (f"{name} is there and not listed" for name in sorted(present - listed.keys()))
    for name in sorted(present & listed.keys()):
        if sha256_of(folder / name) != listed[name]:
            yield f"{name} is not the file that is listed"

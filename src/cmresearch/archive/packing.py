"""Zip files that are the same bytes wherever they are packed, and zip files of strangers opened within bounds."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from unicodedata import category, normalize

from cmresearch.errors import ArchiveError, raise_all
from cmresearch.files.hashes import sha256_of
from cmresearch.files.strangers import ENCRYPTED, MEGABYTE, Limits, is_outside, open_zip, ratio_faults

LIMITS = Limits(size=4 * 2**30)
"""All files of an archive together, unpacked."""
NO_DATE = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o100644 << 16
UNIX = 3
SHOWN = 5


def zip_folder(folder: Path, target: Path) -> None:
    """Pack every file of a folder: sorted by name, with one date, the same permissions, and not compressed.

    The bytes of a compressed file depend on the compressing library; stored files are the same from every Python.

    Args:
        folder: What to pack.
        target: The zip file to write.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp())
        >>> (place / "in").mkdir()
        >>> _ = (place / "in" / "a.txt").write_text("a")
        >>> zip_folder(place / "in", place / "a.zip")
        >>> (place / "a.zip").stat().st_size
        109
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in names_below(folder):
            entry = zipfile.ZipInfo(name, date_time=NO_DATE)
            entry.create_system, entry.external_attr = UNIX, PERMISSIONS
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as content, archive.open(entry, "w") as part:
                shutil.copyfileobj(content, part)


def names_below(folder: Path) -> list[str]:
    """The files of a folder by their path in it, with slashes, sorted by their UTF-8 bytes."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(found, key=str.encode)


def unzip(path: Path, folder: Path) -> None:
    """Unpack a zip file that may be hostile; nothing is written unless all of it looks harmless.

    Args:
        path: The zip file.
        folder: An empty folder to unpack into.

    Raises:
        ArchiveError: It is no zip file; a name leads out of it, stands twice or is no plain name; a part is a link,
            is encrypted, or unpacks to far more than it holds; there are too many files or too much in them. Every
            fault, a line each.
    """
    with open_zip(path, error=ArchiveError, broken=f"{path}: this is no whole zip file") as archive:
        entries = archive.infolist()
        raise_all(ArchiveError, [f"{path}: {fault}" for fault in _faults(entries)])
        room = LIMITS.size
        for entry in entries:
            if not entry.is_dir():
                room -= _unpack(archive, entry, folder / entry.filename, room)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(entry) as part, target.open("xb") as file:
        while block := part.read(MEGABYTE):
            size += len(block)
            if size > min(entry.file_size, room):  # a part may state less than it holds
                raise ArchiveError(f"{archive.filename}: {entry.filename} holds more than it says")
            file.write(block)
    return size


def _faults(entries: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    if len(entries) > LIMITS.parts:
        yield f"{len(entries)} parts; expected {LIMITS.parts} at most"
        return
    total = sum(entry.file_size for entry in entries)
    if total > LIMITS.size:
        yield f"unpacks to {total // MEGABYTE} MB; expected {LIMITS.size // MEGABYTE} MB at most"
    for entry in entries:
        yield from (f"{entry.filename!r} {fault}" for fault in _faults_of_entry(entry))
    yield from name_faults([entry.filename for entry in entries])


def _faults_of_entry(entry: zipfile.ZipInfo) -> Iterator[str]:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "is a link or a device; expected plain files"
    if entry.flag_bits & ENCRYPTED:
        yield "is encrypted; expected files that anybody can read"
    yield from ratio_faults(entry, LIMITS)


def name_faults(names: Sequence[str]) -> Iterator[str]:
    """The faults in the names of files that shall stand in one archive, on any system."""
    for name in names:
        if is_outside(name) or "\\" in name or name != PurePosixPath(name).as_posix() + "/" * name.endswith("/"):
            yield f"{name!r} is no plain path within the archive"
        if any(category(sign) in ("Cc", "Cs") for sign in name):
            yield f"{name!r} holds control characters"
    folded = Counter(normalize("NFC", name).casefold() for name in names)
    twice = [name for name in names if folded[normalize("NFC", name).casefold()] > 1]
    if twice:
        yield f"names that stand twice, or differ in case only: {', '.join(map(repr, sorted(set(twice))[:SHOWN]))}"


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

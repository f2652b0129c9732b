"""Zip files that are the same bytes wherever they are packed, and zip files of strangers opened within bounds."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from unicodedata import category, normalize

from cmresearch.errors import ArchiveError, raise_all
from cmresearch.exchange.safe_reading import MEGABYTE, MOST_PARTS, MOST_RATIO, is_outside

MOST_BYTES = 4 * 2**30
"""All files of an archive together, unpacked."""
NO_DATE = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o100644 << 16
UNIX = 3
ENCRYPTED = 0x1
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
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            raise_all(ArchiveError, [f"{path}: {fault}" for fault in _faults(entries)])
            room = MOST_BYTES
            for entry in entries:
                if not entry.is_dir():
                    room -= _unpack(archive, entry, folder / entry.filename, room)
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"{path}: this is no whole zip file: {error}") from None


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
    if len(entries) > MOST_PARTS:
        yield f"{len(entries)} parts; expected {MOST_PARTS} at most"
        return
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        yield f"unpacks to {total // MEGABYTE} MB; expected {MOST_BYTES // MEGABYTE} MB at most"
    for entry in entries:
        yield from (f"{entry.filename!r} {fault}" for fault in _faults_of_entry(entry))
    yield from name_faults([entry.filename for entry in entries])


def _faults_of_entry(entry: zipfile.ZipInfo) -> Iterator[str]:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "is a link or a device; expected plain files"
    if entry.flag_bits & ENCRYPTED:
        yield "is encrypted; expected files that anybody can read"
    if entry.file_size > MEGABYTE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        yield f"unpacks to more than {MOST_RATIO} times its packed size"


def name_faults(names: Sequence[str]) -> Iterator[str]:
    """What is wrong with the names of files that shall stand in one archive, on any system."""
    for name in names:
        if is_outside(name) or "\\" in name or name != PurePosixPath(name).as_posix() + "/" * name.endswith("/"):
            yield f"{name!r} is no plain path within the archive"
        if any(category(sign) in ("Cc", "Cs") for sign in name):
            yield f"{name!r} holds control characters"
    folded = Counter(normalize("NFC", name).casefold() for name in names)
    twice = [name for name in names if folded[normalize("NFC", name).casefold()] > 1]
    if twice:
        yield f"names that stand twice, or differ in case only: {', '.join(map(repr, sorted(set(twice))[:SHOWN]))}"

"""XML and archives from other people, read within bounds: no entities, nothing from outside, no endless files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cmresearch.errors import ExchangeError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from cmresearch.exchange.losses import Tally

MOST_BYTES = 256 * 2**20
"""All parts of an archive together, unpacked; also a single file."""
MOST_XML = 64 * 2**20
"""An XML file takes ten times its size in memory."""
MOST_PARTS = 20_000
MOST_RATIO = 200
"""How many times its packed size a part may be; applies from one megabyte on."""
MOST_DEPTH = 200
MEGABYTE = 2**20


def read_bounded(path: Path) -> bytes:
    """The content of a file, if it is not too large.

    Raises:
        ExchangeError: There is no such file, or it is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ExchangeError(f"cannot read {path}: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ExchangeError(f"{path}: larger than {MOST_BYTES // MEGABYTE} MB; expected a smaller file")
    return content


def parse_xml(content: bytes, name: str) -> Element:
    """The root of an XML file; declared entities and references to other files are refused.

    Args:
        content: The file.
        name: What messages call it.

    Raises:
        ExchangeError: It is no XML, is too large or nested too deeply, or declares a document type.

    Example:
        >>> parse_xml(b"<a/>", "a.xml").tag
        'a'
    """
    if len(content) > MOST_XML:
        raise ExchangeError(f"{name}: larger than {MOST_XML // MEGABYTE} MB; expected a smaller file")
    from defusedxml import DefusedXmlException, ElementTree  # refuses entities and outside references

    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except ElementTree.ParseError as error:
        raise ExchangeError(f"{name}: this is no XML: {error}") from None
    except (LookupError, ValueError, DefusedXmlException) as error:
        if isinstance(error, DefusedXmlException):
            raise ExchangeError(f"{name}: declares a document type or entities, which is refused") from None
        raise ExchangeError(f"{name}: this is no XML: {error}") from None
    if _is_deep(root):
        raise ExchangeError(f"{name}: nested more than {MOST_DEPTH} deep; expected an ordinary file")
    return root


def _is_deep(root: Element) -> bool:
    level = [root]
    for _ in range(MOST_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


@dataclass(frozen=True)
class Archive:
    """The parts of an archive in memory, found by their path whatever its case.

    Attributes:
        file: The archive.
        parts: The path as it stands, by its path in lower case.
    """

    file: zipfile.ZipFile = field(repr=False)
    parts: dict[str, str]

    def named(self, suffix: str) -> Iterator[str]:
        """The paths that end so, the shortest first."""
        found = [path for path in self.parts if path.endswith(suffix)]
        return iter(sorted(found, key=lambda path: (path.count("/"), path)))

    def read(self, path: str) -> bytes | None:
        """The content of a part, or None where there is none of that path; case plays no part."""
        stored = self.parts.get(path.lower())
        if stored is None:
            return None
        try:
            with self.file.open(stored) as part:
                content = part.read(MOST_BYTES + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
            raise ExchangeError(f"{self.file.filename}: {stored} cannot be unpacked: {error}") from None
        if len(content) > MOST_BYTES:
            raise ExchangeError(f"{self.file.filename}: {stored} is larger than {MOST_BYTES // MEGABYTE} MB")
        return content


def open_archive(path: Path, tally: Tally) -> Archive:
    """An archive whose parts can be read, none of it unpacked to the disk.

    Args:
        path: The file.
        tally: Gets the parts whose path points outside the archive, or differs from another's in case only.

    Raises:
        ExchangeError: It is no archive, or unpacks to too much: too many parts, too large, packed too tightly.
    """
    try:
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise ExchangeError(f"cannot read {path}: {error.strerror}") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ExchangeError(f"{path}: this is no .qdpx archive: {error}") from None
    entries = [entry for entry in file.infolist() if not entry.is_dir()]
    for fault in _size_faults(entries):
        file.close()
        raise ExchangeError(f"{path}: {fault}")
    parts: dict[str, str] = {}
    for entry in entries:
        stored = entry.filename
        if is_outside(stored):
            tally.lose("parts whose path points outside the archive, not read", stored)
        elif stored.lower() in parts:
            tally.lose("parts whose path differs from another's in case only, not read", stored)
        else:
            parts[stored.lower()] = stored
    return Archive(file, parts)


def is_outside(path: str) -> bool:
    r"""Whether a path leads out of the folder it is relative to.

    Example:
        >>> is_outside("sources/a.txt"), is_outside("../a.txt"), is_outside("C:\\a.txt"), is_outside("/a.txt")
        (False, True, True, True)
    """
    pure = PurePosixPath(path.replace("\\", "/"))
    return pure.is_absolute() or ".." in pure.parts or path[1:2] == ":" or "\0" in path


def _size_faults(entries: list[zipfile.ZipInfo]) -> Iterator[str]:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PARTS:
        yield f"{len(entries)} parts; expected {MOST_PARTS} at most"
    if total > MOST_BYTES:
        yield f"unpacks to {total // MEGABYTE} MB; expected {MOST_BYTES // MEGABYTE} MB at most"
    for entry in entries:
        if entry.file_size > MEGABYTE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            yield f"{entry.filename} unpacks to more than {MOST_RATIO} times its packed size"

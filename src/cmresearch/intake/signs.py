"""The kind of file that an export is, recognised by its first bytes, never by its name alone."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from cmresearch.errors import IntakeError
from cmresearch.files.strangers import ENCRYPTED, PIECE, open_zip, read_part, refuse_bomb
from cmresearch.intake.formats import EXPECTED, FORMATS
from cmresearch.intake.text import PACKED, pieces

HEAD = 4096
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKINGS: tuple[tuple[bytes, int, str], ...] = (
    (b"\x1f\x8b", 0, "gzip"),
    (b"PK\x03\x04", 0, "zip"),
    (b"PK\x05\x06", 0, "zip"),
)
SIGNS = (*((sign, offset, each.name) for each in FORMATS for sign, offset in each.signs), *PACKINGS)
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"RDX2", "an R data file"),
    (b"RDX3", "an R data file"),
    (b"$FL2", "an SPSS file"),
    (b"<stata", "a Stata file"),
    (b"{\\rtf", "a text document (RTF)"),
)


def recognise(path: Path) -> str:
    r"""The kind of a file: the name of its format (csv, xlsx, …), or gzip or zip.

    Raises:
        IntakeError: It is something that cannot be a table, named for what it is.

    Example:
        >>> import tempfile
        >>> page = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = page.write_text("<!DOCTYPE html><title>Gone</title>")
        >>> recognise(page)
        Traceback (most recent call last):
            ...
        cmresearch.errors.IntakeError: export.csv is a web page ('Gone'), not the data: download the file itself again
    """
    if not path.is_file():
        raise IntakeError(f"there is no file {path}")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise IntakeError(f"{path.name} is empty")
    if any(len(head) < len(sign) and sign.startswith(head) for sign, offset, _ in SIGNS if offset == 0):
        raise IntakeError(f"{path.name} is cut off after {len(head)} bytes")
    kind = kind_of(head, path.name)
    if kind == "zip":
        return _within_zip(path) or kind
    if head.startswith(OLD_OFFICE):
        raise IntakeError(f"{path.name} is {_old_office(path)}")
    return kind


def kind_of(head: bytes, name: str) -> str:
    """The kind of a file from its first bytes; its name is for messages.

    Raises:
        IntakeError: The bytes are those of something that is no table.
    """
    for sign, offset, kind in SIGNS:
        if head[offset : offset + len(sign)] == sign:
            return kind
    if head.startswith(OLD_OFFICE):
        return "old office"
    for sign, what in FOREIGN:
        if head.startswith(sign):
            raise IntakeError(f"{name} is {what}; {EXPECTED}")
    _refuse_stand_ins(head, name)
    return "json" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "csv"


def _refuse_stand_ins(head: bytes, name: str) -> None:
    """Refuse what stands in the place of data: pointers, web pages, nothing but blanks."""
    text = head.decode("utf-8-sig", errors="replace").strip("\x00 \t\r\n")
    if not text:
        raise IntakeError(f"{name} has no header: it holds nothing but blanks")
    if text.startswith("version https://git-lfs.github.com/spec"):
        size = re.search(r"^size (\d+)", text, re.MULTILINE)
        of = f" of {int(size[1]):,} bytes" if size else ""
        raise IntakeError(f"{name} is a Git LFS pointer to a file{of}, not the file: fetch it with 'git lfs pull'")
    if re.match(r"[./\w-]*/annex/objects/", text):
        raise IntakeError(f"{name} is a git-annex pointer, not the file: fetch it with 'git annex get'")
    if re.match(r"<(!doctype html|html|head|body|script)", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>\s*(.*?)\s*</title>", text, re.IGNORECASE | re.DOTALL)
        says = f" ({title[1][:80]!r})" if title else ""
        raise IntakeError(f"{name} is a web page{says}, not the data: download the file itself again")
    if text.startswith("<?xml") or re.match(r"<[A-Za-z][\w:.-]*[\s>/]", text):
        code = re.search(r"<(?:Code|Message|error)>([^<]{1,80})", text)
        raise IntakeError(f"{name} is XML{f' ({code[1]!r})' if code else ''}; {EXPECTED}")


def _old_office(path: Path) -> str:
    """The kind of an OLE file: workbooks with a password are kept in one, and so are workbooks of before 2007."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "a workbook that is protected by a password: open it, save it without the password, and try again"
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "a workbook in Excel's old format (.xls): save it as .xlsx, and try again"
    return f"an old Office document; {EXPECTED}"


def _within_zip(path: Path) -> str | None:
    """The format whose files are zip files with parts such as this one has; None where it is a packing."""
    with open_zip(
        path, error=IntakeError, broken=f"{path.name} begins like a zip file but is broken or cut off"
    ) as file:
        parts = frozenset(file.namelist())
        for each in FORMATS:
            if each.is_part is not None and each.is_part(parts, lambda name: read_part(file, name, HEAD)):
                sizes = [(part.file_size, part.compress_size) for part in file.infolist()]
                unpacked, packed = (sum(column) for column in zip(*sizes, strict=True))
                refuse_bomb(path.name, unpacked, packed, error=IntakeError, limits=PACKED)
                return each.name
    return None


def unpack(path: Path, folder: Path, *, member: str | None = None) -> tuple[Path, dict[str, str]]:
    """The file inside a gzip or zip file, and what was found.

    Gzipped text stays as it is, since it is read as it is; everything else is unpacked into `folder`.

    Args:
        path: The file.
        folder: Where to unpack.
        member: Which file of a zip that holds several.

    Returns:
        The file to read, and `packed`/`member` where there was something to unpack.

    Raises:
        IntakeError: Several files in a zip and none is named, a password, a bomb, or a broken or cut file.
    """
    kind = recognise(path)
    if kind == "gzip":
        return _inside_gzip(path, folder)
    if kind == "zip":
        return _inside_zip(path, folder, member)
    return path, {}


def _inside_gzip(path: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    head = next(pieces(path), b"")
    if not head:
        raise IntakeError(f"{path.name} is empty once unpacked")
    name = path.name.removesuffix(".gz")
    if kind_of(head[:HEAD], name) == "csv":
        return path, {"packed": "gzip"}
    target = folder / (name or "unpacked")
    with target.open("wb") as file:
        file.writelines(pieces(path))
    return target, {"packed": "gzip"}


def _inside_zip(path: Path, folder: Path, member: str | None) -> tuple[Path, dict[str, str]]:
    broken = f"{path.name} is broken or cut off, so no part of it is read"
    with open_zip(path, error=IntakeError, broken=broken) as archive:
        part = _one_member(path, archive, member)
        refuse_bomb(path.name, part.file_size, part.compress_size, error=IntakeError, limits=PACKED)
        target = folder / (Path(part.filename).name or "unpacked")
        with archive.open(part) as packed, target.open("wb") as file:
            while piece := packed.read(PIECE):
                file.write(piece)
    return target, {"packed": "zip", "member": part.filename}


def _one_member(path: Path, archive: zipfile.ZipFile, wanted: str | None) -> zipfile.ZipInfo:
    parts = [
        part
        for part in archive.infolist()
        if not part.is_dir() and not part.filename.startswith("__MACOSX/") and part.file_size
    ]
    names = [part.filename for part in parts]
    if not parts:
        raise IntakeError(f"{path.name} is a zip file with nothing in it")
    if wanted is not None and wanted not in names:
        raise IntakeError(f"{path.name} holds no file {wanted!r}; it holds {_listed(names)}")
    if wanted is None and len(parts) > 1:
        raise IntakeError(f"{path.name} holds {len(parts)} files, {_listed(names)}; name one as 'member' in [intake]")
    part = parts[names.index(wanted)] if wanted is not None else parts[0]
    if part.flag_bits & ENCRYPTED:
        raise IntakeError(f"{path.name} is protected by a password: unpack it first")
    return part


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")

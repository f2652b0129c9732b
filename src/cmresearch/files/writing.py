"""Files written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from cmresearch.errors import WritingError
from cmresearch.files.csv_rule import csv_line, csv_text
from cmresearch.files.owned import OwnFolder, make_own_folder, make_temporary_folder
from cmresearch.files.unfinished import (
    NEW,
    UNFINISHED,
    finish_interrupted,
    flush,
    flush_folder,
    in_place,
    is_staged,
    move_in,
    replace_file,
)

__all__ = [
    "WritingError",
    "csv_line",
    "csv_text",
    "json_text",
    "trial_folder",
    "whole_folder",
    "write_bytes",
    "write_files",
    "write_text",
]


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files reach `folder` only when all of them are complete.

    Files are written beside the target and moved into it at the end, so an error, a full disk, Ctrl-C or a killed
    process leaves the target as it was, or not there if it was not there. Who is killed while the files are moved in
    has them moved in by the next start. Other files in the target stay.

    Args:
        folder: Where the files shall be in the end; made if it is not there.

    Yields:
        The folder to write into.

    Raises:
        WritingError: The folder cannot be made or written to.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "results"
        >>> with whole_folder(target) as beside:
        ...     write_text(beside / "a.txt", "complete")
        >>> sorted(path.name for path in target.iterdir())
        ['a.txt']
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        with _sentence_about(folder), _staging(folder) as own:
            yield own.path / NEW
            move_in(own.path, folder)
    finally:
        _remove_empty(made)


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write text files that belong together: all of them, or none.

    Args:
        folder: Where they shall be; made if it is not there.
        texts: The text of each, by its name in the folder.

    Raises:
        WritingError: They cannot be written; nothing has changed then.
    """
    if not texts:
        return
    with whole_folder(folder) as beside:
        for name, text in texts.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            write_text(beside / name, text)


@contextmanager
def trial_folder() -> Iterator[Path]:
    """A temporary folder for files that are tried, or packed, before anything of them is written for the user.

    Yields:
        The folder; it is gone afterwards, or at the next start where this process is killed.

    Raises:
        WritingError: It cannot be made.
    """
    own = make_temporary_folder()
    try:
        trial = own.path / f"{UNFINISHED}trial"
        trial.mkdir()
        yield trial
    finally:
        own.remove()


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with the line ends it holds, whatever the system's habit, as `write_bytes` does.

    Raises:
        WritingError: The file cannot be written; nothing has changed then.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a file that is whole on the disk, and read again, before it takes the place of what was there.

    Args:
        path: The file; its folder must be there. One that is there keeps its permissions; a link keeps pointing.
        content: What it shall hold.
        mode: The permissions of the file, such as 0o600; by default those it had, or those that are usual.

    Raises:
        WritingError: The file cannot be written; nothing has changed then.
    """
    target = path.resolve() if path.is_symlink() else path
    with _sentence_about(path):
        if target.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(target))
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a pipe or a device has no place that could be taken
        elif is_staged(target):
            _write_and_read_back(target, content)
        else:
            _write_beside(target, content, mode)


def _write_beside(target: Path, content: bytes, mode: int | None) -> None:
    if not target.parent.is_dir():
        target.parent.stat()  # says what is wrong with it
    with _staging(target.parent) as own:
        new = own.path / NEW / target.name
        _write_and_read_back(new, content)
        flush(new)
        replace_file(new, target, mode=mode)
        flush_folder(target.parent)


def _write_and_read_back(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    if path.read_bytes() != content:
        raise OSError("what was written cannot be read back")


@contextmanager
def _staging(folder: Path) -> Iterator[OwnFolder]:
    """A folder of our own in another one, which is made if it is not there, with room for new files."""
    folder.mkdir(parents=True, exist_ok=True)
    finish_interrupted(folder)
    own = make_own_folder(folder, UNFINISHED)
    try:
        (own.path / NEW).mkdir()
        yield own
    finally:
        own.remove()


@contextmanager
def _sentence_about(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise WritingError(f"cannot write to {in_place(path)}: {reason}; nothing has changed") from error


def _remove_empty(folders: Iterable[Path]) -> None:
    for each in folders:
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def json_text(content: object) -> str:
    r"""Any plain value as JSON text with sorted keys: the same value is the same bytes.

    Example:
        >>> json_text({"b": 1, "a": "é"})
        '{\n  "a": "é",\n  "b": 1\n}\n'
    """
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

"""Files that come into their folder together: what a stop has cut short is finished, or gone, at the next start."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from errno import EACCES
from pathlib import Path

from cmresearch.errors import WritingError
from cmresearch.files.owned import abandoned

UNFINISHED = ".unfinished-"
NEW, OLD, JOURNAL = "new", "old", "complete.txt"
COMPLETE = "Every file in 'new' is complete and is being moved to the folder above.\n"
HELD_OPEN = (5, 32)  # Windows: access denied, sharing violation
WAITING = 3.0


def is_staged(path: Path) -> bool:
    """Whether a path lies in a folder whose files are moved in later, together."""
    return any(part.startswith(UNFINISHED) for part in path.parts)


def in_place(path: Path) -> Path:
    """Where a staged file shall be in the end, for a sentence that names it.

    Example:
        >>> in_place(Path("results/.unfinished-x/new/report.html")).as_posix()
        'results/report.html'
    """
    parts = path.parts
    at = next((number for number, part in enumerate(parts) if part.startswith(UNFINISHED)), None)
    return path if at is None else Path(*parts[:at], *parts[at + 2 :])


def finish_interrupted(folder: Path) -> None:
    """Finish or remove what a killed process has left in a folder.

    Files that were all complete are moved in; where they were not, the folder is as before. A folder in which a process
    that lives is at work is left alone; while it moves its files in, it is waited for.

    Args:
        folder: A folder in which files may have been written.

    Raises:
        WritingError: Complete files cannot be moved in.
    """
    if not folder.is_dir() or not any(path.name.startswith(UNFINISHED) for path in folder.iterdir()):
        return
    for own in abandoned(folder, UNFINISHED):
        try:
            if (own.path / JOURNAL).is_file():
                _finish(own.path, folder)
        except OSError as error:
            reason = error.strerror or error
            raise WritingError(f"cannot finish what an earlier run began in {folder}: {reason}") from error
        own.remove()
    _wait_for_movers(folder)


def _finish(own: Path, folder: Path) -> None:
    for name in names_below(own / NEW):
        _put(own, folder, name)
    (own / JOURNAL).unlink()


def _wait_for_movers(folder: Path) -> None:
    until = time.monotonic() + WAITING
    while any(folder.glob(f"{UNFINISHED}*/{JOURNAL}")) and time.monotonic() < until:
        time.sleep(0.02)


def move_in(own: Path, folder: Path) -> None:
    """Move the files under `new` into the folder, all or none; when this is killed, the next start goes on with it.

    Args:
        own: The folder that holds `new`.
        folder: Where its files shall be.

    Raises:
        OSError: One of them cannot be moved; those that they replaced are back then.
    """
    names = names_below(own / NEW)
    for name in names:
        flush(own / NEW / name)
    if len(names) > 1:
        # The one step that decides: before it nothing has changed, after it everything will.
        draft = own / f"{JOURNAL}.part"
        draft.write_text(COMPLETE, encoding="utf-8")
        flush(draft)
        os.replace(draft, own / JOURNAL)  # noqa: PTH105 - the system's call, by its name, as in `replace_file`
        flush_folder(own)
    try:
        for name in names:
            _put(own, folder, name)
    except BaseException:
        for name in names:
            _take_back(own, folder, name)
        (own / JOURNAL).unlink(missing_ok=True)
        raise
    for above in {(folder / name).parent for name in names}:
        flush_folder(above)
    (own / JOURNAL).unlink(missing_ok=True)


def names_below(folder: Path) -> list[Path]:
    """The files of a folder by their path in it, sorted."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _put(own: Path, folder: Path, name: Path) -> None:
    target, old = folder / name, own / OLD / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise WritingError(f"{target.parent} is a link that leads out of {folder}; nothing is written there")
    if target.is_file() and not old.exists():
        old.parent.mkdir(parents=True, exist_ok=True)
        _keep(target, old)
    replace_file(own / NEW / name, target)


def _keep(target: Path, old: Path) -> None:
    """Keep a file under a second name, so that there is no moment in which it is gone."""
    try:
        os.link(target, old)
    except OSError:
        shutil.copy2(target, old)


def _take_back(own: Path, folder: Path, name: Path) -> None:
    new, old = own / NEW / name, own / OLD / name
    if not new.exists():
        os.replace(folder / name, new)  # noqa: PTH105
    if old.exists():
        os.replace(old, folder / name)  # noqa: PTH105


def replace_file(new: Path, target: Path, *, mode: int | None = None) -> None:
    """Put a complete file in the place of another, with the permissions of that one if no others are given.

    Raises:
        WritingError: Another program holds the file open.
        OSError: It cannot be replaced.
    """
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES), str(target))
        shutil.copymode(target, new)
    if mode is not None:
        new.chmod(mode)
    try:
        os.replace(new, target)  # noqa: PTH105
    except PermissionError as error:
        if getattr(error, "winerror", None) in HELD_OPEN:
            raise WritingError(
                f"close {target}, then run again: another program holds it open; nothing has changed"
            ) from error
        raise


def flush(path: Path) -> None:
    """Have the system write a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the system write the names of a folder's files to the disk, where it knows how."""
    # By now the file has its name: what fails here fails too late to be undone.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

"""Folders that belong to the process that made them, by a lock; those of a process that was killed are found."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOLCK
from pathlib import Path

from cmresearch.errors import WritingError

LOCK, MARKER = "lock", "made-by-cmresearch.txt"
ABOUT = "cmresearch works in this folder. If it was stopped, the next start finishes its work or removes the folder.\n"
TRIES = 5
TEMPORARY = "cmresearch-"  # how the names of folders begin that are ours in the system's temporary one


class OwnFolder:
    """A folder of this process: nobody else may touch it as long as its lock is held."""

    def __init__(self, path: Path) -> None:
        from filelock import FileLock  # 50 ms to load: only where something is written

        self.path = path
        # Whoever collects the garbage may be another thread than the one that made the folder.
        self._lock = FileLock(path / LOCK, thread_local=False)

    def take(self) -> bool:
        """Whether the folder is ours now: nobody who lives holds it."""
        try:
            self._lock.acquire(timeout=0)
        except OSError:  # held by another, which the library tells as a TimeoutError, or not ours to open
            return False
        return True

    def give_back(self) -> None:
        """Give the lock back; the folder stays, for whoever comes next."""
        self._lock.release(force=True)

    def remove(self) -> None:
        """Give the lock back and remove the folder, its marker last: what is left of it is still known as ours."""
        with suppress(OSError):
            for path in self.path.iterdir():
                if path.name not in (LOCK, MARKER):
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        self.give_back()
        with suppress(OSError):
            (self.path / LOCK).unlink(missing_ok=True)
            (self.path / MARKER).unlink(missing_ok=True)
            self.path.rmdir()


def make_own_folder(above: Path, prefix: str) -> OwnFolder:
    """A new folder of this process.

    Args:
        above: The folder in which it is made.
        prefix: How its name begins.

    Raises:
        OSError: It cannot be made, or not locked.
    """
    for _ in range(TRIES):
        own = OwnFolder(Path(tempfile.mkdtemp(prefix=prefix, dir=above)))
        try:
            (own.path / MARKER).write_text(ABOUT, encoding="utf-8")
        except FileNotFoundError:
            continue
        except OSError:
            own.remove()
            raise
        # Between marker and lock another start may take the folder for one that was left, and remove it.
        if own.take():
            return own
    raise OSError(ENOLCK, os.strerror(ENOLCK), str(above))


def make_temporary_folder() -> OwnFolder:
    """A new folder of this process in the system's temporary one; what killed processes left there is removed first.

    It may hold a whole register, or words of people, so nothing of it may stay behind.

    Raises:
        WritingError: It cannot be made.
    """
    try:
        above = Path(tempfile.gettempdir())
        for left in abandoned(above, TEMPORARY):
            left.remove()
        return make_own_folder(above, TEMPORARY)
    except OSError as error:
        reason = error.strerror or error
        raise WritingError(f"cannot write to the system's temporary folder: {reason}; nothing has changed") from error


def abandoned(above: Path, prefix: str) -> Iterator[OwnFolder]:
    """The folders whose process is gone, one after the other; each is this process's from then on.

    A folder of somebody else, whatever its name, is not among them: ours hold a marker.

    Args:
        above: The folder in which to look; one that cannot be read has none.
        prefix: How their names begin.
    """
    for path in _named(above, prefix):
        own = OwnFolder(path)
        if (path / MARKER).is_file() and own.take():
            yield own


def _named(above: Path, prefix: str) -> list[Path]:
    try:
        return sorted(path for path in above.iterdir() if path.name.startswith(prefix) and not path.is_symlink())
    except OSError:
        return []

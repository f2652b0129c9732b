"""Folders that belong to the process that made them, by a lock; those of a process that was killed are found."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LOCK, MARKER = "lock", "made-by-cmresearch.txt"
ABOUT = "cmresearch works in this folder. If it was stopped, the next start finishes its work or removes the folder.\n"
OLD = 600  # seconds; a folder without its marker is either this young or was left by a process killed in between


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

    def remove(self) -> None:
        """Give the lock back and remove the folder, its marker last: what is left of it is still known as ours."""
        with suppress(OSError):
            for path in self.path.iterdir():
                if path.name not in (LOCK, MARKER):
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        self._lock.release(force=True)
        shutil.rmtree(self.path, ignore_errors=True)


def make_own_folder(above: Path, prefix: str) -> OwnFolder:
    """A new folder of this process.

    Args:
        above: The folder in which it is made.
        prefix: How its name begins.

    Raises:
        OSError: It cannot be made.
    """
    own = OwnFolder(Path(tempfile.mkdtemp(prefix=prefix, dir=above)))
    try:
        own.take()
        # The marker comes after the lock: whoever finds the marker finds the lock taken.
        (own.path / MARKER).write_text(ABOUT, encoding="utf-8")
    except OSError:
        own.remove()
        raise
    return own


def abandoned(above: Path, prefix: str) -> Iterator[OwnFolder]:
    """The folders whose process is gone, one after the other; each is this process's from then on.

    A folder of somebody else, whatever its name, is not among them: ours hold a marker.

    Args:
        above: The folder in which to look; one that cannot be read has none.
        prefix: How their names begin.
    """
    for path in _named(above, prefix):
        own = OwnFolder(path)
        if _is_ours(path) and own.take():
            yield own


def _named(above: Path, prefix: str) -> list[Path]:
    try:
        return sorted(path for path in above.iterdir() if path.name.startswith(prefix) and not path.is_symlink())
    except OSError:
        return []


def _is_ours(path: Path) -> bool:
    try:
        names = {each.name for each in path.iterdir()}
        return MARKER in names or (names <= {LOCK} and time.time() - path.stat().st_mtime > OLD)
    except OSError:
        return False

"""One at a time: a lock for whatever is read, checked and written again, held by one process or thread."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import WritingError

if TYPE_CHECKING:
    from filelock import BaseFileLock

PATIENCE = 10.0
"""Seconds that a second process waits."""
SHOWN = logging.getLogger(__name__)  # whoever sets up no logging reads it at the terminal, on the error stream


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file or folder against other processes while it is read, checked and written again.

    The lock itself lies in the user's own cache, so nothing of it stands in a study. Whoever holds a lock may take it
    once more. A lock whose process is gone is taken over.

    Args:
        path: The file or folder; it need not be there yet.

    Raises:
        WritingError: Another process held it for longer than `PATIENCE`.
    """
    from filelock import FileLock  # 50 ms to load: only where something is written

    with _sentence_about(path):
        file = _lock_folder() / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]}.lock"
        lock = FileLock(file, is_singleton=True)
    if lock.is_locked:
        yield
        return
    note = file.with_suffix(".holder")
    with _sentence_about(path):
        _acquire(lock, note, path)
    try:
        _sign(note, path)
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: BaseFileLock, note: Path, path: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=0)
    except Timeout:
        SHOWN.warning("waiting for %s, which is changing %s", _holder(note), path)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise WritingError(
                f"{_holder(note)} is changing {path}; run again when it is done; nothing has changed"
            ) from None


def _sign(note: Path, path: Path) -> None:
    """Write down who holds the lock; where somebody's note still stands, they did not come to give the lock back."""
    if note.is_file():
        SHOWN.warning("%s was stopped while it changed %s; its lock is taken over", _holder(note), path)
    now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    with suppress(OSError):  # a note that cannot be written costs a name in a sentence, and nothing else
        note.write_text(f"process {os.getpid()} (since {now})", encoding="utf-8")


def _holder(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"


def _lock_folder() -> Path:
    """The user's own folder for locks; in the system's temporary one where the cache cannot be written to."""
    cache = _cache() / "cmresearch" / "locks"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    except OSError:
        pass
    spare = Path(tempfile.gettempdir()) / f"cmresearch-locks-{getattr(os, 'getuid', lambda: 'own')()}"
    spare.mkdir(mode=0o700, exist_ok=True)
    return spare


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@contextmanager
def _sentence_about(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # a home folder that cannot be found is a RuntimeError
        raise WritingError(f"cannot lock {path}: {error}; nothing has changed") from error

"""What a report was made with and from: the versions of the libraries, and the commit that was checked out."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

# Those whose answers stand in a report.
LIBRARIES = ("duckdb", "numpy", "pandas", "statsmodels", "matplotlib")
REF = "ref: "


def versions() -> dict[str, str]:
    """The versions of this library, of Python and of the libraries whose answers stand in a report, by name.

    Example:
        >>> list(versions())[:3]
        ['cmresearch', 'Python', 'duckdb']
    """
    known = {"cmresearch": version("cmresearch"), "Python": platform.python_version()}
    return known | {name: version(name) for name in LIBRARIES}


def checked_out_commit(folder: str | Path) -> str:
    """The commit that is checked out where a study lies; empty where no version control keeps it.

    Only files are read and no program is run: a study that came from a stranger may bring settings of Git's that start
    one. What was changed since the commit is not seen here; the hashes of plan, full set and codebook show it.

    Args:
        folder: The study's folder, or one within it.

    Returns:
        The hash of the commit as text.
    """
    for place in (Path(folder).resolve(), *Path(folder).resolve().parents):
        found = _git_folder(place / ".git")
        if found is not None:
            return _head(found)
    return ""


def _git_folder(git: Path) -> Path | None:
    """Where Git keeps its files: the folder itself, or for a further working copy the one that a file names."""
    if git.is_dir():
        return git
    if not git.is_file():
        return None
    return git.parent / _text(git).removeprefix("gitdir: ")


def _head(git: Path) -> str:
    head = _text(git / "HEAD")
    if not head.startswith(REF):
        return head
    name = head.removeprefix(REF)
    common = git / (_text(git / "commondir") or ".")
    packed = (line.split(" ", 1) for line in _text(common / "packed-refs").splitlines() if " " in line)
    return _text(common / name) or {ref: commit for commit, ref in packed}.get(name, "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""

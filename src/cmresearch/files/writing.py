"""Files written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cmresearch.errors import CmResearchError


class WritingError(CmResearchError):
    """A folder cannot be written to."""


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files reach `folder` only when all of them are complete.

    Files are written beside the target and moved into it at the end, so an error, a full disk or Ctrl-C
    leaves the target as it was, or not there if it was not there. Other files in the target stay.

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
        ...     _ = (beside / "a.txt").write_text("complete")
        >>> sorted(path.name for path in target.iterdir())
        ['a.txt']
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    except OSError as error:
        raise WritingError(f"cannot write to {folder}: {error.strerror or error}") from error
    new, old = beside / "new", beside / "old"
    new.mkdir()
    try:
        yield new
        _move_in(new, folder, old)
    except OSError as error:
        raise WritingError(f"cannot write to {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        _remove_empty(made)


def _move_in(new: Path, folder: Path, old: Path) -> None:
    """Move every file of `new` into the folder; the files they replace come back if that is cut short."""
    moved = []
    try:
        for path in sorted(path for path in new.rglob("*") if path.is_file()):
            name = path.relative_to(new)
            moved.append(name)
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).replace(old / name)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(folder / name)
    except BaseException:
        for name in moved:
            if (old / name).exists():
                (old / name).replace(folder / name)
            elif not (new / name).exists():
                (folder / name).unlink()
        raise


def _remove_empty(folders: Iterable[Path]) -> None:
    for each in folders:
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table as CSV text: comma, double quotes where needed, a line feed at each end, UTF-8 when saved.

    A float is written in the fewest digits that give it back, so the same figures are the same bytes everywhere;
    nothing (None) is an empty cell.

    Example:
        >>> csv_text(["id", "share"], [["007", 0.1], ["a,b", None]])
        'id,share\n007,0.1\n"a,b",\n'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def json_text(content: object) -> str:
    r"""Any plain value as JSON text with sorted keys: the same value is the same bytes.

    Example:
        >>> json_text({"b": 1, "a": "é"})
        '{\n  "a": "é",\n  "b": 1\n}\n'
    """
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with the line ends it holds, whatever the system's habit."""
    path.write_text(text, encoding="utf-8", newline="")

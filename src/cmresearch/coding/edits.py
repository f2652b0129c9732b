"""New entries for a coding file: what was written stands, and a change or removal is one more row with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmresearch.codebook.book import Code, Codebook
from cmresearch.coding.coding import Coding, read_coding
from cmresearch.coding.entries import COLUMNS, HISTORY_COLUMNS, Action, Segment, read_rows
from cmresearch.coding.sources import Source, Sources
from cmresearch.errors import CodingError, nearest, raise_all
from cmresearch.files.writing import csv_line, csv_text, trial_folder, write_files, write_text


@dataclass(frozen=True)
class Revision:
    """A correction to be added for one earlier entry.

    Attributes:
        entry: The number of the entry.
        reason: Why.
        changes: The cells that differ, by column; none where a segment was looked at again and stays.
        action: change or remove.
    """

    entry: str
    reason: str
    changes: Mapping[str, str] = field(default_factory=dict)
    action: Action = "change"


def find_quote(source: Source, quote: str) -> tuple[int, int]:
    """Where a quotation stands in a source, in code points, the end exclusive.

    Raises:
        CodingError: It does not stand there, or more than once: then give more of the words around it.
    """
    found = source.text.count(quote) if quote else 0
    if found != 1:
        raise CodingError(f"{source.key} has {quote!r} {found} times; expected it once, word for word")
    start = source.text.index(quote)
    return start, start + len(quote)


def with_segments(path: Path, segments: Iterable[Segment]) -> str:
    """The text of a coding file with further segments at its end.

    Args:
        path: The coding file; one that is not there yet begins with its header.
        segments: What is added.

    Returns:
        The whole text, for `write_coding_file`.
    """
    header, rows = _content(path)
    added = [_row_of(segment) for segment in segments]
    return _extended(path, header, rows, added)


def with_revisions(path: Path, revisions: Sequence[Revision], *, at: str, codebook_version: str) -> str:
    """The text of a coding file with a row for each change or removal; the rows before stay as they are.

    Args:
        path: The coding file.
        revisions: What is changed or taken back, and why.
        at: When, as an ISO time.
        codebook_version: The version of the codebook that the coder now has before them.

    Returns:
        The whole text, for `write_coding_file`. A file without columns for its history gets them, and its rows numbers.

    Raises:
        CodingError: An entry is not there, or was replaced before.
    """
    header, rows = _content(path)
    by_number = {row["entry"]: row for row in rows}
    replaced = {row["replaces"] for row in rows}
    faults = [
        f"{path}: there is no entry {each.entry!r}{nearest(each.entry, by_number)}"
        for each in revisions
        if each.entry not in by_number
    ]
    faults += [
        f"{path}: the entry {each.entry!r} was replaced before; revise the later one"
        for each in revisions
        if each.entry in replaced
    ]
    raise_all(CodingError, faults)
    stamp = {"at": at, "codebook_version": codebook_version}
    added = [
        by_number[each.entry]
        | stamp
        | dict(each.changes)
        | {"entry": "", "replaces": each.entry, "action": each.action, "reason": each.reason}
        for each in revisions
    ]
    return _extended(path, header, rows, added)


def with_dismissals(path: Path, dismissed: Iterable[tuple[Segment, str]]) -> str:
    """The text of the adjudicator's file with what is not kept of the coders' segments, each with its reason.

    Args:
        path: The adjudicator's file.
        dismissed: A segment in the adjudicator's name, and why it is not kept.
    """
    header, rows = _content(path)
    added = [_row_of(segment) | {"action": "dismiss", "reason": reason} for segment, reason in dismissed]
    return _extended(path, header, rows, added)


def recodings(coding: Coding, file: str) -> list[Revision]:
    """The revisions by which the entries of one file follow codes that were merged into others.

    Args:
        coding: The coding as it is.
        file: The name of the coding file.
    """
    stale = [
        (entry, coding.codebook.code(entry.segment.code))
        for entry in coding.entries
        if entry.file == file and entry.state == "present"
    ]
    return [
        Revision(entry.number, _merged(code), {"code": code.merged_into})
        for entry, code in stale
        if code.merged_into is not None
    ]


def _merged(code: Code) -> str:
    return f"{code.key} was merged into {code.merged_into} in version {code.ended_in or '?'}."


def read_cells(path: Path, entry: str) -> dict[str, str]:
    """The cells of an entry in a coding file, by column.

    Raises:
        CodingError: There is no such entry.
    """
    rows = {row["entry"]: row for row in _content(path)[1]}
    if entry not in rows:
        raise CodingError(f"{path}: there is no entry {entry!r}{nearest(entry, rows)}")
    return rows[entry]


def write_coding_file(
    path: Path, text: str, codebook: Codebook, sources: Sources, *, besides: Mapping[str, str] | None = None
) -> None:
    """Write a coding file, if no row of it has a fault that it did not have before.

    Args:
        path: The file, named after its coder: two coders never write the same file.
        text: From one of the functions of this module.
        codebook: The codebook that holds the codes.
        sources: The interviews and documents.
        besides: Texts of further files of its folder, by name, which are written with it or not at all.

    Raises:
        CodingError: The file would get new faults; nothing is written then.
        WritingError: It cannot be written; nothing has changed then.
    """
    check_coding_file(path, text, codebook, sources)
    write_files(path.parent, {path.name: text, **(besides or {})})


def check_coding_file(path: Path, text: str, codebook: Codebook, sources: Sources) -> None:
    """Check the text that a coding file shall have, as `write_coding_file` does, and write nothing.

    Raises:
        CodingError: A row would have a fault that it did not have before.
    """
    before = _faults(path, path.read_bytes().decode("utf-8-sig"), codebook, sources) if path.is_file() else []
    after = _faults(path, text, codebook, sources)
    raise_all(CodingError, [fault for fault in after if fault not in before])


def _faults(path: Path, text: str, codebook: Codebook, sources: Sources) -> list[str]:
    """The faults that a coding file would have with this text."""
    with trial_folder() as folder:
        trial = folder / path.name
        write_text(trial, text)
        try:
            read_coding(trial, codebook, sources)
        except CodingError as error:
            return str(error).replace(str(trial), str(path)).splitlines()
    return []


def _content(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The header of a file, and its rows with their numbers."""
    if not path.is_file():
        return [*COLUMNS, *HISTORY_COLUMNS], []
    header, found = read_rows(path)
    rows = [
        {"entry": str(position)} | dict.fromkeys(HISTORY_COLUMNS[1:], "") | dict(zip(header, cells, strict=True))
        for position, (_, cells) in enumerate(found, start=1)
    ]
    return header, rows


def _row_of(segment: Segment) -> dict[str, str]:
    cells = {name: str(getattr(segment, name)) for name in COLUMNS}
    return cells | {"entry": "", "replaces": "", "action": "add", "reason": ""}


def _extended(path: Path, header: list[str], rows: list[dict[str, str]], added: list[dict[str, str]]) -> str:
    number = max((int(row["entry"]) for row in rows if row["entry"].isdecimal()), default=0)
    added = [row | {"entry": str(position)} for position, row in enumerate(added, start=number + 1)]
    if path.is_file() and set(HISTORY_COLUMNS) <= set(header):
        before = path.read_bytes().decode("utf-8-sig")
        return before + ("" if before.endswith("\n") else "\n") + _lines(header, added)
    columns = [*header, *(name for name in HISTORY_COLUMNS if name not in header)]
    kept = [row | {"action": row["action"] or "add"} for row in rows]
    return csv_text(columns, [[row[name] for name in columns] for row in [*kept, *added]])


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    return "".join(csv_line([row[name] for name in columns]) for row in rows)

"""Masked copies of a study's texts: interviews and documents, their coding, and tables in which somebody wrote."""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cmresearch.coding.coding import COLUMNS, Coding, Entry
from cmresearch.coding.entries import HISTORY_COLUMNS, TEXTS, read_text_hashes
from cmresearch.coding.source_files import PLAIN, SUFFIXES
from cmresearch.coding.sources import Source
from cmresearch.coding.text_moves import hash_file
from cmresearch.errors import ArchiveError
from cmresearch.exchange.refi_sources import ImportedSource
from cmresearch.exchange.study_files import source_text
from cmresearch.files.sheets import RISKY
from cmresearch.files.writing import csv_text, write_text
from cmresearch.privacy import MaskTable, mask, mask_all
from cmresearch.report.shareable import mask_coding
from cmresearch.study.study import Study

HEADER = ("kind", "data_kind", "title", "informant", "role", "date", "place", "language", "interviewer", "source_note")
WRITTEN = ("title", "informant", "place", "interviewer", "source_note")
"""The fields of a source's header in which somebody wrote freely."""


@dataclass(frozen=True)
class MaskedCoding:
    """A study's coding as it stands and as it is shared.

    Attributes:
        coding: The coding as it stands in the study's files.
        shown: The same, masked, every offset moved along.
        table: What the placeholders stand for: private, never written.
    """

    coding: Coding
    shown: Coding
    table: MaskTable


def mask_study(study: Study) -> MaskedCoding | None:
    """The sources and coding of a study in the form in which they are shared; None for a study without a coding."""
    if study.settings.words is None:
        return None
    coding = study.read_coding(study.read_codebook(), study.read_sources())
    shown, table = mask_coding(coding)
    return MaskedCoding(coding, shown, table)


def source_files(folder: Path) -> list[Path]:
    """The interviews and documents of a folder, renderings among them."""
    found = sorted(folder.iterdir(), key=lambda path: path.name)
    return [p for p in found if p.suffix in SUFFIXES and p.name != "README.md" and not p.name.startswith(("~$", "."))]


def copy_source(masked: MaskedCoding, path: Path, folder: Path) -> Path:
    """Write one interview or document as it is shared; byte for byte where nothing in it had to be masked.

    A document of a word processor becomes plain text, for its file tells more than its words.

    Args:
        masked: The study's coding, as it stands and masked.
        path: The file.
        folder: Where to.

    Returns:
        The file written.
    """
    before, after = _source(masked.coding, path), _source(masked.shown, path)
    folder.mkdir(parents=True, exist_ok=True)
    if path.suffix in PLAIN and before.text == after.text:
        return Path(shutil.copyfile(path, folder / path.name))
    target = folder / f"{path.stem}{path.suffix if path.suffix in PLAIN else '.md'}"
    write_text(target, source_text(ImportedSource(after.key, _header(after), after.text)))
    return target


def mask_header(coding: MaskedCoding, path: Path, target: Path, table: MaskTable) -> MaskTable:
    """Mask what somebody wrote into the header of a source, and return the table with what was new in it."""
    source = _source(coding.shown, path)
    masked, table = mask_all([getattr(source, name) for name in WRITTEN], table)
    header = _header(source) | {name: each.text for name, each in zip(WRITTEN, masked, strict=True) if each.text}
    write_text(target, source_text(ImportedSource(source.key, header, source.text)))
    return table


def _source(coding: Coding, path: Path) -> Source:
    key, _, language = path.stem.partition(".")
    return coding.sources[key].renderings[language] if language else coding.sources[key]


def _header(source: Source) -> dict[str, str]:
    return {name: getattr(source, name) for name in HEADER if getattr(source, name)}


def copy_coding(masked: MaskedCoding, path: Path, target: Path) -> None:
    """Write one coder's file as it is shared, its history included; byte for byte where nothing changed in it."""
    before = [entry for entry in masked.coding.entries if entry.file == path.name]
    after = [entry for entry in masked.shown.entries if entry.file == path.name]
    shown = [_as_written(old, new, masked) for old, new in zip(before, after, strict=True)]
    target.parent.mkdir(parents=True, exist_ok=True)
    if shown == before:
        shutil.copyfile(path, target)
        return
    rows = [
        [*(getattr(each.segment, name) for name in COLUMNS), each.number, each.replaces, each.action, each.reason]
        for each in shown
    ]
    write_text(target, csv_text([*COLUMNS, *HISTORY_COLUMNS], rows))


def _as_written(old: Entry, new: Entry, masked: MaskedCoding) -> Entry:
    """A masked entry; one that counts no more keeps the words that it was written with, which may stand nowhere now."""
    text = masked.coding.sources[old.segment.source].text
    if text[old.segment.start : old.segment.end] == old.segment.quote:
        return new
    return replace(new, segment=replace(new.segment, quote=mask(old.segment.quote, masked.table)[0].text))


def copy_text_hashes(masked: MaskedCoding, path: Path, target: Path) -> None:
    """Write the hashes of the coded texts: those of the masked ones, for to them the offsets refer."""
    hashes = read_text_hashes(path.parent)
    sources = masked.shown.sources
    shown = {key: sources[key].sha256 if key in sources else value for key, value in hashes.items()}
    changed = hash_file(hashes, shown)
    if changed:
        write_text(target, changed[TEXTS])
    else:
        shutil.copyfile(path, target)


def mask_table(path: Path, table: MaskTable, *, keep: Collection[str] = ()) -> MaskTable:
    """Mask every cell of a CSV file, and return the table with what was new in it.

    Args:
        path: The file, which is replaced.
        table: What was masked before.
        keep: Columns that stay as they are: ids, and answers that the codebook fixes.
    """
    header, *rows = rows_of(path)
    free = [position for position, name in enumerate(header) if name not in keep]
    masked, table = mask_all([row[position] for row in rows for position in free if position < len(row)], table)
    texts = iter(masked)
    for row in rows:
        for position in free:
            if position < len(row):
                row[position] = next(texts).text
    write_text(path, csv_text(header, rows))
    return table


def mask_toml(path: Path, table: MaskTable) -> MaskTable:
    """Mask a TOML file, and return the table with what was new in it.

    Raises:
        ArchiveError: A placeholder would take away a part of the file's structure.
    """
    masked, table = mask(path.read_text(encoding="utf-8"), table)
    try:
        tomllib.loads(masked.text)
    except tomllib.TOMLDecodeError as error:
        raise ArchiveError(f"{path.name}: personal data in it cannot be masked without breaking it: {error}") from error
    write_text(path, masked.text)
    return table


def share_sample(
    path: Path, target: Path, table: MaskTable, *, plain: Collection[str], texts: Collection[str]
) -> MaskTable:
    """Write the sample as it is shared, and return the mask table with what was new in it.

    Args:
        path: The sample's file, raw and private.
        target: The file to write.
        table: What was masked before.
        plain: Columns that are shared as they are.
        texts: Columns that are shared masked, and such that no spreadsheet takes them for a formula. All other
            columns are left out.
    """
    header, *rows = rows_of(path)
    names = [name for name in header if name in plain or name in texts]
    cells = [dict(zip(header, row, strict=False)) for row in rows]
    masked, table = mask_all([row[name] for row in cells for name in names if name in texts], table)
    hidden = iter(masked)
    shown = [[_no_formula(next(hidden).text) if name in texts else row[name] for name in names] for row in cells]
    write_text(target, csv_text(names, shown))
    return table


def columns_of(path: Path) -> list[str]:
    """The columns of a CSV file; none of an empty one."""
    return next(rows_of(path), [])


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV file, header first, every cell as text."""
    csv.field_size_limit(2**31 - 1)
    text = path.read_text(encoding="utf-8-sig")
    head = text.split("\n", 1)[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=head.count))

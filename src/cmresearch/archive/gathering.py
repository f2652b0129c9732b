"""Which files of a study go into its archive, and in which form; what is private stays where it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from cmresearch.archive.masking import (
    MaskedCoding,
    columns_of,
    copy_coding,
    copy_source,
    copy_text_hashes,
    mask_header,
    mask_study,
    mask_table,
    mask_toml,
    share_sample,
    source_files,
)
from cmresearch.coding.entries import TEXTS
from cmresearch.errors import ArchiveError, raise_all
from cmresearch.files.links import link_faults
from cmresearch.privacy import MaskTable
from cmresearch.privacy.sharing import check_folder
from cmresearch.report.results import REVIEWS
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, RUN, SAMPLE
from cmresearch.sampling.drawing import ADDED
from cmresearch.study.provenance import read_data_files
from cmresearch.study.settings import SETTINGS
from cmresearch.study.study import Study

RESULTS, FRAME, SHARED_SAMPLE = "results", "frame.csv", "sample-masked.csv"
ELSEWHERE = "elsewhere"
EXACT = (FRAME, CERTIFICATE, BUCKETS)
"""Results that are checked bit by bit: not masked, so anything found in them stops the archive."""
NOT_SHARED = {
    SAMPLE: "the raw record of the drawn complaints, words included: private; a masked copy is here instead",
    RUN: "the time and the machine of one run",
}
PAPER = re.compile(r"report-[A-Za-z-]+\.pdf")
PAPER_LEFT = "no program here looks into a PDF; report.html holds the same (--allow with its name takes it along)"
REVIEWS_PRIVATE = "it holds hashes of words that are masked here"
MADE = ("synthetic", "illustrative")
BESIDE = ("CITATION.cff", "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "plan")
"""Files and folders that may stand beside a study's settings and belong to it."""


@dataclass
class Gathered:
    """The files gathered for an archive: those masked, those left out, and why.

    Attributes:
        masked: The files that differ from the study's own because something in them was masked.
        left_out: What stayed behind, and why.
    """

    masked: set[str] = field(default_factory=set)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Copy:
    """One file on its way: where it is, what it is called in the archive, how it is written, and how it is masked."""

    path: Path
    name: str
    write: Callable[[Path, Path], object] = shutil.copyfile
    mask: Callable[[Path, MaskTable], MaskTable] | None = None


def gather(
    study: Study, results: Path, folder: Path, *, allow: Collection[str], leave_out: Collection[str] = ()
) -> Gathered:
    """Copy everything that a study may share into a folder, texts masked.

    Interviews, documents and their coding are masked always; coders' records, decisions and tables of results
    where the privacy check finds anything in them. All other files go in as they are, for the check to judge.

    Args:
        study: The study.
        results: The folder of its results.
        folder: An empty folder.
        allow: What the privacy check passes over.
        leave_out: Patterns of names in the archive that shall stay behind.

    Returns:
        What was masked and what was left out.

    Raises:
        ArchiveError: A file is reached by a link that leads out of the study.
    """
    masked = mask_study(study)
    gathered = Gathered()
    copies: list[_Copy] = []
    for copy in _copies(study, results, masked, gathered, allow):
        pattern = next((one for one in leave_out if fnmatch(copy.name, one)), None)
        if pattern is not None:
            gathered.left_out[copy.name] = f"left out on demand ({pattern})"
        elif not any(copy.name == other.name for other in copies):
            copies.append(copy)
    paths = [copy.path for copy in copies]
    raise_all(ArchiveError, [*link_faults(paths, study.folder), *link_faults(paths, results)])
    gathered.left_out[study.settings.full_set.file or "the full set"] = (
        "every complaint in full; its SHA-256 is in the certificate"
    )
    table = MaskTable() if masked is None else masked.table
    table = _write([each for each in copies if each.mask], folder, gathered, table, allow)
    for copy in (each for each in copies if not each.mask):
        _copy(copy, folder, gathered)
    _write_sample(study, results, folder, gathered, table)
    return gathered


def _write(
    copies: list[_Copy], folder: Path, gathered: Gathered, table: MaskTable, allow: Collection[str]
) -> MaskTable:
    """Copy the files that can be masked, and mask those in which the check finds anything."""
    for copy in copies:
        _copy(copy, folder, gathered)
    found = {each.file for each in check_folder(folder, allow=allow)}
    for copy in copies:
        if copy.name in found and copy.mask is not None:
            table = copy.mask(folder / copy.name, table)
            gathered.masked.add(copy.name)
    return table


def _copy(copy: _Copy, folder: Path, gathered: Gathered) -> None:
    target = folder / copy.name
    target.parent.mkdir(parents=True, exist_ok=True)
    copy.write(copy.path, target)
    if copy.write is not shutil.copyfile and target.read_bytes() != copy.path.read_bytes():
        gathered.masked.add(copy.name)


def _copies(
    study: Study, results: Path, masked: MaskedCoding | None, gathered: Gathered, allow: Collection[str]
) -> Iterator[_Copy]:
    yield _Copy(study.folder / SETTINGS, SETTINGS)
    for name in BESIDE:
        for path in _below(study.folder / name):
            yield _Copy(path, _name(study, path), mask=mask_table if path.suffix == ".csv" else None)
    if study.reviews_file.is_file():
        gathered.left_out[_name(study, study.reviews_file)] = f"{REVIEWS_PRIVATE}; {RESULTS}/{REVIEWS} tells them"
    if masked is not None:
        yield from _qualitative(study, masked)
    yield from _records(study)
    yield from _figures(study, gathered)
    yield from _results(results, gathered, allow)


def _qualitative(study: Study, masked: MaskedCoding) -> Iterator[_Copy]:
    settings = study.settings.words
    assert settings is not None
    for path in _below(study.path(settings.codebook)):
        yield _Copy(path, _name(study, path))
    for folder in settings.sources:
        yield from (_source(study, masked, path) for path in source_files(study.path(folder)))
    coding = study.path(settings.coding)
    for path in sorted(coding.glob("*.csv")):
        yield _Copy(path, _name(study, path), lambda one, target: copy_coding(masked, one, target))
    if (coding / TEXTS).is_file():
        path = coding / TEXTS
        yield _Copy(path, _name(study, path), lambda one, target: copy_text_hashes(masked, one, target))
    if study.decisions_file is not None:
        yield _Copy(study.decisions_file, _name(study, study.decisions_file), mask=mask_toml)


def _source(study: Study, masked: MaskedCoding, path: Path) -> _Copy:
    name = _name(study, path)
    plain = name if path.suffix in (".md", ".txt") else f"{name.removesuffix(path.suffix)}.md"
    return _Copy(
        path,
        plain,
        lambda one, target: copy_source(masked, one, target.parent),
        lambda target, table: mask_header(masked, path, target, table),
    )


def _records(study: Study) -> Iterator[_Copy]:
    settings = study.settings.responses
    keep = {"id", "coder", "at", "disposition", *(settings.variables if settings else ())}
    for path in study.response_files():
        yield _Copy(path, _name(study, path), mask=lambda target, table: mask_table(target, table, keep=keep))


def _figures(study: Study, gathered: Gathered) -> Iterator[_Copy]:
    """Published figures, what a synthetic full set is made from, and what else is declared and is not real."""
    settings = study.settings
    named = [settings.published.figures] if settings.published else []
    named += [settings.full_set.made_from] if settings.full_set.made_from else []
    for name in named:
        yield _Copy(study.path(name), _name(study, study.path(name)))
    if settings.provenance is None:
        return
    declared = study.path(settings.provenance.files)
    yield _Copy(declared, _name(study, declared))
    for path in sorted(declared.parent.rglob("README.md")):
        yield _Copy(path, _name(study, path))
    private = [path.resolve() for path in _private(study)]
    for file in read_data_files(declared, study.languages):
        path = declared.parent / file.path
        if file.sha256 is None or not path.is_file() or any(path.resolve().is_relative_to(one) for one in private):
            continue
        if file.kind == "real":
            gathered.left_out[_name(study, path)] = "declared as real, and neither words nor coders' records"
        else:
            yield _Copy(path, _name(study, path))


def _private(study: Study) -> Iterator[Path]:
    """The paths with a way of their own into the archive, or none: interviews, documents, records, the full set."""
    settings = study.settings
    if settings.words is not None:
        yield from (study.path(name) for name in (*settings.words.sources, settings.words.coding))
    if settings.responses is not None:
        yield study.path(settings.responses.folder)
    if settings.full_set.file is not None:
        yield study.path(settings.full_set.file)


def _results(results: Path, gathered: Gathered, allow: Collection[str]) -> Iterator[_Copy]:
    for path in _below(results):
        inner = path.relative_to(results).as_posix()
        if inner in NOT_SHARED:
            gathered.left_out[f"{RESULTS}/{inner}"] = NOT_SHARED[inner]
        elif PAPER.fullmatch(inner) and path.name not in allow:
            gathered.left_out[f"{RESULTS}/{inner}"] = PAPER_LEFT
        elif path.suffix == ".zip":
            gathered.left_out[f"{RESULTS}/{inner}"] = "an archive, perhaps an older one of this study"
        else:
            can_mask = path.suffix == ".csv" and inner not in EXACT
            yield _Copy(path, f"{RESULTS}/{inner}", mask=mask_table if can_mask else None)


def _write_sample(study: Study, results: Path, folder: Path, gathered: Gathered, table: MaskTable) -> None:
    """The drawn complaints with what the frame shows of them; texts masked, and left out where they are real."""
    settings, name = study.settings.frame, f"{RESULTS}/{SHARED_SAMPLE}"
    texts = settings.text if study.settings.full_set.kind in MADE else []
    plain = {settings.id, *settings.strata, *settings.register_columns, *ADDED} - set(settings.text)
    share_sample(results / SAMPLE, folder / name, table, plain=plain, texts=texts)
    gathered.masked.add(name)
    hidden = [column for column in columns_of(results / SAMPLE) if column not in {*plain, *texts}]
    if hidden:
        reason = "columns that the study does not declare as register columns, or the words of real complaints"
        gathered.left_out[f"{name}: {', '.join(hidden)}"] = reason


def _below(path: Path) -> list[Path]:
    """A file, or every file of a folder, but for hidden ones, private ones and what Python leaves behind."""
    if path.is_file():
        return [path]
    found = sorted(one for one in path.rglob("*") if one.is_file())
    return [one for one in found if not any(_is_hidden(part) for part in one.relative_to(path).parts)]


def _is_hidden(part: str) -> bool:
    return part.startswith((".", "__pycache__")) or part == "private"


def _name(study: Study, path: Path) -> str:
    """A file's name in the archive: its path in the study, or a name of its own where it stands outside."""
    whole, home = path.absolute().resolve(), study.folder.absolute().resolve()
    if whole.is_relative_to(home):
        return whole.relative_to(home).as_posix()
    return f"{ELSEWHERE}/{whole.parent.name}/{whole.name}"

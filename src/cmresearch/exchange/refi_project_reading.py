"""A REFI-QDA project (`.qdpx`) of any program, read as codebook, sources and codings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element

import pandas as pd

from cmresearch.coding.coding import COLUMNS, DIRECTIONS, Direction, Segment
from cmresearch.errors import ExchangeError
from cmresearch.exchange.imported_codebook import ImportedCodebook, codebook_of, free_name, slug
from cmresearch.exchange.losses import LossReport, Tally
from cmresearch.exchange.offsets import (
    Counting,
    Fit,
    Selected,
    find_counting,
    is_named,
    reads,
    spans_of,
)
from cmresearch.exchange.packing import plain, unpack
from cmresearch.exchange.refi_codebook import (
    attribute,
    child_text,
    children,
    local,
    normal_guid,
    read_codes,
    read_sets,
)
from cmresearch.exchange.refi_project import FORMAT, NO_TIME, SEGMENT_FIELDS
from cmresearch.exchange.refi_sources import (
    UNKNOWN,
    Coded,
    ImportedSource,
    Project,
    ReadSource,
    read_sources_of,
    settle_renderings,
    text_of,
    xml_time,
)
from cmresearch.files.strangers import Archive, open_archive, parse_xml

OWN_COUNTING = Counting()
BESIDE = {
    "case": "cases",
    "variable": "variables of cases and sources",
    "note": "notes that no coding refers to",
    "link": "links",
    "graph": "graphs",
}
CODER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True)
class ImportedProject:
    """A project of another program: its codebook, texts and codings, and what was not taken over.

    Attributes:
        codebook: The codebook, with placeholders that say so.
        sources: The texts, in the order of the file.
        segments: Who gave which code to which words.
        report: What was not taken over, and how positions were counted.
        origin: The program that wrote the file, as the file says it.
    """

    codebook: ImportedCodebook
    sources: tuple[ImportedSource, ...]
    segments: tuple[Segment, ...]
    report: LossReport
    origin: str

    def to_frame(self) -> pd.DataFrame:
        """One row per coded segment."""
        return pd.DataFrame([vars(each) for each in self.segments], columns=list(COLUMNS))


def read_qdpx(path: str | Path, *, language: str = "en", data_kind: str = "real") -> ImportedProject:
    """The codebook, texts and codings of a REFI-QDA project, whichever program wrote it.

    How the program counts positions in a text (code points or UTF-16 units, line ends as one or two, the end exclusive
    or inclusive, a byte-order mark counted or not) is found from the words that selections are named after; the report
    says what was chosen and how well it fits. Nothing is unpacked to the disk, and no file outside the archive is read.

    Args:
        path: The `.qdpx` file.
        language: The language of names and texts, where the file does not say.
        data_kind: published, real, synthetic or illustrative: what the texts are, where the file does not say.

    Returns:
        What was read; `write_project` makes files of it.

    Raises:
        ExchangeError: The file is not there, no archive, too large, or holds no REFI-QDA project.
    """
    file, tally = Path(path), Tally()
    archive = open_archive(file, tally)
    with archive.file:
        name, content = _project_file(file, archive, tally)
        root = parse_xml(content, f"{file.name}, {name}")
        if local(root) != "project":
            raise ExchangeError(f"{file.name}, {name}: begins with <{local(root)}>; expected a REFI-QDA <Project>")
        _note_repeated(root, tally)
        codes, sets = read_codes(root, tally), read_sets(root, tally)
        title = plain(attribute(root, "name")) or file.stem
        codebook = codebook_of(codes, sets, name=title, content=content, language=language, tally=tally)
        times = (xml_time(attribute(root, each)) for each in ("creationDateTime", "modifiedDateTime"))
        project = Project(
            root=root,
            archive=archive,
            tally=tally,
            origin=attribute(root, "origin"),
            language=language,
            data_kind=data_kind,
            time=next(filter(None, times), NO_TIME),
            users=_users(root, tally),
            notes=_notes(root, archive, tally),
        )
        found = settle_renderings(tuple(read_sources_of(project)), tally)
    segments = _segments(project, found, codebook)
    _note_left_out(project)
    report = tally.report(file.name, FORMAT, "in")
    sources = tuple(each.source for each in found)
    return ImportedProject(codebook.reported(report, project.origin), sources, segments, report, project.origin)


def _project_file(file: Path, archive: Archive, tally: Tally) -> tuple[str, bytes]:
    found = list(archive.named(".qde"))
    if not found:
        raise ExchangeError(f"{file}: holds no project.qde; expected a REFI-QDA project")
    tally.lose("further project files, not read", *found[1:])
    return archive.parts[found[0]], archive.read(found[0]) or b""


def _note_repeated(root: Element, tally: Tally) -> None:
    guids = Counter(normal_guid(attribute(each, "guid")) for each in root.iter() if local(each) != "membercode")
    tally.lose("ids that stand twice or more", *(guid for guid, count in guids.items() if guid and count > 1))


def _users(root: Element, tally: Tally) -> dict[str, str]:
    """The coder's name of each user by id: made fit for a file's name."""
    found: dict[str, str] = {}
    for users in children(root, "users"):
        for each in children(users, "user"):
            name = plain(attribute(each, "name") or attribute(each, "id"))
            wanted = name if CODER.fullmatch(name) else slug(name, sign="-", default="coder")
            coder = free_name(wanted, set(found.values()) | {"adjudicated"}, sign="-")
            if coder != name:
                tally.lose("coders whose name was made fit for a file", f"{name} as {coder}")
            found[normal_guid(attribute(each, "guid"))] = coder
    return found


def _notes(root: Element, archive: Archive, tally: Tally) -> dict[str, str]:
    """The text of each note by id."""
    found = {}
    for notes in children(root, "notes"):
        for each in children(notes, "note"):
            text = text_of(each, archive, tally)
            texts = [child_text(each, "description").strip(), "" if text is None else text.kept.strip()]
            found[normal_guid(attribute(each, "guid"))] = "\n".join(filter(None, texts))
    return found


def _segments(project: Project, found: Sequence[ReadSource], codebook: ImportedCodebook) -> tuple[Segment, ...]:
    counting = _counting(project, found)
    segments: dict[tuple[object, ...], Segment] = {}
    for read in found:
        for coded, span in zip(read.coded, _spans(read, counting), strict=True):
            segment = _segment(project, read, coded, span, codebook)
            if segment is None:
                continue
            same = (segment.source, segment.start, segment.end, segment.code, segment.coder, segment.direction)
            if same in segments:
                project.tally.lose("codings that stand twice", f"{segment.source}: {plain(segment.quote)[:60]}")
            segments.setdefault(same, segment)
    return tuple(segments.values())


def _spans(read: ReadSource, counting: Counting) -> list[tuple[int, int] | None]:
    """Where each coding lies in the text that is kept; one of the whole source is its whole text."""
    spans = iter(spans_of(read.text, [each.selected for each in read.coded if each.selected], counting))
    return [next(spans) if each.selected else (0, len(read.text.kept)) for each in read.coded]


def _counting(project: Project, found: Sequence[ReadSource]) -> Counting:
    pairs = [(each.text, [coded.selected for coded in each.coded if coded.selected]) for each in found]
    count = sum(len(selections) for _, selections in pairs)
    if not count:
        return OWN_COUNTING
    if project.is_ours:
        # Names are cut and on one line; they must not outvote what the file cannot but mean.
        project.tally.remark(f"places are counted as this workbench writes them: {OWN_COUNTING}")
        return OWN_COUNTING
    best, rivals = find_counting(pairs, origin=project.origin)
    project.tally.remark(_remark_on_counting(best, rivals, count))
    return best.counting


def _remark_on_counting(best: Fit, rivals: Sequence[Fit], count: int) -> str:
    remark = (
        f"places are counted as {best.counting}: {best.matched} of {best.named} codings named by their words read them"
    )
    remark += f", {best.outside} of {count} lie outside their text"
    if rivals:
        others = " or ".join(str(each.counting) for each in rivals)
        remark += f"; nothing in the file tells this from {others}: look at the quotes"
    return remark


def _segment(
    project: Project, read: ReadSource, coded: Coded, span: tuple[int, int] | None, codebook: ImportedCodebook
) -> Segment | None:
    tally, text, selected = project.tally, read.text, coded.selected or Selected(0, 0)
    name = f"{read.source.key}: {selected.name[:60]}"
    if coded.code not in codebook.codes:
        tally.lose("codings whose code is not in the file", name)
        return None
    if span is None:
        tally.lose(
            "codings that lie outside their text or have no length", f"{name}, {selected.start} to {selected.end}"
        )
        return None
    start, end = span
    quote = text.kept[start:end]
    if not project.is_ours and is_named(selected.name, text) and not reads(selected.name, quote):
        tally.lose(
            "codings kept where their numbers say, though they are named after words elsewhere",
            f"{name}, read as {plain(quote)[:60]!r}",
        )
    if coded.coder == UNKNOWN:
        tally.lose("codings without a known coder", name)
    return _filled(
        project,
        read.source.key,
        coded,
        Segment(
            source=read.source.key,
            start=start,
            end=end,
            code=codebook.codes[coded.code],
            coder=coded.coder,
            direction="context",
            at=coded.at,
            memo=coded.memo,
            quote=quote,
            codebook_version=codebook.codebook.version,
        ),
    )


def _filled(project: Project, source: str, coded: Coded, segment: Segment) -> Segment:
    """The segment with what its description says of it."""
    free, fields = unpack(coded.description, SEGMENT_FIELDS)
    stated = {name: values[0] for name, values in fields.items()}
    direction = stated.get("direction", "")
    if direction not in DIRECTIONS:
        project.tally.lose("codings without a direction, read as context", f"{source}: {plain(segment.quote)[:60]}")
        direction = "context"
    memo = "\n".join(filter(None, (stated.get("memo", ""), free, segment.memo)))
    version = stated.get("codebook_version", "")
    return Segment(
        **(
            vars(segment)
            | {
                "direction": cast("Direction", direction),
                "at": xml_time(stated.get("coded_at", "")) or segment.at,
                "memo": memo,
                "codebook_version": version
                if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version)
                else segment.codebook_version,
            }
        )
    )


def _note_left_out(project: Project) -> None:
    used = {
        normal_guid(attribute(each, "targetGUID"))
        for coding in project.root.iter()
        if local(coding) in ("coding", "plaintextselection")
        for each in children(coding, "noteref")
    }
    for top in project.root:
        for each in top:
            if local(each) in BESIDE and normal_guid(attribute(each, "guid")) not in used:
                project.tally.lose(BESIDE[local(each)], plain(attribute(each, "name")) or "unnamed")

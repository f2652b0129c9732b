"""A study's qualitative strand as a REFI-QDA project (`.qdpx`): codebook, sources, and who coded what."""

from __future__ import annotations

import datetime
import io
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from cmresearch.codebook.book import Codebook
from cmresearch.coding.coding import ADJUDICATOR, Coding, Segment
from cmresearch.coding.sources import Source
from cmresearch.exchange.losses import LossReport, Tally
from cmresearch.exchange.packing import pack, plain
from cmresearch.exchange.refi_codebook import (
    ORIGIN,
    code_elements,
    guid_of,
    language_of_names,
    lose_beyond_codes,
    set_elements,
    xml_bytes,
)
from cmresearch.files.writing import write_bytes

NAMESPACE = "urn:QDA-XML:project:1.0"
FORMAT = "REFI-QDA project"
PROJECT_FILE = "project.qde"
SOURCES_FOLDER = "sources/"
NO_TIME = "2000-01-01T00:00:00Z"
NO_DATE = (2000, 1, 1, 0, 0, 0)
LONGEST_NAME = 100
HEADER = ("kind", "data_kind", "title", "informant", "role", "date", "place", "language", "interviewer", "source_note")
SOURCE_FIELDS = ("kind_of_text", *HEADER, "rendering_of", "key")
SEGMENT_FIELDS = ("kind_of_text", "direction", "codebook_version", "coded_at", "memo")


@dataclass(frozen=True)
class _Kept:
    """A text as it is written, and where each position of the original lies in it.

    Attributes:
        text: The text with line feeds and without a byte-order mark.
        gone: The positions in the original of characters that were left out.
    """

    text: str
    gone: Sequence[int]

    def position(self, offset: int) -> int:
        return offset - bisect_left(self.gone, offset)


@dataclass(frozen=True)
class _Writing:
    coding: Coding
    language: str
    texts: Mapping[str, _Kept]
    times: tuple[str, str]
    tally: Tally

    @property
    def codebook(self) -> Codebook:
        return self.coding.codebook


def write_qdpx(path: str | Path, coding: Coding, *, name: str, language: str | None = None) -> LossReport:
    """Write codebook, sources and coding as a REFI-QDA project, which NVivo, ATLAS.ti, MAXQDA and others read.

    Positions are code points, the end exclusive. Each segment is a selection of its own; its description holds the
    direction, the memo, the version of the codebook, and for an illustrative source the sentence that says so. The
    same study gives the same bytes.

    Args:
        path: The `.qdpx` file.
        coding: The coding, with its codebook and sources.
        name: What the project is called.
        language: The language of the names of codes; by default the codebook's first.

    Returns:
        What the file could not hold.

    Raises:
        ExchangeError: The codebook has no such language, or the file cannot be written.
    """
    tally = Tally()
    texts = {file: _kept(source.text, file, tally) for file, source in _files(coding)}
    times = sorted(_time(each.at) for each in coding)
    span = (times[0], times[-1]) if times else (NO_TIME, NO_TIME)
    writing = _Writing(coding, language_of_names(coding.codebook, language), texts, span, tally)
    _lose_history(coding, tally)
    root = _project(writing, name)
    parts = {PROJECT_FILE: xml_bytes(root)}
    for file, kept in texts.items():
        parts[f"{SOURCES_FOLDER}{guid_of('source', file)}.txt"] = kept.text.encode("utf-8", errors="replace")
    write_bytes(Path(path), _archive(parts))
    return tally.report(Path(path).name, FORMAT, "out")


def _files(coding: Coding) -> Iterator[tuple[str, Source]]:
    """Every text under a name of its own: the sources, each followed by its renderings."""
    for key, source in coding.sources.items():
        yield key, source
        for language, rendering in source.renderings.items():
            yield f"{key}.{language}", rendering


def _kept(text: str, name: str, tally: Tally) -> _Kept:
    gone = [position for position in range(len(text) - 1) if text[position : position + 2] == "\r\n"]
    if text.startswith("\ufeff"):
        # Every reader takes it for the mark of the encoding.
        gone = [0, *gone]
        tally.lose("byte-order marks at the beginning of a text, left out", name)
    if "\r" in text:
        tally.lose("texts whose line ends became line feeds; their codings moved along", name)
    if any("\ud800" <= char <= "\udfff" for char in text):
        tally.lose("texts with half characters, which became question marks", name)
    left_out = set(gone)
    written = "".join(char for position, char in enumerate(text) if position not in left_out)
    return _Kept(written.replace("\r", "\n"), gone)


def _lose_history(coding: Coding, tally: Tally) -> None:
    lose_beyond_codes(coding.codebook, tally)
    past = [each for each in coding.entries if each.state != "present"]
    names = [f"{each.file}, entry {each.number}: {each.state}" for each in past]
    tally.lose("entries of the coding's history that no longer count", *names)
    changed = [each for each in coding.entries if each.state == "present" and each.action != "add"]
    names = [f"{each.file}, entry {each.number}" for each in changed]
    tally.lose("entries that say what they replaced, and why; they are written as they stand", *names)
    held = {(each.coder, each.source) for each in coding}
    names = [f"{coder}: {source}" for coder, source in sorted(coding.coded - held)]
    tally.lose("sources that a coder coded without a segment that counts", *names)


def _project(writing: _Writing, name: str) -> Element:
    coders = sorted({each.coder for each in writing.coding} | set(writing.coding.coders)) or [ADJUDICATOR]
    first, last = writing.times
    user = guid_of("user", coders[0])
    attributes = {"name": plain(name) or "study", "origin": ORIGIN, "creatingUserGUID": user, "creationDateTime": first}
    attributes |= {"modifyingUserGUID": user, "modifiedDateTime": last}
    root = Element("Project", {"xmlns": NAMESPACE} | attributes)
    users = SubElement(root, "Users")
    for coder in coders:
        SubElement(users, "User", guid=guid_of("user", coder), name=plain(coder), id=plain(coder))
    used = frozenset(writing.codebook.code(each.code).key for each in writing.coding)
    SubElement(root, "CodeBook").append(code_elements(writing.codebook, writing.language, used=used))
    if writing.texts:
        sources = SubElement(root, "Sources")
        for file, source in _files(writing.coding):
            sources.append(_source(writing, file, source, user))
    root.append(set_elements(writing.codebook, writing.language, member="targetGUID"))
    return root


def _source(writing: _Writing, file: str, source: Source, user: str) -> Element:
    guid = guid_of("source", file)
    made = _time(source.date) if source.date else writing.times[0]
    made = writing.times[0] if made == NO_TIME else made
    times = {"creatingUser": user, "creationDateTime": made, "modifyingUser": user, "modifiedDateTime": made}
    element = Element("TextSource", {"guid": guid, "name": file, "plainTextPath": f"internal://{guid}.txt"} | times)
    SubElement(element, "Description").text = pack(_source_fields(source, file))
    if file in writing.coding.sources:
        for number, segment in enumerate(writing.coding.of_source(file)):
            selection = _selection(writing, segment, number)
            element.extend([] if selection is None else [selection])
    return element


def _source_fields(source: Source, file: str) -> Iterator[tuple[str, str]]:
    yield from [("kind_of_text", source.label)] if source.label else []
    yield from ((field, getattr(source, field)) for field in HEADER if getattr(source, field))
    yield from [("rendering_of", source.key)] if file != source.key else []
    yield "key", source.key


def _selection(writing: _Writing, segment: Segment, number: int) -> Element | None:
    kept = writing.texts[segment.source]
    start, end = kept.position(segment.start), kept.position(segment.end)
    where = f"{segment.source} from {segment.start} to {segment.end}"
    if start >= end:
        writing.tally.lose("segments of nothing but a carriage return", where)
        return None
    quote = plain(kept.text[start:end])
    names = (segment.source, str(segment.start), str(segment.end), segment.code, segment.coder, segment.direction)
    user, at = guid_of("user", segment.coder), _time(segment.at)
    if not _has_zone(segment.at):
        writing.tally.lose(
            "times without a time zone, written as if in UTC; the description has them as they were", where
        )
    shared = {"creatingUser": user, "creationDateTime": at}
    attributes = {"guid": guid_of("selection", *names, str(number)), "name": _shortened(quote)}
    attributes |= {"startPosition": str(start), "endPosition": str(end)} | shared
    element = Element("PlainTextSelection", attributes | {"modifyingUser": user, "modifiedDateTime": at})
    label = writing.coding.sources[segment.source].label
    SubElement(element, "Description").text = pack(_segment_fields(segment, label))
    coding = SubElement(element, "Coding", {"guid": guid_of("coding", *names, str(number))} | shared)
    SubElement(coding, "CodeRef", targetGUID=writing.codebook.code(segment.code).id)
    return element


def _segment_fields(segment: Segment, label: str) -> Iterator[tuple[str, str]]:
    # The sentence that an illustrative source carries goes with every quotation.
    yield from [("kind_of_text", label)] if label else []
    yield "direction", segment.direction
    yield "codebook_version", segment.codebook_version
    yield "coded_at", segment.at
    yield from [("memo", segment.memo)] if segment.memo else []


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def _parsed(at: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(at)
    except ValueError:
        return None


def _has_zone(at: str) -> bool:
    parsed = _parsed(at)
    return parsed is not None and parsed.tzinfo is not None


def _time(at: str) -> str:
    """A time as XML has it, in UTC; one that is none gets the first of January 2000."""
    parsed = _parsed(at)
    if parsed is None:
        return NO_TIME
    try:
        utc = parsed.replace(tzinfo=parsed.tzinfo or datetime.UTC).astimezone(datetime.UTC)
    except OverflowError:
        return NO_TIME
    return utc.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _archive(parts: Mapping[str, bytes]) -> bytes:
    """The parts as an archive; the same parts give the same bytes on any machine, so they are stored unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, date_time=NO_DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()

"""The texts of a REFI-QDA project and the selections that were coded in them, as the file states them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from cmresearch.coding.sources import PARAGRAPH, SPEAKERS
from cmresearch.exchange.imported_codebook import free_name, slug
from cmresearch.exchange.losses import Tally
from cmresearch.exchange.offsets import Selected, Text, decode
from cmresearch.exchange.packing import plain, unpack
from cmresearch.exchange.refi_codebook import attribute, child_text, children, local, normal_guid
from cmresearch.exchange.refi_project import HEADER, SOURCE_FIELDS, SOURCES_FOLDER
from cmresearch.files.strangers import Archive, is_outside

NO_SUCH = {"picturesource": "pictures", "audiosource": "recordings", "videosource": "films"}
SELECTIONS = ("pictureselection", "audioselection", "videoselection", "pdfselection", "transcriptselection")
UNKNOWN = "unknown"
KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
LANGUAGE = re.compile(r"[a-z]{2,8}")
WORDS_OF = {
    "kind": ("interview", "document", "complaint"),
    "data_kind": ("published", "real", "synthetic", "illustrative"),
}


@dataclass(frozen=True)
class ImportedSource:
    """A text from another program's project.

    Attributes:
        key: The key it gets; of a rendering, the one it gets should it become a source of its own.
        header: What is known of it, by field of a source's header.
        text: Its text, with line feeds.
        rendering_of: The key of the source that it renders in another language; empty for most.
    """

    key: str
    header: Mapping[str, str]
    text: str = field(repr=False)
    rendering_of: str = ""


@dataclass(frozen=True)
class Project:
    """A project file while it is read: its root, the archive around it, and what was found out so far.

    Attributes:
        root: The root of the project file.
        archive: The archive.
        tally: Gets what is not taken over.
        origin: The program that wrote the file, as the file says it.
        language: The language of texts, where the file does not say.
        data_kind: What the texts are, where the file does not say.
        time: When the project was made; for codings without a time of their own.
        users: The coder's name of each user, by id.
        notes: The text of each note, by id.
    """

    root: Element
    archive: Archive
    tally: Tally
    origin: str
    language: str
    data_kind: str
    time: str
    users: Mapping[str, str]
    notes: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether the file came from here: then positions are counted as they are written here."""
        return self.origin.startswith("cmresearch")


@dataclass(frozen=True)
class Coded:
    """One coding as the file has it: its selection, its code, and what is said of it.

    Attributes:
        selected: Its position; None for a coding of the whole text.
        code: The id of its code.
        coder: Who made it.
        at: When.
        description: The description of its selection, as it stands.
        memo: The text of its notes.
    """

    selected: Selected | None
    code: str
    coder: str
    at: str
    description: str
    memo: str


@dataclass(frozen=True)
class ReadSource:
    """A text with what was coded in it, positions as the file states them."""

    source: ImportedSource
    text: Text
    coded: tuple[Coded, ...]


def text_of(element: Element, archive: Archive, tally: Tally) -> Text | None:
    """The text of a source or a note: within the project file, or in a file of the archive."""
    within = [child.text or "" for child in children(element, "plaintextcontent")]
    if within and within[0]:
        return Text(within[0])
    path = attribute(element, "plainTextPath")
    name = plain(attribute(element, "name")) or path
    if not path:
        return None
    is_internal = path.lower().startswith("internal://")
    inner = path[len("internal://") :].lstrip("/") if is_internal else path
    if "://" in inner or is_outside(inner):
        tally.lose("texts outside the archive, not read", f"{name}: {path}")
        return None
    content = archive.read(f"{SOURCES_FOLDER}{inner}")
    content = archive.read(inner) if content is None else content
    if content is None:
        tally.lose("texts whose file is not in the archive", name)
        return None
    text = decode(content)
    tally.lose("texts that are no Unicode, read as Windows-1252", *[name] * (text.encoding == "Windows-1252"))
    return text


def read_sources_of(project: Project) -> Iterator[ReadSource]:
    """Every text of a project with its codings, in the order of the file."""
    taken: set[str] = set()
    for sources in children(project.root, "sources"):
        for element in sources:
            kind, name = local(element), plain(attribute(element, "name")) or "unnamed"
            if kind in NO_SUCH:
                project.tally.lose(f"{NO_SUCH[kind]}, which this workbench does not hold", name)
            elif kind == "pdfsource":
                project.tally.lose("pages of PDF files; their text is kept where the file has it", name)
                for representation in children(element, "representation"):
                    yield from _source(project, representation, name, taken)
            elif kind == "textsource":
                yield from _source(project, element, name, taken)
            _note_parts(project.tally, element, name)


def _note_parts(tally: Tally, element: Element, name: str) -> None:
    for each in element.iter():
        if local(each) in SELECTIONS:
            tally.lose("selections of pictures, pages, recordings and films", plain(attribute(each, "name")) or name)
    tally.lose("values of variables of sources", *[name] * len(list(children(element, "variablevalue"))))


def _source(project: Project, element: Element, name: str, taken: set[str]) -> Iterator[ReadSource]:
    text = text_of(element, project.archive, project.tally)
    selections = list(children(element, "plaintextselection"))
    if text is None or not text.kept.strip():
        codings = [each for one in [element, *selections] for each in children(one, "coding")]
        project.tally.lose("sources without a text", name)
        project.tally.lose("codings of sources without a text", *[name] * len(codings))
        return
    source = _imported_source(project, element, name, text.kept, taken)
    yield ReadSource(source, text, tuple(_codings(project, element, name)))


def _imported_source(project: Project, element: Element, name: str, text: str, taken: set[str]) -> ImportedSource:
    free, fields = unpack(child_text(element, "description"), SOURCE_FIELDS)
    stated = {field: values[0] for field, values in fields.items()}
    title = name if not free or "key" in stated else f"{name}: {' '.join(free.split())}"
    header = _header(project, {"title": title, **stated} if "key" in stated else {"title": title}, name, text)
    wanted = _line(stated, "key")
    wanted = wanted if KEY.fullmatch(wanted) else slug(name.rsplit(".", 1)[0], sign="-", default="source")
    if KEY.fullmatch(_line(stated, "rendering_of")):
        return ImportedSource(free_name(f"{wanted}-{header['language']}", taken, sign="-"), header, text, wanted)
    key = free_name(wanted, taken, sign="-")
    taken.add(key)
    return ImportedSource(key, header, text)


def _line(stated: Mapping[str, str], name: str) -> str:
    """The first line of a field: another program may have added lines to it."""
    return stated.get(name, "").split("\n")[0].strip()


def _header(project: Project, stated: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """The header of a source's file, as far as it can be one; what cannot is noted."""
    defaults = {"kind": "document", "data_kind": project.data_kind, "language": project.language}
    header = {each: stated[each] for each in HEADER if stated.get(each)} | {"title": stated["title"]}
    for each, default in defaults.items():
        found = _line(stated, each)
        is_sound = bool(LANGUAGE.fullmatch(found)) if each == "language" else found in WORDS_OF[each]
        if each in stated and not is_sound:
            project.tally.lose("headers of sources that were changed beyond reading", f"{name}: {each}")
        header[each] = found if is_sound else default
    if header["kind"] == "interview" and not _is_interview(header, text):
        project.tally.lose("interviews that no longer say who speaks in every paragraph, read as documents", name)
        header["kind"] = "document"
    return header


def _is_interview(header: Mapping[str, str], text: str) -> bool:
    marks = tuple(SPEAKERS.get(header["language"], ()))
    turns = [found.group() for found in PARAGRAPH.finditer(text)]
    turns = turns[1:] if turns[0].startswith("> ") else turns
    named = bool(header.get("informant") and header.get("role"))
    return named and bool(marks) and all(turn.startswith(marks) for turn in turns)


def settle_renderings(found: Sequence[ReadSource], tally: Tally) -> tuple[ReadSource, ...]:
    """The texts, where a rendering that cannot stand beside its original is a source of its own.

    It cannot where the original is missing, or of another kind, or in the same language, or another rendering in its
    language is there, or it was coded itself: positions in it are no positions in the original.
    """
    originals = {each.source.key: each.source for each in found if not each.source.rendering_of}
    seen: set[tuple[str, str]] = set()
    settled = []
    for each in found:
        source = each.source
        original = originals.get(source.rendering_of)
        rendering = (source.rendering_of, source.header["language"])
        if source.rendering_of and (
            original is None
            or each.coded
            or rendering in seen
            or original.header["language"] == rendering[1]
            or original.header["kind"] != source.header["kind"]
        ):
            tally.lose("renderings in another language that became sources of their own", source.key)
            source = replace(source, rendering_of="", key=free_name(source.key, originals, sign="-"))
            originals[source.key] = source
        seen.add(rendering)
        settled.append(replace(each, source=source))
    return tuple(settled)


def _codings(project: Project, element: Element, name: str) -> Iterator[Coded]:
    whole = list(children(element, "coding"))
    project.tally.lose("codings of a whole source, taken as codings of its whole text", *[name] * len(whole))
    for coding in whole:
        yield _coded(project, coding, element, None, "")
    for selection in children(element, "plaintextselection"):
        title = plain(attribute(selection, "name"))
        own = list(children(selection, "coding"))
        ends = attribute(selection, "startPosition"), attribute(selection, "endPosition")
        if not own:
            project.tally.lose("selections without a code", f"{name}: {title}")
        elif not all(re.fullmatch(r"\s*[0-9]{1,12}\s*", each) for each in ends):
            project.tally.lose("codings whose place is no number", *[f"{name}: {title}"] * len(own))
        else:
            selected = Selected(int(ends[0]), int(ends[1]), title)
            description = child_text(selection, "description")
            yield from (_coded(project, coding, selection, selected, description) for coding in own)


def _coded(project: Project, coding: Element, above: Element, selected: Selected | None, description: str) -> Coded:
    user = normal_guid(attribute(coding, "creatingUser") or attribute(above, "creatingUser", "modifyingUser"))
    coder = project.users.get(user, UNKNOWN)
    refs = [normal_guid(attribute(each, "targetGUID")) for each in children(coding, "coderef")]
    note_refs = [
        normal_guid(attribute(each, "targetGUID")) for one in (above, coding) for each in children(one, "noteref")
    ]
    missing = [guid for guid in note_refs if guid not in project.notes]
    project.tally.lose("references to notes that are not in the file", *missing)
    memo = "\n".join(filter(None, (project.notes.get(guid, "") for guid in note_refs)))
    times = (xml_time(attribute(each, "creationDateTime", "modifiedDateTime")) for each in (coding, above))
    at = next(filter(None, times), project.time)
    return Coded(selected, refs[0] if refs else "", coder, at, description, memo)


def xml_time(text: str) -> str:
    """A time as it stands; empty where it is none."""
    try:
        datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    return text.strip()

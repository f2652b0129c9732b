"""Codebooks as REFI-QDA `.qdc`, and the codes and sets that codebooks and projects of the standard share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cmresearch import __version__
from cmresearch.codebook.book import Code, Codebook, Dimension
from cmresearch.errors import ExchangeError
from cmresearch.exchange.imported_codebook import CodeSet, ForeignCode, ImportedCodebook, codebook_of
from cmresearch.exchange.losses import LossReport, Tally
from cmresearch.exchange.packing import pack, pack_list, plain
from cmresearch.files.strangers import parse_xml, read_bounded
from cmresearch.files.writing import write_bytes
from cmresearch.language.translations import Written

NAMESPACE = "urn:QDA-XML:codebook:1.0"
FORMAT = "REFI-QDA codebook"
ORIGIN = f"cmresearch {__version__}"
GUIDS = uuid.UUID("8d0f7c1e-52a4-5b7e-9d57-2f6f0c0a7f31")
"""Under this every id is made that the codebook does not have, so that the same study gives the same file."""
HEX = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ABOUT = "About this codebook"


def guid_of(*names: str) -> str:
    """The id of something that has none of its own, made from what it is.

    Example:
        >>> guid_of("user", "coder-a")
        '69fcd765-0361-5c88-9f63-bc741e952ba7'
    """
    return str(uuid.uuid5(GUIDS, "\x1f".join(names)))


def write_qdc(path: str | Path, codebook: Codebook, *, language: str | None = None) -> LossReport:
    """Write a codebook as a REFI-QDA codebook, which NVivo, ATLAS.ti, MAXQDA, QualCoder and others read.

    Every field of a code stands in its description, a line each, and comes back from there; dimensions are sets. The
    same codebook gives the same bytes.

    Args:
        path: The `.qdc` file.
        codebook: The codebook.
        language: The language of the names; by default the codebook's first.

    Returns:
        What the file could not hold.

    Raises:
        ExchangeError: The codebook has no such language, or the file cannot be written.
    """
    tally = Tally()
    root = Element("CodeBook", {"xmlns": NAMESPACE, "origin": ORIGIN})
    chosen = language_of_names(codebook, language)
    root.append(code_elements(codebook, chosen))
    root.append(set_elements(codebook, chosen, member="guid"))
    lose_beyond_codes(codebook, tally)
    write_bytes(Path(path), xml_bytes(root))
    return tally.report(Path(path).name, FORMAT, "out")


def read_qdc(path: str | Path, *, language: str = "en") -> ImportedCodebook:
    """The codebook of a REFI-QDA codebook file, whichever program wrote it.

    Read whatever the namespace, the order of elements, the case of ids or braces around them; an empty `<Sets/>`,
    which the schema refuses, is read too.

    Args:
        path: The `.qdc` file.
        language: The language that names are taken to be in, where the file does not say.

    Returns:
        The codebook, and what was not taken over. Fields that the file does not have say so.

    Raises:
        ExchangeError: The file is not there, no XML, or no REFI-QDA codebook.
    """
    file, tally = Path(path), Tally()
    content = read_bounded(file)
    root = parse_xml(content, file.name)
    if local(root) != "codebook":
        raise ExchangeError(f"{file.name}: begins with <{local(root)}>; expected a REFI-QDA <CodeBook>")
    codes, sets = read_codes(root, tally), read_sets(root, tally)
    if not codes:
        raise ExchangeError(f"{file.name}: has no code")
    origin = attribute(root, "origin")
    codebook = codebook_of(codes, sets, name=file.stem, content=content, language=language, tally=tally)
    return codebook.reported(tally.report(file.name, FORMAT, "in"), origin)


def xml_bytes(root: Element) -> bytes:
    """An element as an XML file: UTF-8 without a byte-order mark, line feeds, the same bytes for the same content."""
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def language_of_names(codebook: Codebook, language: str | None) -> str:
    """The language that is asked for, or the codebook's first.

    Raises:
        ExchangeError: The codebook does not have it.
    """
    chosen = codebook.languages[0] if language is None else language
    if chosen not in codebook.languages:
        raise ExchangeError(f"the codebook has no language {chosen!r}; expected one of {', '.join(codebook.languages)}")
    return chosen


def lose_beyond_codes(codebook: Codebook, tally: Tally) -> None:
    """Note what no other program has a field for."""
    tally.lose("indicators; they stay in the codebook's own files", *codebook.indicators)
    tally.lose("variables of complaints; they stay in the codebook's own files", *(v.key for v in codebook.variables))


def names_of(codebook: Codebook, language: str) -> dict[str, str]:
    """The name of every code in other programs, by key: its label, with the key behind it where two have the same."""
    labels = {key: plain(code.label[language]) for key, code in codebook.every_code.items()}
    # Some programs distinguish names by more than their case, others do not.
    folded = [label.casefold() for label in labels.values()]
    return {key: f"{label} ({key})" if folded.count(label.casefold()) > 1 else label for key, label in labels.items()}


def code_elements(codebook: Codebook, language: str, *, used: frozenset[str] = frozenset()) -> Element:
    """The codes as an element `Codes`, each within the code above it.

    Args:
        codebook: The codebook.
        language: The language of the names.
        used: Keys of codes that codings refer to: they must be codable, though they are out of use.
    """
    names = names_of(codebook, language)
    top = Element("Codes")
    elements: dict[str, Element] = {}
    waiting = list(codebook.every_code.values())
    while waiting:
        # A parent may stand after its child, in a later file; circles are no codebook.
        ready = [code for code in waiting if code.parent is None or code.parent in elements]
        for code in ready:
            above = top if code.parent is None else elements[code.parent]
            codable = "true" if code.is_in_use or code.key in used else "false"
            elements[code.key] = SubElement(above, "Code", guid=code.id, name=names[code.key], isCodable=codable)
            description = SubElement(elements[code.key], "Description")
            description.text = describe_code(codebook, code, name=names[code.key], language=language)
        waiting = [code for code in waiting if code.key not in elements]
    return top


def describe_code(codebook: Codebook, code: Code, *, name: str, language: str) -> str:
    """Every field of a code as its description, from which it can be read again."""
    return pack(_code_fields(codebook, code, name, language))


def _code_fields(codebook: Codebook, code: Code, name: str, language: str) -> Iterator[tuple[str, str]]:
    texts = ("definition", "use_when", "do_not_use_when", "example", "atypical_example", "close_but_not", "citation")
    for field in ("brief", *texts):
        value = getattr(code, field)
        yield from [(field, value)] if value is not None else []
    # The name is the label; where it had to be made unique, the label stands below.
    labels = {lang: text for lang, text in code.label.items() if lang != language or text != name}
    yield from ((f"label_{lang}", text) for lang, text in labels.items())
    yield "language_of_the_name", language
    yield "origin", code.origin
    yield "dimensions", pack_list(code.dimensions)
    yield "stands_in", codebook.home[code.key].key
    yield "status", code.status
    yield from [("merged_into", code.merged_into)] if code.merged_into else []
    for each in code.history:
        parts = (each.version, each.date, each.change, each.formerly or "-", each.who, each.why)
        yield "history", pack_list(parts)
    yield "key", code.key


def set_elements(codebook: Codebook, language: str, *, member: str) -> Element:
    """The dimensions as an element `Sets`, and one more set that says what codebook this is.

    Args:
        codebook: The codebook.
        language: The language of the names.
        member: The name of the attribute by which a member refers to its code.
    """
    sets = Element("Sets")
    for each in codebook.dimensions:
        own = SubElement(sets, "Set", guid=guid_of("dimension", each.key), name=plain(each.name[language]))
        SubElement(own, "Description").text = pack(_dimension_fields(each))
        speaking = [code for code in codebook.every_code.values() if each.key in code.dimensions]
        for code in sorted(speaking, key=lambda code: codebook.home[code.key].key != each.key):
            SubElement(own, "MemberCode", {member: code.id})
    about = SubElement(sets, "Set", guid=guid_of("codebook"), name=ABOUT)
    SubElement(about, "Description").text = pack(_head_fields(codebook))
    for code in codebook.every_code.values():
        SubElement(about, "MemberCode", {member: code.id})
    return sets


def _dimension_fields(dimension: Dimension) -> Iterator[tuple[str, str]]:
    yield from ((f"definition_{language}", text) for language, text in dimension.definition.items())
    for question in dimension.questions:
        yield "question", pack_list(f"{language}: {text}" for language, text in question.items())
    yield from ((f"name_{language}", text) for language, text in dimension.name.items())
    yield "name_is", dimension.provenance.name
    yield "sources", pack_list(dimension.provenance.sources)
    yield from _translations("note", dimension.provenance.note)
    yield "can_know", pack_list(dimension.can_know)
    yield "number", str(dimension.number)
    yield "key", dimension.key


def _head_fields(codebook: Codebook) -> Iterator[tuple[str, str]]:
    for field in ("title", "version", "license", "theory"):
        yield from _translations(field, getattr(codebook, field))
    yield "languages", pack_list(codebook.languages)
    yield from (("note", note) for note in codebook.notes)
    for each in codebook.sources:
        # An address may be missing; a part of a list is never empty.
        first, *others = _translations("source", each.citation)
        translations = (f"{name.removeprefix('source_')}: {translation}" for name, translation in others)
        yield "source", pack_list((each.key, first[1], each.url or "-", each.seen, *translations))


def _translations(name: str, text: Written) -> Iterator[tuple[str, str]]:
    """A text under its name; of translations the first there, and each other under the name with its language."""
    if isinstance(text, str):
        yield name, text
        return
    for position, (language, translation) in enumerate(text.items()):
        yield f"{name}_{language}" if position else name, translation


def local(element: Element) -> str:
    """The name of an element in lower case, whatever its namespace.

    Example:
        >>> local(Element("{urn:QDA-XML:codebook:0:4}CodeBook"))
        'codebook'
    """
    return str(element.tag).rpartition("}")[2].lower()


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of a name, in whatever order they stand and whatever their case."""
    return (child for child in element if local(child) == name)


def attribute(element: Element, *names: str) -> str:
    """The first of several attributes that an element has, whatever its case; empty where it has none."""
    found = {str(name).rpartition("}")[2].lower(): value for name, value in element.attrib.items()}
    return next((found[name.lower()] for name in names if name.lower() in found), "")


def child_text(element: Element, name: str) -> str:
    """The text of a child; empty where there is none."""
    return next((child.text or "" for child in children(element, name)), "")


def normal_guid(text: str) -> str:
    """An id as it is compared: lower case, without braces; empty where it is none.

    Example:
        >>> normal_guid("{098AC082-A9C7-50F4-9728-48730081A95E}")
        '098ac082-a9c7-50f4-9728-48730081a95e'
    """
    found = text.strip().strip("{}").lower()
    return found if HEX.fullmatch(found) else ""


def read_codes(root: Element, tally: Tally) -> tuple[ForeignCode, ...]:
    """Every code in a file, each after the code above it.

    Args:
        root: The root of a codebook or a project.
        tally: Gets codes without name or id, and ids that stand twice.
    """
    found: dict[str, ForeignCode] = {}
    tops = [codes for each in root.iter() if local(each) == "codebook" for codes in children(each, "codes")]
    waiting = [(code, None) for codes in reversed(tops) for code in reversed(list(children(codes, "code")))]
    stack: list[tuple[Element, str | None]] = list(waiting)
    while stack:
        element, parent = stack.pop()
        code = _foreign_code(element, parent, found, tally)
        found[code.guid] = code
        stack += [(child, code.guid) for child in reversed(list(children(element, "code")))]
    return tuple(found.values())


def _foreign_code(element: Element, parent: str | None, found: Mapping[str, ForeignCode], tally: Tally) -> ForeignCode:
    name = plain(attribute(element, "name")) or f"Code {len(found) + 1}"
    guid = normal_guid(attribute(element, "guid"))
    if not guid:
        tally.lose("codes without a proper id, which got one from their place", name)
    elif guid in found:
        tally.lose("codes whose id another code has, which got one of their own", name)
    if not guid or guid in found:
        guid = guid_of("code", str(len(found)), name, parent or "")
    tally.lose("colours of codes", *[name] * bool(attribute(element, "color")))
    return ForeignCode(guid, name, parent, child_text(element, "description"))


def read_sets(root: Element, tally: Tally) -> tuple[CodeSet, ...]:
    """The sets of codes in a file; sets of sources, and members that are not there, are noted as lost."""
    codes = {normal_guid(attribute(each, "guid")) for each in root.iter() if local(each) == "code"}
    found: list[CodeSet] = []
    for sets in children(root, "sets"):
        for each in children(sets, "set"):
            name = plain(attribute(each, "name")) or f"Set {len(found) + 1}"
            members = [normal_guid(attribute(m, "targetGUID", "guid")) for m in children(each, "membercode")]
            missing = [guid or "?" for guid in members if guid not in codes]
            tally.lose("members of sets that are not in the file", *(f"{name}: {guid}" for guid in missing))
            others = [child for child in each if local(child) in ("membersource", "membernote")]
            tally.lose("sources and notes in sets", *[name] * len(others))
            kept: Sequence[str] = [guid for guid in members if guid in codes]
            guid = normal_guid(attribute(each, "guid")) or guid_of("set", name)
            found.append(CodeSet(guid, name, child_text(each, "description"), tuple(dict.fromkeys(kept))))
    return tuple(found)

"""A codebook made from the codes of another program, complete where it came from here, else with placeholders."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from cmresearch.codebook.book import Code, Codebook, Dimension
from cmresearch.codebook.records import version_order
from cmresearch.errors import ExchangeError
from cmresearch.exchange.losses import LossReport, Tally
from cmresearch.exchange.packing import unpack, unpack_list


@dataclass(frozen=True)
class ForeignCode:
    """A code as a file of another program has it.

    Attributes:
        guid: Its id in lower case, without braces.
        name: Its name.
        parent: The id of the code above it, or None.
        description: Its description as it stands.
    """

    guid: str
    name: str
    parent: str | None
    description: str = ""


@dataclass(frozen=True)
class CodeSet:
    """A set of codes (a code group) as a file of another program has it.

    Attributes:
        guid: Its id in lower case, without braces.
        name: Its name.
        description: Its description as it stands.
        members: The ids of its codes, in their order.
    """

    guid: str
    name: str
    description: str
    members: tuple[str, ...]


NOT_GIVEN = "(not in the file)"
NEW_DIMENSION = "imported_codes"
NEW_SOURCE = "imported-file"
TEXTS = ("brief", "definition", "use_when", "do_not_use_when", "example")
OPTIONAL = ("atypical_example", "close_but_not", "citation")
PLAIN_FIELDS = (*TEXTS, *OPTIONAL, "origin", "status", "merged_into")
KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
CODE_FIELDS = (*PLAIN_FIELDS, "dimensions", "stands_in", "history", "key", "language_of_the_name")
DIMENSION_FIELDS = ("question", "name_is", "sources", "note", "can_know", "number", "key")
HEAD_FIELDS = ("title", "version", "license", "theory", "languages", "note", "source")


@dataclass(frozen=True)
class ImportedCodebook:
    """A codebook from another program's file, and what was not taken over.

    Attributes:
        codebook: The codebook. Where the file has no definition or other text, it says `(not in the file)`.
        codes: The key of each code, by its id in the file.
        given: Which fields of each code the file has, by key.
        report: What was not taken over.
        origin: The program that wrote the file, as the file says it.
    """

    codebook: Codebook
    codes: Mapping[str, str]
    given: Mapping[str, frozenset[str]]
    report: LossReport = field(default_factory=lambda: LossReport("", "", "in"))
    origin: str = ""

    def reported(self, report: LossReport, origin: str) -> ImportedCodebook:
        """The same with its report and the program that wrote the file."""
        return replace(self, report=report, origin=origin)


def codebook_of(
    codes: Sequence[ForeignCode],
    sets: Sequence[CodeSet],
    *,
    name: str,
    content: bytes,
    language: str,
    tally: Tally,
) -> ImportedCodebook:
    """A codebook from codes and sets; what was packed into descriptions is unpacked, all else becomes plain text.

    Sets become dimensions; codes in no set stand in a dimension of their own.

    Args:
        codes: The codes of the file.
        sets: Its sets of codes.
        name: What the codebook is called where the file does not say.
        content: The file, for its fingerprint.
        language: The language that names are taken to be in, where the file does not say.
        tally: Gets what was not taken over.
    """
    heads = [_head(each.description) for each in sets]
    packed = next((head for head in heads if {"title", "version", "languages"} <= set(head)), {})
    languages = tuple(unpack_list(_first(packed, "languages"))) or _languages(codes) or (language,)
    reading = _Reading(languages, tally, _keys(codes, tally))
    if not packed and not _languages(codes):
        tally.remark(f"names of codes are taken to be in language {language!r}")
    groups = [each for each, head in zip(sets, heads, strict=True) if head is not packed or not packed]
    dimensions = list(_dimensions(groups, reading))
    if not sets:
        # A program that drops sets keeps descriptions, which name the dimensions.
        dimensions = [_bare_dimension(key, key.replace("_", " "), languages) for key in _mentioned(codes)]
    made, given = _codes(codes, groups, dimensions, reading)
    _mend_pointers([code for _, code in made.values()], tally)
    homes = {key for key, _ in made.values()}
    if NEW_DIMENSION in homes or not dimensions:
        dimensions.append(_bare_dimension(NEW_DIMENSION, "Imported codes", languages))
    order = {(reading.by_set[each.guid], guid): n for each in groups for n, guid in enumerate(each.members)}
    for number, each in enumerate(dimensions, start=1):
        each |= {"number": number, "code": _own(each["key"], made, order)}
    return ImportedCodebook(_codebook(packed, dimensions, name, content, languages), dict(reading.keys), given)


@dataclass(frozen=True)
class _Reading:
    languages: tuple[str, ...]
    tally: Tally
    keys: dict[str, str]
    by_set: dict[str, str] = field(default_factory=dict)


def _own(
    home: str, made: Mapping[str, tuple[str, dict[str, Any]]], order: Mapping[tuple[str, str], int]
) -> list[dict[str, Any]]:
    """The codes that stand in a dimension's file, in the order of its set."""
    own = [guid for guid, (key, _) in made.items() if key == home]
    return [made[guid][1] for guid in sorted(own, key=lambda guid: order.get((home, guid), len(order)))]


def _languages(codes: Sequence[ForeignCode]) -> tuple[str, ...]:
    """The languages that descriptions name, that of the names first."""
    descriptions = "\n".join(code.description for code in codes)
    named = re.findall(r"^Language of the name: ([a-z]+)\s*$", descriptions, re.MULTILINE)
    return tuple(dict.fromkeys([*named[:1], *re.findall(r"^Label ([a-z]+): ", descriptions, re.MULTILINE)]))


def _mentioned(codes: Sequence[ForeignCode]) -> list[str]:
    named = [_first(unpack(code.description, CODE_FIELDS)[1], "dimensions") for code in codes]
    keys = dict.fromkeys(key for each in named for key in unpack_list(each))
    return [key for key in keys if KEY.fullmatch(key) and key != NEW_DIMENSION]


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return " ".join(fields[name][0].split()) if fields.get(name) else ""


def _head(description: str) -> dict[str, list[str]]:
    """The fields that say what codebook this is; those that have translations only once its languages are known."""
    languages = unpack_list(_first(unpack(description, HEAD_FIELDS)[1], "languages"))
    return unpack(description, [*HEAD_FIELDS, *_translation_names(("title", "theory"), languages)])[1]


def _translation_names(names: Sequence[str], languages: Sequence[str]) -> list[str]:
    return [f"{name}_{language}" for name in names for language in languages]


def _translations(fields: Mapping[str, Sequence[str]], name: str, languages: Sequence[str]) -> str | dict[str, str]:
    """A text, or the first of its translations under the name and each other under the name with its language."""
    others = {language: _first(fields, f"{name}_{language}") for language in languages[1:]}
    return _with_translations(_first(fields, name), others, languages)


def _with_translations(first: str, others: Mapping[str, str], languages: Sequence[str]) -> str | dict[str, str]:
    """The text with its translations, or alone where one of them was lost on the way."""
    found = {language: others.get(language, "") for language in languages[1:]}
    return {languages[0]: first, **found} if found and all((first, *found.values())) else first


def _by_language(parts: Sequence[str]) -> dict[str, str]:
    return dict(part.split(": ", 1) for part in parts if ": " in part)


def slug(text: str, *, sign: str = "_", default: str = "code") -> str:
    """A text as a key: lower case, letters without accents, digits, and a sign between words.

    Example:
        >>> slug("Coke::diet Coke"), slug("Mabêl 2ième.txt", sign="-"), slug("<3")
        ('coke_diet_coke', 'mabel-2ieme-txt', 'code_3')
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", sign, ascii_text).strip(sign)
    found = found if found[:1].isalpha() else f"{default}{sign}{found}".strip(sign)
    return found[:60].strip(sign)


def free_name(wanted: str, taken: Sequence[str] | set[str] | Mapping[str, object], *, sign: str = "_") -> str:
    """A name that is not taken: the wanted one, or with a number behind it.

    Example:
        >>> free_name("a", {"a", "a_2"})
        'a_3'
    """
    candidates = (wanted if number == 1 else f"{wanted[:57]}{sign}{number}" for number in range(1, len(taken) + 2))
    return next(each for each in candidates if each not in taken)


def _keys(codes: Sequence[ForeignCode], tally: Tally) -> dict[str, str]:
    """The key of each code by its id: the one packed into its description, or one made from its name."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    own = {code.guid: _first(unpack(code.description, CODE_FIELDS)[1], "key") for code in codes}
    # Keys that came from here are given first, so that no foreign name takes one.
    for code in sorted(codes, key=lambda code: not KEY.fullmatch(own[code.guid])):
        wanted = own[code.guid] if KEY.fullmatch(own[code.guid]) else slug(code.name)
        keys[code.guid] = free_name(wanted, taken)
        taken.add(keys[code.guid])
        if keys[code.guid] != wanted:
            tally.lose(
                "codes whose name another code has, with a number behind their key", f"{code.name} as {keys[code.guid]}"
            )
    return {code.guid: keys[code.guid] for code in codes}


def _dimensions(sets: Sequence[CodeSet], reading: _Reading) -> Iterator[dict[str, Any]]:
    taken: set[str] = {NEW_DIMENSION}
    names = [*DIMENSION_FIELDS, *_translation_names(("name", "definition", "note"), reading.languages)]
    numbered = []
    for each in sets:
        free, fields = unpack(each.description, names)
        ours = KEY.fullmatch(_first(fields, "key")) is not None and "number" in fields
        if not ours and not each.members:
            reading.tally.lose("sets without codes", each.name)
            continue
        key = free_name(_first(fields, "key") if ours else slug(each.name, default="set"), taken)
        taken.add(key)
        reading.by_set[each.guid] = key
        found = _packed_dimension(key, fields, reading) if ours else None
        if found is None:
            found = _bare_dimension(key, each.name, reading.languages, free)
        number = _first(fields, "number")
        numbered.append((int(number) if number.isdecimal() else 10**6, found))
    yield from (each for _, each in sorted(numbered, key=lambda pair: pair[0]))


def _packed_dimension(key: str, fields: Mapping[str, Sequence[str]], reading: _Reading) -> dict[str, Any] | None:
    languages = reading.languages
    questions = [_by_language(unpack_list(each)) for each in fields.get("question", ())]
    found = {
        "key": key,
        "name": {lang: _first(fields, f"name_{lang}") or key for lang in languages},
        "definition": {lang: _first(fields, f"definition_{lang}") or NOT_GIVEN for lang in languages},
        "question": questions,
        "provenance": {
            "name": _first(fields, "name_is"),
            "sources": unpack_list(_first(fields, "sources")),
            "note": _translations(fields, "note", languages),
        },
        "evidence": {"can_know": unpack_list(_first(fields, "can_know"))},
    }
    try:
        Dimension.model_validate(found | {"number": 1}, context=languages)
    except ValidationError:
        reading.tally.lose("dimensions whose description was changed beyond reading", key)
        return None
    return found


def _bare_dimension(key: str, name: str, languages: Sequence[str], definition: str = "") -> dict[str, Any]:
    text = " ".join(definition.split()) or NOT_GIVEN
    return {
        "key": key,
        "name": dict.fromkeys(languages, name),
        "definition": dict.fromkeys(languages, text),
        "provenance": {
            "name": "inferred",
            "sources": [NEW_SOURCE],
            "note": "Made from a set of codes when it was read.",
        },
        "evidence": {"can_know": ["informant"]},
    }


def _codes(
    codes: Sequence[ForeignCode], sets: Sequence[CodeSet], dimensions: Sequence[Mapping[str, Any]], reading: _Reading
) -> tuple[dict[str, tuple[str, dict[str, Any]]], dict[str, frozenset[str]]]:
    """Each code by its id with the dimension in whose file it stands; and the fields it was given, by its key."""
    known = [str(each["key"]) for each in dimensions]
    made: dict[str, tuple[str, dict[str, Any]]] = {}
    given: dict[str, frozenset[str]] = {}
    names = [*CODE_FIELDS, *(f"label_{lang}" for lang in reading.languages)]
    for code in codes:
        free, fields = unpack(code.description, names)
        member = [reading.by_set[each.guid] for each in sets if code.guid in each.members]
        related = _relations(code, fields, member, known, reading)
        home = _first(fields, "stands_in")
        home = home if home in related else related[0]
        one = _code(code, free, fields, reading) | {"dimensions": related}
        made[code.guid] = (home, _valid(one, reading))
        given[one["key"]] = frozenset(fields) | ({"definition"} if free else set()) | {"label"}
    return made, given


def _mend_pointers(codes: Sequence[dict[str, Any]], tally: Tally) -> None:
    """Take back what points to a code that is out of use or not there: no codebook may say it."""
    in_use = {code["key"] for code in codes if code.get("status", "active") in ("draft", "active")}
    for code in codes:
        if code.get("merged_into") is not None and code["merged_into"] not in in_use:
            tally.lose("merged codes whose receiver is not in use, read as retired", code["key"])
            code |= {"status": "retired", "merged_into": None, "history": []}
        if code.get("parent") is not None and code["parent"] not in in_use:
            tally.lose("codes under a code that is out of use, which stand for themselves now", code["key"])
            code["parent"] = None


def _relations(
    code: ForeignCode,
    fields: Mapping[str, Sequence[str]],
    member: Sequence[str],
    known: Sequence[str],
    reading: _Reading,
) -> list[str]:
    described = unpack_list(_first(fields, "dimensions"))
    if not member:
        return [each for each in described if each in known] or [NEW_DIMENSION]
    related = [each for each in described if each in member] + [each for each in member if each not in described]
    if described and sorted(described) != sorted(related):
        reading.tally.lose("codes that are in other sets than their description says; the sets count", code.name)
    return related


def _code(code: ForeignCode, free: str, fields: Mapping[str, Sequence[str]], reading: _Reading) -> dict[str, Any]:
    found: dict[str, Any] = {name: _first(fields, name) for name in PLAIN_FIELDS if _first(fields, name)}
    ours = "key" in fields
    if free:
        before = f"{found['definition']} " if "definition" in found else ""
        found["definition"] = before + " ".join(free.split())
    missing = {name: NOT_GIVEN for name in TEXTS if name not in found}
    if missing and ours:
        reading.tally.lose("texts of codes that are not in their description", *(f"{code.name}: {x}" for x in missing))
    found |= missing | {"id": code.guid, "key": reading.keys[code.guid], "label": _label(code, fields, reading)}
    found["history"] = [each for each in map(_change, fields.get("history", ())) if each]
    if code.parent is not None:
        found["parent"] = reading.keys[code.parent]
    return {"status": "draft", "origin": "data"} | found if not ours else found


def _label(code: ForeignCode, fields: Mapping[str, Sequence[str]], reading: _Reading) -> dict[str, str]:
    named = _first(fields, "language_of_the_name")
    label = {lang: _first(fields, f"label_{lang}") or code.name for lang in reading.languages}
    with_key = f"{label.get(named, '')} ({_first(fields, 'key')})"
    if named in label and code.name not in (label[named], with_key):
        # Somebody gave the code another name where it has been.
        label[named] = code.name
    return label


def _change(text: str) -> dict[str, str]:
    parts = unpack_list(" ".join(text.split()))
    if len(parts) != 6:
        return {}
    version, date, kind, formerly, who, why = parts
    found = {"version": version, "date": date, "who": who, "change": kind, "why": why}
    return found | ({"formerly": formerly} if formerly != "-" else {})


def _valid(code: dict[str, Any], reading: _Reading) -> dict[str, Any]:
    """The code as it is, or without what its description says beyond reading."""
    for dropped in ((), ("history",), ("history", "status", "merged_into", "origin")):
        rest = {name: value for name, value in code.items() if name not in dropped}
        try:
            Code.model_validate(rest, context=reading.languages)
        except ValidationError:
            continue
        reading.tally.lose("codes whose history or status could not be read", *[code["key"]] * bool(dropped))
        return rest
    return rest


def _codebook(
    packed: Mapping[str, Sequence[str]],
    dimensions: Sequence[Mapping[str, Any]],
    name: str,
    content: bytes,
    languages: Sequence[str],
) -> Codebook:
    sources = [unpack_list(each) for each in packed.get("source", ())]
    references = [
        {
            "key": key,
            "citation": _with_translations(citation, _by_language(translations), languages),
            "url": "" if url == "-" else url,
            "seen": seen,
        }
        for key, citation, url, seen, *translations in (each for each in sources if len(each) >= 4)
    ]
    named = {each for dimension in dimensions for each in dimension["provenance"]["sources"]}
    for key in sorted(named - {each["key"] for each in references}):
        citation = f"{name}, a file of another program" if key == NEW_SOURCE else NOT_GIVEN
        references.append(
            {"key": key, "citation": citation, "url": "", "seen": "As it was read." if key == NEW_SOURCE else NOT_GIVEN}
        )
    version = _first(packed, "version")
    made = [change["version"] for each in dimensions for code in each["code"] for change in code.get("history", ())]
    data = {
        "version": version if VERSION.fullmatch(version) else max(["0.1.0", *made], key=version_order),
        "title": _translations(packed, "title", languages) or name,
        "languages": list(languages),
        "license": _first(packed, "license") or NOT_GIVEN,
        "theory": _translations(packed, "theory", languages) or NOT_GIVEN,
        "notes": [" ".join(note.split()) for note in packed.get("note", ())],
        "source": references,
        "dimensions": list(dimensions),
        "variables": (),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    try:
        return Codebook.model_validate(data, context=tuple(languages))
    except ValidationError as error:
        raise ExchangeError(f"{name}: cannot be made into a codebook: {error}") from None

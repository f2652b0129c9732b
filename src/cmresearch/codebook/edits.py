"""Changes to a codebook's files: a code added, reworded, merged, renamed or retired, each with its history kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.codebook.records import Code, Kind, first_id, version_order
from cmresearch.errors import CodebookError, pick
from cmresearch.files.toml import KeyPath
from cmresearch.files.toml_edit import Value, add_table, set_value, toml_table
from cmresearch.files.writing import trial_folder, write_files, write_text

HEAD = "codebook.toml"
CHANGES = "CHANGES.md"
# Changed wording here may change what is coded; elsewhere (label, brief, examples) it only helps to understand.
MEANING = ("definition", "use_when", "do_not_use_when", "dimensions")


@dataclass(frozen=True)
class Signature:
    """Who changes a codebook, when, why, and into which version.

    Attributes:
        version: The version that the codebook has afterwards.
        date: The day, such as 2021-09-06.
        who: Whoever is responsible.
        why: The reason, in a sentence.
    """

    version: str
    date: str
    who: str
    why: str


@dataclass(frozen=True)
class Draft:
    """The files of a codebook with changes that are not written yet.

    Attributes:
        files: The text of each file, by its name.
        notes: What was done, and what somebody should read again, a sentence each.
    """

    files: Mapping[str, str]
    notes: tuple[str, ...] = field(default=())

    def set(self, name: str, path: KeyPath, value: Value) -> Draft:
        """The draft with one value of one file set."""
        return replace(self, files={**self.files, name: set_value(self.files[name], path, value)})

    def note(self, *sentences: str) -> Draft:
        """The draft with further notes."""
        return replace(self, notes=(*self.notes, *sentences))

    def data(self, name: str) -> dict[str, Any]:
        """The content of a file."""
        return tomllib.loads(self.files[name])

    def codes(self) -> Iterator[tuple[str, KeyPath, dict[str, Any]]]:
        """Every code with its file and its path there."""
        for name in self.files:
            for number, code in enumerate(self.data(name).get("code", ()) if name.endswith(".toml") else ()):
                yield name, ("code", number), code

    def find(self, key: str) -> tuple[str, KeyPath, dict[str, Any]]:
        """The file, the path and the content of a code.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        known = {code["key"]: (name, path, code) for name, path, code in self.codes()}
        return pick(known, key, "the codebook has no code", CodebookError)

    def find_in_use(self, key: str) -> tuple[str, KeyPath, dict[str, Any]]:
        """The file, the path and the content of a code that may be changed.

        Raises:
            CodebookError: There is none, or it was merged or retired.
        """
        name, path, code = self.find(key)
        status = code.get("status", "active")
        if status in ("merged", "retired"):
            raise CodebookError(f"the code {key!r} is {status}; what is out of use stays as it was")
        return name, path, code

    def dimension_file(self, key: str) -> str:
        """The file of a dimension.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        files = {self.data(name).get("key"): name for name in self.files if name.endswith(".toml")}
        known = {str(each): name for each, name in files.items() if each is not None}
        return pick(known, key, "the codebook has no dimension", CodebookError)

    @property
    def version(self) -> str:
        """The version that the files state."""
        return str(self.data(HEAD)["version"])


def read_draft(folder: Path) -> Draft:
    """The files of a codebook, ready to be changed.

    Raises:
        CodebookError: The codebook has faults; they are put right first.
    """
    read_codebook(folder)
    paths = [*sorted(folder.glob("*.toml")), *folder.glob(CHANGES)]
    return Draft({path.name: path.read_text(encoding="utf-8") for path in paths})


def next_version(version: str, *, meaning: str = "changed") -> str:
    """The version after a change: the second number rises, or the third where the meaning of every code is kept.

    Args:
        version: The version before.
        meaning: changed, or kept.

    Example:
        >>> next_version("1.0.3"), next_version("1.0.3", meaning="kept")
        ('1.1.0', '1.0.4')
    """
    first, second, third = (*version_order(version), 0, 0, 0)[:3]
    return f"{first}.{second}.{third + 1}" if meaning == "kept" else f"{first}.{second + 1}.0"


def new_code(draft: Draft, dimension: str, fields: Mapping[str, Value], signature: Signature) -> Draft:
    """The codebook with one more code, at the end of a dimension's codes.

    Args:
        draft: The codebook's files.
        dimension: The key of the dimension in whose file it stands.
        fields: The code's fields, key first; id, dimensions and status are filled in where they are missing.
        signature: Who, when, why.

    Raises:
        CodebookError: There is no such dimension.
    """
    name = draft.dimension_file(dimension)
    key = str(fields["key"])
    given = {"id": _free_id(draft, key), "dimensions": [dimension], "status": "active"} | dict(fields)
    ordered = {field: given[field] for field in sorted(given, key=_position)}
    text = add_table(draft.files[name], toml_table("code", ordered), after="code")
    draft = replace(draft, files={**draft.files, name: text})
    return _recorded(draft, key, "created", signature, f"`{key}` is new in `{dimension}`")


def reword(draft: Draft, key: str, changes: Mapping[str, Value], signature: Signature, *, meaning: str) -> Draft:
    """The codebook with other texts in a code.

    Args:
        draft: The codebook's files.
        key: The code.
        changes: The new texts, by field.
        signature: Who, when, why.
        meaning: changed, so that codings made before are to be looked at again; or kept, where it only became clearer.
    """
    name, path, _ = draft.find_in_use(key)
    for each, value in changes.items():
        draft = draft.set(name, (*path, each), value)
    listed = ", ".join(each.replace("_", " ") for each in changes)
    kind: Kind = "reworded" if meaning == "changed" else "clarified"
    return _recorded(draft, key, kind, signature, f"`{key}` was {kind} ({listed})")


def merge(draft: Draft, key: str, into: str, signature: Signature, *, definition: str | None = None) -> Draft:
    """The codebook with one code merged into another: it stays in its file, out of use, and says where it went.

    Codings under it are stale until they are coded again; those of the code that received it stand. Other codes that
    named it as a neighbour now name the one that received it.

    Args:
        draft: The codebook's files.
        key: The code that goes out of use.
        into: The code that receives it.
        signature: Who, when, why.
        definition: The wider definition of the receiving code, where it needs one.

    Raises:
        CodebookError: One of the codes is not there, or both are the same.
    """
    if key == into:
        raise CodebookError(f"the code {key!r} cannot be merged into itself")
    draft.find_in_use(into)
    name, path, _ = draft.find_in_use(key)
    draft = draft.set(name, (*path, "status"), "merged").set(name, (*path, "merged_into"), into)
    for other, there, code in list(draft.codes()):
        # Whoever was merged into it before is now where it is.
        if code.get("merged_into") == key:
            draft = draft.set(other, (*there, "merged_into"), into)
        if code.get("parent") == key:
            draft = draft.set(other, (*there, "parent"), into)
    if definition is not None:
        name, path, _ = draft.find_in_use(into)
        draft = draft.set(name, (*path, "definition"), definition)
    draft = _renamed_mentions(draft, key, into)
    draft = _recorded(draft, key, "merged", signature, f"`{key}` was merged into `{into}`")
    return _recorded(draft, into, "received", signature, None)


def rename(draft: Draft, key: str, new: str, signature: Signature) -> Draft:
    """The codebook with another key for a code; its id stays, and codings under the former key are read as before.

    Args:
        draft: The codebook's files.
        key: The key it has.
        new: The key it gets.
        signature: Who, when, why.
    """
    name, path, code = draft.find_in_use(key)
    draft = draft.set(name, (*path, "id"), code.get("id", first_id(key))).set(name, (*path, "key"), new)
    for other, there, each in list(draft.codes()):
        for pointer in ("parent", "merged_into"):
            if each.get(pointer) == key:
                draft = draft.set(other, (*there, pointer), new)
    draft = _renamed_mentions(draft, key, new)
    return _recorded(draft, new, "renamed", signature, f"`{key}` is now called `{new}`", formerly=key)


def retire(draft: Draft, key: str, signature: Signature) -> Draft:
    """The codebook with a code out of use; it stays in its file, so that what was coded with it can be understood.

    Args:
        draft: The codebook's files.
        key: The code.
        signature: Who, when, why.
    """
    name, path, _ = draft.find_in_use(key)
    draft = draft.set(name, (*path, "status"), "retired")
    draft = draft.note(*(f"{each} still names {key!r} as a neighbour; read it again" for each in _mentions(draft, key)))
    return _recorded(draft, key, "retired", signature, f"`{key}` was retired")


def write_draft(folder: Path, draft: Draft) -> Codebook:
    """The codebook as it is after the changes, which are written if it has no faults.

    Args:
        folder: The codebook's folder.
        draft: Its changed files.

    Raises:
        CodebookError: The changed codebook would have faults; nothing is written then.
        WritingError: The files cannot be written; all of them are as they were.
    """
    with trial_folder() as above:
        trial = above / folder.resolve().name
        trial.mkdir()
        for name, text in draft.files.items():
            write_text(trial / name, text)
        codebook = read_codebook(trial)
    write_files(folder, {name: text for name, text in draft.files.items() if text != _present(folder / name)})
    return codebook


def _present(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _recorded(
    draft: Draft, key: str, kind: Kind, signature: Signature, remark: str | None, *, formerly: str | None = None
) -> Draft:
    """The draft with a change in a code's history, the codebook's version, and a line among its changes."""
    if version_order(signature.version) < version_order(draft.version):
        raise CodebookError(f"version {signature.version} is before {draft.version}, which the codebook has")
    name, path, _ = draft.find(key)
    fields = {"version": signature.version, "date": signature.date, "who": signature.who, "change": kind}
    fields |= {"formerly": formerly} if formerly else {}
    table = toml_table("code.history", fields | {"why": signature.why})
    draft = replace(draft, files={**draft.files, name: add_table(draft.files[name], table, within=path)})
    draft = draft.set(HEAD, ("version",), signature.version)
    if remark is None:
        return draft
    changes = draft.files.get(CHANGES)
    listed = {} if changes is None else {CHANGES: _listed(changes, signature.version, f"- {remark}: {signature.why}")}
    return replace(draft, files={**draft.files, **listed}).note(remark)


def _listed(changes: str, version: str, line: str) -> str:
    """The list of changes with one more line under its version, the newest version first."""
    before, heading, after = changes.partition(f"\n## {version}\n")
    if heading:
        body, later, rest = after.partition("\n## ")
        return before + heading + body.rstrip("\n") + f"\n{line}\n" + later + rest
    before, later, rest = changes.partition("\n## ")
    return before.rstrip("\n") + f"\n\n## {version}\n\n{line}\n" + later + rest


def _mentions(draft: Draft, key: str) -> list[str]:
    """The codes in use that name a code in their texts, by key."""
    texts = [
        (code["key"], " ".join(str(code.get(each, "")) for each in ("do_not_use_when", "close_but_not")))
        for _, _, code in draft.codes()
        if code.get("status", "active") in ("draft", "active") and code["key"] != key
    ]
    return [other for other, text in texts if re.search(rf"\b{key}\b", text)]


def _renamed_mentions(draft: Draft, key: str, new: str) -> Draft:
    """The draft in which codes that named a neighbour name it by another key; one that would name itself is noted."""
    for other in _mentions(draft, key):
        if other == new:
            draft = draft.note(f"{other} still names {key!r} as a neighbour; read it again")
            continue
        name, path, code = draft.find(other)
        for each in ("do_not_use_when", "close_but_not"):
            text = str(code.get(each, ""))
            if re.search(rf"\b{key}\b", text):
                draft = draft.set(name, (*path, each), re.sub(rf"\b{key}\b", new, text))
    return draft


def _position(name: str) -> tuple[int, str]:
    """Where a field of a code stands in its file: the key first, then as the record has them."""
    order = ["key", *Code.model_fields]
    return (order.index(name) if name in order else len(order), name)


def _free_id(draft: Draft, key: str) -> str:
    """An id that no code has: a key that was given up may be used again, and is then another code."""
    taken = {code.get("id", first_id(code["key"])) for _, _, code in draft.codes()}
    candidates = (first_id(key if number == 0 else f"{key} {number}") for number in range(len(taken) + 1))
    return next(each for each in candidates if each not in taken)

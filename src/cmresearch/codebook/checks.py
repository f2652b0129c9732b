"""The faults in the files of a codebook, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cmresearch.codebook.records import (
    Change,
    Code,
    CodedVariable,
    Condition,
    Dimension,
    Evidence,
    Head,
    Indicator,
    Provenance,
    Record,
    Reference,
    Value,
    Variables,
    version_order,
)
from cmresearch.errors import nearest
from cmresearch.files.toml import KeyPath, TomlFile, describe_fault, tables

_MODELS: dict[str, type[Record]] = {"codebook.toml": Head, "variables.toml": Variables}
_TABLES: dict[str, type[Record]] = {
    "code": Code,
    "history": Change,
    "indicator": Indicator,
    "variable": CodedVariable,
    "value": Value,
    "conditional_on": Condition,
    "source": Reference,
    "provenance": Provenance,
    "evidence": Evidence,
}
_NO_DEFINITION = "; two coders cannot apply a code without one"
_REASONS = {
    ("missing", "code", "definition"): _NO_DEFINITION,
    ("string_too_short", "code", "definition"): _NO_DEFINITION,
    ("value_error", "evidence", "can_know"): "; where nobody can know, no interview counts",
}


def model_of(file: TomlFile) -> type[Record]:
    """The record that a file of a codebook holds, by the file's name: any other than two is a dimension."""
    return _MODELS.get(file.name.rpartition("/")[2], Dimension)


def parse(file: TomlFile, languages: tuple[str, ...]) -> Record | list[str]:
    """The record that a file holds, or what is wrong with it, a line each.

    Args:
        file: One file of the codebook.
        languages: The languages in which every label must be given.
    """
    try:
        return model_of(file).model_validate(file.data, context=languages)
    except ValidationError as error:
        return [file.fault(fault["loc"], _sentence(fault, model_of(file))) for fault in error.errors()]


def _sentence(fault: ErrorDetails, model: type[Record]) -> str:
    *above, key = fault["loc"]
    table = next((step for step in reversed(above) if isinstance(step, str)), "")
    fields = _TABLES.get(table, model).model_fields
    known = [field.alias or name for name, field in fields.items()]
    return describe_fault(fault, known) + _REASONS.get((fault["type"], table, str(key)), "")


def faults_between(files: Sequence[TomlFile]) -> Iterator[str]:
    """The faults that show only when files are laid side by side."""
    dimensions = [file for file in files if model_of(file) is Dimension]
    known = [str(file.data.get("key")) for file in dimensions]
    sources = [str(table.get("key")) for file in files for _, table in file.tables("source")]
    answers = {
        str(table.get("key")): [str(value.get("key")) for _, value in tables(table, "value")]
        for file in files
        for _, table in file.tables("variable")
    }
    yield from _repeated(files)
    yield from _misnumbered(dimensions)
    codes = {str(table.get("key")): table for file in dimensions for _, table in file.tables("code")}
    version = next((file.data.get("version") for file in files if model_of(file) is Head), None)
    for file in dimensions:
        yield from _unrelated(file, known)
        yield from _misled(file, codes)
        yield from _ahead(file, version)
        yield from _unsourced(file, sources)
    for file in files:
        yield from _unanswerable(file, answers)


def _keyed(file: TomlFile) -> Iterator[tuple[str, KeyPath, object]]:
    """Everything in a file that has a key, with the realm in which the key must stand once."""
    if model_of(file) is Dimension:
        yield "dimension", ("key",), file.data.get("key")
    for realm in ("code", "indicator", "variable", "source"):
        for path, table in file.tables(realm):
            yield realm, (*path, "key"), table.get("key")
            yield f"id of a {realm}", (*path, "id"), table.get("id")
            for within, change in tables(table, "history", path):
                # What another code is called now cannot also be what this one was called: old codings name it.
                yield realm, (*within, "formerly"), change.get("formerly")
            for within, value in tables(table, "value", path):
                yield f"value of {table.get('key')!r}", (*within, "key"), value.get("key")


def _repeated(files: Sequence[TomlFile]) -> Iterator[str]:
    first: dict[tuple[str, object], str] = {}
    for file in files:
        for realm, path, key in _keyed(file):
            if isinstance(key, str) and (realm, key) in first:
                yield file.fault(path, f"the {realm} {key!r} stands already in {first[realm, key]}; expected it once")
            elif isinstance(key, str):
                first[realm, key] = f"{file.name}, line {file.line(path)}"


def _misnumbered(dimensions: Sequence[TomlFile]) -> Iterator[str]:
    numbers = [(file.data["number"], file) for file in dimensions if type(file.data.get("number")) is int]
    if not dimensions:
        yield "the codebook has no dimension; expected a TOML file for each"
    for expected, (number, file) in enumerate(sorted(numbers, key=lambda each: each[0]), start=1):
        # A number that is missing has a fault of its own, and would shift all that follow.
        if number != expected and len(numbers) == len(dimensions):
            yield file.fault(("number",), f"number is {number}; expected {expected}, without gaps or repeats from 1")


def _unrelated(file: TomlFile, known: Sequence[str]) -> Iterator[str]:
    home = file.data.get("key")
    for path, code in file.tables("code"):
        named = code.get("dimensions")
        related = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
        for each in related:
            if each not in known:
                yield file.fault((*path, "dimensions"), f"there is no dimension {each!r}{nearest(each, known)}")
        if related and home not in related:
            yield file.fault((*path, "dimensions"), f"dimensions are {related}; expected {home!r} among them")


def _unsourced(file: TomlFile, sources: Sequence[str]) -> Iterator[str]:
    provenance = file.data.get("provenance")
    named = provenance.get("sources") if isinstance(provenance, dict) else None
    for each in named if isinstance(named, list) else []:
        if each not in sources:
            path = ("provenance", "sources")
            yield file.fault(path, f"codebook.toml has no source {each!r}{nearest(str(each), sources)}")


def _unanswerable(file: TomlFile, answers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Faults of what refers to a coded variable and one of its values."""
    coded = [found for found in file.tables("indicator") if found[1].get("kind") == "coded"]
    asked = [((*path, "conditional_on"), table.get("conditional_on")) for path, table in file.tables("variable")]
    for path, table in [*coded, *asked]:
        variable, value = (table.get("variable"), table.get("value")) if isinstance(table, dict) else (None, None)
        if isinstance(variable, str) and variable not in answers:
            where = (*path, "variable")
            yield file.fault(where, f"variables.toml has no variable {variable!r}{nearest(variable, answers)}")
        elif isinstance(variable, str) and isinstance(value, str) and value not in answers[variable]:
            found = f"{variable!r} has no value {value!r}{nearest(value, answers[variable])}"
            yield file.fault((*path, "value"), found)


def _misled(file: TomlFile, codes: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Faults of codes that point to other codes: the parent, and the code one was merged into."""
    for path, code in file.tables("code"):
        for field in ("parent", "merged_into"):
            named = code.get(field)
            if isinstance(named, str) and named not in codes:
                yield file.fault((*path, field), f"there is no code {named!r}{nearest(named, codes)}")
            elif isinstance(named, str) and codes[named].get("status", "active") in ("merged", "retired"):
                yield file.fault((*path, field), f"{field} is {named!r}, which is out of use; expected a code in use")
        above = list(_above(str(code.get("key")), codes))
        if code.get("key") in above:
            yield file.fault((*path, "parent"), f"parents run in a circle: {' > '.join(above)}")


def _above(key: str, codes: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """The parents of a code, from the nearest on; each once, should they run in a circle."""
    seen: set[str] = set()
    parent = codes.get(key, {}).get("parent")
    while isinstance(parent, str) and parent in codes and parent not in seen:
        seen.add(parent)
        yield parent
        parent = codes[parent].get("parent")


def _ahead(file: TomlFile, version: object) -> Iterator[str]:
    for path, code in file.tables("code"):
        for within, change in tables(code, "history", path):
            made = change.get("version")
            if isinstance(made, str) and isinstance(version, str) and version_order(made) > version_order(version):
                yield file.fault((*within, "version"), f"version is {made}; expected {version} at most, the codebook's")

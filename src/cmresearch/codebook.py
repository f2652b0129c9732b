"""Every code, what it means, and the dimension of the theory it speaks to.

A codebook is a folder of TOML files: `codebook.toml` with its version and sources, `variables.toml` with what
is recorded for each sampled complaint (where anything is), and one further file per dimension. How many
dimensions there are, of which theory and in which languages, the folder says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from cmresearch.errors import CodebookError, nearest, raise_all
from cmresearch.toml_file import Place, TomlFile, describe_fault, read_toml_file, tables

T = TypeVar("T")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _in_every_language(words: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = info.context or tuple(words)
    if sorted(words) != sorted(languages):
        raise ValueError(f"{info.field_name} is in {', '.join(words)}; expected {', '.join(languages)}")
    return words


def _some(items: tuple[T, ...], info: ValidationInfo) -> tuple[T, ...]:
    if not items:
        raise ValueError(f"{info.field_name} is empty; expected one or more")
    return items


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)]
Words = Annotated[dict[str, Text], AfterValidator(_in_every_language)]
# TOML knows lists, records are frozen: the one conversion that strictness would refuse.
Many = Annotated[tuple[T, ...], Field(strict=False)]
Some = Annotated[tuple[T, ...], Field(strict=False), AfterValidator(_some)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Provenance(_Record):
    """Where a dimension comes from: whether its name was seen, in which source, and what is uncertain."""

    name: Literal["verified", "inferred"]
    sources: Some[str]
    note: Text


class Code(_Record):
    """A code: what it means, when it applies, which code applies instead, and the dimensions it speaks to.

    A code has no direction. Whether a segment supports or hinders a dimension, states its absence or gives
    context is recorded for each coded segment.
    """

    key: Key
    label: Words
    brief: Text
    definition: Text
    use_when: Text
    do_not_use_when: Text
    example: Text
    dimensions: Some[str]


class Indicator(_Record):
    """A figure that speaks to a dimension, with the threshold it is held against and where that comes from.

    A register indicator is computed from a column of the full set; a coded one is the share of complaints whose
    coded `variable` has this `value`. `defensible` is the lowest and the highest threshold one could defend.
    """

    key: Key
    label: Words
    kind: Literal["register", "coded"]
    variable: Key
    value: str | None = None
    statistic: Literal["proportion", "mean", "median"]
    direction: Literal["at_least", "at_most"]
    threshold: float = Field(allow_inf_nan=False)
    defensible: Many[float]
    threshold_source: Text

    @model_validator(mode="after")
    def _check(self) -> Indicator:
        faults = [*_threshold_faults(self), *_kind_faults(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _threshold_faults(indicator: Indicator) -> Iterator[str]:
    threshold, span = indicator.threshold, indicator.defensible
    if len(span) != 2 or not span[0] <= threshold <= span[1]:
        yield f"threshold is {threshold:g}, defensible {list(span)}; expected [lowest, highest] around it"
    if indicator.statistic == "proportion" and not all(0 <= x <= 1 for x in (threshold, *span)):
        yield f"threshold is {threshold:g}, defensible {list(span)}; expected a proportion between 0 and 1"


def _kind_faults(indicator: Indicator) -> Iterator[str]:
    coded = indicator.kind == "coded"
    # Coders choose among categories, and of categories only a share can be estimated.
    if coded and indicator.statistic != "proportion":
        yield f"statistic is {indicator.statistic!r}; expected 'proportion' for a coded indicator"
    if coded and indicator.value is None:
        yield f"no value; expected the value of {indicator.variable!r} whose share is meant"
    if not coded and indicator.value is not None:
        yield f"value is {indicator.value!r}; expected none, a register indicator takes a column as it is"


class Evidence(_Record):
    """Whose word counts for a dimension: the roles of informants that could know."""

    can_know: Some[Key]


class Dimension(_Record):
    """A dimension of the theory, with its codes, indicators and interview questions."""

    number: int
    key: Key
    name: Words
    definition: Words
    provenance: Provenance
    questions: Many[Words] = Field((), alias="question")
    codes: Many[Code] = Field((), alias="code")
    indicators: Many[Indicator] = Field((), alias="indicator")
    evidence: Evidence

    @property
    def can_know(self) -> tuple[str, ...]:
        """The roles of informants that could know about this dimension."""
        return self.evidence.can_know


class Value(_Record):
    """One of the answers a coder chooses among."""

    key: Key
    label: Words
    definition: Text


class Condition(_Record):
    """The answer to another variable without which a variable is not asked."""

    variable: str
    value: str


class CodedVariable(_Record):
    """What a coder records for a sampled complaint: the question, its answers, and when it is asked."""

    key: Key
    label: Words
    question: Words
    conditional_on: Condition | None = None
    values: Many[Value] = Field(alias="value")

    @model_validator(mode="after")
    def _check(self) -> CodedVariable:
        if len(self.values) < 2:
            raise ValueError(f"values to choose among: {len(self.values)}; expected two or more")
        return self


class Reference(_Record):
    """A publication the codebook rests on, and how much of it was seen."""

    key: str
    citation: Text
    url: str
    seen: Text


class _Head(_Record):
    version: Text
    title: Text
    languages: Some[str]
    license: Text
    theory: Text
    notes: Many[Text] = ()
    sources: Many[Reference] = Field((), alias="source")


class _Variables(_Record):
    variables: Many[CodedVariable] = Field((), alias="variable")


class Codebook(_Head):
    """A codebook: the dimensions by their numbers, the coded variables, and where all of it comes from.

    `sha256` is the fingerprint of its TOML files, the same whatever line ends they are stored with.
    """

    dimensions: Many[Dimension]
    variables: Many[CodedVariable]
    sha256: str

    @cached_property
    def codes(self) -> dict[str, Code]:
        """Every code by its key, in the order of the dimensions."""
        return {code.key: code for dimension in self.dimensions for code in dimension.codes}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its key, in the order of the dimensions."""
        return {each.key: each for dimension in self.dimensions for each in dimension.indicators}

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Every role of an informant that could know about some dimension, in order of first mention."""
        return tuple(dict.fromkeys(role for dimension in self.dimensions for role in dimension.can_know))

    def dimension(self, key: str) -> Dimension:
        """The dimension of that key.

        Args:
            key: Such as `create_closure`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        return _pick("dimension", key, {each.key: each for each in self.dimensions})

    def code(self, key: str) -> Code:
        """The code of that key.

        Args:
            key: Such as `final_answer`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        return _pick("code", key, self.codes)

    def variable(self, key: str) -> CodedVariable:
        """The coded variable of that key.

        Args:
            key: Such as `topic`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        return _pick("coded variable", key, {each.key: each for each in self.variables})

    def codes_of(self, dimension: str) -> tuple[Code, ...]:
        """The codes that speak to a dimension, those of other dimensions' files included.

        Args:
            dimension: The key of the dimension.

        Raises:
            CodebookError: There is no such dimension.
        """
        key = self.dimension(dimension).key
        return tuple(code for code in self.codes.values() if key in code.dimensions)

    def to_frame(self) -> pd.DataFrame:
        """The codebook as a table, to print or to hand to a coder.

        Returns:
            One row for each code, in the order of the dimensions: number and key of the dimension in whose file
            it stands, its key, a label for each language, its texts, and the dimensions it speaks to, joined
            by "; ".
        """
        return pd.DataFrame([self._row(each, code) for each in self.dimensions for code in each.codes])

    def _row(self, dimension: Dimension, code: Code) -> dict[str, object]:
        labels = {f"label_{language}": code.label[language] for language in self.languages}
        texts = code.model_dump(include={"brief", "definition", "use_when", "do_not_use_when", "example"})
        place = {"number": dimension.number, "dimension": dimension.key, "code": code.key}
        return place | labels | texts | {"dimensions": "; ".join(code.dimensions)}


def _pick(what: str, key: str, known: Mapping[str, T]) -> T:
    if key not in known:
        raise CodebookError(f"the codebook has no {what} {key!r}{nearest(key, known)}")
    return known[key]


def read_codebook(folder: str | Path) -> Codebook:
    """The codebook of a folder, checked.

    Every TOML file of the folder is read: `codebook.toml`, `variables.toml` where there is one, and each
    other one as a dimension.

    Args:
        folder: The folder that holds the files.

    Raises:
        CodebookError: With every fault of every file, a line each: the file, the line, what was found and
            expected. Faults between files (a key given twice, a dimension that is not there) are looked for
            only when every file could be parsed.

    Example:
        >>> read_codebook("no-such-folder")
        Traceback (most recent call last):
            ...
        cmresearch.errors.CodebookError: no-such-folder: no codebook.toml; a codebook is a folder with one
    """
    paths = sorted(Path(folder).glob("*.toml"))
    if "codebook.toml" not in [path.name for path in paths]:
        raise CodebookError(f"{folder}: no codebook.toml; a codebook is a folder with one")
    return _codebook(paths)


_MODELS: dict[str, type[_Record]] = {"codebook.toml": _Head, "variables.toml": _Variables}
_TABLES: dict[str, type[_Record]] = {
    "code": Code,
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


def _model(file: TomlFile) -> type[_Record]:
    return _MODELS.get(file.name.rpartition("/")[2], Dimension)


def _codebook(paths: Sequence[Path]) -> Codebook:
    read = [_read(path) for path in paths]
    files = [file for file in read if isinstance(file, TomlFile)]
    faults = [str(fault) for fault in read if isinstance(fault, CodebookError)]
    parsed = [_parse(file, _languages(files)) for file in files]
    faults += [fault for found in parsed if isinstance(found, list) for fault in found]
    # What stands in a file that cannot be read is not known, and nothing that refers to it is to be blamed.
    faults += list(_faults_between(files)) if len(files) == len(paths) else []
    raise_all(CodebookError, faults)
    return _joined(files, [record for record in parsed if isinstance(record, _Record)])


def _read(path: Path) -> TomlFile | CodebookError:
    try:
        return read_toml_file(path, CodebookError)
    except CodebookError as fault:
        return fault


def _languages(files: Sequence[TomlFile]) -> tuple[str, ...]:
    named = next((file.data.get("languages") for file in files if _model(file) is _Head), None)
    return tuple(word for word in named if isinstance(word, str)) if isinstance(named, list) else ()


def _parse(file: TomlFile, languages: tuple[str, ...]) -> _Record | list[str]:
    try:
        return _model(file).model_validate(file.data, context=languages)
    except ValidationError as error:
        return [file.fault(fault["loc"], _sentence(fault, _model(file))) for fault in error.errors()]


def _sentence(fault: ErrorDetails, model: type[_Record]) -> str:
    *above, key = fault["loc"]
    table = next((step for step in reversed(above) if isinstance(step, str)), "")
    fields = _TABLES.get(table, model).model_fields
    known = [field.alias or name for name, field in fields.items()]
    return describe_fault(fault, known) + _REASONS.get((fault["type"], table, str(key)), "")


def _joined(files: Sequence[TomlFile], records: Sequence[_Record]) -> Codebook:
    head = next(file.data for file in files if _model(file) is _Head)
    dimensions = [record for record in records if isinstance(record, Dimension)]
    variables = [each for record in records if isinstance(record, _Variables) for each in record.variables]
    listing = "".join(f"{file.name.rpartition('/')[2]} {file.sha256}\n" for file in files)
    parts = {
        "dimensions": sorted(dimensions, key=lambda dimension: dimension.number),
        "variables": variables,
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
    }
    return Codebook.model_validate(head | parts)


def _faults_between(files: Sequence[TomlFile]) -> Iterator[str]:
    """The faults that show only when files are laid side by side."""
    dimensions = [file for file in files if _model(file) is Dimension]
    known = [str(file.data.get("key")) for file in dimensions]
    sources = [str(table.get("key")) for file in files for _, table in file.tables("source")]
    answers = {
        str(table.get("key")): [str(value.get("key")) for _, value in tables(table, "value")]
        for file in files
        for _, table in file.tables("variable")
    }
    yield from _repeated(files)
    yield from _misnumbered(dimensions)
    for file in dimensions:
        yield from _unrelated(file, known)
        yield from _unsourced(file, sources)
    for file in files:
        yield from _unanswerable(file, answers)


def _keyed(file: TomlFile) -> Iterator[tuple[str, Place, object]]:
    """Everything in a file that has a key, with the realm in which the key must stand once."""
    if _model(file) is Dimension:
        yield "dimension", ("key",), file.data.get("key")
    for realm in ("code", "indicator", "variable", "source"):
        for place, table in file.tables(realm):
            yield realm, (*place, "key"), table.get("key")
            for within, value in tables(table, "value", place):
                yield f"value of {table.get('key')!r}", (*within, "key"), value.get("key")


def _repeated(files: Sequence[TomlFile]) -> Iterator[str]:
    first: dict[tuple[str, object], str] = {}
    for file in files:
        for realm, place, key in _keyed(file):
            if isinstance(key, str) and (realm, key) in first:
                yield file.fault(place, f"the {realm} {key!r} stands already in {first[realm, key]}; expected it once")
            elif isinstance(key, str):
                first[realm, key] = f"{file.name}, line {file.line(place)}"


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
    for place, code in file.tables("code"):
        named = code.get("dimensions")
        related = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
        for each in related:
            if each not in known:
                yield file.fault((*place, "dimensions"), f"there is no dimension {each!r}{nearest(each, known)}")
        if related and home not in related:
            yield file.fault((*place, "dimensions"), f"dimensions are {related}; expected {home!r} among them")


def _unsourced(file: TomlFile, sources: Sequence[str]) -> Iterator[str]:
    provenance = file.data.get("provenance")
    named = provenance.get("sources") if isinstance(provenance, dict) else None
    for each in named if isinstance(named, list) else []:
        if each not in sources:
            place = ("provenance", "sources")
            yield file.fault(place, f"codebook.toml has no source {each!r}{nearest(str(each), sources)}")


def _unanswerable(file: TomlFile, answers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Faults of what refers to a coded variable and one of its values."""
    coded = [found for found in file.tables("indicator") if found[1].get("kind") == "coded"]
    asked = [((*place, "conditional_on"), table.get("conditional_on")) for place, table in file.tables("variable")]
    for place, table in [*coded, *asked]:
        variable, value = (table.get("variable"), table.get("value")) if isinstance(table, dict) else (None, None)
        if isinstance(variable, str) and variable not in answers:
            where = (*place, "variable")
            yield file.fault(where, f"variables.toml has no variable {variable!r}{nearest(variable, answers)}")
        elif isinstance(variable, str) and isinstance(value, str) and value not in answers[variable]:
            found = f"{variable!r} has no value {value!r}{nearest(value, answers[variable])}"
            yield file.fault((*place, "value"), found)

"""The records of a codebook: dimensions, codes with their history, indicators, coded variables, references."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from cmresearch.language.translations import Remark

T = TypeVar("T")

IDS = uuid.UUID("6f1c9a52-3f0e-5f0e-9a53-0d6f8f5b7c11")
"""Under this the first id of a code is made from its key; it stays when the key changes."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _in_every_language(translations: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = info.context or tuple(translations)
    if sorted(translations) != sorted(languages):
        raise ValueError(f"{info.field_name} is in {', '.join(translations)}; expected {', '.join(languages)}")
    return translations


def _some(items: tuple[T, ...], info: ValidationInfo) -> tuple[T, ...]:
    if not items:
        raise ValueError(f"{info.field_name} is empty; expected one or more")
    return items


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$")]
Date = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)]
Translated = Annotated[dict[str, Text], AfterValidator(_in_every_language)]
# TOML knows lists, records are frozen: the one conversion that strictness would refuse.
Many = Annotated[tuple[T, ...], Field(strict=False)]
Some = Annotated[tuple[T, ...], Field(strict=False, json_schema_extra={"minItems": 1}), AfterValidator(_some)]
Status: TypeAlias = Literal["draft", "active", "merged", "retired"]
Kind: TypeAlias = Literal["created", "activated", "reworded", "clarified", "received", "renamed", "merged", "retired"]


class Record(BaseModel):
    """A part of a codebook: it cannot be changed, and knows no field but its own."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def version_order(version: str) -> tuple[int, ...]:
    """The numbers that versions are sorted by, so that 1.10 comes after 1.9.

    Example:
        >>> version_order("1.9.0") < version_order("1.10.0")
        True
    """
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def first_id(key: str) -> str:
    """The id that a code gets when it is made; it stays when the code is renamed.

    Example:
        >>> first_id("final_answer")
        'e95f1853-d81c-534c-98b1-788a3c67d29d'
    """
    return str(uuid.uuid5(IDS, key))


class Provenance(Record):
    """Where a dimension comes from: whether its name was seen, in which source, and what is uncertain."""

    name: Literal["verified", "inferred"]
    sources: Some[str]
    note: Remark


class Change(Record):
    """One step in the life of a code: in which version of the codebook, when, who, what and why.

    What happened is one of: created; activated (a draft came into use); reworded (the meaning changed, so codings made
    before must be looked at again); clarified (the wording changed and the meaning did not); received (another code
    was merged into this one); renamed; merged; retired.
    """

    version: Version
    date: Date
    who: Text
    change: Kind
    why: Text
    formerly: Key | None = None

    @model_validator(mode="after")
    def _check(self) -> Change:
        if (self.change == "renamed") != (self.formerly is not None):
            raise ValueError("expected 'formerly', the key it had, where a code was renamed and nowhere else")
        return self


class Code(Record):
    """A code: what it means, when it applies, which code applies instead, and the dimensions it speaks to.

    A code has no direction. Whether a segment supports or hinders a dimension, states its absence or gives
    context is recorded for each coded segment. The fields are those of MacQueen, McLellan, Kay and Milstein (1998) and
    DeCuir-Gunby, Marshall and McCulloch (2011). `example` is a typical one, `atypical_example` one at the edge that
    still belongs here, `close_but_not` one that looks alike and belongs elsewhere.
    """

    id: Guid
    key: Key
    parent: Key | None = None
    label: Translated
    brief: Text
    definition: Text
    use_when: Text
    do_not_use_when: Text
    example: Text
    atypical_example: Text | None = None
    close_but_not: Text | None = None
    origin: Literal["theory", "data"] = "theory"
    citation: Text | None = None
    dimensions: Some[str]
    status: Status = "active"
    merged_into: Key | None = None
    history: Many[Change] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_an_id(cls, given: object) -> object:
        if isinstance(given, dict) and "id" not in given and isinstance(given.get("key"), str):
            return given | {"id": first_id(given["key"])}
        return given

    @model_validator(mode="after")
    def _check(self) -> Code:
        faults = list(_life_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def is_in_use(self) -> bool:
        """Whether coders may give it: it is active or a draft."""
        return self.status in ("active", "draft")

    @property
    def defined_in(self) -> str | None:
        """The version in which its meaning was last set, or None where its history does not say."""
        return next((each.version for each in reversed(self.history) if each.change in ("created", "reworded")), None)

    @property
    def ended_in(self) -> str | None:
        """The version in which it was merged or retired, or None where it is in use or its history does not say."""
        ends = (each.version for each in reversed(self.history) if each.change in ("merged", "retired"))
        return None if self.is_in_use else next(ends, None)

    @property
    def former_keys(self) -> tuple[str, ...]:
        """The keys it had before it was renamed."""
        return tuple(each.formerly for each in self.history if each.formerly is not None)


def _life_faults(code: Code) -> Iterator[str]:
    if (code.status == "merged") != (code.merged_into is not None):
        found = f"status is {code.status!r} and merged_into {code.merged_into!r}"
        yield f"{found}; expected a merged code, and no other, to name the code it was merged into"
    for one, other in pairwise(code.history):
        if version_order(one.version) > version_order(other.version):
            yield f"history has {one.version} before {other.version}; expected the oldest change first"
    last = code.history[-1].change if code.history else None
    if not code.is_in_use and code.history and last != code.status:
        yield f"status is {code.status!r} and the last change {last!r}; expected the history to end with it"


class Indicator(Record):
    """A figure that speaks to a dimension, with the threshold it is held against and where that comes from.

    A register indicator is computed from a column of the full set; a coded one is the share of complaints whose
    coded `variable` has this `value`. `defensible` is the lowest and the highest threshold one could defend.
    """

    key: Key
    label: Translated
    kind: Literal["register", "coded"]
    variable: Key
    value: str | None = None
    statistic: Literal["proportion", "mean", "median"]
    direction: Literal["at_least", "at_most"]
    threshold: float = Field(allow_inf_nan=False)
    defensible: Many[float]
    threshold_source: Remark

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


class Evidence(Record):
    """Whose word counts for a dimension: the roles of informants that could know."""

    can_know: Some[Key]


class Dimension(Record):
    """A dimension of the theory, with its codes, indicators and interview questions."""

    number: int
    key: Key
    name: Translated
    definition: Translated
    provenance: Provenance
    questions: Many[Translated] = Field((), alias="question")
    codes: Many[Code] = Field((), alias="code")
    indicators: Many[Indicator] = Field((), alias="indicator")
    evidence: Evidence

    @property
    def can_know(self) -> tuple[str, ...]:
        """The roles of informants that could know about this dimension."""
        return self.evidence.can_know


class Value(Record):
    """One of the answers a coder chooses among."""

    key: Key
    label: Translated
    definition: Remark


class Condition(Record):
    """The answer to another variable without which a variable is not asked."""

    variable: str
    value: str


class CodedVariable(Record):
    """What a coder records for a sampled complaint: the question, its answers, and when it is asked."""

    key: Key
    label: Translated
    question: Translated
    conditional_on: Condition | None = None
    values: Many[Value] = Field(alias="value")

    @model_validator(mode="after")
    def _check(self) -> CodedVariable:
        if len(self.values) < 2:
            raise ValueError(f"values to choose among: {len(self.values)}; expected two or more")
        return self


class Reference(Record):
    """A publication the codebook rests on, and how much of it was seen."""

    key: str
    citation: Remark
    url: str
    seen: Text


class Head(Record):
    """What codebook.toml says: the version, the theory, and the sources that were seen."""

    version: Version
    title: Remark
    languages: Some[str]
    license: Text
    theory: Remark
    notes: Many[Text] = ()
    sources: Many[Reference] = Field((), alias="source")


class Variables(Record):
    """What variables.toml says: what coders record for each sampled complaint."""

    variables: Many[CodedVariable] = Field((), alias="variable")

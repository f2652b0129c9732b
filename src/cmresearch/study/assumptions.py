"""What a synthetic full set is made from: published totals, written assumptions and made sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cmresearch.errors import CmResearchError, nearest, raise_all

Value = TypeVar("Value")
Weights = Mapping[str, int]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Stated(_Frozen):
    """Something with its basis: published (then where), or assumed (then why)."""

    basis: Literal["published", "assumed"]
    figure: str = ""
    why: str = ""

    @model_validator(mode="after")
    def _says_where_it_is_from(self) -> Self:
        if not (self.figure if self.basis == "published" else self.why):
            raise ValueError(f"{self.basis}, but {'figure' if self.basis == 'published' else 'why'} is empty")
        return self


class Parameter(_Stated, Generic[Value]):
    """One number or list of numbers of the full set, published or assumed."""

    value: Value


class Channel(_Stated):
    """A channel, its complaints of the year, and its weight among the COVID-19 complaints."""

    name: str
    family: str
    complaints: int = Field(ge=0)
    covid_weight: int = Field(ge=0)


class Family(_Stated):
    """What channels of one family share: how quickly they are served and what their replies hold.

    Times are points (per mille of complaints, minutes); dispositions are weights of one, two, three … of them.
    """

    name: str
    coordinate_minutes: tuple[tuple[int, int], ...]
    close_minutes: tuple[tuple[int, int], ...]
    dispositions: tuple[int, ...]
    explicit_answer_per_mille: int
    implicit_answer_per_mille: int
    evidence_per_mille: int
    addresses_case_per_mille: int
    repeat_per_mille: int


class Topic(_Stated):
    """A COVID-19 topic: how many complaints, from which month, in which categories, handled by whom."""

    key: str
    label: str
    complaints: int = Field(ge=0)
    from_month: int = Field(ge=1, le=12)
    categories: Weights
    agencies: Weights


class Category(_Stated):
    """A category of the register, its complaints of the year, and who handles them."""

    name: str
    complaints: int = Field(ge=0)
    agencies: Weights


class City(_Stated):
    """A city with its weight, its kecamatan and their kelurahan."""

    name: str
    weight: int = Field(ge=0)
    kecamatan: Mapping[str, tuple[str, ...]]


class Matter(_Frozen):
    """Sentences about one matter that people complain of, and the replies that fit it."""

    opening: tuple[str, ...]
    detail: tuple[str, ...] = ("",)
    about: str
    done: tuple[str, ...]
    pending: tuple[str, ...]


class ReplyWords(_Frozen):
    """Sentences that replies share, whatever the complaint was about."""

    greeting: tuple[str, ...]
    ending: tuple[str, ...]
    evidence: tuple[str, ...]
    closing: tuple[str, ...]
    implicit: tuple[str, ...]
    anywhere_explicit: tuple[str, ...]
    anywhere_implicit: tuple[str, ...]
    anywhere_none: tuple[str, ...]


class SharedWords(_Frozen):
    """Sentences that all complaints share."""

    repeat: tuple[str, ...]
    request: tuple[str, ...]
    cut_off: tuple[str, ...]
    test_entry: tuple[str, ...]
    reply: ReplyWords


class Texts(_Frozen):
    """All sentences and the words that fill their gaps."""

    slots: Mapping[str, tuple[str, ...]]
    shared: SharedWords
    topic: Mapping[str, tuple[Matter, ...]]
    category: Mapping[str, tuple[Matter, ...]]


class Parameters(_Frozen):
    """Everything a full set is made from but its seed; each number is published or assumed, and says so."""

    complaints: Parameter[int]
    covid_complaints: Parameter[int]
    solved: Parameter[int]
    mean_hours: Parameter[Decimal]
    open_from_month: Parameter[int]
    open_status_weights: Parameter[dict[str, int]]
    unlogged_coordination_per_mille: Parameter[int]
    not_codable_per_mille: Parameter[int]
    ineligible_per_mille: Parameter[int]
    covid_by_month: Parameter[tuple[int, ...]]
    other_by_month: Parameter[tuple[int, ...]]
    hour_weights: Parameter[tuple[int, ...]]
    office_hour_weights: Parameter[tuple[int, ...]]
    channels: tuple[Channel, ...] = Field(alias="channel")
    families: tuple[Family, ...] = Field(alias="family")
    topics: tuple[Topic, ...] = Field(alias="topic")
    categories: tuple[Category, ...] = Field(alias="category")
    cities: tuple[City, ...] = Field(alias="city")
    texts: Texts

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        sums = {
            "channels": ([c.complaints for c in self.channels], self.complaints.value),
            "categories": ([c.complaints for c in self.categories], self.complaints.value),
            "topics": ([topic.complaints for topic in self.topics], self.covid_complaints.value),
        }
        for name, (parts, total) in sums.items():
            if (found := sum(parts)) != total:
                raise ValueError(f"the {name} add up to {found:,} complaints; expected {total:,}")
        return self

    @model_validator(mode="after")
    def _every_name_is_known(self) -> Self:
        wanted = {
            "family": ([c.family for c in self.channels], [family.name for family in self.families]),
            "sentences for the topic": ([topic.key for topic in self.topics], self.texts.topic),
            "sentences for the category": ([c.name for c in self.categories], self.texts.category),
            "category": ([n for topic in self.topics for n in topic.categories], [c.name for c in self.categories]),
        }
        faults = [
            f"there is no {what} {name!r}{nearest(name, known)}"
            for what, (names, known) in wanted.items()
            for name in names
            if name not in known
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def read_parameters(path: Path | str) -> Parameters:
    """What a synthetic full set is made from, each number with its basis.

    Args:
        path: The parameter file; its key `texts` names the file of sentences beside it.

    Raises:
        CmResearchError: A number has no basis, parts do not add up to their total, or a key is unknown; every
            fault, a line each.
    """
    path = Path(path)
    raw = _read_toml(path)
    raw["texts"] = _read_toml(path.parent / str(raw.get("texts", "")))
    try:
        return Parameters.model_validate(raw)
    except ValidationError as found:
        # pydantic names the place as a tuple; a reader wants the path of keys.
        faults = [f"{path}, {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found.errors()]
    raise_all(CmResearchError, faults)
    raise AssertionError


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise CmResearchError(f"{path}: no such file")
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CmResearchError(f"{path}: not readable as TOML: {fault}") from fault

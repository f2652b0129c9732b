"""The parameters of a synthetic full set: the register it imitates, totals, written assumptions, made sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Value = TypeVar("Value")
Weights = Mapping[str, int]
SomeWeights = TypeVar("SomeWeights", tuple[int, ...], Weights)


def _some_weight(weights: SomeWeights) -> SomeWeights:
    """The weights, if they can share anything out: none below nought, and one above."""
    values = weights.values() if isinstance(weights, Mapping) else weights
    if min(values, default=0) < 0 or not sum(values):
        raise ValueError("weights are whole numbers from 0 upwards, and one of them is more than 0")
    return weights


def _rising(points: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The points, if lines through them give each of the 1,000 per mille its minutes."""
    mille, minutes = [point[0] for point in points], [point[1] for point in points]
    whole = mille[:1] == [0] and mille[-1:] == [1000] and mille == sorted(set(mille))
    if not whole or minutes != sorted(minutes) or not 0 <= minutes[0] < minutes[-1]:
        raise ValueError("points (per mille, minutes) run from 0 to 1000 per mille, and their minutes rise")
    return points


Count = Annotated[int, Field(ge=0)]
PerMille = Annotated[int, Field(ge=0, le=1000)]
Month = Annotated[int, Field(ge=1, le=12)]
Shares = Annotated[tuple[int, ...], AfterValidator(_some_weight)]
NamedShares = Annotated[Weights, AfterValidator(_some_weight)]
ByMonth = Annotated[Shares, Field(min_length=12, max_length=12)]
ByHour = Annotated[Shares, Field(min_length=24, max_length=24)]
Points = Annotated[tuple[tuple[int, int], ...], AfterValidator(_rising)]
Sentences = Annotated[tuple[str, ...], Field(min_length=1)]


class Strict(BaseModel):
    """A record of a file: nothing in it may change, and no key may be unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Stated(Strict):
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


class Statuses(Strict):
    """The status of a closed complaint, and those of open ones that were not yet passed on to anybody."""

    closed: str
    waiting: tuple[str, ...] = ()


class Variable(Strict):
    """A variable that coders record: what of a made complaint it shows, under which name, in which categories.

    The categories of the answer are: outcome said, left to be guessed, neither. A topic has those of its keys. All
    others have two: yes, no.
    """

    shows: Literal["topic", "answer", "evidence", "addresses_case", "repeat"]
    name: str
    categories: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_its_categories(self) -> Self:
        expected = {"topic": 0, "answer": 3}.get(self.shows, 2)
        if len(self.categories) != expected:
            raise ValueError(
                f"{self.name} shows the {self.shows} in {len(self.categories)} categories; expected {expected}"
            )
        return self


class Channel(_Stated):
    """A channel, its complaints of the year, and its weight among the complaints with a topic."""

    name: str
    family: str
    complaints: Count
    topic_weight: Count = 0


class Family(_Stated):
    """Shared by channels of one family: when they receive, how quickly they are served and what their replies hold.

    Times are points (per mille of complaints, minutes); dispositions are weights of one, two, three … of them.
    """

    name: str
    hours: str
    coordinate_minutes: Points
    close_minutes: Points
    dispositions: Shares
    explicit_answer_per_mille: PerMille
    implicit_answer_per_mille: PerMille
    evidence_per_mille: PerMille
    addresses_case_per_mille: PerMille
    repeat_per_mille: PerMille


class Topic(_Stated):
    """A topic under study: how many complaints, from which month, in which categories, handled by whom."""

    key: str
    label: str
    complaints: Count
    from_month: Month
    categories: NamedShares
    agencies: NamedShares


class Category(_Stated):
    """A category of the register, its complaints of the year, and who handles them."""

    name: str
    complaints: Count
    agencies: NamedShares


class Place(_Stated):
    """A place of the largest level with its weight, and the places inside it, one or two levels deep."""

    name: str
    weight: Count
    inside: Mapping[str, Sentences] | tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Each smallest place, with all that it lies in before it."""
        if isinstance(self.inside, Mapping):
            return tuple((self.name, above, name) for above, names in self.inside.items() for name in names)
        return tuple((self.name, name) for name in self.inside) or ((self.name,),)


class Matter(Strict):
    """Sentences about one matter that people complain of, and the replies that fit it."""

    opening: Sentences
    detail: Sentences = ("",)
    about: str
    done: Sentences
    pending: Sentences


class ReplyWords(Strict):
    """Sentences that replies share, whatever the complaint was about."""

    greeting: Sentences
    ending: Sentences
    evidence: Sentences
    closing: Sentences
    implicit: Sentences
    anywhere_explicit: Sentences
    anywhere_implicit: Sentences
    anywhere_none: Sentences


class SharedWords(Strict):
    """Sentences that all complaints share."""

    repeat: Sentences
    request: Sentences
    cut_off: Sentences
    test_entry: Sentences
    reply: ReplyWords


class Texts(Strict):
    """All sentences and the words that fill their slots."""

    slots: Annotated[Mapping[str, Sentences], Field(max_length=4)]  # each is chosen by a number of its own
    shared: SharedWords
    topic: Mapping[str, Annotated[tuple[Matter, ...], Field(min_length=1)]] = {}
    category: Mapping[str, Annotated[tuple[Matter, ...], Field(min_length=1)]]


class Parameters(Strict):
    """Everything a full set is made from but its seed; each number is published or assumed, and says so.

    Attributes:
        year: The calendar year in which all complaints come in.
        id_pattern: `strftime` codes for the date of arrival, and `{serial}` for the serial of the day.
        place_levels: Names of the levels of place, from the largest to the smallest; three at most.
        columns: The export's name of each thing, in the order of its columns; what is not named is left out.
        hours: Weights of the hours 0 to 23, by a name that families refer to.
    """

    texts: Texts
    year: Annotated[int, Field(ge=1900, le=2199)]
    id_pattern: str
    place_levels: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    columns: Mapping[str, str]
    statuses: Statuses
    variables: tuple[Variable, ...] = Field(default=(), alias="variable")
    complaints: Parameter[Count]
    topic_complaints: Parameter[Count] | None = None
    solved: Parameter[Count]
    mean_hours: Parameter[Decimal]
    open_from_month: Parameter[Month]
    open_status_weights: Parameter[NamedShares]
    unlogged_coordination_per_mille: Parameter[PerMille]
    not_codable_per_mille: Parameter[PerMille]
    ineligible_per_mille: Parameter[PerMille]
    topic_by_month: Parameter[ByMonth] | None = None
    other_by_month: Parameter[ByMonth]
    hours: Mapping[str, Parameter[ByHour]]
    channels: tuple[Channel, ...] = Field(alias="channel")
    families: tuple[Family, ...] = Field(alias="family")
    topics: tuple[Topic, ...] = Field(default=(), alias="topic")
    categories: tuple[Category, ...] = Field(alias="category")
    places: tuple[Place, ...] = Field(alias="place")

    @property
    def dates(self) -> tuple[date, ...]:
        """Each day of the year."""
        first = date(self.year, 1, 1).toordinal()
        return tuple(date.fromordinal(day) for day in range(first, date(self.year + 1, 1, 1).toordinal()))

"""The settings of one study, as its `study.toml` says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cmresearch.errors import StudyError, nearest
from cmresearch.estimation.statistics import OF_A_STUDY
from cmresearch.files.toml import describe_fault, read_toml_file
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.catalogue import LANGUAGES, in_language, is_language
from cmresearch.language.translations import AsWritten, Text, Written
from cmresearch.language.voice import Voice
from cmresearch.study.provenance import DataKind
from cmresearch.triangulation.convergence import Convergence
from cmresearch.triangulation.findings import Finding
from cmresearch.triangulation.rule import Rule, Status

SETTINGS = "study.toml"
DURATIONS = ("minutes", "hours", "days")  # the units of a time to close
Model = TypeVar("Model", bound=BaseModel)


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class About(_Settings):
    """The description of the study. Its title's languages are those in which every text for readers must be given."""

    key: str
    title: dict[str, str]
    place: AsWritten
    period: AsWritten
    question: Text = ""
    reference: AsWritten = ""
    limits: list[Text] = []

    @field_validator("title")
    @classmethod
    def _in_known_languages(cls, title: dict[str, str]) -> dict[str, str]:
        faults = [f"{language!r}{nearest(language, LANGUAGES)}" for language in title if not is_language(language)]
        if faults or not title:
            found = f"is in {', '.join(faults)}, which is no language" if faults else "is empty"
            raise ValueError(f"title {found}; expected one for each language of the study, such as en, id or pt-BR")
        return title

    def translated(self, voice: Voice | None = None) -> About:
        """The same with its texts but the title in a reader's language; without a voice in the study's first."""
        names = ("place", "period", "question", "reference")
        own = in_language if voice is None else voice.own
        texts = {name: own(getattr(self, name)) for name in names}
        return self.model_copy(update={**texts, "limits": [own(limit) for limit in self.limits]})


class FullSetSettings(_Settings):
    """Where the full set of complaints is, or what it is made from."""

    kind: DataKind
    origin: Text
    file: str | None = None
    made_from: str | None = None
    seed: str | None = None


class ExportSettings(_Settings):
    """One export of the register, for studies that compare what it says at several times."""

    name: str
    file: str
    until: str


class FrameSettings(_Settings):
    """Which complaints could be drawn, and which columns are register columns and which hold text."""

    id: str
    strata: list[str]
    where: str | None = None
    register_columns: list[str] = []
    text: list[str] = []


class SampleSettings(_Settings):
    """How the sample is drawn.

    The methods neyman, cost and power plan with a register variable, or with a file of values for each stratum.
    """

    size: int
    seed: str
    seed_source: Text
    method: str = "proportional"
    minimum: int = 2
    maximum: int | None = None
    take_all: list[str] = []
    variable: str | None = None
    planning: str | None = None
    power: float = 0.5
    published: str | None = None


class VariableSettings(_Settings):
    """A register variable: how it is computed of each complaint, in which unit, and what it is to the study.

    Attributes:
        sql: The expression over the columns of the export.
        unit: What it is counted in, such as hours or days; a word of the catalogues, or the study's own.
        role: time_to_close, service_level (closed within so many `days`) or month (of receipt, as YYYY-MM).
        days: For a service level, its days.
    """

    sql: str
    unit: AsWritten = ""
    role: Literal["time_to_close", "service_level", "month"] | None = None
    days: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_its_expression_alone(cls, found: object) -> object:
        return {"sql": found} if isinstance(found, str) else found

    @model_validator(mode="after")
    def _has_days_where_they_mean_something(self) -> VariableSettings:
        if (self.role == "service_level") != (self.days is not None):
            raise ValueError("days go with the role service_level; give both or neither")
        if self.role == "time_to_close" and self.unit not in DURATIONS:
            raise ValueError(f"a time to close has the unit {self.unit!r}; expected one of {', '.join(DURATIONS)}")
        return self


class ResponseSettings(_Settings):
    """Where the coders' records of the sampled complaints are."""

    folder: str
    kind: DataKind
    variables: list[str]
    double_coded: int = 0


class QualitativeSettings(_Settings):
    """Where the codebook, the sources, their coding and the researcher's decisions are."""

    codebook: str
    sources: list[str]
    coding: str
    kind: DataKind
    decisions: str | None = None


class ReviewSettings(_Settings):
    """Where the reviews of the study are written down."""

    file: str = "reviews.toml"


class SharingSettings(_Settings):
    """The personal data that may be shared, by the kinds that the privacy check looks for, because they are public."""

    allow: list[str] = []


def _of_a_study(statistic: str) -> str:
    """A statistic of the register that a study can ask for."""
    if statistic not in OF_A_STUDY:
        expected = " or ".join(map(repr, OF_A_STUDY))
        raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})
    return statistic


class EstimateSettings(_Settings):
    """One estimate from the sample: a variable, a statistic, and the domains it is wanted for."""

    variable: str
    statistic: Annotated[str, AfterValidator(_of_a_study)]
    value: str | None = None
    by: list[str] = []


class DecisionSettings(_Settings):
    """The researcher's own status and convergence for one dimension, and why."""

    dimension: str
    status: Status
    memo: AsWritten = ""
    convergence: Convergence | None = None
    on_convergence: AsWritten = ""


class DecisionFile(_Settings):
    """The file of the researcher's decisions."""

    data_kind: DataKind
    decision: list[DecisionSettings]


class PublishedSettings(_Settings):
    """Where the published figures are."""

    figures: str


class ProvenanceSettings(_Settings):
    """Where the data files are declared."""

    files: str


class Settings(_Settings):
    """Everything in `study.toml`: every choice that another study would make differently."""

    study: About
    full_set: FullSetSettings
    intake: IntakeMapping | None = None
    frame: FrameSettings
    sample: SampleSettings | None = None
    variables: dict[str, VariableSettings] = {}
    labels: dict[str, Text] = {}
    responses: ResponseSettings | None = None
    words: QualitativeSettings | None = None
    rule: dict[str, int] = {}
    published: PublishedSettings | None = None
    provenance: ProvenanceSettings | None = None
    reviews: ReviewSettings = ReviewSettings()
    sharing: SharingSettings = SharingSettings()
    export: list[ExportSettings] = []
    estimate: list[EstimateSettings] = []
    finding: list[Finding] = []

    @field_validator("rule")
    @classmethod
    def _sets_what_the_rule_has(cls, rule: dict[str, int]) -> dict[str, int]:
        known = [each.name for each in fields(Rule)]
        faults = [f"{name!r}{nearest(name, known)}" for name in rule if name not in known]
        if faults:
            raise ValueError(f"the rule has no {', '.join(faults)}; expected {', '.join(known)}")
        return rule

    @property
    def expressions(self) -> dict[str, str]:
        """The expression of each register variable, by its key."""
        return {key: each.sql for key, each in self.variables.items()}

    @property
    def units(self) -> dict[str, Written]:
        """The unit of each register variable that has one, by its key."""
        return {key: each.unit for key, each in self.variables.items() if each.unit}

    def in_role(self, role: str) -> tuple[str, ...]:
        """The register variables that have a role in the study, by key."""
        return tuple(key for key, each in self.variables.items() if each.role == role)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the study, which are those of its title, the first one first."""
        return tuple(self.study.title)

    @model_validator(mode="after")
    def _has_a_sample_where_one_is_read(self) -> Settings:
        reading = [name for name, part in (("[responses]", self.responses), ("[[estimate]]", self.estimate)) if part]
        if reading and self.sample is None:
            raise ValueError(f"there is no [sample], and {' and '.join(reading)} can only be of one")
        return self


def read_settings(path: Path) -> Settings:
    """The settings in a `study.toml`.

    Raises:
        StudyError: It is no TOML, holds unknown or missing keys or values of another kind, or a text for readers is
            not in every language of the title; all faults at once.
    """
    return read_checked(Settings, path)


def read_checked(model: type[Model], path: Path, languages: tuple[str, ...] | None = None) -> Model:
    """The records of a TOML file of the study, checked; every fault at once, with its line."""
    file = read_toml_file(path, StudyError)
    known = [name for each in _Settings.__subclasses__() for name in each.model_fields]
    try:
        return model.model_validate(file.data, context=_languages(file.data) if languages is None else languages)
    except ValidationError as error:
        faults = [file.fault(fault["loc"], describe_fault(fault, known)) for fault in error.errors()]
        raise StudyError("\n".join(faults)) from error


def _languages(data: Mapping[str, object]) -> tuple[str, ...]:
    """The languages of a title as it was read; none where it cannot be used, which is a fault of its own."""
    about = data.get("study")
    title = about.get("title") if isinstance(about, dict) else None
    return tuple(language for language in title if is_language(language)) if isinstance(title, dict) else ()

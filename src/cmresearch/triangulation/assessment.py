"""Register, sample, interviews and documents side by side for each dimension, and a status with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from cmresearch.codebook.book import Codebook, Dimension, Indicator
from cmresearch.coding.coding import Coding, Segment
from cmresearch.coding.sources import Source
from cmresearch.errors import TriangulationError, nearest, pick, raise_all
from cmresearch.estimation.estimates import Estimates
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.language.catalogue import Translations, in_language
from cmresearch.language.phrases import Figure, Name, Phrase
from cmresearch.language.voice import Voice, in_words
from cmresearch.responses.responses import Responses
from cmresearch.sampling.frame import Frame
from cmresearch.triangulation.rule import OUTCOMES, STATEMENTS, STATUSES, Outcome, Rule, Seen, Status, Step, judge


@dataclass(frozen=True)
class IndicatorResult:
    """The figure of an indicator, held against its threshold.

    Attributes:
        dimension: The key of the dimension it speaks to.
        indicator: The indicator as the codebook defines it.
        estimate: The figure, or None where it was not measured.
        lower: The lower end of its interval; equal to the estimate where the whole register was counted.
        upper: The upper end of its interval.
        n: How many complaints the figure rests on.
        outcome: met, not_met, or inconclusive where the interval straddles the threshold or nothing was
            measured.
        data_kind: published, real, synthetic or illustrative; empty where nothing was measured.
        estimates: For a coded indicator the estimate itself, one row, so that its trace is that of its figure.

    Raises:
        TriangulationError: The figure is not that of its estimate.
    """

    dimension: str
    indicator: Indicator
    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    outcome: Outcome
    data_kind: str
    estimates: Estimates | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.estimates is not None:
            (row,) = self.estimates
            if (self.estimate, self.lower, self.upper, self.n) != (row.estimate, row.lower, row.upper, row.n):
                raise TriangulationError(
                    f"indicator {self.indicator.key!r}: the figure {self.estimate} is not that of its estimate, "
                    f"{row.estimate}"
                )

    @property
    def summary(self) -> Phrase:
        """The result in short, such as `explicit_final_answer 0.612 [0.580, 0.643] not met`."""
        says = {"indicator": Name(self.indicator.key), "outcome": Phrase(f"outcome.{self.outcome}")}
        if self.estimate is None or self.lower is None or self.upper is None:
            return Phrase("indicator.not_measured", says)
        says["estimate"] = Figure(self.estimate, 3)
        if self.indicator.kind == "register":
            return Phrase("indicator.exact", says)
        return Phrase("indicator.estimated", says | {"lower": Figure(self.lower, 3), "upper": Figure(self.upper, 3)})


@dataclass(frozen=True)
class SourceEvidence:
    """The segments of one source that speak to one dimension.

    Attributes:
        source: The interview or document.
        standing: counted for documents and for informants whose role could know, otherwise not_counted.
        segments: Its adjudicated segments whose code relates to the dimension.
    """

    source: Source
    standing: Literal["counted", "not_counted"]
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class DimensionAssessment:
    """The proposed status of one dimension with all its evidence.

    Attributes:
        dimension: The dimension as the codebook defines it.
        steps: The steps of the rule up to the one that decided.
        sources: What each source says of it, in the order of the sources; silent ones are left out.
        indicators: What its indicators show, in the order of the codebook.
    """

    dimension: Dimension
    steps: tuple[Step, ...]
    sources: tuple[SourceEvidence, ...]
    indicators: tuple[IndicatorResult, ...]

    @property
    def status(self) -> Status:
        """The status that the rule proposes."""
        return self.steps[-1].status

    @property
    def decided_by(self) -> Phrase:
        """The step that decided, with its reasons."""
        step = self.steps[-1]
        return step.decides(step.reasons)

    @property
    def decided_in_short(self) -> Phrase:
        """The step that decided, with its reasons but without the sources behind them."""
        step = self.steps[-1]
        return step.decides(step.in_short)

    @property
    def supports(self) -> tuple[str, ...]:
        """The counted sources that support it, by key."""
        return _stating(self.sources, "supports")

    @property
    def hinders(self) -> tuple[str, ...]:
        """The counted sources that speak of a hindrance, by key."""
        return _stating(self.sources, "hinders")

    @property
    def absent(self) -> tuple[str, ...]:
        """The counted sources that state its absence, by key."""
        return _stating(self.sources, "absent")

    @property
    def not_counted(self) -> tuple[str, ...]:
        """The sources that speak of it and whose informant could not know, by key."""
        return tuple(each.source.key for each in self.sources if each.standing == "not_counted")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All its segments, those of sources that are not counted included."""
        return tuple(segment for each in self.sources for segment in each.segments)

    @property
    def data_kinds(self) -> tuple[str, ...]:
        """The kinds of data the evidence rests on, by name."""
        kinds = {each.source.data_kind for each in self.sources} | {each.data_kind for each in self.indicators}
        return tuple(sorted(kinds - {""}))


@dataclass(frozen=True)
class Decision:
    """A researcher's own status for a dimension; where it overrules the rule's, the memo says why.

    Attributes:
        status: The status.
        memo: Why, as the researcher wrote it; one text, or one for each language of the study.
        convergence: How the lines of evidence converge in the researcher's own reading; empty where none was given.
        on_convergence: What the researcher makes of how they converge; one text, or one for each language.
    """

    status: str
    memo: str | Translations = ""
    convergence: str = ""
    on_convergence: str | Translations = ""

    @property
    def has_memo(self) -> bool:
        """Whether the memo says anything."""
        return bool(in_language(self.memo).strip())


@dataclass(frozen=True)
class Assessment:
    """A status per dimension, each with the steps and the evidence behind it.

    Attributes:
        rule: The rule that proposed the statuses.
        dimensions: One record per dimension, in the order of the codebook.
        decisions: The researcher's own statuses, by dimension.
    """

    rule: Rule
    dimensions: tuple[DimensionAssessment, ...]
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def dimension(self, key: str) -> DimensionAssessment:
        """The status of one dimension with the steps, segments and indicators behind it.

        Raises:
            TriangulationError: There is no such dimension; the nearest spelling is offered.
        """
        known = {each.dimension.key: each for each in self.dimensions}
        return pick(known, key, "the assessment has no dimension", TriangulationError)

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """The assessment as a table.

        Args:
            voice: Says names, memos, steps and indicators in a reader's language; without one they stand as keys, and
                the study's own texts in the first language that they have.

        Returns:
            One row per dimension: dimension, number, name, proposed_status, researcher_status and memo (empty
            without a decision), decided_by, supports, hinders, absent and not_counted (keys of sources), indicators,
            and data_kind.
        """
        return pd.DataFrame([self._row(each, voice) for each in self.dimensions])

    def _row(self, each: DimensionAssessment, voice: Voice | None) -> dict[str, object]:
        own = in_language if voice is None else voice.own
        decision = self.decisions.get(each.dimension.key)
        return {
            "dimension": each.dimension.key,
            "number": each.dimension.number,
            "name": own(each.dimension.name),
            "proposed_status": each.status,
            "researcher_status": decision.status if decision else "",
            "memo": own(decision.memo) if decision else "",
            "decided_by": in_words(each.decided_by, voice),
            "supports": ", ".join(each.supports),
            "hinders": ", ".join(each.hinders),
            "absent": ", ".join(each.absent),
            "not_counted": ", ".join(each.not_counted),
            "indicators": in_words([result.summary for result in each.indicators], voice),
            "data_kind": ", ".join(each.data_kinds),
        }

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def measure_indicators(
    codebook: Codebook, frame: Frame | None, responses: Responses | None, *, register_kind: str = "real"
) -> tuple[IndicatorResult, ...]:
    """The result of every indicator of the codebook: register ones exactly, coded ones from the sample.

    Args:
        codebook: The codebook with the indicators.
        frame: The frame, on which register indicators are counted; without one they are not measured.
        responses: The coded sample, from which coded indicators are estimated (95 % intervals); without one they
            are not measured.
        register_kind: The kind of data of the frame: published, real, synthetic or illustrative.

    Returns:
        One result per indicator, in the order of the codebook. What is not measured is inconclusive.
    """
    results = []
    for dimension in codebook.dimensions:
        for indicator in dimension.indicators:
            if indicator.kind == "register" and frame is not None:
                results.append(_counted(dimension.key, indicator, frame, register_kind))
            elif indicator.kind == "coded" and responses is not None:
                results.append(_estimated(dimension.key, indicator, responses))
            else:
                results.append(_not_measured(dimension.key, indicator))
    return tuple(results)


def assess(
    codebook: Codebook, *, coding: Coding, indicators: Iterable[IndicatorResult] = (), rule: Rule | None = None
) -> Assessment:
    """A proposed status for every dimension of the codebook, with each step and the evidence behind it.

    Sources that count are the documents and the interviews whose informant's role could know. Each may, by its
    adjudicated segments, support a dimension, speak of a hindrance and state its absence; a statement is
    corroborated where as many different sources make it as the rule asks for. There is no counting of votes. The first
    step of the rule that holds decides (see `Rule`).

    Silence therefore never leads to not_implemented. An indicator without a result counts as inconclusive.

    Args:
        codebook: The dimensions, their codes and indicators, and the roles that could know.
        coding: The coding; only its adjudicated segments are evidence.
        indicators: What the indicators show, from `measure_indicators`.
        rule: The rule; by default two sources corroborate.

    Returns:
        One record per dimension, in the order of the codebook.

    Raises:
        TriangulationError: A result belongs to no indicator of the codebook, or coders coded and nothing was
            adjudicated.
    """
    if len(coding) and not len(coding.adjudicated):
        raise TriangulationError("none of the coded segments is adjudicated; the coders settle first what counts")
    given = {(each.dimension, each.indicator.key): each for each in indicators}
    known = [(each.key, indicator.key) for each in codebook.dimensions for indicator in each.indicators]
    strange = [f"{key!r} is no indicator of dimension {of!r}" for of, key in given if (of, key) not in known]
    raise_all(TriangulationError, strange)
    chosen = rule or Rule()
    return Assessment(chosen, tuple(_assessed(each, coding, given, chosen) for each in codebook.dimensions))


def with_decisions(assessment: Assessment, decisions: Mapping[str, Decision]) -> Assessment:
    """The assessment with the researcher's own statuses beside the proposed ones.

    Args:
        assessment: The assessment.
        decisions: The researcher's decision for each dimension that was decided, by its key.

    Raises:
        TriangulationError: A dimension or status is unknown, or a status is overruled without a memo; all at once.
    """
    raise_all(TriangulationError, decision_faults(assessment, decisions))
    return replace(assessment, decisions=dict(decisions))


def decision_faults(assessment: Assessment, decisions: Mapping[str, Decision]) -> list[str]:
    """Every status of the researcher's that cannot stand beside the proposed ones, a sentence each."""
    proposed = {each.dimension.key: each.status for each in assessment.dimensions}
    faults = []
    for key, decision in decisions.items():
        if key not in proposed:
            faults.append(f"decision on {key!r}: the assessment has no such dimension{nearest(key, proposed)}")
        elif decision.status not in STATUSES:
            expected = f"expected one of {', '.join(STATUSES)}{nearest(decision.status, STATUSES)}"
            faults.append(f"decision on {key!r}: there is no status {decision.status!r}; {expected}")
        elif decision.status != proposed[key] and not decision.has_memo:
            faults.append(f"decision on {key!r}: {decision.status} overrules {proposed[key]} without a memo; say why")
    return faults


def _counted(dimension: str, indicator: Indicator, frame: Frame, kind: str) -> IndicatorResult:
    measures = {"proportion": frame.share, "mean": frame.mean, "median": frame.median}
    value = measures[indicator.statistic](indicator.variable)
    known = int(frame.summary(indicator.variable)["known"].sum())
    return IndicatorResult(dimension, indicator, value, value, value, known, judge(indicator, value, value), kind)


def _estimated(dimension: str, indicator: Indicator, responses: Responses) -> IndicatorResult:
    estimates = estimate_proportion(responses, indicator.variable, value=str(indicator.value))
    (row,) = estimates
    outcome = judge(indicator, row.lower, row.upper)
    found = (row.estimate, row.lower, row.upper, row.n, outcome, responses.data_kind)
    return IndicatorResult(dimension, indicator, *found, estimates)


def _not_measured(dimension: str, indicator: Indicator) -> IndicatorResult:
    return IndicatorResult(dimension, indicator, None, None, None, 0, "inconclusive", "")


def _assessed(
    dimension: Dimension, coding: Coding, given: Mapping[tuple[str, str], IndicatorResult], rule: Rule
) -> DimensionAssessment:
    sources = _sources_on(dimension, coding)
    results = tuple(
        given.get((dimension.key, each.key), _not_measured(dimension.key, each)) for each in dimension.indicators
    )
    return DimensionAssessment(dimension, rule.steps(_seen(sources, results)), sources, results)


def _sources_on(dimension: Dimension, coding: Coding) -> tuple[SourceEvidence, ...]:
    spoken = coding.adjudicated.of_dimension(dimension.key)
    found = []
    for key, source in coding.sources.items():
        segments = tuple(each for each in spoken if each.source == key)
        if segments:
            counts = source.kind == "document" or source.role in dimension.can_know
            found.append(SourceEvidence(source, "counted" if counts else "not_counted", segments))
    return tuple(found)


def _stating(sources: Iterable[SourceEvidence], direction: str) -> tuple[str, ...]:
    return tuple(
        each.source.key
        for each in sources
        if each.standing == "counted" and any(segment.direction == direction for segment in each.segments)
    )


def _seen(sources: tuple[SourceEvidence, ...], results: tuple[IndicatorResult, ...]) -> Seen:
    stating = {statement: _stating(sources, statement) for statement in STATEMENTS}
    showing: dict[str, tuple[str, ...]] = {
        outcome: tuple(each.indicator.key for each in results if each.outcome == outcome) for outcome in OUTCOMES
    }
    return Seen(stating, showing)

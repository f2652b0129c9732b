"""The lines of evidence of each dimension side by side, and whether they converge: the joint display.

A line is a strand of evidence: the register (exact figures), the sample (figures with an interval), the interviews and
the documents. Convergence belongs to the lines of one dimension and is read by the triangulation protocol: agreement,
partial agreement, silence or dissonance (Farmer, Robinson, Elliott and Eyles 2006, Qualitative Health Research 16(3),
377-394; O'Cathain, Murphy and Nicholl 2010, BMJ 341, c4587). The four words are theirs; the rule that proposes one of
them from the standing of the lines is ours, and the researcher decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import pandas as pd

from cmresearch.codebook.book import Dimension
from cmresearch.errors import TriangulationError, nearest
from cmresearch.language.catalogue import Translations, in_figures, in_language, say
from cmresearch.triangulation.assessment import (
    STATEMENTS,
    Assessment,
    Decision,
    DimensionAssessment,
    IndicatorResult,
    Rule,
    SourceEvidence,
    Status,
)

LineName: TypeAlias = Literal["register", "sample", "interviews", "documents"]
Standing: TypeAlias = Literal["for", "against", "mixed", "unclear", "silent"]
Convergence: TypeAlias = Literal["agreement", "partial_agreement", "silence", "dissonance"]
Labels: TypeAlias = Mapping[str, str | Translations]
LINES: tuple[LineName, ...] = get_args(LineName)
CONVERGENCES: tuple[Convergence, ...] = get_args(Convergence)
SIDES: tuple[Standing, ...] = ("for", "against")
PLAIN = str.maketrans("_-", "  ")
NO_LABELS: Labels = MappingProxyType({})


@dataclass(frozen=True)
class Line:
    """One line of evidence on one dimension, with whatever in it disagrees.

    Attributes:
        name: register, sample, interviews or documents.
        standing: for, against, mixed, unclear (figures whose intervals straddle a threshold) or silent.
        indicators: What its indicators show, those not measured included; none for interviews and documents.
        supports: The counted sources that support the dimension.
        hinders: The counted sources that speak of a hindrance; one that also supports it stands in both.
        absent: The counted sources that state its absence.
        not_counted: The sources that speak of it and could not know.
    """

    name: LineName
    standing: Standing
    indicators: tuple[IndicatorResult, ...] = ()
    supports: tuple[SourceEvidence, ...] = ()
    hinders: tuple[SourceEvidence, ...] = ()
    absent: tuple[SourceEvidence, ...] = ()
    not_counted: tuple[SourceEvidence, ...] = ()

    def describe(self, *, language: str = "en", labels: Labels = NO_LABELS) -> str:
        """The line in one cell: its standing, then its figures or its sources, whatever disagrees included.

        Args:
            language: The language of the text.
            labels: What readers call roles and documents, by key; without a label the key in words.
        """
        said = self.said(language=language, labels=labels)
        standing = say(f"standing.{self.standing}", language)
        return say("joint.cell", language, standing=standing, said=said) if said else standing

    def said(self, *, language: str = "en", labels: Labels = NO_LABELS) -> str:
        """Its figures or its sources without the standing; arguments as for `describe`."""
        if self.name in ("register", "sample"):
            return _figures(self.indicators, language)
        return _voices(self, language, labels)

    def in_short(self, *, language: str = "en") -> str:
        """The line beside a mark: its one figure, how many of several are met, or how many sources stand on each side.

        Args:
            language: The language of the text.

        Returns:
            Such as `82.0 %`, `1/2` (one of two measured indicators met) or `4 : 1` (sources for, sources against);
            empty for a line that is silent.
        """
        if self.standing == "silent":
            return ""
        measured = [each for each in self.indicators if each.estimate is not None]
        if len(measured) == 1:
            return _value(measured[0], language)
        if measured:
            return f"{sum(each.outcome == 'met' for each in measured)}/{len(measured)}"
        against = {each.source.key for each in (*self.hinders, *self.absent)}
        return f"{len(self.supports)} : {len(against)}"


@dataclass(frozen=True)
class JointRow:
    """The lines of one dimension with its status and its convergence, proposed and decided.

    Attributes:
        assessed: The dimension with its proposed status, steps, sources and indicators.
        lines: Register, sample, interviews and documents, in this order.
        convergence: What the rule proposes.
        decision: What the researcher decided on the dimension; None without a decision.
    """

    assessed: DimensionAssessment
    lines: tuple[Line, ...]
    convergence: Convergence
    decision: Decision | None = None

    @property
    def dimension(self) -> Dimension:
        """The dimension as the codebook defines it."""
        return self.assessed.dimension

    @property
    def status(self) -> Status:
        """The status that the rule proposes."""
        return self.assessed.status

    @property
    def researcher_status(self) -> str:
        """The researcher's own status; empty without a decision."""
        return self.decision.status if self.decision else ""

    @property
    def researcher_convergence(self) -> str:
        """The researcher's own convergence; empty where none was given."""
        return self.decision.convergence if self.decision else ""

    def on_convergence_in(self, language: str | None = None) -> str:
        """What the researcher makes of how the lines converge, in a language; empty where nothing was written."""
        return in_language(self.decision.on_convergence, language) if self.decision else ""

    def line(self, name: str) -> Line:
        """One of the lines, by its name."""
        return next(each for each in self.lines if each.name == name)

    @property
    def opposed(self) -> str:
        """The lines that take a side, with their sides, such as `register (for) and interviews (against)`."""
        return " and ".join(f"{each.name} ({each.standing})" for each in self.lines if each.standing in SIDES)


@dataclass(frozen=True)
class JointDisplay:
    """One row per dimension: the lines of evidence as columns, convergence and status at the end.

    Attributes:
        rows: One row per dimension, in the order of the codebook.
    """

    rows: tuple[JointRow, ...]

    def __iter__(self) -> Iterator[JointRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, key: str) -> JointRow:
        """The row of one dimension.

        Raises:
            TriangulationError: There is no such dimension; the nearest spelling is offered.
        """
        known = {each.dimension.key: each for each in self.rows}
        if key not in known:
            raise TriangulationError(f"the joint display has no dimension {key!r}{nearest(key, known)}")
        return known[key]

    def to_frame(self, *, language: str = "en", labels: Labels = NO_LABELS) -> pd.DataFrame:
        """The joint display as a table.

        Args:
            language: The language of names, cells and memos that have translations, one of the codebook's.
            labels: What readers call roles and documents, by key; without a label the key in words.

        Returns:
            One row per dimension: number, dimension, name, register, sample, interviews, documents (each a text),
            convergence (proposed), researcher_convergence and on_convergence (empty where none was given), status
            (proposed), researcher_status, and data_kind.

        Raises:
            TriangulationError: The dimensions have no names in this language.
        """
        known = list(self.rows[0].dimension.name) if self.rows else [language]
        if language not in known:
            raise TriangulationError(f"the dimensions have no names in {language!r}; expected {', '.join(known)}")
        return pd.DataFrame([_record(each, language, labels) for each in self.rows])

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_frame().to_html(index=False)


def joint_display(assessment: Assessment) -> JointDisplay:
    """The lines of evidence of every dimension side by side, with the proposed convergence and the decided one.

    A figure speaks for the dimension where its indicator is met and against it where it is not. Of interviews and
    documents only the sources that count take a side; hindrance and absence are both against. Where a line states
    both sides, the one that `rule.corroboration` of its sources state stands, if it is exactly one; otherwise the
    line is mixed. The lines then give, in this order:

    1. silence: fewer than two lines speak.
    2. dissonance: one line is for, another against.
    3. agreement: all that speak are for, or all are against.
    4. partial_agreement.

    Nothing is refused here, so that a researcher sees the lines before writing a memo; what still needs one says
    `convergence_faults`.

    Args:
        assessment: The assessment, with decisions where there are any.

    Returns:
        One row per dimension, in the order of the codebook.
    """
    return JointDisplay(tuple(_row(each, assessment.decisions, assessment.rule) for each in assessment.dimensions))


def converge(lines: Iterable[Line]) -> Convergence:
    """What the lines of one dimension give by the rule; see `joint_display`."""
    speaking = [each.standing for each in lines if each.standing != "silent"]
    if len(speaking) < 2:
        return "silence"
    if set(SIDES) <= set(speaking):
        return "dissonance"
    return "agreement" if set(speaking) in ({"for"}, {"against"}) else "partial_agreement"


def convergence_faults(display: JointDisplay) -> list[str]:
    """Every convergence that cannot stand as it is, a sentence each; none where all can.

    Dissonance needs a memo, proposed or decided; so does a convergence that overrules the proposed one.

    Args:
        display: The joint display with the researcher's decisions.
    """
    return [fault for row in display for fault in _faults_of(row)]


def _faults_of(row: JointRow) -> Iterator[str]:
    decided, place = row.researcher_convergence, f"decision on {row.dimension.key!r}"
    found = f"dissonance between {row.opposed}" if row.convergence == "dissonance" else row.convergence
    unexplained = not row.on_convergence_in().strip()
    if decided and decided not in CONVERGENCES:
        expected = f"expected one of {', '.join(CONVERGENCES)}{nearest(decided, CONVERGENCES)}"
        yield f"{place}: there is no convergence {decided!r}; {expected}"
    elif decided not in ("", row.convergence) and unexplained:
        yield f"{place}: {decided} overrules {found} without a memo; on_convergence must say why"
    elif row.convergence == "dissonance" and unexplained:
        yield f"{place}: {found} without a memo; on_convergence must say what the researcher makes of it"


def _row(assessed: DimensionAssessment, decisions: Mapping[str, Decision], rule: Rule) -> JointRow:
    lines = (
        _measured("register", [each for each in assessed.indicators if each.indicator.kind == "register"]),
        _measured("sample", [each for each in assessed.indicators if each.indicator.kind == "coded"]),
        _stated("interviews", [each for each in assessed.sources if each.source.kind == "interview"], rule),
        # A complaint coded as a text is written too; nobody asked for it, and it is never counted.
        _stated("documents", [each for each in assessed.sources if each.source.kind != "interview"], rule),
    )
    return JointRow(assessed, lines, converge(lines), decisions.get(assessed.dimension.key))


def _measured(name: LineName, results: Sequence[IndicatorResult]) -> Line:
    outcomes = {each.outcome for each in results if each.estimate is not None}
    return Line(name, _standing_of_figures(outcomes), indicators=tuple(results))


def _standing_of_figures(outcomes: AbstractSet[str]) -> Standing:
    if not outcomes:
        return "silent"
    if {"met", "not_met"} <= outcomes:
        return "mixed"
    if "inconclusive" in outcomes:
        return "unclear"
    return "for" if "met" in outcomes else "against"


def _stated(name: LineName, sources: Sequence[SourceEvidence], rule: Rule) -> Line:
    supports, hinders, absent = (_stating(sources, direction) for direction in STATEMENTS)
    against = {each.source.key for each in (*hinders, *absent)}
    standing = _standing_of_words(len(supports), len(against), rule.corroboration)
    not_counted = tuple(each for each in sources if each.standing != "counted")
    return Line(name, standing, (), supports, hinders, absent, not_counted)


def _stating(sources: Sequence[SourceEvidence], direction: str) -> tuple[SourceEvidence, ...]:
    return tuple(
        each
        for each in sources
        if each.standing == "counted" and any(segment.direction == direction for segment in each.segments)
    )


def _standing_of_words(supporting: int, opposing: int, needed: int) -> Standing:
    if not supporting and not opposing:
        return "silent"
    if not supporting or not opposing:
        return "for" if supporting else "against"
    if (supporting >= needed) == (opposing >= needed):
        return "mixed"
    return "for" if supporting >= needed else "against"


def _record(row: JointRow, language: str, labels: Labels) -> dict[str, object]:
    return {
        "number": row.dimension.number,
        "dimension": row.dimension.key,
        "name": row.dimension.name[language],
        **{line.name: line.describe(language=language, labels=labels) for line in row.lines},
        "convergence": row.convergence,
        "researcher_convergence": row.researcher_convergence,
        "on_convergence": row.on_convergence_in(language),
        "status": row.status,
        "researcher_status": row.researcher_status,
        "data_kind": ", ".join(row.assessed.data_kinds),
    }


def _figures(results: Sequence[IndicatorResult], language: str) -> str:
    """How many of the measured indicators are met, and each with its figure."""
    if not results:
        return ""
    measured = [each for each in results if each.estimate is not None]
    each = "; ".join(_figure(result, language) for result in results)
    if not measured:
        return each
    met = sum(result.outcome == "met" for result in measured)
    return say("joint.figures", language, met=met, measured=len(measured), figures=each)


def _figure(result: IndicatorResult, language: str) -> str:
    indicator = result.indicator
    words = {"label": in_language(indicator.label, language), "outcome": say(f"outcome.{result.outcome}", language)}
    if result.estimate is None:
        return say("joint.not_measured", language, label=words["label"])
    words["value"] = _value(result, language)
    if indicator.kind == "register":
        return say("joint.exact", language, **words)
    share = indicator.statistic == "proportion"
    ends = [_number(float(str(end)), language, share) for end in (result.lower, result.upper)]
    return say("joint.estimated", language, **words, interval=f"[{ends[0]}{say('list.between', language)} {ends[1]}]")


def _value(result: IndicatorResult, language: str) -> str:
    share = result.indicator.statistic == "proportion"
    return _number(float(str(result.estimate)), language, share) + (" %" if share else "")


def _number(value: float, language: str, share: bool) -> str:
    return in_figures(f"{100 * value:.1f}" if share else f"{value:,.2f}", language)


def _voices(line: Line, language: str, labels: Labels) -> str:
    """Who supports it, who does not, and who is not counted; each with how many they are."""
    groups = {name: getattr(line, name) for name in (*STATEMENTS, "not_counted")}
    return "; ".join(
        say(f"joint.{name}", language, n=len(found), who=_who(found, language, labels))
        for name, found in groups.items()
        if found
    )


def _who(sources: Sequence[SourceEvidence], language: str, labels: Labels) -> str:
    names = Counter(_name(each, language, labels) for each in sources)
    return ", ".join(name if n == 1 else say("joint.several", language, n=n, name=name) for name, n in names.items())


def _name(evidence: SourceEvidence, language: str, labels: Labels) -> str:
    """The role of an informant, or which document it is, as readers call it."""
    source = evidence.source
    key = source.role or source.key
    if key in labels:
        return in_language(labels[key], language)
    return (source.role or source.key.removeprefix(f"{source.kind}-").lstrip("0123456789-") or key).translate(PLAIN)

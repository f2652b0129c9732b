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
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import pandas as pd

from cmresearch.codebook.book import Dimension
from cmresearch.coding.sources import Source
from cmresearch.errors import TriangulationError, nearest, pick
from cmresearch.language.catalogue import Translations, in_language
from cmresearch.language.phrases import Figure, Name, Own, Phrase, Series
from cmresearch.language.voice import Voice, in_words
from cmresearch.triangulation.assessment import (
    Assessment,
    Decision,
    DimensionAssessment,
    IndicatorResult,
    SourceEvidence,
)
from cmresearch.triangulation.rule import STATEMENTS, Rule, Standing, Status, standing_of_outcomes

LineName: TypeAlias = Literal["register", "sample", "interviews", "documents"]
Convergence: TypeAlias = Literal["agreement", "partial_agreement", "silence", "dissonance"]
LINES: tuple[LineName, ...] = get_args(LineName)
CONVERGENCES: tuple[Convergence, ...] = get_args(Convergence)
SIDES: tuple[Standing, ...] = ("for", "against")
PLAIN = str.maketrans("_-", "  ")


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

    @property
    def cell(self) -> Phrase:
        """The line in one cell: its standing, then its figures or its sources, whatever disagrees included."""
        standing, evidence = Phrase(f"standing.{self.standing}"), self.evidence
        return Phrase("joint.cell", {"standing": standing, "said": evidence}) if evidence else standing

    @property
    def evidence(self) -> Phrase | Series | None:
        """Its figures or its sources without the standing; None where it has none."""
        parts = _figures(self.indicators) if self.name in ("register", "sample") else _voices(self)
        return parts if isinstance(parts, Phrase) or parts.parts else None

    @property
    def in_short(self) -> Figure | str:
        """The line beside a mark: its one figure, how many of several are met, or how many sources stand on each side.

        Such as 82.0 %, 1/2 (one of two measured indicators met) or 4 : 1 (sources for, sources against); empty for a
        line that is silent.
        """
        if self.standing == "silent":
            return ""
        measured = [each for each in self.indicators if each.estimate is not None]
        if len(measured) == 1:
            return _value(measured[0])
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

    @property
    def on_convergence(self) -> str | Translations:
        """The researcher's remark on how the lines converge; empty where nothing was written."""
        return self.decision.on_convergence if self.decision else ""

    @property
    def is_explained(self) -> bool:
        """Whether the researcher wrote what to make of how the lines converge."""
        return bool(in_language(self.on_convergence).strip())

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
        return pick(known, key, "the joint display has no dimension", TriangulationError)

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """The joint display as a table.

        Args:
            voice: Says names, cells and memos in a reader's language; without one cells stand as keys, and the study's
                own texts in the first language that they have.

        Returns:
            One row per dimension: number, dimension, name, register, sample, interviews, documents (each a text),
            convergence (proposed), researcher_convergence and on_convergence (empty where none was given), status
            (proposed), researcher_status, and data_kind.
        """
        return pd.DataFrame([_record(each, voice) for each in self.rows])

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_frame().to_html(index=False)


def joint_display(assessment: Assessment) -> JointDisplay:
    """The lines of evidence of every dimension side by side, with the proposed convergence and the decided one.

    A figure speaks for the dimension where its indicator is met and against it where it is not. Of interviews and
    documents only the sources that count take a side; hindrance and absence are both against. How a line stands
    that states both sides, the rule says. The lines then give, in this order:

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
    """The convergence that the lines of one dimension give by the rule; see `joint_display`."""
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
    unexplained = not row.is_explained
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
    return Line(name, standing_of_outcomes(outcomes), indicators=tuple(results))


def _stated(name: LineName, sources: Sequence[SourceEvidence], rule: Rule) -> Line:
    supports, hinders, absent = (_stating(sources, direction) for direction in STATEMENTS)
    against = {each.source.key for each in (*hinders, *absent)}
    standing = rule.standing_of_statements(len(supports), len(against))
    not_counted = tuple(each for each in sources if each.standing != "counted")
    return Line(name, standing, (), supports, hinders, absent, not_counted)


def _stating(sources: Sequence[SourceEvidence], direction: str) -> tuple[SourceEvidence, ...]:
    return tuple(
        each
        for each in sources
        if each.standing == "counted" and any(segment.direction == direction for segment in each.segments)
    )


def _record(row: JointRow, voice: Voice | None) -> dict[str, object]:
    own = in_language if voice is None else voice.own
    return {
        "number": row.dimension.number,
        "dimension": row.dimension.key,
        "name": own(row.dimension.name),
        **{line.name: in_words(line.cell, voice) for line in row.lines},
        "convergence": row.convergence,
        "researcher_convergence": row.researcher_convergence,
        "on_convergence": own(row.on_convergence),
        "status": row.status,
        "researcher_status": row.researcher_status,
        "data_kind": ", ".join(row.assessed.data_kinds),
    }


def _figures(results: Sequence[IndicatorResult]) -> Phrase | Series:
    """How many of the measured indicators are met, and each with its figure."""
    measured = [each for each in results if each.estimate is not None]
    figures = Series(tuple(_figure(result) for result in results))
    if not measured:
        return figures
    met = sum(result.outcome == "met" for result in measured)
    return Phrase("joint.figures", {"met": met, "measured": len(measured), "figures": figures})


def _figure(result: IndicatorResult) -> Phrase:
    label = Own(result.indicator.label)
    if result.estimate is None or result.lower is None or result.upper is None:
        return Phrase("joint.not_measured", {"label": label})
    says = {"label": label, "outcome": Phrase(f"outcome.{result.outcome}"), "value": _value(result)}
    if result.indicator.kind == "register":
        return Phrase("joint.exact", says)
    between = Phrase("joint.interval", {"lower": _end(result, result.lower), "upper": _end(result, result.upper)})
    return Phrase("joint.estimated", says | {"interval": between})


def _value(result: IndicatorResult) -> Figure:
    value = float(str(result.estimate))
    return Figure(value, 1, "share") if result.indicator.statistic == "proportion" else Figure(value, 2)


def _end(result: IndicatorResult, end: float) -> Figure:
    return Figure(100 * end, 1) if result.indicator.statistic == "proportion" else Figure(end, 2)


def _voices(line: Line) -> Series:
    """Who supports it, who does not, and who is not counted; each with how many they are."""
    groups = {name: getattr(line, name) for name in (*STATEMENTS, "not_counted")}
    return Series(
        tuple(Phrase(f"joint.{name}", {"n": len(found), "who": _who(found)}) for name, found in groups.items() if found)
    )


def _who(sources: Sequence[SourceEvidence]) -> tuple[Name | Phrase, ...]:
    """The roles of informants, or which documents they are; how many, where there are several of one."""
    names = Counter(Name(each.source.role or each.source.key, _without_label(each.source)) for each in sources)
    return tuple(name if n == 1 else Phrase("joint.several", {"n": n, "name": name}) for name, n in names.items())


def _without_label(source: Source) -> str:
    key = source.role or source.key
    return (source.role or key.removeprefix(f"{source.kind}-").lstrip("0123456789-") or key).translate(PLAIN)

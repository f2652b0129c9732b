"""The main job: every step of a study in order, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from cmresearch.codebook.book import Codebook
from cmresearch.coding.coder_agreement import agreement_table
from cmresearch.coding.coding import Coding, measure_reliability
from cmresearch.coding.sources import Sources
from cmresearch.errors import TriangulationError, raise_all
from cmresearch.estimation.estimates import Estimates
from cmresearch.estimation.statistics import entry_of
from cmresearch.intake.mapped_export import IntakeReport
from cmresearch.language.voice import Voice, in_words
from cmresearch.reliability.coefficients import krippendorff_alpha, percent_agreement
from cmresearch.responses.responses import Responses, double_coded_ratings
from cmresearch.sampling.certificate import Certificate, Fingerprint, certify, describe_frame
from cmresearch.sampling.drawing import Sample
from cmresearch.sampling.frame import Frame
from cmresearch.study.plan.freezing import FrozenPlan, PlanChange, plan_changes, read_frozen_plans
from cmresearch.study.provenance import DataFile, Figures
from cmresearch.study.settings import SETTINGS, EstimateSettings
from cmresearch.study.study import Study
from cmresearch.triangulation.assessment import (
    Assessment,
    assess,
    decision_faults,
    measure_indicators,
)
from cmresearch.triangulation.convergence import JointDisplay, convergence_faults, joint_display
from cmresearch.triangulation.findings import Findings, Quantity, compare_findings
from cmresearch.triangulation.robustness import Robustness, measure_robustness
from cmresearch.triangulation.rule import STATUSES

ESTIMATE_COLUMNS = (
    *("variable", "statistic", "by", "domain", "category", "estimate", "standard_error", "lower", "upper", "level"),
    *("method", "degrees_of_freedom", "n", "design_effect", "coefficient_of_variation", "note", "truth", "data_kind"),
)
RELIABILITY_COLUMNS = [
    *("subject", "unit", "key", "dimension", "percent_agreement", "alpha", "lower", "upper", "level", "units", "note"),
    "data_kind",
]
Progress = Callable[[str], None]


def silent(_step: str) -> None:
    """Progress that nobody is shown."""


@dataclass(frozen=True)
class Words:
    """The words of a study: codebook, sources, their coding, status and lines per dimension, and how firm it is."""

    codebook: Codebook
    sources: Sources
    coding: Coding
    assessment: Assessment
    joint_display: JointDisplay
    robustness: Robustness


@dataclass(frozen=True)
class Draw:
    """The sample of a study.

    Attributes:
        sample: The complaints that were drawn.
        certificate: What the sample says of itself.
        drawn: The drawn complaints with their register variables.
    """

    sample: Sample
    certificate: Certificate
    drawn: Responses


@dataclass(frozen=True)
class Run:
    """Everything that a study's files give.

    Attributes:
        study: The study.
        data_files: The declared data files.
        intake: What was found in the export, and what was done about it.
        frame: The complaints that could be drawn.
        fingerprint: The frame's fingerprints with their buckets.
        draw: Those that were, with their certificate; None for a study without a sample.
        responses: The drawn complaints with what the coders recorded; None where nobody read them.
        estimates: The estimates that the settings ask for, each with its question.
        words: Codebook, sources, coding and assessment; None for a study without interviews.
        figures: The published figures; None where the study has none.
        findings: The published findings beside what these files give.
        quantities: Every value that a finding may be compared with, by name.
        plans: Every frozen version of the plan of analysis; none where nothing was frozen.
        plan_changes: What was changed since the first of them.
    """

    study: Study
    data_files: tuple[DataFile, ...]
    intake: IntakeReport
    frame: Frame
    fingerprint: Fingerprint
    draw: Draw | None
    responses: Responses | None
    estimates: tuple[tuple[EstimateSettings, Estimates], ...]
    words: Words | None
    figures: Figures | None
    findings: Findings
    quantities: Mapping[str, Quantity]
    plans: tuple[FrozenPlan, ...]
    plan_changes: tuple[PlanChange, ...]

    def estimates_table(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each estimate: the question, the answer with its interval, and the truth where it is known.

        Args:
            voice: Says the notes in a reader's language; without one they stand as keys.

        Returns:
            Columns variable, statistic, by, domain, category, estimate, standard_error, lower, upper, level, method,
            degrees_of_freedom, n, design_effect, coefficient_of_variation, note, truth, data_kind. The truth is the
            exact value in the whole frame: known for register variables, never for what only coders saw.
        """
        return self._made("estimates", self._estimates_table, voice)

    def reliability_table(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each code and dimension, on the answer turn, and each coded variable, on the complaint.

        All of it is measured before adjudication. For a dimension it counts whether a coder gave any of its codes;
        its interval is analytic, with whole interviews and documents as clusters, and the note says how few they are.

        Args:
            voice: Says the notes in a reader's language; without one they stand as keys.

        Returns:
            Columns subject, unit, key, dimension, percent_agreement, alpha, lower, upper, level, units, note,
            data_kind.
        """
        return self._made("reliability", self._reliability_table, voice)

    def assessment_table(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each dimension: its proposed status, the researcher's, and the evidence in short."""
        return pd.DataFrame() if self.words is None else self.words.assessment.to_frame(voice)

    def joint_display_table(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each dimension: its lines of evidence, how they converge, and its status."""
        return pd.DataFrame() if self.words is None else self.words.joint_display.to_frame(voice)

    def robustness_table(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row for each dimension: in what share of other worlds its status stands, and what flips it."""
        return pd.DataFrame() if self.words is None else self.words.robustness.to_frame(voice)

    def _made(self, name: str, make: Callable[[Voice | None], pd.DataFrame], voice: Voice | None) -> pd.DataFrame:
        """A table in a voice; each page, document and checklist asks for it, and it is computed once."""
        key = (name, "" if voice is None else voice.language)
        if key not in self._tables:
            self._tables[key] = make(voice)
        return self._tables[key].copy()

    @cached_property
    def _tables(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The tables that were asked for already, by name and language."""
        return {}

    def _estimates_table(self, voice: Voice | None) -> pd.DataFrame:
        tables = [self._estimate_rows(question, estimates, voice) for question, estimates in self.estimates]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=ESTIMATE_COLUMNS)

    def _reliability_table(self, voice: Voice | None) -> pd.DataFrame:
        of = (self._code_reliability, self._dimension_reliability, self._variable_reliability)
        return pd.DataFrame([row for each in of for row in each(voice)], columns=RELIABILITY_COLUMNS)

    def _estimate_rows(self, question: EstimateSettings, estimates: Estimates, voice: Voice | None) -> pd.DataFrame:
        table = estimates.to_frame(voice)
        table.insert(0, "by", ", ".join(question.by))
        table.insert(0, "statistic", question.statistic)
        table.insert(0, "variable", question.variable)
        truth = self._truth(question)
        table["truth"] = [truth.get(domain or "") for domain in table["domain"]]
        table["data_kind"] = self.data_kind(question.variable)
        return table

    def _truth(self, question: EstimateSettings) -> Mapping[str, float]:
        column = entry_of(question.statistic).frame
        if question.variable not in self.study.settings.variables or column is None:
            return {}
        summary = self.frame.summary(question.variable, by=question.by)
        return dict(zip(summary["domain"], summary[column], strict=True))

    def data_kind(self, variable: str) -> str:
        """The kind of data that a variable is: the coders' for coded variables, the full set's for the others."""
        settings = self.study.settings
        return (
            settings.responses.kind if settings.responses and self.study.is_coded(variable) else settings.full_set.kind
        )

    @property
    def _compared_coding(self) -> Coding | None:
        """The coding, where two coders or more coded; otherwise there is nothing to compare."""
        return self.words.coding if self.words is not None and len(self.words.coding.coders) > 1 else None

    def _code_reliability(self, voice: Voice | None) -> Iterator[dict[str, object]]:
        if self._compared_coding is None:
            return
        for row in measure_reliability(self._compared_coding, voice=voice).to_dict("records"):
            yield {
                "subject": "code",
                "unit": "answer turn",
                "key": row["code"],
                "dimension": row["dimensions"],
                "alpha": row["value"],
                **{name: row[name] for name in ("lower", "upper", "level", "units", "percent_agreement", "note")},
                "data_kind": self.study.words_kind,
            }

    def _dimension_reliability(self, voice: Voice | None) -> Iterator[dict[str, object]]:
        if self._compared_coding is None:
            return
        # Resampling few sources gives intervals that are too short; the analytic ones hold better.
        table = agreement_table(self._compared_coding, subject="dimension", interval="analytic", voice=voice)
        for row in table.to_dict("records"):
            yield {
                **{
                    name: row[name]
                    for name in ("subject", "key", "percent_agreement", "alpha", "level", "units", "note")
                },
                "unit": "answer turn",
                "dimension": row["key"],
                "lower": row["alpha_lower"],
                "upper": row["alpha_upper"],
                "data_kind": self.study.words_kind,
            }

    def _variable_reliability(self, voice: Voice | None) -> Iterator[dict[str, object]]:
        settings = self.study.settings.responses
        if settings is None or self.words is None:
            return
        ratings = double_coded_ratings(
            self.study.response_files(), variables=self.study.coded_values(self.words.codebook)
        )
        for name, table in ratings.items():
            if not len(table):  # no complaint was read by two coders
                continue
            alpha, agreement = krippendorff_alpha(table), percent_agreement(table)
            yield {
                "subject": "variable",
                "unit": "complaint",
                "key": name,
                "percent_agreement": agreement.value,
                "alpha": alpha.value,
                "lower": alpha.lower,
                "upper": alpha.upper,
                "level": alpha.level,
                "units": alpha.units,
                "note": in_words(alpha.notes, voice),
                "data_kind": settings.kind,
            }


def run_study(study: Study, *, progress: Progress = silent) -> Run:
    """Every step of a study, from the full set to the findings.

    Args:
        study: The study.
        progress: Told the name of each step as it begins.

    Returns:
        What the study's files give. Nothing is written but a made full set, where the study has one.
    """
    progress("data files: still what was declared")
    data_files = study.check_data_files()
    figures = study.read_figures()
    progress("full set: what was found in it")
    export = study.read_export()
    intake = export.report.without_words(study.settings.frame.text)
    progress("frame")
    frame = study.read_frame(export.complaints)
    mapped = {"mapping": export.mapping.model_dump(mode="json", exclude_defaults=True), "report": intake.to_record()}
    fingerprint, draw = _fingerprint_and_draw(study, frame, mapped, progress)
    codebook = None if study.settings.words is None else study.read_codebook()
    progress("responses and estimates")
    responses = _responses(study, frame, draw, codebook)
    estimates = _estimates(study, draw, responses)
    words = None
    if codebook is not None:
        progress("codebook, interviews and coding; assessment and its robustness")
        words = _assess(study, codebook, frame, responses)
    progress("findings")
    quantities = dict(_quantities(study, frame, draw, words, figures))
    findings = compare_findings(study.settings.finding, quantities)
    return Run(
        study,
        data_files,
        intake,
        frame,
        fingerprint,
        draw,
        responses,
        estimates,
        words,
        figures,
        findings,
        quantities,
        read_frozen_plans(study),
        plan_changes(study),
    )


def _fingerprint_and_draw(
    study: Study, frame: Frame, intake: dict[str, Any], progress: Progress
) -> tuple[Fingerprint, Draw | None]:
    columns = study.settings.frame.register_columns or None
    if study.settings.sample is None:
        progress("fingerprint of the frame")
        return describe_frame(frame, columns)[1], None
    progress("sample")
    sample = study.draw(frame)
    progress("certificate")
    certificate, fingerprint = certify(
        sample,
        frame,
        seed_source=study.seed_source,
        published=study.sample_plan.published,
        content_columns=columns,
        study_sha256=study.sha256,
        intake=intake,
    )
    return fingerprint, Draw(sample, certificate, study.read_drawn(frame, sample))


def _responses(study: Study, frame: Frame, draw: Draw | None, codebook: Codebook | None) -> Responses | None:
    if study.settings.responses is None or codebook is None or draw is None:
        return None
    return study.read_responses(frame, draw.sample, codebook)


def _estimates(
    study: Study, draw: Draw | None, responses: Responses | None
) -> tuple[tuple[EstimateSettings, Estimates], ...]:
    if draw is None:
        return ()
    asked = study.settings.estimate
    return tuple((question, _estimate(study, question, draw.drawn, responses)) for question in asked)


def _estimate(study: Study, question: EstimateSettings, drawn: Responses, responses: Responses | None) -> Estimates:
    # A register variable is known of every drawn complaint, so those that nobody could code are not left out of it.
    sample = responses if responses is not None and study.is_coded(question.variable) else drawn
    entry = entry_of(question.statistic)
    own = {"value": question.value} if entry.values == "category" else {"missing": "drop"}
    estimates: Estimates = entry.estimate(sample, question.variable, by=question.by or None, **own)
    return estimates


def _assess(study: Study, codebook: Codebook, frame: Frame, responses: Responses | None) -> Words:
    sources = study.read_sources()
    coding = study.read_coding(codebook, sources)
    indicators = measure_indicators(codebook, frame, responses, register_kind=study.settings.full_set.kind)
    proposed = assess(codebook, coding=coding, indicators=indicators, rule=study.rule)
    # Before the robustness: what is wrong with a decision is known at once, and the other takes its time.
    assessment, display = _decided(study, proposed)
    robustness = measure_robustness(
        codebook,
        coding=coding,
        indicators=indicators,
        responses=responses,
        records=study.read_records(frame, codebook),
        rule=study.rule,
    )
    return Words(codebook, sources, coding, assessment, display, robustness)


def _decided(study: Study, proposed: Assessment) -> tuple[Assessment, JointDisplay]:
    decisions = study.read_decisions()
    assessment = replace(proposed, decisions=dict(decisions))
    display = joint_display(assessment)
    faults = [*decision_faults(proposed, decisions), *convergence_faults(display)]
    place = study.decisions_file or f"{study.folder / SETTINGS}, [words] names no file of decisions"
    raise_all(TriangulationError, [f"{place}: {fault}" for fault in faults])
    return assessment, display


def _quantities(
    study: Study, frame: Frame, draw: Draw | None, words: Words | None, figures: Figures | None
) -> Iterator[tuple[str, Quantity]]:
    """Every value that a finding may be compared with, with the kinds of data it rests on."""
    records = frozenset({study.settings.full_set.kind})
    yield "full_set.rows", Quantity(frame.full_size, records)
    yield "frame.rows", Quantity(frame.size, records)
    yield "frame.strata", Quantity(sum(size > 0 for size in frame.sizes.values()), records)
    if draw is not None:
        yield "sample.rows", Quantity(len(draw.sample.rows), records)
    for name in study.settings.variables:
        if frame.is_number(name):
            yield f"frame.mean.{name}", Quantity(frame.mean(name), records)
            yield f"full_set.mean.{name}", Quantity(frame.full_set_mean(name), records)
            yield f"frame.median.{name}", Quantity(frame.median(name), records)
    for figure in figures or ():
        value = float(figure.value) if isinstance(figure.value, Decimal) else figure.value
        yield f"figure.{figure.key}", Quantity(value, frozenset({"published"}))
    if figures is not None:
        yield "figure.channels_listed", Quantity(len(figures.channels), frozenset({"published"}))
    if words is not None:
        yield from _word_quantities(study, words, records)


def _word_quantities(study: Study, words: Words, records: frozenset[str]) -> Iterator[tuple[str, Quantity]]:
    made = frozenset({study.words_kind})
    interviews = sum(source.kind == "interview" for source in words.sources.values())
    yield "words.informants", Quantity(interviews, made)
    yield "words.documents", Quantity(len(words.sources) - interviews, made)
    yield "words.dimensions", Quantity(len(words.codebook.dimensions), made)
    statuses = {each.dimension.key: each.status for each in words.assessment.dimensions}
    for key, status in statuses.items():
        yield f"status.{key}", Quantity(status, made | records)
    for name in STATUSES:
        count = sum(status == name for status in statuses.values())
        yield f"status.count.{name}", Quantity(count, made | records)

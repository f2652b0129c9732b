"""The subjects of a study that can be reviewed, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal, TypeAlias

import pandas as pd

from cmresearch.coding.coding import Coding, Segment
from cmresearch.errors import ReviewError, nearest
from cmresearch.files.hashes import sha256_of_text
from cmresearch.files.writing import json_text
from cmresearch.language.voice import ENGLISH
from cmresearch.privacy import MaskTable, mask_all
from cmresearch.sampling.certificate import Certificate
from cmresearch.study.reviews.entries import KINDS, Review, SubjectKind, withdrawn
from cmresearch.study.run import Run
from cmresearch.triangulation.assessment import Assessment, DimensionAssessment, IndicatorResult
from cmresearch.triangulation.findings import Findings

State: TypeAlias = Literal["stands", "changed since", "no longer exists", "withdrawn"]
STATES: Mapping[State, str] = {
    "stands": "what the reviewer saw is what the study holds now",
    "changed since": "it is not what the reviewer saw; it has to be looked at again",
    "no longer exists": "the study holds nothing of this key any more",
    "withdrawn": "the reviewer took it back",
}
COLUMNS = ("entry", "subject", "key", "verdict", "reviewer", "date", "reason", "state", "seen", "now", "withdrawal")
Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """Something that can be reviewed.

    Attributes:
        kind: sample, segment, status or finding.
        key: Which one.
        shown: What it says, in a line without the words of anybody.
        sha256: The hash of its content; another content gives another hash.
    """

    kind: SubjectKind
    key: str
    shown: str
    sha256: str

    @property
    def place(self) -> Place:
        """The kind and the key."""
        return self.kind, self.key


@dataclass(frozen=True)
class ReviewState:
    """A review, and whether it still holds.

    Attributes:
        review: The entry: a confirmation or a query.
        state: stands, changed since, no longer exists, or withdrawn.
        now: What the subject says now; empty where it no longer exists.
        withdrawal: The entry that took it back; None where none did.
    """

    review: Review
    state: State
    now: str
    withdrawal: Review | None


@dataclass(frozen=True)
class Reviewed:
    """Every review of a study with its state.

    Attributes:
        states: One record for each confirmation and query, in the order of the file.
        subjects: Everything in the study that could be reviewed.
    """

    states: tuple[ReviewState, ...]
    subjects: tuple[Subject, ...] = field(repr=False)

    def of(self, kind: SubjectKind, key: str) -> tuple[ReviewState, ...]:
        """The reviews of one subject, in the order of the file."""
        return tuple(each for each in self.states if each.review.place == (kind, key))

    def to_frame(self) -> pd.DataFrame:
        """One row for each confirmation and query, withdrawn ones too.

        Returns:
            Columns entry, subject, key, verdict, reviewer, date, reason, state, seen (what the reviewer saw), now (what
            stands there now) and withdrawal (day and reason, where it was taken back). The hashes are left out: a
            hash of a short text tells the text to whoever can guess it.
        """
        return pd.DataFrame([_row(each) for each in self.states], columns=list(COLUMNS), dtype=object)

    def coverage(self) -> pd.DataFrame:
        """How much of the study was reviewed.

        Returns:
            One row for each kind that the study has: subject, in_study; of these, queried (a query stands), confirmed
            (a confirmation stands and no query), changed_since (reviewed, and not as it is now) and not_reviewed; and
            no_longer_exist, the reviewed keys that the study does not hold any more.
        """
        rows = [self._coverage_of(kind) for kind in KINDS]
        columns = ["subject", "in_study", "queried", "confirmed", "changed_since", "not_reviewed", "no_longer_exist"]
        return pd.DataFrame([row for row in rows if any(list(row.values())[1:])], columns=columns)

    def _coverage_of(self, kind: str) -> dict[str, object]:
        standings = [self._standing(each.place) for each in self.subjects if each.kind == kind]
        gone = {one.review.key for one in self.states if one.review.subject == kind and one.state == "no longer exists"}
        names = ("queried", "confirmed", "changed_since", "not_reviewed")
        counts = {name: standings.count(name) for name in names}
        return {"subject": kind, "in_study": len(standings), **counts, "no_longer_exist": len(gone)}

    def _standing(self, place: Place) -> str:
        found = {(each.state, each.review.verdict) for each in self.states if each.review.place == place}
        if ("stands", "query") in found:
            return "queried"
        if ("stands", "confirm") in found:
            return "confirmed"
        return "changed_since" if any(state == "changed since" for state, _ in found) else "not_reviewed"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def reviewed(run: Run, reviews: Sequence[Review]) -> Reviewed:
    """Every review of a study beside what the study holds now.

    Args:
        run: What the study's files give, unmasked: of a masked run every offset, and so every hash, is another.
        reviews: The entries of its file of reviews.

    Returns:
        The reviews with their states, and everything that could be reviewed.
    """
    return compare_reviews(reviews, subjects_of(run))


def compare_reviews(reviews: Sequence[Review], subjects: Iterable[Subject]) -> Reviewed:
    """Reviews beside subjects, wherever these come from."""
    listed = tuple(subjects)
    known = {each.place: each for each in listed}
    gone = withdrawn(reviews)
    states = [
        _state(each, known.get(each.place), gone.get(each.entry)) for each in reviews if each.verdict != "withdraw"
    ]
    return Reviewed(tuple(states), listed)


def subjects_of(run: Run) -> tuple[Subject, ...]:
    """Everything in a study that can be reviewed: its sample, adjudicated segments, statuses and findings.

    Args:
        run: What the study's files give, unmasked.
    """
    words = run.words
    return (
        *((sample_subject(run.draw.certificate, run.study.settings.study.key),) if run.draw else ()),
        *(segment_subjects(words.coding) if words else ()),
        *(status_subjects(words.assessment) if words else ()),
        *finding_subjects(run.findings),
    )


def find_subject(subjects: Iterable[Subject], kind: SubjectKind, key: str) -> Subject:
    """The subject of that kind and key.

    Raises:
        ReviewError: There is none; the nearest spelling is offered.
    """
    known = {each.key: each for each in subjects if each.kind == kind}
    if key not in known:
        hint = nearest(key, known) if known else f"; it has no {kind} at all"
        raise ReviewError(f"the study has no {kind} {key!r} to review{hint}")
    return known[key]


def sample_subject(certificate: Certificate, key: str) -> Subject:
    """The sample as a subject: its certificate, without the hash of `study.toml`.

    A label or a further estimate in the settings makes no other sample; another frame, size or seed does, and so does a
    drawn record that has changed.

    Args:
        certificate: The sample's certificate.
        key: The study's key.
    """
    drawn, size = certificate.allocation.size, certificate.frame.rows
    alone = certificate.model_copy(update={"study_sha256": None})
    return Subject("sample", key, f"{drawn} of {size} complaints, seed {certificate.seed.text}", alone.sha256)


def segment_key(segment: Segment) -> str:
    """The key of a code's application: source, span and code.

    Example:
        >>> segment_key(Segment("interview-6", 1234, 1290, "cost_recorded", "adjudicator", "absent", "", "", "", "1.0"))
        'interview-6:1234-1290:cost_recorded'
    """
    return f"{segment.source}:{segment.start}-{segment.end}:{segment.code}"


def segment_subjects(coding: Coding) -> tuple[Subject, ...]:
    """The adjudicated segments as subjects: source, span, words, code and direction of each.

    A passage that has one code in two directions is one subject. A passage that was moved or has another code is
    another one: the earlier key then no longer exists.
    """
    settled = sorted(coding.adjudicated, key=segment_key)
    return tuple(
        _subject(
            "segment", key, " and ".join(sorted(each.direction for each in found)), [_said(each) for each in found]
        )
        for key, found in ((key, sorted(group)) for key, group in groupby(settled, key=segment_key))
    )


def status_subjects(assessment: Assessment) -> tuple[Subject, ...]:
    """The statuses as subjects: proposed and decided status, the steps of the rule, every segment and indicator."""
    return tuple(_status_subject(assessment, each) for each in assessment.dimensions)


def finding_subjects(findings: Findings) -> tuple[Subject, ...]:
    """The findings as subjects: what was published, what these files give, and what the match is worth."""
    return tuple(
        _subject(
            "finding",
            each.finding.key,
            f"published {each.finding.translated().published}, computed {_plain(each.computed)}: {each.result}",
            {
                "text": each.finding.text,
                "published": _plain(each.finding.published),
                "computed": _plain(each.computed),
                "result": each.result,
            },
        )
        for each in findings.compared
    )


def mask_reviews(found: Reviewed, table: MaskTable) -> tuple[Reviewed, MaskTable]:
    """Reviews as they may be shown: personal data in reasons masked, and no hash of what holds personal data.

    The names of the reviewers stay: a review is signed.

    Args:
        found: The reviews with their states.
        table: What was masked before in this study, so that a datum has one placeholder everywhere.

    Returns:
        The same reviews to be shown, and the table that later texts need.
    """
    signed = [each.review for each in found.states] + [each.withdrawal for each in found.states if each.withdrawal]
    texts = list(dict.fromkeys(text for each in signed for text in (each.reason, each.seen)))
    shown, table = mask_all(texts, table)
    masks = {text: masked.text for text, masked in zip(texts, shown, strict=True)}

    def hidden(review: Review) -> Review:
        said = {"reason": masks[review.reason], "seen": masks[review.seen], "sha256": ""}
        return review.model_copy(update=said)

    states = tuple(
        replace(each, review=hidden(each.review), withdrawal=each.withdrawal and hidden(each.withdrawal))
        for each in found.states
    )
    return Reviewed(states, tuple(replace(each, sha256="") for each in found.subjects)), table


def _state(review: Review, subject: Subject | None, withdrawal: Review | None) -> ReviewState:
    now = subject.shown if subject else ""
    if withdrawal is not None:
        return ReviewState(review, "withdrawn", now, withdrawal)
    if subject is None:
        return ReviewState(review, "no longer exists", now, None)
    return ReviewState(review, "stands" if subject.sha256 == review.sha256 else "changed since", now, None)


def _row(each: ReviewState) -> dict[str, object]:
    said = each.review.model_dump(include=set(COLUMNS))
    back = f"{each.withdrawal.date}: {each.withdrawal.reason}" if each.withdrawal else ""
    return said | {"state": each.state, "now": each.now, "withdrawal": back}


def _subject(kind: SubjectKind, key: str, shown: str, content: object) -> Subject:
    return Subject(kind, key, shown, sha256_of_text(json_text(content)))


def _said(segment: Segment) -> dict[str, object]:
    return {name: getattr(segment, name) for name in ("source", "start", "end", "quote", "code", "direction")}


def _status_subject(assessment: Assessment, each: DimensionAssessment) -> Subject:
    key = each.dimension.key
    decision = assessment.decisions.get(key)
    content = {
        "status": each.status,
        "decision": vars(decision) if decision else None,
        "steps": [[step.number, step.status, step.holds, ENGLISH.phrases(step.reasons)] for step in each.steps],
        "sources": {
            one.source.key: [one.standing, *(_said(segment) for segment in one.segments)] for one in each.sources
        },
        "indicators": {result.indicator.key: list(_measured(result)) for result in each.indicators},
    }
    decided = f", decided {decision.status}" if decision else ""
    return _subject("status", key, f"proposed {each.status}{decided}", content)


def _measured(result: IndicatorResult) -> Iterator[object]:
    for value in (result.estimate, result.lower, result.upper, result.indicator.threshold):
        yield _plain(value)
    yield from (result.n, result.indicator.direction, result.outcome)


def _plain(value: object) -> object:
    # Beyond nine digits, versions of the numerical libraries differ, and nothing has changed.
    return f"{value:.9g}" if isinstance(value, float) else value

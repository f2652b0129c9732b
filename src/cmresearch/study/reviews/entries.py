"""The reviews of a study, entry by entry: nothing is overwritten, and an entry is taken back by a further one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cmresearch.codebook.records import Date, Text
from cmresearch.errors import ReviewError, raise_all
from cmresearch.files.locks import locked
from cmresearch.files.toml import TomlFile, describe_fault, read_toml_file
from cmresearch.files.toml_edit import toml_table
from cmresearch.files.writing import write_text

SubjectKind: TypeAlias = Literal["sample", "segment", "status", "finding"]
Verdict: TypeAlias = Literal["confirm", "query", "withdraw"]
KINDS: tuple[str, ...] = get_args(SubjectKind)
TABLE = "review"
HEAD = """\
# What reviewers confirm or query in this study. Entries are added and never changed: what was said too soon is
# withdrawn by a further entry (cmresearch review withdraw). sha256 is the hash of what the reviewer saw.
"""


def _in_the_calendar(day: str) -> str:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"date is {day!r}; expected a day such as 2026-05-01") from None
    return day


class Review(BaseModel):
    """One entry: what a reviewer says of a sample, a code's application, a status or a finding, or takes back.

    Attributes:
        entry: Its number in the file, from 1.
        subject: sample, segment (a code's application), status or finding.
        key: Which one: the study's key, `source:start-end:code`, a dimension, or a finding.
        verdict: confirm, query, or withdraw for an earlier entry of one's own.
        withdraws: The number of the entry that is taken back; None for any other verdict.
        reviewer: Who says it.
        date: When, as the reviewer says it; no result depends on it.
        reason: Why: what was looked at, or what is doubted.
        seen: What the reviewer saw, in a line without the words of anybody.
        sha256: The hash of all that the reviewer saw; see `cmresearch.study.reviews.subjects`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    entry: Annotated[int, Field(ge=1)] = 1
    subject: SubjectKind
    key: Text
    verdict: Verdict
    withdraws: int | None = None
    reviewer: Text
    date: Annotated[Date, AfterValidator(_in_the_calendar)]
    reason: Text
    seen: Text
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @property
    def place(self) -> tuple[str, str]:
        """The subject that it speaks of: the kind and the key."""
        return self.subject, self.key


class _ReviewFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    review: list[Review] = []


def make_review(**fields: Any) -> Review:  # noqa: ANN401 - the model checks what each field may be
    """An entry of its fields, for `add_reviews`, which gives it its number.

    Raises:
        ReviewError: A field is missing, empty or of another form; all faults at once.
    """
    try:
        return Review.model_validate(fields)
    except ValidationError as error:
        faults = [describe_fault(each, list(Review.model_fields)) for each in error.errors()]
        raise ReviewError("\n".join(faults)) from None


def read_reviews(path: Path) -> tuple[Review, ...]:
    """Every entry of a file of reviews, in its order; none where there is no such file.

    Args:
        path: A TOML file with one table `[[review]]` for each entry.

    Raises:
        ReviewError: It is no TOML, an entry has a fault, or entries contradict each other; all faults of the file, with
            file, line and the key of what is reviewed.
    """
    return _checked(read_toml_file(path, ReviewError)) if path.is_file() else ()


def add_reviews(path: Path, reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Add entries to a file of reviews; those that stand there already are not added again.

    Args:
        path: The file; made where it is not there yet.
        reviews: What is added; the numbers are given here.

    Returns:
        The entries as they stand in the file, in the order of `reviews`.

    Raises:
        ReviewError: The file has faults, or an entry contradicts an earlier one of the same reviewer; nothing is
            written then.
        WritingError: The file cannot be written.
    """
    with locked(path):
        return _add(path, reviews)


def _add(path: Path, reviews: Sequence[Review]) -> tuple[Review, ...]:
    present = list(read_reviews(path))
    gone = withdrawn(present)
    placed, added = [], []
    for review in reviews:
        same = [each for each in present if _says(each) == _says(review) and each.entry not in gone]
        if not same:
            same = [review.model_copy(update={"entry": max((each.entry for each in present), default=0) + 1})]
            present += same
            added += same
        placed.append(same[0])
    raise_all(ReviewError, [fault for _, fault in _faults_between(present)])
    if added:
        _append(path, added)
    return tuple(placed)


def withdraw(path: Path, entry: int, *, reviewer: str, reason: str, date: str) -> Review:
    """Take an entry back by a further one; what was written stays.

    Args:
        path: The file of reviews.
        entry: The number of the entry.
        reviewer: Who takes it back: whoever made it.
        reason: Why.
        date: When, such as 2026-05-01.

    Returns:
        The further entry.

    Raises:
        ReviewError: There is no such entry, it is somebody else's, or it was taken back before.
    """
    with locked(path):
        found = next((each for each in read_reviews(path) if each.entry == entry), None)
        if found is None:
            raise ReviewError(f"{path}: there is no entry {entry} (cmresearch review list)")
        kept = found.model_dump(include={"subject", "key", "seen", "sha256"})
        said = {"verdict": "withdraw", "withdraws": entry, "reviewer": reviewer, "reason": reason, "date": date}
        return add_reviews(path, [make_review(**kept, **said)])[0]


def withdrawn(reviews: Sequence[Review]) -> dict[int, Review]:
    """The entry that takes each withdrawn entry back, by the number of the one that is taken back."""
    return {each.withdraws: each for each in reviews if each.withdraws is not None}


def _says(review: Review) -> tuple[object, ...]:
    """Two entries that agree in this say the same; the day and the words of the reason are no part of it."""
    return review.place, review.verdict, review.withdraws, review.reviewer, review.sha256


def _append(path: Path, added: Sequence[Review]) -> None:
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else HEAD
    gap = "\n" if before.endswith("\n") else "\n\n"
    tables = "\n".join(toml_table(TABLE, each.model_dump(exclude_none=True)) for each in added)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, before + gap + tables)


def _checked(file: TomlFile) -> tuple[Review, ...]:
    try:
        reviews = _ReviewFile.model_validate(file.data).review
    except ValidationError as error:
        known = [*Review.model_fields, TABLE]
        faults = [file.fault(each["loc"], describe_fault(each, known)) for each in error.errors()]
        raise ReviewError("\n".join(faults)) from None
    raise_all(ReviewError, [file.fault((TABLE, place), fault) for place, fault in _faults_between(reviews)])
    return tuple(reviews)


def _faults_between(reviews: Sequence[Review]) -> Iterator[tuple[int, str]]:
    """Faults of how entries refer to each other, with the place of the entry."""
    gone = withdrawn(reviews)
    earlier: dict[int, Review] = {}
    for place, review in enumerate(reviews):
        if review.entry in earlier:
            yield place, f"entry is {review.entry}; expected a number that no earlier entry has"
        if review.verdict == "withdraw" or review.withdraws is not None:
            yield from ((place, fault) for fault in _withdrawal_faults(review, earlier))
        else:
            yield from ((place, fault) for fault in _contradictions(review, earlier, gone))
        earlier.setdefault(review.entry, review)


def _withdrawal_faults(review: Review, earlier: dict[int, Review]) -> Iterator[str]:
    old = earlier.get(review.withdraws or 0)
    if (review.verdict == "withdraw") != (review.withdraws is not None):
        yield f"verdict is {review.verdict!r}, withdraws {review.withdraws}; expected both or neither"
    elif old is None:
        yield f"there is no earlier entry {review.withdraws} to withdraw"
    elif old.reviewer != review.reviewer:
        yield f"entry {old.entry} is of {old.reviewer!r}, not of {review.reviewer!r}; nobody withdraws another's review"
    elif old.verdict == "withdraw":
        yield f"entry {old.entry} is a withdrawal; to say it again, add a further review"
    elif old.place != review.place:
        yield f"entry {old.entry} is on the {old.subject} {old.key!r}, and this one is not"
    elif any(each.withdraws == review.withdraws for each in earlier.values()):
        yield f"entry {old.entry} was withdrawn before"


def _contradictions(review: Review, earlier: dict[int, Review], gone: dict[int, Review]) -> Iterator[str]:
    for other in earlier.values():
        same = (other.place, other.reviewer, other.sha256) == (review.place, review.reviewer, review.sha256)
        if same and other.verdict != "withdraw" and not {other.entry, review.entry} & set(gone):
            yield (
                f"{review.reviewer!r} says {review.verdict!r}, and {other.verdict!r} of the same in entry "
                f"{other.entry}; withdraw that one first (cmresearch review withdraw {other.entry})"
            )

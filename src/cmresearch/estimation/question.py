"""A question to a sample: whose values, in which domains, of which units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import CellIndex, Codes, Design, Floats, LonelyPolicy, design_of
from cmresearch.intake.faults_in_columns import means_missing
from cmresearch.language.phrases import Phrase
from cmresearch.responses.columns import Labelled
from cmresearch.responses.responses import MissingPolicy, Responses

Mask = NDArray[np.bool_]
POLICIES = {
    "adjust": Phrase("notes.lonely.adjust"),
    "average": Phrase("notes.lonely.average"),
    "certainty": Phrase("notes.lonely.certainty"),
}


@dataclass(frozen=True)
class Options:
    """How a question is put, whatever the statistic: the domains, and what is done about blanks and lonely strata.

    Attributes:
        by: Column or columns that make the domains; all together where there are none.
        level: Confidence level, 0 to 1.
        missing: What is done about blank values: error or drop.
        lonely: What is done about strata with one unit drawn of several.
    """

    by: str | Sequence[str] | None = None
    level: float = 0.95
    missing: MissingPolicy = "error"
    lonely: LonelyPolicy = "error"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that make the domains."""
        return () if self.by is None else (self.by,) if isinstance(self.by, str) else tuple(self.by)


@dataclass(frozen=True)
class Question:
    """Values of sampled units, sorted into domains; the design keeps the units outside them.

    Attributes:
        variable: The variable asked of; of a ratio both, as `a / b`.
        options: How the question is put.
        design: The design of the sample.
        responses: The sample.
        domain: Position of each row's domain; -1 for units outside the question or without a value.
        labels: The domains, in code-point order; one None for all of the full set.
        categories: One category per column of `values`; one None for numbers.
        values: A row per sampled row; numbers, or 1 and 0 for in and out of a category.
        bases: What the values are related to: ones, or the denominator of a ratio.
        notes: Warnings that each estimate carries.
    """

    variable: str
    options: Options
    design: Design
    responses: Responses
    domain: Codes
    labels: tuple[str | None, ...]
    categories: tuple[str | None, ...]
    values: Floats
    bases: Floats
    notes: tuple[Phrase, ...]

    @property
    def cells(self) -> CellIndex:
        """Sums by stratum and domain."""
        return CellIndex(self.design, self.domain, len(self.labels))

    def sums(self, values: Floats) -> Floats:
        """Weighted totals of each domain (rows) and column of values."""
        weights = self.design.weights
        return np.stack([self.cells.sums(weights * column).sum(axis=0) for column in values.T], axis=1)


def ask_numbers(responses: Responses, variable: str, options: Options) -> Question:
    """A number of each unit."""
    values = responses.numbers(variable)
    table = _Columns(variable, np.nan_to_num(values)[:, None], np.ones(len(values)), (None,), np.isnan(values))
    return _ask(responses, table, options)


def ask_ratio(responses: Responses, numerator: str, denominator: str, options: Options) -> Question:
    """Two numbers of each unit."""
    above, below = responses.numbers(numerator), responses.numbers(denominator)
    blank = np.isnan(above) | np.isnan(below)
    values, bases = np.where(blank, 0.0, above)[:, None], np.where(blank, 0.0, below)
    table = _Columns(f"{numerator} / {denominator}", values, bases, (None,), blank)
    return _ask(responses, table, options)


NOWHERE = -9  # the code of a category that no unit has


def ask_categories(responses: Responses, variable: str, options: Options, *, value: str | None) -> Question:
    """The category of each unit, as a column of ones and zeros for each category or for the one that is named."""
    column = responses.labelled(variable)
    present = _present(column, eligible(responses) & ~column.blank)
    # A value that coders could have recorded and nobody did is a share of zero, not an unknown word.
    known = sorted({*present, *responses.categories.get(variable, ())})
    wanted = known if value is None else [_known_category(variable, value, known)]
    labels = list(column.labels)
    positions = np.array([labels.index(one) if one in labels else NOWHERE for one in wanted], dtype=np.int64)
    values = (column.codes[:, None] == positions[None, :]).astype(float)
    table = _Columns(variable, values, np.ones(len(values)), tuple(wanted), column.blank)
    question = _ask(responses, table, options)
    meant = [word for word in present if means_missing(word) and word not in responses.categories.get(variable, ())]
    return replace(question, notes=(*question.notes, *_missing_words(meant)))


def _missing_words(words: Sequence[str]) -> tuple[Phrase, ...]:
    """A warning where an answer reads like the lack of one; a code of the codebook is meant as it stands."""
    named = tuple(repr(word) for word in words)
    return (Phrase("notes.sample.read_as_answer", {"words": named}),) if words else ()


def eligible(responses: Responses) -> Mask:
    """True for the units that the study's question is about."""
    if responses.eligible is None:
        return np.ones(len(responses.table), dtype=bool)
    return responses.eligible


@dataclass(frozen=True)
class _Columns:
    """The values of a question's variable, one for each unit."""

    variable: str
    values: Floats
    bases: Floats
    categories: tuple[str | None, ...]
    blank: Mask


def _known_category(variable: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        near = nearest(value, known)
        hint = "" if near else "; if no sampled unit has it and others may, name the values with categories="
        raise EstimationError(
            f"variable {variable!r} has no value {value!r} in the sample{near} (it has {', '.join(known)}){hint}"
        )
    return value


def _ask(responses: Responses, columns: _Columns, options: Options) -> Question:
    """Units outside the question or without a value are outside every domain; the design keeps them."""
    design = design_of(responses, lonely=options.lonely)
    asked = eligible(responses)
    dropped = _dropped(design, asked, columns, options.missing)
    labels, domain = domains_of(responses, options.by, missing=options.missing)
    homeless = int(design.counts[asked & (domain < 0)].sum())
    return Question(
        variable=columns.variable,
        options=options,
        design=design,
        responses=responses,
        domain=np.where(columns.blank, -1, domain),
        labels=labels,
        categories=columns.categories,
        values=columns.values,
        bases=columns.bases,
        notes=(*responses.notes, *dropped, *_left_out(homeless), *lonely_note(design)),
    )


def _dropped(design: Design, asked: Mask, columns: _Columns, missing: MissingPolicy) -> tuple[Phrase, ...]:
    if missing not in get_args(MissingPolicy):
        raise EstimationError(f"policy for missing values {missing!r}; expected error or drop")
    lost = int(design.counts[columns.blank & asked].sum())
    if lost and missing == "error":
        raise EstimationError(
            f"variable {columns.variable!r}: {lost} of {int(design.counts[asked].sum())} sampled units have no value; "
            "missing='drop' estimates over those that have one"
        )
    if not (asked & ~columns.blank).any():
        raise EstimationError(f"variable {columns.variable!r}: no sampled unit has a value")
    # Counts in notes are texts: a thousand stands there without a separator.
    return (Phrase("notes.sample.dropped", {"lost": str(lost)}),) if lost else ()


def _left_out(homeless: int) -> tuple[Phrase, ...]:
    return (Phrase("notes.sample.without_domain", {"n": str(homeless)}),) if homeless else ()


def _present(column: Labelled, rows: Mask) -> list[str]:
    """The words that some of these rows have."""
    seen = np.bincount(column.codes[rows], minlength=len(column.labels)) > 0
    return [str(label) for label, there in zip(column.labels, seen, strict=True) if there]


def domains_of(
    responses: Responses, by: str | Sequence[str] | None, *, missing: MissingPolicy = "error"
) -> tuple[tuple[str | None, ...], Codes]:
    """The domains that eligible units are in, and each row's position among them; -1 for units in none.

    Raises:
        ResponseError: A column is unknown, or blank for some unit under `error`.
        EstimationError: Under `drop` no unit is left.
    """
    column, asked = responses.domains(by, missing=missing), eligible(responses)
    if by is not None:
        asked = asked & ~column.blank
        if not asked.any():
            raise EstimationError(f"column {by!r}: no sampled unit has a domain")
    seen = np.bincount(column.codes[asked], minlength=len(column.labels)) > 0
    position = np.where(seen, np.cumsum(seen) - 1, -1)
    labels = tuple(label for label, there in zip(column.labels, seen, strict=True) if there)
    return labels, np.where(asked, position[column.codes], -1)


def lonely_note(design: Design) -> tuple[Phrase, ...]:
    """Which policy was taken for how many lonely strata, or nothing where there are none."""
    found = int(design.is_lonely.sum())
    return (Phrase("notes.sample.lonely", {"n": str(found), "policy": POLICIES[design.lonely]}),) if found else ()

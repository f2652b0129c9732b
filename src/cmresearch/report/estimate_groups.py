"""A run's estimates as they stand together in a table and a figure, named as readers see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cmresearch.language.catalogue import in_language, say
from cmresearch.language.voice import ENGLISH
from cmresearch.report import wording

if TYPE_CHECKING:
    from cmresearch.study.run import Run


@dataclass(frozen=True)
class EstimateGroup:
    """Estimates that stand in one table and one figure.

    Attributes:
        subject: What they are about, for the heading.
        title: The question, for the figure.
        by: The columns that make the domains, as readers see them; empty for the whole frame.
        rows: The estimates, a dictionary each, with `name` as readers see it.
    """

    subject: str
    title: str
    by: str
    rows: tuple[Mapping[str, Any], ...]

    @property
    def known(self) -> tuple[Mapping[str, Any], ...]:
        """The estimates whose truth is known."""
        return tuple(row for row in self.rows if not wording.is_nothing(row["truth"]))

    @property
    def marks(self) -> dict[str, str]:
        """A letter for each note on its estimates."""
        notes = dict.fromkeys(str(row["note"]) for row in self.rows if not wording.is_nothing(row["note"]))
        return {note: chr(ord("a") + place) for place, note in enumerate(notes)}

    @property
    def covered(self) -> int:
        """How many of them have the truth in their interval."""
        return sum(row["lower"] <= row["truth"] <= row["upper"] for row in self.known)


def estimate_groups(run: Run, *, language: str = "en") -> Iterator[EstimateGroup]:
    """The run's estimates in groups: all shares of the whole frame, each question by domain, all else."""
    text = partial(_spoken, language)
    rows = [_traced(row, place) for place, row in enumerate(run.estimates_table(ENGLISH).to_dict("records"), start=1)]
    shares = [row for row in rows if row["statistic"] == "proportion" and not row["by"]]
    if shares:
        named = tuple(row | {"name": variable_name(run, row, language=language)} for row in shares)
        yield EstimateGroup(text("whole_frame"), text("whole_frame_title"), "", named)
    for question in dict.fromkeys((row["variable"], row["statistic"], row["by"]) for row in rows if row["by"]):
        found = [row for row in rows if (row["variable"], row["statistic"], row["by"]) == question]
        by = ", ".join(run.study.label(name, language) for name in found[0]["by"].split(", "))
        single = {row["category"] for row in found if row["category"]}
        one = len(single) == 1
        subject = variable_name(run, found[0], language=language) if one else run.study.label(question[0], language)
        named = tuple(row | {"name": _domain_name(run, row, len(single), language)} for row in found)
        words = {"subject": subject, "by": by.lower()}
        yield EstimateGroup(text("by", **words), text("by_title", **words), by, named)
    others = [row for row in rows if not row["by"] and row["statistic"] != "proportion"]
    if others:
        named = tuple(row | {"name": _amount_name(run, row, language)} for row in others)
        yield EstimateGroup(text("amounts"), text("amounts_title"), "", named)


def _traced(row: Mapping[Any, Any], place: int) -> dict[str, Any]:
    """An estimate with the place in the report that shows it stratum by stratum."""
    return {str(key): cell for key, cell in row.items()} | {"trace": f"by-stratum-F{place}" if row["n"] else ""}


def _spoken(language: str, key: str, **placeholders: object) -> str:
    return say(f"report.estimates.{key}", language, **placeholders)


def _amount_name(run: Run, row: Mapping[str, Any], language: str) -> str:
    statistic = wording.word("statistic", row["statistic"], language=language)
    return f"{run.study.label(row['variable'], language)}, {statistic}"


def variable_name(run: Run, row: Mapping[Any, Any], *, language: str | None = None) -> str:
    """A variable and its category as readers see them, such as `Final answer: explicit`."""
    name = run.study.label(str(row["variable"]), language)
    category = row["category"]
    return name if wording.is_nothing(category) or category == "true" else f"{name}: {_value_name(run, row, language)}"


def _value_name(run: Run, row: Mapping[Any, Any], language: str | None) -> str:
    variables = () if run.words is None else run.words.codebook.variables
    values = {(one.key, value.key): in_language(value.label, language) for one in variables for value in one.values}
    return values.get((str(row["variable"]), str(row["category"])), wording.plain(row["category"])).lower()


def _domain_name(run: Run, row: Mapping[str, Any], categories: int, language: str) -> str:
    return f"{row['domain']}: {_value_name(run, row, language)}" if categories > 1 else str(row["domain"])

"""A run's estimates as they stand together in a table and a figure, named as readers see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cmresearch.estimation.statistics import entry_of, unit_of
from cmresearch.language.voice import Voice, is_nothing, plain

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
        return tuple(row for row in self.rows if not is_nothing(row["truth"]))

    @property
    def marks(self) -> dict[str, str]:
        """A letter for each note on its estimates."""
        notes = dict.fromkeys(str(row["note"]) for row in self.rows if not is_nothing(row["note"]))
        return {note: chr(ord("a") + place) for place, note in enumerate(notes)}

    @property
    def covered(self) -> int:
        """How many of them have the truth in their interval."""
        return sum(row["lower"] <= row["truth"] <= row["upper"] for row in self.known)


def estimate_groups(run: Run, *, voice: Voice) -> Iterator[EstimateGroup]:
    """The run's estimates in groups: all shares of the whole frame, each question by domain, all else."""
    text = partial(_spoken, voice)
    rows = [_traced(row, place) for place, row in enumerate(run.estimates_table(voice).to_dict("records"), start=1)]
    whole = [row for row in rows if not row["by"]]
    shares = [row for row in whole if unit_of(row["statistic"]) == "percent"]
    if shares:
        named = tuple(row | {"name": variable_name(run, row, voice=voice)} for row in shares)
        yield EstimateGroup(text("whole_frame"), text("whole_frame_title"), "", named)
    for question in dict.fromkeys((row["variable"], row["statistic"], row["by"]) for row in rows if row["by"]):
        found = [row for row in rows if (row["variable"], row["statistic"], row["by"]) == question]
        by = ", ".join(voice.label(name) for name in found[0]["by"].split(", "))
        single = {row["category"] for row in found if row["category"]}
        one = len(single) == 1
        subject = variable_name(run, found[0], voice=voice) if one else voice.label(question[0])
        subject = subject if entry_of(question[1]).is_understood else _with_statistic(subject, question[1], voice)
        named = tuple(row | {"name": _domain_name(run, row, len(single), voice)} for row in found)
        words = {"subject": subject, "by": by.lower()}
        yield EstimateGroup(text("by", **words), text("by_title", **words), by, named)
    others = [row for row in whole if unit_of(row["statistic"]) != "percent"]
    if others:
        named = tuple(row | {"name": _amount_name(run, row, voice)} for row in others)
        yield EstimateGroup(text("amounts"), text("amounts_title"), "", named)


def _traced(row: Mapping[Any, Any], place: int) -> dict[str, Any]:
    """An estimate with the place in the report that shows it stratum by stratum."""
    return {str(key): cell for key, cell in row.items()} | {"trace": f"by-stratum-F{place}" if row["n"] else ""}


def _spoken(voice: Voice, key: str, **placeholders: object) -> str:
    return voice.say(f"report.estimates.{key}", **placeholders)


def _amount_name(run: Run, row: Mapping[str, Any], voice: Voice) -> str:
    return _with_statistic(variable_name(run, row, voice=voice), row["statistic"], voice)


def _with_statistic(name: str, statistic: str, voice: Voice) -> str:
    return f"{name}, {voice.word('statistic', statistic)}"


def variable_name(run: Run, row: Mapping[Any, Any], *, voice: Voice) -> str:
    """A variable and its category as readers see them, such as `Final answer: explicit`."""
    name = voice.label(str(row["variable"]))
    category = row["category"]
    return name if is_nothing(category) or category == "true" else f"{name}: {_value_name(run, row, voice)}"


def _value_name(run: Run, row: Mapping[Any, Any], voice: Voice) -> str:
    variables = () if run.words is None else run.words.codebook.variables
    values = {(one.key, value.key): voice.own(value.label) for one in variables for value in one.values}
    return values.get((str(row["variable"]), str(row["category"])), plain(row["category"])).lower()


def _domain_name(run: Run, row: Mapping[str, Any], categories: int, voice: Voice) -> str:
    return f"{row['domain']}: {_value_name(run, row, voice)}" if categories > 1 else str(row["domain"])

"""The decision rule, whole: from what sources state and indicators show to a status, step by step.

Conditions and their order, the parameter, the words of each step, and the other rules that robustness tries stand here
and nowhere else; the assessment, the convergence of the lines, the plan and the documentation ask this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from cmresearch.codebook.book import Indicator
from cmresearch.errors import TriangulationError
from cmresearch.language.phrases import Name, Phrase, Series

Status: TypeAlias = Literal["fulfilled", "not_optimal", "not_implemented", "not_assessable"]
Outcome: TypeAlias = Literal["met", "not_met", "inconclusive"]
Standing: TypeAlias = Literal["for", "against", "mixed", "unclear", "silent"]
STATUSES: tuple[str, ...] = get_args(Status)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
STATEMENTS = ("supports", "hinders", "absent")  # the directions that the rule counts


@dataclass(frozen=True)
class Seen:
    """All that the rule sees of one dimension.

    Attributes:
        stating: The counted sources that state each of `STATEMENTS`, by key.
        showing: The indicators with each outcome, by key.
    """

    stating: Mapping[str, tuple[str, ...]]
    showing: Mapping[str, tuple[str, ...]]

    @property
    def has_indicators(self) -> bool:
        """Whether the dimension has any indicator."""
        return any(self.showing.values())


@dataclass(frozen=True)
class Step:
    """One step of the rule, as it was taken for one dimension.

    Attributes:
        number: Its number, from 1.
        status: The status it would give.
        holds: Whether its condition holds; the first that does decides.
        reasons: What was found for each part of the condition.
    """

    number: int
    status: Status
    holds: bool
    reasons: tuple[Phrase, ...]

    @property
    def in_short(self) -> tuple[Phrase, ...]:
        """The reasons without the sources behind them."""
        return tuple(
            Phrase(each.key.replace("step.", "step_in_short.")) if "sources" in each.placeholders else each
            for each in self.reasons
        )

    def decides(self, reasons: tuple[Phrase, ...]) -> Phrase:
        """The sentence that this step decided, for these reasons."""
        return Phrase("step.decided", {"number": self.number, "because": Series(reasons)})


@dataclass(frozen=True)
class Rule:
    """How evidence becomes a status.

    Attributes:
        corroboration: How many different sources must state the same before it counts, 1 or more.
    """

    corroboration: int = 2

    def __post_init__(self) -> None:
        if self.corroboration < 1:
            # With 0 a dimension of which nobody speaks would be corroborated in every direction.
            raise TriangulationError(f"corroboration is {self.corroboration}; expected 1 source or more")

    def corroborates(self, seen: Seen, statement: str) -> bool:
        """Whether a statement is made by as many sources as it needs."""
        return len(seen.stating[statement]) >= self.corroboration

    def steps(self, seen: Seen) -> tuple[Step, ...]:
        """The steps of the rule up to the first that holds, which decides."""
        taken: list[Step] = []
        for number, condition in enumerate(CONDITIONS, start=1):
            reasons = tuple(self._reason(seen, part) for part in condition.parts)
            taken.append(Step(number, condition.status, condition.holds(self, seen), reasons))
            if taken[-1].holds:
                break
        return tuple(taken)

    def standing_of_statements(self, supporting: int, opposing: int) -> Standing:
        """How a line of interviews or documents stands, from how many of its sources are on either side.

        Where both sides are stated, the one that as many sources state as corroborate stands, if it is exactly one;
        otherwise the line is mixed.
        """
        if not supporting and not opposing:
            return "silent"
        if not supporting or not opposing:
            return "for" if supporting else "against"
        if (supporting >= self.corroboration) == (opposing >= self.corroboration):
            return "mixed"
        return "for" if supporting >= self.corroboration else "against"

    def neighbours(self) -> Iterator[tuple[Phrase, Rule]]:
        """The rules next to this one, each with what is otherwise: one source fewer or more to corroborate."""
        for needed in (self.corroboration - 1, self.corroboration + 1):
            if needed >= 1:
                change = Phrase("world.one_needed") if needed == 1 else Phrase("world.needed", {"n": needed})
                yield change, replace(self, corroboration=needed)

    def described(self) -> tuple[Phrase, ...]:
        """The steps in words, in their order."""
        return tuple(Phrase(f"rule.{each.status}", self._parameters(each.status)) for each in CONDITIONS)

    def _parameters(self, status: Status) -> dict[str, object]:
        return {} if status == "fulfilled" else {"n": self.corroboration}

    def _reason(self, seen: Seen, part: str) -> Phrase:
        """The finding for one part of a condition: a statement, an outcome, or that no step before holds."""
        if part in STATEMENTS:
            return self._found_stated(seen, part)
        if part in OUTCOMES:
            return _found_shown(seen, part)
        return Phrase(f"step.{part}")

    def _found_stated(self, seen: Seen, statement: str) -> Phrase:
        listed = tuple(Name(key) for key in seen.stating[statement]) or Phrase("step.no_source")
        if self.corroborates(seen, statement):
            return Phrase(f"step.{statement}", {"sources": listed})
        return Phrase(f"step.{statement}_lacking", {"sources": listed, "needed": self.corroboration})


@dataclass(frozen=True)
class Condition:
    """When a step gives its status.

    Attributes:
        status: The status.
        holds: Whether it does, by the rule and what it sees.
        parts: What the step's reasons name, in order: statements, outcomes, or `none_before`.
    """

    status: Status
    holds: Callable[[Rule, Seen], bool]
    parts: tuple[str, ...]


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "not_implemented",
        lambda rule, seen: (
            rule.corroborates(seen, "absent") and not rule.corroborates(seen, "supports") and not seen.showing["met"]
        ),
        ("absent", "supports", "met"),
    ),
    Condition(
        "not_optimal",
        lambda rule, seen: (
            rule.corroborates(seen, "hinders") or rule.corroborates(seen, "absent") or bool(seen.showing["not_met"])
        ),
        ("hinders", "absent", "not_met"),
    ),
    Condition(
        "not_assessable",
        lambda rule, seen: not rule.corroborates(seen, "supports") or bool(seen.showing["inconclusive"]),
        ("supports", "inconclusive"),
    ),
    Condition("fulfilled", lambda _rule, _seen: True, ("none_before", "supports", "met")),
)


def _found_shown(seen: Seen, outcome: str) -> Phrase:
    if not seen.has_indicators:
        return Phrase("step.no_indicator")
    named = tuple(Name(key) for key in seen.showing[outcome])
    return Phrase(f"step.{outcome}", {"indicators": named}) if named else Phrase(f"step.none_{outcome}")


def judge(indicator: Indicator, lower: float, upper: float) -> Outcome:
    """Whether an interval meets an indicator's threshold.

    Met where all of the interval lies on the wanted side (the threshold itself included), not met where none of
    it does, inconclusive where it straddles the threshold. An exact figure is an interval without width.
    """
    if indicator.direction == "at_least":
        met, missed = lower >= indicator.threshold, upper < indicator.threshold
    else:
        met, missed = upper <= indicator.threshold, lower > indicator.threshold
    return "met" if met else "not_met" if missed else "inconclusive"


def standing_of_outcomes(outcomes: Iterable[str]) -> Standing:
    """How a line of figures stands, from the outcomes of its measured indicators."""
    seen = set(outcomes)
    if not seen:
        return "silent"
    if {"met", "not_met"} <= seen:
        return "mixed"
    if "inconclusive" in seen:
        return "unclear"
    return "for" if "met" in seen else "against"

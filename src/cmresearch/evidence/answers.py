"""Every estimate that a run's figures come from, each figure with a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cmresearch.estimation.estimates import Estimates
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.reproduction import Run


@dataclass(frozen=True)
class Answer:
    """An estimate with what was asked, so that each of its figures can be traced.

    Attributes:
        asked: estimate, where study.toml asks for it, or dimension and key of the indicator it serves.
        variable: What was estimated.
        statistic: proportion, mean or total.
        estimates: The figures.
    """

    asked: str
    variable: str
    statistic: str
    estimates: Estimates

    def ids(self) -> Iterator[str]:
        """The id of each figure, in their order."""
        for row in self.estimates:
            place = ":".join([self.variable, self.statistic, row.category or "all", row.domain or "all"])
            yield f"estimate:{place}" if self.asked == "estimate" else f"indicator:{self.asked}"


def answers(run: Run) -> tuple[Answer, ...]:
    """Every estimate that a run's figures come from: those that study.toml asks for, then those of coded indicators."""
    asked = [Answer("estimate", question.variable, question.statistic, each) for question, each in run.estimates]
    return (*asked, *_of_indicators(run))


def _of_indicators(run: Run) -> Iterator[Answer]:
    if run.words is None or run.responses is None:
        return
    for result in (each for one in run.words.assessment.dimensions for each in one.indicators):
        indicator = result.indicator
        if indicator.kind == "coded" and result.estimate is not None:
            estimates = estimate_proportion(run.responses, indicator.variable, value=str(indicator.value))
            yield Answer(f"{result.dimension}.{indicator.key}", indicator.variable, indicator.statistic, estimates)

"""Every estimate that a run's figures come from, each figure with a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from cmresearch.estimation.estimates import Estimate, Estimates
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

    def explained(self) -> Iterator[tuple[Estimate, pd.DataFrame]]:
        """Each figure with the rows of `explain` that it is the sum of, one for each stratum."""
        parts = self.estimates.explain()
        for row in self.estimates:
            yield row, parts[_are(parts["domain"], row.domain) & _are(parts["category"], row.category)]


def _are(column: pd.Series, value: str | None) -> pd.Series:
    return column.isna() if value is None else column == value


def asked_answers(run: Run) -> tuple[Answer, ...]:
    """The estimates that study.toml asks for."""
    return tuple(Answer("estimate", question.variable, question.statistic, each) for question, each in run.estimates)


def answers(run: Run) -> tuple[Answer, ...]:
    """Every estimate that a run's figures come from: those that study.toml asks for, then those of coded indicators."""
    return (*asked_answers(run), *_of_indicators(run))


def _of_indicators(run: Run) -> Iterator[Answer]:
    if run.words is None or run.responses is None:
        return
    for result in (each for one in run.words.assessment.dimensions for each in one.indicators):
        indicator = result.indicator
        if indicator.kind == "coded" and result.estimate is not None:
            estimates = estimate_proportion(run.responses, indicator.variable, value=str(indicator.value))
            yield Answer(f"{result.dimension}.{indicator.key}", indicator.variable, indicator.statistic, estimates)

"""Estimates as records: figures with their uncertainty, their method and where they come from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import CellIndex, Floats, Scores
from cmresearch.estimation.statistics import NAMES, Statistic, entry_of
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import Voice, in_words

Value = float | int | str | None
FIGURES = (
    *("domain", "category", "estimate", "standard_error", "lower", "upper", "level", "method", "degrees_of_freedom"),
    *("n", "design_effect", "coefficient_of_variation"),
)


@dataclass(frozen=True)
class Estimate:
    """One figure about the full set, how sure it is, and the method that says so.

    Attributes:
        domain: The part of the full set, values joined by ' / '; None for all of it.
        category: The category of a proportion or count; None otherwise.
        estimate: The figure.
        standard_error: Its linearised standard error; NaN where one unit gives none.
        lower: Lower end of the confidence interval.
        upper: Upper end.
        level: Confidence level.
        method: How the interval was made; `census` where the full set was read and nothing is uncertain.
        degrees_of_freedom: Units of the domain minus the strata they come from, at least 1.
        n: Sampled units the figure rests on.
        design_effect: Variance relative to a simple random sample of the same size.
        coefficient_of_variation: Standard error over estimate.
        notes: Warnings; none where there is nothing to say.
    """

    domain: str | None
    category: str | None
    estimate: float
    standard_error: float
    lower: float
    upper: float
    level: float
    method: str
    degrees_of_freedom: float
    n: int
    design_effect: float = math.nan
    coefficient_of_variation: float = math.nan
    notes: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Estimates:
    """Estimates of one question, a row per domain and category, with what they were computed from.

    Attributes:
        rows: The estimates, domains and categories in code-point order.
        statistic: The name of a statistic in the register, or of a regression.
        variable: The variable asked of.
        by: The columns that make the domains.
        data_kind: published, real, synthetic or illustrative, as the sample.
        scores: The linearised scores, for contrasts and for the explanation.
        values: The values asked of, a row per sampled row, a column per category.
        bases: What they are related to: ones, or the denominator of a ratio.
    """

    rows: tuple[Estimate, ...]
    statistic: str
    variable: str
    by: tuple[str, ...]
    data_kind: str
    scores: Scores = field(repr=False, compare=False)
    values: Floats = field(repr=False, compare=False)
    bases: Floats | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[Estimate]:
        """The estimates one by one."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many estimates there are."""
        return len(self.rows)

    def __getitem__(self, position: int) -> Estimate:
        """The estimate at a position."""
        return self.rows[position]

    def find(self, *, domain: str | None = None, category: str | None = None) -> Estimate:
        """The estimate of one domain and category.

        Raises:
            EstimationError: There is none.
        """
        return self.rows[self.place(domain=domain, category=category)]

    def place(self, *, domain: str | None = None, category: str | None = None) -> int:
        """Where the estimate of one domain and category stands."""
        for position, row in enumerate(self.rows):
            if row.domain == domain and row.category == category:
                return position
        known = [f"{row.domain} {row.category}" for row in self.rows]
        raise EstimationError(
            f"no estimate of {self.variable!r} for domain {domain!r} and category {category!r}"
            f"{nearest(f'{domain} {category}', known)}"
        )

    @property
    def entry(self) -> Statistic | None:
        """What the register says of the statistic; nothing of a regression."""
        return entry_of(self.statistic) if self.statistic in NAMES else None

    @property
    def covariance(self) -> Floats:
        """Variances and covariances of the estimates, in their order."""
        return self.scores.covariance

    def to_records(self, voice: Voice | None = None) -> list[dict[str, Value]]:
        """One dictionary per estimate, plain numbers and texts; None where there is no figure.

        Args:
            voice: Says the notes, all in the one text `note`, in a reader's language; without one they stand as keys.
        """
        return [
            {**{name: _plain(getattr(row, name)) for name in FIGURES}, "note": in_words(row.notes, voice)}
            for row in self.rows
        ]

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """One row per estimate, one column per attribute; the notes as one text in the column `note`.

        Args:
            voice: Says the notes in a reader's language; without one they stand as keys.
        """
        return pd.DataFrame(self.to_records(voice), columns=[*FIGURES, "note"])

    def explain(self) -> pd.DataFrame:
        """Stratum by stratum where each estimate comes from, so that it can be redone in a spreadsheet.

        With z = the linearised score of a unit (its weight times its distance from the estimate, over the domain's
        size), a stratum contributes correction * sampled / (sampled - 1) * (score_squares - score_sum^2 / sampled);
        the contributions add up to the squared standard error. The estimate of a total or a count is the sum of
        `weighted_sum`, that of a mean, proportion or ratio the same over the sum of `base_sum` (the weights, or the
        weighted denominator of a ratio); what the sums are of in other statistics, their functions say, and the
        register has the formula.

        Returns:
            A row per estimate and stratum that the domain has units in or that adds variance: domain, category,
            stratum, population (N_h), sampled (n_h), in_domain, weight (mean over the domain's units), weight_sum,
            base_sum, weighted_sum, mean, variance (of the domain's units), correction, score_sum, score_squares,
            contribution. Contrasts and regressions have no base_sum, weighted_sum, mean and variance, quantiles those
            of the share at or below the quantile.
        """
        table = pd.concat([_explained(self, position) for position in range(len(self.rows))], ignore_index=True)
        if self.entry is None or self.entry.explained_unit is None:
            return table.drop(columns=["base_sum", "weighted_sum", "mean", "variance"])
        return table

    def _repr_html_(self) -> str:
        return self.to_frame().round(4).to_html(index=False)


def _plain(value: Value) -> Value:
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    return value


def _explained(estimates: Estimates, position: int) -> pd.DataFrame:
    scores, row = estimates.scores, estimates.rows[position]
    design = scores.design
    d, c = divmod(position, estimates.values.shape[1])
    y, z = estimates.values[:, c], scores.columns[:, position]
    bases = np.ones(len(z)) if estimates.bases is None else estimates.bases
    cells = CellIndex(design, np.where(scores.domain == d, 0, -1), 1)
    every = CellIndex(design, np.zeros(len(z), dtype=np.int64), 1)
    units, weight = cells.units[:, 0], cells.sums(design.weights)[:, 0]
    weighted, plain, squares = (cells.sums(v)[:, 0] for v in (design.weights * y, y, y**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pd.DataFrame(
            {
                "domain": row.domain,
                "category": row.category,
                "stratum": design.labels,
                "population": design.population.astype(int),
                "sampled": design.sampled.astype(int),
                "in_domain": units.astype(int),
                "weight": weight / units,
                "weight_sum": weight,
                "base_sum": cells.sums(design.weights * bases)[:, 0],
                "weighted_sum": weighted,
                "mean": weighted / weight,
                "variance": (squares - plain**2 / units) / (units - 1),
                "correction": design.correction,
                "score_sum": every.sums(z)[:, 0],
                "score_squares": every.sums(z**2)[:, 0],
                "contribution": scores.contributions[:, position],
            }
        )
    return table[(table["in_domain"] > 0) | (table["contribution"] > 0)]

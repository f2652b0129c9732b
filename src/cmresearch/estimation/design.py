"""How a stratified sample was drawn, and the variance that any linearised figure has under that design."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cmresearch.errors import EstimationError, nearest
from cmresearch.responses.responses import Responses

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
LonelyPolicy = Literal["error", "adjust", "average", "certainty"]
LONELY_POLICIES: tuple[str, ...] = get_args(LonelyPolicy)


@dataclass(frozen=True)
class Design:
    """Strata with their sizes, and each sampled unit's stratum and weight.

    Attributes:
        labels: Stratum labels, in code-point order.
        stratum: Position of each row's stratum in `labels`.
        sampled: Units drawn from each stratum (n_h).
        population: Units that each stratum holds (N_h).
        weights: Weight of each row.
        counts: Sampled units that each row stands for.
        lonely: What to do about a stratum with one unit drawn of several.
        calibration: The auxiliary variables that the weights were calibrated on; None where they were not.
    """

    labels: tuple[str, ...]
    stratum: Codes
    sampled: Floats
    population: Floats
    weights: Floats
    counts: Floats
    lonely: LonelyPolicy
    calibration: Calibrated | None = None

    @property
    def is_lonely(self) -> NDArray[np.bool_]:
        """Strata with one unit drawn of several: they have no variance of their own."""
        return np.asarray((self.sampled == 1) & (self.population > 1))

    @property
    def is_census(self) -> NDArray[np.bool_]:
        """Strata taken whole: their variance is zero, and that is right."""
        return np.asarray(self.sampled >= self.population)

    @property
    def correction(self) -> Floats:
        """The finite-population correction of each stratum, 1 - n_h / N_h."""
        return 1 - np.minimum(self.sampled / self.population, 1)

    def per_stratum(self, deviations: Floats, squares: Floats) -> Floats:
        """Each stratum's contribution to the variance of a total of scores.

        contribution_h = (1 - n_h / N_h) n_h / (n_h - 1) (sum of (z - mean of z)^2)

        Args:
            deviations: Sums of squared distances from the stratum's mean (or of products of two), a row per stratum.
            squares: Sums of z^2 (or of products of two scores), same shape; what a lonely stratum has instead.
        """
        n = self.sampled[:, None]
        spread = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
        centred = np.where(self.is_lonely[:, None], self._lonely_squares(squares), deviations)
        found: Floats = self.correction[:, None] * spread * centred
        return found

    def _lonely_squares(self, squares: Floats) -> Floats:
        return squares if self.lonely == "adjust" else np.zeros_like(squares)

    def averaging(self, touched: NDArray[np.bool_]) -> Floats:
        """Under `average`, what the variance of each domain grows by: its strata over those with a variance.

        Only strata that the domain is seen in count: a stratum that adds nothing to a figure adds nothing to its
        variance either, whether it is lonely or not. NaN where all of them are lonely, since nothing can be averaged.

        Args:
            touched: True where a domain (columns) is seen in a stratum (rows).
        """
        if self.lonely != "average" or not self.is_lonely.any():
            return np.ones(touched.shape[1])
        strata = touched.sum(axis=0).astype(float)
        known = strata - (touched & self.is_lonely[:, None]).sum(axis=0)
        unknown = np.where(strata > 0, math.nan, 1.0)
        found: Floats = np.divide(strata, known, out=unknown, where=known > 0)
        return found


@dataclass(frozen=True)
class Scores:
    """The weighted linearised values of some figures: a figure's variance is that of its scores' total.

    Attributes:
        design: The design of the sample.
        domain: Position of each row's domain; -1 outside every domain.
        domains: How many domains there are.
        values: One row per sampled row, one column per category; zero outside the domains.
    """

    design: Design
    domain: Codes
    domains: int
    values: Floats

    @cached_property
    def contributions(self) -> Floats:
        """Variance by stratum (rows) for each figure (columns: domain by domain, category within domain)."""
        deviations, squares = self._moments
        found = self.design.per_stratum(deviations, squares)
        # Equal scores within a stratum differ in their last binary digits; that is no variance.
        found[found <= 1e-24 * squares] = 0.0
        return found * self.averaging

    @cached_property
    def averaging(self) -> Floats:
        """The factor on each figure's variance for lonely strata under `average`; ones under other policies."""
        if self.design.calibration is None:
            touched = CellIndex(self.design, self.domain, self.domains).units > 0
        else:
            # The residuals of a calibrated sample differ from zero outside the domain too.
            touched = np.ones((len(self.design.labels), self.domains), dtype=bool)
        return np.repeat(self.design.averaging(touched), self.values.shape[1])

    @property
    def variances(self) -> Floats:
        """The variance of each figure: a row per domain, a column per category."""
        found: Floats = self.contributions.sum(axis=0).reshape(self.domains, -1)
        return found

    @cached_property
    def covariance(self) -> Floats:
        """Variances and covariances of all figures, in the order of the columns of `contributions`."""
        z = self.columns
        centred = z - _stratum_means(self.design, z)[self.design.stratum]
        found = np.empty((z.shape[1], z.shape[1]))
        for position in range(z.shape[1]):
            deviations = _by_stratum(self.design, centred[:, [position]] * centred)
            products = _by_stratum(self.design, z[:, [position]] * z)
            found[position] = self.design.per_stratum(deviations, products).sum(axis=0)
        found *= np.sqrt(np.outer(self.averaging, self.averaging))
        return found

    @property
    def columns(self) -> Floats:
        """The scores of each figure as a column over all rows."""
        indicator = self.domain[:, None] == np.arange(self.domains)[None, :]
        wide = (indicator[:, :, None] * self.values[:, None, :]).reshape(len(self.domain), -1)
        return wide if self.design.calibration is None else self.design.calibration.residuals(wide)

    @cached_property
    def _moments(self) -> tuple[Floats, Floats]:
        """Sums of squared distances from the mean and of squares, a row per stratum, a column per figure."""
        if self.design.calibration is not None:
            z = self.columns
            centred = z - _stratum_means(self.design, z)[self.design.stratum]
            return _by_stratum(self.design, centred**2), _by_stratum(self.design, z**2)
        cells = CellIndex(self.design, self.domain, self.domains)
        deviations = [cells.squared_deviations(z) for z in self.values.T]
        squares = [cells.sums(z**2) for z in self.values.T]
        shape = (len(self.design.labels), -1)
        return np.stack(deviations, axis=2).reshape(shape), np.stack(squares, axis=2).reshape(shape)


@dataclass(frozen=True)
class Calibrated:
    """The weights and auxiliary variables that a variance after calibration needs: only the residuals vary.

    Attributes:
        auxiliaries: Auxiliary variables, a column each.
        base: Weights before calibration.
        weights: Weights after it.
    """

    auxiliaries: Floats
    base: Floats
    weights: Floats

    def residuals(self, scores: Floats) -> Floats:
        """Scores after regression on the auxiliaries with the weights before calibration.

        Source: Deville and Sarndal (1992), JASA 87, 376-382, equation 3.4.
        """
        root = np.sqrt(self.base)[:, None]
        # Margins of one sum determine each other. Singular values find what they span; a QR without pivoting would take
        # a column that is explained already for a direction of its own, and what follows it would lose a part.
        basis, sizes, _ = np.linalg.svd(root * self.auxiliaries, full_matrices=False)
        basis = basis[:, sizes > 1e-10 * sizes.max()]
        weighted = self.weights[:, None] != 0
        plain = np.divide(scores, self.weights[:, None], out=np.zeros_like(scores), where=weighted) * root
        left = plain - basis @ (basis.T @ plain)
        # What the auxiliaries explain wholly is left with the last digits of a subtraction; that is no variance.
        left[np.abs(left) < 1e-12 * np.abs(plain).max(axis=0)] = 0.0
        result: Floats = np.divide(left, root, out=np.zeros_like(left), where=root > 0) * self.weights[:, None]
        return result


@dataclass(frozen=True)
class CellIndex:
    """Sums over sampled units in each stratum (rows) and domain (columns)."""

    design: Design
    domain: Codes
    domains: int

    @cached_property
    def _cell(self) -> Codes:
        # Column 0 gathers the rows outside every domain and is thrown away after summing.
        return self.design.stratum * (self.domains + 1) + self.domain + 1

    def sums(self, values: Floats) -> Floats:
        """Sum of values over the units of each cell."""
        strata = len(self.design.labels)
        flat = np.bincount(self._cell, weights=values * self.design.counts, minlength=strata * (self.domains + 1))
        return flat.reshape(strata, -1)[:, 1:].astype(float)

    def squared_deviations(self, values: Floats) -> Floats:
        """Sum of squared distances from the stratum's mean, where units outside the domain count as zeros.

        The distances are taken from the mean of the cell first. Squares less the square of a sum would cancel each
        other where strata are far apart and units of a stratum close together.
        """
        mean = np.divide(self.sums(values), self.units, out=np.zeros_like(self.units), where=self.units > 0)
        here = np.pad(mean, ((0, 0), (1, 0))).ravel()[self._cell]
        outside = 1 - self.units / self.design.sampled[:, None]
        found: Floats = self.sums((values - here) ** 2) + self.units * mean**2 * outside
        return found

    @cached_property
    def units(self) -> Floats:
        """Sampled units in each cell."""
        return self.sums(np.ones(len(self.domain)))


def is_census_of(design: Design, units: Floats) -> NDArray[np.bool_]:
    """Whether a domain was read in full: every stratum was taken whole, or all that it is seen in, and it fills them.

    Args:
        design: The design of the sample.
        units: Sampled units in each stratum (rows) and domain (columns).
    """
    touched = units > 0
    filled = design.is_census[:, None] & (units == design.sampled[:, None])
    whole = np.where(touched, filled, True).all(axis=0)
    return np.asarray(touched.any(axis=0) & (whole | design.is_census.all()))


def design_of(responses: Responses, *, lonely: LonelyPolicy = "error") -> Design:
    """The design of a sample, checked: every stratum has a size, and lonely strata a policy.

    Args:
        responses: The sample.
        lonely: `error` refuses a stratum with one unit drawn of several; `adjust` centres that unit at zero
            instead of its stratum's mean (too large a variance rather than too small); `average` gives it the mean
            variance of the other strata that the domain is seen in; `certainty` takes it for a census (too small a
            variance).

    Raises:
        EstimationError: A lonely stratum under `error`, or an unknown policy.

    Example:
        >>> import pandas as pd
        >>> sample = Responses(
        ...     table=pd.DataFrame({"answered": ["yes", "no", "yes"]}),
        ...     strata=np.array(["web", "web", "phone"], dtype=object),
        ...     sizes={"web": 10, "phone": 1},
        ...     weights=np.array([5.0, 5.0, 1.0]),
        ... )
        >>> design = design_of(sample)
        >>> design.labels, design.correction.tolist()
        (('phone', 'web'), [0.0, 0.8])
    """
    if lonely not in LONELY_POLICIES:
        raise EstimationError(
            f"policy for lonely strata {lonely!r}; expected {', '.join(LONELY_POLICIES)}"
            f"{nearest(lonely, LONELY_POLICIES)}"
        )
    counts = np.ones(len(responses.table)) if responses.counts is None else responses.counts
    labels, stratum = responses.stratum.labels, responses.stratum.codes
    sampled = np.bincount(stratum, weights=counts, minlength=len(labels)).astype(float)
    design = Design(
        labels=tuple(str(label) for label in labels),
        stratum=stratum,
        sampled=sampled,
        population=np.array([responses.sizes[str(label)] for label in labels], dtype=float),
        weights=responses.weights,
        counts=counts,
        lonely=lonely,
        calibration=_calibration(responses),
    )
    if lonely == "error":
        _refuse_lonely(design)
    return design


def _calibration(responses: Responses) -> Calibrated | None:
    if responses.auxiliaries is None or responses.base_weights is None:
        return None
    return Calibrated(responses.auxiliaries, responses.base_weights, responses.weights)


def _refuse_lonely(design: Design) -> None:
    found = [label for label, lonely in zip(design.labels, design.is_lonely, strict=True) if lonely]
    if found:
        sizes = ", ".join(f"{label!r} (1 of {int(size)})" for label, size in _with_sizes(found, design))
        raise EstimationError(
            f"one unit drawn of several in stratum {sizes}: it has no variance of its own; choose a policy with "
            f"lonely={', lonely='.join(LONELY_POLICIES[1:])}, or put strata together"
        )


def _with_sizes(labels: Iterable[str], design: Design) -> list[tuple[str, float]]:
    sizes = dict(zip(design.labels, design.population.tolist(), strict=True))
    return [(label, sizes[label]) for label in labels]


def _by_stratum(design: Design, columns: Floats) -> Floats:
    """Sums over the sampled units of each stratum (rows), for each column."""
    strata = len(design.labels)
    sums = [np.bincount(design.stratum, weights=column * design.counts, minlength=strata) for column in columns.T]
    return np.stack(sums, axis=1).astype(float)


def _stratum_means(design: Design, columns: Floats) -> Floats:
    found: Floats = _by_stratum(design, columns) / design.sampled[:, None]
    return found

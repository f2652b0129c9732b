"""How the sample compares with the full set it came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from cmresearch.errors import EstimationError, nearest, raise_all
from cmresearch.estimation.design import Design, Floats, LonelyPolicy, design_of
from cmresearch.responses.columns import word
from cmresearch.responses.responses import Labels, Responses

BLANK = "(blank)"


@dataclass(frozen=True)
class Compared:
    """The share of one category in the sample and in the full set.

    Attributes:
        variable: Register variable.
        category: One of its values; `(blank)` where it has none.
        sample_share: Weighted share in the sample.
        frame_share: True share in the full set.
        standardised_difference: Sample less frame share, over the standard deviation sqrt(p (1 - p)) of the category.
        standard_error: The known standard error of the sample's share under the draw; 0 where strata fix it.
        z: Sample less frame share, over its standard error under the draw; NaN where strata fix the share.
    """

    variable: str
    category: str
    sample_share: float
    frame_share: float
    standardised_difference: float
    standard_error: float
    z: float


@dataclass(frozen=True)
class DrawTest:
    """How far chance alone would take the sample's shares of a variable from the full set's.

    Attributes:
        variable: Register variable.
        chi_square: Squared distance of the shares in units of the draw's own variance, finite population included.
        degrees_of_freedom: Categories that can vary, less one; 0 where the strata fix the shares.
        p_value: How often a fair draw lands at least as far away.
    """

    variable: str
    chi_square: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True)
class Representativeness:
    """Sample against frame, variable by variable.

    Attributes:
        rows: A row per variable and category.
        tests: A test per variable.
    """

    rows: tuple[Compared, ...]
    tests: tuple[DrawTest, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per variable and category."""
        return pd.DataFrame([vars(row) for row in self.rows])

    def tests_to_frame(self) -> pd.DataFrame:
        """One row per variable."""
        return pd.DataFrame([vars(test) for test in self.tests])

    def _repr_html_(self) -> str:
        return self.to_frame().round(4).to_html(index=False)


def compare_with_frame(
    responses: Responses,
    register: pd.DataFrame,
    variables: Sequence[str],
    *,
    strata: str = "stratum",
    lonely: LonelyPolicy = "error",
) -> Representativeness:
    """How the sample's shares of register variables compare with the full set's, and whether chance explains it.

    The full set is known, so the variance of the sample's shares under the draw is known too, not estimated:
    V = sum over strata of (N_h / N)^2 (1 - n_h / N_h) S_h / n_h. For a simple random sample the test is Pearson's
    chi-square times (N - 1) / (N - n). The register variable is blank or not in both alike: blanks are a category.

    Args:
        responses: The sample; each variable is a column of it.
        register: The full set, a row per unit, with the stratum and the variables.
        variables: Categorical register variables, such as agency or month.
        strata: Column of `register` with the stratum label.
        lonely: Policy for strata with one unit drawn of several (their variance is known here; `error` still refuses).

    Raises:
        EstimationError: A column is missing, or the register's strata are not the sample's.

    Source: Sarndal, Swensson and Wretman (1992), result 3.7.2; Austin (2009) for standardised differences.

    Example:
        >>> from cmresearch.responses.responses import declare_sample
        >>> register = pd.DataFrame({"stratum": ["all"] * 10, "city": list("NNNNNSSSSS")})
        >>> drawn = register.iloc[[0, 1, 2, 5]].assign(N=10)
        >>> sample = declare_sample(drawn, strata=[], population_size="N")
        >>> found = compare_with_frame(sample, register, ["city"])
        >>> found.rows[0].sample_share, found.rows[0].frame_share
        (0.75, 0.5)
        >>> round(found.tests[0].chi_square, 4)  # Pearson's (3-2)^2/2 + (1-2)^2/2 = 1, times 9 / 6
        1.5
    """
    known = [str(name) for name in register.columns]
    raise_all(
        EstimationError,
        [
            f"the register has no column {name!r}{nearest(name, known)}"
            for name in (strata, *variables)
            if name not in known
        ],
    )
    design = design_of(responses, lonely=lonely)
    labels = _strata(design, register[strata])
    found = [_compare(responses, design, labels, register[name], name) for name in variables]
    return Representativeness(tuple(row for rows, _ in found for row in rows), tuple(test for _, test in found))


def _strata(design: Design, column: pd.Series) -> Labels:
    labels = np.array([str(label) for label in column], dtype=object)
    counts = pd.Series(labels).value_counts()
    faults = [
        f"stratum {label!r}: the sample was drawn from {int(size)} units, the register has {int(counts.get(label, 0))}"
        for label, size in zip(design.labels, design.population, strict=True)
        if int(counts.get(label, 0)) != int(size)
    ]
    extra = sorted(set(labels) - set(design.labels))
    faults += [f"stratum {label!r} of the register is not in the sample" for label in extra]
    raise_all(EstimationError, faults)
    return labels


def _compare(
    responses: Responses, design: Design, labels: Labels, column: pd.Series, variable: str
) -> tuple[list[Compared], DrawTest]:
    register = np.array([word(value) or BLANK for value in column.tolist()], dtype=object)
    sampled = np.array([value or BLANK for value in responses.words(variable)], dtype=object)
    categories = sorted(set(register) | set(sampled))
    table = pd.crosstab(pd.Categorical(labels, design.labels), pd.Categorical(register, categories), dropna=False)
    counts = table.to_numpy(dtype=float)
    weights = design.weights * design.counts
    share = np.array([weights[sampled == category].sum() for category in categories]) / weights.sum()
    truth = counts.sum(axis=0) / counts.sum()
    covariance = _known_covariance(design, counts)
    rows = [
        Compared(
            variable=variable,
            category=category,
            sample_share=float(share[k]),
            frame_share=float(truth[k]),
            standardised_difference=_over(share[k] - truth[k], truth[k] * (1 - truth[k])),
            standard_error=math.sqrt(max(covariance[k, k], 0.0)),
            z=_over(share[k] - truth[k], covariance[k, k]),
        )
        for k, category in enumerate(categories)
    ]
    return rows, _draw_test(variable, share - truth, covariance)


def _known_covariance(design: Design, counts: Floats) -> Floats:
    """The covariance of the sample's shares under the draw, from the register's counts by stratum and category."""
    size = design.population[:, None]
    share = counts / size
    spread = np.stack([np.diag(p) - np.outer(p, p) for p in share])
    # S_h has N_h - 1 in its denominator; a stratum of one unit is taken whole and has no variance.
    factor = design.correction / design.sampled * design.population / np.maximum(design.population - 1, 1)
    part = (design.population / design.population.sum()) ** 2
    found: Floats = np.einsum("h,hij->ij", part * factor, spread)
    return found


def _over(difference: float, variance: float) -> float:
    return float(difference / math.sqrt(variance)) if variance > 1e-15 else math.nan


def _draw_test(variable: str, difference: Floats, covariance: Floats) -> DrawTest:
    values, vectors = np.linalg.eigh(covariance)
    free = values > 1e-10 * max(values.max(), 1e-300)
    if values.max() <= 1e-15:
        return DrawTest(variable, 0.0, 0, math.nan)
    chi_square = float(((vectors.T @ difference)[free] ** 2 / values[free]).sum())
    df = int(free.sum())
    return DrawTest(variable, chi_square, df, float(special.chdtrc(df, chi_square)))

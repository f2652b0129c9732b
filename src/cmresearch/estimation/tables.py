"""Tests on tables of weighted shares: are two variables related, and does one fit known shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from cmresearch.errors import EstimationError, nearest
from cmresearch.estimation.design import Floats, LonelyPolicy
from cmresearch.estimation.estimates import Estimates
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.responses.responses import MissingPolicy, Responses

NO_VARIANCE = 1e-12  # of a design effect: what is below it is left by subtractions
CROSSED = "\x1f"  # the unit separator stands in no complaint, so crossed labels stay distinct


@dataclass(frozen=True)
class Independence:
    """Rao and Scott's test whether two variables are independent in the full set.

    Attributes:
        pearson: Pearson's chi-square of the weighted shares, times the number of sampled units.
        f: The second-order corrected statistic; the one to report.
        f_degrees_of_freedom: Of the numerator and the denominator.
        f_p_value: How often a statistic at least this large would come from independent variables.
        degrees_of_freedom: (rows - 1)(columns - 1), for the first-order corrected chi-square.
        chi_square: Pearson's statistic over the mean design effect of the table (first-order correction).
        chi_square_p_value: Its p-value.
        n: Sampled units.
    """

    pearson: float
    f: float
    f_degrees_of_freedom: tuple[float, float]
    f_p_value: float
    degrees_of_freedom: int
    chi_square: float
    chi_square_p_value: float
    n: int


@dataclass(frozen=True)
class Fit:
    """A test whether the shares of a variable are the known ones.

    Attributes:
        pearson: Pearson's chi-square of the estimated against the known shares, times the number of sampled units.
        scale: What the design does to it: statistic / scale follows a chi-square distribution.
        degrees_of_freedom: Of that distribution.
        p_value: How often a statistic at least this large would come from the known shares.
        n: Sampled units.
    """

    pearson: float
    scale: float
    degrees_of_freedom: float
    p_value: float
    n: int


def rao_scott(
    responses: Responses,
    rows: str,
    columns: str,
    *,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
) -> Independence:
    """Whether two categorical variables are related in the full set, design and finite population respected.

    Pearson's chi-square is corrected by the design effects of the table's contrasts: by their mean (first order) and
    by their spread, referred to an F distribution (second order, recommended).

    Args:
        responses: The sample with its design.
        rows: Column of categories.
        columns: Another column of categories.
        missing: `error` refuses blanks; `drop` takes the units with both values.
        lonely: Policy for strata with one unit drawn of several.

    Raises:
        EstimationError: A variable with one category only, blank values, or a table without variance.

    Source: Rao and Scott (1984), Annals of Statistics 12, 46-60; Thomas and Rao (1987), JASA 82, 630-636.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": 8, "late": list("yyynnnny"), "city": list("NNNNSSSS")}, index=range(8))
        >>> sample = declare_sample(table.assign(N=10**9), strata=[], population_size="N")
        >>> test = rao_scott(sample, "late", "city")
        >>> test.pearson, test.degrees_of_freedom  # four units expected twice in each cell, one off in each
        (2.0, 1)
    """
    grid, found = _grid(responses, rows, columns, missing=missing, lonely=lonely)
    shares, covariance = _full(grid, found)
    n, nu = found[0].n, found[0].degrees_of_freedom
    table = shares.reshape(len(grid[0]), len(grid[1]))
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    effects = _contrast_effects(shares, covariance, table.shape, n)
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if not trace > NO_VARIANCE:
        raise EstimationError(f"{rows!r} and {columns!r} do not vary within the strata; there is nothing to test")
    ndf = trace**2 / squares
    df = len(effects)
    return Independence(
        pearson=pearson,
        f=pearson / trace,
        f_degrees_of_freedom=(ndf, ndf * nu),
        f_p_value=float(special.fdtrc(ndf, ndf * nu, pearson / trace)),
        degrees_of_freedom=df,
        chi_square=pearson * df / trace,
        chi_square_p_value=float(special.chdtrc(df, pearson * df / trace)),
        n=n,
    )


def goodness_of_fit(
    responses: Responses,
    variable: str,
    shares: Mapping[str, float],
    *,
    missing: MissingPolicy = "error",
    lonely: LonelyPolicy = "error",
) -> Fit:
    """Whether the shares of a variable in the full set are the known ones.

    Args:
        responses: The sample with its design.
        variable: Column of categories.
        shares: Category to its known share (or number); divided by their sum.
        missing: `error` refuses blanks; `drop` takes the units with a value.
        lonely: Policy for strata with one unit drawn of several.

    Raises:
        EstimationError: A sampled category has no share, a share is not above zero, or nothing varies.

    Source: Rao and Scott (1981), JASA 76, 221-230, with Satterthwaite's approximation.

    Example:
        >>> import pandas as pd
        >>> from cmresearch.responses.responses import declare_sample
        >>> table = pd.DataFrame({"N": [10**9] * 8, "late": list("yyyyyynn")})
        >>> sample = declare_sample(table, strata=[], population_size="N")
        >>> goodness_of_fit(sample, "late", {"y": 1, "n": 1}).pearson  # (6 - 4)^2 / 4 + (2 - 4)^2 / 4
        2.0
    """
    found = estimate_proportion(responses, variable, missing=missing, lonely=lonely)
    sampled = {str(row.category): position for position, row in enumerate(found)}
    known = _known_shares(variable, shares, list(sampled))
    here = [position for position, category in enumerate(shares) if category in sampled]
    there = [sampled[category] for category in shares if category in sampled]
    estimated, covariance = np.zeros(len(known)), np.zeros((len(known), len(known)))
    estimated[here] = [found[position].estimate for position in there]
    covariance[np.ix_(here, here)] = found.covariance[np.ix_(there, there)]
    n = found[0].n
    pearson = float(n * ((estimated - known) ** 2 / known).sum())
    values = np.linalg.eigvalsh(np.nan_to_num(n * covariance / np.sqrt(np.outer(known, known))))
    if values.max() <= NO_VARIANCE:
        raise EstimationError(f"{variable!r} does not vary within the strata; there is nothing to test")
    mean, spread = float(values.mean()), float((values**2).mean())
    scale, df = spread / mean, len(values) * mean**2 / spread
    return Fit(pearson, scale, df, float(special.chdtrc(df, pearson / scale)), n)


def _known_shares(variable: str, shares: Mapping[str, float], sampled: list[str]) -> Floats:
    for category in sampled:
        if category not in shares:
            raise EstimationError(f"variable {variable!r}: no known share for {category!r}{nearest(category, shares)}")
    for category, share in shares.items():
        if not share > 0:
            raise EstimationError(f"variable {variable!r}: known share {share!r} of {category!r}; expected above zero")
    known = np.array([float(share) for share in shares.values()])
    result: Floats = known / known.sum()
    return result


def _grid(
    responses: Responses, rows: str, columns: str, *, missing: MissingPolicy, lonely: LonelyPolicy
) -> tuple[tuple[list[str], list[str]], Estimates]:
    """The categories of both variables, and the shares of the crossed ones."""
    first, second = responses.words(rows), responses.words(columns)
    crossed = np.array(
        [None if a is None or b is None else f"{a}{CROSSED}{b}" for a, b in zip(first, second, strict=True)],
        dtype=object,
    )
    name = f"{rows} by {columns}"
    both = replace(responses, table=responses.table.assign(**{name: crossed}))
    found = estimate_proportion(both, name, missing=missing, lonely=lonely)
    pairs = [str(row.category).split(CROSSED) for row in found]
    levels = (sorted({a for a, _ in pairs}), sorted({b for _, b in pairs}))
    for variable, names in zip((rows, columns), levels, strict=True):
        if len(names) < 2:
            raise EstimationError(f"variable {variable!r} has one category only, {names[0]!r}")
    return levels, found


def _full(grid: tuple[list[str], list[str]], found: Estimates) -> tuple[Floats, Floats]:
    """Shares and covariance of every cell; a cell that the sample lacks is zero."""
    cells = [f"{a}{CROSSED}{b}" for a in grid[0] for b in grid[1]]
    positions = np.array([cells.index(str(row.category)) for row in found])
    shares, covariance = np.zeros(len(cells)), np.zeros((len(cells), len(cells)))
    shares[positions] = [row.estimate for row in found]
    covariance[np.ix_(positions, positions)] = found.covariance
    return shares, covariance


def _contrast_effects(shares: Floats, covariance: Floats, shape: tuple[int, ...], n: int) -> Floats:
    """The design effects of the table's interaction contrasts, as a matrix (Rao and Scott's generalised effects)."""
    row, column = np.divmod(np.arange(len(shares)), shape[1])
    rows = (row[:, None] == np.arange(1, shape[0])[None, :]).astype(float)
    columns = (column[:, None] == np.arange(1, shape[1])[None, :]).astype(float)
    main = np.column_stack([np.ones(len(shares)), rows, columns])
    crossed = (rows[:, :, None] * columns[:, None, :]).reshape(len(shares), -1)
    contrasts = crossed - main @ np.linalg.lstsq(main, crossed, rcond=None)[0]
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    scaled = contrasts * inverse[:, None]
    return np.asarray(np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled))

"""How sure a coefficient is: resampled over units or clusters, or by its linearised variance."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import stdtrit

from cmresearch.reliability.agreement import Floats, Statistic

Interval: TypeAlias = Literal["bootstrap", "analytic"]

KEPT = 5_000_000
"""Up to how many cells the drawn units are kept for the next coefficient on the same units (40 MB)."""
BLOCK = 50_000
"""How many draws are counted at a time: as many as a processor keeps near."""


def resampled_values(statistic: Statistic, *, replicates: int, seed: int) -> Floats:
    """The coefficient in each resample of the rows, drawn with replacement; NaN where it is undefined.

    Args:
        statistic: The coefficient, with a row of parts for each unit or cluster.
        replicates: How many resamples.
        seed: Whole number from which all of them follow, the same on every machine.
    """
    parts = statistic.parts
    if len(parts) * replicates <= KEPT:
        return statistic.values(_times_drawn(len(parts), replicates, seed) @ parts)
    stream = np.random.PCG64(seed)
    size = max(1, KEPT // len(parts))
    blocks = [min(size, replicates - begin) for begin in range(0, replicates, size)]
    sums = [_count_draws(stream, len(parts), block) @ parts for block in blocks]
    return statistic.values(np.concatenate(sums))


@lru_cache(maxsize=4)  # The codes of one study are rated on the same units.
def _times_drawn(units: int, replicates: int, seed: int) -> Floats:
    times = _count_draws(np.random.PCG64(seed), units, replicates)
    times.flags.writeable = False
    return times


def _count_draws(stream: np.random.PCG64, units: int, replicates: int) -> Floats:
    """How often each unit is drawn: one row per replicate, one column per unit."""
    times = np.empty((replicates, units))
    rows = max(1, BLOCK // units)
    for begin in range(0, replicates, rows):
        end = min(begin + rows, replicates)
        # Raw words only: numpy may change what its Generator methods draw, the bit stream stays. The remainder
        # prefers low numbers by less than units / 2**64.
        words = stream.random_raw((end - begin) * units)
        words %= np.uint64(units)
        cells = words.view(np.int64).reshape(end - begin, units)
        cells += units * np.arange(end - begin)[:, None]
        times[begin:end] = np.bincount(cells.ravel(), minlength=cells.size).reshape(cells.shape)
    return times


def percentile_interval(resampled: Floats, level: float) -> tuple[float, float] | None:
    """The middle share of the resampled values; None where there is none."""
    if not resampled.size:
        return None
    lower, upper = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def standard_error(statistic: Statistic) -> float:
    """The root of the linearised variance over the rows, with n / (n − 1) for n rows.

    R's irrCAC does the same for raw ratings; for contingency tables of two raters it divides by n, as psych does.
    """
    rows = len(statistic.parts)
    return float(np.sqrt(rows / (rows - 1) * (statistic.influences() ** 2).sum()))


def t_interval(value: float, error: float, *, rows: int, level: float) -> tuple[float, float]:
    """Value ± t · standard error with n − 1 degrees of freedom, within −1 and 1."""
    reach = float(stdtrit(rows - 1, (1 + level) / 2)) * error
    return max(-1.0, value - reach), min(1.0, value + reach)

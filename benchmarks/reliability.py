"""How long the intervals of alpha take, beside a plain loop over resamples, units and pairs.

python benchmarks/reliability.py
"""

from __future__ import annotations

import time

import numpy as np

from cmresearch.reliability.agreement import _times_drawn
from cmresearch.reliability.coefficients import krippendorff_alpha

UNITS, CODERS, CODES, REPLICATES = 989, 3, 12, 1000
PLAIN_REPLICATES = 5  # the plain loop does the same work per replicate, so a few are enough to measure it


def made_ratings(missing: float) -> np.ndarray:
    """Ratings of 0 and 1 (codes × units × coders) that agree mostly; a share of them is missing."""
    size = CODES * UNITS * CODERS
    words = np.random.PCG64(7).random_raw(2 * size + CODES * UNITS).astype(float) / 2.0**64
    truth = words[: CODES * UNITS].reshape(CODES, UNITS, 1) < 0.2
    errs, gaps = words[CODES * UNITS :].reshape(2, CODES, UNITS, CODERS)
    ratings = np.where(errs < 0.1, ~truth, truth).astype(float)
    ratings[gaps < missing] = np.nan
    return ratings


def plain_alpha(units: list[list[float]]) -> float:
    """Nominal alpha by counting coincidences pair by pair."""
    coincidences: dict[tuple[float, float], float] = {}
    for unit in units:
        given = [value for value in unit if value == value]  # noqa: PLR0124 - a missing rating differs from itself
        for i, one in enumerate(given):
            for j, other in enumerate(given):
                if i != j:
                    coincidences[one, other] = coincidences.get((one, other), 0) + 1 / (len(given) - 1)
    totals: dict[float, float] = {}
    for (one, _), weight in coincidences.items():
        totals[one] = totals.get(one, 0) + weight
    n = sum(totals.values())
    observed = sum(weight for (one, other), weight in coincidences.items() if one != other)
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b) / (n - 1)
    return 1 - observed / expected


def seconds_of_ours(ratings: np.ndarray) -> float:
    """The best of three runs from nothing kept."""
    times = []
    for _ in range(3):
        _times_drawn.cache_clear()
        begin = time.perf_counter()
        for table in ratings:
            krippendorff_alpha(table, replicates=REPLICATES)
        times.append(time.perf_counter() - begin)
    return min(times)


def seconds_of_plain(ratings: np.ndarray) -> float:
    """What the plain loop would take, from a few replicates of one code."""
    drawn = np.random.PCG64(1).random_raw(PLAIN_REPLICATES * UNITS).astype(np.int64) % UNITS
    rows = ratings[0].tolist()
    begin = time.perf_counter()
    for replicate in drawn.reshape(PLAIN_REPLICATES, UNITS):
        plain_alpha([rows[place] for place in replicate])
    return (time.perf_counter() - begin) / PLAIN_REPLICATES * REPLICATES * CODES


def main() -> None:
    """Print both times and their ratio, without and with missing ratings."""
    print(f"{CODES} codes, {UNITS} complaints, {CODERS} coders, {REPLICATES:,} replicates each")
    for missing in (0.0, 0.05):
        ratings = made_ratings(missing)
        ours, plain = seconds_of_ours(ratings), seconds_of_plain(ratings)
        print(f"{missing:.0%} missing: arrays {ours:.3f} s, plain loop {plain:.0f} s: {plain / ours:.0f} times")


if __name__ == "__main__":
    main()

"""Whole numbers that hashes give, the same on every machine, and values dealt and chosen by them.

No floating-point number decides anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Words = NDArray[np.object_]


def hashed(seed: str, purpose: str, count: int) -> Integers:
    """Eight whole numbers below 2³² for each of `count` complaints: the SHA-256 of "seed|purpose|number"."""
    start = f"{seed}|{purpose}|".encode()
    digests = b"".join(hashlib.sha256(b"%b%d" % (start, i)).digest() for i in range(count))
    return np.frombuffer(digests, dtype=">u4").reshape(count, 8).astype(np.int64)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to weights that add up to the total, by largest remainders, ties to the first.

    Example:
        >>> apportion(10, [1, 1, 1])
        [4, 3, 3]
        >>> apportion(10, [2, 0, 1])
        [7, 0, 3]
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def pick(dice: Integers, choices: int | Integers) -> Integers:
    """A whole number from 0 to choices − 1 for each of the dice, evenly."""
    picked: Integers = (dice * choices) >> 32
    return picked


def pick_weighted(dice: Integers, weights: Sequence[int]) -> Integers:
    """The position of a weight for each of the dice, in proportion to the weights."""
    return np.searchsorted(np.cumsum(weights), pick(dice, sum(weights)), side="right").astype(np.int64)


def deal(dice: Integers, counts: Sequence[int]) -> Integers:
    """Exactly counts[0] zeros, counts[1] ones and so on, in the order of the dice."""
    dealt = np.empty(len(dice), dtype=np.int64)
    dealt[np.argsort(dice, kind="stable")] = np.repeat(np.arange(len(counts)), counts)
    return dealt


def along(dice: Integers, points: Sequence[tuple[int, int]]) -> Integers:
    """Whole minutes along the straight lines that join the points (per mille, minutes)."""
    mille, minutes = (np.array(side) for side in zip(*points, strict=True))
    position, mille = pick(dice, 1_000_000), mille * 1_000
    line = np.searchsorted(mille[1:], position, side="right")
    rise, run = np.diff(minutes)[line], np.diff(mille)[line]
    found: Integers = minutes[line] + (position - mille[line]) * rise // run
    return found


def scaled(minutes: Integers, total: int, dice: Integers) -> Integers:
    """The minutes, all stretched alike, so that they add up to the total exactly."""
    stretched = minutes * total // max(int(minutes.sum()), 1)
    stretched[np.argsort(dice, kind="stable")[: total - int(stretched.sum())]] += 1
    return stretched


def choose(dice: Integers, lists: Sequence[Sequence[str]], which: Integers) -> Words:
    """A text for each of the dice, from the list whose number is its own."""
    sizes = np.array([len(words) for words in lists])
    every = np.array([text for words in lists for text in words], dtype=object)
    chosen: Words = every[(np.cumsum(sizes) - sizes)[which] + pick(dice, sizes[which])]
    return chosen

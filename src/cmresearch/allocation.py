"""How many complaints to draw, and how many from each stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cmresearch.errors import AllocationError
from cmresearch.frame import Frame

METHODS = ("proportional",)


@dataclass(frozen=True)
class Allocation:
    """The sample size of each stratum.

    Attributes:
        frame_sizes: How many complaints each stratum holds (N_h).
        sample_sizes: How many of them to draw (n_h), in the same order.
        method: How the total was divided.
        minimum: The least number drawn from a stratum; all of a stratum that holds fewer.
    """

    frame_sizes: Mapping[str, int]
    sample_sizes: Mapping[str, int]
    method: str
    minimum: int

    @property
    def size(self) -> int:
        """How many complaints are drawn in all (n)."""
        return sum(self.sample_sizes.values())

    def to_frame(self) -> pd.DataFrame:
        """One row for each stratum: frame size, sample size, inclusion probability (n_h / N_h) and design weight."""
        rows = [
            (label, total, drawn, drawn / total if total else None, total / drawn if drawn else None)
            for (label, total), drawn in zip(
                self.frame_sizes.items(), self.sample_sizes.values(), strict=True
            )
        ]
        columns = ["stratum", "frame_size", "sample_size", "inclusion_probability", "design_weight"]
        return pd.DataFrame(rows, columns=columns)


def allocate(
    frame: Frame | Mapping[str, int], size: int, *, method: str = "proportional", minimum: int = 2
) -> Allocation:
    """The sample size of each stratum, adding up to `size` exactly.

    Proportional allocation gives each stratum its share of the frame. A stratum whose share is below the minimum
    gets the minimum (all of it, if it holds fewer), and the rest is shared among the others. What is left after
    rounding down goes, one by one, to the largest fractions; ties to the label that comes first by its UTF-8 bytes.
    All of it is whole-number arithmetic, so every machine gives the same.

    Args:
        frame: The frame, or the size of each stratum by its label.
        size: How many complaints to draw in all.
        method: How to divide them: "proportional".
        minimum: The least number from each stratum that holds any; 2 is the least from which a variance can be
            estimated.

    Returns:
        The allocation, one entry for each stratum in the order of the labels' UTF-8 bytes.

    Raises:
        AllocationError: The size is below 1, below what the minimum asks for, or larger than the frame; the method is
            unknown.

    Source:
        Proportional allocation: Cochran (1977), *Sampling Techniques*, section 5.5. Largest remainders: Balinski and
        Young (1982).

    Example:
        >>> allocate({"JAKI": 70, "Qlue": 25, "SMS": 5}, 10).sample_sizes
        {'JAKI': 6, 'Qlue': 2, 'SMS': 2}
    """
    sizes = dict(sorted((frame.sizes if isinstance(frame, Frame) else frame).items()))
    least = {label: min(minimum, total) for label, total in sizes.items()}
    _refuse_impossible(sizes, least, size=size, method=method, minimum=minimum)
    return Allocation(sizes, _proportional(sizes, least, size), method, minimum)


def _refuse_impossible(
    sizes: Mapping[str, int], least: Mapping[str, int], *, size: int, method: str, minimum: int
) -> None:
    if method not in METHODS:
        raise AllocationError(f"there is no allocation method {method!r}; there is {', '.join(METHODS)}")
    if size < 1 or minimum < 0:
        raise AllocationError(f"cannot draw {size} complaints with at least {minimum} from each stratum")
    total = sum(sizes.values())
    if size > total:
        raise AllocationError(f"cannot draw {size} complaints: the frame holds {total}")
    if size < sum(least.values()):
        raise AllocationError(
            f"cannot draw {size} complaints: at least {minimum} from each of {sum(map(bool, sizes.values()))} strata "
            f"(all of a smaller one) are {sum(least.values())}"
        )


def _proportional(sizes: Mapping[str, int], least: Mapping[str, int], size: int) -> dict[str, int]:
    raised: set[str] = set()
    while True:
        rest = size - sum(least[label] for label in raised)
        total = sum(count for label, count in sizes.items() if label not in raised)
        below = {
            label
            for label, count in sizes.items()
            if label not in raised and rest * count < least[label] * total
        }
        if not below:
            break
        raised |= below
    shared = {label: count for label, count in sizes.items() if label not in raised}
    parts = _largest_remainders(shared, rest) if shared else {}
    return {label: parts.get(label, least[label]) for label in sizes}


def _largest_remainders(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    total = sum(sizes.values())
    if total == 0:
        return dict.fromkeys(sizes, 0)
    parts = {label: size * count // total for label, count in sizes.items()}
    by_fraction = sorted(sizes, key=lambda label: (-(size * sizes[label] % total), label))
    for label in by_fraction[: size - sum(parts.values())]:
        parts[label] += 1
    return parts

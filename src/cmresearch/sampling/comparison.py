"""How surely an allocation lets things be known, overall and in each domain, and which method does it best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import sqrt

import pandas as pd

from cmresearch.errors import AllocationError, raise_all
from cmresearch.sampling.allocation import SIZES_ALONE, Allocation, Remainders, allocate
from cmresearch.sampling.frame import Frame
from cmresearch.sampling.planning import quantile
from cmresearch.sampling.stratum_values import share_values

BOTH_WAYS: tuple[Remainders, ...] = ("largest fractions", "exact")


def margins(
    allocation: Allocation,
    *,
    proportion: float = 0.5,
    deviations: Mapping[str, float] | None = None,
    domains: Mapping[str, str] | None = None,
    level: float = 0.95,
    response: float = 1.0,
) -> pd.DataFrame:
    """How surely a share or a mean would be known from an allocation: overall, and in each stratum or domain.

    Args:
        allocation: The sizes.
        proportion: The share, taken for the same in each stratum.
        deviations: For a mean instead: its standard deviation in each stratum, by label.
        domains: The domain of each stratum, by label; None for each stratum by itself.
        level: The level of confidence, from 0 to 1.
        response: The part of the drawn complaints that can be coded, above 0 and up to 1.

    Returns:
        One row for each domain in the order of its label, after one for all (domain None): frame_size, sample_size,
        lonely_strata (those from which one of several is drawn), standard_error and margin (half the width of a normal
        interval), both missing where a stratum has no sample.

    Raises:
        AllocationError: A stratum has no domain or no deviation, or a value is outside its range.

    Source:
        Cochran (1977), theorem 5.3 and section 5A.14 for domains that are whole strata.

    Example:
        >>> margins(allocate({"app": 900, "letter": 100}, 100))[["domain", "sample_size", "margin"]].round(3)
           domain  sample_size  margin
        0     NaN          100   0.093
        1     app           90   0.098
        2  letter           10   0.295
    """
    if not 0 < response <= 1:
        raise AllocationError(f"the response is {response}; expected above 0 and up to 1")
    if not 0 < proportion < 1:
        raise AllocationError(f"the proportion is {proportion}; expected above 0 and below 1")
    known = share_values(allocation.frame_sizes, proportion).deviations if deviations is None else deviations
    table = _errors_by_domain(allocation, known or {}, domains, response)
    table["margin"] = quantile(level) * table["standard_error"]
    return table


def compare_allocations(
    frame: Frame | Mapping[str, int],
    size: int,
    *,
    deviations: Mapping[str, float],
    means: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
    domains: Mapping[str, str] | None = None,
    minimum: int = 2,
    maximum: int | None = None,
    take_all: Collection[str] = (),
    power: float = 0.5,
) -> pd.DataFrame:
    """The standard error to expect under each method of allocation, overall and in each domain of a frame.

    Args:
        frame: The frame, or the size of each stratum by its label.
        size: How many complaints to draw in all.
        deviations: The standard deviation of what is asked in each stratum (`stratum_spread`, `share_values`).
        means: Its means, if the power method shall be in the table.
        costs: What a complaint costs in each stratum, if the cost method shall be in the table.
        domains: The domain of each stratum, by label; None for each stratum by itself.
        minimum: The least number from each stratum.
        maximum: The most from each stratum; None for no limit but its size.
        take_all: Labels of strata that are taken whole.
        power: The exponent of the power method.

    Returns:
        One row for each method, way with the remainders and domain (None for all): method, remainders, domain,
        frame_size, sample_size, lonely_strata (those from which one of several is drawn: no variance can be estimated
        there), standard_error, ratio (the standard error over that of proportional allocation) and gain (by what part
        the exact optimum's standard error is below that of rounding; missing where a method has no such pair). Only
        for "neyman" overall is the gain never below 0: "cost" and "power" seek another optimum.

    Raises:
        AllocationError: What `allocate` refuses, or a stratum without domain.

    Example:
        >>> spread = {"app": 0.5, "letter": 4.0}
        >>> table = compare_allocations({"app": 900, "letter": 100}, 100, deviations=spread)
        >>> table.loc[table["domain"].isna(), ["method", "remainders", "standard_error", "ratio"]].round(3)
                 method         remainders  standard_error  ratio
        0  proportional  largest fractions           0.128  1.000
        3         equal  largest fractions           0.074  0.575
        6        neyman  largest fractions           0.073  0.573
        9        neyman              exact           0.073  0.573
    """
    sizes = frame.sizes if isinstance(frame, Frame) else frame
    methods = ["proportional", "equal", "neyman", *(["cost"] if costs else []), *(["power"] if means else [])]
    tables: dict[tuple[str, Remainders], pd.DataFrame] = {}
    for method in methods:
        for remainders in BOTH_WAYS[:1] if method in SIZES_ALONE else BOTH_WAYS:
            allocation = allocate(
                sizes,
                size,
                method=method,
                minimum=minimum,
                maximum=maximum,
                take_all=take_all,
                deviations=deviations,
                means=means,
                costs=costs,
                power=power,
                remainders=remainders,
            )
            tables[method, remainders] = _errors_by_domain(allocation, deviations, domains)
    base = tables["proportional", "largest fractions"]["standard_error"]
    for (method, remainders), table in tables.items():
        rounded = tables[method, "largest fractions"]["standard_error"]
        table["ratio"] = table["standard_error"] / base
        table["gain"] = 1 - table["standard_error"] / rounded if remainders == "exact" else float("nan")
        table.insert(0, "remainders", remainders)
        table.insert(0, "method", method)
    return pd.concat(tables.values(), ignore_index=True)


@dataclass(frozen=True)
class _Plan:
    """An allocation, how much the answers differ in each stratum, and what part of the drawn will be coded."""

    allocation: Allocation
    deviations: Mapping[str, float]
    response: float


def _errors_by_domain(
    allocation: Allocation,
    deviations: Mapping[str, float],
    domains: Mapping[str, str] | None,
    response: float = 1.0,
) -> pd.DataFrame:
    """The standard error of the mean in each domain made of whole strata, and overall first."""
    filled = {label: total for label, total in allocation.frame_sizes.items() if total}
    known = {label: label for label in filled} if domains is None else domains
    faults = [f"stratum {label!r} has no domain" for label in filled if label not in known]
    faults += [f"stratum {label!r} has no standard deviation" for label in filled if label not in deviations]
    raise_all(AllocationError, faults)
    groups: dict[str | None, list[str]] = {None: list(filled)}
    for label in sorted(filled, key=lambda label: (known[label], label)):
        groups.setdefault(known[label], []).append(label)
    plan = _Plan(allocation, deviations, response)
    rows = [(domain, *_sizes_and_error(plan, labels)) for domain, labels in groups.items()]
    names = ["domain", "frame_size", "sample_size", "lonely_strata", "standard_error"]
    return pd.DataFrame(rows, columns=names)


def _sizes_and_error(plan: _Plan, labels: list[str]) -> tuple[int, int, int, float]:
    sizes, parts = plan.allocation.frame_sizes, plan.allocation.sample_sizes
    total, drawn = (sum(each[label] for label in labels) for each in (sizes, parts))
    lonely = sum(parts[label] == 1 < sizes[label] for label in labels)
    if any(parts[label] == 0 for label in labels):
        return total, drawn, lonely, float("nan")
    variance = 0.0
    for label in labels:
        coded = parts[label] * plan.response
        variance += (sizes[label] / total) ** 2 * plan.deviations[label] ** 2 / coded * (1 - coded / sizes[label])
    return total, drawn, lonely, sqrt(variance)

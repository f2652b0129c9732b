"""What the sample says of the full set, and how surely."""

from cmresearch.estimation.estimates import Estimate, Estimates
from cmresearch.estimation.estimators import (
    estimate_count,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
)

__all__ = [
    "Estimate",
    "Estimates",
    "estimate_count",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
]

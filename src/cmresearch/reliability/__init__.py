"""How far raters agree: coefficients and intervals from arrays of ratings, whatever was rated."""

from cmresearch.reliability.coefficients import Reliability, krippendorff_alpha, percent_agreement

__all__ = [
    "Reliability",
    "krippendorff_alpha",
    "percent_agreement",
]

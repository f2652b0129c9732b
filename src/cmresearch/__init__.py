"""A research workbench for studies of how a city manages complaints.

The verbs of the library, each loaded when it is first used; the records they give are in their modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cmresearch.codebook.book import read_codebook as read_codebook
    from cmresearch.coding.coding import measure_reliability as measure_reliability
    from cmresearch.coding.coding import read_coding as read_coding
    from cmresearch.coding.sources import read_sources as read_sources
    from cmresearch.estimation.estimators import estimate_mean as estimate_mean
    from cmresearch.estimation.estimators import estimate_proportion as estimate_proportion
    from cmresearch.estimation.estimators import estimate_total as estimate_total
    from cmresearch.frame import read_frame as read_frame
    from cmresearch.reliability.coefficients import krippendorff_alpha as krippendorff_alpha
    from cmresearch.reliability.coefficients import percent_agreement as percent_agreement
    from cmresearch.reproduction import run_study as run_study
    from cmresearch.responses.responses import read_sample as read_sample
    from cmresearch.sampling.allocation import allocate as allocate
    from cmresearch.sampling.certificate import certify as certify
    from cmresearch.sampling.drawing import draw as draw
    from cmresearch.sampling.drawing import ticket as ticket
    from cmresearch.sampling.verification import verify as verify
    from cmresearch.study import open_study as open_study
    from cmresearch.triangulation import assess as assess
    from cmresearch.triangulation import measure_indicators as measure_indicators

# Loaded on first use: pandas, duckdb and the rest together would make every command wait.
_HOME = {
    "allocate": "sampling.allocation",
    "assess": "triangulation",
    "certify": "sampling.certificate",
    "draw": "sampling.drawing",
    "estimate_mean": "estimation.estimators",
    "estimate_proportion": "estimation.estimators",
    "estimate_total": "estimation.estimators",
    "krippendorff_alpha": "reliability.coefficients",
    "measure_indicators": "triangulation",
    "measure_reliability": "coding.coding",
    "open_study": "study",
    "percent_agreement": "reliability.coefficients",
    "read_codebook": "codebook.book",
    "read_coding": "coding.coding",
    "read_frame": "frame",
    "read_sample": "responses.responses",
    "read_sources": "coding.sources",
    "run_study": "reproduction",
    "ticket": "sampling.drawing",
    "verify": "sampling.verification",
}
__all__ = [
    "allocate",
    "assess",
    "certify",
    "draw",
    "estimate_mean",
    "estimate_proportion",
    "estimate_total",
    "krippendorff_alpha",
    "measure_indicators",
    "measure_reliability",
    "open_study",
    "percent_agreement",
    "read_codebook",
    "read_coding",
    "read_frame",
    "read_sample",
    "read_sources",
    "run_study",
    "ticket",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'cmresearch' has no attribute {name!r}")
    return getattr(import_module(f"cmresearch.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

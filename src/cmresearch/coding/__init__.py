"""Who said what, which coder gave which code to which words of it, and every correction since."""

from cmresearch.coding.coding import Coding, measure_reliability, read_coding
from cmresearch.coding.sources import Sources, read_sources

__all__ = [
    "Coding",
    "Sources",
    "measure_reliability",
    "read_coding",
    "read_sources",
]

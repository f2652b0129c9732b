"""Every code, what it means, the dimension of the theory it speaks to, and how it came to be so."""

from cmresearch.codebook.book import Codebook, read_codebook

__all__ = [
    "Codebook",
    "read_codebook",
]

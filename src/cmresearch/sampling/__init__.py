"""How many complaints to draw, drawing them so that anybody can draw them again, and the certificate of it."""

from cmresearch.sampling.allocation import Allocation, allocate
from cmresearch.sampling.certificate import Certificate, certify
from cmresearch.sampling.drawing import Sample, draw, ticket
from cmresearch.sampling.verification import Verification, verify

__all__ = [
    "Allocation",
    "Certificate",
    "Sample",
    "Verification",
    "allocate",
    "certify",
    "draw",
    "ticket",
    "verify",
]

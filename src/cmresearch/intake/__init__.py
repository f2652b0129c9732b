"""Raw exports, as cities really write them, opened as complaints, with a list of every fault found."""

from cmresearch.intake.complaints import Complaints, read_complaints

__all__ = [
    "Complaints",
    "read_complaints",
]

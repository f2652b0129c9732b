"""Every detector of faults, in the order in which the report names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cmresearch.intake.faults import Fault, Subject
from cmresearch.intake.faults_in_columns import find_category_faults, find_column_faults, find_number_faults
from cmresearch.intake.faults_in_rows import (
    find_gaps,
    find_near_duplicates,
    find_repeated_ids,
    find_rows,
    find_swapped_dates,
    find_time_faults,
)

DETECTORS: tuple[Callable[[Subject], Iterator[Fault]], ...] = (
    find_column_faults,
    find_rows,
    find_repeated_ids,
    find_swapped_dates,
    find_gaps,
    find_time_faults,
    find_category_faults,
    find_number_faults,
    find_near_duplicates,
)


def find_faults(subject: Subject) -> tuple[Fault, ...]:
    """Every fault that the table's own content shows, in the order in which the detectors stand.

    Args:
        subject: The table.
    """
    found: list[Fault] = []
    for detector in DETECTORS:
        found.extend(detector(subject))
    return tuple(fault for fault in found if fault.count)

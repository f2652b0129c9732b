"""A run of a study as a page, a workbook and figures."""

from cmresearch.report.page import write_report
from cmresearch.report.workbook import write_workbook

__all__ = [
    "write_report",
    "write_workbook",
]

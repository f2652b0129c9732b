"""The figures that notebooks and report share, all under one name."""

from cmresearch.report.assessment_plots import (
    plot_evidence,
    plot_indicators,
    plot_robustness,
    plot_statuses,
    source_name,
)
from cmresearch.report.coverage_plots import plot_coverage, plot_saturation
from cmresearch.report.drawing import alt_of, figure_files, to_png, to_svg
from cmresearch.report.joint_plot import plot_joint_display
from cmresearch.report.planning_plots import plot_allocations
from cmresearch.report.register_plots import plot_months, plot_time_to_close
from cmresearch.report.reliability_plots import plot_reliability
from cmresearch.report.sample_plots import plot_estimates, plot_representativeness, plot_strata, plot_survival

__all__ = [
    "alt_of",
    "figure_files",
    "plot_allocations",
    "plot_coverage",
    "plot_estimates",
    "plot_evidence",
    "plot_indicators",
    "plot_joint_display",
    "plot_months",
    "plot_reliability",
    "plot_representativeness",
    "plot_robustness",
    "plot_saturation",
    "plot_statuses",
    "plot_strata",
    "plot_survival",
    "plot_time_to_close",
    "source_name",
    "to_png",
    "to_svg",
]

"""Figures of a plan."""

import pytest

from cmresearch.report.plots.drawing import to_svg
from cmresearch.report.plots.planning_plots import plot_allocations
from cmresearch.sampling.comparison import compare_allocations

SIZES, SPREAD = {"app": 900, "letter": 100}, {"app": 0.5, "letter": 0.3}


def compared(**options):
    return compare_allocations(SIZES, 100, deviations=SPREAD, **options)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def marks(figure, mark):
    return [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == mark]


def test_each_method_has_a_mark_at_its_standard_error_in_points():
    table = compared()
    expected = 100 * table[table["method"] == "proportional"]["standard_error"]
    assert marks(plot_allocations(table, kind="synthetic"), "o") == pytest.approx(expected.tolist())
    unscaled = marks(plot_allocations(table, kind="synthetic", asked="mean"), "o")
    assert unscaled == pytest.approx((expected / 100).tolist())


def test_the_exact_one_of_two_ways_is_drawn():
    table = compared()
    exact = table[(table["method"] == "neyman") & (table["remainders"] == "exact")]["standard_error"]
    assert marks(plot_allocations(table, kind="synthetic"), "D") == pytest.approx((100 * exact).tolist())


def test_what_each_method_draws_stands_beside_the_row():
    assert texts(plot_allocations(compared(), kind="synthetic"))[0] == "100 · 100 · 100"
    known = {"means": dict.fromkeys(SIZES, 1.0), "costs": dict.fromkeys(SIZES, 1.0)}
    assert texts(plot_allocations(compared(**known), kind="synthetic"))[0].count("·") == 4


def test_one_of_several_has_a_star_that_is_explained():
    figure = plot_allocations(compare_allocations(SIZES, 5, deviations=SPREAD, minimum=1), kind="synthetic")
    assert any("1*" in text for text in texts(figure))
    assert "* one of several" in figure.axes[0].get_xlabel()


def test_a_domain_without_sample_has_no_mark_and_fails_nothing():
    figure = plot_allocations(compare_allocations(SIZES, 5, deviations=SPREAD, minimum=0), kind="synthetic")
    assert to_svg(figure, alt="two strata")


def test_of_very_many_domains_the_largest_are_drawn_and_the_rest_is_told():
    sizes = {f"stratum {number:03d}": 10 + number for number in range(50)}
    table = compare_allocations(sizes, 200, deviations=dict.fromkeys(sizes, 0.5))
    figure = plot_allocations(table, kind="synthetic")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert (len(labels), labels[:2]) == (31, ["all", "stratum 049"])
    assert "the 30 largest of 50" in figure.axes[0].get_xlabel()


def test_the_kind_of_data_and_the_question_stand_on_the_figure():
    figure = plot_allocations(compared(), kind="illustrative", title="Which one?")
    assert {"illustrative data", "Which one?"} <= {text.get_text() for text in figure.texts}

"""The joint display as one picture."""

import pytest
from drawn import words_of

from cmresearch.codebook.book import Dimension
from cmresearch.language.voice import Voice
from cmresearch.report.plots.drawing import to_svg
from cmresearch.report.plots.joint_plot import STANDING_MARKS, plot_joint_display
from cmresearch.triangulation.assessment import Decision, DimensionAssessment
from cmresearch.triangulation.convergence import LINES, JointDisplay, JointRow, Line
from cmresearch.triangulation.rule import Step

STANDINGS = ("for", "against", "mixed", "unclear", "silent")


def display(convergence="agreement", *, rows=12, decision=None):
    """A row for each dimension, its lines of evidence taking every standing in turn."""
    return JointDisplay(tuple(_row(place, convergence, decision) for place in range(rows)))


def _row(place, convergence, decision):
    long = " of decentralised and centralised tasks" if place else ""
    names = {"en": f"Dimension {place + 1}{long}", "id": f"Dimensi {place + 1}{long}"}
    dimension = Dimension.model_construct(number=place + 1, key=f"d{place}", name=names)
    assessed = DimensionAssessment(dimension, (Step(1, "not_implemented", True, ()),), (), ())
    lines = tuple(Line(name, STANDINGS[(place + n) % len(STANDINGS)]) for n, name in enumerate(LINES))
    return JointRow(assessed, lines, convergence, decision)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_dimension_has_a_row_with_a_mark_for_each_line_and_the_status():
    figure = plot_joint_display(display(), kind="illustrative")
    axes = figure.axes[0]
    assert axes.get_yticklabels()[0].get_text() == "1  Dimension 1"
    marks = [line.get_marker() for line in axes.lines if line.get_marker() != "None"]
    assert len(marks) == 12 * (len(LINES) + 1)
    assert marks[: len(LINES)] == [STANDING_MARKS[standing][0] for standing in STANDINGS[: len(LINES)]]


def test_what_a_line_says_is_told_by_shape_as_well_as_by_colour():
    assert tuple(STANDING_MARKS) == STANDINGS
    shapes = [shape for shape, _ in STANDING_MARKS.values()]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Dimension 1", "Interviews", "not implemented", "partial agreement")),
        ("id", ("Dimensi 1", "Wawancara", "belum dilaksanakan", "kesesuaian sebagian")),
    ],
)
def test_rows_columns_statuses_and_convergence_speak_the_language_of_the_figure(language, words):
    figure = plot_joint_display(display("partial_agreement"), kind="illustrative", voice=Voice(language))
    shown = words_of(to_svg(figure, alt="joint"))
    assert all(word in shown for word in words)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_status_ends_before_the_convergence_begins_and_that_within_the_figure(language):
    decision = Decision("not_implemented", "", "partial_agreement", "So.")
    figure = plot_joint_display(display(rows=1, decision=decision), kind="illustrative", voice=Voice(language))
    figure.draw_without_rendering()
    status, convergence = (text.get_window_extent() for text in figure.axes[0].texts[-3:-1])
    assert status.x1 < convergence.x0
    assert convergence.x1 < figure.bbox.x1


def test_dissonance_stands_out_and_agreement_does_not():
    weights = {
        convergence: plot_joint_display(display(convergence, rows=1), kind="illustrative")
        .axes[0]
        .texts[-2]
        .get_weight()
        for convergence in ("agreement", "dissonance")
    }
    assert weights == {"agreement": "normal", "dissonance": "bold"}


def test_what_the_researcher_decided_is_shown_with_a_star_where_the_rule_says_otherwise():
    proposed = texts(plot_joint_display(display("dissonance", rows=1), kind="illustrative"))
    decision = Decision("not_implemented", "", "partial_agreement", "They look at two months.")
    decided = texts(plot_joint_display(display("dissonance", rows=1, decision=decision), kind="illustrative"))
    assert proposed[-3:-1] == ["not implemented", "dissonance"]
    assert decided[-3:-1] == ["not implemented", "partial agreement *"]


def test_the_same_display_is_the_same_picture():
    first, second = (to_svg(plot_joint_display(display(), kind="illustrative"), alt="joint") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_text_is_cut_at_the_edge_of_the_figure(language):
    figure = plot_joint_display(display(), kind="illustrative and synthetic", voice=Voice(language))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for text in (*axes.texts, axes.xaxis.label, *figure.texts):
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0, text.get_text()
        assert box.x1 <= figure.bbox.x1, text.get_text()

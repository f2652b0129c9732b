"""The joint display as one picture."""

import pandas as pd
import pytest
from drawn import words_of

from cmresearch.report.drawing import to_svg
from cmresearch.report.joint_plot import LINES, STANDING_MARKS, plot_joint_display

STANDINGS = ("for", "against", "mixed", "silent")


def table(convergence="agreement", *, rows=12):
    """A row for each dimension, its lines of evidence taking every standing in turn."""
    turns = [{line: STANDINGS[(row + place) % 4] for place, line in enumerate(LINES)} for row in range(rows)]
    end = {"status": "not_implemented", "convergence": convergence}
    beside = {f"{line}_figure": "12 : 3" for line in LINES}
    return pd.DataFrame(
        [{"number": row + 1, "name": f"Dimension {row + 1}", **turn, **beside, **end} for row, turn in enumerate(turns)]
    )


def test_every_dimension_has_a_row_with_a_mark_for_each_line_and_the_status():
    figure = plot_joint_display(table(), kind="illustrative")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["1  Dimension 1", "2  Dimension 2"]
    marks = [line.get_marker() for line in axes.lines if line.get_marker() != "None"]
    assert len(marks) == 12 * (len(LINES) + 1)
    assert marks[: len(LINES)] == [STANDING_MARKS[standing][0] for standing in STANDINGS]


def test_what_a_line_says_is_told_by_shape_as_well_as_by_colour():
    shapes, colours = zip(*STANDING_MARKS.values(), strict=True)
    assert len(set(shapes)) == len(shapes)
    assert len(set(colours)) >= len(colours) - 1  # silent and inconclusive are both grey


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("interviews", "not implemented", "partial agreement")), ("id", ("wawancara", "belum dilaksanakan"))],
)
def test_columns_statuses_and_convergence_speak_the_language_of_the_figure(language, words):
    figure = plot_joint_display(table("partial_agreement"), kind="illustrative", language=language)
    shown = words_of(to_svg(figure, alt="joint"))
    assert all(word in shown for word in words)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_status_ends_before_the_convergence_begins_and_that_within_the_figure(language):
    figure = plot_joint_display(table("partial_agreement"), kind="illustrative", language=language)
    figure.draw_without_rendering()
    texts = figure.axes[0].texts
    status, convergence = (texts[place].get_window_extent() for place in (4, 5))
    assert status.x1 < convergence.x0
    assert convergence.x1 < figure.bbox.x1


def test_dissonance_stands_out_and_agreement_does_not():
    weights = {
        convergence: plot_joint_display(table(convergence, rows=1), kind="illustrative").axes[0].texts[5].get_weight()
        for convergence in ("agreement", "dissonance")
    }
    assert weights == {"agreement": "normal", "dissonance": "bold"}


def test_the_same_table_is_the_same_picture():
    first, second = (to_svg(plot_joint_display(table(), kind="illustrative"), alt="joint") for _ in range(2))
    assert first == second

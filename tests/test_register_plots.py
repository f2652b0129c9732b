"""Figures of the whole register."""

from drawn import words_of

from cmresearch.language.voice import Voice
from cmresearch.report.plots.drawing import to_svg
from cmresearch.report.plots.sample_plots import plot_months, plot_time_to_close


def test_complaints_that_were_never_closed_count_as_open():
    # Of four complaints one was closed within a day, two within two days, one never: 3 of 4 are 75 %.
    figure = plot_time_to_close([20.0, 30.0, 48.0, float("nan")], kind="real", service_days=2)
    shown = words_of(to_svg(figure, alt="time"))
    assert "75.0 % closed within 2 days" in shown
    assert "n = 4; not closed: 1" in shown


def test_where_nothing_was_closed_the_figure_says_so():
    shown = words_of(to_svg(plot_time_to_close([float("nan")] * 3, kind="real"), alt="time"))
    assert "n = 3; not closed: 3" in shown


def test_months_carry_their_numbers():
    shown = words_of(to_svg(plot_months({"2020-03": 1200, "2020-04": 0}, kind="real"), alt="months"))
    assert "1,200" in shown
    assert "2020-04" in shown


def test_numbers_and_ticks_have_the_separators_of_the_language():
    shown = words_of(to_svg(plot_months({"2020-03": 1200}, kind="real", voice=Voice("id")), alt="months"))
    assert "1.200" in shown
    figure = plot_time_to_close([20.0, 30.0, 48.0, float("nan")], kind="real", service_days=2, voice=Voice("id"))
    shown = words_of(to_svg(figure, alt="time"))
    assert "75,0 % selesai dalam 2 hari" in shown
    assert "0,5" in shown
    assert "0.5" not in shown

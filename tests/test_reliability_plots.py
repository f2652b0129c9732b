"""The figure of how far coders agree."""

import pandas as pd
from drawn import words_of

from cmresearch.language.voice import Voice
from cmresearch.report.plots.coverage_plots import plot_reliability
from cmresearch.report.plots.drawing import to_svg

ROW = {"key": "rare_code", "alpha": 0.8125, "lower": 0.7, "upper": 0.9, "percent_agreement": 0.96}


def test_each_code_stands_with_its_alpha_and_the_agreement():
    shown = words_of(to_svg(plot_reliability(pd.DataFrame([ROW]), kind="illustrative"), alt="reliability"))
    assert "0.81   agree 96.0\xa0%" in shown


def test_an_undefined_alpha_is_said_to_be_undefined():
    row = {"key": "rare_code", "alpha": None, "lower": None, "upper": None, "percent_agreement": 1.0}
    shown = words_of(to_svg(plot_reliability(pd.DataFrame([row]), kind="illustrative"), alt="reliability"))
    assert "rare code" in shown
    assert "undefined: one value only" in shown


def test_a_label_stands_in_the_place_of_the_key():
    labels = {"rare_code": {"en": "Rare code", "id": "Kode langka"}}
    figure = plot_reliability(pd.DataFrame([ROW]), kind="illustrative", voice=Voice("id", labels))
    shown = words_of(to_svg(figure, alt="reliability"))
    assert "Kode langka" in shown
    assert "0,81   sepakat 96,0\xa0%" in shown


def test_a_long_label_is_written_on_two_lines_rather_than_cut():
    labels = {"rare_code": "A code whose label has more words than one line can hold"}
    figure = plot_reliability(pd.DataFrame([ROW]), kind="illustrative", voice=Voice("en", labels))
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_text().replace("\n", " ") == labels["rare_code"]

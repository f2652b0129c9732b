"""Figures of what the coding reaches."""

import pandas as pd
import pytest
from small_interviews import GIVEN, begin, written

from cmresearch.coding.coverage import code_coverage, saturation
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.plots.coverage_plots import plot_coverage, plot_saturation
from cmresearch.report.plots.drawing import to_svg


@pytest.fixture
def coding(tmp_path):
    return written(begin(tmp_path), GIVEN)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_code_has_a_row_in_the_order_of_the_codebook(coding):
    table = code_coverage(coding, voice=ENGLISH)
    labels = plot_coverage(table, kind="illustrative").axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == [code.replace("_", " ") for code in table["code"]]


def test_a_code_without_use_says_so_beside_its_row(coding):
    table = code_coverage(coding, voice=ENGLISH)
    written_beside = dict(zip(table["code"], texts(plot_coverage(table, kind="illustrative")), strict=False))
    assert written_beside["handling_audited"] == "never given"
    assert written_beside["answered_in_time"] == "2, in 2 sources"


def test_each_dimension_is_named_once(coding):
    table = code_coverage(coding, voice=ENGLISH)
    named = texts(plot_coverage(table, kind="illustrative"))[len(table) :]
    assert named == list(dict.fromkeys(name.split("; ")[0].replace("_", " ") for name in table["dimensions"]))


def test_the_codes_so_far_rise_with_the_interviews(coding):
    table = saturation(coding)
    (line,) = plot_saturation(table, kind="illustrative").axes[0].lines
    assert list(line.get_ydata()) == table["codes_so_far"].tolist()


def test_each_interview_shows_its_new_codes(coding):
    table = saturation(coding)
    shown = texts(plot_saturation(table, kind="illustrative"))
    assert shown[::2] == [str(number) for number in table["new_codes"]]


def test_a_coding_in_which_nothing_was_given_can_be_drawn():
    row = {"code": "quick_reply", "dimensions": "speed", "coded": 0, "adjudicated": 0, "sources": 0}
    assert texts(plot_coverage(pd.DataFrame([row | {"note": "never given"}]), kind="synthetic")) == [
        "never given",
        "speed",
    ]


@pytest.mark.parametrize(("measure", "plot"), [(code_coverage, plot_coverage), (saturation, plot_saturation)])
def test_the_same_table_is_the_same_text_with_the_kind_of_data_in_it(coding, measure, plot):
    first, second = (to_svg(plot(measure(coding), kind="illustrative"), alt="What is used.") for _ in "12")
    assert first == second
    assert "illustrative data" in first


def test_codes_and_dimensions_are_named_in_the_language_of_the_figure_and_notes_stand_as_they_are():
    row = {"code": "quick_reply", "dimensions": "speed", "coded": 0, "adjudicated": 0, "sources": 0}
    labels = {"quick_reply": {"en": "Quick reply", "id": "Balasan cepat"}, "speed": {"en": "Speed", "id": "Kecepatan"}}
    table = pd.DataFrame([row | {"note": "diberikan, dan tidak dipertahankan"}])
    figure = plot_coverage(table, kind="synthetic", voice=Voice("id", labels))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Balasan cepat"]
    assert texts(figure) == ["diberikan, dan tidak dipertahankan", "Kecepatan"]


def test_a_long_name_of_a_dimension_stands_beside_the_bars_and_not_upon_them():
    rows = [
        {"code": code, "dimensions": "long", "coded": 30, "adjudicated": 9, "sources": 2, "note": ""} for code in "ab"
    ]
    labels = {"long": "A dimension whose name has a good many words"}
    figure = plot_coverage(pd.DataFrame(rows), kind="synthetic", voice=Voice("en", labels))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    (name,) = (text for text in axes.texts if text.get_text().replace("\n", " ") == labels["long"])
    assert name.get_window_extent().x0 > axes.transData.transform((30, 0))[0]

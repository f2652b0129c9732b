"""The figures: complete, honest about their data, and the same each time."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from small_study import write_study, write_study_with_words

from cmresearch.report.plots import (
    plot_estimates,
    plot_evidence,
    plot_indicators,
    plot_months,
    plot_reliability,
    plot_statuses,
    plot_strata,
    plot_time_to_close,
    to_svg,
)
from cmresearch.reproduction import run_study
from cmresearch.study import open_study

ROWS = pd.DataFrame(
    {
        "domain": ["web", "phone"],
        "category": ["true", "true"],
        "estimate": [0.5, 0.75],
        "lower": [0.4, 0.6],
        "upper": [0.6, 0.9],
        "level": [0.95, 0.95],
        "n": [10, 8],
        "truth": [0.55, np.nan],
    }
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("plots"))))


def words_of(svg):
    return " ".join(text.strip() for text in ElementTree.fromstring(svg).itertext() if text.strip())


def test_every_stratum_is_shown_and_an_empty_one_as_such(tmp_path):
    folder = write_study(tmp_path)
    export = (folder / "full-set.csv").read_text("utf-8")
    (folder / "full-set.csv").write_text(export + "C99,counter,2020-03-01,5,other,text\n", "utf-8")
    study = open_study(folder)
    frame = study.read_frame()
    shown = words_of(to_svg(plot_strata(frame, study.draw(frame), kind="synthetic"), alt="strata"))
    assert all(label in shown for label in ("web", "phone", "@post", "counter"))
    assert "none in the frame" in shown
    assert "full set" in shown


def test_an_estimate_stands_with_its_interval_and_the_truth_where_it_is_known():
    shown = words_of(to_svg(plot_estimates(ROWS, title="How many?", kind="real"), alt="estimates"))
    assert "50.0\xa0% [40.0,\xa060.0]" in shown
    assert "75.0\xa0% [60.0,\xa090.0]" in shown
    assert "estimate with 95 % interval" in shown
    assert "truth in the whole frame" in shown


def test_without_a_known_truth_nothing_speaks_of_one():
    figure = plot_estimates(ROWS.drop(columns="truth"), title="How many?", kind="real")
    assert "truth" not in words_of(to_svg(figure, alt="estimates"))


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


def test_sources_stand_under_their_informant_and_role(run):
    shown = words_of(to_svg(plot_evidence(run.words.assessment, kind="illustrative"), alt="evidence"))
    assert "Informant 1: kelurahan" in shown
    assert "Create closure" in shown


def test_statuses_show_every_dimension_and_what_marks_mean(run):
    shown = words_of(to_svg(plot_statuses(run.words.assessment, kind="illustrative"), alt="statuses"))
    assert "Create closure" in shown
    assert "researcher's status" in shown
    assert "not assessable" in shown


def test_an_indicator_stands_with_its_outcome(run):
    results = run.words.assessment.dimension("create_closure").indicators
    shown = words_of(to_svg(plot_indicators(results, kind="illustrative", title="Met?"), alt="indicators"))
    assert "Share with an explicit" in shown
    assert results[0].outcome.replace("_", " ") in shown


def test_an_undefined_alpha_is_said_to_be_undefined():
    row = {"key": "rare_code", "alpha": None, "lower": None, "upper": None, "percent_agreement": 1.0}
    shown = words_of(to_svg(plot_reliability(pd.DataFrame([row]), kind="illustrative"), alt="reliability"))
    assert "rare code" in shown
    assert "undefined: one value only" in shown


def test_every_figure_says_its_kind_of_data_and_what_it_shows():
    svg = to_svg(plot_estimates(ROWS, title="How <many>?", kind="synthetic"), alt="Estimates & truths.")
    root = ElementTree.fromstring(svg)
    names = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert names["title"] == "How <many>?"
    assert names["desc"] == "Estimates & truths."
    assert "synthetic data" in words_of(svg)


def test_the_same_figure_is_the_same_text():
    first, second = (to_svg(plot_estimates(ROWS, title="Same?", kind="real"), alt="same") for _ in range(2))
    assert first == second


def test_a_figure_holds_no_markup_from_its_data_and_points_nowhere():
    hostile = ROWS.assign(domain=["<script>alert(1)</script>", "$x^2$ </svg>"])
    svg = to_svg(plot_estimates(hostile, title="Safe?", kind="real"), alt="safe")
    root = ElementTree.fromstring(svg)
    assert not [each for each in root.iter() if each.tag.rpartition("}")[2] in ("script", "image", "style")]
    assert "<script>alert(1)</script>" in words_of(svg)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_a_dollar_sign_is_a_dollar_sign():
    figure = plot_estimates(ROWS.assign(domain=["$\\broken{$", "US$ and $"]), title="How much, in $?", kind="real")
    shown = words_of(to_svg(figure, alt="dollars"))
    assert "$\\broken{$" in shown
    assert "US$ and $" in shown


def test_the_readers_own_settings_change_nothing():
    import matplotlib as mpl

    plain = to_svg(plot_estimates(ROWS, title="Same?", kind="real"), alt="same")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "text.usetex": True}):
        assert to_svg(plot_estimates(ROWS, title="Same?", kind="real"), alt="same") == plain


def test_a_figure_shows_itself_in_a_notebook_and_stays_out_of_the_way():
    from matplotlib import pyplot

    figure = plot_estimates(ROWS, title="Shown?", kind="real")
    assert figure._repr_svg_() == to_svg(figure, alt="Shown?")
    assert pyplot.get_fignums() == []

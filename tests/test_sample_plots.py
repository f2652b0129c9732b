"""Figures of a sample."""

import numpy as np
import pandas as pd
import pytest
from drawn import words_of
from small_estimates import ROWS
from small_study import write_study

from cmresearch.estimation.representativeness import compare_with_frame
from cmresearch.estimation.survival import estimate_survival
from cmresearch.language.voice import Voice
from cmresearch.report.plots.drawing import to_svg
from cmresearch.report.plots.sample_plots import plot_estimates, plot_representativeness, plot_strata, plot_survival
from cmresearch.responses.responses import declare_sample
from cmresearch.study.study import open_study

NUMBER = np.arange(60)
TABLE = pd.DataFrame(
    {
        "N": 600,
        "days": (NUMBER * 37) % 29 + 1,
        "done": np.where(NUMBER % 4, "yes", "no"),
        "city": np.where(NUMBER % 2, "North", "South"),
    }
)


@pytest.fixture
def curves():
    return estimate_survival(declare_sample(TABLE, strata=[], population_size="N"), "days", "done", by="city")


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_domain_in_which_nothing_has_closed_is_drawn_at_the_top():
    table = TABLE.assign(done=np.where(TABLE["city"] == "North", "no", "yes"))
    both = estimate_survival(declare_sample(table, strata=[], population_size="N"), "days", "done", by="city")
    for curves in (both, both[:1]):
        north = plot_survival(curves, kind="synthetic").axes[0].lines[0]
        assert set(north.get_ydata()) == {100}


def test_the_numbers_at_risk_stand_below_each_tick(curves):
    written = texts(plot_survival(curves, kind="synthetic"))
    assert written[0] == "number at risk"
    assert written[1] == "North"
    assert written[2] == "30"  # all of them at time 0


def test_each_curve_begins_with_all_open(curves):
    lines = plot_survival(curves, kind="synthetic").axes[0].lines
    assert [line.get_ydata()[0] for line in lines] == [100, 100]


def test_with_many_ticks_the_numbers_at_risk_still_reach_the_end(curves):
    figure = plot_survival(curves, kind="synthetic", until=29)
    across = {text.get_position()[0] for text in figure.axes[0].texts}
    assert max(across) > 0.8


def test_a_register_taken_whole_has_no_band(curves):
    whole = estimate_survival(declare_sample(TABLE.assign(N=60), strata=[], population_size="N"), "days", "done")
    figure = plot_survival(whole, kind="synthetic")
    assert not figure.axes[0].collections
    assert figure.axes[0].get_xlabel() == "time since opening (every complaint counted)"
    assert len(plot_survival(curves, kind="synthetic").axes[0].collections) == 2


def test_five_curves_cannot_be_told_apart(curves):
    with pytest.raises(ValueError, match="5 curves in one figure cannot be told apart; draw 4 at most"):
        plot_survival([curves[0]] * 5, kind="synthetic")


def test_the_kind_of_data_stands_in_the_corner(curves):
    assert "illustrative data" in [text.get_text() for text in plot_survival(curves, kind="illustrative").texts]


def test_sample_and_frame_stand_beside_each_category():
    register = pd.DataFrame({"stratum": ["all"] * 10, "city": list("NNNNNSSSSS")})
    sample = declare_sample(register.iloc[[0, 1, 2, 5]].assign(N=10), strata=[], population_size="N")
    figure = plot_representativeness(compare_with_frame(sample, register, ["city"]), kind="synthetic")
    assert texts(figure) == ["75.0 %, frame 50.0 %", "25.0 %, frame 50.0 %"]


def test_a_figure_is_the_same_text_each_time(curves):
    first, second = (to_svg(plot_survival(curves, kind="synthetic"), alt="two curves") for _ in range(2))
    assert first == second


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


def test_estimates_and_curves_speak_indonesian_with_its_separators(curves):
    shown = words_of(to_svg(plot_estimates(ROWS, title="Berapa?", kind="real", voice=Voice("id")), alt="dugaan"))
    assert "50,0\xa0% [40,0;\xa060,0]" in shown
    assert "dugaan dengan interval 95 %" in shown
    assert texts(plot_survival(curves, kind="synthetic", voice=Voice("id")))[0] == "jumlah berisiko"

"""Each number of the synthetic full set is published or assumed, and says so."""

from pathlib import Path

import pytest

from cmresearch.errors import CmResearchError
from cmresearch.study.assumptions import read_parameters
from cmresearch.study.provenance import read_figures

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(DATA / "synthetic.toml")


def test_every_published_parameter_is_the_published_figure(parameters):
    figures = read_figures(DATA / "published" / "figures.toml")
    named = [*parameters.channels, *parameters.categories]
    stated = [(part, part.complaints) for part in named]
    for name in ("complaints", "covid_complaints", "solved", "mean_hours"):
        stated.append((getattr(parameters, name), getattr(parameters, name).value))
    published = [(part.figure, value) for part, value in stated if part.basis == "published"]
    assert len(published) == 14
    assert published == [(key, figures[key].value) for key, _ in published]


def test_the_assumed_weights_are_the_published_series(parameters):
    series = read_figures(DATA / "published" / "figures.toml").series
    months = series["psbb_reports_by_month_2020"].values
    assert parameters.covid_by_month.value == (0, 0, *months.values())
    channels = series["psbb_reports_by_channel_to_11_october_2020"].values
    assert {c.name: c.covid_weight for c in parameters.channels if c.covid_weight} == channels


def _copy_of_the_parameters(folder, *, change):
    for name in ("synthetic.toml", "synthetic-texts.toml"):
        (folder / name).write_text(change((DATA / name).read_text("utf-8")), "utf-8")
    return folder / "synthetic.toml"


def test_parts_that_do_not_add_up_are_refused(tmp_path):
    path = _copy_of_the_parameters(tmp_path, change=lambda text: text.replace("complaints = 480", "complaints = 481"))
    with pytest.raises(CmResearchError, match="the channels add up to 137,777 complaints; expected 137,776"):
        read_parameters(path)


def test_an_assumption_without_a_reason_is_refused(tmp_path):
    why = 'why = "After 536 of 6,886 PSBB reports."'
    path = _copy_of_the_parameters(tmp_path, change=lambda text: text.replace(why, ""))
    with pytest.raises(CmResearchError, match=r"synthetic\.toml, topic\.2: .*assumed, but why is empty"):
        read_parameters(path)


def test_a_misspelt_family_is_named_with_the_nearest(tmp_path):
    path = _copy_of_the_parameters(tmp_path, change=lambda text: text.replace('family = "web"', 'family = "wep"', 1))
    with pytest.raises(CmResearchError, match=r"there is no family 'wep'; did you mean 'web'\?"):
        read_parameters(path)


def test_a_missing_parameter_file_is_named(tmp_path):
    with pytest.raises(CmResearchError, match=r"nowhere\.toml: no such file"):
        read_parameters(tmp_path / "nowhere.toml")

"""Each number of the synthetic full set is published or assumed, and says so."""

from pathlib import Path

import pytest

from cmresearch.study import open_study, read_figures
from cmresearch.study.synthetic import read_parameters

STUDY = open_study(Path(__file__).parents[1])
FIGURES = STUDY.path(STUDY.settings.published.figures)


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(STUDY.path(STUDY.settings.full_set.made_from))


def test_every_published_parameter_is_the_published_figure(parameters):
    figures = read_figures(FIGURES)
    named = [*parameters.channels, *parameters.categories]
    stated = [(part, part.complaints) for part in named]
    for name in ("complaints", "topic_complaints", "solved", "mean_hours"):
        stated.append((getattr(parameters, name), getattr(parameters, name).value))
    published = [(part.figure, value) for part, value in stated if part.basis == "published"]
    assert len(published) == 14
    assert published == [(key, figures[key].value) for key, _ in published]


def test_the_assumed_weights_are_the_published_series(parameters):
    series = read_figures(FIGURES).series
    months = series["psbb_reports_by_month_2020"].values
    assert parameters.topic_by_month.value == (0, 0, *months.values())
    channels = series["psbb_reports_by_channel_to_11_october_2020"].values
    assert {c.name: c.topic_weight for c in parameters.channels if c.topic_weight} == channels

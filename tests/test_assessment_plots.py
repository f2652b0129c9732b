"""Figures of the assessment."""

from dataclasses import replace
from itertools import pairwise

import pytest
from drawn import words_of
from small_study import write_study_with_words

from cmresearch.language.voice import Voice
from cmresearch.report.plots.assessment_plots import (
    plot_evidence,
    plot_indicators,
    plot_robustness,
    plot_statuses,
    source_name,
)
from cmresearch.report.plots.drawing import to_svg
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("plots"))))


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


def test_dimensions_directions_and_statuses_are_named_in_the_language_of_the_figure(run):
    assessment = run.words.assessment
    name = assessment.dimensions[0].dimension.name["id"]
    statuses = words_of(to_svg(plot_statuses(assessment, kind="illustrative", voice=Voice("id")), alt="status"))
    evidence = words_of(to_svg(plot_evidence(assessment, kind="illustrative", voice=Voice("id")), alt="bukti"))
    assert name in statuses
    assert "belum optimal" in statuses
    assert name in evidence
    assert "menghambat" in evidence


def test_statuses_whose_names_are_long_do_not_run_into_each_other(run):
    figure = plot_statuses(run.words.assessment, kind="illustrative", voice=Voice("id"))
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_an_indicator_s_figure_and_outcome_are_written_in_the_language_of_the_figure(run):
    (result, *_) = run.words.assessment.dimension("create_closure").indicators
    half = replace(result, estimate=0.5, lower=0.45, upper=0.55, outcome="not_met", estimates=None)
    shown = words_of(
        to_svg(plot_indicators([half], kind="illustrative", title="?", voice=Voice("id")), alt="indikator")
    )
    assert "50,0\xa0%: tidak tercapai" in shown


def test_the_robustness_figure_names_every_dimension_in_the_language_of_the_figure(run):
    robustness = run.words.robustness
    figure = plot_robustness(robustness, kind="illustrative", voice=Voice("id"))
    rows = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_yticklabels()]
    assert rows == [name["id"] for name in robustness.names.values()]


def test_columns_of_the_robustness_figure_do_not_run_into_each_other(run):
    for language in ("en", "id"):
        figure = plot_robustness(run.words.robustness, kind="illustrative", voice=Voice(language))
        figure.draw_without_rendering()
        boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_a_source_is_named_by_its_informant_and_the_label_of_the_role(run):
    source = next(iter(run.words.sources.values()))
    plain = source_name(source)
    assert plain.endswith(f": {source.role.replace('_', ' ')}")
    assert source_name(source, Voice("en", {source.role: "Kelurahan office"})).endswith(": Kelurahan office")


def test_a_document_is_named_by_its_kind_and_number_in_the_language(run):
    source = replace(
        next(iter(run.words.sources.values())), key="document-5-channel-guide", informant="", role="", renderings={}
    )
    assert source_name(source) == "Document 5: channel guide"
    assert source_name(source, Voice("id")) == "Dokumen 5: channel guide"
    labels = {"document-5-channel-guide": {"en": "guide", "id": "panduan kanal"}}
    assert source_name(source, Voice("id", labels)) == "Dokumen 5: panduan kanal"

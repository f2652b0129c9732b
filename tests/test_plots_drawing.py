"""How every figure is drawn: safe, complete, and the same each time."""

from xml.etree import ElementTree

import pytest
from drawn import words_of
from small_estimates import ROWS

from cmresearch.language.voice import Voice
from cmresearch.report.plots.drawing import figure_files, to_png, to_svg
from cmresearch.report.plots.sample_plots import plot_estimates


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


def test_two_kinds_of_data_are_listed_in_the_language_of_the_figure():
    kinds = "published, synthetic and illustrative"
    figure = plot_estimates(ROWS, title="Berapa?", kind=kinds, voice=Voice("id"))
    assert figure.texts[1].get_text() == "data terpublikasi, sintetis, dan ilustratif"
    assert plot_estimates(ROWS, title="How many?", kind=kinds).texts[1].get_text() == f"{kinds} data"


@pytest.mark.parametrize("kinds", [["synthetic", "illustrative"], "synthetic and illustrative"])
def test_kinds_of_data_are_given_by_key_or_as_an_english_list(kinds):
    figure = plot_estimates(ROWS, title="Berapa?", kind=kinds, voice=Voice("id"))
    assert figure.texts[1].get_text() == "data sintetis dan ilustratif"


def test_in_a_language_without_a_catalogue_a_figure_is_english_with_the_numbers_of_the_language():
    figure = plot_estimates(ROWS, title="Quantas?", kind="real", voice=Voice("pt-BR"))
    shown = words_of(to_svg(figure, alt="estimates"))
    assert "50,0\xa0%" in shown
    assert "estimate with 95 % interval" in shown


def test_the_same_figure_is_the_same_picture_and_says_nothing_of_when_and_by_what_it_was_made():
    first, second = (to_png(plot_estimates(ROWS, title="Same?", kind="real"), alt="Estimates.") for _ in range(2))
    assert first == second
    assert first.startswith(b"\x89PNG")
    assert b"Software" not in first
    assert b"Estimates." in first


def test_more_dots_per_inch_make_a_larger_picture():
    figure = plot_estimates(ROWS, title="How large?", kind="real")
    assert [width(to_png(figure, alt="Estimates.", dpi=dpi)) for dpi in (100, 200)] == [820, 1640]


def width(png):
    return int.from_bytes(png[16:20], "big")


def test_the_files_of_a_figure_are_a_whole_svg_document_and_a_picture():
    files = figure_files(plot_estimates(ROWS, title="Files, in σ?", kind="real"), alt="Estimates.")
    assert list(files) == ["svg", "png"]
    assert files["svg"].startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    root = ElementTree.fromstring(files["svg"])
    links = [each.get("{http://www.w3.org/1999/xlink}href") for each in root.iter() if each.tag.endswith("}use")]
    named = {f"#{each.get('id')}" for each in root.iter() if each.get("id")}
    assert links
    assert set(links) <= named
    assert "Files, in σ?" in words_of(files["svg"])


def test_a_label_that_looks_like_a_link_stays_a_label_in_the_file():
    hostile = ROWS.assign(domain=['<use href="#x"', 'a href="#y"'])
    files = figure_files(plot_estimates(hostile, title="Safe?", kind="real"), alt="safe")
    shown = words_of(files["svg"])
    assert '<use href="#x"' in shown
    assert 'a href="#y"' in shown

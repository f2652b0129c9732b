"""The figures of a run: each said to readers who do not see it, and no text cut at its edge."""

import pytest

from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import Voice
from cmresearch.report import plots
from cmresearch.report.estimate_groups import estimate_groups
from cmresearch.report.page.figures import figures
from cmresearch.report.voices import voice_of


def test_every_figure_can_be_said_to_readers_who_do_not_see_it():
    figures = [name.removeprefix("plot_") for name in plots.__all__ if name.startswith("plot_")]
    assert all(plots.alt_of(name, Voice(language)) for name in figures for language in LANGUAGES)


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_text_of_a_figure_of_the_study_is_cut_at_its_edge(jakarta, language):
    cut, voice = [], voice_of(jakarta, language)
    for name, figure, _ in figures(jakarta, tuple(estimate_groups(jakarta, voice=voice)), voice=voice):
        figure.draw_without_rendering()
        axes, whole = figure.axes[0], figure.bbox
        low, high = sorted(axes.get_xlim())
        across = [tick.label1 for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
        for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label, *figure.texts, *across, *axes.get_yticklabels()):
            box = text.get_window_extent()
            inside = whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1
            if text.get_text().strip() and not inside:
                cut.append((name, text.get_text()))
    assert cut == []

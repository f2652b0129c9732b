"""A run of a changed study, and the methods chapter that tells of it."""

from __future__ import annotations

import re

from cmresearch.language.voice import Voice
from cmresearch.report.chapters.methods import methods_html
from cmresearch.report.paper.tree import read_page
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


def run_of(folder, *, change=None, remove=()):
    """The run of a study after its settings were changed and files were taken away."""
    settings = folder / "study.toml"
    if change is not None:
        settings.write_text(change(settings.read_text(encoding="utf-8")), encoding="utf-8")
    for name in remove:
        (folder / name).unlink()
    return run_study(open_study(folder))


def sample_settings(*lines):
    """A change of the settings: these lines under [sample], in the place of those of the same name."""

    def changed(text):
        for line in lines:
            text = re.sub(rf"(?m)^{line.split()[0]} = .*\n", "", text) if line.startswith("size") else text
        return text.replace("[sample]\n", "[sample]\n" + "".join(f"{line}\n" for line in lines))

    return changed


def chapter(run, language="en"):
    return read_page(methods_html(run, Voice(language))).text

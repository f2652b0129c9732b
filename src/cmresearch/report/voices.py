"""The voices of a run's readers: what they call each variable, code, source and indicator of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmresearch.language.catalogue import Translations, catalogue
from cmresearch.language.voice import Labels, Voice
from cmresearch.report.plots import source_name

if TYPE_CHECKING:
    from cmresearch.study.run import Run

VARIABLE = "variable."  # what the library itself calls a variable, in the catalogues


def voice_of(run: Run, language: str = "") -> Voice:
    """The voice in which everything of a run is said to readers of one language.

    Args:
        run: What the study's files give.
        language: One of the study's languages; by default its first.

    Returns:
        The voice with what readers call each variable, code, dimension and role.
    """
    return run.study.voice(language or None).with_labels(_labels_of(run))


def naming_voice(run: Run, voice: Voice) -> Voice:
    """The same voice, which also names the sources and indicators that reasons of the rule hold by key."""
    if run.words is None:
        return voice
    sources = {key: source_name(each, voice) for key, each in run.words.sources.items()}
    indicators = [each.indicator for one in run.words.assessment.dimensions for each in one.indicators]
    return voice.with_labels(sources | {each.key: each.label for each in indicators})


def _labels_of(run: Run) -> Labels:
    own = {key: texts for key, texts in catalogue().items() if key.startswith(VARIABLE)}
    labels: dict[str, str | Translations] = {key.removeprefix(VARIABLE): texts for key, texts in own.items()}
    if run.words is not None:
        labels |= {variable.key: variable.label for variable in run.words.codebook.variables}
        labels |= {code.key: code.label for code in run.words.codebook.codes.values()}
        labels |= {dimension.key: dimension.name for dimension in run.words.codebook.dimensions}
    return labels | run.study.settings.labels

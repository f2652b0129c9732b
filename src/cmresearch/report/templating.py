"""Templates that speak with a voice: texts of the catalogues, numbers and keys as its language writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmresearch.estimation.statistics import entry_of, unit_of
from cmresearch.language.phrases import Figure
from cmresearch.language.voice import Voice, is_nothing, plain
from cmresearch.report.page.passages import NOT_GIVEN, NOT_KEPT
from cmresearch.report.plots.drawing import title_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# The filters that write as each language does.
SPOKEN = (
    *("computed_value", "count", "decimal", "joined", "method", "percent", "published_value", "significant", "own"),
    *("phrase", "phrases"),
)


def environment(voice: Voice) -> Environment:
    """Templates that speak with a voice: `t` gives a text of the catalogues, the filters write as its language does."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only who wants a report needs it

    made = Environment(
        loader=PackageLoader("cmresearch.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(voice, name) for name in SPOKEN}
    made.filters["quantity"] = lambda value, statistic, variable="": voice.quantity(value, unit_of(statistic), variable)
    made.filters["interval"] = lambda lower, upper, statistic, variable="": voice.interval(
        lower, upper, unit_of(statistic), variable
    )
    made.filters["explained"] = lambda value, statistic, variable="": voice.quantity(
        value, entry_of(statistic).explained_unit or "none", variable
    )
    made.filters["explanation"] = lambda statistic: entry_of(statistic).phrase
    made.filters |= {"is_nothing": is_nothing, "plain": plain, "title_of": title_of}
    made.filters["word"] = lambda key, group: voice.word(group, key)
    made.filters["coders_words"] = lambda directions: _coders_words(voice, directions)
    made.filters["kinds_in_words"] = voice.data_kinds
    made.filters["figure"] = lambda figure: voice.figure(figure) if isinstance(figure, Figure) else figure
    made.globals |= {"t": lambda key, /, **placeholders: _text(voice, key, **placeholders), "L": voice.language}
    return made


def _text(voice: Voice, key: str, /, **placeholders: object) -> Markup:
    """A text of the catalogues as markup; what fills its placeholders is escaped unless it is markup itself."""
    from markupsafe import Markup, escape  # comes with jinja2

    filled = {name: escape(placeholder) for name, placeholder in placeholders.items()}
    return Markup(voice.say(key, **filled))


def _coders_words(voice: Voice, directions: str) -> str:
    """The directions that coders gave a code, or that it was not given or not kept."""
    return ", ".join(
        voice.word("coder_said" if key in {NOT_GIVEN, NOT_KEPT} else "direction", key) for key in directions.split(", ")
    )

"""Templates that speak one language: texts from the catalogues, numbers and keys as the language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cmresearch.errors import TextError
from cmresearch.language.catalogue import in_language, say, translate
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH
from cmresearch.report import wording
from cmresearch.report.page.passages import NOT_GIVEN, NOT_KEPT
from cmresearch.report.plots.drawing import title_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# The filters that write as each language does.
LOCALISED = (
    *("computed_value", "count", "decimal", "interval", "joined", "method", "percent", "published_value", "quantity"),
    "significant",
)


def environment(language: str) -> Environment:
    """Templates that speak one language: `t` gives a text of the catalogues, the filters write as the language does."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only who wants a report needs it

    made = Environment(
        loader=PackageLoader("cmresearch.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: partial(getattr(wording, name), language=language) for name in LOCALISED}
    made.filters |= {name: getattr(wording, name) for name in ("in_short", "is_nothing", "plain")}
    made.filters["title_of"] = title_of
    made.filters["word"] = lambda key, group: wording.word(group, key, language=language)
    made.filters["own"] = lambda text: in_language(text, language)
    made.filters["note"] = partial(note, language=language)
    made.filters["said"] = partial(_said, language=language)
    made.filters["kinds_in_words"] = partial(_kinds_in_words, language=language)
    made.globals |= {"t": partial(_text, language), "L": language}
    return made


def _text(language: str, key: str, /, **placeholders: object) -> Markup:
    """A text of the catalogues as markup; what fills its placeholders is escaped unless it is markup itself."""
    from markupsafe import Markup, escape  # comes with jinja2

    filled = {name: escape(placeholder) for name, placeholder in placeholders.items()}
    return Markup(say(key, language, **filled))


def note(text: str | Phrase, *, language: str) -> Markup | str:
    """A sentence that the library wrote; where the catalogue lacks it, the English, marked as such."""
    from markupsafe import Markup  # comes with jinja2

    try:
        text = ENGLISH.phrase(text) if isinstance(text, Phrase) else text
        return "" if wording.is_nothing(text) else translate(text, language)
    except TextError:
        return Markup('<span lang="en">{}</span>').format(text)


def _said(directions: str, *, language: str) -> str:
    """What coders said of a code in words: directions, or that it was not given or not kept."""
    return ", ".join(_one_said(each, language) for each in directions.split(", "))


def _one_said(key: str, language: str) -> str:
    group = "coder_said" if key in {NOT_GIVEN, NOT_KEPT} else "direction"
    return wording.word(group, key, language=language)


def _kinds_in_words(kinds: Sequence[str], *, language: str) -> str:
    return wording.joined([wording.word("data_kind", kind, language=language) for kind in kinds], language=language)

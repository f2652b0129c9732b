"""A reader's language: the one place where phrases, numbers, lists and names become words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, TypeAlias

from cmresearch.errors import TextError
from cmresearch.language.catalogue import LANGUAGES, PLACEHOLDER, Translations, catalogue, in_language, template
from cmresearch.language.phrases import Figure, Name, Own, Phrase, Series

Labels: TypeAlias = Mapping[str, str | Translations]
Unit: TypeAlias = Literal["variable", "percent", "count", "none"]
"""In what a figure is counted: the unit of its variable, percent, a whole number, or none."""
NOTHING = "–"
UNBROKEN = "\N{NO-BREAK SPACE}"  # a figure stays on one line with its unit
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Voice:
    """Says everything that readers of one language read.

    A language that has no catalogue hears our texts in English; numbers are written as that language writes them.

    Attributes:
        language: The language, such as `en`, `id` or `pt-BR`.
        labels: What readers call a key: a variable, role, source, indicator, dimension; one text, or one by language.
        units: The unit in which a variable is counted, by its key: `hours`, `days`, or any other word.

    Example:
        >>> Voice("id").phrase(Phrase("status.not_optimal"))
        'belum optimal'
        >>> voice = Voice("en", labels={"interview-1": "Informant 1"})
        >>> voice.phrase(Phrase("step.supports", {"sources": (Name("interview-1"), Name("interview-2"))}))
        'support is corroborated (Informant 1, interview-2)'
    """

    language: str
    labels: Labels = field(default_factory=dict)
    units: Labels = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.language)

    @property
    def catalogue_language(self) -> str:
        """The language in which our own texts are said: this one, or English where it has no catalogue."""
        return self.language if self.language in LANGUAGES else "en"

    def with_labels(self, labels: Labels) -> Voice:
        """The same voice with further labels, which stand before those it has.

        Example:
            >>> Voice("id", labels={"web": "Situs"}).with_labels({"app": {"en": "App", "id": "Aplikasi"}}).name("app")
            'Aplikasi'
        """
        return replace(self, labels={**self.labels, **labels})

    def say(self, key: str, /, **placeholders: object) -> str:
        """A text of the catalogues.

        Args:
            key: Its key, such as `status.not_optimal`.
            placeholders: What stands in its placeholders, by name; see `Phrase`.

        Raises:
            TextError: There is no such text, or its placeholders are not those given.

        Example:
            >>> Voice("en").say("status.not_optimal")
            'not optimal'
        """
        text = template(key, self.catalogue_language)
        wanted, given = set(PLACEHOLDER.findall(text)), set(placeholders)
        if wanted != given:
            raise TextError(f"text {key!r} has the placeholders {sorted(wanted)}; given are {sorted(given)}")
        return PLACEHOLDER.sub(lambda found: self._filled(placeholders[found[1]]), text)

    def phrase(self, phrase: Phrase | Series) -> str:
        """A phrase, or a series of them, in words."""
        return self._series(phrase) if isinstance(phrase, Series) else self.say(phrase.key, **phrase.placeholders)

    def phrases(self, phrases: Iterable[Phrase]) -> str:
        """Several phrases in words, with a semicolon between them; empty where there are none."""
        return "; ".join(self.phrase(each) for each in phrases)

    def _filled(self, value: object) -> str:
        if isinstance(value, int | float):
            return self.in_figures(f"{value:,}" if isinstance(value, int) else f"{value:,.4g}")
        speak: Mapping[type, Callable[[Any], str]] = {
            Phrase: self.phrase,
            Name: self._named,
            Own: self._own,
            Figure: self.figure,
            Series: self._series,
            tuple: self._listed,
        }
        return speak.get(type(value), str)(value)

    def _named(self, name: Name) -> str:
        return self.own(self.labels.get(name.key, name.otherwise or name.key))

    def _own(self, own: Own) -> str:
        return self.own(own.text)

    def _series(self, series: Series) -> str:
        return "; ".join(self._filled(part) for part in series.parts)

    def _listed(self, parts: tuple[object, ...]) -> str:
        return ", ".join(self._filled(part) for part in parts)

    def own(self, text: str | Translations) -> str:
        """A study's own text: in this language where it has one, otherwise in the first that it has.

        Example:
            >>> voice = Voice("id")
            >>> voice.own({"en": "Channel", "id": "Kanal"}), voice.own("JAKI"), voice.own({"en": "Channel"})
            ('Kanal', 'JAKI', 'Channel')
        """
        return in_language(text, self.language if not isinstance(text, str) and self.language in text else None)

    def name(self, key: str) -> str:
        """The name of a key for readers; without a label the key as it stands."""
        return self.own(self.labels[key]) if key in self.labels else key

    def label(self, key: str) -> str:
        """The name of a key for readers; without a label the key without its underscores."""
        return self.own(self.labels[key]) if key in self.labels else plain(key)

    def word(self, group: str, key: object) -> str:
        """A key as readers see it: the catalogue's word for it, or the key without its underscores.

        Args:
            group: The catalogue's table that may hold it, such as `status` or `interval_method`.
            key: The key.

        Example:
            >>> Voice("id").word("status", "not_optimal"), Voice("en").word("disposition", "asked_again")
            ('belum optimal', 'asked again')
        """
        entry = f"{group}.{re.sub('[- ]', '_', str(key))}"
        return self.say(entry) if entry in catalogue() else plain(key)

    def method(self, key: object) -> str:
        """The name of an interval's method.

        Example:
            >>> Voice("en").method("korn-graubard"), Voice("id").method("census")
            ('Korn–Graubard', 'sensus')
        """
        return self.word("interval_method", key)

    def joined(self, words: object) -> str:
        """A list in words, such as `synthetic and illustrative`.

        Example:
            >>> Voice("en").joined(["a", "b"]), Voice("id").joined(["a", "b", "c"]), Voice("en").joined([])
            ('a and b', 'a, b, dan c', '–')
        """
        listed = [str(word) for word in words] if isinstance(words, list | tuple) else [str(words)]
        if not listed:
            return NOTHING
        if len(listed) > 2:
            return self.say("list.many", others=", ".join(listed[:-1]), last=listed[-1])
        return f" {self.say('list.and')} ".join(listed)

    def data_kinds(self, kinds: Sequence[str]) -> str:
        """Kinds of data as a list in words."""
        return self.joined([self.word("data_kind", kind) for kind in kinds])

    def in_figures(self, text: str) -> str:
        """A number written the English way, with this language's separators.

        Example:
            >>> Voice("id").in_figures("1,234.5"), Voice("en").in_figures("1,234.5"), Voice("pt").in_figures("0.5")
            ('1.234,5', '1,234.5', '0,5')
        """
        return text.translate(_separators(self.language))

    def figure(self, figure: Figure) -> str:
        """A number with its decimals, a share in percent.

        Example:
            >>> Voice("id").figure(Figure(0.8125, 1, "share")), Voice("en").figure(Figure(1234.5, 2))
            ('81,2 %', '1,234.50')
        """
        share = figure.unit == "share"
        written = self.in_figures(f"{100 * figure.value if share else figure.value:,.{figure.decimals}f}")
        return f"{written} %" if share else written

    def count(self, value: object) -> str:
        """A whole number with thousands separators.

        Example:
            >>> Voice("en").count(137776), Voice("id").count(137776), Voice("en").count(None)
            ('137,776', '137.776', '–')
        """
        return NOTHING if is_nothing(value) else self.in_figures(f"{float(str(value)):,.0f}")

    def percent(self, value: object) -> str:
        r"""A proportion (0 to 1) as percent with one decimal.

        Example:
            >>> Voice("en").percent(0.9626), Voice("id").percent(1.0), Voice("en").percent(None)
            ('96.3\xa0%', '100,0\xa0%', '–')
        """
        return NOTHING if is_nothing(value) else f"{self.in_figures(f'{100 * float(str(value)):.1f}')}{UNBROKEN}%"

    def decimal(self, value: object, places: int = 1) -> str:
        """A number with thousands separators and so many decimals; a true minus sign.

        Example:
            >>> Voice("en").decimal(1234.56), Voice("en").decimal(-0.0108, 3), Voice("id").decimal(1234.56)
            ('1,234.6', '−0.011', '1.234,6')
        """
        if is_nothing(value):
            return NOTHING
        text = f"{float(str(value)):,.{places}f}"
        signed = text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")
        return self.in_figures(signed)

    def significant(self, value: object, digits: int = 3) -> str:
        r"""A number in so many significant digits, however small.

        Example:
            >>> Voice("en").significant(0.000012345), Voice("id").significant(0.000012345)
            ('1.23\xa0×\xa010⁻⁵', '1,23\xa0×\xa010⁻⁵')
        """
        if is_nothing(value):
            return NOTHING
        mantissa, _, exponent = f"{float(str(value)):.{digits}g}".partition("e")
        power = f"{UNBROKEN}×{UNBROKEN}10{str(int(exponent)).translate(RAISED)}" if exponent else ""
        return self.in_figures(mantissa) + power

    def quantity(self, value: object, unit: Unit, variable: str = "") -> str:
        r"""An estimate or an indicator in its unit, as its statistic has it in the register.

        Args:
            value: The figure.
            unit: percent, count, variable (one decimal and the unit, two decimals where it has none), or none.
            variable: Its variable's key.

        Example:
            >>> voice = Voice("id", units={"hours_to_close": "hours"})
            >>> voice.quantity(0.5, "percent"), voice.quantity(40.98, "variable", "hours_to_close")
            ('50,0\xa0%', '41,0\xa0jam')
            >>> voice.quantity(1200.2, "count"), voice.quantity(40.98, "variable", "hourship_index")
            ('1.200', '40,98')
        """
        if is_nothing(value):
            return NOTHING
        if unit == "percent":
            return self.percent(value)
        if unit == "count":
            return self.count(value)
        if unit == "variable" and variable in self.units:
            return f"{self.decimal(value)}{UNBROKEN}{self.unit(variable)}"
        return self.decimal(value, 2)

    def unit(self, variable: str) -> str:
        """The unit of a variable: the catalogue's word for it, or the study's own; empty where it has none."""
        unit = self.units.get(variable, "")
        entry = f"unit.{unit}"
        return self.say(entry) if entry in catalogue() else self.own(unit)

    def interval(self, lower: object, upper: object, unit: Unit, variable: str = "") -> str:
        r"""An interval in the unit of its estimate, in square brackets.

        Example:
            >>> Voice("en").interval(0.949, 0.973, "percent"), Voice("id").interval(0.949, 0.973, "percent")
            ('[94.9,\xa097.3]', '[94,9;\xa097,3]')
        """
        if is_nothing(lower) or is_nothing(upper):
            return NOTHING
        ends = [self.quantity(end, unit, variable).partition(UNBROKEN)[0] for end in (lower, upper)]
        return f"[{ends[0]}{self._between()}{UNBROKEN}{ends[1]}]"

    def _between(self) -> str:
        """The sign between the ends of an interval: a comma, where it is not the decimal sign."""
        if self.language in LANGUAGES:
            return self.say("list.between")
        return ";" if self.in_figures(".") == "," else ","

    def published_value(self, value: object) -> str:
        """A published value as it was printed: its own decimals, thousands separated; a key in words.

        Example:
            >>> Voice("en").published_value(137776), Voice("id").published_value(10.58)
            ('137,776', '10,58')
        """
        if is_nothing(value) or isinstance(value, str):
            return self.word("status", value)
        return self.in_figures(f"{value:,}")

    def computed_value(self, value: object, published: object) -> str:
        """A computed value with as many decimals as the published one it stands beside.

        Example:
            >>> voice = Voice("en")
            >>> voice.computed_value(99.853385, 99.85), voice.computed_value(9, 8), voice.computed_value(None, "")
            ('99.85', '9', '–')
        """
        if is_nothing(value) or isinstance(value, str):
            return self.word("status", value)
        places = len(str(published).partition(".")[2]) if isinstance(published, float) else 0
        whole = float(str(value)).is_integer()
        return self.decimal(value, places or (0 if whole else 2))


def is_nothing(value: object) -> bool:
    """Whether a cell is empty: None, NaN or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def plain(key: object) -> str:
    """A key without its underscores.

    Example:
        >>> plain("not_optimal")
        'not optimal'
    """
    return NOTHING if is_nothing(key) else str(key).replace("_", " ")


@cache
def _separators(language: str) -> dict[int, str]:
    """The English separators of thousands and decimals, each with that of a language."""
    if language == "en":
        return {}
    from babel import Locale  # only another language than English needs it
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale.parse(language, sep="-")
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


ENGLISH = Voice("en")
"""Says what is English whoever reads it: the command line, certificates, evidence, and what is hashed."""


def in_words(said: Phrase | Iterable[Phrase], voice: Voice | None) -> str:
    """A phrase, or several with semicolons between them, in words; without a voice as keys.

    Example:
        >>> in_words([Phrase("standing.for"), Phrase("standing.silent")], None)
        'standing.for; standing.silent'
    """
    phrases = [said] if isinstance(said, Phrase) else said
    return "; ".join(str(each) for each in phrases) if voice is None else voice.phrases(phrases)

"""Numbers and keys as readers see them: one way of writing each in every language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from cmresearch.language.catalogue import catalogue, in_figures, say

NOTHING = "–"
UNBROKEN = "\N{NO-BREAK SPACE}"  # a figure stays on one line with its unit
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_nothing(value: object) -> bool:
    """Whether a cell is empty: None, NaN or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def count(value: object, *, language: str = "en") -> str:
    """A whole number with thousands separators.

    Example:
        >>> count(137776), count(137776, language="id"), count(None)
        ('137,776', '137.776', '–')
    """
    return NOTHING if is_nothing(value) else in_figures(f"{float(str(value)):,.0f}", language)


def percent(value: object, *, language: str = "en") -> str:
    r"""A proportion (0 to 1) as percent with one decimal.

    Example:
        >>> percent(0.9626), percent(1.0, language="id"), percent(None)
        ('96.3\xa0%', '100,0\xa0%', '–')
    """
    return NOTHING if is_nothing(value) else f"{in_figures(f'{100 * float(str(value)):.1f}', language)}{UNBROKEN}%"


def decimal(value: object, places: int = 1, *, language: str = "en") -> str:
    """A number with thousands separators and so many decimals; a true minus sign.

    Example:
        >>> decimal(1234.56), decimal(-0.0108, 3), decimal(1234.56, language="id")
        ('1,234.6', '−0.011', '1.234,6')
    """
    if is_nothing(value):
        return NOTHING
    text = f"{float(str(value)):,.{places}f}"
    signed = text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")
    return in_figures(signed, language)


def significant(value: object, digits: int = 3, *, language: str = "en") -> str:
    r"""A number in so many significant digits, however small.

    Example:
        >>> significant(0.000012345), significant(0.000012345, language="id")
        ('1.23\xa0×\xa010⁻⁵', '1,23\xa0×\xa010⁻⁵')
    """
    if is_nothing(value):
        return NOTHING
    mantissa, _, exponent = f"{float(str(value)):.{digits}g}".partition("e")
    power = f"{UNBROKEN}×{UNBROKEN}10{str(int(exponent)).translate(RAISED)}" if exponent else ""
    return in_figures(mantissa, language) + power


def quantity(value: object, statistic: str, variable: str = "", *, language: str = "en") -> str:
    r"""An estimate or an indicator in its unit: a proportion in percent, a variable of hours in hours.

    Args:
        value: The figure.
        statistic: proportion, mean, median or total.
        variable: Its variable's key; one that begins with `hours` is counted in hours.
        language: The language whose separators and unit it has.

    Example:
        >>> quantity(0.5, "proportion"), quantity(40.98, "mean", "hours_to_close"), quantity(1200.2, "total")
        ('50.0\xa0%', '41.0\xa0h', '1,200')
        >>> quantity(40.98, "mean", "hours_to_close", language="id")
        '41,0\xa0jam'
    """
    if is_nothing(value):
        return NOTHING
    if statistic == "proportion":
        return percent(value, language=language)
    if statistic == "total":
        return count(value, language=language)
    if variable.startswith("hours"):
        return f"{decimal(value, language=language)}{UNBROKEN}{say('unit.hours', language)}"
    return decimal(value, 2, language=language)


def interval(lower: object, upper: object, statistic: str, variable: str = "", *, language: str = "en") -> str:
    r"""An interval in the unit of its estimate, in square brackets.

    Example:
        >>> interval(0.949, 0.973, "proportion"), interval(0.949, 0.973, "proportion", language="id")
        ('[94.9,\xa097.3]', '[94,9;\xa097,3]')
    """
    if is_nothing(lower) or is_nothing(upper):
        return NOTHING
    ends = [quantity(end, statistic, variable, language=language).partition(UNBROKEN)[0] for end in (lower, upper)]
    return f"[{ends[0]}{say('list.between', language)}{UNBROKEN}{ends[1]}]"


def plain(key: object) -> str:
    """A key without its underscores.

    Example:
        >>> plain("not_optimal")
        'not optimal'
    """
    return NOTHING if is_nothing(key) else str(key).replace("_", " ")


def word(group: str, key: object, *, language: str = "en") -> str:
    """A key as readers see it: the catalogue's word for it, or the key without its underscores.

    Args:
        group: The catalogue's table that may hold it, such as `status` or `interval_method`.
        key: The key.
        language: The language wanted.

    Example:
        >>> word("status", "not_optimal", language="id"), word("disposition", "asked_again")
        ('belum optimal', 'asked again')
    """
    entry = f"{group}.{re.sub('[- ]', '_', str(key))}"
    return say(entry, language) if entry in catalogue() else plain(key)


def method(key: object, *, language: str = "en") -> str:
    """The name of an interval's method.

    Example:
        >>> method("korn-graubard"), method("census", language="id")
        ('Korn–Graubard', 'sensus')
    """
    return word("interval_method", key, language=language)


def named(reason: str, names: Mapping[str, str]) -> str:
    """A step's reason with what readers call its sources and indicators, in the place of their keys.

    Example:
        >>> named("support is corroborated (interview-1, interview-2)", {"interview-1": "Informant 1"})
        'support is corroborated (Informant 1, interview-2)'
    """
    return re.sub(r"[\w-]+", lambda key: names.get(key[0], key[0]), reason)


def in_short(reason: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A step's reason without the lists in brackets, keys by their names or else in words.

    Args:
        reason: The reason.
        names: What readers call each indicator, by key; without a name the key without its underscores.

    Example:
        >>> in_short("step 2: hindrance is corroborated (interview-1, interview-2); not met: evidence_given")
        'step 2: hindrance is corroborated; not met: evidence given'
        >>> in_short("langkah 2: tidak tercapai: evidence_given", {"evidence_given": "Proporsi aduan dengan bukti"})
        'langkah 2: tidak tercapai: Proporsi aduan dengan bukti'
    """
    return plain(named(re.sub(r" \([^)]*\)", "", reason), names))


def published_value(value: object, *, language: str = "en") -> str:
    """A published value as it was printed: its own decimals, thousands separated; a key in words.

    Example:
        >>> published_value(137776), published_value(10.58, language="id"), published_value("not_optimal")
        ('137,776', '10,58', 'not optimal')
    """
    if is_nothing(value) or isinstance(value, str):
        return word("status", value, language=language)
    return in_figures(f"{value:,}", language)


def computed_value(value: object, published: object, *, language: str = "en") -> str:
    """A computed value with as many decimals as the published one it stands beside.

    Example:
        >>> computed_value(99.853385, 99.85), computed_value(9, 8), computed_value(None, "not stated")
        ('99.85', '9', '–')
    """
    if is_nothing(value) or isinstance(value, str):
        return word("status", value, language=language)
    places = len(str(published).partition(".")[2]) if isinstance(published, float) else 0
    whole = float(str(value)).is_integer()
    return decimal(value, places or (0 if whole else 2), language=language)


def joined(words: object, *, language: str = "en") -> str:
    """Kinds of data or keys as a list in words, such as `synthetic and illustrative`.

    Example:
        >>> joined(["synthetic", "illustrative"]), joined(["a", "b"], language="id"), joined([])
        ('synthetic and illustrative', 'a dan b', '–')
        >>> joined(["a", "b", "c"]), joined(["a", "b", "c"], language="id")
        ('a, b and c', 'a, b, dan c')
    """
    listed = [str(word) for word in words] if isinstance(words, list | tuple) else [str(words)]
    if not listed:
        return NOTHING
    if len(listed) > 2:
        return say("list.many", language, others=", ".join(listed[:-1]), last=listed[-1])
    return f" {say('list.and', language)} ".join(listed)

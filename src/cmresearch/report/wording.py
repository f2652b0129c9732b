"""Numbers and keys as readers see them: one way of writing each, in the report, the workbook and the figures."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

NOTHING = "–"
UNBROKEN = "\N{NO-BREAK SPACE}"  # a figure stays on one line with its unit
STATUS_NAMES: Mapping[str, str] = {
    "fulfilled": "fulfilled",
    "not_optimal": "not optimal",
    "not_implemented": "not implemented",
    "not_assessable": "not assessable",
}
DIRECTION_NAMES: Mapping[str, str] = {
    "supports": "supports",
    "hinders": "hinders",
    "absent": "states absence",
    "context": "gives context",
}
METHOD_NAMES: Mapping[str, str] = {
    "korn-graubard": "Korn–Graubard",
    "clopper-pearson": "Clopper–Pearson",
    "student-t": "Student’s t",
}


def is_nothing(value: object) -> bool:
    """Whether a cell is empty: None, NaN or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def count(value: object) -> str:
    """A whole number with thousands separators.

    Example:
        >>> count(137776), count(None)
        ('137,776', '–')
    """
    return NOTHING if is_nothing(value) else f"{float(str(value)):,.0f}"


def percent(value: object) -> str:
    r"""A proportion (0 to 1) as percent with one decimal.

    Example:
        >>> percent(0.9626), percent(1.0), percent(None)
        ('96.3\xa0%', '100.0\xa0%', '–')
    """
    return NOTHING if is_nothing(value) else f"{100 * float(str(value)):.1f}{UNBROKEN}%"


def decimal(value: object, places: int = 1) -> str:
    """A number with thousands separators and so many decimals; a true minus sign.

    Example:
        >>> decimal(1234.56), decimal(-0.0108, 3)
        ('1,234.6', '−0.011')
    """
    if is_nothing(value):
        return NOTHING
    text = f"{float(str(value)):,.{places}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def quantity(value: object, statistic: str, variable: str = "") -> str:
    r"""An estimate or an indicator in its unit: a proportion in percent, a variable of hours in hours.

    Args:
        value: The figure.
        statistic: proportion, mean, median or total.
        variable: Its variable's key; one that begins with `hours` is counted in hours.

    Example:
        >>> quantity(0.5, "proportion"), quantity(40.98, "mean", "hours_to_close"), quantity(1200.2, "total")
        ('50.0\xa0%', '41.0\xa0h', '1,200')
    """
    if is_nothing(value):
        return NOTHING
    if statistic == "proportion":
        return percent(value)
    if statistic == "total":
        return count(value)
    return f"{decimal(value)}{UNBROKEN}h" if variable.startswith("hours") else decimal(value, 2)


def interval(lower: object, upper: object, statistic: str, variable: str = "") -> str:
    r"""An interval in the unit of its estimate, in square brackets.

    Example:
        >>> interval(0.949, 0.973, "proportion")
        '[94.9,\xa097.3]'
    """
    if is_nothing(lower) or is_nothing(upper):
        return NOTHING
    ends = [quantity(end, statistic, variable).partition(UNBROKEN)[0] for end in (lower, upper)]
    return f"[{ends[0]},{UNBROKEN}{ends[1]}]"


def plain(key: object) -> str:
    """A key without its underscores.

    Example:
        >>> plain("not_optimal")
        'not optimal'
    """
    return NOTHING if is_nothing(key) else str(key).replace("_", " ")


def method(key: object) -> str:
    """The name of an interval's method.

    Example:
        >>> method("korn-graubard"), method("census")
        ('Korn–Graubard', 'census')
    """
    return METHOD_NAMES.get(str(key), plain(key))


def in_short(reason: str) -> str:
    """A step's reason without the lists in brackets, keys in words.

    Example:
        >>> in_short("step 2: hindrance is corroborated (interview-1, interview-2); not met: evidence_given")
        'step 2: hindrance is corroborated; not met: evidence given'
    """
    return plain(re.sub(r" \([^)]*\)", "", reason))


def published_value(value: object) -> str:
    """A published value as it was printed: its own decimals, thousands separated; a key in words.

    Example:
        >>> published_value(137776), published_value(10.58), published_value("not_optimal")
        ('137,776', '10.58', 'not optimal')
    """
    if is_nothing(value) or isinstance(value, str):
        return plain(value)
    return f"{value:,}"


def computed_value(value: object, published: object) -> str:
    """A computed value with as many decimals as the published one it stands beside.

    Example:
        >>> computed_value(99.853385, 99.85), computed_value(9, 8), computed_value(None, "not stated")
        ('99.85', '9', '–')
    """
    if is_nothing(value) or isinstance(value, str):
        return plain(value)
    places = len(str(published).partition(".")[2]) if isinstance(published, float) else 0
    whole = float(str(value)).is_integer()
    return decimal(value, places or (0 if whole else 2))


def joined(words: object) -> str:
    """Kinds of data or keys as a list in words, such as `synthetic and illustrative`.

    Example:
        >>> joined(["synthetic", "illustrative"]), joined([])
        ('synthetic and illustrative', '–')
    """
    listed = [str(word) for word in words] if isinstance(words, list | tuple) else [str(words)]
    if not listed:
        return NOTHING
    return " and ".join(part for part in (", ".join(listed[:-1]), listed[-1]) if part)

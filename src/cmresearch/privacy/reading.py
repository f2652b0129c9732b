"""A complaint's text as the rules read it: signs made plain, a copy in lower case, and its words."""

from __future__ import annotations

import re
from typing import NamedTuple


class Candidate(NamedTuple):
    """A stretch of text that a rule holds to be personal data: `[start, end)` in code points."""

    start: int
    end: int
    kind: str


class Reading(NamedTuple):
    """One text, prepared once for every rule; each form has the length of the original."""

    text: str
    lowered: str
    words: frozenset[str]


# One sign for one sign, so that offsets stay: a phone number pasted from a web page has no-break spaces and dashes,
# one typed on a phone in another script has other digits. The dotted capital I is the only letter whose small form
# is longer than itself.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        "\uff0b": "+",
        "\uff20": "@",
        "\u0130": "I",
    }
)
_WORD = re.compile(r"[a-z]+")


def read(text: str) -> Reading:
    """A text prepared for the rules.

    Example:
        >>> sorted(read("HP Pak\u00a0Budi: 0812\u20110000").words)
        ['budi', 'hp', 'pak']
        >>> read("0812\u20110000").text
        '0812-0000'
    """
    plain = text if text.isascii() else text.translate(_PLAIN)
    lowered = plain.lower()
    return Reading(plain, lowered, frozenset(_WORD.findall(lowered)))

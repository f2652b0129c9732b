"""Finding personal data in a text in Indonesian or English, by rules that can be read and tested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cmresearch.privacy.names import find_names
from cmresearch.privacy.numbers import find_births, find_long_numbers, find_plates
from cmresearch.privacy.places import find_addresses, find_web
from cmresearch.privacy.words import Candidate, Reading, read

KINDS = (
    "nik",
    "family_card",
    "tax_number",
    "card",
    "phone",
    "account",
    "email",
    "url",
    "handle",
    "plate",
    "birth_date",
    "address",
    "name",
)
"""Every kind of personal data that is looked for, the most certain first."""

_RULES: tuple[Callable[[Reading], list[Candidate]], ...] = (
    find_long_numbers,
    find_web,
    find_plates,
    find_births,
    find_addresses,
    find_names,
)


@dataclass(frozen=True)
class Finding:
    """One piece of personal data in a text.

    Attributes:
        kind: One of `KINDS`.
        start: Where it begins, in code points from the start of the text.
        end: Where it ends, exclusive.
        text: The datum itself, as written.
    """

    kind: str
    start: int
    end: int
    text: str


def find_personal_data(text: str) -> tuple[Finding, ...]:
    """The personal data in a complaint, in the order of the text.

    Looks for identity, family card, tax, bank card, account and telephone numbers, e-mail and web addresses,
    names on social media, vehicle plates, dates of birth, addresses that lead to a house, and names that a title
    or a cue announces. Findings do not overlap: where two rules hold for overlapping stretches, one finding covers
    both and has the kind of the longer (of the more certain, if equally long).

    Rules miss things, above all names without title or cue: whoever publishes a text reads it first.

    Args:
        text: Any text; an empty one has no findings.

    Returns:
        One finding for each piece of personal data, by position.

    Example:
        >>> for finding in find_personal_data("Pak Budi Santoso, HP 0812-0000-1234, tiket R2004010012"):
        ...     print(finding.kind, finding.start, finding.end, finding.text)
        name 4 16 Budi Santoso
        phone 21 35 0812-0000-1234
    """
    reading = read(text)
    found = sorted([candidate for rule in _RULES for candidate in rule(reading)])
    return tuple([Finding(kind, start, end, text[start:end]) for start, end, kind in _apart(found)])


def _apart(found: list[Candidate]) -> list[Candidate]:
    """Overlapping candidates joined, so that nothing a rule found is left in the open."""
    joined: list[Candidate] = []
    longest = 0  # the length of the candidate that names the last stretch
    for candidate in found:
        length = candidate.end - candidate.start
        if not joined or candidate.start >= joined[-1].end:
            joined.append(candidate)
            longest = length
            continue
        whole = joined[-1]
        is_better = (length, -KINDS.index(candidate.kind)) > (longest, -KINDS.index(whole.kind))
        kind, longest = (candidate.kind, length) if is_better else (whole.kind, longest)
        joined[-1] = Candidate(whole.start, max(whole.end, candidate.end), kind)
    return joined

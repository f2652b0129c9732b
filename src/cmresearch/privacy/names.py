"""Names of people, as far as rules go: after a title, after a cue, at the end of a letter, or two known names."""

from __future__ import annotations

import re

from cmresearch.privacy.words import (
    AFTER_PLACES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    INTRODUCTIONS,
    NOT_NAMES,
    PLACE_CUES,
    ROLES,
    SIGN_OFFS,
    SURE_NAMES,
    TITLES,
    WEAK_CUES,
    Candidate,
    Reading,
)

_LONGEST_FIRST = sorted(TITLES - {"dr", "ir"}, key=lambda title: (-len(title), title))
_TITLE = re.compile(r"\b(?:(?:" + "|".join(_LONGEST_FIRST) + r")\b\.?|(?:h|dr|ir|drg|drs|hj)\.|dr(?= ))\s{1,2}")
_CUE = re.compile(
    r"(?<!\w)(?:a\.\s?n\.?|a/n\.?|an\.|atas nama|nama saya|bernama"
    r"|nama(?: lengkap| pelapor| pemohon| penerima| pasien| pemilik)?(?=\s?:)|my name is|on behalf of"
    r"|(?:man|woman|person|employee|manager|someone|guy|lady|worker|nurse|driver|owner) named)(?:\s?:\s{0,2}|\s{1,2})"
)
_WEAK_CUE = re.compile(
    r"\b(?:saya|kata|oleh|sama|pelapor|contact|i'm|i am|this is|an|nama|nm|tetangga|name:"
    r"|(?:manager|owner|supervisor),)\s"
)
_SIGN_OFF = re.compile(
    r"\b(?:(?P<sure>hormat saya|regards|sincerely|wassalam)|terima kasih|makasih|salam|thanks)[,.!\s]{1,3}"
)
_END_OF_LETTER = re.compile(r"\s*[.!]?\s*\Z")
_TOKEN = re.compile(r"(?:[A-Z]\. ?){0,3}[^\W\d_]+(?:['-][^\W\d_]+)*")
_TWO_CAPITALS = re.compile(r"[A-Z][a-z]+ (?=[A-Z])")
_PLACE_BEFORE = re.compile(r"\b(?:" + "|".join(sorted(PLACE_CUES)) + r")\.?\s+(?:[\w.]+\s+)?$")
_BEFORE_PHONE = re.compile(
    r"(?<!\w)[A-Z][a-z]+(?: [A-Z][a-z]+){0,3}(?=\W{1,3}(?:(?:HP|WA|Hp|Wa|hp|wa|telp)\W{1,2})?(?:\+62|62|0)8)"
)
_MOST_TOKENS = 4


def _last_word(token: str) -> str:
    # `M. Yusuf` is one token: initials are part of the word that follows.
    return token.rpartition(".")[2].strip()


def _is_name(token: str, *, trust: str) -> bool:
    """Whether a word can be somebody's first word: known, or (`trust` is "title") capital and not another word."""
    word = _last_word(token)
    lowered = word.lower()
    if lowered in NOT_NAMES or lowered in ROLES:
        return False
    is_capital = word[0].isupper() and len(word) > 1 and not (word.isupper() and len(word) < 4)
    return lowered in GIVEN_NAMES or (is_capital and trust == "title")


def _goes_on(token: str, *, trust: str) -> bool:
    """Whether a word can be a further word of a name."""
    word = _last_word(token)
    lowered = word.lower()
    if lowered in NOT_NAMES or lowered in ROLES:
        return False
    return lowered in FAMILY_NAMES or lowered in {"bin", "binti"} or (word[0].isupper() and trust != "known")


def _end_of_name(text: str, start: int, *, trust: str) -> int | None:
    """Where a name ends that begins at `start`, if one begins there.

    Args:
        text: The text as written.
        start: Where the first word would begin.
        trust: How far to trust the words before. "title": whatever has a capital is a name. "given": the first word
            must be a common given name. "known": every word must be a common name.
    """
    token = _TOKEN.match(text, start)
    if token is None or not _is_name(token[0], trust=trust):
        return None
    end, further = token.end(), trust if token[0][0].isupper() else "known"
    for _ in range(_MOST_TOKENS - 1):
        token = _TOKEN.match(text, end + 1) if text[end : end + 1] == " " else None
        if token is None or not _goes_on(token[0], trust=further):
            break
        end = token.end()
    return end


def _after_title(reading: Reading, start: int, trust: str) -> Candidate | None:
    """The name at `start`, past further titles and past an office (`Pak Lurah Hendra`)."""
    # Three at most (`Bapak H. Dr. …`): a text of titles only would take for ever.
    for _ in range(3):
        title = _TITLE.match(reading.lowered, start)
        start = start if title is None else title.end()
    role = _TOKEN.match(reading.text, start)
    if role is not None and role[0].lower() in ROLES and reading.text[role.end() : role.end() + 1] == " ":
        start, trust = role.end() + 1, "known" if trust == "known" else "given"
    end = _end_of_name(reading.text, start, trust=trust)
    return None if end is None else Candidate(start, end, "name")


def _titled(reading: Reading, trust: str) -> list[Candidate]:
    found = []
    for match in _TITLE.finditer(reading.lowered):
        is_place = _PLACE_BEFORE.search(reading.lowered[max(0, match.start() - 25) : match.start()])
        name = None if is_place else _after_title(reading, match.end(), trust)
        found += [name] if name else []
    return found


def _cued(reading: Reading, cue: re.Pattern[str], trust: str) -> list[Candidate]:
    names = (_after_title(reading, match.end(), trust) for match in cue.finditer(reading.lowered))
    return [name for name in names if name is not None]


def _weakly_cued(reading: Reading) -> list[Candidate]:
    # `saya sari` may be anything; `saya Sari` is somebody. In a text all in capitals that difference is lost.
    names = _cued(reading, _WEAK_CUE, "given")
    return [
        name for name in names if reading.text[name.start].isupper() or reading.lowered.endswith("nama ", 0, name.start)
    ]


def _signed(reading: Reading) -> list[Candidate]:
    found = []
    for match in _SIGN_OFF.finditer(reading.lowered):
        end = _end_of_name(reading.text, match.end(), trust="title")
        if end is None or not _END_OF_LETTER.match(reading.text, end):
            continue
        first = _TOKEN.match(reading.lowered, match.end())
        is_sure = match["sure"] or (first is not None and first[0] in GIVEN_NAMES)
        found += [Candidate(match.end(), end, "name")] if is_sure else []
    return found


def _known(reading: Reading) -> list[Candidate]:
    """Two capital words that are common names, or the first of which is hardly ever anything else."""
    found = []
    for match in _TWO_CAPITALS.finditer(reading.text):
        trust = "given" if match[0].strip().lower() in SURE_NAMES else "known"
        end = _end_of_name(reading.text, match.start(), trust=trust)
        if end is not None and end > match.end() and not _is_place(reading, match.start(), end):
            found.append(Candidate(match.start(), end, "name"))
    starts = (match.start() for match in _BEFORE_PHONE.finditer(reading.text))
    ends = ((start, _end_of_name(reading.text, start, trust="given")) for start in starts)
    return found + [Candidate(start, end, "name") for start, end in ends if end is not None]


def _is_place(reading: Reading, start: int, end: int) -> bool:
    """Whether what looks like a name names a street, a school, a hospital … instead."""
    further = _TOKEN.match(reading.lowered, end + 1)
    words = {*reading.lowered[start:end].split()[1:], further[0] if further else ""}
    before = reading.lowered[max(0, start - 25) : start]
    return not AFTER_PLACES.isdisjoint(words) or _PLACE_BEFORE.search(before) is not None


def find_names(reading: Reading) -> list[Candidate]:
    """Names of people in a text; a title before a name is not part of it.

    In running text a capital after a title makes a name, unless the word is an office or a common word. In a
    text all in capitals or all in small letters only common given names are found.
    """
    trust = "known" if reading.text.isupper() else "title"
    found: list[Candidate] = []
    words = reading.words
    if not TITLES.isdisjoint(words) or "h" in words:
        found += _titled(reading, trust)
    if not INTRODUCTIONS.isdisjoint(words) or "n" in words:
        found += _cued(reading, _CUE, trust)
    if not SIGN_OFFS.isdisjoint(words):
        found += _signed(reading)
    if not GIVEN_NAMES.isdisjoint(words) and trust == "title":
        found += _known(reading)
        found += [] if WEAK_CUES.isdisjoint(words) and INTRODUCTIONS.isdisjoint(words) else _weakly_cued(reading)
    return found

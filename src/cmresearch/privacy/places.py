"""Where a person can be found: street addresses, web addresses, e-mail and social-media names."""

from __future__ import annotations

import re

from cmresearch.privacy.words import STREET_STOPS, Candidate, Reading, words_of

# The parts of an address that lead to a house.
_NUMBER = (
    r"(?:(?:no|nomor|nomer|nmr)\b\.?\s{0,2}[:.]?\s{0,2}\d{1,4}(?!\d)"
    r"(?:\s?[a-z](?!\w))?(?:\s?[/-]\s?(?:\d{1,3}|[a-z])(?!\w))?)"
)
_RT = r"(?:rt[\s.:]{0,3}\d{1,3}(?:[\s/,.-]{0,3}rw[\s.:]{0,3}\d{1,3}|\s?[/-]\s?\d{1,3})?(?!\d))"
_RW = r"(?:rw[\s.:]{0,3}\d{1,3}(?!\d)(?:[\s/,.-]{0,3}rt[\s.:]{0,3}\d{1,3})?)"
_BLOCK = r"(?:blok\s?[a-z]{1,2}(?:\s?[/-]?\s?\d{1,3}[a-z]?)?(?!\w))"
_UNIT = r"(?:(?:tower|lantai|lt|unit|kav|kavling|kamar)\b\.?\s?(?:\d{1,4}[a-z]?|[a-z]\d{0,3})(?!\w))"
_ALLEY = r"(?:(?:gg|gang)\b\.?\s?\w{1,15})"
_PART = f"(?:{_NUMBER}|{_RT}|{_RW}|{_BLOCK}|{_UNIT}|{_ALLEY})"
_PARTS = rf"{_PART}(?:[\s,./-]{{0,3}}{_PART}){{0,5}}"
_STREET = (
    r"(?:jl|jln|jalan|gg|gang|komplek|kompleks|perumahan|perum|apartemen|apt|rusun|rusunawa|ruko|kp|kampung|dusun)\b"
)
_NAME_OF_STREET = (
    r"(?:(?!(?:" + "|".join(sorted(STREET_STOPS)) + r"|no|nomor|nomer|nmr|rt|rw|blok|tower|lantai|unit)\b|r[tw]\d)"
    r"[\w'/-]{1,25}\.?(?:[\s,]{1,3}|\Z))"
)
_ADDRESS_CUES = words_of(
    """
    jl jln jalan gg gang komplek kompleks perumahan perum apartemen apt rusun rusunawa ruko kp kampung dusun rt rw
    blok rumah kontrakan kediaman alamat depan sebelah
    """
)
_ADDRESS = re.compile(
    rf"(?<![\w])(?:{_STREET}\.?\s{{0,2}}{_NAME_OF_STREET}{{0,6}}{_PARTS}"
    rf"|(?:jl|jln)\b\.?\s{{0,2}}{_NAME_OF_STREET}{{1,4}}?\d{{1,3}}[a-z]?(?=\s{{0,2}}(?:[,.;)]|\Z|kel\b))"
    rf"|{_BLOCK}[\s,]{{1,3}}{_NUMBER}(?:[\s,./-]{{0,3}}{_PART}){{0,3}}"
    rf"|{_RT}(?:[\s,./-]{{0,3}}{_PART}){{0,3}}|{_RW}[\s,./-]{{0,3}}{_RT})"
)
_HOUSE = re.compile(rf"\b(?:rumah|kontrakan|kediaman|kost?|depan|sebelah|alamat)\s(?:saya\s|kami\s|di\s)?({_NUMBER})")
_HOME = re.compile(
    r"\b(?:rumah (?:saya|kami)|tinggal|alamat(?: saya| kami| rumah)?|domisili|beralamat|berdomisili)[\s:]{1,3}(?:di\s)?"
    rf"((?:jl|jln|jalan|gg|gang)\b\.?\s{{0,2}}{_NAME_OF_STREET}{{1,4}})"
)
_ENGLISH_STREETS = words_of(
    """
    street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl terrace pike parkway pkwy highway
    hwy circle cir way
    """
)
_ENGLISH_STREET = "(?:" + "|".join(sorted(_ENGLISH_STREETS)) + r")\b\.?"
_ENGLISH_ADDRESS = re.compile(
    r"(?<![\w.,$-])(?:\d{1,5}\s?-\s?)?\d{1,5}(?-i:[A-Z])?\s(?:[nsew]\.?\s)?"
    rf"(?:(?-i:[A-Z])[\w'.]{{0,20}}\s(?:(?-i:[A-Z])[\w'.]{{0,20}}\s){{0,2}}{_ENGLISH_STREET}"
    r"|(?<=\d\d\s)[a-z]{3,20}\s(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln)\b\.?)"
    r"(?:(?:,\s?|\s)(?:apt|unit|suite|ste)\b\.?\s?\w{1,5}|(?:,\s?|\s)#\s?\w{1,5})?",
    re.IGNORECASE,
)
_NO_HOUSE_NUMBER = re.compile(r"\d+\s(?:people|orang|bars|cars|persons|workers|employees|blocks|lane|way)\b")

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_MENTION = re.compile(r"(?<![\w@./])@[a-z_](?:[\w.]{0,28}\w)?", re.ASCII)
_NETWORKS = words_of("ig instagram twitter tiktok fb facebook telegram akun threads")
_NAMED_ACCOUNT = re.compile(
    r"\b(?:ig|instagram|twitter|tiktok|fb|facebook|telegram|akun|threads)\b\s?[:=]?\s?(@?(?=[\w.]*[a-z])\w{1,30}(?:[._]\w{1,30}){0,5})"
)
_WEB = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'`\\|]{1,2000}")
_DOMAIN_END = re.compile(r"\.(?:com|org|net|id|gov|edu|info|co|me|ly|gl|io|app|page|link)\b")
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}"
    r"(?:(?:com|org|net|id|gov|edu|info)(?![\w.-]*@)\b|(?:co|me|ly|gl|io|app|page|link)(?=/))(?:/[^\s<>\"'`]{0,500})?"
)
_TRAILING = ".,;:!?)]}*_ \t\r\n"


def _trimmed(text: str, start: int, end: int, kind: str) -> Candidate:
    """A stretch without the signs that close a sentence."""
    return Candidate(start, start + len(text[start:end].rstrip(_TRAILING)), kind)


def find_web(reading: Reading) -> list[Candidate]:
    """E-mail addresses, web addresses and names on social media."""
    lowered, found = reading.lowered, []
    if "@" in lowered:
        found += [_trimmed(lowered, *match.span(), "email") for match in _EMAIL.finditer(lowered)]
        found += [Candidate(*match.span(), "handle") for match in _MENTION.finditer(lowered)]
    if not _NETWORKS.isdisjoint(reading.words):
        accounts = _NAMED_ACCOUNT.finditer(lowered)
        found += [Candidate(*match.span(1), "handle") for match in accounts if _is_account_name(match[1])]
    if "://" in lowered or "www." in lowered:
        found += [_trimmed(lowered, *match.span(), "url") for match in _WEB.finditer(lowered)]
    if _DOMAIN_END.search(lowered):
        found += [_trimmed(lowered, *match.span(), "url") for match in _DOMAIN.finditer(lowered)]
    return found


def _is_account_name(word: str) -> bool:
    # An ordinary word may follow `twitter`; a name on it has a sign or a figure that words lack.
    return bool(re.search(r"[._\d@]", word))


def find_addresses(reading: Reading) -> list[Candidate]:
    """Addresses that lead to a house: a street with a number, an RT, a block with a number, a named home street.

    A street alone is a public place and is left; so is an RW alone, some 1,500 people.
    """
    found = []
    if not _ADDRESS_CUES.isdisjoint(reading.words):
        found += [_trimmed(reading.lowered, *match.span(), "address") for match in _ADDRESS.finditer(reading.lowered)]
        found += [Candidate(*match.span(1), "address") for match in _HOUSE.finditer(reading.lowered)]
    if not {"rumah", "tinggal", "alamat", "domisili", "beralamat", "berdomisili"}.isdisjoint(reading.words):
        homes = _HOME.finditer(reading.lowered)
        found += [_trimmed(reading.lowered, *match.span(1), "address") for match in homes]
    if not _ENGLISH_STREETS.isdisjoint(reading.words):
        streets = (match for match in _ENGLISH_ADDRESS.finditer(reading.text))
        found += [
            _trimmed(reading.text, *match.span(), "address")
            for match in streets
            if not _NO_HOUSE_NUMBER.match(match[0].lower())
        ]
    return found

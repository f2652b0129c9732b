"""Numbers that belong to one person: identity and family cards, telephones, bank cards, accounts, plates, births."""

from __future__ import annotations

import datetime
import re

import phonenumbers

from cmresearch.privacy.words import MONTHS, NOT_ON_PLATES, PLATE_AREAS, PROVINCES, Candidate, Reading, words_of

# Patterns begin with the signs a match can begin with, and look behind afterwards: that is how Python's engine
# skips quickly over text in which there is nothing to find.
_DIGIT = re.compile(r"[0-9]")
_LONG = re.compile(r"[0-9](?:[ ./()-]{0,3}[0-9]){6}")

# The shapes in which 13 to 19 digits are written. A figure after a decimal point is none of them.
_CARD_SHAPE = re.compile(
    r"[0-9](?<!\w.)(?<!\d[.,].)(?:"
    r"\d{12,18}"
    r"|\d{3}([ .-])\d{4}\1\d{4}\1\d{4}"
    r"|\d{5}[ .-]\d{6}[ .-]\d{4}"
    r"|\d{3}[ -]\d{6}[ -]\d{5}"
    r"|\d([ .-])\d{4}\2\d{6}\2\d{4}"
    r"|\d([ .-])\d{2}\3\d{2}\3\d{6}\3\d{4}"
    r")(?!\w)(?![.,]\d)"
)
_TAX_SHAPE = re.compile(r"[0-9](?<!\w.)\d\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?!\w)")
_IBAN_SHAPE = re.compile(r"[A-Z](?<!\w.)[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CUE = re.compile(
    r"\b(?:"
    r"(?P<family_card>kk|kartu keluarga|family card)"
    r"|(?P<nik>e?-?ktp|nik|induk kependudukan|identity number|id card)"
    r"|(?P<account>rek|rekening|norek|virtual account|va|account|acct)"
    r"|(?P<tax_number>npwp)"
    r"|(?P<card>kartu|kredit|debit|card|visa|mastercard)"
    r"|(?P<other>resi|struk|booking|referensi|barcode|tracking|order|invoice|tiket|ticket|imei|voucher|meter)"
    r")\b"
)
_CUE_REACH = 40

# Nine in ten numbers in Indonesian text; the library takes 30 microseconds to say the same of one.
INDONESIAN_MOBILE = re.compile(r"(?:62|0|620)?8[1-35-9]\d{7,10}")
NORTH_AMERICAN = re.compile(
    r"(?<!\w)(?<!\d[.,/-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?!\w|[.,-]\d)"
)

# Telephone numbers: a sign that there may be one, and its shape.
_PHONE_SHAPES = (
    (  # Indonesian mobile numbers, from 0, 62 or +62
        re.compile(r"[02][ .()0-]{0,3}8[1-35-9]"),
        re.compile(
            r"(?<!\w)(?<!\d[.,-])(?:\(?\+?62\)?[ .-]?\(?0?\)?|\(?0)8\d{1,2}\)?"
            r"(?:(?:[ ./-]{0,3}\d{3,4}){2,3}|(?:[ .-]?\d\d){3,5})(?!\w|[.,]\d)"
        ),
    ),
    (  # Indonesian landlines: area code, then a bracket, a blank or a dash
        re.compile(r"0[2-79]\d{1,2}[ )-]"),
        re.compile(
            r"(?<!\w)(?<!\d[.,/-])(?:\(0[2-79]\d{1,2}\)[ .-]?|0[2-79]\d{1,2}[ -])"
            r"\d{3,4}[ .-]?\d{3,5}(?!\w|[.,-]\d)"
        ),
    ),
    (  # North America: three, three and four digits
        re.compile(r"[2-9]\d\d[ .-]\d{4}(?!\d)"),
        NORTH_AMERICAN,
    ),
    (  # any country, from +
        re.compile(r"\+\d"),
        re.compile(r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?!\w)"),
    ),
)
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_PHONE_CUES = words_of("telp tlp telepon telpon phone hp wa hub hubungi call kontak fax")
_CUED_PHONE = re.compile(
    r"\b(?:" + "|".join(sorted(_PHONE_CUES)) + r")\b[^\d\n]{0,20}((?:0[2-79]|8[1-35-9])\d{7,10})(?!\w)"
)

_ACCOUNT_CUES = words_of("rekening norek rek va account acct bca bri bni bsi btn mandiri permata cimb danamon bank")
_ACCOUNT = re.compile(
    r"\b(?:" + "|".join(sorted(_ACCOUNT_CUES)) + r")\b"
    r"[^\d\n]{0,25}(?<!\d)(?<!rp)(?<!rp )(?<!rp\.)(?<!rp\. )(\d{3,18}(?:-\d{1,8}| \d{3,8}){0,5})(?!\w|[.,]\d)"
)

_SPACED_PLATE = re.compile(r"[A-Z](?<!\w.)(?<![./-].)[A-Z]?[ .-]?\d{1,4}[ .-]?[A-Z]{1,3}(?!\w)(?!-)")
_PLATE_CUES = words_of("plat plate nopol polisi pol licence license tag")
_CUED_PLATE = re.compile(
    r"\b(?:plat(?:e)?(?: nomor| nomer| no| number)?|nopol|no\.? ?pol|nomor polisi|licen[cs]e|tag)\b[\s:.#]{0,3}"
    r"([a-z]{1,3}[ .-]?\d{1,4}(?:[ .-]?[a-z]{1,3}|-\d{2,4})?|\d{1,3}[ -]?[a-z]{2,3}(?:[ -]?\d{1,4})?)(?!\w)"
)
_VEHICLES = words_of("mobil motor truk truck angkot bus bis mikrolet taksi kendaraan mbl mtr pickup")
_SMALL_PLATE = re.compile(r"(?<![\w./-])[a-z]{1,2}[ .-]?\d{3,4}[ .-]?[a-z]{2,3}(?!\w)(?!-)")
_NO_PLATE_AFTER = re.compile(
    r"\b(?:ruang|ruangan|kamar|gedung|blok|lantai|kelas|room|genset|vitamin|tower|unit|loket|pergub|nomor surat)\W*$"
)

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=lambda month: (-len(month), month))) + r")\.?"
_DATE = (
    rf"(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:19|20)?\d\d|(?:19|20)\d\d[-/]\d\d[-/]\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ -,]{{1,2}}(?:19|20)\d\d"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?!\d)"
)
_BIRTH_CUES = words_of("lahir kelahiran ttl dob born birth birthdate")
_BIRTH = re.compile(rf"(?<!hari )\b(?:lahir|kelahiran|ttl|dob|born|birth|birthdate)\b([^\d\n]{{0,40}}?)({_DATE})")
_NOBODYS_BIRTH = re.compile(r"pancasila|perusahaan|kantor|company|store|party")


def is_indonesian_identity_number(digits: str) -> bool:
    """Whether 16 digits can be an Indonesian identity number (NIK).

    The digits say province, city, district, day, month and year of birth, and a serial number; 40 is added to
    the day of a woman's birth. A family card's number has the same form, with the day of its first issue.

    Args:
        digits: The digits alone, without blanks or dots.

    Source:
        Law 23 of 2006, article 13; codes of the Ministry of Home Affairs: 38 provinces, cities 01 to 36
        (kabupaten) and 71 to 79 (kota).

    Example:
        >>> is_indonesian_identity_number("3171014107450000")  # a woman born on 1 July
        True
        >>> is_indonesian_identity_number("3171017207450000")  # there is no day 72
        False
    """
    city, day = digits[2:4], int(digits[6:8])
    is_region = digits[:2] in PROVINCES and ("01" <= city <= "36" or "71" <= city <= "79")
    return len(digits) == 16 and is_region and _is_day(day % 40, int(digits[8:10])) and day < 72


def _is_day(day: int, month: int) -> bool:
    # 2000 is a leap year: the two digits of the year do not give the century, and 29 February may be right.
    try:
        datetime.date(2000, month, day)
    except ValueError:
        return False
    return True


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a bank card.

    Source:
        ISO/IEC 7812-1, annex B (the Luhn formula).

    Example:
        >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
        (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def passes_iban(number: str) -> bool:
    """Whether an international bank account number has right check digits.

    Source:
        ISO 13616-1 (modulo 97).

    Example:
        >>> passes_iban("GB33BUKB20201555555555")
        True
    """
    # The shortest account number, the Norwegian one, has 15 signs; one in a hundred shorter ticket numbers
    # (R2010030339) would pass the check digits.
    return len(number) >= 15 and int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _digits(written: str) -> str:
    return "".join(filter(str.isdecimal, written))


def _nearest_cue(before: str) -> str | None:
    cues = [match.lastgroup for match in _CUE.finditer(before)]
    return cues[-1] if cues else None


def _kind_of_long_number(digits: str, cue: str | None) -> str | None:
    """The kind of a number of 13 to 19 digits, by the word before it and by its own form."""
    if cue in {"nik", "family_card"} and len(digits) == 16:
        return cue
    if cue == "account" or (cue == "tax_number" and len(digits) in {15, 16}):
        return cue
    if len(digits) == 16 and is_indonesian_identity_number(digits):
        return "nik"
    is_card = digits[0] in "3456" and len(digits) != 14 and passes_luhn(digits)
    return "card" if is_card and cue != "other" else None


def _identity_and_cards(reading: Reading) -> list[Candidate]:
    found = []
    for match in _CARD_SHAPE.finditer(reading.text):
        cue = _nearest_cue(reading.lowered[max(0, match.start() - _CUE_REACH) : match.start()])
        if kind := _kind_of_long_number(_digits(match[0]), cue):
            found.append(Candidate(*match.span(), kind))
    return found


def _phone_end(text: str, start: int, end: int) -> int | None:
    """Where a telephone number ends that begins at `start`; blanks may have joined another number to it."""
    while end > start:
        written = text[start:end]
        if INDONESIAN_MOBILE.fullmatch(_digits(written)):
            return end
        region = "US" if re.match(r"\(?[1-9]", written) and not written.startswith("62") else "ID"
        if _is_phone("+" + written if written.startswith("62") else written, region):
            return end
        shorter = max(written.rfind(sign) for sign in " ./-")
        end = start + len(written[: max(0, shorter)].rstrip(" ./-"))
    return None


def _is_phone(written: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _phones(reading: Reading) -> list[Candidate]:
    text, found = reading.text, []
    for start, end in _phone_shapes(reading):
        # A bracket around the whole number is not part of it.
        first = start + (text[start] == "(" and ")" not in text[start:end])
        last = _phone_end(text, first, end)
        found += [] if last is None else [Candidate(first, last, "phone")]
    return found


def _phone_shapes(reading: Reading) -> list[tuple[int, int]]:
    """Where a text has the shape of a telephone number, outside of the identifiers that programs give."""
    text = reading.text
    spans = [match.span() for sign, shape in _PHONE_SHAPES if sign.search(text) for match in shape.finditer(text)]
    if not _PHONE_CUES.isdisjoint(reading.words):
        spans += [match.span(1) for match in _CUED_PHONE.finditer(reading.lowered)]
    # One identifier of a code or a file in ten thousand has a stretch that could be dialled.
    identifiers = [match.span() for match in _UUID.finditer(text)] if spans else []
    return [span for span in spans if not any(start <= span[0] < end for start, end in identifiers)]


def _accounts(reading: Reading) -> list[Candidate]:
    found = [Candidate(*match.span(), "tax_number") for match in _TAX_SHAPE.finditer(reading.text)]
    for match in _IBAN_SHAPE.finditer(reading.text):
        found += [Candidate(*match.span(), "account")] if passes_iban(match[0].replace(" ", "")) else []
    if not _ACCOUNT_CUES.isdisjoint(reading.words):
        matches = _ACCOUNT.finditer(reading.lowered)
        found += [Candidate(*match.span(1), "account") for match in matches if 8 <= len(_digits(match[1])) <= 18]
    return found


def find_long_numbers(reading: Reading) -> list[Candidate]:
    """Identity, family card, tax, card, account and telephone numbers in a text."""
    if not _LONG.search(reading.text):
        return []
    return _identity_and_cards(reading) + _phones(reading) + _accounts(reading)


def _is_plate(written: str, before: str) -> bool:
    """Whether capital letters and figures without any cue are a vehicle plate, rather than a room or a bus line."""
    parts = re.findall(r"[A-Za-z]+|\d+", written)
    area, figures, letters = parts[0].lower(), parts[1], parts[2].lower()
    is_long_enough = len(figures) >= 3 or (len(figures) == 2 and len(letters) >= 2)
    return (
        area in PLATE_AREAS and is_long_enough and letters not in NOT_ON_PLATES and not _NO_PLATE_AFTER.search(before)
    )


def find_plates(reading: Reading) -> list[Candidate]:
    """Vehicle plates: Indonesian ones in capitals, any other after a word such as `plat` or `license plate`."""
    if not _DIGIT.search(reading.text):
        return []
    found = [
        Candidate(*match.span(), "plate")
        for match in _SPACED_PLATE.finditer(reading.text)
        if _is_plate(match[0], reading.lowered[max(0, match.start() - 20) : match.start()])
    ]
    if not _VEHICLES.isdisjoint(reading.words):
        small = (match for match in _SMALL_PLATE.finditer(reading.lowered))
        found += [
            Candidate(*match.span(), "plate")
            for match in small
            if _is_plate(match[0], reading.lowered[max(0, match.start() - 20) : match.start()])
        ]
    if not _PLATE_CUES.isdisjoint(reading.words):
        cued = _CUED_PLATE.finditer(reading.lowered)
        found += [Candidate(*match.span(1), "plate") for match in cued if len(_digits(match[1])) >= 1]
    return found


def find_births(reading: Reading) -> list[Candidate]:
    """Dates of birth: a full date after `lahir`, `TTL`, `born`, `date of birth` and the like."""
    if _BIRTH_CUES.isdisjoint(reading.words):
        return []
    matches = _BIRTH.finditer(reading.lowered)
    return [Candidate(*match.span(2), "birth_date") for match in matches if not _NOBODYS_BIRTH.search(match[1])]

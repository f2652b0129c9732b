"""Masking personal data with placeholders that stay the same within a study, and the private table behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import phonenumbers

from cmresearch.errors import PrivacyError, nearest
from cmresearch.files.writing import json_text, write_bytes, write_text
from cmresearch.privacy.finding import KINDS, Finding, find_personal_data
from cmresearch.privacy.numbers import INDONESIAN_MOBILE, NORTH_AMERICAN

PRIVATE_FOLDER = "private"
"""The only name of a folder that a mask table is written to; git is told to ignore what is in it."""

_ABOUT = "Private: what the placeholders of masked texts stand for. Never share this file."


@dataclass(frozen=True)
class MaskTable:
    """Which placeholder stands for which datum, within one study.

    Attributes:
        data: For each kind, the data in normal form (see `normal_form`); the first is number 1. Not shown when the
            table is printed.
    """

    data: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def size(self) -> int:
        """How many different data have a placeholder."""
        return sum(map(len, self.data.values()))


@dataclass(frozen=True)
class MaskedSpan:
    """A stretch of the original, `[original_start, original_end)`, and the placeholder at `[start, end)` instead."""

    placeholder: str
    original_start: int
    original_end: int
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """A text without its personal data, and where each stretch of it was in the original.

    Attributes:
        text: The masked text.
        spans: The placeholders in it, by position.
    """

    text: str
    spans: tuple[MaskedSpan, ...]

    def masked_segment(self, start: int, end: int) -> tuple[int, int]:
        """Where a segment of the original is in the masked text; a placeholder that it touches is inside as a whole.

        Args:
            start: The segment's first code point in the original.
            end: Its end there, exclusive.
        """
        pairs = [((s.original_start, s.original_end), (s.start, s.end)) for s in self.spans]
        return _moved(start, pairs, edge="start"), _moved(end, pairs, edge="end")

    def original_segment(self, start: int, end: int) -> tuple[int, int]:
        """Where a segment of the masked text is in the original; a datum it touches is inside as a whole."""
        pairs = [((s.start, s.end), (s.original_start, s.original_end)) for s in self.spans]
        return _moved(start, pairs, edge="start"), _moved(end, pairs, edge="end")


def _moved(offset: int, pairs: list[tuple[tuple[int, int], tuple[int, int]]], *, edge: str) -> int:
    shift = 0
    for here, there in pairs:
        if offset <= here[0]:
            break
        if offset < here[1]:
            return there[0] if edge == "start" else there[1]
        shift = there[1] - here[1]
    return offset + shift


def normal_form(kind: str, text: str) -> str:
    """A datum in the one form that all its spellings share: the same number has the same placeholder.

    Example:
        >>> normal_form("phone", "0812-0000-1234"), normal_form("phone", "+62 812 0000 1234")
        ('+6281200001234', '+6281200001234')
        >>> normal_form("plate", "B 1234 XYZ"), normal_form("name", "Budi  SANTOSO")
        ('B1234XYZ', 'budi santoso')
    """
    if kind == "phone":
        return _normal_phone(text)
    if kind in {"nik", "family_card", "tax_number", "card", "account", "plate"}:
        return re.sub(r"[\W_]", "", text).upper()
    if kind == "url":
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", text, flags=re.IGNORECASE).rstrip("/")
    if kind == "handle":
        return "@" + text.lower().lstrip("@")
    return text.lower() if kind == "email" else " ".join(re.findall(r"\w+", text.lower()))


def _normal_phone(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if INDONESIAN_MOBILE.fullmatch(digits) and not NORTH_AMERICAN.fullmatch(text):
        return "+62" + digits[digits.index("8") :]
    written = "+" + digits if digits.startswith("62") else text
    region = "US" if re.match(r"\(?[1-9]", written) else "ID"
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def placeholder(kind: str, number: int) -> str:
    """The sign that stands for a datum.

    Example:
        >>> placeholder("birth_date", 3)
        '[BIRTH-DATE-3]'
    """
    return f"[{kind.upper().replace('_', '-')}-{number}]"


def mask(text: str, table: MaskTable) -> tuple[Masked, MaskTable]:
    """A text without its personal data, and the table with what was new in it.

    Args:
        text: Any text.
        table: What was masked before in this study; `MaskTable()` at the start.

    Returns:
        The masked text, and the table that the next text needs.

    Example:
        >>> masked, table = mask("Pak Budi, 0812-0000-1234", MaskTable())
        >>> masked.text
        'Pak [NAME-1], [PHONE-1]'
        >>> mask("telepon +62 812 0000 1234", table)[0].text
        'telepon [PHONE-1]'
        >>> masked.original_segment(0, 12)  # "Pak [NAME-1]"
        (0, 8)
    """
    (masked,), table = mask_all([text], table)
    return masked, table


def mask_all(texts: Iterable[str], table: MaskTable) -> tuple[tuple[Masked, ...], MaskTable]:
    """Texts without their personal data, in their order, and the table with what was new in them.

    New data are numbered in the order of the texts, after those that the table holds.

    Args:
        texts: The texts, in an order that stays the same (by id, say).
        table: What was masked before in this study.

    Returns:
        One masked text for each text, and the table that later texts need.
    """
    numbers = {(kind, datum): n for kind, data in table.data.items() for n, datum in enumerate(data, start=1)}
    counts = dict.fromkeys(KINDS, 0) | {kind: len(data) for kind, data in table.data.items()}
    masked = tuple([_mask_one(text, numbers, counts) for text in texts])
    return masked, _table(numbers)


def _table(numbers: Mapping[tuple[str, str], int]) -> MaskTable:
    by_number = sorted(numbers.items(), key=lambda entry: (KINDS.index(entry[0][0]), entry[1]))
    kinds = [kind for kind in KINDS if any(key[0] == kind for key in numbers)]
    data = {kind: tuple([datum for (its_kind, datum), _ in by_number if its_kind == kind]) for kind in kinds}
    return MaskTable(MappingProxyType(data))


def _mask_one(text: str, numbers: dict[tuple[str, str], int], counts: dict[str, int]) -> Masked:
    pieces, spans, before, length = [], [], 0, 0
    for finding in find_personal_data(text):
        sign = placeholder(finding.kind, _number(finding, numbers, counts))
        start = length + finding.start - before
        pieces += [text[before : finding.start], sign]
        spans.append(MaskedSpan(sign, finding.start, finding.end, start, start + len(sign)))
        before, length = finding.end, start + len(sign)
    return Masked("".join([*pieces, text[before:]]), tuple(spans))


def _number(finding: Finding, numbers: dict[tuple[str, str], int], counts: dict[str, int]) -> int:
    key = (finding.kind, normal_form(finding.kind, finding.text))
    if key not in numbers:
        counts[finding.kind] += 1
        numbers[key] = counts[finding.kind]
    return numbers[key]


def read_mask_table(path: Path) -> MaskTable:
    """The private table of a study, as `write_mask_table` left it.

    Raises:
        PrivacyError: There is no such file, or it is no mask table; the message never shows what is in it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        data = {kind: tuple(content["data"][kind]) for kind in content["data"]}
    except FileNotFoundError as error:
        raise PrivacyError(f"{path}: there is no mask table; begin with MaskTable()") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PrivacyError(f"{path}: this is not a mask table written by write_mask_table") from error
    for kind, entries in data.items():
        if kind not in KINDS:
            raise PrivacyError(f"{path}: no kind of personal data is called {kind!r}{nearest(kind, KINDS)}")
        if len(set(entries)) < len(entries) or not all(isinstance(entry, str) for entry in entries):
            raise PrivacyError(f"{path}: under {kind!r} something stands twice or is not text")
    return MaskTable(MappingProxyType(data))


def write_mask_table(path: Path, table: MaskTable) -> None:
    """Keep a study's table for the next run: in a folder called `private`, which git is told to ignore.

    Only the owner of the file can read it, where the system knows owners.

    Raises:
        PrivacyError: The folder is not called `private`, stands inside `results`, or cannot be made.
        WritingError: The file cannot be written; nothing has changed then.
    """
    folder = path.absolute().parent
    if folder.name != PRIVATE_FOLDER or "results" in folder.parts:
        raise PrivacyError(
            f"{path}: a mask table says whom the placeholders stand for; it can only be written to a folder "
            f"called {PRIVATE_FOLDER!r} outside of any results folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / ".gitignore", "*\n")
    except OSError as error:
        raise PrivacyError(f"cannot write to {path}: {error.strerror or error}") from error
    content = json_text({"about": _ABOUT, "data": {k: list(v) for k, v in table.data.items()}})
    write_bytes(path, content.encode(), mode=0o600)

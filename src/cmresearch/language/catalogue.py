"""What readers are told, in each of their languages: the catalogues, and how a text of theirs is found."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

from cmresearch.errors import TextError, nearest, raise_all

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia"}
Translations: TypeAlias = Mapping[str, str]
CATALOGUES = Path(__file__).parent / "catalogues"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What separates thousands and decimals in a language that differs from English.
SEPARATORS = {"id": str.maketrans(",.", ".,")}
NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")
NOTES = "notes."  # sentences that the library writes into tables, found again by their English


@dataclass(frozen=True)
class Phrase:
    """A text of the catalogue with what fills its placeholders, to be said in any language.

    Attributes:
        key: The text's key in the catalogues.
        placeholders: What fills its placeholders, by name; a phrase is said in the same language.

    Example:
        >>> Phrase("status.not_optimal").say("id")
        'belum optimal'
    """

    key: str
    placeholders: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: str = "en") -> str:
        """The text in a language."""
        return say(
            self.key,
            language,
            **{name: _filled(placeholder, language) for name, placeholder in self.placeholders.items()},
        )

    def __str__(self) -> str:
        return self.say()


def _filled(placeholder: object, language: str) -> str:
    """What stands in a placeholder, as the language writes it."""
    if isinstance(placeholder, Phrase):
        return placeholder.say(language)
    if isinstance(placeholder, int | float):
        return in_figures(f"{placeholder:,}" if isinstance(placeholder, int) else f"{placeholder:,.4g}", language)
    return str(placeholder)


def say(key: str, language: str = "en", /, **placeholders: object) -> str:
    """A text of the catalogues in a language.

    Args:
        key: Its key, such as `status.not_optimal`.
        language: One of `LANGUAGES`.
        placeholders: What stands in its placeholders, by name.

    Returns:
        The text with its placeholders filled.

    Raises:
        TextError: There is no such text, none in the language, or its placeholders are not those given.

    Example:
        >>> say("status.not_optimal"), say("status.not_optimal", "id")
        ('not optimal', 'belum optimal')
    """
    text = template(key, language)
    wanted, given = set(PLACEHOLDER.findall(text)), set(placeholders)
    if wanted != given:
        raise TextError(f"text {key!r} has the placeholders {sorted(wanted)}; given are {sorted(given)}")
    return PLACEHOLDER.sub(lambda placeholder: str(placeholders[placeholder[1]]), text)


def template(key: str, language: str) -> str:
    """A text of the catalogues as it stands there, its placeholders open."""
    texts = catalogue()
    if key not in texts:
        raise TextError(f"the catalogues have no text {key!r}{nearest(key, texts)}")
    if language not in texts[key]:
        raise TextError(f"text {key!r} has no translation in {language!r}; it has {', '.join(texts[key])}")
    return texts[key][language]


@cache
def catalogue() -> Mapping[str, Translations]:
    """Every text of the catalogues with its translations, by key."""
    return read_catalogues(CATALOGUES)


def read_catalogues(folder: Path) -> Mapping[str, Translations]:
    """Every text of a folder of catalogues, by key.

    Raises:
        TextError: Two files have a text of the same key, or something in them is no text; all faults at once.
    """
    texts: dict[str, Translations] = {}
    faults = []
    for path in sorted(folder.glob("*.toml")):
        found = _flat("", tomllib.loads(path.read_text(encoding="utf-8")))
        faults += [f"{path.name}: {key} stands in another catalogue too" for key in found if key in texts]
        texts |= found
    raise_all(TextError, faults)
    return texts


def _flat(prefix: str, table: Mapping[str, object]) -> dict[str, Translations]:
    """The entries of nested tables by dotted key; an entry is a table of texts by language."""
    if table and all(isinstance(each, str) for each in table.values()):
        return {prefix.removesuffix("."): {name: str(text) for name, text in table.items()}}
    entries: dict[str, Translations] = {}
    for name, inner in table.items():
        if not isinstance(inner, dict):
            raise TextError(f"catalogue entry {prefix}{name} is neither a table of texts nor a text by language")
        entries |= _flat(f"{prefix}{name}.", inner)
    return entries


def translate(text: str, language: str) -> str:
    """A sentence that the library wrote in English, such as an estimate's note, in another language.

    Sentences joined by semicolons are found one by one among the catalogue's notes, placeholders included.

    Args:
        text: The English text.
        language: The language wanted.

    Returns:
        The text in that language.

    Raises:
        TextError: A part of it is no note of the catalogue.

    Example:
        >>> translate("3 of 989 drawn complaints not codable: weighted up within stratum", "id")
        '3 dari 989 aduan terpilih tidak dapat dikodekan: bobot dinaikkan di dalam strata'
    """
    if language == "en" or not text:
        return text
    whole = _translated(text, language)
    if whole is not None:
        return whole
    parts = {part: _translated(part, language) for part in text.split("; ")}
    unknown = [f"the catalogue's notes have no text for {part!r}" for part, found in parts.items() if found is None]
    raise_all(TextError, unknown)
    return "; ".join(str(parts[part]) for part in text.split("; "))


def _translated(sentence: str, language: str) -> str | None:
    for key, pattern in _notes():
        found = pattern.fullmatch(sentence)
        if found:
            placeholders = {name: _localised(text, language) for name, text in found.groupdict().items()}
            return say(key, language, **placeholders)
    return None


def _localised(placeholder: str, language: str) -> str:
    return in_figures(placeholder, language) if NUMBER.fullmatch(placeholder) else placeholder


@cache
def _notes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English of every note as a pattern that finds what fills its placeholders."""
    texts = {key: translations["en"] for key, translations in catalogue().items() if key.startswith(NOTES)}
    # Longer texts first, so that a placeholder never swallows what another note says in words.
    ordered = sorted(texts.items(), key=lambda entry: (-len(PLACEHOLDER.sub("", entry[1])), entry[0]))
    return tuple((key, re.compile(_pattern(text))) for key, text in ordered)


def _pattern(text: str) -> str:
    pieces = PLACEHOLDER.split(text)
    return "".join(
        f"(?P<{piece}>(?:(?!; ).)+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )


def in_figures(text: str, language: str) -> str:
    """A number written the English way, with the separators of a language.

    Example:
        >>> in_figures("1,234.5", "id"), in_figures("1,234.5", "en")
        ('1.234,5', '1,234.5')
    """
    return text.translate(SEPARATORS.get(language, {}))


def in_language(text: str | Translations, language: str | None = None) -> str:
    """A study's own text in a language: one text for all, or translations by language.

    Args:
        text: The text or its translations.
        language: The language wanted; by default that of the first translation.

    Raises:
        TextError: It has translations, and none in this language.

    Example:
        >>> in_language({"en": "Channel", "id": "Kanal"}, "id"), in_language("App", "id")
        ('Kanal', 'App')
    """
    if isinstance(text, str):
        return text
    if language is None:
        return next(iter(text.values()))
    if language not in text:
        raise TextError(f"there is no text in {language!r} beside {next(iter(text.values()), '')!r}")
    return text[language]

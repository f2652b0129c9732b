"""The texts that readers read, in each of their languages: the catalogues, and how a text of theirs is found."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from cmresearch.errors import TextError, nearest, raise_all

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia"}
Translations: TypeAlias = Mapping[str, str]
CATALOGUES = Path(__file__).parent / "catalogues"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


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


@cache
def is_language(code: str) -> bool:
    """Whether a code names a language whose numbers can be written, such as `en`, `id` or `pt-BR`.

    Example:
        >>> is_language("pt-BR"), is_language("english")
        (True, False)
    """
    from babel import Locale, UnknownLocaleError  # only who reads settings needs it

    try:
        return code in LANGUAGES or bool(Locale.parse(code, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


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

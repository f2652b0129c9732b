"""A fact of a study and the sentence that states it, in any language of the catalogues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cmresearch.language.voice import Voice

if TYPE_CHECKING:
    from cmresearch.study.run import Words

MANY = 1  # fewer coders than two give another sentence


@dataclass(frozen=True)
class Fact:
    """Something that the study's files bear out.

    Attributes:
        key: Its key, by which chapters and checklists name it.
        text: The sentence, in the language asked for.
        kinds: The kinds of data that it speaks of; empty where it speaks of none.
    """

    key: str
    text: str
    kinds: tuple[str, ...] = ()


Facts: TypeAlias = Mapping[str, Fact]
StateFact: TypeAlias = Callable[..., Fact]


def state_fact(voice: Voice, key: str, kinds: Iterable[str] = (), /, name: str = "", **placeholders: object) -> Fact:
    """A fact by its text; whole numbers are written as the language does."""
    filled = {
        placeholder: voice.count(value) if isinstance(value, int) else value
        for placeholder, value in placeholders.items()
    }
    return Fact(name or key, voice.say(f"fact.{key}", **filled), tuple(kinds))


def of_kind(words: Words | None, kind: str) -> list[str]:
    """The keys of the interviews, or of the documents; none in a study without words."""
    return [] if words is None else [key for key, source in words.sources.items() if source.kind == kind]

"""Texts for readers as records hold them: keys and what fills their placeholders; a voice makes words of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Name:
    """Something that readers know by a name: a source, an indicator, a dimension.

    Attributes:
        key: Its key.
        otherwise: What is said where a voice has no label for it; by default the key itself.
    """

    key: str
    otherwise: str = ""

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class Own:
    """A study's own text, said in the reader's language where the study gives it there.

    Attributes:
        text: The text, or one for each language.
    """

    text: str | Mapping[str, str]

    def __hash__(self) -> int:
        return hash(str(self.text))

    def __str__(self) -> str:
        return self.text if isinstance(self.text, str) else next(iter(self.text.values()))


@dataclass(frozen=True)
class Figure:
    """A number with so many decimals.

    Attributes:
        value: The number.
        decimals: How many decimals are said.
        unit: number, or share: a proportion from 0 to 1, said in percent.
    """

    value: float
    decimals: int
    unit: str = "number"

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"


@dataclass(frozen=True)
class Series:
    """Several phrases that stand in one placeholder, with semicolons between them."""

    parts: tuple[object, ...]

    def __str__(self) -> str:
        return "; ".join(str(part) for part in self.parts)


@dataclass(frozen=True)
class Phrase:
    """A text of the catalogue with what fills its placeholders, to be said by a voice.

    Attributes:
        key: The text's key in the catalogues.
        placeholders: What fills its placeholders, by name: a text as it stands, a whole number, a number, a `Figure`, a
            `Name`, a `Phrase`, or several of these as a tuple.

    Example:
        >>> str(Phrase("step.supports", {"sources": (Name("interview-1"), Name("interview-2"))}))
        'step.supports(sources=interview-1, interview-2)'
    """

    key: str
    placeholders: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.key, tuple(self.placeholders.items())))

    def __str__(self) -> str:
        filled = (f"{name}={_as_keys(value)}" for name, value in self.placeholders.items())
        return f"{self.key}({'; '.join(filled)})" if self.placeholders else self.key


def _as_keys(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)

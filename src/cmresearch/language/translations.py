"""The texts in a study's own files, as they are read: one for all readers, or translations by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, PlainValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

FAULT = "text"  # the type of a fault that tells itself, but for the name of the key it is found at
SHOWN = 40  # so much of a text tells which one is meant


def _as_written(found: object, info: ValidationInfo) -> str | dict[str, str]:
    if isinstance(found, str):
        return found
    if not isinstance(found, Mapping) or not found or not all(isinstance(text, str) for text in found.values()):
        raise _fault(f"is {found!r}; expected a text, or a text for each language")
    languages = info.context or tuple(found)
    wrong = [f"no text in {language!r}" for language in languages if not found.get(language, "").strip()]
    wrong += [f"a text in {language!r}" for language in found if language not in languages]
    if wrong:
        raise _fault(f"({_begun(found)}) has {' and '.join(wrong)}; expected {', '.join(languages)}")
    # In the order of the file's languages, so that the first text is that of its first language.
    return {language: found[language] for language in languages}


def _in_every_language(found: object, info: ValidationInfo) -> str | dict[str, str]:
    languages: Sequence[str] = info.context or ()
    if isinstance(found, str) and found.strip() and len(languages) > 1:
        raise _fault(f"({_begun({'': found})}) is one text; expected one for each of {', '.join(languages)}")
    return _as_written(found, info)


def _on_one_line(text: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(text, str):
        if not text.strip():
            raise PydanticCustomError("string_too_short", "no text")
        return " ".join(text.split())
    return {language: " ".join(words.split()) for language, words in text.items()}


def _fault(sentence: str) -> PydanticCustomError:
    return PydanticCustomError(FAULT, "{sentence}", {"sentence": sentence})


def _begun(translations: Mapping[str, str]) -> str:
    """The first text, as much of it as shows which one is meant."""
    return repr(shorten(next(iter(translations.values())), SHOWN, placeholder=" …"))


Written: TypeAlias = str | dict[str, str]
_Some = Annotated[str, StringConstraints(min_length=1)]
AsWritten: TypeAlias = Annotated[Written, PlainValidator(_as_written, json_schema_input_type=Written)]
"""A text that stands in every language as it was written, unless it has a translation for each."""

Text: TypeAlias = Annotated[Written, PlainValidator(_in_every_language, json_schema_input_type=Written)]
"""A text for readers: in a file of several languages it has a translation for each."""

Remark: TypeAlias = Annotated[
    Written, PlainValidator(_as_written, json_schema_input_type=_Some | dict[str, _Some]), AfterValidator(_on_one_line)
]
"""A text that is never empty, its lines joined; as it was written, unless it has a translation for each language."""

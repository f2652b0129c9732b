"""What intake and sampling tell readers stands in the catalogues, in every language, with the placeholders it fills."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cmresearch.intake
import cmresearch.sampling
from cmresearch.language.catalogue import LANGUAGES, PLACEHOLDER, catalogue

FOLDERS = [Path(str(part.__file__)).parent for part in (cmresearch.intake, cmresearch.sampling)]


def phrases() -> Iterator[tuple[str, ast.expr | None]]:
    """The key of every phrase in the code, and the mapping that fills its placeholders."""
    for path in sorted(path for folder in FOLDERS for path in folder.glob("*.py")):
        for scope in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(scope, ast.Call) and getattr(scope.func, "id", "") == "Phrase":
                key = scope.args[0]
                assert isinstance(key, ast.Constant), f"{path.name}, line {scope.lineno}: a key is written out"
                yield str(key.value), scope.args[1] if len(scope.args) > 1 else None


PHRASES = list(phrases())


@pytest.mark.parametrize(("key", "filled"), PHRASES, ids=[key for key, _ in PHRASES])
def test_a_phrase_has_its_text_in_every_language_with_the_same_placeholders(key, filled):
    texts = catalogue()[key]
    assert set(texts) == set(LANGUAGES)
    placeholders = {language: set(PLACEHOLDER.findall(text)) for language, text in texts.items()}
    assert all(each == placeholders["en"] for each in placeholders.values())
    given = {name.value for name in filled.keys} if isinstance(filled, ast.Dict) else set()
    assert given == placeholders["en"]


def test_every_text_of_faults_is_one_that_the_code_tells():
    told = {key for key, _ in PHRASES}
    parts = ("notes.fault.", "notes.done.", "notes.aside.", "notes.file.", "notes.frame.", "notes.mapping.", "example.")
    assert {key for key in catalogue() if key.startswith(parts)} <= told

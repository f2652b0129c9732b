"""The layers of the library: imports point down only, and the two strands meet once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "cmresearch"

# From the bottom upwards. A part imports from parts named before it, and from nothing else.
LAYERS = """
errors
texts
twins
sql writing sheets toml_file provenance assumptions findings reliability privacy
synthetic execution intake
frame
sampling
responses
estimation
codebook
coding
exchange
triangulation
robustness
review_entries
study
plan
reproduction
reviews
report
results
cli
"""
NUMBERS = {"intake", "frame", "sampling", "responses", "estimation"}
WORDS = {"codebook", "coding", "exchange"}
RANK = {name: place for place, name in enumerate(LAYERS.split())}
PRINTS = {"cli", "verify_sample"}  # the stand-alone script is a command line of its own


def files() -> Iterator[tuple[str, Path]]:
    """Every file of the package with the part it belongs to."""
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part not in {"__init__", "__main__"}:
            yield part, path


def imports(path: Path) -> set[str]:
    """The parts of the package that a file imports, at any depth of its code."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[1] for name in names if name.startswith("cmresearch.")}


FILES = list(files())
NAMES = [str(path.relative_to(PACKAGE)) for _, path in FILES]


@pytest.mark.parametrize(("part", "path"), FILES, ids=NAMES)
def test_imports_point_down(part, path):
    assert part in RANK, f"{part} has no place in the layers; give it one"
    upward = [other for other in imports(path) - {part} if RANK[other] > RANK[part]]
    assert not upward, f"{part} imports {', '.join(upward)} from above"


@pytest.mark.parametrize(("one", "other"), [(NUMBERS, WORDS), (WORDS, NUMBERS)], ids=["numbers", "words"])
def test_the_two_strands_do_not_know_each_other(one, other):
    for part, path in FILES:
        if part in one:
            assert not imports(path) & other, f"{path.name} of {part} knows {imports(path) & other}"


def test_every_layer_still_exists():
    assert set(RANK) == {part for part, _ in FILES}


def test_only_the_command_line_prints():
    for part, path in FILES:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        printing = [call for call in calls if getattr(call.func, "id", "") == "print"]
        assert not printing or {part, path.stem} & PRINTS, f"{path.name} prints"

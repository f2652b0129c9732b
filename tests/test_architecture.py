"""The layers of the library: imports point down only, and the two strands meet once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "cmresearch"

# From the bottom upwards; a module imports from rows below its own, or from modules named before it in its row.
ROWS = """
errors
writing toml_file provenance wording intervals reliability assumptions findings privacy
synthetic intake sharing
frame
allocation
sampling
certificate verification
records responses design estimates question estimation representativeness
codebook sources coding
triangulation
study
reproduction
plots workbook execution
report
results
cli
"""
NUMBERS = set(
    "intake frame allocation sampling certificate verification records responses design estimates question estimation"
    " representativeness".split()
)
WORDS = set("codebook sources coding".split())
RANK = {name: place for place, name in enumerate(ROWS.split())}


def modules() -> Iterator[tuple[str, Path]]:
    """Every file of the package with the module or subpackage it belongs to."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imports(path: Path) -> set[str]:
    """The modules of the package that a file imports, at any depth of its code."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[1] for name in names if name.startswith("cmresearch.")}


FILES = [(name, path) for name, path in modules() if name not in {"__init__", "__main__"}]


@pytest.mark.parametrize(("name", "path"), FILES, ids=[str(path.relative_to(PACKAGE)) for _, path in FILES])
def test_imports_point_down(name, path):
    assert name in RANK, f"{name} has no place in the layers; give it one"
    upward = [other for other in imports(path) - {name} if RANK[other] > RANK[name]]
    assert not upward, f"{name} imports {', '.join(upward)} from above"


@pytest.mark.parametrize(("one", "other"), [(NUMBERS, WORDS), (WORDS, NUMBERS)], ids=["numbers", "words"])
def test_the_two_strands_do_not_know_each_other(one, other):
    for name, path in FILES:
        if name in one:
            assert not imports(path) & other, f"{name} knows {imports(path) & other}"


def test_every_layer_still_exists():
    assert set(RANK) == {name for name, _ in FILES}


def test_only_the_command_line_prints():
    for name, path in FILES:
        if name != "cli":
            calls = [
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            ]
            assert not [call for call in calls if getattr(call.func, "id", "") == "print"], f"{name} prints"

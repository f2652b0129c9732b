"""All figures under one name, and all their texts in the catalogue."""

import ast
import re
from pathlib import Path

from cmresearch.language.catalogue import catalogue
from cmresearch.report import plots

REPORT = Path(plots.__file__).parent
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(REPORT.glob("*.py"))]


def keys_in_code():
    """Every key of a figure's text that the code names, with a pattern where a part of it is filled in."""
    parts = {
        id(part) for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in (node for tree in TREES for node in ast.walk(tree)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield re.escape(node.value)


KEYS = {key for key in keys_in_code() if re.match(r"figure\\\.[^ ]+$", key)}
TEXTS = {key for key in catalogue() if key.startswith("figure.")}


def test_every_text_that_a_figure_asks_for_is_in_the_catalogue():
    assert KEYS
    assert {key for key in KEYS if not any(re.fullmatch(key, text) for text in TEXTS)} == set()


def test_every_text_of_the_figures_in_the_catalogue_is_used():
    assert {text for text in TEXTS if not any(re.fullmatch(key, text) for key in KEYS)} == set()


def test_every_figure_of_the_package_is_found_under_one_name():
    drawn = {
        node.name
        for tree in TREES
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("plot_")
    }
    assert drawn == {name for name in plots.__all__ if name.startswith("plot_")}

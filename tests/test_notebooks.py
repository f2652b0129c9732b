"""The notebooks' form: whether they can be read as one argument. Their outputs are run again by nbval.

Those of an example need data that are not kept here; they are run again where the data are, and skipped elsewhere.
"""

import ast
import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from cmresearch.study.provenance import KINDS
from cmresearch.study.study import open_study

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "notebooks"
OF_EXAMPLES = {"nyc-council-casework": "nyc-council-casework/casework-export-2025-11.parquet"}  # and its data
FOLDERS = [FOLDER, *(PROJECT / "examples" / name / "notebooks" for name in OF_EXAMPLES)]
PATHS = [path for folder in FOLDERS for path in sorted(folder.glob("*.ipynb"))]
LONGEST = 12  # lines of a code cell
DATA = "**Data in this notebook:**"
NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?![\w])|(?<![\w.,-])\d+(?:\.\d+)?(?![\w-])")
NEEDS_NO_RESULT = {*range(20), 95, 2020}  # small counts, the level of confidence, the year

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def cells(path, kind=None):
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in found if kind in (None, cell["cell_type"])]


def syntax(cell):
    magic_removed = re.sub(r"^%.*$", "", cell["source"], flags=re.MULTILINE)
    return list(ast.walk(ast.parse(magic_removed)))


def results(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def output_texts(path):
    found = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in results(path)]
    return ["".join(text) for text in found]


def numbers(text):
    return [(float(word.replace(",", "")), len(word.partition(".")[2])) for word in NUMBER.findall(text)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_the_notebooks_are_numbered_without_a_gap(folder):
    numbered = [int(path.stem[:2]) for path in PATHS if path.parent == folder]
    assert numbered == list(range(1, len(numbered) + 1))
    assert len(numbered) >= (7 if folder == FOLDER else 1)


def test_every_examples_notebooks_are_among_those_that_are_checked():
    assert {path.parent for path in (PROJECT / "examples").glob("*/notebooks/*.ipynb")} <= set(FOLDERS)


@pytest.mark.parametrize("name", OF_EXAMPLES)
def test_an_examples_notebooks_give_their_kept_outputs_again(real_data, name):
    data = real_data(OF_EXAMPLES[name])
    absent = open_study(PROJECT / "examples" / name, data=data).absent_exports
    if absent:
        pytest.skip(f"no real data: {', '.join(absent)} not beside {data}")
    command = ["--nbval", "--nbval-sanitize-with", FOLDER / "sanitize.cfg", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, command), str(PROJECT / "examples" / name / "notebooks")],
        cwd=PROJECT,
        env={**os.environ, "CMRESEARCH_DATA": str(data.absolute())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@every_notebook
def test_its_title_is_its_number_and_a_question(path):
    title = cells(path)[0]["source"].splitlines()[0]
    assert re.fullmatch(rf"# {int(path.stem[:2])}\. .+\?", title), title


@every_notebook
def test_its_first_cell_says_which_kinds_of_data_it_uses(path):
    said = cells(path)[0]["source"].partition(DATA)[2]
    assert any(kind in said for kind in (*KINDS, "none"))


@every_notebook
def test_it_defines_nothing_and_draws_nothing_itself(path):
    for cell in cells(path, "code"):
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If)
        assert not [node for node in syntax(cell) if isinstance(node, kinds)]
        assert "plt." not in cell["source"]


@every_notebook
def test_it_names_no_file_or_folder(path):
    for cell in cells(path, "code"):
        texts = [str(node.value) for node in syntax(cell) if isinstance(node, ast.Constant)]
        assert not [text for text in texts if re.search(r"[\\/]|\.(csv|toml|md|parquet|json)\b", text)]
        assert "Path(" not in cell["source"]


@every_notebook
def test_its_cells_are_short(path):
    for cell in cells(path, "code"):
        lines = cell["source"].splitlines()
        assert len(lines) <= LONGEST
        assert max(map(len, lines)) <= 120


@every_notebook
def test_a_sentence_stands_before_each_call_and_after_the_last(path):
    kinds = [cell["cell_type"] for cell in cells(path)]
    assert ("code", "code") not in set(pairwise(kinds))
    assert kinds[0] == kinds[-1] == "markdown"


@every_notebook
def test_it_was_run_from_the_first_cell_to_the_last(path):
    code = cells(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert all(output["output_type"] == "execute_result" or output.get("name") == "stdout" for output in results(path))


@every_notebook
def test_each_cell_shows_one_result_at_most(path):
    assert all(len(cell["outputs"]) <= 1 for cell in cells(path, "code"))


@every_notebook
def test_nothing_in_it_depends_on_the_machine_or_the_time(path):
    text = path.read_text(encoding="utf-8")
    assert "iopub" not in text  # times of execution
    shown = "\n".join(output_texts(path))
    assert not re.search(r" at 0x[0-9a-f]+|(^|[\s'\"(])/(home|root|tmp|usr|Users)/|[A-Z]:\\\\", shown)
    assert str(PROJECT) not in shown


@every_notebook
def test_its_cells_keep_their_names(path):
    found = cells(path)
    assert [cell["id"] for cell in found] == [f"cell-{number:02}" for number in range(1, len(found) + 1)]


@every_notebook
def test_every_quotation_stands_beside_the_label_of_its_kind(path):
    for cell in cells(path, "code"):
        assert ('"quote"' in cell["source"]) == ('"label"' in cell["source"])


@every_notebook
def test_every_figure_in_a_sentence_stands_in_a_result_there_or_before(path):
    read = [one for one in PATHS[: PATHS.index(path) + 1] if one.parent == path.parent]
    shown = [value for one in read for text in output_texts(one) for value, _ in numbers(text)]
    sentences = "\n".join(cell["source"] for cell in cells(path, "markdown"))
    named = numbers(re.sub(r"`[^`]*`|^#.*$", "", sentences, flags=re.MULTILINE))
    # A share stands in a sentence in percent and in a table as a fraction.
    missing = [
        value
        for value, digits in named
        if value not in NEEDS_NO_RESULT
        and not any(round(scale * one, digits) == value for one in shown for scale in (1, 100))
    ]
    assert not missing, f"the sentences name {missing}, which no result shows"

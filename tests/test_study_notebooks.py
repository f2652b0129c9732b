"""Notebooks run from their first cell to their last, and shown without personal data where the data are real."""

from __future__ import annotations

import nbformat
import pytest

from cmresearch.errors import ReportError
from cmresearch.study.notebooks import execute_notebooks

DATUM = "0812-0000-1234"


def notebook(folder, *cells):
    """A notebook with these cells of code."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = folder / "01-a-question.ipynb"
    nbformat.write(book, path)
    return path


def test_the_executed_copy_shows_what_the_cells_gave(tmp_path):
    (page,) = execute_notebooks([notebook(tmp_path, "6 * 7")], tmp_path / "out")
    assert "42" in page.read_text(encoding="utf-8")
    assert "42" in (tmp_path / "out" / "01-a-question.ipynb").read_text(encoding="utf-8")


def test_a_page_loads_nothing_from_anywhere(tmp_path):
    (page,) = execute_notebooks([notebook(tmp_path, "1")], tmp_path / "out")
    assert "<script" not in page.read_text(encoding="utf-8")


def test_personal_data_in_outputs_become_placeholders(tmp_path):
    cells = (f"print('call {DATUM}')", f"['{DATUM}', 'again']")
    (page,) = execute_notebooks([notebook(tmp_path, *cells)], tmp_path / "out", outputs="masked")
    copy = nbformat.read(tmp_path / "out" / "01-a-question.ipynb", as_version=4)
    assert copy.cells[0].outputs[0].text == "call [PHONE-1]\n"
    assert copy.cells[1].outputs[0].data["text/plain"] == "['[PHONE-1]', 'again']"
    assert "call [PHONE-1]" in page.read_text(encoding="utf-8")


def test_a_cell_that_fails_names_notebook_and_error(tmp_path):
    with pytest.raises(ReportError, match=r"01-a-question\.ipynb does not run: ZeroDivisionError"):
        execute_notebooks([notebook(tmp_path, "1 / 0")], tmp_path / "out")


def test_a_notebook_is_given_what_it_cannot_know(tmp_path):
    cell = "import os; os.environ['CMRESEARCH_DATA'], 'PATH' in os.environ"
    given = {"CMRESEARCH_DATA": "register.parquet"}
    (page,) = execute_notebooks([notebook(tmp_path, cell)], tmp_path / "out", environment=given)
    assert "('register.parquet', True)" in page.read_text(encoding="utf-8")


def test_no_notebooks_are_no_fault(tmp_path):
    assert execute_notebooks([], tmp_path / "out") == ()

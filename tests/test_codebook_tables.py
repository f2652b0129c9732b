import re

import pytest
from openpyxl import load_workbook

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.edits import Signature, read_draft, reword, write_draft
from cmresearch.codebook.tables import apply_changes, read_codebook_changes, write_codebook_workbook
from cmresearch.codebook.templates import write_template
from cmresearch.errors import CodebookError

SIGNED = Signature("0.2.0", "2021-09-06", "Ani", "after the workshop")


@pytest.fixture
def folder(tmp_path):
    write_template(tmp_path / "book", "iso-10002")
    return tmp_path / "book"


@pytest.fixture
def workbook(tmp_path, folder):
    path = tmp_path / "codebook.xlsx"
    write_codebook_workbook(path, read_codebook(folder))
    return path


def change(path, code, **cells):
    """Write cells of one code's row; a code that is not there gets a row at the end."""
    book = load_workbook(path)
    sheet = book["Codes"]
    names = [cell.value for cell in sheet[1]]
    keys = [row[names.index("key")].value for row in sheet.iter_rows()]
    row = keys.index(code) + 1 if code in keys else sheet.max_row + 1
    for name, value in cells.items():
        sheet.cell(row, names.index(name) + 1).value = value
    book.save(path)


def taken_over(folder, path, *, meaning="changed"):
    changes = read_codebook_changes(path, read_codebook(folder))
    return write_draft(folder, apply_changes(read_draft(folder), changes, SIGNED, meaning=meaning))


def faults(folder, path):
    with pytest.raises(CodebookError) as error:
        read_codebook_changes(path, read_codebook(folder))
    return str(error.value).replace(f"{path}", "FILE").splitlines()


def test_control_characters_are_replaced_and_the_bytes_are_the_same_each_time(tmp_path, folder):
    code = next(iter(read_codebook(folder).codes))
    write_draft(folder, reword(read_draft(folder), code, {"brief": "\x07 bell"}, SIGNED, meaning="kept"))
    for name in ("a.xlsx", "b.xlsx"):
        write_codebook_workbook(tmp_path / name, read_codebook(folder))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    cells = [cell.value for row in load_workbook(tmp_path / "a.xlsx")["Codes"].iter_rows() for cell in row]
    assert "\N{REPLACEMENT CHARACTER} bell" in cells
    assert read_codebook_changes(tmp_path / "a.xlsx", read_codebook(folder)) == ()


def test_a_workbook_that_nobody_touched_changes_nothing(folder, workbook):
    assert read_codebook_changes(workbook, read_codebook(folder)) == ()


def test_a_reworded_definition_is_taken_over_with_its_history(folder, workbook):
    change(workbook, "even_handed", definition="Other\nwords.", label_en="Fair")
    code = taken_over(folder, workbook).code("even_handed")
    assert (code.definition, code.label["en"], code.defined_in) == ("Other words.", "Fair", "0.2.0")


def test_only_words_that_may_change_the_meaning_make_codings_stale(folder, workbook):
    change(workbook, "even_handed", example="(made) Another one.")
    code = taken_over(folder, workbook).code("even_handed")
    assert (code.history[-1].change, code.defined_in) == ("clarified", "0.1.0")


def test_a_key_that_is_changed_renames_the_code(folder, workbook):
    change(workbook, "even_handed", key="fair")
    assert taken_over(folder, workbook).code("even_handed").key == "fair"


def test_a_row_without_id_is_a_new_code(folder, workbook):
    texts = dict.fromkeys(["brief", "definition", "use_when", "do_not_use_when", "example"], "=not a formula")
    change(workbook, "humour", dimension="audit", key="humour", label_en="Humour", **texts)
    book = load_workbook(workbook)
    for cell in book["Codes"][book["Codes"].max_row]:
        cell.data_type = "s"
    book.save(workbook)
    code = taken_over(folder, workbook).code("humour")
    assert (code.brief, code.dimensions, code.status) == ("=not a formula", ("audit",), "active")


def test_rows_may_be_sorted(folder, workbook):
    book = load_workbook(workbook)
    sheet = book["Codes"]
    first = [cell.value for cell in sheet[2]]
    sheet.delete_rows(2)
    sheet.append(first)
    book.save(workbook)
    assert read_codebook_changes(workbook, read_codebook(folder)) == ()


def test_every_fault_is_named_by_its_cell(folder, workbook):
    change(workbook, "even_handed", brief=None, status="retired", definition="=1+1")
    change(workbook, "humour", key="humour", dimension="audits")
    sheet = load_workbook(workbook)
    sheet["Codes"].delete_rows(2)
    sheet.save(workbook)
    assert faults(folder, workbook) == [
        "FILE, Codes!G2: holds a formula; expected a text",
        "FILE, Codes!P2: status is 'retired'; expected 'draft', it is not changed here",
        "FILE, Codes!F2: brief is empty, and was 'Each complaint is weighed without favour, and in confidence.'",
        "FILE, Codes!B13: there is no dimension 'audits'; did you mean 'audit'?",
        "FILE, sheet Codes: the row of 'open_to_feedback' is missing; a code is merged or retired, and not deleted",
    ]


def test_a_workbook_of_another_kind_is_refused(folder, workbook, tmp_path):
    book = load_workbook(workbook)
    book["Codes"].title = "Code"
    book.save(workbook)
    assert faults(folder, workbook) == ["FILE: there is no sheet 'Codes'; did you mean 'Code'?"]
    (tmp_path / "x.xlsx").write_text("no workbook")
    with pytest.raises(CodebookError, match=re.escape("x.xlsx: cannot be read as an .xlsx workbook")):
        read_codebook_changes(tmp_path / "x.xlsx", read_codebook(folder))


def test_a_missing_column_is_named(folder, workbook):
    book = load_workbook(workbook)
    book["Codes"]["F1"].value = "breif"
    book.save(workbook)
    assert faults(folder, workbook) == [
        "FILE, sheet Codes: no column 'brief'; did you mean 'breif'?",
        "FILE, sheet Codes: unknown column 'breif'; did you mean 'brief'?",
    ]


def test_the_workbook_shows_questions_and_history_too(workbook):
    book = load_workbook(workbook)
    assert book.sheetnames == ["Read me", "Codes", "Dimensions", "History"]
    assert book["History"].max_row == 13

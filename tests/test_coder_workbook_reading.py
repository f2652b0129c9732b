"""A coder's workbook read back: every fault by sheet and cell, and nothing else lost."""

import os
import shutil
import subprocess

import pandas as pd
import pytest
from openpyxl import load_workbook
from small_coding import CODEBOOK, variable
from small_workbook import ASSIGNMENT, edit, fill

from cmresearch.codebook.book import CodedVariable
from cmresearch.errors import ResponseError
from cmresearch.exchange.coder_workbook_reading import read_coder_workbook
from cmresearch.exchange.coder_workbooks import Assignment, write_coder_workbook


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "anna.xlsx"
    write_coder_workbook(path, ASSIGNMENT, CODEBOOK)
    return path


def faults(path, **options):
    with pytest.raises(ResponseError) as error:
        read_coder_workbook(path, CODEBOOK, **options)
    return [line.removeprefix(f"{path}: ") for line in str(error.value).split("\n")]


def test_what_a_coder_recorded_comes_back_as_records(file, tmp_path):
    fill(file)
    records = read_coder_workbook(file, CODEBOOK, ids=["007", "JK2", "JK3"], coder="anna")
    assert records.left == ()
    records.write(tmp_path / "anna.csv")
    assert (tmp_path / "anna.csv").read_text(encoding="utf-8") == (
        "id,coder,at,disposition,answered,memo\n"
        "007,anna,2021-07-05T08:30:00+07:00,coded,yes,\n"
        "JK2,anna,2021-07-05T08:30:00+07:00,not_codable,,\n"
        "JK3,anna,2021-07-05T08:30:00+07:00,coded,no,clear\n"
    )


def test_complaints_without_an_answer_are_left_and_no_fault(file):
    edit(file, {"D3": "not_codable"})
    records = read_coder_workbook(file, CODEBOOK)
    assert records.rows["id"].tolist() == ["007"]
    assert records.left == ("JK2", "JK3")
    assert records.rows.loc[0, "at"].startswith("20")  # when the workbook was saved


def test_sorted_rows_and_columns_of_the_coders_own_are_accepted(file):
    fill(file)
    book = load_workbook(file)
    page = book["Coding"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3, max_row=5)]
    for number, values in enumerate(reversed(rows), start=3):
        for column, value in enumerate(values, start=1):
            page.cell(number, column).value = value
            if isinstance(value, str) and value.startswith("="):
                page.cell(number, column).data_type = "s"
    page["H2"], page["H4"] = "my notes", "ask budi"
    book.save(file)
    assert read_coder_workbook(file, CODEBOOK).rows["id"].tolist() == ["007", "JK2", "JK3"]


def test_every_fault_is_named_by_sheet_and_cell_at_once(file):
    fill(file)
    edit(file, {"A3": "7", "D4": "coded", "E5": "yess", "F5": "yesterday", "B4": "Jalan bagus", "G3": "=A1"})
    assert faults(file) == [
        "Coding!A3: the id is '7', which is not one of this workbook; it was '007', whose text stands here",
        "Coding!B4: the text of 'JK2' was changed",
        "Coding!G3: holds a formula; expected a value or text",
        "Coding!E4: answered is blank; expected one of yes, no",
        "Coding!E5: answered is 'yess'; expected one of yes, no; did you mean 'yes'?",
        "Coding!F5: the time is 'yesterday'; expected one such as 2021-03-04T10:30",
    ]


def test_an_answer_where_none_is_asked_is_a_fault(file):
    edit(file, {"D3": "not_codable", "E3": "yes", "E4": "no"})
    assert faults(file) == [
        "Coding!E3: answered is 'yes' although disposition is 'not_codable'; expected it blank",
        "Coding!D4: disposition is blank; expected one of coded, not_codable",
        "Coding!E4: answered is 'no' although disposition is ''; expected it blank",
    ]


def test_a_missing_row_and_one_that_stands_twice_are_faults(file):
    book = load_workbook(file)
    for column in "ABC":
        book["Coding"][f"{column}5"] = book["Coding"][f"{column}4"].value
    book.save(file)
    assert faults(file) == [
        "Coding!A5: the complaint 'JK2' stands here a second time (first in Coding!A4)",
        "Coding: the row of 'JK3' is missing",
    ]


def test_ids_that_were_sorted_without_their_texts_are_noticed(file):
    edit(file, {"A4": "JK3", "A5": "JK2"})
    assert faults(file) == [
        "Coding!B4: the text of 'JK3' was changed; it is that of 'JK2': were only some of the columns sorted?",
        "Coding!B5: the text of 'JK2' was changed; it is that of 'JK3': were only some of the columns sorted?",
    ]


def test_another_coders_workbook_and_other_complaints_are_refused(file):
    assert faults(file, coder="budi", ids=["007", "JK2"]) == [
        "Progress!B3: the workbook is for 'anna'; expected 'budi'",
        "Checked ids: the complaint 'JK3' is not one of those to be coded",
    ]


def test_a_changed_name_does_not_fit_the_mark_of_integrity(file):
    edit(file, {"B3": "budi"}, "Progress")
    (fault,) = faults(file)
    assert fault.startswith("Progress!B14: the mark of integrity does not fit the coder, the variables")


def test_a_codebook_whose_variables_changed_is_noticed(file):
    changed = CodedVariable.model_validate(variable("answered", "yes", "no", "partly"))
    codebook = CODEBOOK.model_copy(update={"variables": (CODEBOOK.variables[0], changed)})
    with pytest.raises(ResponseError, match=r"Progress!B13: made with other coded variables than the codebook has"):
        read_coder_workbook(file, codebook)


def test_what_is_no_workbook_of_a_coder_is_refused(file, tmp_path):
    (tmp_path / "text.xlsx").write_text("id,text", encoding="utf-8")
    assert faults(tmp_path / "text.xlsx")[0].startswith("is no workbook (.xlsx)")
    assert faults(tmp_path / "none.xlsx") == ["there is no such file"]
    book = load_workbook(file)
    book.remove(book["Progress"])
    book.save(file)
    assert faults(file) == ["there is no sheet 'Progress'"]


def test_a_removed_column_is_named(file):
    edit(file, {"E2": "answerd"})
    assert faults(file) == ["Coding!2: there is no column 'answered'; did you mean 'answerd'?"]


@pytest.mark.interop
def test_a_workbook_saved_by_libreoffice_reads_the_same(file, tmp_path):
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    fill(file)
    here = read_coder_workbook(file, CODEBOOK)
    form, out = "xlsx:Calc MS Excel 2007 XML", tmp_path / "saved"
    command = [program, "--headless", "--convert-to", form, "--outdir", str(out), str(file)]
    subprocess.run(command, check=True, capture_output=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    there = read_coder_workbook(out / file.name, CODEBOOK)
    assert there.rows.to_numpy().tolist() == here.rows.to_numpy().tolist()
    page = load_workbook(out / file.name)["Coding"]
    assert page.protection.sheet
    assert page["B3"].data_type == "s"
    assert len(page.data_validations.dataValidation) == 2


def test_a_large_workbook_comes_back_whole(tmp_path):
    many = tuple(CodedVariable.model_validate(variable(f"v{number}", "yes", "no")) for number in range(20))
    codebook = CODEBOOK.model_copy(update={"variables": many})
    ids = [f"JK{number:04d}" for number in range(989)]
    complaints = pd.DataFrame({"id": ids, "text": ["Jalan rusak di depan rumah. " * 15] * 989})
    recorded = pd.DataFrame({"id": ids, **{each.key: "yes" for each in many}})
    write_coder_workbook(tmp_path / "a.xlsx", Assignment("a", complaints), codebook, recorded=recorded)
    records = read_coder_workbook(tmp_path / "a.xlsx", codebook)
    assert records.rows.shape == (989, 24)

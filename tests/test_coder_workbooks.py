"""A coder's workbook as it is written: texts that are no formulas, questions beside their answers."""

import pandas as pd
import pytest
from openpyxl import load_workbook
from small_coding import CODEBOOK
from small_workbook import ASSIGNMENT, CODED, COMPLAINTS

from cmresearch.codebook.book import read_codebook
from cmresearch.errors import ResponseError
from cmresearch.exchange.coder_workbook_reading import read_coder_workbook
from cmresearch.exchange.coder_workbooks import Assignment, assign_complaints, write_coder_workbook


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "anna.xlsx"
    write_coder_workbook(path, ASSIGNMENT, CODEBOOK)
    return path


def test_definitions_stand_in_the_coder_s_language(tmp_path, project):
    codebook = read_codebook(project / "codebook")
    write_coder_workbook(tmp_path / "anna.xlsx", ASSIGNMENT, codebook, language="id")
    shown = [[cell.value for cell in row] for row in load_workbook(tmp_path / "anna.xlsx")["Definitions"].iter_rows()]
    assert "Tidak ada yang dapat diperiksa, atau yang ditunjukkan tidak sesuai dengan aduan." in [
        row[3] for row in shown
    ]


def test_texts_are_texts_and_never_formulas(file):
    page = load_workbook(file)["Coding"]
    assert (page["B3"].value, page["B3"].data_type, page["B3"].quotePrefix) == ("=cmd|' /C calc'!A0", "s", True)
    assert (page["A3"].value, page["A3"].data_type) == ("007", "s")


def test_ids_and_texts_are_protected_and_answers_are_not(file):
    page = load_workbook(file)["Coding"]
    assert page.protection.sheet
    assert [page[f"{column}3"].protection.locked for column in "ABCDEFG"] == [True, True, True, *[False] * 4]


def test_each_variable_has_a_drop_down_with_its_question_beside_it(file):
    book = load_workbook(file)
    first, second = book["Coding"].data_validations.dataValidation
    assert (first.formula1, str(first.sqref)) == ("Definitions!$B$2:$B$3", "D3:D5")
    assert second.prompt == "What of answered?\nyes: Yes\nno: No"
    rows = [[cell.value for cell in row] for row in book["Definitions"].iter_rows(min_row=2)]
    assert rows[2] == ["answered", "yes", "Yes", "yes, in full", "What of answered?", "disposition = coded"]


def test_the_first_sheet_shows_progress_and_the_kind_of_data(file):
    book = load_workbook(file)
    assert book.sheetnames[0] == "Progress"
    about = {row[0].value: row[1].value for row in book["Progress"].iter_rows()}
    assert about["disposition recorded"] == '=COUNTIF(Coding!$D$3:$D$5,"?*")'
    shown = {row[0].value: row[1].value for row in load_workbook(file, data_only=True)["Progress"].iter_rows()}
    assert [shown[name] for name in ("disposition recorded", "left", "share done")] == [0, 3, 0]
    assert about["data"].startswith("Synthetic: made from published totals")
    assert book["Coding"]["A1"].value == about["data"]


def test_texts_are_masked_by_the_function_that_is_given(tmp_path):
    path = tmp_path / "masked.xlsx"
    write_coder_workbook(path, ASSIGNMENT, CODEBOOK, mask=lambda text: text.replace("Budi", "[NAME-1]"))
    assert load_workbook(path)["Coding"]["B5"].value == "Pak [NAME-1] belum dijawab"
    assert read_coder_workbook(path, CODEBOOK).left == ("007", "JK2", "JK3")


def test_the_same_call_gives_the_same_bytes(file, tmp_path):
    write_coder_workbook(tmp_path / "again.xlsx", ASSIGNMENT, CODEBOOK)
    assert (tmp_path / "again.xlsx").read_bytes() == file.read_bytes()


def test_what_was_recorded_before_is_filled_in(tmp_path):
    rows = [(one, "2021-07-05", *values) for one, values in CODED.items()]
    before = pd.DataFrame(rows, columns=["id", "at", "disposition", "answered", "memo"])
    path = tmp_path / "again.xlsx"
    write_coder_workbook(path, ASSIGNMENT, CODEBOOK, recorded=before)
    found = read_coder_workbook(path, CODEBOOK).rows.drop(columns="coder")
    assert found.to_numpy().tolist() == before[found.columns].to_numpy().tolist()
    assert load_workbook(path)["Coding"]["G3"].data_type == "s"  # a memo that begins like a formula
    shown = {row[0].value: row[1].value for row in load_workbook(path, data_only=True)["Progress"].iter_rows()}
    assert [shown[name] for name in ("disposition recorded", "left", "share done")] == [3, 0, 1]


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        (Assignment("a", COMPLAINTS, id_column="ids"), "the complaints have no column 'ids'; did you mean 'id'?"),
        (Assignment("a", pd.concat([COMPLAINTS] * 2)), "the id '007' stands twice; expected once"),
    ],
)
def test_complaints_that_cannot_be_told_apart_are_refused(tmp_path, assignment, sentence):
    with pytest.raises(ResponseError) as error:
        write_coder_workbook(tmp_path / "a.xlsx", assignment, CODEBOOK)
    assert str(error.value).split("\n")[0] == sentence


def test_complaints_for_everybody_are_shared_and_the_others_dealt_out():
    ids = [str(number) for number in range(20)]
    found = assign_complaints(ids, ["a", "b", "c"], double=5, seed="x")
    shared = set.intersection(*map(set, found.values()))
    assert len(shared) == 5
    assert set().union(*found.values()) == set(ids)
    assert [len(found[coder]) for coder in "abc"] == [10, 10, 10]
    assert found == assign_complaints(ids, ["a", "b", "c"], double=5, seed="x")
    with pytest.raises(ResponseError, match=r"^21 complaints for everybody; expected 0 to 20, which are to be read$"):
        assign_complaints(ids, ["a"], double=21, seed="x")

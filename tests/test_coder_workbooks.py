import os
import shutil
import subprocess

import pandas as pd
import pytest
from openpyxl import load_workbook
from small_coding import CODEBOOK, variable

from cmresearch.codebook.book import CodedVariable, read_codebook
from cmresearch.errors import ResponseError
from cmresearch.exchange.coder_workbook_reading import read_coder_workbook
from cmresearch.exchange.coder_workbooks import Assignment, assign_complaints, write_coder_workbook

COMPLAINTS = pd.DataFrame(
    {
        "id": ["007", "JK2", "JK3"],
        "text": ["=cmd|' /C calc'!A0", "Jalan rusak,\r\nsudah lama", "Pak Budi belum dijawab"],
        "final_reply": ["Sudah ditindaklanjuti", "", "+62 812"],
    }
)
ASSIGNMENT = Assignment("anna", COMPLAINTS, text_columns=("text", "final_reply"), data_kind="synthetic")
CODED = {"007": ("coded", "yes", "=1+1"), "JK2": ("not_codable", "", ""), "JK3": ("coded", "no", "clear")}
# Columns of the coding sheet: id, text, final_reply, disposition, answered, at, memo.
ID, TEXT, REPLY, DISPOSITION, ANSWERED, AT, MEMO = "ABCDEFG"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "anna.xlsx"
    write_coder_workbook(path, ASSIGNMENT, CODEBOOK)
    return path


def edit(path, cells, sheet="Coding"):
    """Write cells as a spreadsheet program would when somebody types."""
    book = load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)


def fill(path):
    cells = {}
    for number, (disposition, answered, memo) in enumerate(CODED.values(), start=3):
        cells |= {f"{DISPOSITION}{number}": disposition, f"{ANSWERED}{number}": answered or None}
        cells |= {f"{AT}{number}": "2021-07-05T08:30:00+07:00"}
        if not memo.startswith("="):
            cells[f"{MEMO}{number}"] = memo or None
    edit(path, cells)


def faults(path, **options):
    with pytest.raises(ResponseError) as error:
        read_coder_workbook(path, CODEBOOK, **options)
    return [line.removeprefix(f"{path}: ") for line in str(error.value).split("\n")]


def test_definitions_stand_in_the_coder_s_language(tmp_path, project):
    codebook = read_codebook(project / "codebook")
    write_coder_workbook(tmp_path / "anna.xlsx", ASSIGNMENT, codebook, language="id")
    shown = [[cell.value for cell in row] for row in load_workbook(tmp_path / "anna.xlsx")["Definitions"].iter_rows()]
    assert "Tidak ada yang dapat diperiksa, atau yang ditunjukkan tidak sesuai dengan aduan." in [
        row[3] for row in shown
    ]


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

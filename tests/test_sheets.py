import re
import time
import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook

from cmresearch.errors import ReportError, WritingError
from cmresearch.files.sheets import (
    LONGEST,
    DropDown,
    Formula,
    Sheet,
    Styled,
    cell_text,
    save_sheets,
    write_sheets,
    write_table,
)

TABLE = pd.DataFrame({"code": ["=1+1", "a\x0bb", None], "n": [1, 2.5, float("nan")], "seen": [True, False, True]})


def test_no_text_is_a_formula_and_numbers_stay_numbers(tmp_path):
    write_sheets({"One": TABLE, "Two": TABLE}, tmp_path / "a.xlsx", note="illustrative data")
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["One", "Two"]
    page = book["One"]
    assert page["A1"].value == "illustrative data"
    assert (page["A3"].value, page["A3"].data_type, page["A3"].quotePrefix) == ("=1+1", "s", True)
    assert page["A4"].value == "a\N{REPLACEMENT CHARACTER}b"
    assert [page["A5"].value, page["B3"].value, page["B4"].value, page["B5"].value] == [None, 1, 2.5, None]
    assert page["C3"].value == "True"


def test_the_same_tables_are_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_sheets({"One": TABLE}, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_text_longer_than_a_cell_says_what_was_cut():
    assert cell_text("x" * (LONGEST + 7)).endswith("x […7 more characters]")


def test_one_table_is_written_by_the_ending_of_the_name(tmp_path):
    write_table(TABLE, tmp_path / "a.csv", title="codes")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[1] == "=1+1,1.0,True"
    write_table(TABLE, tmp_path / "a.xlsx", title="codes")
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == ["codes"]
    with pytest.raises(ReportError, match=r"a\.ods: the name ends in '\.ods'; expected \.csv or \.xlsx$"):
        write_table(TABLE, tmp_path / "a.ods", title="codes")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    for name in ("a.xlsx", "a.csv"):
        with pytest.raises(WritingError, match=r"^cannot write to .*: No such file or directory; nothing has changed$"):
            write_table(TABLE, tmp_path / "none" / name, title="codes")


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    for name in ("a.xlsx", "a.csv"):
        (tmp_path / name).mkdir()
        with pytest.raises(ReportError, match=r"^cannot write to .*a\.(xlsx|csv): is a directory$"):
            write_table(TABLE, tmp_path / name, title="codes")


def test_a_formula_computes_and_has_its_value_for_whoever_does_not(tmp_path):
    rows = [["a", "sum", "right"], [2, Formula("=A2*2", 4), Styled(value=Formula("=B2=4", True), number_format="@")]]
    save_sheets([Sheet(title="Sums", rows=rows, widths=[9, 9, 9])], tmp_path / "a.xlsx")
    live, shown = (load_workbook(tmp_path / "a.xlsx", data_only=only)["Sums"] for only in (False, True))
    assert [cell.value for cell in live[2]] == [2, "=A2*2", "=B2=4"]
    assert [cell.value for cell in shown[2]] == [2, 4, True]


def test_the_bytes_do_not_depend_on_when_they_are_written(tmp_path, monkeypatch):
    write_sheets({"One": TABLE}, tmp_path / "a.xlsx")
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    write_sheets({"One": TABLE}, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_a_row_is_as_tall_as_its_wrapped_text_and_grows_when_somebody_types(tmp_path):
    rows = [
        ["text", "n"],
        ["one word", 1],
        ["ten letters " * 10, 2],
        ["a\nb\nc", 3],
        ["\u6f22" * 60, 4],
        ["x" * 90_000, 5],
    ]
    save_sheets([Sheet(title="Tall", rows=rows, widths=[31, 9])], tmp_path / "a.xlsx")
    page = load_workbook(tmp_path / "a.xlsx")["Tall"]
    # Thirty characters fit in a line: two times "ten letters", fifteen Chinese characters.
    assert [page.row_dimensions[row].height for row in range(2, 7)] == [None, 5 * 15, 3 * 15, 4 * 15, 408]
    assert all(cell.alignment.wrap_text for row in page.iter_rows() for cell in row)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert "customHeight" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_what_no_file_can_hold_is_replaced(tmp_path):
    table = pd.DataFrame({"text": ["a\x00b", "\ud800", "\uffff", "_x0041_", "&<>"], "n": [float("inf"), 1, 2, 3, 4]})
    write_sheets({"One": table}, tmp_path / "a.xlsx")
    page = load_workbook(tmp_path / "a.xlsx")["One"]
    mark = "\N{REPLACEMENT CHARACTER}"
    assert [cell.value for cell in page["A"]] == ["text", f"a{mark}b", mark, mark, "_x0041_", "&<>"]
    assert page["B2"].value == "inf"


def test_addresses_and_numbers_in_texts_stay_texts(tmp_path):
    table = pd.DataFrame({"text": ["https://example.org", "007", "{=A1}", "\t=1+1", "-2", "@a", "+62 812"]})
    write_sheets({"One": table}, tmp_path / "a.xlsx")
    page = load_workbook(tmp_path / "a.xlsx")["One"]
    cells = [page.cell(row, 1) for row in range(2, 9)]
    assert [cell.value for cell in cells] == table["text"].tolist()
    assert {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells] == [False, False, False, True, True, True, True]
    assert not page._hyperlinks


def test_a_sheet_is_laid_out_as_it_says(tmp_path):
    down = DropDown(
        column=2, first=3, last=4, source="Two!$A$1:$A$2", title="T" * 40, prompt="p" * 300, error="Choose one."
    )
    rows = [["a note"], ["id", "answer"], ["1", Styled(value="yes", number_format="@", locked=False)], ["2", None]]
    one = Sheet(
        title="One",
        rows=rows,
        widths=[10, 20],
        head=2,
        frozen="B3",
        drop_downs=[down],
        filtered=True,
        landscape=True,
        protected=True,
    )
    two = Sheet(title="Two", rows=[["yes"], ["no"]], widths=[9], head=0, hidden=True)
    save_sheets([one, two], tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    page = book["One"]
    (found,) = page.data_validations.dataValidation
    assert (found.formula1, str(found.sqref), found.promptTitle) == ("Two!$A$1:$A$2", "B3:B4", "T" * 32)
    assert (len(found.prompt), found.prompt[-2:], found.error) == (255, "p…", "Choose one.")
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("B3", "A2:B4", "$1:$2")
    assert (page.page_setup.orientation, page.protection.sheet, page.protection.formatRows) == (
        "landscape",
        True,
        False,
    )
    assert (page["A3"].protection.locked, page["B3"].protection.locked, page["B3"].number_format) == (True, False, "@")
    assert (page["A2"].font.bold, page["A1"].font.bold, page["A1"].alignment.wrap_text) == (True, False, None)
    assert (book["Two"].sheet_state, book["Two"].freeze_panes, book["Two"]["A1"].font.bold) == ("hidden", None, False)


def test_only_this_module_writes_workbooks(project):
    writes = re.compile(r"xlsxwriter import Workbook|\bWorkbook\(\)|\.create_sheet\(")
    found = [path.name for path in (project / "src").rglob("*.py") if writes.search(path.read_text(encoding="utf-8"))]
    assert found == ["sheets.py"]

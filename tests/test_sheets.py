import pandas as pd
import pytest
from openpyxl import load_workbook

from cmresearch.errors import ReportError, WritingError
from cmresearch.files.sheets import LONGEST, cell_text, write_sheets, write_table

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

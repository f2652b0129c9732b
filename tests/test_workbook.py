"""The workbook: every table, no formulas but our own, the same bytes."""

import re
import zipfile

import openpyxl
import pytest
from small_study import FORMULA, MARKUP, OTHER, write_study, write_study_with_words

from cmresearch.errors import ReportError
from cmresearch.report.workbook import write_workbook
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

SHEETS = [
    "Read me",
    "Findings",
    "Dimensions",
    "Joint display",
    "Robustness",
    "Estimates",
    "By stratum",
    "Recomputed",
    "Reliability",
    "Strata",
    "Sample",
    "Segments",
    "Codebook",
    "Data dictionary",
]


ABOUT = "+the sample and the informants look at different months"
COMPUTING = {"By stratum", "Recomputed"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("workbook"))))


@pytest.fixture(scope="module")
def path(run, tmp_path_factory):
    place = tmp_path_factory.mktemp("out") / "workbook.xlsx"
    write_workbook(run, place)
    return place


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def cells_of(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def column_of(sheet, name):
    place = [cell.value for cell in sheet[1]].index(name)
    return [row[place].value for row in sheet.iter_rows(min_row=2)]


def test_every_table_has_its_sheet(book):
    assert book.sheetnames == SHEETS
    assert book["Findings"].max_row == 1 + 3
    assert column_of(book["Dimensions"], "dimension") == ["create_closure"]
    assert column_of(book["Joint display"], "convergence") == ["partial_agreement"]
    assert book["Sample"].max_row == 1 + 8


def test_no_text_becomes_a_formula(book):
    texts = [cell for cell in cells_of(book) if cell.parent.title not in COMPUTING]
    risky = [cell for cell in texts if str(cell.value).startswith(("=", "+", "@"))]
    assert {cell.data_type for cell in risky} == {"s"}
    assert all(cell.quotePrefix for cell in risky)
    assert {OTHER, f"+memo {MARKUP}", "=1+1 is what the register says", ABOUT, "@post"} <= {
        cell.value for cell in risky
    }


def test_the_file_itself_holds_formulas_only_where_estimates_are_recomputed(path):
    with zipfile.ZipFile(path) as archive:
        pages = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in range(1, len(SHEETS) + 1)]
    computing = {title for title, page in zip(SHEETS, pages, strict=True) if re.search(r"<f[ >/]", page)}
    assert computing == COMPUTING


def test_formulas_show_their_values_to_whoever_does_not_compute(path, book):
    shown = openpyxl.load_workbook(path, data_only=True)
    formulas = [cell for title in COMPUTING for row in book[title].iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert all(shown[cell.parent.title][cell.coordinate].value is not None for cell in formulas)
    for name in ("estimate", "standard_error", "lower", "upper"):
        found, reported = (column_of(shown["Recomputed"], each) for each in (name, f"reported_{name}"))
        assert found == pytest.approx(reported, rel=1e-8, abs=1e-12)
    assert set(column_of(shown["Recomputed"], "agrees")) == {True}


def test_the_text_of_complaints_is_not_in_the_workbook(book):
    assert MARKUP + FORMULA not in {cell.value for cell in cells_of(book)}
    assert "text" not in [cell.value for cell in book["Sample"][1]]


def test_an_illustrative_segment_carries_its_label(book):
    assert set(column_of(book["Segments"], "data_kind")) == {"illustrative"}
    assert all(label.startswith("Ilustrasi:") for label in column_of(book["Segments"], "label"))


def test_the_sample_holds_design_and_coded_variables(book):
    assert sum(column_of(book["Sample"], "design_weight")) == pytest.approx(16)
    assert set(column_of(book["Sample"], "final_answer")) == {"explicit", "none"}


def test_the_first_sheet_says_what_the_data_are(book):
    texts = {row[0].value: row[1].value for row in book["Read me"].iter_rows(min_row=2)}
    assert texts["beware"] == "Made data are no evidence about Smallville."
    assert texts["findings"] == "1 of 3 findings recomputed"
    assert texts["seed"] == "a small seed"


def test_every_sheet_can_be_filtered_below_a_fixed_header(book):
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.bold


def test_a_study_without_words_says_so(tmp_path):
    write_workbook(run_study(open_study(write_study(tmp_path))), tmp_path / "workbook.xlsx")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    assert book.sheetnames == SHEETS
    said = "This study has no interviews and no codebook: the words are left out."
    for name in ("Dimensions", "Robustness", "Reliability", "Segments", "Codebook"):
        assert book[name]["A2"].value == said


def test_the_same_run_gives_the_same_bytes(run, path, tmp_path):
    write_workbook(run, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_there_is_an_error(run, tmp_path):
    place = tmp_path / "none" / "workbook.xlsx"
    with pytest.raises(ReportError, match=re.escape(f"cannot write {place}: there is no folder {place.parent}")):
        write_workbook(run, place)

"""The loss report as text, table and workbook."""

import openpyxl
import pytest

from cmresearch.cli import main
from cmresearch.errors import ExchangeError
from cmresearch.exchange.losses import Loss, LossReport, Tally, write_loss_sheet

REPORT = LossReport("a.qdpx", "REFI-QDA project", "in", (Loss("links", ("=1+1", "b\x01")),), ("=note",))


def test_a_report_without_losses_says_so():
    assert str(Tally().report("a.qdc", "REFI-QDA codebook", "out")) == (
        "a.qdc: written as REFI-QDA codebook; nothing was lost"
    )


def test_a_report_names_the_first_and_counts_the_rest():
    assert str(Loss("links", tuple("abcdefghij"))) == "10 links (a, b, c, d, e, f, g, h, and 2 more)"
    assert REPORT.to_frame()["count"].tolist() == [2, 2]


def test_the_sheet_has_counts_and_every_name_and_no_formula(tmp_path):
    write_loss_sheet(tmp_path / "losses.xlsx", REPORT)
    book = openpyxl.load_workbook(tmp_path / "losses.xlsx")
    assert [cell.value for cell in book["Names"]["E"]] == ["name", "=1+1", "b\N{REPLACEMENT CHARACTER}"]
    assert [cell.value for cell in book["Counts"][3]] == ["links", 2]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert book["Names"]["E2"].quotePrefix


def test_a_sheet_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ExchangeError, match=r"there is no folder"):
        write_loss_sheet(tmp_path / "none" / "losses.xlsx", REPORT)


def test_the_same_report_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_loss_sheet(tmp_path / name, REPORT)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_folder_in_the_place_of_the_sheet_is_told_before_anything_is_written(project, tmp_path, capsys):
    (tmp_path / "d.xlsx").mkdir()
    call = ["exchange", "to-qdc", tmp_path / "a.qdc", "--study", project, "--losses", tmp_path / "d.xlsx"]
    assert main([str(word) for word in call]) == 2
    assert capsys.readouterr().err.rstrip().endswith("d.xlsx: is a directory")
    assert not (tmp_path / "a.qdc").exists()

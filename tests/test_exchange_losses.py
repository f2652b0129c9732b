"""The loss report as text, table and workbook, and the verb that shows it."""

import argparse
import json

import openpyxl
import pytest

from cmresearch.cli import exchange
from cmresearch.codebook.book import read_codebook
from cmresearch.coding.coding import read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import ExchangeError, ReportError
from cmresearch.exchange.losses import Loss, LossReport, Tally, write_loss_sheet

REPORT = LossReport("a.qdpx", "REFI-QDA project", "in", (Loss("links", ("=1+1", "b\x01")),), ("=note",))


def called(*words):
    parser = argparse.ArgumentParser()
    exchange.add_arguments(parser)
    return exchange.run(parser.parse_args([str(word) for word in words]))


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


def test_a_folder_in_the_place_of_the_sheet_is_told_before_anything_is_written(project, tmp_path):
    (tmp_path / "d.xlsx").mkdir()
    with pytest.raises(ReportError, match=r"^cannot write to .*d\.xlsx: is a directory$"):
        called("to-qdc", tmp_path / "a.qdc", "--study", project, "--losses", tmp_path / "d.xlsx")
    assert not (tmp_path / "a.qdc").exists()


def test_the_verb_writes_a_study_reads_it_back_and_reports(project, tmp_path, capsys):
    assert called("to-qdpx", tmp_path / "s.qdpx", "--study", project, "--losses", tmp_path / "l.xlsx") == 0
    assert "entries of the coding's history that no longer count" in capsys.readouterr().out
    assert called("from-qdpx", tmp_path / "s.qdpx", tmp_path / "new", "--json") == 0
    assert json.loads(capsys.readouterr().out)["losses"] == []
    sources = read_sources([tmp_path / "new/interviews", tmp_path / "new/documents"])
    codebook = read_codebook(tmp_path / "new/codebook")
    assert read_coding(tmp_path / "new/coding", codebook, sources).coders == ("coder-a", "coder-b")


@pytest.mark.parametrize(("kind", "suffix"), [("qdc", "qdc"), ("taguette", "csv")])
def test_the_verb_writes_codebooks_and_reads_them_back(project, tmp_path, capsys, kind, suffix):
    assert called(f"to-{kind}", tmp_path / f"a.{suffix}", "--study", project) == 0
    assert called(f"from-{kind}", tmp_path / f"a.{suffix}", tmp_path / "codebook") == 0
    assert "read as" in capsys.readouterr().out
    assert set(read_codebook(tmp_path / "codebook").codes) == set(read_codebook(project / "codebook").codes)


def test_the_verb_replaces_nothing_of_yours(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExchangeError, match=r"is not empty; name a folder that is"):
        called("from-qdc", tmp_path / "a.qdc", tmp_path)

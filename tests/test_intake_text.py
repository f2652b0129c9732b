"""Separated text as cities write it: its encoding, separator, quotation marks and header, found and reported."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_files import CSV, ROWS, rows, saved

from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.intake.complaints import Reading, read_complaints


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_separator_is_found_and_reported(tmp_path, delimiter):
    text = f"id{delimiter}channel{delimiter}cost\n007{delimiter}JAKI{delimiter}1,5\n008{delimiter}Qlue{delimiter}2,5\n"
    complaints = read_complaints(saved(tmp_path, "export.csv", text))
    assert complaints.reading["delimiter"] == delimiter
    assert complaints.query("SELECT cost FROM complaints ORDER BY id") == [("1,5",), ("2,5",)]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_with_or_without_a_mark(tmp_path, encoding, found):
    text = "id,channel\n" + "".join(f"{n},Café “Nº {n}”\n" for n in range(100, 130))
    complaints = read_complaints(saved(tmp_path, "export.csv", text.encode(encoding)))
    assert complaints.reading["encoding"] == found
    assert complaints.query("SELECT channel FROM complaints WHERE id = '105'") == [("Café “Nº 105”",)]


def test_single_bytes_of_windows_in_a_utf8_file_are_read_as_what_they_are(tmp_path):
    text = "id,channel\n007,Café\n008,Ångström é è\n".encode() + "009,naïve\n".encode("cp1252")
    complaints = read_complaints(saved(tmp_path, "export.csv", text))
    assert complaints.reading["encoding"] == "utf-8 and cp1252"
    assert [row[0] for row in complaints.query("SELECT channel FROM complaints ORDER BY id")] == [
        "Café",
        "Ångström é è",
        "naïve",
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path, line_end):
    assert rows(saved(tmp_path, "export.csv", CSV.replace("\n", line_end))) == ROWS


def test_line_ends_of_two_kinds_in_one_file_are_read(tmp_path):
    assert rows(saved(tmp_path, "export.csv", CSV.replace("\n", "\r\n", 2))) == ROWS


def test_a_line_break_within_quotation_marks_ends_no_row(tmp_path):
    path = saved(tmp_path, "export.csv", 'id,channel\r\n007,"JAKI\nversion 2"\r\n008,Qlue\r\n')
    assert rows(path) == [("007", "JAKI\nversion 2"), ("008", "Qlue")]


def test_a_header_under_a_title_is_found(tmp_path):
    text = "Complaints of 2020,\n,\nid,channel\n007,JAKI\n008,Qlue\n"
    complaints = read_complaints(saved(tmp_path, "export.csv", text))
    assert complaints.reading["skip_rows"] == "2"
    assert complaints.query("SELECT id FROM complaints ORDER BY id") == [("007",), ("008",)]


def test_a_header_of_two_rows_is_joined(tmp_path):
    text = "Complaint,,Times,\nid,channel,opened,closed\n1,JAKI,2020-01-01,2020-01-02\n2,Qlue,2020-01-03,2020-01-04\n"
    complaints = read_complaints(saved(tmp_path, "export.csv", text))
    assert list(complaints.columns) == ["Complaint / id", "Complaint / channel", "Times / opened", "Times / closed"]
    assert complaints.query("SELECT count(*) FROM complaints") == [(2,)]


def test_a_column_without_a_name_is_called_by_its_place(tmp_path):
    complaints = read_complaints(saved(tmp_path, "export.csv", ",id,\n0,007,x\n1,008,y\n"))
    assert list(complaints.columns) == ["unnamed 1", "id", "unnamed 3"]


def test_names_can_be_given_in_place_of_a_header(tmp_path):
    path = saved(tmp_path, "export.csv", "007,JAKI\n008,Qlue\n")
    assert rows(path, header_rows=0, names=["id", "channel"]) == [("007", "JAKI"), ("008", "Qlue")]


def test_quotation_marks_that_mean_nothing_can_be_said_to(tmp_path):
    path = saved(tmp_path, "export.tsv", 'id\tchannel\n007\t"Main St, corner\n008\tpipe 5\n')
    with pytest.raises(IntakeError, match=r"where quotation marks mean nothing in it, say quote = ''"):
        read_complaints(path)
    assert rows(path, quote="") == [("007", '"Main St, corner'), ("008", "pipe 5")]


def test_rows_of_another_width_can_be_set_aside_and_are_counted(tmp_path):
    path = saved(tmp_path, "export.csv", CSV + "Total\n1,2,3\n")
    complaints = read_complaints(path, Reading(ragged="set aside"))
    assert complaints.ragged == 2
    assert rows(path, ragged="set aside") == ROWS


def test_an_unfinished_last_line_is_reported(tmp_path):
    cut = saved(tmp_path, "export.csv", CSV[: CSV.index("Qlue") + 2])
    assert read_complaints(cut).reading["last_line"] == "not finished"
    assert "last_line" not in read_complaints(saved(tmp_path, "whole.csv", CSV)).reading


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.text(alphabet="ab1,;\t\"\n\r 'é", max_size=80))
def test_no_text_whatever_gives_anything_but_rows_or_a_named_fault(tmp_path, content):
    path = saved(tmp_path, "export.csv", content)
    try:
        read_complaints(path).query("SELECT * FROM complaints")
    except CmResearchError:
        return

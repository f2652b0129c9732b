"""Exports as they stand: what must reach the frame to the letter, and what must not pass unseen."""

import re

import duckdb
import pytest

from cmresearch.errors import IntakeError
from cmresearch.intake.complaints import read_complaints


@pytest.fixture
def rows(tmp_path):
    def read(text, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        complaints = read_complaints(path)
        return complaints.query("SELECT * FROM complaints")

    return read


def test_csv_is_text_to_the_letter(rows):
    assert rows('id,n\n007,1.50\n 8 ,NULL\n9e3,"say ""hi"""\n') == [
        ("007", "1.50"),
        (" 8 ", "NULL"),
        ("9e3", 'say "hi"'),
    ]


def test_rows_that_begin_with_a_hash_are_rows(rows):
    # An engine that guesses once took them for comments, and a complaint was gone without a word.
    assert rows("id,channel\n#1,JAKI\n2,Qlue\n") == [("#1", "JAKI"), ("2", "Qlue")]


@pytest.mark.parametrize("name", ["data[1].csv", "data*.csv", "it's.csv", "with space.csv"])
def test_a_file_name_is_a_name_and_no_pattern(rows, name):
    assert rows("id,channel\n1,JAKI\n", name) == [("1", "JAKI")]


def test_empty_and_missing_are_one_text(rows, tmp_path):
    rows('id,channel\n1,\n2,""\n')
    complaints = read_complaints(tmp_path / "export.csv")
    assert complaints.query(f"SELECT {complaints.text('channel')} FROM complaints") == [("",), ("",)]


def test_columns_of_parquet_that_differ_in_case_only_are_refused(tmp_path):
    # The engine would call the second one by another name, and answer for the first when the second is meant.
    path = tmp_path / "export.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS zqxa, {{'in': 3}} AS s, 2 AS zqxb) TO '{path}' (FORMAT parquet)")
    assert list(read_complaints(path).columns) == ["zqxa", "s", "zqxb"]
    path.write_bytes(path.read_bytes().replace(b"zqxb", b"ZQXA"))  # no engine at hand writes such a file
    message = "export.parquet has columns that differ in nothing or in case only: zqxa, ZQXA"
    with pytest.raises(IntakeError, match=re.escape(message)):
        read_complaints(path)


def test_a_misspelt_column_is_an_error_with_the_nearest_name(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,channel\n1,JAKI\n", encoding="utf-8")
    with pytest.raises(IntakeError, match=re.escape("export.csv has no column 'chanel'; did you mean 'channel'?")):
        read_complaints(path).text("chanel")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(IntakeError, match=re.escape(f"there is no file {tmp_path / 'nothing.csv'}")):
        read_complaints(tmp_path / "nothing.csv")

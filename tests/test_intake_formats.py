"""Every format a city sends, and everything that comes in the place of data."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.intake.complaints import Reading, read_complaints

ROWS = [("007", "JAKI"), ("008", "Qlue"), ("009", "Kantor Wali Kota, Jakarta")]
CSV = 'id,channel\n007,JAKI\n008,Qlue\n009,"Kantor Wali Kota, Jakarta"\n'


def rows(path: Path, **reading: object) -> list[tuple[object, ...]]:
    return read_complaints(path, Reading(**reading)).query("SELECT id, channel FROM complaints ORDER BY id")


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["export.csv", "export.tsv", "export.txt", "export", "export.data"])
def test_the_extension_plays_no_part_in_reading_text(tmp_path, name):
    assert rows(saved(tmp_path, name, CSV)) == ROWS


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


def test_gzip_is_read_whatever_its_name(tmp_path):
    assert rows(saved(tmp_path, "export", gzip.compress(CSV.encode()))) == ROWS
    assert rows(saved(tmp_path, "export.csv.gz", gzip.compress(CSV.encode("utf-16")))) == ROWS


def test_a_zip_of_one_file_is_read(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/export.csv", CSV)
        archive.writestr("__MACOSX/._export.csv", "x")
    assert rows(path) == ROWS


def test_a_zip_of_two_files_names_them(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(
        IntakeError, match=r"export.zip holds 2 files, a.csv, b.csv; name one as 'member' in \[intake\]"
    ):
        read_complaints(path)
    assert rows(path, member="b.csv") == ROWS


def test_parquet_keeps_its_types(tmp_path):
    path = tmp_path / "export.dat"
    duckdb.sql(f"COPY (SELECT '007' AS id, TIMESTAMP '2020-01-01' AS received) TO '{path}' (FORMAT parquet)")
    assert dict(read_complaints(path).columns) == {"id": "VARCHAR", "received": "TIMESTAMP"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"id": a, "channel": b} for a, b in ROWS]),
        "\n".join(json.dumps({"id": a, "channel": b}) for a, b in ROWS),
        json.dumps({"service_requests": [{"id": a, "channel": b} for a, b in ROWS]}, indent=1),
        json.dumps({"result": {"records": [{"id": a, "channel": b} for a, b in ROWS], "total": 3}}),
        json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": None, "properties": {"id": a, "channel": b}} for a, b in ROWS]}),
    ],
    ids=["a list", "a record a line", "Open311", "CKAN", "GeoJSON"],
)  # fmt: skip
def test_records_are_found_in_every_usual_layout_of_json(tmp_path, text):
    assert rows(saved(tmp_path, "export.json", text)) == ROWS


def test_an_open311_response_keeps_every_key_as_a_column(tmp_path):
    response = [
        {"service_request_id": 638344, "status": "closed", "requested_datetime": "2010-04-14T06:37:38-08:00"},
        {"service_request_id": 2, "status": "open", "address": "8TH AVE", "extended_attributes": {"x": 1}},
    ]
    complaints = read_complaints(saved(tmp_path, "requests.json", json.dumps(response)))
    assert set(complaints.columns) == {
        "service_request_id", "status", "requested_datetime", "address", "extended_attributes",
    }  # fmt: skip
    assert complaints.query("SELECT service_request_id, extended_attributes FROM complaints ORDER BY 1") == [
        ("2", '{"x":1}'),
        ("638344", None),
    ]


def test_the_largest_table_of_a_database_is_read_unless_one_is_named(tmp_path):
    path = tmp_path / "export.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE requests (id TEXT, channel TEXT)")
    connection.executemany("INSERT INTO requests VALUES (?, ?)", ROWS)
    connection.execute("CREATE TABLE users (id TEXT, channel TEXT)")
    connection.commit()
    connection.close()
    assert rows(path) == ROWS
    assert rows(path, table="users") == []
    with pytest.raises(
        IntakeError, match=r"export.db has no table 'request'; did you mean 'requests'\? \(requests, users\)"
    ):
        read_complaints(path, Reading(table="request"))


def test_a_duckdb_file_is_read_where_it_is(tmp_path):
    path = tmp_path / "export.bin"
    connection = duckdb.connect(str(path))
    connection.execute(
        "CREATE TABLE requests AS SELECT * FROM (VALUES ('007', 'JAKI'), ('008', 'Qlue')) AS t (id, channel)"
    )
    connection.close()
    assert rows(path) == [("007", "JAKI"), ("008", "Qlue")]


def test_the_fullest_sheet_is_read_and_its_dates_are_dates(tmp_path):
    cells = [["id", "channel", "received"], ["007", "JAKI", datetime(2020, 3, 4, 5, 6)], ["008", "Qlue", None]]  # noqa: DTZ001
    path = workbook(tmp_path / "export.xlsx", ("Read me", [["About"]]), ("Data", cells))
    complaints = read_complaints(path)
    assert complaints.reading["sheet"] == "Data"
    assert complaints.query("SELECT id, received FROM complaints ORDER BY id") == [
        ("007", "2020-03-04 05:06:00"),
        ("008", None),
    ]
    with pytest.raises(IntakeError, match=r"export.xlsx has no sheet 'data'; did you mean 'Data'\?"):
        read_complaints(path, Reading(sheet="data"))


def test_merged_cells_over_the_header_name_their_columns(tmp_path):
    cells = [
        ["Report 2020"],
        [],
        ["Complaint", None, "Times"],
        ["id", "channel", "days"],
        ["007", "JAKI", 3],
        ["008", "Qlue", 4],
    ]
    path = workbook(tmp_path / "export.xlsx", ("Data", cells))
    book = openpyxl.load_workbook(path)
    book["Data"].merge_cells("A3:B3")
    book.save(path)
    complaints = read_complaints(path)
    assert list(complaints.columns) == ["Complaint / id", "Complaint / channel", "Times / days"]
    assert complaints.query('SELECT "Times / days" FROM complaints') == [("3",), ("4",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "export.csv is empty"),
        (" \n \n", "export.csv has no header: it holds nothing but blanks"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "export.csv is a Git LFS pointer to a file of 12,345 bytes, not the file: fetch it with 'git lfs pull'",
        ),
        (
            "\n<html><head><title>502 Bad Gateway</title></head></html>",
            "export.csv is a web page ('502 Bad Gateway'), not the data: download the file itself again",
        ),
        ("<?xml "
         "version='1.0'?><Error><Code>AccessDenied</Code></Error>", "export.csv is XML ('AccessDenied'); expected CSV"),
        ('{"error": true, "message": "Not found"}', "export.csv is JSON without a list of records; it says"),
        (b"%PDF-1.7\n", "export.csv is a PDF document; expected CSV"),
        (b"a,b\n1,\x00\x00\x00\x01\n", "export.csv is no text: it holds bytes of value 0"),
        ("id,channel\n", "export.csv has a header and no rows under it: id, channel"),
        ("id,ID\n1,2\n", "export.csv has columns that differ in nothing or in case only: id, ID"),
        ("id,channel\n1,x\n2\n3,y\n", "1 rows have more or fewer cells than the header (line 3: 1 cells where the "
                                      "header has 2, '2')"),
        ('id,channel\n1,"x\n2,y\n', "export.csv is broken or cut off, so no part of it is read"),
        (b"\xfd7zXZ\x00\x00", "export.csv is compressed with xz; expected CSV"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_named_for_what_it_is(tmp_path, content, says):
    with pytest.raises(IntakeError) as error:
        read_complaints(saved(tmp_path, "export.csv", content))
    assert says in str(error.value)


def test_an_error_object_on_one_line_is_no_record(tmp_path):
    with pytest.raises(IntakeError, match="is JSON without a list of records"):
        read_complaints(saved(tmp_path, "export.json", '{"error":{"code":404}}'))


def test_a_workbook_with_a_password_and_an_old_workbook_are_named(tmp_path):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    locked = saved(tmp_path, "locked.xlsx", old + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(IntakeError, match=r"locked.xlsx is a workbook that is protected by a password"):
        read_complaints(locked)
    with pytest.raises(IntakeError, match=r"old.xls is a workbook in Excel's old format \(.xls\): save it as .xlsx"):
        read_complaints(saved(tmp_path, "old.xls", old + "Workbook".encode("utf-16-le")))


@pytest.mark.parametrize("packing", ["zip", "gzip"])
def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, packing):
    path = tmp_path / "bomb"
    content = b"id,channel\n" + b"0" * (120 << 20)
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb.csv", content)
    else:
        path.write_bytes(gzip.compress(content))
    with pytest.raises(IntakeError, match=r"bomb would grow from [\d,]+ to at least [\d,]+ bytes when unpacked"):
        read_complaints(path)


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


def samples(folder: Path) -> dict[str, bytes]:
    """One small file of each format."""
    text = "id,channel\n" + "".join(f"{n:03},Café {n}\n" for n in range(60))
    made = {"csv": text.encode(), "utf16": text.encode("utf-16"), "gzip": gzip.compress(text.encode(), mtime=0)}
    made["json"] = json.dumps([{"id": str(n), "channel": "x"} for n in range(60)]).encode()
    made["lines"] = b"".join(json.dumps({"id": str(n), "channel": "x"}).encode() + b"\n" for n in range(60))
    made["xlsx"] = workbook(
        folder / "a.xlsx", ("S", [["id", "channel"], *([str(n), "x"] for n in range(60))])
    ).read_bytes()
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    made["zip"] = (folder / "a.zip").read_bytes()
    duckdb.sql(f"COPY (SELECT range AS id, 'x' AS channel FROM range(60)) TO '{folder / 'a.parquet'}' (FORMAT parquet)")
    made["parquet"] = (folder / "a.parquet").read_bytes()
    connection = sqlite3.connect(folder / "a.db")
    connection.execute("CREATE TABLE t (id TEXT, channel TEXT)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(str(n), "x") for n in range(60)])
    connection.commit()
    connection.close()
    made["sqlite"] = (folder / "a.db").read_bytes()
    database = duckdb.connect(str(folder / "a.duckdb"))
    database.execute("CREATE TABLE t AS SELECT range AS id, 'x' AS channel FROM range(60)")
    database.close()
    made["duckdb"] = (folder / "a.duckdb").read_bytes()
    return made


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    return {form: saved(folder, f"original.{form}", content) for form, content in samples(folder).items()}


FORMATS = ("csv", "utf16", "gzip", "json", "lines", "xlsx", "zip", "parquet", "sqlite", "duckdb")


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_refused_or_says_so(tmp_path, originals, form, share):
    """Whole lines of plain text are all that no reader can miss; everything else is refused or flagged."""
    whole = originals[form].read_bytes()
    path = saved(tmp_path, "cut", whole[: int(len(whole) * share)])
    try:
        complaints = read_complaints(path)
        ((count,),) = complaints.query("SELECT count(*) FROM complaints")
        complaints.query("SELECT * FROM complaints")
    except CmResearchError:
        return
    ends = path.read_bytes().endswith((b"\n", b"\n\x00"))
    plain = form in ("csv", "utf16", "lines")
    assert count == 60 or (plain and (ends or complaints.reading.get("last_line") == "not finished"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=400))
def test_no_bytes_whatever_give_anything_but_rows_or_a_named_fault(tmp_path, content):
    path = saved(tmp_path, "export.csv", content)
    try:
        read_complaints(path).query("SELECT * FROM complaints")
    except CmResearchError:
        return


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.text(alphabet="ab1,;\t\"\n\r 'é", max_size=80))
def test_no_text_whatever_gives_anything_but_rows_or_a_named_fault(tmp_path, content):
    path = saved(tmp_path, "export.csv", content)
    try:
        read_complaints(path).query("SELECT * FROM complaints")
    except CmResearchError:
        return


@pytest.mark.parametrize("form", ["xlsx", "sqlite", "json", "gzip", "zip", "parquet", "duckdb"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0.02, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_changed_byte_gives_no_traceback(tmp_path, originals, form, place, byte):
    content = bytearray(originals[form].read_bytes())
    content[int(len(content) * place)] = byte
    path = saved(tmp_path, "changed", bytes(content))
    try:
        read_complaints(path).query("SELECT * FROM complaints")
    except CmResearchError:
        return

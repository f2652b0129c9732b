"""Workbooks, databases and JSON, whole or cut off."""

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
from small_files import ROWS, rows, saved, workbook

from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.intake.complaints import Reading, read_complaints


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


def test_an_error_object_on_one_line_is_no_record(tmp_path):
    with pytest.raises(IntakeError, match="is JSON without a list of records"):
        read_complaints(saved(tmp_path, "export.json", '{"error":{"code":404}}'))


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

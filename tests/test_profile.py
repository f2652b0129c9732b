"""A first look at an export, from which a sample can be drawn after a few minutes of editing."""

from __future__ import annotations

from small_export import a_citys_file

from cmresearch.intake.profile import inspect


def test_columns_have_their_likely_roles(tmp_path):
    profile = inspect(a_citys_file(tmp_path))
    assert {column.name: column.role for column in profile.columns} == {
        "Nomor Aduan": "id",
        "Tanggal Masuk": "received",
        "Tanggal Selesai": "closed",
        "Kanal": "channel",
        "Kategori": "category",
        "Kecamatan": "area",
        "Status": "status",
        "Isi Laporan": "text",
    }


def test_every_spelling_of_missing_is_counted(tmp_path):
    column = inspect(a_citys_file(tmp_path)).column("channel")
    assert (column.missing, column.blank, column.distinct) == ({"N/A": 30}, 1, 3)


def test_the_same_file_under_two_names_is_seen(tmp_path):
    a_citys_file(tmp_path, "copy.csv")
    assert inspect(a_citys_file(tmp_path)).siblings == ("copy.csv",)


def test_serial_dates_of_a_workbook_are_seen_by_name_and_range(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,Date opened,n\n" + "".join(f"{n},{43900 + n}.5,{43900 + n}\n" for n in range(40)))
    profile = inspect(path)
    assert [(column.kind, column.dates) for column in profile.columns] == [
        ("category", ()),
        ("time", ("excel",)),
        ("category", ()),
    ]


def test_a_first_look_at_new_york_takes_seconds(real_data):
    profile = inspect(real_data("nyc-council-casework/casework-export-2025-11.parquet"))
    assert profile.rows == 341_299
    assert {column.role: column.name for column in profile.columns if column.role} == {
        "id": "unique_key", "agency": "account", "received": "opendate", "closed": "closedate",
        "category": "complaint_type", "area": "council_dist",
    }  # fmt: skip

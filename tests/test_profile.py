"""A first look at an export, from which a sample can be drawn after a few minutes of editing."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.cli import compare_exports as compare_verb
from cmresearch.cli import inspect as inspect_verb
from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.files.writing import csv_text
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.intake.profile import inspect
from cmresearch.intake.profile_pages import profile_page, starting_study, write_starting_study
from cmresearch.language.voice import ENGLISH
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame
from cmresearch.study.settings import read_settings

HEADER = "Nomor Aduan;Tanggal Masuk;Tanggal Selesai;Kanal;Kategori;Kecamatan;Status;Isi Laporan"


def a_citys_file(folder, name="aduan.csv"):
    """Ninety complaints with semicolons, days first, words for missing, a repeated id and a row of totals."""
    rows = [
        f"JK-{1000 + n};{1 + n % 28:02}/03/2020 08:{n % 60:02};{1 + n % 28:02}/04/2020 09:00;"
        f"{['JAKI', 'Qlue', 'N/A'][n % 3]};{['Kerumunan', 'Bansos'][n % 2]};"
        f"{['Gambir', 'Tebet', 'Senen'][n % 3]};Selesai;"
        f"Laporan nomor {n}: ada kerumunan di depan toko, mohon ditindak"
        for n in range(90)
    ]
    text = "\n".join([HEADER, *rows, rows[0], "Total;;;;;;;", ""])
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


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


def test_dates_read_day_first_where_only_that_reads_all(tmp_path):
    assert inspect(a_citys_file(tmp_path)).mapping.dates == {
        "received": ["%d/%m/%Y %H:%M"],
        "closed": ["%d/%m/%Y %H:%M"],
    }


def test_every_spelling_of_missing_is_counted(tmp_path):
    column = inspect(a_citys_file(tmp_path)).column("channel")
    assert (column.missing, column.blank, column.distinct) == ({"N/A": 30}, 1, 3)


def test_a_sample_is_drawn_from_the_starting_study_without_an_edit(tmp_path):
    path = a_citys_file(tmp_path)
    study = write_starting_study(inspect(path), tmp_path / "study")
    plan = tomllib.loads(study.read_text(encoding="utf-8"))
    assert plan["full_set"]["file"] == "../aduan.csv"
    export = read_export(path, IntakeMapping.model_validate(plan["intake"]))
    assert export.report.accounting(ENGLISH).to_records(index=False).tolist() == [
        ("rows in the file", 92),
        ("set aside: a row of totals", 1),
        ("set aside: a repeated id", 1),
        ("complaints", 90),
    ]
    frame = read_frame(
        export.complaints, id="id", strata=plan["frame"]["strata"], variables=read_settings(study).expressions
    )
    assert dict(frame.sizes) == {"JAKI": 30, "Qlue": 30, "not stated": 30}
    assert len(draw(frame, allocate(frame, 12), seed=plan["sample"]["seed"]).rows) == 12


def test_a_starting_study_says_unit_and_role_of_its_variables(tmp_path):
    settings = read_settings(write_starting_study(inspect(a_citys_file(tmp_path)), tmp_path / "study"))
    assert settings.units == {"hours_to_close": "hours"}
    assert settings.in_role("time_to_close") == ("hours_to_close",)
    assert settings.in_role("service_level") == ("closed_within_7_days",)
    assert settings.variables["closed_within_7_days"].days == 7


def test_a_starting_study_is_never_written_over(tmp_path):
    profile = inspect(a_citys_file(tmp_path))
    write_starting_study(profile, tmp_path / "study")
    with pytest.raises(IntakeError, match=r"study.toml is there already and is not written over"):
        write_starting_study(profile, tmp_path / "study")


def test_rows_of_a_file_without_ids_are_named_by_their_number(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("type,area\n" + "Noise,North\nNoise,South\n" * 20)
    plan = tomllib.loads(write_starting_study(inspect(path), tmp_path / "study").read_text(encoding="utf-8"))
    assert (plan["intake"]["number_rows"], plan["frame"]["id"]) == ("row_number", "row_number")
    export = read_export(path, IntakeMapping.model_validate(plan["intake"]))
    assert export.complaints.query("SELECT row_number, area FROM complaints LIMIT 2") == [
        ("1", "North"),
        ("2", "South"),
    ]
    assert read_frame(export.complaints, id="row_number", strata="area").size == 40


def test_a_file_without_categories_is_said_to_have_none(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,type\n" + "".join(f"{n},Noise\n" for n in range(9)))
    with pytest.raises(
        IntakeError,
        match=r"export.csv has no column with few values, so there is nothing to make "
        r"strata",
    ):
        write_starting_study(inspect(path), tmp_path / "study")


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


def test_dates_that_read_both_ways_are_said_to(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,opened\n" + "".join(f"{n},{1 + n % 12}/{1 + n % 7}/2020\n" for n in range(60)))
    assert "date_order_ambiguous" in {fault.key for fault in inspect(path).report.faults}


def test_dates_that_read_both_ways_take_the_order_of_a_column_that_is_certain(tmp_path):
    path = tmp_path / "export.csv"
    rows = (f"{n},{1 + n % 28}/{1 + n % 7}/2020,{1 + n % 12}/{2 + n % 7}/2020" for n in range(60))
    path.write_text("\n".join(["id,opened,closed", *rows, ""]))
    assert inspect(path).mapping.dates == {"received": ["%d/%m/%Y"], "closed": ["%d/%m/%Y"]}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    header=st.lists(st.text("ab\"'#é ,;date", max_size=6), min_size=1, max_size=4),
    cells=st.lists(
        st.lists(st.sampled_from(["", "1", "1/2/2020", "x", "N/A", "é\"'", "43900"]), max_size=4), max_size=5
    ),
)
def test_a_first_look_at_any_small_file_gives_a_profile_or_a_named_fault(tmp_path, header, cells):
    path = tmp_path / "export.csv"
    rows = [header, *(([*row, *[""] * 4])[: len(header)] for row in cells)]
    path.write_text(csv_text(rows[0], rows[1:]), encoding="utf-8", newline="")
    try:
        profile = inspect(path)
        profile_page(profile)
        tomllib.loads(starting_study(profile, file="export.csv"))
    except CmResearchError:
        return


def run(verb, *words):
    import argparse

    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return verb.run(parser.parse_args([str(word) for word in words]))


def test_the_verb_shows_a_table_and_writes_a_page_and_a_study(tmp_path, capsys):
    path = a_citys_file(tmp_path)
    assert run(inspect_verb, path, "--html", tmp_path / "look.html", "--study", tmp_path / "study") == 0
    shown = capsys.readouterr().out
    assert "aduan.csv: 92 rows" in shown
    assert "repeated_id" in shown
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert page == profile_page(inspect(path))
    assert "<caption>Columns</caption>" in page


def test_the_verb_answers_in_json(tmp_path, capsys):
    assert run(inspect_verb, a_citys_file(tmp_path), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == 92
    assert answer["columns"][0]["likely"] == "id"


def test_the_page_shows_a_citys_text_as_text(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,type\n1,<script>alert(1)</script>\n2,b\n")
    assert "<script>" not in profile_page(inspect(path))


def test_the_comparing_verb_names_two_copies(tmp_path, capsys):
    first, second = a_citys_file(tmp_path), a_citys_file(tmp_path, "copy.csv")
    assert run(compare_verb, first, second, "--id", "Nomor Aduan") == 0
    assert "the same to the byte" in capsys.readouterr().out


def test_a_first_look_at_new_york_takes_seconds(real_data):
    profile = inspect(real_data("nyc-council-casework/casework-export-2025-11.parquet"))
    assert profile.rows == 341_299
    assert {column.role: column.name for column in profile.columns if column.role} == {
        "id": "unique_key", "agency": "account", "received": "opendate", "closed": "closedate",
        "category": "complaint_type", "area": "council_dist",
    }  # fmt: skip

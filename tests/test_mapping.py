"""The mapping of an export: the researcher's own choices, kept as data."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest
from pydantic import ValidationError
from small_export import DIRTY, MAPPING

from cmresearch.errors import IntakeError
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def export(tmp_path):
    def write(text=DIRTY, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_every_change_is_said(export):
    assert tuple(map(ENGLISH.phrase, read_export(export(), MAPPING).report.changes)) == (
        "'No' is called 'id'", "'Kanal' is called 'channel'", "'Masuk' is called "
                                                              "'received'", "'Selesai' is called 'closed'",
        "'Biaya' is called 'cost'", "channel: 'jaki' merged into "
                                    "'JAKI'", "read as missing: N/A", "channel: missing is called 'not stated'",
    )  # fmt: skip


def test_a_mapping_that_does_not_fit_names_every_misfit(export):
    mapping = IntakeMapping(columns={"id": "Nomor"}, dates={"Masuc": "%Y"}, roles={"chanel": "Kanal"})
    with pytest.raises(IntakeError) as error:
        read_export(export(), mapping)
    assert str(error.value).splitlines() == [
        "[intake.columns] id = 'Nomor': export.csv has no such column",
        "[intake] dates: there is no column 'Masuc'; did you mean 'Masuk'?",
        "[intake.roles]: there is no role 'chanel'; did you mean 'channel'?",
    ]


def test_unknown_settings_are_refused():
    with pytest.raises(ValidationError, match="missin"):
        IntakeMapping(missin=["N/A"])


def test_times_of_another_zone_are_put_into_the_studys(export):
    text = "id,received,closed\n1,2020-07-01 08:00:00,2020-07-01T12:30:00+00:00\n2,2020-12-01 08:00:00,\n"
    mapping = IntakeMapping(
        dates={"received": "%Y-%m-%d %H:%M:%S", "closed": "%Y-%m-%dT%H:%M:%S%z"},
        time_zone="America/New_York",
        time_zones={"received": "UTC"},
    )
    rows = read_export(export(text), mapping).complaints.query(
        "SELECT CAST(received AS VARCHAR), CAST(closed AS VARCHAR) FROM complaints ORDER BY id"
    )
    assert rows == [("2020-07-01 04:00:00", "2020-07-01 08:30:00"), ("2020-12-01 03:00:00", None)]


@pytest.mark.parametrize(
    ("written", "cell"),
    [("excel", "43922.25"), ("excel 1904", "42460.25"), ("unix", "1585720800"), ("unix ms", "1585720800000")],
)
def test_serial_numbers_are_dates(export, written, cell):
    made = read_export(export(f"id,received\n1,{cell}\n"), IntakeMapping(dates={"received": written}))
    assert made.complaints.query("SELECT received FROM complaints") == [(datetime(2020, 4, 1, 6),)]  # noqa: DTZ001


def test_parquet_columns_keep_their_types_and_can_be_named_anew(tmp_path):
    path = tmp_path / "export.parquet"
    duckdb.sql(f"COPY (SELECT 7 AS n, TIMESTAMP '2020-01-01' AS t, 'N/A' AS c) TO '{path}' (FORMAT parquet)")
    made = read_export(path, IntakeMapping(columns={"id": "n", "received": "t"}, missing=["N/A"]))
    assert dict(made.complaints.columns) == {"id": "VARCHAR", "received": "TIMESTAMP", "c": "VARCHAR"}
    assert made.complaints.query("SELECT id, c FROM complaints") == [("7", None)]

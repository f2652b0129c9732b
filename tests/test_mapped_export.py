"""A mapping turns what a city sent into complaints, the same for ever, and says all it did."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_export import DIRTY, MAPPING

from cmresearch.errors import IntakeError
from cmresearch.intake.faults import SET_ASIDE
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame


@pytest.fixture
def export(tmp_path):
    def write(text=DIRTY, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_columns_are_renamed_and_read_as_the_mapping_says(export):
    complaints = read_export(export(), MAPPING).complaints
    assert dict(complaints.columns) == {
        "id": "VARCHAR", "channel": "VARCHAR", "received": "TIMESTAMP", "closed": "TIMESTAMP", "cost": "DOUBLE",
    }  # fmt: skip
    assert complaints.query("SELECT * FROM complaints ORDER BY id") == [
        ("007", "JAKI", datetime(2020, 12, 31, 23, 59), datetime(2021, 1, 1, 0, 5), 1000.5),  # noqa: DTZ001
        ("008", "JAKI", datetime(2020, 2, 1, 8), None, 12.0),  # noqa: DTZ001
        ("009", "not stated", datetime(2020, 2, 2, 8), datetime(2020, 2, 3, 8), None),  # noqa: DTZ001
    ]


def test_every_row_is_kept_or_set_aside_with_a_reason(export):
    report = read_export(export(), MAPPING).report
    assert report.accounting(ENGLISH).to_records(index=False).tolist() == [
        ("rows in the file", 5),
        ("set aside: the header again", 1),
        ("set aside: a row of totals", 1),
        ("complaints", 3),
    ]
    assert report.accounting(Voice("id"))["rows"].tolist() == [
        "baris dalam berkas",
        "disisihkan: tajuk kolom sekali lagi",
        "disisihkan: a row of totals",  # the study's own words
        "aduan",
    ]


def test_a_frame_can_be_drawn_from_mapped_complaints(export):
    frame = read_frame(read_export(export(), MAPPING).complaints, id="id", strata="channel")
    assert dict(frame.sizes) == {"JAKI": 2, "not stated": 1}
    assert len(draw(frame, allocate(frame, 3), seed="s").rows) == 3


REPEATED = "id,type,day\n1,a,3\n1,a,3\n2,b,1\n2,c,2\n3,d,5\n"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("keep", "aabcd"), ("keep first", "abd"), ("keep last", "acd")],
)
def test_each_rule_for_repeated_ids(export, rule, kept):
    made = read_export(export(REPEATED), IntakeMapping(duplicates=rule))
    assert "".join(str(row[0]) for row in made.complaints.query("SELECT type FROM complaints ORDER BY id, day")) == kept
    assert made.report.rows == made.report.kept + sum(made.report.set_aside.values()) == 5


def test_repeated_ids_without_a_rule_are_refused_with_the_ways_out(export):
    with pytest.raises(IntakeError, match=re.escape("1 of 5: the same id with different content")):
        read_export(export(REPEATED))


def test_identical_rows_are_set_aside_and_others_of_the_same_id_refused(export):
    mapping = IntakeMapping(duplicates="keep first of identical")
    with pytest.raises(IntakeError, match="the same id with different content"):
        read_export(export(REPEATED), mapping)
    made = read_export(export("id,type\n1,a\n1,a\n2,b\n"), mapping)
    assert (made.report.kept, made.report.rows_set_aside(ENGLISH)) == (2, {"a repeated id": 1})


def test_faults_are_set_aside_or_refused_where_the_mapping_says_so(export):
    text = "id,received,closed\n1,2020-05-02,2020-05-01\n2,2020-05-02,2020-05-03\n"
    dates = {"received": "%Y-%m-%d", "closed": "%Y-%m-%d"}
    made = read_export(export(text), IntakeMapping(dates=dates, faults={"closed_before_opened": "set aside"}))
    assert (made.report.kept, made.report.rows_set_aside(ENGLISH)) == (1, {"closed before it was received": 1})
    assert [fault.done for fault in made.report.faults if fault.key == "closed_before_opened"] == [SET_ASIDE]
    with pytest.raises(IntakeError, match="closed before it was received"):
        read_export(export(text), IntakeMapping(dates=dates, faults={"closed_before_opened": "refuse"}))


def test_swapped_dates_are_put_right_where_the_mapping_says_so(export):
    days = [date(2020, 1, 15) + timedelta(days=n) for n in range(300)]
    lines = [
        f"{n},{day.year}-{day.day:02}-{day.month:02}" if day.day <= 12 and n % 2 else f"{n},{day.isoformat()}"
        for n, day in enumerate(days)
    ]
    mapping = IntakeMapping(dates={"received": "%Y-%m-%d"}, faults={"swapped_day_month": "repair"})
    made = read_export(export("\n".join(["id,received", *lines, ""])), mapping)
    read = dict(made.complaints.query("SELECT CAST(id AS INTEGER), CAST(received AS DATE) FROM complaints"))
    wrong = [n for n, day in enumerate(days) if read[n] != day]
    # One that lies within ten days of its place even when swapped cannot be told.
    assert len(wrong) < 5
    assert [fault.done.key for fault in made.report.faults if fault.key == "swapped_day_month"] == [
        "notes.done.repaired"
    ]


def test_broken_letters_points_and_zeros_are_put_right(export):
    text = "id,name,ward,zip\n1,CafÃ© â€œNordâ€\x9d,3.0,2134\n2,Café,4,02135\n"
    mapping = IntakeMapping(mojibake=["name"], whole_numbers=["ward"], width={"zip": 5})
    rows = read_export(export(text), mapping).complaints.query("SELECT name, ward, zip FROM complaints ORDER BY id")
    assert rows == [("Café “Nord”", "3", "02134"), ("Café", "4", "02135")]


def test_serial_dates_and_totals_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Report"], [], ["id", "received", "n"], ["7", 43922, 1], ["8", 43923.5, 2], ["Total", None, 3]):
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    mapping = IntakeMapping(dates={"received": "excel"}, set_aside={"a total": "id = 'Total'"})
    made = read_export(tmp_path / "export.xlsx", mapping)
    assert made.complaints.query("SELECT id, received FROM complaints ORDER BY id") == [
        ("7", datetime(2020, 4, 1)),  # noqa: DTZ001
        ("8", datetime(2020, 4, 2, 12)),  # noqa: DTZ001
    ]
    assert made.report.set_aside == {"a total": 1}


def test_near_duplicates_can_be_marked(export):
    text = "id,received,place,category\n1,2020-05-02,A,x\n2,2020-05-02,A,x\n3,2020-05-03,A,x\n"
    mapping = IntakeMapping(dates={"received": "%Y-%m-%d"}, near_duplicates="mark")
    rows = read_export(export(text), mapping).complaints.query("SELECT id, near_duplicate FROM complaints ORDER BY id")
    assert rows == [("1", 2), ("2", 2), ("3", 1)]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.lists(st.tuples(st.text("ab1 ", max_size=3), st.sampled_from(["", "x", "N/A"])), min_size=1, max_size=12)
)
def test_rows_in_are_rows_kept_and_rows_set_aside_whatever_the_file_holds(tmp_path, cells):
    path = tmp_path / "export.csv"
    path.write_text("id,type\n" + "".join(f'"{a}",{b}\n' for a, b in cells), newline="")
    made = read_export(path, IntakeMapping(duplicates="keep last", missing=["N/A"]), refuse="nothing").report
    assert made.rows == len(cells) == made.kept + sum(made.set_aside.values())


def test_the_same_file_and_mapping_give_the_same_complaints(export):
    first, second = (read_export(export(), MAPPING) for _ in range(2))
    assert first.report.to_record() == second.report.to_record()
    assert first.complaints.query("SELECT * FROM complaints") == second.complaints.query("SELECT * FROM complaints")

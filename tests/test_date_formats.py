"""How the dates of a column are written, and what is said where nobody can tell."""

from __future__ import annotations

import pytest
from small_export import a_citys_file, found

from cmresearch.errors import IntakeError
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.intake.profile import inspect


def test_dates_read_day_first_where_only_that_reads_all(tmp_path):
    assert inspect(a_citys_file(tmp_path)).mapping.dates == {
        "received": ["%d/%m/%Y %H:%M"],
        "closed": ["%d/%m/%Y %H:%M"],
    }


def test_dates_that_read_both_ways_are_said_to(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,opened\n" + "".join(f"{n},{1 + n % 12}/{1 + n % 7}/2020\n" for n in range(60)))
    assert "date_order_ambiguous" in {fault.key for fault in inspect(path).report.faults}


def test_dates_that_read_both_ways_take_the_order_of_a_column_that_is_certain(tmp_path):
    path = tmp_path / "export.csv"
    rows = (f"{n},{1 + n % 28}/{1 + n % 7}/2020,{1 + n % 12}/{2 + n % 7}/2020" for n in range(60))
    path.write_text("\n".join(["id,opened,closed", *rows, ""]))
    assert inspect(path).mapping.dates == {"received": ["%d/%m/%Y"], "closed": ["%d/%m/%Y"]}


def test_a_date_that_no_format_reads_is_refused(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,received\n1,2020-12-31\n2,soon\n")
    with pytest.raises(IntakeError) as error:
        read_export(path, IntakeMapping(dates={"received": "%Y-%m-%d"}))
    assert str(error.value) == (
        "export.csv, column received: 1 of 2: no format of the mapping reads it (%Y-%m-%d) (for example soon); "
        "add its format to [intake.dates], or its text to missing_in"
    )


def test_a_year_of_two_digits_is_no_year_of_four(export_report):
    made = export_report("id,received\n1,1/2/20\n2,1/2/2020\n", dates={"received": "%d/%m/%Y"})
    assert found(made, "unreadable_date") == [(("received",), 1, ("1/2/20",))]

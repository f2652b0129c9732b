"""Workbooks of LibreOffice (.ods), read as those of Excel are."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from damage import flipped, flipped_within
from small_files import ROWS, rows, workbook
from small_ods import cell, ods, row, sheet
from small_verbs import call

from cmresearch.errors import IntakeError
from cmresearch.intake.complaints import Reading, read_complaints
from cmresearch.study.study import open_study

CELLS = [["id", "channel"], *map(list, ROWS)]


def test_text_numbers_and_dates_are_read_as_they_are_kept(tmp_path):
    cells = [
        ["id", "received", "day", "hours", "open", "text"],
        ["007", datetime(2020, 3, 4, 5, 6), date(2020, 3, 4), 3, True, "a & b"],  # noqa: DTZ001
        [8, None, None, 2.5, False, "c"],
    ]
    complaints = read_complaints(ods(tmp_path / "export.ods", sheet("Data", cells)))
    assert dict(complaints.reading) == {"format": "ods", "sheet": "Data", "skip_rows": "0", "header_rows": "1"}
    assert complaints.query("SELECT * FROM complaints ORDER BY id") == [
        ("007", "2020-03-04 05:06:00", "2020-03-04", "3", "true", "a & b"),
        ("8", None, None, "2.5", "false", "c"),
    ]


def test_the_fullest_sheet_is_read_hidden_or_not_unless_one_is_named(tmp_path):
    few, many = sheet("Few", CELLS[:2]), sheet("Many", CELLS, style="gone")
    path = ods(tmp_path / "export.ods", few, many)
    assert rows(path) == rows(workbook(tmp_path / "export.xlsx", ("Few", CELLS[:2]), ("Many", CELLS))) == ROWS
    assert rows(path, sheet="Few") == ROWS[:1]
    with pytest.raises(IntakeError, match=r"export.ods has no sheet 'few'; did you mean 'Few'\? \(Few, Many\)"):
        read_complaints(path, Reading(sheet="few"))


def test_a_table_below_a_title_and_beside_an_empty_column_is_found(tmp_path):
    cells = [["Report 2020"], [], [None, "id", "channel"], *([None, *each] for each in ROWS)]
    assert rows(ods(tmp_path / "export.ods", sheet("Data", cells))) == ROWS


def test_the_name_plays_no_part_and_the_stated_kind_may_be_missing(tmp_path):
    assert rows(ods(tmp_path / "export.dat", sheet("Data", CELLS))) == ROWS
    assert rows(ods(tmp_path / "bare.ods", sheet("Data", CELLS), kind=None)) == ROWS


def test_the_verbs_take_it_as_they_take_any_export(tmp_path, capsys):
    cells = [["id", "channel"], *([str(n), "app" if n % 2 else "letter"] for n in range(40))]
    path = ods(tmp_path / "export.ods", sheet("Few", CELLS[:2]), sheet("Data", cells))
    assert call("inspect", path, "--sheet", "Data") == 0
    assert "export.ods: 40 rows" in capsys.readouterr().out
    drawing = ("--id", "id", "--strata", "channel", "--size", "8", "--seed", "s", "--out", tmp_path / "drawn")
    assert call("draw", path, *drawing) == 0
    assert call("verify", tmp_path / "drawn", "--frame", path) == 0


STUDY = """
[study]
key = "small"
title = { en = "A small study" }
place = "Smallville"
period = "2020"
question = "Does it hold?"
limits = ["Few."]

[full_set]
file = "full-set.ods"
kind = "synthetic"
origin = "made by hand"

[intake]
sheet = "Data"

[frame]
id = "id"
strata = ["channel"]

[sample]
size = 2
seed = "a small seed"
seed_source = "made up"
"""


def test_a_study_may_name_one_as_its_full_set(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    ods(tmp_path / "full-set.ods", sheet("Data", CELLS), sheet("Longer", [["x"]] * 9))
    assert open_study(tmp_path).read_frame().size == 3


@pytest.mark.parametrize(
    ("far", "says"),
    [
        (row(cell(None), times=1_048_000) + row(cell("x")), "reaches to row 1,048,005 and has something in 5 of"),
        (row(cell(None, 16_383), cell("x")), "reaches to column 16,384 and has something in 3 of these columns"),
        (row(cell("x", 16_384), times=1_000_000), "holds 16,384,065,536 cells"),
        (row(cell(None), times=2_000_000) + row(cell("x")), "has a cell in row 2000005, column 1; no workbook reaches"),
        (row(cell("x" * 100_000, 100), times=10_000), "with some 100,000,000,0"),
    ],
    ids=["a far row", "a far column", "repeated cells", "beyond every row", "repeated text"],
)
def test_cells_far_away_or_repeated_without_measure_are_refused_at_once(tmp_path, far, says):
    with pytest.raises(IntakeError, match=rf"export.ods.*{re.escape(says)}"):
        read_complaints(ods(tmp_path / "export.ods", sheet("Data", CELLS, more=far)))


def test_a_workbook_with_a_password_entities_or_nothing_in_it_is_named(tmp_path):
    manifest = {"META-INF/manifest.xml": "<manifest:encryption-data/>"}
    with pytest.raises(IntakeError, match=r"export.ods is a workbook that is protected by a password"):
        read_complaints(ods(tmp_path / "export.ods", sheet("Data", CELLS), parts=manifest))
    bomb = {"content.xml": "<!DOCTYPE x [<!ENTITY a 'a'>]><x>&a;</x>"}
    with pytest.raises(IntakeError, match=r"export.ods, content.xml: declares a document type or entities"):
        read_complaints(ods(tmp_path / "export.ods", parts=bomb))
    with pytest.raises(IntakeError, match=r"export.ods is a workbook with nothing in it"):
        read_complaints(ods(tmp_path / "export.ods", sheet("Data", [])))


def test_a_damaged_workbook_is_read_or_refused_with_a_sentence(tmp_path):
    whole = ods(tmp_path / "whole.ods", sheet("Data", CELLS)).read_bytes()
    path = tmp_path / "damaged.ods"
    for content in [*flipped(whole, times=40), *flipped_within(whole, times=40)]:
        path.write_bytes(content)
        try:
            read_complaints(path).query("SELECT * FROM complaints")
        except IntakeError as error:
            assert "damaged.ods" in str(error)  # noqa: PT017 - most damage is refused, some is harmless

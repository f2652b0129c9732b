"""Two exports of one register at two dates."""

from __future__ import annotations

import pytest

from cmresearch.errors import IntakeError
from cmresearch.intake.exports import compare_exports
from cmresearch.language.voice import ENGLISH, Voice

FIRST = "id,closed,type,gone\n1,,Noise,x\n2,2020-01-02,Noise,x\n3,,Trees,x\n4,,Trees,x\n4,,Parks,x\n"
SECOND = "id,type,closed,new\n1,Noise,2020-02-01,y\n2,Party,,y\n4,Trees,,y\n5,Trees,,y\n"


@pytest.fixture
def files(tmp_path):
    for name, text in (("a.csv", FIRST), ("b.csv", SECOND)):
        (tmp_path / name).write_text(text)
    return tmp_path / "a.csv", tmp_path / "b.csv"


def test_what_came_went_closed_reopened_and_changed(files):
    compared = compare_exports(*files, id="id", closed="closed")
    assert [(each.key, each.count, each.of) for each in compared.changes] == [
        ("came", 1, 4),
        ("went", 1, 4),
        ("closed", 1, 1),
        ("reopened", 1, 1),
        ("changed type", 1, 2),
        ("changed closed", 2, 2),
    ]
    (row,) = compared.to_frame(Voice("id")).query("change.str.contains('type')").to_dict("records")
    assert compared.change("changed type").shown(ENGLISH) == ["2: 'Noise' became 'Party'"]
    assert (row["change"], row["examples"]) == ("'type' berbeda dari sebelumnya", "2: 'Noise' menjadi 'Party'")
    assert (compared.rows, compared.ids, compared.repeated) == ((5, 4), (4, 4), (2, 0))


def test_the_same_file_under_two_names_is_said(files, tmp_path):
    (tmp_path / "c.csv").write_text(FIRST)
    compared = compare_exports(files[0], tmp_path / "c.csv", id="id")
    assert compared.same_file
    assert [change.count for change in compared.changes] == [0] * 5


def test_a_column_that_one_export_lacks_is_named(files):
    with pytest.raises(IntakeError, match=r"b.csv has no column 'gone'"):
        compare_exports(*files, id="id", closed="gone")


def test_the_two_exports_of_new_york(real_data):
    first = real_data("nyc-council-casework/casework-export-2022-04.parquet")
    second = real_data("nyc-council-casework/casework-export-2025-11.parquet")
    compared = compare_exports(first, second, id="unique_key", closed="closedate")
    assert compared.rows == (240_027, 341_299)
    assert compared.ids == (239_958, 341_194)
    counts = {each.key: each.count for each in compared.changes}
    assert counts["came"] - counts["went"] == 341_194 - 239_958
    assert (counts["went"], counts["closed"], counts["changed complaint_type"]) == (376, 12_388, 337)


@pytest.mark.parametrize("length", [60, 150, 400])
def test_a_long_change_is_cut(tmp_path, length):
    was, now = "a" * length, "b" * length
    for name, text in (("a.csv", was), ("b.csv", now)):
        (tmp_path / name).write_text(f"id,type\n1,{text}\n")
    (shown,) = compare_exports(tmp_path / "a.csv", tmp_path / "b.csv", id="id").change("changed type").shown(ENGLISH)
    assert shown == f"1: '{was}' became '{now}'"[:160]

"""What is wrong with the file of an export: totals, swallowed rows, and dates that are written in several ways."""

from __future__ import annotations

from small_export import found, times


def test_several_date_formats_in_one_column(export_report):
    text = times([(1, "31/12/2020"), (2, "2020-12-30"), (3, "1/2/2020 3:04 PM"), (4, "29/12/2020")], "id,received")
    made = export_report(text, dates={"received": ["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y %I:%M %p"]})
    assert found(made, "several_date_formats") == [
        (("received",), 2, ("%d/%m/%Y: 2 rows", "%Y-%m-%d: 1 rows", "%m/%d/%Y %I:%M %p: 1 rows"))
    ]
    assert [fault[1] for fault in found(made, "twelve_hour_clock")] == [1]


def test_trailing_totals_are_named(export_report):
    made = export_report("id,type,n\n1,a,3\n2,b,4\nTotal,,7\n")
    assert found(made, "total_row") == [(("id",), 1, ("Total",))]
    made = export_report("id,type,n\n1,a,3\n2,b,4\nTotal,,7\n", set_aside={"a total": "id = 'Total'"})
    assert (made.kept, made.set_aside) == (2, {"a total": 1})


def test_rows_swallowed_by_a_quotation_mark_are_counted(export_report):
    made = export_report('id,type,n\n1,a,3\n2,"b,4\n3,c,5\n4,d",6\n5,"two\nlines, no row",7\n')
    assert found(made, "rows_within_a_cell") == [(("type",), 1, ())]

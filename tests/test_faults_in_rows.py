"""What is wrong with the rows of an export: their times, their states, and rows that stand twice."""

from __future__ import annotations

from datetime import date, timedelta

from small_export import found, times

from cmresearch.language.voice import ENGLISH

ISO = "%Y-%m-%d %H:%M:%S"


def test_closed_before_opened(export_report):
    made = export_report(
        times([(1, "2020-05-02 10:00:00", "2020-05-01 10:00:00"), (2, "2020-05-02 10:00:00", "2020-05-03 10:00:01")]),
        dates={"received": ISO, "closed": ISO},
    )
    assert found(made, "closed_before_opened") == [
        (("received", "closed"), 1, ("id 1, received 2020-05-02 10:00:00, closed 2020-05-01 10:00:00",))
    ]
    assert made.to_frame().loc[0, "share"] == 0.5


def swapped_file(*, share_swapped):
    """A complaint a day through a year; dates with a day up to 12 have day and month swapped where wanted."""
    rows = []
    for n in range(300):
        day = date(2020, 1, 15) + timedelta(days=n)
        swap = day.day <= 12 and n % 100 < share_swapped
        rows.append((1000 + n, f"{day.year}-{day.day:02}-{day.month:02}" if swap else day.isoformat()))
    swapped = sum(
        1
        for n in range(300)
        if (day := date(2020, 1, 15) + timedelta(days=n)).day <= 12
        and n % 100 < share_swapped
        and abs((date(day.year, day.day, day.month) - day).days) > 45
    )
    return times(rows, "id,received"), swapped


def test_day_and_month_swapped_show_by_the_order_of_the_ids(export_report):
    text, far = swapped_file(share_swapped=50)
    ((columns, count, examples),) = found(export_report(text, dates={"received": "%Y-%m-%d"}), "swapped_day_month")
    assert columns == ("received",)
    assert count >= far > 30
    assert examples[0] == "1017, 2020-01-02"  # the 1 February, written as the 2 January


def test_dates_in_their_right_order_are_left_alone(export_report):
    text, _ = swapped_file(share_swapped=0)
    assert found(export_report(text, dates={"received": "%Y-%m-%d"}), "swapped_day_month") == []


def test_single_complaints_dated_back_are_no_swapped_dates(export_report):
    text, _ = swapped_file(share_swapped=0)
    lines = text.splitlines()
    for n in range(20, 300, 25):
        lines[n] = f"{lines[n].split(',')[0]},2019-11-11"
    assert found(export_report("\n".join(lines) + "\n", dates={"received": "%Y-%m-%d"}), "swapped_day_month") == []


def test_seconds_lost_by_a_spreadsheet(export_report):
    made = export_report(
        times([(n, f"2020-05-{n:02} 10:{n:02}:00") for n in range(1, 21)], "id,received"), dates={"received": ISO}
    )
    assert found(made, "seconds_lost") == [(("received",), 20, ())]


def year_of_times(*extra):
    rows = [(n, f"2020-{1 + n % 12:02}-{1 + n % 28:02} 10:{n % 60:02}:{n % 59:02}") for n in range(300)]
    return times([*rows, *extra], "id,received")


def test_placeholder_and_impossible_dates(export_report):
    text = year_of_times((900, "1970-01-01 00:00:00"), (901, "2059-12-31 19:00:00"), (902, "2202-05-06 10:00:00"))
    made = export_report(text, dates={"received": ISO})
    ((_, count, examples),) = found(made, "placeholder_date")
    assert (count, examples) == (2, ("id 900, received 1970-01-01 00:00:00", "id 901, received 2059-12-31 19:00:00"))
    assert found(made, "impossible_date") == [(("received",), 1, ("id 902, received 2202-05-06 10:00:00",))]


def test_batch_stamps(export_report):
    stamped = [(400 + n, "2020-06-30 23:10:05") for n in range(40)]
    made = export_report(year_of_times((399, "2020-07-01 00:00:00"), *stamped), dates={"received": ISO})
    assert [(count, examples[0]) for _, count, examples in found(made, "batch_stamp")] == [
        (1, "id 399, received 2020-07-01 00:00:00"),
        (40, "2020-06-30 23:10:05, 40 rows"),
    ]


def test_repeated_ids_the_same_and_different(export_report):
    made = export_report("id,type\n1,a\n1,a\n2,a\n2,b\n2,c\n3,a\n")
    assert {ENGLISH.phrase(fault.what): fault.count for fault in made.faults if fault.key == "repeated_id"} == {
        "the same row again (rows beyond the first)": 1,
        "the same id with different content (rows beyond the first)": 2,
    }


def test_duplicates_and_automatic_closing_said_in_words_only(export_report):
    made = export_report("id,status\n1,Closed - Duplicate\n2,Closed automatically\n3,Selesai\n4,Aduan duplikat\n")
    assert [fault[1] for fault in found(made, "duplicate_in_status")] == [2]
    assert [fault[1] for fault in found(made, "closed_automatically")] == [1]


def test_status_and_dates_disagree(export_report):
    rows = ["1,Closed,2020-01-01,", "2,Open,2020-01-01,2020-01-02", "3,Closed,2020-01-01,2020-01-03"]
    text = "\n".join(["id,status,received,closed", *rows, ""])
    made = export_report(text, dates={"received": "%Y-%m-%d", "closed": "%Y-%m-%d"})
    assert [(count, examples) for _, count, examples in found(made, "status_date_disagreement")] == [
        (1, ("id 1, status Closed, closed missing",)),
        (1, ("id 2, status Open, closed 2020-01-02 00:00:00",)),
    ]


def test_gaps_in_the_run_of_ids_hint_at_a_filter_before_us(export_report):
    made = export_report("id,type\n" + "".join(f"{n},a\n" for n in range(1, 101) if n % 7))
    ((_, count, _),) = found(made, "gaps_in_ids")
    assert count == 14  # 7, 14 … 98


def test_near_duplicates_are_counted_beyond_the_first(export_report):
    text = "id,received,place,category,text\n" + "".join(
        f"{n},2020-01-0{1 + n // 3},Jl. "
        f"Thamrin,Noise,{'Suara keras sekali setiap malam' if n < 4 else f'Lain hal nomor {n} di sini'}\n"
        for n in range(6)
    )
    made = export_report(text, dates={"received": "%Y-%m-%d"})
    assert [(count, fault[0]) for fault in found(made, "near_duplicate") for count in [fault[1]]] == [
        (4, ("place", "received", "category")),
        (3, ("text",)),
    ]

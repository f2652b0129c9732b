"""Each kind of fault that cities' files have, on a small file that has it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cmresearch.errors import IntakeError
from cmresearch.intake.faults import rows_shown, text_in_words
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH, Voice

ISO = "%Y-%m-%d %H:%M:%S"


@pytest.fixture
def report(tmp_path):
    """A function that reads a small CSV text under a mapping and gives its report, refusing nothing."""

    def read(text, **mapping):
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_export(path, IntakeMapping(**mapping), refuse="nothing").report

    return read


def found(report, key):
    """Columns, count and examples of each fault of one kind."""
    return [
        (fault.columns, fault.count, tuple(text_in_words(each, ENGLISH) for each in fault.examples))
        for fault in report.faults
        if fault.key == key
    ]


def times(rows, header="id,received,closed"):
    return header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


def test_closed_before_opened(report):
    made = report(
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


def test_day_and_month_swapped_show_by_the_order_of_the_ids(report):
    text, far = swapped_file(share_swapped=50)
    ((columns, count, examples),) = found(report(text, dates={"received": "%Y-%m-%d"}), "swapped_day_month")
    assert columns == ("received",)
    assert count >= far > 30
    assert examples[0] == "1017, 2020-01-02"  # the 1 February, written as the 2 January


def test_dates_in_their_right_order_are_left_alone(report):
    text, _ = swapped_file(share_swapped=0)
    assert found(report(text, dates={"received": "%Y-%m-%d"}), "swapped_day_month") == []


def test_single_complaints_dated_back_are_no_swapped_dates(report):
    text, _ = swapped_file(share_swapped=0)
    lines = text.splitlines()
    for n in range(20, 300, 25):
        lines[n] = f"{lines[n].split(',')[0]},2019-11-11"
    assert found(report("\n".join(lines) + "\n", dates={"received": "%Y-%m-%d"}), "swapped_day_month") == []


def test_several_date_formats_in_one_column(report):
    text = times([(1, "31/12/2020"), (2, "2020-12-30"), (3, "1/2/2020 3:04 PM"), (4, "29/12/2020")], "id,received")
    made = report(text, dates={"received": ["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y %I:%M %p"]})
    assert found(made, "several_date_formats") == [
        (("received",), 2, ("%d/%m/%Y: 2 rows", "%Y-%m-%d: 1 rows", "%m/%d/%Y %I:%M %p: 1 rows"))
    ]
    assert [fault[1] for fault in found(made, "twelve_hour_clock")] == [1]


def test_a_date_that_no_format_reads_is_refused(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,received\n1,2020-12-31\n2,soon\n")
    with pytest.raises(IntakeError) as error:
        read_export(path, IntakeMapping(dates={"received": "%Y-%m-%d"}))
    assert str(error.value) == (
        "export.csv, column received: 1 of 2: no format of the mapping reads it (%Y-%m-%d) (for example soon); "
        "add its format to [intake.dates], or its text to missing_in"
    )


def test_a_year_of_two_digits_is_no_year_of_four(report):
    made = report("id,received\n1,1/2/20\n2,1/2/2020\n", dates={"received": "%d/%m/%Y"})
    assert found(made, "unreadable_date") == [(("received",), 1, ("1/2/20",))]


def test_seconds_lost_by_a_spreadsheet(report):
    made = report(
        times([(n, f"2020-05-{n:02} 10:{n:02}:00") for n in range(1, 21)], "id,received"), dates={"received": ISO}
    )
    assert found(made, "seconds_lost") == [(("received",), 20, ())]


def year_of_times(*extra):
    rows = [(n, f"2020-{1 + n % 12:02}-{1 + n % 28:02} 10:{n % 60:02}:{n % 59:02}") for n in range(300)]
    return times([*rows, *extra], "id,received")


def test_placeholder_and_impossible_dates(report):
    text = year_of_times((900, "1970-01-01 00:00:00"), (901, "2059-12-31 19:00:00"), (902, "2202-05-06 10:00:00"))
    made = report(text, dates={"received": ISO})
    ((_, count, examples),) = found(made, "placeholder_date")
    assert (count, examples) == (2, ("id 900, received 1970-01-01 00:00:00", "id 901, received 2059-12-31 19:00:00"))
    assert found(made, "impossible_date") == [(("received",), 1, ("id 902, received 2202-05-06 10:00:00",))]


def test_batch_stamps(report):
    stamped = [(400 + n, "2020-06-30 23:10:05") for n in range(40)]
    made = report(year_of_times((399, "2020-07-01 00:00:00"), *stamped), dates={"received": ISO})
    assert [(count, examples[0]) for _, count, examples in found(made, "batch_stamp")] == [
        (1, "id 399, received 2020-07-01 00:00:00"),
        (40, "2020-06-30 23:10:05, 40 rows"),
    ]


def test_repeated_ids_the_same_and_different(report):
    made = report("id,type\n1,a\n1,a\n2,a\n2,b\n2,c\n3,a\n")
    assert {ENGLISH.phrase(fault.what): fault.count for fault in made.faults if fault.key == "repeated_id"} == {
        "the same row again (rows beyond the first)": 1,
        "the same id with different content (rows beyond the first)": 2,
    }


def test_duplicates_and_automatic_closing_said_in_words_only(report):
    made = report("id,status\n1,Closed - Duplicate\n2,Closed automatically\n3,Selesai\n4,Aduan duplikat\n")
    assert [fault[1] for fault in found(made, "duplicate_in_status")] == [2]
    assert [fault[1] for fault in found(made, "closed_automatically")] == [1]


def test_status_and_dates_disagree(report):
    rows = ["1,Closed,2020-01-01,", "2,Open,2020-01-01,2020-01-02", "3,Closed,2020-01-01,2020-01-03"]
    text = "\n".join(["id,status,received,closed", *rows, ""])
    made = report(text, dates={"received": "%Y-%m-%d", "closed": "%Y-%m-%d"})
    assert [(count, examples) for _, count, examples in found(made, "status_date_disagreement")] == [
        (1, ("id 1, status Closed, closed missing",)),
        (1, ("id 2, status Open, closed 2020-01-02 00:00:00",)),
    ]


def test_the_header_as_last_row_and_blank_rows_are_set_aside_and_counted(report):
    made = report("id,type\n1,a\n,\n2,b\nid,type\n")
    assert (made.rows, made.kept, made.rows_set_aside(ENGLISH)) == (4, 2, {"the header again": 1, "a blank row": 1})


def test_unnamed_columns_and_a_saved_index(report):
    made = report(",id,type,\n0,11,a,\n1,12,b,\n2,13,c,x\n")
    assert [fault[0] for fault in found(made, "unnamed_column")] == [("unnamed 1",), ("unnamed 4",)]
    assert [fault[0] for fault in found(made, "index_column")] == [("unnamed 1",)]


def test_every_spelling_of_missing(report):
    words = [
        "NULL",
        "NA",
        "N/A",
        "n/a",
        "UNKNOWN",
        "Unspecified",
        "Select One",
        "<name>",
        "{{ name }}",
        "Please choose an issue...",
    ]
    rows = "".join(f"{n},{word}\n" for n, word in enumerate(words)) + "".join(f"{n},Web\n" for n in range(20, 40))
    ((columns, count, _),) = found(report(f"id,channel\n{rows}"), "missing_words")
    assert (columns, count) == (("channel",), len(words))
    made = report(f"id,channel\n{rows}", missing=words)
    assert found(made, "missing_words") == []


def test_spellings_of_one_category(report):
    types = ["Economy-Jobs", "Economy-Jobs", "ECONOMY-JOBS", "Ward 3", "Ward 3", "03", "Ward 4", "Parks"]
    made = report("id,type\n" + "".join(f"{n},{each}\n" for n, each in enumerate(types)))
    ((_, count, examples),) = found(made, "spelling_variants")
    assert (count, examples) == (2, ("Economy-Jobs = ECONOMY-JOBS", "Ward 3 = 03"))


def test_types_cut_at_a_width(report):
    full = ["MENTAL "
            "HEALTH-DISABILITY-SERVICES", "FIRE AND EMERGENCY "
                                          "MANAGEMENT", "STATE AND FEDERAL CONTRACTS", "Parks", "Noise",
            "Trees", "Water supply", "Street light"]  # fmt: skip
    rows = "".join(f"{n},{full[n % 8][:25]}\n" for n in range(80))
    ((_, count, examples),) = found(report(f"id,type\n{rows}"), "cut_categories")
    assert (count, examples[0]) == (30, "FIRE AND EMERGENCY MANAGE")


def test_mojibake(report):
    made = report("id,type\n1,Café\n2,CafÃ©\n3,Itâ€™s\n4,lost \ufffd\n")
    ((_, count, examples),) = found(made, "mojibake")
    assert (count, examples[0]) == (3, "id 2, type CafÃ©")


def test_files_that_are_not_utf8_are_named(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes("id;type\n1;Café\n".encode("cp1252"))
    made = read_export(path).report
    (fault,) = (fault for fault in made.faults if fault.key == "not_utf8")
    assert ENGLISH.phrase(fault.what) == "the file is not UTF-8 but cp1252"
    assert (fault.columns_in_words(ENGLISH), fault.columns_in_words(Voice("id"))) == ("the file", "berkas")


def test_numbers_that_lost_leading_zeros_or_gained_a_point(report):
    rows = "".join(f"{n},{1000 * n % 90000 + 10000},{n % 9}.0\n" for n in range(1, 60))
    made = report(f"id,zip,ward\n{rows}98,2134,3.0\n99,501,4.0\n")
    assert found(made, "lost_leading_zeros") == [(("zip",), 2, ("2134", "501"))]
    assert found(made, "trailing_zero") == [(("ward",), 61, ("0.0", "1.0", "2.0"))]


def test_gaps_in_the_run_of_ids_hint_at_a_filter_before_us(report):
    made = report("id,type\n" + "".join(f"{n},a\n" for n in range(1, 101) if n % 7))
    ((_, count, _),) = found(made, "gaps_in_ids")
    assert count == 14  # 7, 14 … 98


def test_near_duplicates_are_counted_beyond_the_first(report):
    text = "id,received,place,category,text\n" + "".join(
        f"{n},2020-01-0{1 + n // 3},Jl. "
        f"Thamrin,Noise,{'Suara keras sekali setiap malam' if n < 4 else f'Lain hal nomor {n} di sini'}\n"
        for n in range(6)
    )
    made = report(text, dates={"received": "%Y-%m-%d"})
    assert [(count, fault[0]) for fault in found(made, "near_duplicate") for count in [fault[1]]] == [
        (4, ("place", "received", "category")),
        (3, ("text",)),
    ]


def test_trailing_totals_are_named(report):
    made = report("id,type,n\n1,a,3\n2,b,4\nTotal,,7\n")
    assert found(made, "total_row") == [(("id",), 1, ("Total",))]
    made = report("id,type,n\n1,a,3\n2,b,4\nTotal,,7\n", set_aside={"a total": "id = 'Total'"})
    assert (made.kept, made.set_aside) == (2, {"a total": 1})


def test_rows_swallowed_by_a_quotation_mark_are_counted(report):
    made = report('id,type,n\n1,a,3\n2,"b,4\n3,c,5\n4,d",6\n5,"two\nlines, no row",7\n')
    assert found(made, "rows_within_a_cell") == [(("type",), 1, ())]


def test_a_row_of_too_many_letters_is_cut_with_its_words_between():
    (row,) = rows_shown(["closed", "id", "type"], [[None, "x" * 140, "Noise"]])
    assert text_in_words(row, ENGLISH) == ("closed missing, id " + "x" * 140 + ", type Noise")[:160]
    assert text_in_words(row, Voice("id")).startswith("closed kosong, id xxx")


FAULTY = """id,received,closed,status,channel,place,category
1,2020-01-05 08:00:00,2020-01-04 09:00:00,Selesai,JAKI,Jl. Thamrin,Kerumunan
2,2020-01-06 08:00:00,,Selesai,N/A,Jl. Thamrin,kerumunan
2,2020-01-06 09:00:00,2020-01-08 09:00:00,Selesai,jaki,Jl. Thamrin,kerumunan
4,2020-01-07 08:00:00,2020-01-09 09:00:00,Proses,N/A,Jl. Sudirman,Bansos
4,2020-01-07 08:00:00,2020-01-09 09:00:00,Proses,N/A,Jl. Sudirman,Bansos
,,,,,,
id,received,closed,status,channel,place,category"""


def test_an_indonesian_reader_is_told_every_fault_in_indonesian(report):
    made = report(FAULTY, dates={"received": ISO, "closed": ISO}, duplicates="keep last", fill={"channel": "lain"})
    voice = Voice("id")
    table = made.to_frame(voice)
    assert table["what"].tolist() == [
        "baris terakhir tidak berakhir: berkas mungkin terpotong setelahnya",
        "ditutup sebelum diterima",
        "status menyatakan selesai, tetapi tidak ada tanggal selesai",
        "status menyatakan terbuka, tetapi ada tanggal selesai",
        "baris yang sama lagi (baris setelah yang pertama)",
        "id yang sama dengan isi berbeda (baris setelah yang pertama)",
        "kata yang mungkin berarti kosong",
        "1 kategori dengan beberapa ejaan (3 nilai, 2 bila digabung)",
        "1 kategori dengan beberapa ejaan (3 nilai, 2 bila digabung)",
        "tempat, hari, dan kategori sama dengan yang lain (setelah yang pertama)",
    ]
    assert table["examples"].tolist() == [
        "",
        "id 1, received 2020-01-05 08:00:00, closed 2020-01-04 09:00:00",
        "id 2, status Selesai, closed kosong",
        "id 4, status Proses, closed 2020-01-09 09:00:00 | id 4, status Proses, closed 2020-01-09 09:00:00",
        "4, 2 kali",
        "2, 2 kali",
        "'N/A' 3 kali",
        "JAKI = jaki",
        "kerumunan = Kerumunan",
        "2 kali, pertama id 4 | 2 kali, pertama id 2",
    ]
    assert table["columns"].tolist()[0] == "berkas"
    assert set(table["done"]) == {"dipertahankan, dan disebut di sini", "disisihkan"}
    assert made.rows_set_aside(voice) == {"tajuk kolom sekali lagi": 1, "baris kosong": 1, "id berulang": 2}
    assert [voice.phrase(change) for change in made.changes] == ["channel: yang kosong dinamai 'lain'"]


def test_without_a_voice_phrases_stand_as_keys(report):
    row = report(FAULTY, dates={"received": ISO, "closed": ISO}).to_frame().loc[0]
    assert (row["what"], row["columns"], row["done"]) == (
        "notes.fault.last_line",
        "notes.file.whole",
        "notes.done.kept",
    )

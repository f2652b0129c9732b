"""What is wrong with an export as a whole: what is set aside, counted and said in words."""

from __future__ import annotations

from small_export import found

from cmresearch.intake.faults import rows_shown, text_in_words
from cmresearch.intake.mapped_export import read_export
from cmresearch.language.voice import ENGLISH, Voice

ISO = "%Y-%m-%d %H:%M:%S"


def test_the_header_as_last_row_and_blank_rows_are_set_aside_and_counted(export_report):
    made = export_report("id,type\n1,a\n,\n2,b\nid,type\n")
    assert (made.rows, made.kept, made.rows_set_aside(ENGLISH)) == (4, 2, {"the header again": 1, "a blank row": 1})


def test_mojibake(export_report):
    made = export_report("id,type\n1,Café\n2,CafÃ©\n3,Itâ€™s\n4,lost \ufffd\n")
    ((_, count, examples),) = found(made, "mojibake")
    assert (count, examples[0]) == (3, "id 2, type CafÃ©")


def test_files_that_are_not_utf8_are_named(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes("id;type\n1;Café\n".encode("cp1252"))
    made = read_export(path).report
    assert [ENGLISH.phrase(fault.what) for fault in made.faults if fault.key == "not_utf8"] == [
        "the file is not UTF-8 but cp1252"
    ]


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


def test_an_indonesian_reader_is_told_every_fault_in_indonesian(export_report):
    made = export_report(
        FAULTY, dates={"received": ISO, "closed": ISO}, duplicates="keep last", fill={"channel": "lain"}
    )
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


def test_without_a_voice_phrases_stand_as_keys(export_report):
    row = export_report(FAULTY, dates={"received": ISO, "closed": ISO}).to_frame().loc[0]
    assert (row["what"], row["columns"], row["done"]) == (
        "notes.fault.last_line",
        "notes.file.whole",
        "notes.done.kept",
    )

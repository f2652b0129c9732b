"""A city's export as cities write them, for a first look."""

from __future__ import annotations

from cmresearch.intake.faults import text_in_words
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH

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


def found(report, key):
    """Columns, count and examples of each fault of one kind."""
    return [
        (fault.columns, fault.count, tuple(text_in_words(each, ENGLISH) for each in fault.examples))
        for fault in report.faults
        if fault.key == key
    ]


def times(rows, header="id,received,closed"):
    return header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


DIRTY = (
    "No;Kanal;Masuk;Selesai;Biaya\n"
    "007;JAKI;31/12/2020 23:59;1/1/2021 0:05;1.000,50\n"
    "008;jaki;1/2/2020 8:00;;12\n"
    "009;N/A;2/2/2020 8:00;3/2/2020 8:00;\n"
    "No;Kanal;Masuk;Selesai;Biaya\n"
    "Total;;;;1012,5\n"
)
MAPPING = IntakeMapping(
    columns={"id": "No", "channel": "Kanal", "received": "Masuk", "closed": "Selesai", "cost": "Biaya"},
    missing=["N/A"],
    fill={"channel": "not stated"},
    merge={"channel": {"JAKI": ["jaki"]}},
    dates={"received": "%d/%m/%Y %H:%M", "closed": "%d/%m/%Y %H:%M"},
    decimal=",",
    numbers=["cost"],
    set_aside={"a row of totals": "\"No\" = 'Total'"},
)

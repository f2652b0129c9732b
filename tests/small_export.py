"""A city's export as cities write them, for a first look."""

from __future__ import annotations

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

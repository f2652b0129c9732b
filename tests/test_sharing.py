"""A folder looked through before it is shared: every place of personal data, and none of the data."""

from __future__ import annotations

import json

import pytest
from small_datum import COMPLAINT, notebook, places_of, workbook

from cmresearch.errors import PrivacyError
from cmresearch.privacy.sharing import Disclosure, check_folder

DATA = ("Budi", "Santoso", "0812", "1234", "3171018107450000", "Siti", "Aminah")


def test_a_clean_folder_has_no_places(tmp_path):
    (tmp_path / "report.md").write_text("Tiket JK2004010012 naik bus 6A, Pergub No. 128 Tahun 2017, Rp 350.000")
    (tmp_path / "plot.png").write_bytes(b"\x89PNG\0")
    assert check_folder(tmp_path) == []


def test_a_place_never_shows_the_datum(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook())
    (tmp_path / "a.ipynb").write_text(notebook())
    (tmp_path / "a.json").write_text(json.dumps({"HP 0812-0000-1234": [COMPLAINT + ". " + COMPLAINT]}))
    (tmp_path / "HP 0812-0000-1234.md").write_text("Bu Siti dan Pak Budi Santoso")
    places = check_folder(tmp_path)
    assert len(places) > 15
    assert not [str(place) for place in places for datum in DATA if datum in str(place)]


def test_the_words_around_a_datum_say_where_to_look(tmp_path):
    (tmp_path / "a.md").write_text(f"Laporan dari {COMPLAINT} belum dijawab.")
    assert check_folder(tmp_path) == [
        Disclosure("a.md", "line 1", "name", "Laporan dari Pak [NAME], HP [PHONE] belum dijawab."),
        Disclosure("a.md", "line 1", "phone", "Laporan dari Pak [NAME], HP [PHONE] belum dijawab."),
    ]


def test_what_may_be_shared_is_named_in_any_spelling(tmp_path):
    (tmp_path / "a.md").write_text("https://corona.jakarta.go.id/x (021) 5550 0100 a@contoh.go.id @contohpemkot")
    assert len(check_folder(tmp_path)) == 4
    assert check_folder(tmp_path, allow=["jakarta.go.id", "+62 21 55500100", "@contoh.go.id", "contohpemkot"]) == []


def test_a_host_that_only_ends_like_an_allowed_one_is_not_allowed(tmp_path):
    (tmp_path / "a.md").write_text("https://notjakarta.go.id/x")
    assert places_of(tmp_path, allow=["jakarta.go.id"]) == [("a.md", "line 1", "url")]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PrivacyError) as error:
        check_folder(tmp_path / "resutls")
    assert str(error.value) == f"{tmp_path / 'resutls'}: there is no such folder to check"

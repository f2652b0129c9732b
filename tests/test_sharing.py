"""What is about to be shared: every place is found, and no report of it gives the datum away."""

from __future__ import annotations

import argparse
import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from cmresearch.cli import check_privacy
from cmresearch.errors import PrivacyError
from cmresearch.privacy.passages import MOST_BYTES, passages
from cmresearch.privacy.sharing import Disclosure, check_folder

COMPLAINT = "Pak Budi Santoso, HP 0812-0000-1234"
DATA = ("Budi", "Santoso", "0812", "1234", "3171018107450000", "Siti", "Aminah")


def places_of(folder, **named) -> list[tuple[str, str, str]]:
    return [(place.file, place.place, place.kind) for place in check_folder(folder, **named)]


def notebook() -> str:
    shown = {"text/html": ["<table><td>Bu ", "Siti</td></table>"], "image/png": "MDgxMjAwMDAxMjM0"}
    cell = {
        "cell_type": "code",
        "source": ["@property\n", "frame.id"],
        "outputs": [
            {"output_type": "stream", "text": [COMPLAINT]},
            {"output_type": "display_data", "data": shown},
            {"output_type": "error", "evalue": "", "traceback": ["NIK 3171018107450000"]},
        ],
    }
    return json.dumps({"cells": [cell, {"cell_type": "markdown", "source": COMPLAINT}], "metadata": {}, "nbformat": 4})


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sample"
    sheet.append(["id", "nik", "text"])
    sheet.append([1, 3171018107450000, COMPLAINT])
    sheet["C2"].comment = Comment("telepon 0812-0000-1234", "coder-a")
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden["B5"] = "Bu Siti"
    book.properties.creator = "Siti Aminah"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def packed(**files: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def test_a_clean_folder_has_no_places(tmp_path):
    (tmp_path / "report.md").write_text("Tiket JK2004010012 naik bus 6A, Pergub No. 128 Tahun 2017, Rp 350.000")
    (tmp_path / "plot.png").write_bytes(b"\x89PNG\0")
    assert check_folder(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", f'id,text\n1,"{COMPLAINT}"\n', [("row 2, column text", "name"), ("row 2, column text", "phone")]),
        (
            "a.csv",
            "id;nik;no_hp\n1;3171018107450000;81200001234\n",
            [("row 2, column nik", "nik"), ("row 2, column no_hp", "phone")],
        ),
        ("a.tsv", "id\ttext\n1\tBu Siti\n", [("row 2, column text", "name")]),
        ("a.json", json.dumps({"rows": [{"nik": 3171018107450000}]}), [("rows[0].nik", "nik")]),
        ("a.jsonl", '{"text": "aman"}\n{"text": "Bu Siti"}\n', [("line 2, text", "name")]),
        ("a.toml", 'x = 1\nnote = "Bu Siti"\n', [("line 2", "name")]),
        ("a.md", "# Judul\n\nRumah di Jl. Mawar\nNo. 5 sepi\n", [("line 3", "address")]),
        ("a.txt", "aman\n\naman\nBu Siti\n", [("line 4", "name")]),
        (
            "a.html",
            "<p>Pak <mark>Budi</mark> Santoso</p>\n<a href='mailto:a.b@example.com'>x</a>",
            [("line 1", "name"), ("line 2", "email")],
        ),
        ("a.html", "<style>@media x{}</style><script>var x='0812-0000-1234'</script>", [("line 1", "phone")]),
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>Bu Siti</text></svg>", [("line 1", "name")]),
        (
            "a.qdc",
            "<CodeBook>\n<Code name='x'><Description>Bu Siti</Description></Code></CodeBook>",
            [("line 2", "name")],
        ),
    ],
)
def test_every_text_format_is_read_with_the_place_of_each_datum(tmp_path, name, content, expected):
    (tmp_path / name).write_text(content)
    assert places_of(tmp_path) == [(name, place, kind) for place, kind in expected]


def test_a_notebook_is_read_with_its_outputs(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook())
    assert places_of(tmp_path) == [
        ("a.ipynb", "cell 1, output", "name"),
        ("a.ipynb", "cell 1, output", "phone"),
        ("a.ipynb", "cell 1, output", "name"),
        ("a.ipynb", "cell 1, output[0]", "nik"),
        ("a.ipynb", "cell 2, source", "name"),
        ("a.ipynb", "cell 2, source", "phone"),
    ]


def test_a_workbook_is_read_with_hidden_sheets_comments_and_author(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook())
    assert sorted(places_of(tmp_path)) == [
        ("a.xlsx", "Hidden!B5", "name"),
        ("a.xlsx", "Sample!B2", "nik"),
        ("a.xlsx", "Sample!C2", "name"),
        ("a.xlsx", "Sample!C2", "phone"),
        ("a.xlsx/docProps/core.xml", "line 1", "name"),
        ("a.xlsx/xl/comments/comment1.xml", "line 1", "phone"),
    ]


def test_packed_files_are_opened_one_in_another(tmp_path):
    project = packed(project__qde="<Project><User name='Siti Aminah'/></Project>", a__txt="Bu Siti")
    (tmp_path / "all.zip").write_bytes(packed(a__csv="text\nBu Siti\n", p__qdpx=project))
    assert places_of(tmp_path) == [
        ("all.zip/a.csv", "row 2, column text", "name"),
        ("all.zip/p.qdpx/project.qde", "line 1", "name"),
        ("all.zip/p.qdpx/a.txt", "line 1", "name"),
    ]


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


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.parquet", b"PAR1\0\0", "not a text"),
        ("a.pdf", b"%PDF-1.7", "not a text"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "not a whole packed file, or one with a password"),
        ("a.zip", packed(a__txt="aman")[:-10], "not a whole packed file, or one with a password"),
        ("a.ipynb", b"[1]", "not a notebook"),
        ("a.txt", b"a" * (MOST_BYTES + 1), "more than 64 MB"),
        ("bomb.zip", packed(a__txt=b"\n" * (MOST_BYTES + 1)), "more than 64 MB"),
    ],
    ids=["parquet", "pdf", "password", "cut off", "no notebook", "too large", "bomb"],
)
def test_what_cannot_be_looked_into_is_a_place_itself(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    (place,) = check_folder(tmp_path)
    assert (place.place, place.kind, place.excerpt) == ("the whole file", "unread", reason)
    assert check_folder(tmp_path, allow=[name]) == []


WHOLE = {"a.xlsx": workbook(), "a.zip": packed(a__csv=COMPLAINT), "a.ipynb": notebook().encode()}


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.ipynb", "a.html", "a.xlsx", "a.zip", "a.txt"])
@given(content=st.binary(max_size=200), cut=st.integers(0, 6000))
def test_no_bytes_make_the_reader_stumble(name, content, cut):
    for piece in (content, WHOLE.get(name, b"")[:cut]):
        assert list(passages(name, piece)) is not None


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PrivacyError) as error:
        check_folder(tmp_path / "resutls")
    assert str(error.value) == f"{tmp_path / 'resutls'}: there is no such folder to check"


def check(*words: str) -> int:
    parser = argparse.ArgumentParser()
    check_privacy.add_arguments(parser)
    return check_privacy.run(parser.parse_args(list(words)))


def test_the_verb_exits_with_1_and_a_line_for_each_place(tmp_path, capsys):
    (tmp_path / "a.md").write_text("Hubungi 0812-0000-1234")
    assert check(str(tmp_path)) == 1
    assert capsys.readouterr().out == "a.md, line 1: phone: Hubungi [PHONE]\n1 place to look at before sharing.\n"


def test_the_verb_answers_in_json_and_takes_a_list_of_what_may_be_shared(tmp_path, capsys):
    (tmp_path / "a.md").write_text("Hubungi 0812-0000-1234")
    assert check(str(tmp_path), "--json") == 1
    assert json.loads(capsys.readouterr().out) == [
        {"file": "a.md", "place": "line 1", "kind": "phone", "excerpt": "Hubungi [PHONE]"}
    ]
    allowed = tmp_path.parent / "allowed.txt"
    allowed.write_text("# the office\n6281200001234\n")
    assert check(str(tmp_path), "--allow-file", str(allowed)) == 0
    assert capsys.readouterr().out.startswith("No personal data found by the rules")

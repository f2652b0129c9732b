"""The texts in a file of any format, hidden ones and packed ones too."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_datum import COMPLAINT, notebook, places_of, workbook

from cmresearch.privacy.passages import MOST_BYTES, passages
from cmresearch.privacy.sharing import check_folder


def packed(**files: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


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

"""What kind of file an export is, told by its first bytes, never by its name alone."""

from __future__ import annotations

import gzip
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_files import CSV, ROWS, rows, saved

from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.intake.complaints import read_complaints


@pytest.mark.parametrize("name", ["export.csv", "export.tsv", "export.txt", "export", "export.data"])
def test_the_extension_plays_no_part_in_reading_text(tmp_path, name):
    assert rows(saved(tmp_path, name, CSV)) == ROWS


def test_gzip_is_read_whatever_its_name(tmp_path):
    assert rows(saved(tmp_path, "export", gzip.compress(CSV.encode()))) == ROWS
    assert rows(saved(tmp_path, "export.csv.gz", gzip.compress(CSV.encode("utf-16")))) == ROWS


def test_a_zip_of_one_file_is_read(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/export.csv", CSV)
        archive.writestr("__MACOSX/._export.csv", "x")
    assert rows(path) == ROWS


def test_a_zip_of_two_files_names_them(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(
        IntakeError, match=r"export.zip holds 2 files, a.csv, b.csv; name one as 'member' in \[intake\]"
    ):
        read_complaints(path)
    assert rows(path, member="b.csv") == ROWS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "export.csv is empty"),
        (" \n \n", "export.csv has no header: it holds nothing but blanks"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "export.csv is a Git LFS pointer to a file of 12,345 bytes, not the file: fetch it with 'git lfs pull'",
        ),
        (
            "\n<html><head><title>502 Bad Gateway</title></head></html>",
            "export.csv is a web page ('502 Bad Gateway'), not the data: download the file itself again",
        ),
        ("<?xml "
         "version='1.0'?><Error><Code>AccessDenied</Code></Error>", "export.csv is XML ('AccessDenied'); expected CSV"),
        ('{"error": true, "message": "Not found"}', "export.csv is JSON without a list of records; it says"),
        (b"%PDF-1.7\n", "export.csv is a PDF document; expected CSV"),
        (b"a,b\n1,\x00\x00\x00\x01\n", "export.csv is no text: it holds bytes of value 0"),
        ("id,channel\n", "export.csv has a header and no rows under it: id, channel"),
        ("id,ID\n1,2\n", "export.csv has columns that differ in nothing or in case only: id, ID"),
        ("id,channel\n1,x\n2\n3,y\n", "1 rows have more or fewer cells than the header (line 3: 1 cells where the "
                                      "header has 2, '2')"),
        ('id,channel\n1,"x\n2,y\n', "export.csv is broken or cut off, so no part of it is read"),
        (b"\xfd7zXZ\x00\x00", "export.csv is compressed with xz; expected CSV"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_named_for_what_it_is(tmp_path, content, says):
    with pytest.raises(IntakeError) as error:
        read_complaints(saved(tmp_path, "export.csv", content))
    assert says in str(error.value)


def test_a_workbook_with_a_password_and_an_old_workbook_are_named(tmp_path):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    locked = saved(tmp_path, "locked.xlsx", old + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(IntakeError, match=r"locked.xlsx is a workbook that is protected by a password"):
        read_complaints(locked)
    with pytest.raises(IntakeError, match=r"old.xls is a workbook in Excel's old format \(.xls\): save it as .xlsx"):
        read_complaints(saved(tmp_path, "old.xls", old + "Workbook".encode("utf-16-le")))


@pytest.mark.parametrize("packing", ["zip", "gzip"])
def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, packing):
    path = tmp_path / "bomb"
    content = b"id,channel\n" + b"0" * (120 << 20)
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb.csv", content)
    else:
        path.write_bytes(gzip.compress(content))
    with pytest.raises(IntakeError, match=r"bomb would grow from [\d,]+ to at least [\d,]+ bytes when unpacked"):
        read_complaints(path)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=400))
def test_no_bytes_whatever_give_anything_but_rows_or_a_named_fault(tmp_path, content):
    path = saved(tmp_path, "export.csv", content)
    try:
        read_complaints(path).query("SELECT * FROM complaints")
    except CmResearchError:
        return

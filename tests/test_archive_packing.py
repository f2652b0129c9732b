"""Zip files that are the same bytes wherever they are packed, and zip files of strangers opened within bounds."""

from __future__ import annotations

import hashlib
import stat
import zipfile

import pytest
from small_archive import (
    archive,
    zipped,
)

from cmresearch.archive.checking import verify_archive
from cmresearch.archive.packing import zip_folder
from cmresearch.cli import main
from cmresearch.errors import ArchiveError


def test_the_same_study_gives_the_same_bytes(study_with_results, archived, tmp_path):
    again = archive(study_with_results, tmp_path / "again.zip")
    assert again.path.read_bytes() == archived.path.read_bytes()
    assert again.sha256 == hashlib.sha256(archived.path.read_bytes()).hexdigest()


def test_entries_are_sorted_stored_and_without_time_or_owner(archived):
    with zipfile.ZipFile(archived.path) as file:
        entries = file.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.date_time, entry.compress_type, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0o100644)
    }


def test_packed_bytes_are_those_of_every_python(tmp_path):
    (tmp_path / "in" / "b").mkdir(parents=True)
    (tmp_path / "in" / "b" / "é.txt").write_text("two", encoding="utf-8")
    (tmp_path / "in" / "a.txt").write_text("one", encoding="utf-8")
    zip_folder(tmp_path / "in", tmp_path / "a.zip")
    # The same from Python 3.9, 3.11, 3.12 and 3.13.
    assert hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest() == (
        "2f9d15f93b62603094d4f97aac631f32c123ed276928b45caa813d17a3cd9359"
    )


def linked(name):
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("../a.txt", "x")], "no plain path"),
        ([("/etc/a.txt", "x")], "no plain path"),
        ([("a/../../b.txt", "x")], "no plain path"),
        ([("C:\\a.txt", "x")], "no plain path"),
        ([("a\nb.txt", "x")], "control characters"),
        ([("a.txt", "x"), ("A.txt", "y")], "differ in case only"),
        ([(linked("a.txt"), "/etc/passwd")], "a link or a device"),
        ([("a.txt", "0" * 2**22)], "times its packed size"),
        ([(f"{number}.txt", "") for number in range(20_001)], "20001 parts"),
    ],
    ids=["parent", "absolute", "hidden parent", "drive", "control", "case", "link", "bomb", "many"],
)
def test_a_hostile_archive_is_not_opened(tmp_path, entries, said, capsys):
    path = zipped(tmp_path / "a.zip", *entries)
    with pytest.raises(ArchiveError, match=said):
        verify_archive(path)
    assert main(["verify-archive", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match="stand twice"):
        verify_archive(zipped(tmp_path / "a.zip", ("a.txt", "x"), ("a.txt", "y")))


def test_an_encrypted_archive_is_refused(tmp_path):
    content = bytearray(zipped(tmp_path / "a.zip", ("a.txt", "x")).read_bytes())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + place] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ArchiveError, match="is encrypted"):
        verify_archive(tmp_path / "a.zip")


@pytest.mark.parametrize("size", [0, 100, 5_000])
def test_a_cut_off_file_is_no_archive(archive_file, tmp_path, size):
    (tmp_path / "a.zip").write_bytes(archive_file.read_bytes()[:size])
    with pytest.raises(ArchiveError, match="no whole zip file"):
        verify_archive(tmp_path / "a.zip")

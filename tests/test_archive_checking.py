"""An archive checked whole: what was changed in it is found, however consistently, and nothing hostile is opened."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile

import pytest
from small_archive import POST, archive, packed_again, unpacked, write_results_of
from small_study import write_study, write_study_with_words

from cmresearch.archive.checking import verify_archive
from cmresearch.archive.packing import MANIFEST
from cmresearch.cli import main
from cmresearch.errors import ArchiveError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study = write_results_of(write_study_with_words(tmp_path_factory.mktemp("study")))
    return archive(study, tmp_path_factory.mktemp("archive") / "small.zip").path


@pytest.fixture(scope="module")
def numbers_only(tmp_path_factory):
    study = write_results_of(write_study(tmp_path_factory.mktemp("study")))
    return archive(study, tmp_path_factory.mktemp("archive") / "numbers.zip").path


@pytest.fixture
def files(made, tmp_path):
    return unpacked(made, tmp_path / "files")


def changed(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def differing(path, **named):
    found = verify_archive(path, **named)
    return {check.subject: check.message for check in found.checks if check.outcome == "differs"}


def outcomes(path, **named):
    return {check.subject: check.outcome for check in verify_archive(path, **named).checks}


def test_an_untouched_archive_holds_and_says_what_it_cannot_tell(made):
    found = verify_archive(made)
    assert found.holds
    assert {check.subject for check in found.checks if check.outcome == "cannot be checked here"} == {
        *("drawn records", "full set", "published", "estimates and statuses")
    }
    assert "Who made the archive, and when." in found.to_text()


def test_numbers_alone_prove_nothing_of_words(numbers_only):
    found = verify_archive(numbers_only)
    assert found.holds
    assert outcomes(numbers_only)["words"] == "cannot be checked here"
    assert not any("quotation" in sentence for sentence in found.proves)


@pytest.mark.parametrize("manifest", ["as it was", "anew"])
def test_a_changed_missing_or_added_file_is_found(files, tmp_path, manifest):
    changed(files, "results/estimates.csv", "0.", "1.")
    (files / "results" / "findings.csv").unlink()
    (files / "results" / "more.csv").write_text("a\n1\n", encoding="utf-8")
    found = differing(packed_again(files, tmp_path / "a.zip", manifest=manifest))
    where = (
        found["manifest"] if manifest == "as it was" else found["datapackage.json"] + found["ro-crate-metadata.json"]
    )
    for name in ("results/findings.csv", "results/more.csv"):
        assert name in where
    assert "results/estimates.csv" in found.get("manifest", found["datapackage.json"])


def test_another_complaint_in_the_frame_is_found_though_the_manifest_fits(files, tmp_path):
    changed(files, "results/frame.csv", "C01,", "C99,")
    assert {"frame", "frame's content"} <= set(differing(packed_again(files, tmp_path / "a.zip", manifest="anew")))


def test_another_value_in_the_frame_is_found_though_the_manifest_fits(files, tmp_path):
    changed(files, "results/frame.csv", "2020-03-01", "2020-03-02")
    found = differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))
    assert "frame's content" in found
    assert "frame" not in found


def test_another_seed_is_found_though_the_manifest_fits(files, tmp_path):
    changed(files, "results/certificate.json", "a small seed", "a nicer seed")
    found = differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))
    assert "cut-off" in found["sample"]
    assert "shared sample" in found


def test_a_certificate_that_contradicts_itself_is_not_relied_upon(files, tmp_path):
    certificate = json.loads((files / "results" / "certificate.json").read_text(encoding="utf-8"))
    certificate["frame"]["rows"] += 1
    (files / "results" / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    path = packed_again(files, tmp_path / "a.zip", manifest="anew")
    assert "its strata add up to 16 complaints, the frame to 17" in differing(path)["certificate"]
    assert outcomes(path)["sample"] == "cannot be checked here"


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, '{"certificate": 1}'])
def test_a_certificate_that_is_none_is_an_outcome_and_no_crash(files, tmp_path, content):
    (files / "results" / "certificate.json").write_text(content, encoding="utf-8")
    assert "certificate" in differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))


def test_a_plan_changed_afterwards_is_found(files, tmp_path):
    changed(files, "study.toml", "Does it hold?", "Does it not?")
    path = packed_again(files, tmp_path / "a.zip", manifest="anew")
    assert "the certificate names" in differing(path)["plan"]


def test_a_plan_that_leads_out_of_the_archive_is_not_followed(files, tmp_path):
    (tmp_path / "outside").mkdir()
    changed(files, "study.toml", 'folder = "responses"', 'folder = "../outside"')
    certificate = json.loads((files / "results" / "certificate.json").read_text(encoding="utf-8"))
    certificate["study_sha256"] = hashlib.sha256((files / "study.toml").read_bytes()).hexdigest()
    (files / "results" / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    path = packed_again(files, tmp_path / "a.zip", manifest="anew")
    assert "leads out of the archive" in differing(path)["plan"]


def test_words_put_into_an_informants_mouth_are_found(files, tmp_path):
    changed(files, "interviews/interview-1-kelurahan.md", "menutup", "membuka")
    assert "coding/" in differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))["words"]


def test_a_record_of_a_complaint_that_was_not_drawn_is_found(files, tmp_path):
    path = files / "responses" / "coder-a.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("C99,coder-a,2021-07-01,coded,explicit,\n")
    found = differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))
    assert found["coders' records"] == "responses/coder-a.csv, row 10: complaint 'C99' was not drawn"


def test_personal_data_slipped_in_afterwards_is_found_and_not_shown(files, tmp_path):
    (files / "note.txt").write_text("Hubungi 0812-0000-1234", encoding="utf-8")
    found = differing(packed_again(files, tmp_path / "a.zip", manifest="anew"))
    assert found["privacy"] == "note.txt, line 1: phone: Hubungi [PHONE]"


def test_what_was_allowed_when_it_was_made_is_told(made):
    said = {check.subject: check.message for check in verify_archive(made).checks}
    assert "what the archive allows (1 entries" in said["privacy"]


@pytest.mark.parametrize("which", ["archive", "manifest", "commitment"])
def test_a_published_hash_is_recognised(made, files, which):
    certificate = json.loads((files / "results" / "certificate.json").read_text(encoding="utf-8"))
    hashes = {
        "archive": hashlib.sha256(made.read_bytes()).hexdigest(),
        "manifest": hashlib.sha256((files / MANIFEST).read_bytes()).hexdigest(),
        "commitment": certificate["commitment"]["sha256"],
    }
    assert outcomes(made, published=hashes[which].upper())["published"] == "holds"


def test_another_hash_than_the_published_one_differs(made):
    assert "published was 00ff" in differing(made, published="00ff")["published"]


def test_an_archive_packed_by_another_program_is_checked_file_by_file(files, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for part in sorted(files.rglob("*")):
            file.write(part, part.relative_to(files).as_posix())
    found = outcomes(path)
    assert found["packing"] == "cannot be checked here"
    assert "differs" not in found.values()


def test_something_hidden_behind_the_files_is_noticed(made, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"#!/bin/sh\n" + made.read_bytes())
    assert outcomes(tmp_path / "a.zip")["packing"] == "cannot be checked here"


def zipped(path, *entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for entry, content in entries:
            file.writestr(entry, content)
    return path


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
def test_a_cut_off_file_is_no_archive(made, tmp_path, size):
    (tmp_path / "a.zip").write_bytes(made.read_bytes()[:size])
    with pytest.raises(ArchiveError, match="no whole zip file"):
        verify_archive(tmp_path / "a.zip")


def test_flipped_bytes_are_found_and_never_crash(made, tmp_path):
    whole = made.read_bytes()
    for place in range(0, len(whole), len(whole) // 12):
        (tmp_path / "a.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = outcomes(tmp_path / "a.zip")
        except ArchiveError:
            continue
        # A flipped byte of a date in the zip file's own headers changes no file.
        assert found["packing"] != "holds"
        assert "differs" in found.values() or found["manifest"] == "holds"


def test_another_zip_file_is_named_as_what_it_is_not(tmp_path):
    with pytest.raises(ArchiveError, match="this is no archive of a study"):
        verify_archive(zipped(tmp_path / "a.zip", ("a.txt", "x")))


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["verify-archive", str(tmp_path / "a.zip")]) == 2
    assert f"cannot read {tmp_path / 'a.zip'}: No such file or directory" in capsys.readouterr().err


def test_the_outcome_for_machines(made, capsys):
    assert main(["verify-archive", str(made), "--json"]) == 0
    said = json.load(io.StringIO(capsys.readouterr().out))
    assert said["holds"] is True
    assert {check["outcome"] for check in said["checks"]} == {"holds", "cannot be checked here"}
    assert POST not in said["proves"]

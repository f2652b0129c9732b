"""An archive checked whole: what was changed in it is found, however consistently, and nothing hostile is opened."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest
from small_archive import changed, differing, outcomes, packed_again, zipped

from cmresearch.archive.checking import verify_archive
from cmresearch.archive.packing import MANIFEST
from cmresearch.errors import ArchiveError


def test_an_untouched_archive_holds_and_says_what_it_cannot_tell(archive_file):
    found = verify_archive(archive_file)
    assert found.holds
    assert {check.subject for check in found.checks if check.outcome == "cannot be checked here"} == {
        *("drawn records", "full set", "published", "estimates and statuses")
    }
    assert "Who made the archive, and when." in found.to_text()


@pytest.mark.parametrize("manifest", ["as it was", "anew"])
def test_a_changed_missing_or_added_file_is_found(archive_folder, tmp_path, manifest):
    changed(archive_folder, "results/estimates.csv", "0.", "1.")
    (archive_folder / "results" / "findings.csv").unlink()
    (archive_folder / "results" / "more.csv").write_text("a\n1\n", encoding="utf-8")
    found = differing(packed_again(archive_folder, tmp_path / "a.zip", manifest=manifest))
    where = (
        found["manifest"] if manifest == "as it was" else found["datapackage.json"] + found["ro-crate-metadata.json"]
    )
    for name in ("results/findings.csv", "results/more.csv"):
        assert name in where
    assert "results/estimates.csv" in found.get("manifest", found["datapackage.json"])


def test_a_plan_changed_afterwards_is_found(archive_folder, tmp_path):
    changed(archive_folder, "study.toml", "Does it hold?", "Does it not?")
    path = packed_again(archive_folder, tmp_path / "a.zip", manifest="anew")
    assert "the certificate names" in differing(path)["plan"]


def test_a_plan_that_leads_out_of_the_archive_is_not_followed(archive_folder, tmp_path):
    (tmp_path / "outside").mkdir()
    changed(archive_folder, "study.toml", 'folder = "responses"', 'folder = "../outside"')
    certificate = json.loads((archive_folder / "results" / "certificate.json").read_text(encoding="utf-8"))
    certificate["study_sha256"] = hashlib.sha256((archive_folder / "study.toml").read_bytes()).hexdigest()
    (archive_folder / "results" / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    path = packed_again(archive_folder, tmp_path / "a.zip", manifest="anew")
    assert "leads out of the archive" in differing(path)["plan"]


def test_what_was_allowed_when_it_was_made_is_told(archive_file):
    said = {check.subject: check.message for check in verify_archive(archive_file).checks}
    assert "what the archive allows (1 entries" in said["privacy"]


@pytest.mark.parametrize("which", ["archive", "manifest", "commitment"])
def test_a_published_hash_is_recognised(archive_file, archive_folder, which):
    certificate = json.loads((archive_folder / "results" / "certificate.json").read_text(encoding="utf-8"))
    hashes = {
        "archive": hashlib.sha256(archive_file.read_bytes()).hexdigest(),
        "manifest": hashlib.sha256((archive_folder / MANIFEST).read_bytes()).hexdigest(),
        "commitment": certificate["commitment"]["sha256"],
    }
    assert outcomes(archive_file, published=hashes[which].upper())["published"] == "holds"


def test_another_hash_than_the_published_one_differs(archive_file):
    assert "published was 00ff" in differing(archive_file, published="00ff")["published"]


def test_an_archive_packed_by_another_program_is_checked_file_by_file(archive_folder, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for part in sorted(archive_folder.rglob("*")):
            file.write(part, part.relative_to(archive_folder).as_posix())
    found = outcomes(path)
    assert found["packing"] == "cannot be checked here"
    assert "differs" not in found.values()


def test_something_hidden_behind_the_files_is_noticed(archive_file, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"#!/bin/sh\n" + archive_file.read_bytes())
    assert outcomes(tmp_path / "a.zip")["packing"] == "cannot be checked here"


def test_flipped_bytes_are_found_and_never_crash(archive_file, tmp_path):
    whole = archive_file.read_bytes()
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

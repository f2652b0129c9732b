"""The study in an archive: words put in, records of others and personal data are found, however the manifest fits."""

from __future__ import annotations

import json

import pytest
from small_archive import archive, changed, differing, outcomes, packed_again, write_results_of
from small_study import write_study

from cmresearch.archive.checking import verify_archive


@pytest.fixture(scope="module")
def numbers_only(tmp_path_factory):
    study = write_results_of(write_study(tmp_path_factory.mktemp("study")))
    return archive(study, tmp_path_factory.mktemp("archive") / "numbers.zip").path


def test_numbers_alone_prove_nothing_of_words(numbers_only):
    found = verify_archive(numbers_only)
    assert found.holds
    assert outcomes(numbers_only)["words"] == "cannot be checked here"
    assert not any("quotation" in sentence for sentence in found.proves)


def test_another_complaint_in_the_frame_is_found_though_the_manifest_fits(archive_folder, tmp_path):
    changed(archive_folder, "results/frame.csv", "C01,", "C99,")
    assert {"frame", "frame's content"} <= set(
        differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))
    )


def test_another_value_in_the_frame_is_found_though_the_manifest_fits(archive_folder, tmp_path):
    changed(archive_folder, "results/frame.csv", "2020-03-01", "2020-03-02")
    found = differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))
    assert "frame's content" in found
    assert "frame" not in found


def test_another_seed_is_found_though_the_manifest_fits(archive_folder, tmp_path):
    changed(archive_folder, "results/certificate.json", "a small seed", "a nicer seed")
    found = differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))
    assert "cut-off" in found["sample"]
    assert "shared sample" in found


def test_a_certificate_that_contradicts_itself_is_not_relied_upon(archive_folder, tmp_path):
    certificate = json.loads((archive_folder / "results" / "certificate.json").read_text(encoding="utf-8"))
    certificate["frame"]["rows"] += 1
    (archive_folder / "results" / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    path = packed_again(archive_folder, tmp_path / "a.zip", manifest="anew")
    assert "its strata add up to 16 complaints, the frame to 17" in differing(path)["certificate"]
    assert outcomes(path)["sample"] == "cannot be checked here"


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, '{"certificate": 1}'])
def test_a_certificate_that_is_none_is_an_outcome_and_no_crash(archive_folder, tmp_path, content):
    (archive_folder / "results" / "certificate.json").write_text(content, encoding="utf-8")
    assert "certificate" in differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))


def test_words_put_into_an_informants_mouth_are_found(archive_folder, tmp_path):
    changed(archive_folder, "interviews/interview-1-kelurahan.md", "menutup", "membuka")
    assert "coding/" in differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))["words"]


def test_a_record_of_a_complaint_that_was_not_drawn_is_found(archive_folder, tmp_path):
    path = archive_folder / "responses" / "coder-a.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("C99,coder-a,2021-07-01,coded,explicit,\n")
    found = differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))
    assert found["coders' records"] == "responses/coder-a.csv, row 10: complaint 'C99' was not drawn"


def test_personal_data_slipped_in_afterwards_is_found_and_not_shown(archive_folder, tmp_path):
    (archive_folder / "note.txt").write_text("Hubungi 0812-0000-1234", encoding="utf-8")
    found = differing(packed_again(archive_folder, tmp_path / "a.zip", manifest="anew"))
    assert found["privacy"] == "note.txt, line 1: phone: Hubungi [PHONE]"

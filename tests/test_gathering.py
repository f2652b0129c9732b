"""Which files of a study go into its archive, and which stay where they are."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from small_archive import PHONE, POST, archive, names_in, read_in, write_results_of
from small_study import write_study

from cmresearch.errors import ArchiveError
from cmresearch.report.results import write_results
from cmresearch.study.reviews.entries import add_reviews, make_review
from cmresearch.study.reviews.subjects import subjects_of
from cmresearch.study.run import run_study

PROMISED = {
    *("README.md", "CITATION.cff", "ddi-codebook.xml", "datapackage.json", "ro-crate-metadata.json"),
    *("manifest-sha256.txt", "study.toml", "codebook/codebook.toml", "codebook/01-create-closure.toml"),
    *("interviews/interview-1-kelurahan.md", "interviews/interview-1-kelurahan.en.md", "coding/adjudicated.csv"),
    *("responses/coder-a.csv", "decisions.toml", "figures.toml", "results/report.html", "results/workbook.xlsx"),
    *("results/frame.csv", "results/certificate.json", "results/frame-buckets.csv", "results/sample-masked.csv"),
    *("results/verify_sample.py", "results/estimates.csv"),
}


def test_everything_promised_is_in_it(archived):
    assert set(names_in(archived.path)) >= PROMISED


def test_words_of_real_complaints_stay_behind_even_masked(tmp_path):
    folder = write_study(tmp_path / "study")
    settings = (folder / "study.toml").read_text(encoding="utf-8").replace('kind = "synthetic"', 'kind = "real"')
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    made = archive(write_results_of(folder), tmp_path / "a.zip")
    assert "text" not in read_in(made.path, "results/sample-masked.csv").split("\n")[0].split(",")
    assert "results/sample-masked.csv: hours, topic, text" in made.gathered.left_out
    assert "synthetic" not in read_in(made.path, "ddi-codebook.xml")


def test_an_unreadable_result_has_to_be_allowed_by_its_name_or_left_out(study_with_results, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study_with_results.results, results)
    (results / "scan.pdf").write_bytes(b"%PDF-1.7 \0")
    with pytest.raises(ArchiveError, match=r"results/scan.pdf, the whole file: unread"):
        archive(study_with_results, tmp_path / "a.zip", results=results)
    allowed = archive(study_with_results, tmp_path / "a.zip", results=results, allow=[POST, "scan.pdf"])
    assert "results/scan.pdf" in names_in(allowed.path)
    without = archive(study_with_results, tmp_path / "b.zip", results=results, leave_out=["*.pdf"])
    assert "results/scan.pdf" not in names_in(without.path)
    assert without.gathered.left_out["results/scan.pdf"] == "left out on demand (*.pdf)"


def test_further_results_go_in_whatever_their_names(study_with_results, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study_with_results.results, results)
    (results / "thesis" / "methods.md").write_text("How it was done.", encoding="utf-8")
    (results / "reviews.csv").write_text(f"who,reason\nR,call {PHONE}\n", encoding="utf-8")
    (results / "older.zip").write_bytes(b"PK")
    made = archive(study_with_results, tmp_path / "a.zip", results=results)
    assert "results/thesis/methods.md" in names_in(made.path)
    assert read_in(made.path, "results/reviews.csv") == "who,reason\nR,call [PHONE-1]\n"
    assert "results/older.zip" not in names_in(made.path)


def test_the_report_on_paper_stays_behind_unless_it_is_asked_for(study_with_results, archived, tmp_path):
    assert "looks into a PDF" in archived.gathered.left_out["results/report-en.pdf"]
    assert not [name for name in names_in(archived.path) if name.endswith(".pdf")]
    asked = archive(study_with_results, tmp_path / "a.zip", allow=[POST, "report-en.pdf"])
    assert "results/report-en.pdf" in names_in(asked.path)


def test_the_thesis_folder_is_looked_through_and_goes_in(study_with_results, archived):
    thesis = {
        path.relative_to(study_with_results.folder).as_posix()
        for path in (study_with_results.results / "thesis").rglob("*.docx")
    }
    assert thesis
    assert thesis <= set(names_in(archived.path))


def test_reviews_go_in_as_the_results_tell_them_and_not_with_hashes_of_unmasked_words(talkative_study, tmp_path):
    study = replace(talkative_study, folder=tmp_path / "study")
    shutil.copytree(talkative_study.folder, study.folder)
    status = next(each for each in subjects_of(run_study(study)) if each.kind == "status")
    said = {"verdict": "query", "reviewer": "R. Viewer", "reason": f"ask {PHONE}", "date": "2026-05-01"}
    review = make_review(subject="status", key=status.key, seen=status.shown, sha256=status.sha256, **said)
    add_reviews(study.reviews_file, [review])
    write_results(run_study(study), study.results)
    made = archive(study, tmp_path / "a.zip")
    assert "reviews.toml" not in names_in(made.path)
    assert "hashes of words that are masked" in made.gathered.left_out["reviews.toml"]
    told = read_in(made.path, "results/reviews.csv")
    assert "R. Viewer" in told
    assert PHONE not in told
    assert status.sha256 not in told

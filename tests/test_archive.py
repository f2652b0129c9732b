"""One file for a journal or a repository: what goes in, in which form, and when it is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from small_archive import DATE, PHONE, POST, archive, names_in, read_in, unpacked, write_results_of
from small_study import QUOTE, without_a_sample, write_study, write_study_with_words

from cmresearch.archive import archiving
from cmresearch.archive.archiving import write_archive
from cmresearch.archive.checking import verify_archive
from cmresearch.archive.packing import zip_folder
from cmresearch.cli import main
from cmresearch.coding.coding import read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import ArchiveError
from cmresearch.report.results import write_results
from cmresearch.study.reviews.entries import add_reviews, make_review
from cmresearch.study.reviews.subjects import subjects_of
from cmresearch.study.run import run_study
from cmresearch.study.study import Study, open_study

PROMISED = {
    *("README.md", "CITATION.cff", "ddi-codebook.xml", "datapackage.json", "ro-crate-metadata.json"),
    *("manifest-sha256.txt", "study.toml", "codebook/codebook.toml", "codebook/01-create-closure.toml"),
    *("interviews/interview-1-kelurahan.md", "interviews/interview-1-kelurahan.en.md", "coding/adjudicated.csv"),
    *("responses/coder-a.csv", "decisions.toml", "figures.toml", "results/report.html", "results/workbook.xlsx"),
    *("results/frame.csv", "results/certificate.json", "results/frame-buckets.csv", "results/sample-masked.csv"),
    *("results/verify_sample.py", "results/estimates.csv"),
}


class WithoutNotebooks(Study):
    """A study whose notebooks are not run here: they have a test of their own."""

    @property
    def notebooks(self):
        return ()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_results_of(write_study_with_words(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def made(study, tmp_path_factory):
    return archive(study, tmp_path_factory.mktemp("archive") / "small.zip")


@pytest.fixture(scope="module")
def talkative(tmp_path_factory):
    """A study in whose interview, coding, records and decisions a telephone number stands."""
    folder = write_study_with_words(tmp_path_factory.mktemp("talkative"))
    long = f"telepon {PHONE} kata warga"
    for path in (*folder.glob("interviews/*1-kelurahan.md"), *folder.glob("coding/*.csv")):
        text = path.read_text(encoding="utf-8").replace("pada hari itu juga", long)
        if path.suffix == ".csv":
            rows = list(csv.DictReader(io.StringIO(text)))
            rows[0]["end"] = str(int(rows[0]["start"]) + len(rows[0]["quote"]))
            out = io.StringIO(newline="")
            writer = csv.DictWriter(out, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            text = out.getvalue()
        path.write_text(text, encoding="utf-8")
    record = folder / "responses" / "coder-a.csv"
    record.write_text(record.read_text(encoding="utf-8").replace("<b>bold</b>", f"tel {PHONE}"), encoding="utf-8")
    decisions = folder / "decisions.toml"
    decisions.write_text(decisions.read_text(encoding="utf-8").replace("the register", f"{PHONE}"), encoding="utf-8")
    return write_results_of(folder)


def test_everything_promised_is_in_it(made):
    assert set(names_in(made.path)) >= PROMISED


def test_the_raw_sample_and_the_full_set_stay_behind_and_the_archive_says_so(made):
    names = names_in(made.path)
    assert "results/sample.csv" not in names
    assert "full-set.csv" not in names
    assert {"results/sample.csv", "results/run.json", "full-set.csv"} <= set(made.gathered.left_out)
    assert "results/sample.csv" in read_in(made.path, "README.md")


def test_the_same_study_gives_the_same_bytes(study, made, tmp_path):
    again = archive(study, tmp_path / "again.zip")
    assert again.path.read_bytes() == made.path.read_bytes()
    assert again.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()


def test_entries_are_sorted_stored_and_without_time_or_owner(made):
    with zipfile.ZipFile(made.path) as file:
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


def test_words_without_personal_data_go_in_byte_for_byte(study, made):
    for name in ("interviews/interview-1-kelurahan.md", "coding/coder-a.csv", "responses/coder-a.csv"):
        assert read_in(made.path, name) == (study.folder / name).read_text(encoding="utf-8")
    assert made.gathered.masked == {"results/sample-masked.csv"}


def test_personal_data_in_words_is_masked_wherever_it_stands(talkative, tmp_path):
    made = archive(talkative, tmp_path / "a.zip")
    assert {
        *("interviews/interview-1-kelurahan.md", "coding/coder-a.csv", "coding/adjudicated.csv"),
        *("responses/coder-a.csv", "decisions.toml"),
    } <= made.gathered.masked
    for name in names_in(made.path):
        if not name.endswith((".xlsx", ".docx", ".png")):
            assert PHONE not in read_in(made.path, name), name
    for name in ("interviews/interview-1-kelurahan.md", "responses/coder-a.csv", "decisions.toml"):
        assert "[PHONE-1]" in read_in(made.path, name)


def test_masked_words_are_read_as_a_studys_own(talkative, tmp_path):
    made = archive(talkative, tmp_path / "a.zip")
    study = open_study(unpacked(made.path, tmp_path / "files"))
    coding = read_coding(study.folder / "coding", study.read_codebook(), read_sources(study.folder / "interviews"))
    quotes = {segment.quote for segment in coding if segment.source == "interview-1-kelurahan"}
    assert len(quotes) == 1
    assert quotes.pop().endswith("telepon [PHONE-1] kata warga.")


def test_the_shared_sample_keeps_what_the_rule_needs_and_no_formula(made):
    rows = list(csv.DictReader(io.StringIO(read_in(made.path, "results/sample-masked.csv"))))
    assert list(rows[0]) == [
        *("id", "channel", "opened", "text", "stratum", "ticket", "inclusion_probability", "design_weight")
    ]
    assert len(rows) == 8
    assert {row["channel"] for row in rows} == {"web", "phone", POST}


def test_words_of_the_shared_sample_cannot_become_formulas(tmp_path):
    folder = write_study(tmp_path / "study")
    full = folder / "full-set.csv"
    full.write_text(full.read_text(encoding="utf-8").replace("<script>alert(1)", "=1+1 "), encoding="utf-8")
    made = archive(write_results_of(folder), tmp_path / "a.zip")
    rows = list(csv.DictReader(io.StringIO(read_in(made.path, "results/sample-masked.csv"))))
    assert all(row["text"].startswith("'=1+1") for row in rows)


def test_words_of_real_complaints_stay_behind_even_masked(tmp_path):
    folder = write_study(tmp_path / "study")
    settings = (folder / "study.toml").read_text(encoding="utf-8").replace('kind = "synthetic"', 'kind = "real"')
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    made = archive(write_results_of(folder), tmp_path / "a.zip")
    assert "text" not in read_in(made.path, "results/sample-masked.csv").split("\n")[0].split(",")
    assert "results/sample-masked.csv: hours, topic, text" in made.gathered.left_out
    assert "synthetic" not in read_in(made.path, "ddi-codebook.xml")


def test_a_study_without_words_or_records_is_archived_and_says_what_it_has_not(tmp_path):
    made = archive(write_results_of(write_study(tmp_path / "study")), tmp_path / "a.zip")
    page = read_in(made.path, "README.md")
    assert "no interviews, no documents and no codebook" in page
    assert "Nobody read the sampled complaints" in page
    assert "each quotation" not in page
    assert not [name for name in names_in(made.path) if name.startswith(("codebook", "coding", "responses"))]


def test_it_is_refused_with_every_place_while_the_privacy_check_finds_anything(study, tmp_path):
    with pytest.raises(ArchiveError) as error:
        archive(study, tmp_path / "a.zip", allow=[])
    first, *places = str(error.value).split("\n")
    assert "places that the privacy check found in what would go in" in first
    assert any(place.startswith("results/frame.csv, row ") and "handle" in place for place in places)
    assert not list(tmp_path.iterdir())


def test_a_refusal_leaves_an_older_archive_whole(study, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"older")
    with pytest.raises(ArchiveError):
        archive(study, tmp_path / "a.zip", allow=[])
    assert (tmp_path / "a.zip").read_bytes() == b"older"


def test_a_stop_in_the_middle_leaves_nothing_half_written(study, tmp_path, monkeypatch):
    def stopped(_folder, target):
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    (tmp_path / "a.zip").write_bytes(b"older")
    monkeypatch.setattr(archiving, "zip_folder", stopped)
    with pytest.raises(KeyboardInterrupt):
        archive(study, tmp_path / "a.zip")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.zip", b"older")]


def test_an_unreadable_result_has_to_be_allowed_by_its_name_or_left_out(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    (results / "scan.pdf").write_bytes(b"%PDF-1.7 \0")
    with pytest.raises(ArchiveError, match=r"results/scan.pdf, the whole file: unread"):
        archive(study, tmp_path / "a.zip", results=results)
    allowed = archive(study, tmp_path / "a.zip", results=results, allow=[POST, "scan.pdf"])
    assert "results/scan.pdf" in names_in(allowed.path)
    without = archive(study, tmp_path / "b.zip", results=results, leave_out=["*.pdf"])
    assert "results/scan.pdf" not in names_in(without.path)
    assert without.gathered.left_out["results/scan.pdf"] == "left out on demand (*.pdf)"


def test_further_results_go_in_whatever_their_names(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    (results / "thesis" / "methods.md").write_text("How it was done.", encoding="utf-8")
    (results / "reviews.csv").write_text(f"who,reason\nR,call {PHONE}\n", encoding="utf-8")
    (results / "older.zip").write_bytes(b"PK")
    made = archive(study, tmp_path / "a.zip", results=results)
    assert "results/thesis/methods.md" in names_in(made.path)
    assert read_in(made.path, "results/reviews.csv") == "who,reason\nR,call [PHONE-1]\n"
    assert "results/older.zip" not in names_in(made.path)


def test_results_of_another_plan_are_refused(study, tmp_path):
    changed = replace(study, folder=tmp_path)
    shutil.copy(study.folder / "study.toml", tmp_path / "study.toml")
    with (tmp_path / "study.toml").open("a", encoding="utf-8") as file:
        file.write("\n# changed since\n")
    with pytest.raises(ArchiveError, match="run 'cmresearch reproduce' again"):
        archive(changed, tmp_path / "a.zip", results=study.results)


def test_results_that_do_not_hold_together_are_refused(study, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study.results, results)
    lines = (results / "sample.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (results / "sample.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(ArchiveError, match="are in the certificate and not in the sample"):
        archive(study, tmp_path / "a.zip", results=results)


def test_without_results_the_way_to_them_is_named(study, tmp_path):
    with pytest.raises(ArchiveError, match="run 'cmresearch reproduce' first"):
        archive(study, tmp_path / "a.zip", results=tmp_path)


@pytest.mark.parametrize(("date", "said"), [(None, "none given"), ("17 August", "found '17 August'")])
def test_a_day_is_asked_for_and_never_taken_from_the_clock(study, tmp_path, date, said):
    with pytest.raises(ArchiveError, match=said):
        archive(study, tmp_path / "a.zip", date=date)


def test_the_studys_own_citation_gives_day_and_licence(tmp_path):
    study = write_results_of(write_study(tmp_path / "study"))
    text = 'cff-version: 1.2.0\nmessage: Cite.\ntitle: "S"\nauthors:\n  - name: X\n'
    text += 'date-released: "2020-02-29"\nlicense: MIT\n'
    (study.folder / "CITATION.cff").write_text(text, encoding="utf-8")
    made = archive(study, tmp_path / "a.zip", date=None)
    assert read_in(made.path, "CITATION.cff") == text
    crate = read_in(made.path, "ro-crate-metadata.json")
    assert '"datePublished": "2020-02-29"' in crate
    assert "https://spdx.org/licenses/MIT" in crate


def test_a_stranger_checks_it_with_common_tools(made, tmp_path):
    folder = unpacked(made.path, tmp_path)
    script = [sys.executable, "-I", "-S", "results/verify_sample.py", "results/frame.csv", "results/certificate.json"]
    run = subprocess.run(script, cwd=folder, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "all holds: 8 drawn complaints of a frame of 16\n")
    if shutil.which("sha256sum"):
        sums = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt"]
        assert subprocess.run(sums, cwd=folder, capture_output=True, check=False).returncode == 0


def test_the_verbs_make_and_check_an_archive(study, tmp_path, capsys):
    target = tmp_path / "a.zip"
    words = ["archive", "--study", str(study.folder), "--out", str(target), "--date", DATE]
    assert main(words) == 2
    assert "results/frame.csv, row" in capsys.readouterr().err
    assert not target.exists()
    assert main([*words, "--allow", POST]) == 0
    assert f"SHA-256: {hashlib.sha256(target.read_bytes()).hexdigest()}" in capsys.readouterr().out
    assert main(["verify-archive", str(target)]) == 0
    said = capsys.readouterr().out
    assert "What this proves:" in said
    assert "What it does not prove:" in said


def test_records_of_a_real_city_are_archived_without_words(project, real_data, tmp_path):
    data = real_data("nashville-covid-2020/requests.csv")
    study = open_study(project / "examples" / "nashville-covid-2020", data=data)
    write_results(run_study(study), tmp_path / "results")
    made = write_archive(study, tmp_path / "a.zip", results=tmp_path / "results", date=DATE)
    assert verify_archive(made.path).holds
    columns = read_in(made.path, "results/sample-masked.csv").split("\n")[0].split(",")
    assert columns[:6] == ["Request #", "Status", "date_opened", "date_closed", "Request Origin", "Council District"]
    assert "evidence about the city" not in read_in(made.path, "README.md").split("## What is here")[0]


def test_the_repositorys_own_study_goes_in_unmasked_and_can_be_made_again_from_it(jakarta, tmp_path):
    write_results(
        replace(jakarta, study=WithoutNotebooks(jakarta.study.folder, jakarta.study.settings)), tmp_path / "r"
    )
    made = write_archive(jakarta.study, tmp_path / "a.zip", results=tmp_path / "r")
    assert made.gathered.masked == {"results/sample-masked.csv"}
    assert verify_archive(made.path).holds
    assert "cmresearch reproduce --study . --out again" in read_in(made.path, "README.md")
    again = open_study(unpacked(made.path, tmp_path / "files"))
    assert again.sha256 == jakarta.study.sha256
    again.check_data_files()


def test_quotations_of_the_small_study_are_hostile_and_stay_as_they_are(made):
    assert QUOTE in read_in(made.path, "interviews/interview-1-kelurahan.md")


def test_the_report_on_paper_stays_behind_unless_it_is_asked_for(study, made, tmp_path):
    assert "looks into a PDF" in made.gathered.left_out["results/report-en.pdf"]
    assert not [name for name in names_in(made.path) if name.endswith(".pdf")]
    asked = archive(study, tmp_path / "a.zip", allow=[POST, "report-en.pdf"])
    assert "results/report-en.pdf" in names_in(asked.path)


def test_the_thesis_folder_is_looked_through_and_goes_in(study, made):
    thesis = {path.relative_to(study.folder).as_posix() for path in (study.results / "thesis").rglob("*.docx")}
    assert thesis
    assert thesis <= set(names_in(made.path))


def test_reviews_go_in_as_the_results_tell_them_and_not_with_hashes_of_unmasked_words(talkative, tmp_path):
    study = replace(talkative, folder=tmp_path / "study")
    shutil.copytree(talkative.folder, study.folder)
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


def test_a_study_without_a_sample_is_told_that_an_archive_needs_one(tmp_path):
    study = open_study(without_a_sample(write_study_with_words(tmp_path / "study")))
    write_results(run_study(study), study.results)
    with pytest.raises(ArchiveError, match="draws no sample"):
        archive(study, tmp_path / "a.zip")

"""The files that a study writes."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace

import pytest
from small_study import without_a_sample, write_study_with_words

from cmresearch.cli import main
from cmresearch.report.results import write_results
from cmresearch.sampling.verification import verify
from cmresearch.study.run import run_study
from cmresearch.study.study import Study, open_study

FILES = {
    "assessment.csv", "certificate.json", "estimates.csv", "evidence.json", "findings.csv", "frame.csv",
    "joint-display.csv", "reliability.csv", "report-en.pdf", "report.html", "reviews.csv", "robustness.csv", "run.json",
    "sample.csv", "thesis", "verify_sample.py", "workbook.xlsx",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(jakarta, tmp_path_factory):
    """The Jakarta study's results, without its notebooks, which have a test of their own."""
    folder = tmp_path_factory.mktemp("results")
    study = WithoutNotebooks(jakarta.study.folder, jakarta.study.settings, jakarta.study.data)
    write_results(replace(jakarta, study=study), folder)
    return folder


class WithoutNotebooks(Study):
    """A study whose notebooks are not run here: they have a test of their own."""

    @property
    def notebooks(self):
        return ()


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_promised_file_is_there(written):
    assert {path.name for path in written.iterdir()} >= FILES


def test_nothing_unfinished_is_left(written):
    assert not [path for path in written.iterdir() if path.name.startswith(".")]


def test_the_frames_file_holds_every_complaint_and_none_of_its_words(written, jakarta):
    table = rows(written / "frame.csv")
    assert len(table) == jakarta.frame.size
    assert not {"text", "final_reply"} & set(table[0])


def test_the_results_verify_against_their_own_frame_and_against_the_full_set(written, jakarta):
    for frame in (written / "frame.csv", jakarta.study.full_set()):
        verification = verify(written, frame)
        assert verification.holds, verification.to_text()


def test_the_989_grow_to_1500_from_the_results_alone_and_all_of_them_stay(written, tmp_path):
    words = ["draw", written / "frame.csv", "--grow", written, "--size", 1500, "--out", tmp_path / "grown"]
    assert main(list(map(str, words))) == 0
    small, large = ({row["id"] for row in rows(folder / "sample.csv")} for folder in (written, tmp_path / "grown"))
    assert (len(small), len(large)) == (989, 1500)
    assert small < large
    assert verify(tmp_path / "grown", written / "frame.csv").holds


def test_the_assessment_has_a_row_for_each_dimension(written):
    table = rows(written / "assessment.csv")
    assert len(table) == 12
    assert {"dimension", "proposed_status", "researcher_status", "memo"} <= set(table[0])


def test_every_estimate_names_its_method_its_n_and_its_interval(written):
    for row in rows(written / "estimates.csv"):
        assert all(row[name] for name in ("estimate", "lower", "upper", "level", "method", "n", "data_kind"))


def test_every_finding_names_the_kind_of_data_it_rests_on(written):
    for row in rows(written / "findings.csv"):
        assert row["data_kind"] or row["result"] == "not checkable"


def test_two_runs_give_the_same_bytes(written, jakarta, tmp_path):
    write_results(replace(jakarta, study=WithoutNotebooks(jakarta.study.folder, jakarta.study.settings)), tmp_path)
    first, second = (
        {
            path.relative_to(folder).as_posix(): digest(path)
            for path in folder.rglob("*")
            if path.is_file() and path.name != "run.json"
        }
        for folder in (written, tmp_path)
    )
    assert {"report-id.pdf", "thesis/id/methods.docx", "thesis/en/figures/01-joint.png"} <= set(first)
    assert first == second


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_study_without_a_sample_has_all_results_but_those_of_a_sample(tmp_path):
    study = open_study(without_a_sample(write_study_with_words(tmp_path)))
    write_results(run_study(study), study.results)
    of_a_sample = {"certificate.json", "frame-buckets.csv", "sample.csv", "verify_sample.py"}
    assert {path.name for path in study.results.iterdir()} == FILES - of_a_sample - {"run.json"} | {"export-faults.csv"}

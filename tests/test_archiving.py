"""One file for a journal or a repository: when it is written, when it is refused, and that it can be made again."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from small_archive import DATE, archive, read_in, unpacked
from small_study import without_a_sample, write_study_with_words

from cmresearch.archive import archiving
from cmresearch.archive.archiving import write_archive
from cmresearch.archive.checking import verify_archive
from cmresearch.errors import ArchiveError
from cmresearch.report.results import write_results
from cmresearch.study.run import run_study
from cmresearch.study.study import Study, open_study


class WithoutNotebooks(Study):
    """A study whose notebooks are not run here: they have a test of their own."""

    @property
    def notebooks(self):
        return ()


def test_it_is_refused_with_every_place_while_the_privacy_check_finds_anything(study_with_results, tmp_path):
    with pytest.raises(ArchiveError) as error:
        archive(study_with_results, tmp_path / "a.zip", allow=[])
    first, *places = str(error.value).split("\n")
    assert "places that the privacy check found in what would go in" in first
    assert any(place.startswith("results/frame.csv, row ") and "handle" in place for place in places)
    assert not list(tmp_path.iterdir())


def test_a_refusal_leaves_an_older_archive_whole(study_with_results, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"older")
    with pytest.raises(ArchiveError):
        archive(study_with_results, tmp_path / "a.zip", allow=[])
    assert (tmp_path / "a.zip").read_bytes() == b"older"


def test_a_stop_in_the_middle_leaves_nothing_half_written(study_with_results, tmp_path, monkeypatch):
    def stopped(_folder, target):
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    (tmp_path / "a.zip").write_bytes(b"older")
    monkeypatch.setattr(archiving, "zip_folder", stopped)
    with pytest.raises(KeyboardInterrupt):
        archive(study_with_results, tmp_path / "a.zip")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.zip", b"older")]


def test_results_of_another_plan_are_refused(study_with_results, tmp_path):
    changed = replace(study_with_results, folder=tmp_path)
    shutil.copy(study_with_results.folder / "study.toml", tmp_path / "study.toml")
    with (tmp_path / "study.toml").open("a", encoding="utf-8") as file:
        file.write("\n# changed since\n")
    with pytest.raises(ArchiveError, match="run 'cmresearch reproduce' again"):
        archive(changed, tmp_path / "a.zip", results=study_with_results.results)


def test_results_that_do_not_hold_together_are_refused(study_with_results, tmp_path):
    results = tmp_path / "results"
    shutil.copytree(study_with_results.results, results)
    lines = (results / "sample.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (results / "sample.csv").write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(ArchiveError, match="are in the certificate and not in the sample"):
        archive(study_with_results, tmp_path / "a.zip", results=results)


def test_without_results_the_way_to_them_is_named(study_with_results, tmp_path):
    with pytest.raises(ArchiveError, match="run 'cmresearch reproduce' first"):
        archive(study_with_results, tmp_path / "a.zip", results=tmp_path)


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


def test_a_study_without_a_sample_is_told_that_an_archive_needs_one(tmp_path):
    study = open_study(without_a_sample(write_study_with_words(tmp_path / "study")))
    write_results(run_study(study), study.results)
    with pytest.raises(ArchiveError, match="draws no sample"):
        archive(study, tmp_path / "a.zip")

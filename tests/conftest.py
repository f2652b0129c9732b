"""What several test files share: the repository's own study, the small one's archive, and the folder of real data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("CMRESEARCH_REAL_DATA", PROJECT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the repository, which is the Jakarta study's."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data():
    """A function that gives the path of a real file, or skips the test where the file is absent."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.is_file():
            pytest.skip(f"no real data: {path} is absent (the folder is named by CMRESEARCH_REAL_DATA)")
        return path

    return find


@pytest.fixture(scope="session")
def jakarta():
    """The Jakarta study, run once for all tests that look at what it gives."""
    from cmresearch.study.run import run_study
    from cmresearch.study.study import open_study

    return run_study(open_study(PROJECT))


@pytest.fixture(scope="session")
def study_with_results(tmp_path_factory):
    """The small study with words, its results beside it, written once for all tests of its archive."""
    from small_archive import write_results_of
    from small_study import write_study_with_words

    return write_results_of(write_study_with_words(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="session")
def talkative_study(tmp_path_factory):
    """The same study with a telephone number in its words, records and decisions."""
    from small_archive import write_results_of, write_talkative_study

    return write_results_of(write_talkative_study(tmp_path_factory.mktemp("talkative")))


@pytest.fixture(scope="session")
def archived(study_with_results, tmp_path_factory):
    """The small study in one file, as the verb leaves it."""
    from small_archive import archive

    return archive(study_with_results, tmp_path_factory.mktemp("archive") / "small.zip")


@pytest.fixture(scope="session")
def archive_file(archived) -> Path:
    """The path of the small study's archive."""
    return archived.path


@pytest.fixture
def archive_folder(archived, tmp_path) -> Path:
    """The small study's archive, unpacked."""
    from small_archive import unpacked

    return unpacked(archived.path, tmp_path / "files")

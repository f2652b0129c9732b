"""What several test files share: the repository's own study, the small one with its archive, and the real data."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("CMRESEARCH_REAL_DATA", PROJECT.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of the tests' own, so that their locks do not lie among the user's."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


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


@pytest.fixture
def study_of_words(tmp_path, monkeypatch) -> Path:
    """The words of the repository's study in a folder of its own, in which one works."""
    for name in ("study.toml", "codebook", "data/illustrative"):
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """The small study with words, run once and made shareable."""
    from small_study import write_study_with_words

    from cmresearch.report.shareable import shareable
    from cmresearch.study.run import run_study
    from cmresearch.study.study import open_study

    return shareable(run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("study")))))


@pytest.fixture
def write_codebook(tmp_path):
    """A function that writes a codebook of a hand's size into the folder `book`, some of its words changed."""
    from small_codebook import FILES

    def write_with(changes=(), files=None):
        """The folder `book`, in which (file, old, new) replaces old by new, each found exactly once."""
        texts = dict(FILES if files is None else files)
        for name, old, new in changes:
            assert texts[name].count(old) == 1, (name, old)
            texts[name] = texts[name].replace(old, new)
        folder = tmp_path / "book"
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
        return folder

    return write_with


@pytest.fixture
def export_report(tmp_path):
    """A function that reads a small CSV text under a mapping and gives its report, refusing nothing."""
    from cmresearch.intake.mapped_export import read_export
    from cmresearch.intake.mapping import IntakeMapping

    def read(text, **mapping):
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_export(path, IntakeMapping(**mapping), refuse="nothing").report

    return read


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory):
    """The small study with words in two languages, run once."""
    from small_study import in_two_languages, write_study_with_words

    from cmresearch.study.run import run_study
    from cmresearch.study.study import open_study

    return run_study(open_study(in_two_languages(write_study_with_words(tmp_path_factory.mktemp("whole")))))


@pytest.fixture(scope="session")
def bilingual_run(whole_run):
    """The same run, made shareable."""
    from cmresearch.report.shareable import shareable

    return shareable(whole_run)


@pytest.fixture(scope="session")
def thesis_folder(bilingual_run, tmp_path_factory) -> Path:
    """The folder for a thesis on the small study in two languages."""
    from cmresearch.report.chapters.thesis import write_thesis

    folder = tmp_path_factory.mktemp("thesis")
    write_thesis(bilingual_run, folder)
    return folder


@pytest.fixture(scope="session")
def small_page(tmp_path_factory) -> str:
    """The report of the small study with words, with its reviews."""
    from small_report import shown
    from small_study import write_study_with_words

    from cmresearch.study.study import open_study

    return shown(open_study(write_study_with_words(tmp_path_factory.mktemp("study"))))

"""Links that lead out of a study are named, and neither read nor packed."""

import re

import pytest
from small_study import write_study_with_words

from cmresearch.archive.gathering import gather
from cmresearch.codebook.book import read_codebook
from cmresearch.coding.coding import read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import ArchiveError, CodebookError, CodingError, SourceError
from cmresearch.privacy.sharing import check_folder
from cmresearch.study.study import open_study

OUT = "is a link that leads out of"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return write_study_with_words(tmp_path_factory.mktemp("links") / "study")


@pytest.fixture
def folder(original, tmp_path):
    """A study, and beside it a folder that is not the study's."""
    import shutil

    (tmp_path / "elsewhere").mkdir()
    return shutil.copytree(original, tmp_path / "study")


def linked(path, target):
    """A file moved elsewhere, with a link in its place."""
    path.replace(target)
    path.symlink_to(target)
    return re.escape(f"{path}: {OUT}")


def test_interviews_are_not_read_from_elsewhere(folder):
    path = folder / "interviews" / "interview-1-kelurahan.md"
    with pytest.raises(SourceError, match=linked(path, folder.parent / "elsewhere" / path.name)):
        read_sources(folder / "interviews")


def test_a_folder_that_is_a_link_leads_out_as_its_files_would(folder):
    (folder / "interviews").rename(folder.parent / "elsewhere" / "interviews")
    (folder / "interviews").symlink_to(folder.parent / "elsewhere" / "interviews")
    with pytest.raises(SourceError, match=OUT):
        read_sources(folder / "interviews")


def test_a_link_within_the_study_is_followed(folder):
    (folder / "kept").mkdir()
    linked(folder / "interviews" / "interview-1-kelurahan.md", folder / "kept" / "one.md")
    assert "interview-1-kelurahan" in read_sources(folder / "interviews")


def test_the_codebook_and_the_coding_are_not_read_from_elsewhere(folder):
    study, away = open_study(folder), folder.parent / "elsewhere"
    codebook, sources = study.read_codebook(), study.read_sources()
    with pytest.raises(CodingError, match=linked(folder / "coding" / "coder-a.csv", away / "coder-a.csv")):
        read_coding(folder / "coding", codebook, sources)
    with pytest.raises(CodebookError, match=linked(folder / "codebook" / "variables.toml", away / "variables.toml")):
        read_codebook(folder / "codebook")


def test_nothing_is_packed_from_elsewhere(folder):
    results = folder / "results"
    results.mkdir()
    (results / "estimates.csv").write_text("a\n", encoding="utf-8")
    away = folder.parent / "elsewhere" / "estimates.csv"
    with pytest.raises(ArchiveError, match=linked(results / "estimates.csv", away)):
        gather(open_study(folder), results, folder.parent / "elsewhere", allow=())


def test_the_privacy_check_names_a_link_and_does_not_follow_it(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "private.txt").write_text("0812-0000-1234", encoding="utf-8")
    (tmp_path / "shared" / "a.txt").symlink_to(tmp_path / "private.txt")
    (tmp_path / "shared" / "b").symlink_to(tmp_path)
    assert [(each.file, each.kind) for each in check_folder(tmp_path / "shared")] == [
        ("a.txt", "unread"),
        ("b", "unread"),
    ]

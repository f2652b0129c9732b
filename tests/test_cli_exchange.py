"""The verb that moves a study to and from other programs, and reports what was lost."""

import json

import pytest
from small_verbs import call

from cmresearch.codebook.book import read_codebook
from cmresearch.coding.coding import read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import ExchangeError


def test_the_verb_writes_a_study_reads_it_back_and_reports(project, tmp_path, capsys):
    assert call("exchange", "to-qdpx", tmp_path / "s.qdpx", "--study", project, "--losses", tmp_path / "l.xlsx") == 0
    assert "entries of the coding's history that no longer count" in capsys.readouterr().out
    assert call("exchange", "from-qdpx", tmp_path / "s.qdpx", tmp_path / "new", "--json") == 0
    assert json.loads(capsys.readouterr().out)["losses"] == []
    sources = read_sources([tmp_path / "new/interviews", tmp_path / "new/documents"])
    codebook = read_codebook(tmp_path / "new/codebook")
    assert read_coding(tmp_path / "new/coding", codebook, sources).coders == ("coder-a", "coder-b")


@pytest.mark.parametrize(("kind", "suffix"), [("qdc", "qdc"), ("taguette", "csv")])
def test_the_verb_writes_codebooks_and_reads_them_back(project, tmp_path, capsys, kind, suffix):
    assert call("exchange", f"to-{kind}", tmp_path / f"a.{suffix}", "--study", project) == 0
    assert call("exchange", f"from-{kind}", tmp_path / f"a.{suffix}", tmp_path / "codebook") == 0
    assert "read as" in capsys.readouterr().out
    assert set(read_codebook(tmp_path / "codebook").codes) == set(read_codebook(project / "codebook").codes)


def test_the_verb_replaces_nothing_of_yours(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExchangeError, match=r"is not empty; name a folder that is"):
        call("exchange", "from-qdc", tmp_path / "a.qdc", tmp_path)

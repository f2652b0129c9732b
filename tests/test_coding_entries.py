"""What a coder wrote down, and the hash of the text in which it was coded."""

import pytest
from small_moves import BEFORE, HEADER, entry

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.templates import write_template
from cmresearch.coding.coding import read_coding
from cmresearch.coding.edits import with_segments, write_coding_file
from cmresearch.coding.entries import changed_texts, read_text_hashes
from cmresearch.coding.sources import read_sources
from cmresearch.coding.text_moves import fix_texts
from cmresearch.errors import CodingError


@pytest.fixture
def study(tmp_path):
    """A text, its codebook, and one coding of it whose text is fixed."""
    write_template(tmp_path / "book", "iso-10002")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "document-1.md").write_text(HEADER + BEFORE, encoding="utf-8")
    (tmp_path / "coding").mkdir()
    book, sources = read_codebook(tmp_path / "book"), read_sources(tmp_path / "sources")
    path = tmp_path / "coding" / "coder-a.csv"
    write_coding_file(path, with_segments(path, [entry("Nobody asks").segment]), book, sources)
    assert fix_texts(tmp_path / "coding", sources, ["document-1"]) == 1
    return tmp_path


def test_a_text_that_changed_since_it_was_coded_is_refused_once_and_not_for_every_quotation(study):
    (study / "sources" / "document-1.md").write_text(HEADER + "x" + BEFORE, encoding="utf-8")
    sources = read_sources(study / "sources")
    assert changed_texts(study / "coding", sources) == ("document-1",)
    with pytest.raises(CodingError) as error:
        read_coding(study / "coding", read_codebook(study / "book"), sources)
    assert str(error.value) == (
        f"{study}/coding/texts.toml: the text of document-1 is not the one that was coded; put that text back, or move "
        "its codings to the new one (cmresearch coding move)"
    )


def test_a_hash_is_kept_once_and_changed_only_when_that_is_meant(study):
    (study / "sources" / "document-1.md").write_text(HEADER + "x" + BEFORE, encoding="utf-8")
    sources = read_sources(study / "sources")
    before = read_text_hashes(study / "coding")
    assert fix_texts(study / "coding", sources, ["document-1"]) == 0
    assert read_text_hashes(study / "coding") == before
    assert fix_texts(study / "coding", sources, ["document-1"], anew=["document-1"]) == 1
    assert read_text_hashes(study / "coding") == {"document-1": sources["document-1"].sha256}


def test_a_file_of_hashes_that_is_none_is_named(study):
    (study / "coding" / "texts.toml").write_text("texts = 3", encoding="utf-8")
    with pytest.raises(CodingError, match=r"texts\.toml: expected a table \[texts\] with a hash for each source"):
        read_text_hashes(study / "coding")

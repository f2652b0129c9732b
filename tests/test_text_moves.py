from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.templates import write_template
from cmresearch.coding.coding import Segment, read_coding
from cmresearch.coding.edits import with_segments, write_coding_file
from cmresearch.coding.entries import Entry, changed_texts, read_text_hashes
from cmresearch.coding.sources import read_sources
from cmresearch.coding.text_moves import fix_texts, move_codings
from cmresearch.errors import CodingError

BEFORE = "We answer within a day. Nobody asks the reporter why. The agancy closes it 🙂. We answer again."
HEADER = '+++\nkey = "document-1"\nkind = "document"\ndata_kind = "real"\ntitle = "First"\nlanguage = "en"\n+++\n'


def entry(quote, text=BEFORE, number="1"):
    start = text.index(quote)
    segment = Segment(
        "document-1",
        start,
        start + len(quote),
        "leaders_commit",
        "coder-a",
        "supports",
        "2021-05-01",
        "",
        quote,
        "0.1.0",
    )
    return Entry(segment, number, "add", "", "", "coder-a.csv", 2)


def moved(quote, after, *, before=BEFORE):
    (move,) = move_codings([entry(quote)], after, before=before)
    return move


def test_a_segment_before_the_change_stays_in_place():
    assert moved("We answer within", BEFORE + " Indeed.").fate == "in place"


def test_a_segment_moves_with_its_words():
    after = "Good day. " + BEFORE
    move = moved("Nobody asks", after)
    assert (move.fate, move.start - BEFORE.index("Nobody")) == ("moved", len("Good day. "))
    assert after[move.start : move.end] == "Nobody asks"


def test_of_words_that_stand_twice_those_move_that_were_meant():
    after = BEFORE.replace("Nobody asks the reporter why. ", "")
    move = moved("We answer again", after)
    assert after[move.start : move.end] == "We answer again"


def test_a_word_put_right_within_a_segment_is_marked_to_be_read():
    move = moved("The agancy closes it 🙂.", BEFORE.replace("agancy", "agency"))
    assert (move.fate, move.quote) == ("other words", "The agency closes it 🙂.")


def test_a_passage_that_is_gone_is_lost_and_keeps_what_was_coded():
    move = moved("Nobody asks the reporter why.", BEFORE.replace("Nobody asks the reporter why.", "It rained."))
    assert (move.fate, move.quote) == ("lost", "Nobody asks the reporter why.")


def test_without_the_earlier_text_a_quotation_moves_where_it_stands_once():
    assert moved("Nobody asks", "x" + BEFORE, before=None).fate == "moved"
    assert moved("We answer", "x" + BEFORE, before=None).fate == "lost"


@given(
    added=st.text(max_size=30), place=st.integers(0, len(BEFORE)), ends=st.tuples(st.integers(0, 90), st.integers(1, 9))
)
def test_wherever_a_segment_moves_the_words_that_stand_there_are_its_quote(added, place, ends):
    quote = BEFORE[ends[0] : ends[0] + ends[1]]
    after = BEFORE[:place] + added + BEFORE[place:]
    (move,) = move_codings([entry(quote)], after, before=BEFORE)
    if move.fate in ("in place", "moved"):
        assert after[move.start : move.end] == quote == move.quote
    elif move.fate == "other words":
        assert after[move.start : move.end] == move.quote


def test_a_move_is_written_down_as_a_change_with_its_reason():
    revision = moved("Nobody asks", "x" + BEFORE).revision("a letter was missing")
    assert (revision.entry, revision.action, revision.reason) == ("1", "change", "a letter was missing")
    assert revision.changes["start"] == str(BEFORE.index("Nobody") + 1)


def test_a_move_does_not_pass_for_having_looked_at_the_code_again():
    assert moved("Nobody asks", "x" + BEFORE).revision("x").changes["codebook_version"] == "0.1.0"


def test_what_was_not_kept_moves_too_and_is_still_not_kept():
    dismissed = replace(entry("Nobody asks"), action="dismiss")
    (move,) = move_codings([dismissed], "x" + BEFORE, before=BEFORE)
    assert move.revision("a letter was missing").action == "dismiss"


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

""""""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from small_moves import BEFORE, entry

from cmresearch.coding.text_moves import move_codings


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

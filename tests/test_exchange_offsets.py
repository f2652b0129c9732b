"""Which way another program counts positions in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.exchange.offsets import (
    Counting,
    Selected,
    Text,
    countings,
    decode,
    find_counting,
    positions_of,
    reads,
    spans_of,
)

RAW = "🙂 one\r\ntwo 👩🏽\u200d💻\nthree"


def counted(raw, place, counting):
    """A place of the kept text as another program counts it, one character after the other."""
    kept = raw.replace("\r\n", "\n")
    pairs = [place for place, char in enumerate(kept) if char == "\n"]
    in_file = {kept_at for kept_at in pairs if raw.split("\n")[pairs.index(kept_at)].endswith("\r")}
    total = 1 if counting.mark == "counted" else 0
    for at, char in enumerate(kept[:place]):
        total += 2 if counting.unit == "UTF-16 units" and ord(char) > 0xFFFF else 1
        total += char == "\n" and (
            counting.line_ends == "two" or (counting.line_ends == "as they stand" and at in in_file)
        )
    return total


@pytest.mark.parametrize("unit", ["code points", "UTF-16 units"])
@pytest.mark.parametrize("line_ends", ["as they stand", "one", "two"])
@pytest.mark.parametrize("mark", ["not counted", "counted"])
def test_every_place_of_every_counting_is_led_back(unit, line_ends, mark):
    counting = Counting(unit, line_ends, "exclusive", mark)
    text = Text(RAW, had_mark=True)
    positions = positions_of(text, counting)
    found = [positions.kept(counted(RAW, place, counting)) for place in range(len(text.kept) + 1)]
    assert found == list(range(len(text.kept) + 1))


def test_a_place_within_a_wide_character_or_outside_the_text_is_none():
    text = Text("a🙂b")
    positions = positions_of(text, Counting("UTF-16 units"))
    assert [positions.kept(place) for place in range(-1, 6)] == [None, 0, 1, None, 2, 3, None]


def test_an_inclusive_end_on_either_half_of_a_wide_character_takes_it_whole():
    text, counting = Text("a🙂b"), Counting("UTF-16 units", end="inclusive")
    assert spans_of(text, [Selected(0, 1), Selected(0, 2), Selected(0, 3)], counting) == [(0, 2), (0, 2), (0, 3)]


@given(
    words=st.lists(
        st.sampled_from(["one", "🙂", "שלום", "e\u0301tat", "\r\n", "\n", "👩🏽\u200d💻"]), min_size=4, max_size=30
    ),
    counting=st.builds(
        Counting, st.sampled_from(["code points", "UTF-16 units"]), end=st.sampled_from(["exclusive", "inclusive"])
    ),
)
def test_selections_named_by_their_words_are_read_as_they_were_meant(words, counting):
    raw = "begin " + " ".join(words)
    text = Text(raw)
    kept = text.kept
    starts = [at for at in range(len(kept)) if kept[at].isalpha() and (at == 0 or kept[at - 1].isspace())]
    spans = [(at, next((e for e in range(at, len(kept)) if kept[e].isspace()), len(kept))) for at in starts]
    spans = [(start, end) for start, end in spans if end - start >= 3]
    behind = 1 if counting.end == "inclusive" else 0
    selections = [
        Selected(counted(raw, start, counting), counted(raw, end, counting) - behind, kept[start:end])
        for start, end in spans
    ]
    best, _ = find_counting([(text, selections)])
    assert best.matched == len(spans)
    assert [kept[slice(*span)] for span in spans_of(text, selections, best.counting)] == [
        kept[slice(*x)] for x in spans
    ]


def test_a_plain_text_leaves_only_the_question_of_the_end():
    assert [each.end for each in countings([Text("plain")])] == ["exclusive", "inclusive"]


def test_names_that_were_cut_short_count_as_well():
    assert reads("I'm a single mum with…", "I'm a single mum with an 8 month old")
    assert not reads("I'm a single mum with", "I'm a single mum with an 8 month old")
    assert reads("x" * 100, "x" * 140)


@pytest.mark.parametrize(
    ("content", "raw", "encoding", "had_mark"),
    [
        ("a🙂".encode("utf-16"), "a🙂", "UTF-16", True),
        ("a🙂".encode("utf-8-sig"), "a🙂", "UTF-8", True),
        ("Mabêl".encode("cp1252"), "Mabêl", "Windows-1252", False),
    ],
)
def test_texts_are_read_in_the_encodings_that_programs_write(content, raw, encoding, had_mark):
    text = decode(content)
    assert (text.raw, text.encoding, text.had_mark) == (raw, encoding, had_mark)

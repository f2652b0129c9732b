import csv
import re

import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.edits import Signature, merge, read_draft, rename, reword, write_draft
from cmresearch.codebook.templates import write_template
from cmresearch.coding.codebook_changes import find_stale
from cmresearch.coding.coding import Segment, read_coding
from cmresearch.coding.edits import (
    Revision,
    find_quote,
    read_cells,
    recodings,
    with_dismissals,
    with_revisions,
    with_segments,
    write_coding_file,
)
from cmresearch.coding.entries import HISTORY_COLUMNS
from cmresearch.coding.sources import read_sources
from cmresearch.errors import CodingError

TURNS = [
    "Interviewer: Who answers?",
    "Informant: We answer within a day. Nobody asks why.",
    "Informant: The agency closes it.",
]
TEXT = "\n\n".join(TURNS)
HEADER = """+++
key = "interview-1"
kind = "interview"
data_kind = "real"
title = "First"
informant = "Informant 1"
role = "complaint_office"
language = "en"
+++
"""
LATER = "2021-09-07T09:00"
SIGNED = Signature("0.2.0", "2021-09-06", "Ani", "they could not be told apart")


@pytest.fixture
def book(tmp_path):
    write_template(tmp_path / "book", "iso-10002")
    return tmp_path / "book"


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "interview-1.md").write_text(HEADER + TEXT, encoding="utf-8")
    return read_sources(folder)


def segment(quote, code="answered_in_time", coder="coder-a", **changes):
    start = TEXT.index(quote)
    fields = {"source": "interview-1", "start": start, "end": start + len(quote), "code": code, "coder": coder}
    fields |= {
        "direction": "supports",
        "at": "2021-05-01T09:00",
        "memo": "",
        "quote": quote,
        "codebook_version": "0.1.0",
    }
    return Segment(**(fields | changes))


@pytest.fixture
def path(tmp_path):
    """A coding file without columns for its history."""
    (tmp_path / "coding").mkdir()
    path = tmp_path / "coding" / "coder-a.csv"
    rows = [
        segment("We answer"),
        segment("Nobody asks", "causes_sought"),
        segment("The agency closes", "decision_told"),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(vars(rows[0])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(vars(each) for each in rows)
    return path


def read(path, book, sources):
    return read_coding(path, read_codebook(book), sources)


def revise(path, book, sources, *revisions, version="0.1.0"):
    text = with_revisions(path, revisions, at=LATER, codebook_version=version)
    write_coding_file(path, text, read_codebook(book), sources)
    return read(path, book, sources)


def test_a_change_is_one_more_row_and_the_present_state_follows(path, book, sources):
    coding = revise(path, book, sources, Revision("2", "it states a fact", {"direction": "context"}))
    assert [(each.code, each.direction) for each in coding] == [
        ("answered_in_time", "supports"),
        ("causes_sought", "context"),
        ("decision_told", "supports"),
    ]
    history = coding.history().set_index("entry")
    assert history.loc["2", ["state", "direction"]].tolist() == ["replaced", "supports"]
    assert history.loc["4", ["action", "replaces", "reason", "at"]].tolist() == [
        "change",
        "2",
        "it states a fact",
        LATER,
    ]


def test_a_removal_takes_a_segment_back_and_keeps_it_in_the_history(path, book, sources):
    coding = revise(path, book, sources, Revision("1", "no statement about time", action="remove"))
    assert [each.code for each in coding] == ["causes_sought", "decision_told"]
    assert coding.history()["state"].tolist() == ["replaced", "present", "present", "removed"]


def test_rows_that_stand_are_never_written_again(path, book, sources):
    revise(path, book, sources, Revision("1", "x", action="remove"))
    before = path.read_bytes()
    revise(path, book, sources, Revision("2", "y", {"memo": "new"}))
    assert path.read_bytes().startswith(before)


def test_a_change_can_be_changed_again(path, book, sources):
    revise(path, book, sources, Revision("1", "first thought", {"direction": "hinders"}))
    coding = revise(path, book, sources, Revision("4", "second thought", {"direction": "context"}))
    assert [each.direction for each in coding.of_code("answered_in_time")] == ["context"]


def test_an_entry_that_was_replaced_is_not_revised_again(path, book, sources):
    revise(path, book, sources, Revision("1", "x", action="remove"))
    with pytest.raises(CodingError, match=r"the entry '1' was replaced before; revise the later one$"):
        revise(path, book, sources, Revision("1", "y"))
    with pytest.raises(CodingError, match=r"there is no entry '9'$"):
        revise(path, book, sources, Revision("9", "y"))


def test_a_file_that_would_get_a_fault_is_not_written(path, book, sources):
    before = path.read_bytes()
    with pytest.raises(CodingError, match=r"row 5: the action is change without a reason; say why$"):
        revise(path, book, sources, Revision("1", " ", {"direction": "context"}))
    assert path.read_bytes() == before


def test_segments_are_added_to_a_file_that_is_there_and_to_one_that_is_not(path, book, sources):
    for file, coder in ((path, "coder-a"), (path.with_name("coder-b.csv"), "coder-b")):
        text = with_segments(file, [segment("within a day", coder=coder)])
        write_coding_file(file, text, read_codebook(book), sources)
    coding = read(path.parent, book, sources)
    assert [(each.coder, each.quote) for each in coding.of_code("answered_in_time")] == [
        ("coder-a", "We answer"),
        ("coder-a", "within a day"),
        ("coder-b", "within a day"),
    ]
    assert set(HISTORY_COLUMNS) <= set(path.read_text("utf-8").splitlines()[0].split(","))


def test_two_coders_never_write_the_same_file(path, book, sources):
    with pytest.raises(CodingError, match="there is no coder 'coder-b'; expected coder-a"):
        write_coding_file(
            path, with_segments(path, [segment("closes it", coder="coder-b")]), read_codebook(book), sources
        )


def test_what_the_adjudicator_does_not_keep_is_kept_with_its_reason(path, book, sources):
    file = path.with_name("adjudicated.csv")
    dismissed = [(segment("We answer", coder="adjudicator"), "too thin")]
    write_coding_file(file, with_dismissals(file, dismissed), read_codebook(book), sources)
    coding = read(path.parent, book, sources)
    assert len(coding.adjudicated) == 0
    assert coding.history().query("action == 'dismiss'")["reason"].tolist() == ["too thin"]


FAULTY = {
    "an entry that is not there": ({"replaces": "9", "action": "change", "reason": "x"}, "there is no entry '9' that"),
    "another's entry": (
        {"coder": "coder-b", "replaces": "1", "action": "change", "reason": "x"},
        "the entry '1' is of 'coder-a'; nobody changes another's coding",
    ),
    "an action that is not known": ({"action": "ad"}, "there is no action 'ad'; expected add, change, remove, dismiss"),
    "a removal of nothing": ({"action": "remove", "reason": "x"}, "the action is remove, and no entry is named"),
    "an addition that replaces": ({"action": "add", "replaces": "1"}, "the action is add and replaces the entry '1'"),
    "a number given twice": ({"entry": "1"}, "the entry is '1'; expected a number that no earlier row has"),
    "a dismissal by a coder": (
        {"action": "dismiss", "reason": "x"},
        "the action is dismiss by 'coder-a'; expected it of",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), FAULTY.values(), ids=FAULTY)
def test_entries_that_contradict_each_other_are_named(path, book, sources, changes, sentence):
    first = vars(segment("We answer")) | {"entry": "1", "replaces": "", "action": "", "reason": ""}
    second = vars(segment("closes it")) | {"entry": "2", "replaces": "", "action": "", "reason": ""} | changes
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerows([first, second])
    with pytest.raises(CodingError, match=re.escape(f"{path}, row 3: {sentence}")):
        read_coding(path, read_codebook(book), sources, coders=["coder-a", "coder-b"])


def test_a_quotation_is_found_where_it_stands_once(sources):
    source = sources["interview-1"]
    assert source.text[slice(*find_quote(source, "within a day"))] == "within a day"
    with pytest.raises(CodingError, match="interview-1 has 'Informant' 2 times; expected it once, word for word"):
        find_quote(source, "Informant")


def test_an_entry_shows_its_cells(path):
    assert read_cells(path, "2")["code"] == "causes_sought"
    with pytest.raises(CodingError, match="there is no entry '7'"):
        read_cells(path, "7")


def test_a_coding_is_stale_when_its_code_was_reworded_since_and_no_longer_when_looked_at_again(path, book, sources):
    draft = reword(read_draft(book), "causes_sought", {"definition": "Other."}, SIGNED, meaning="changed")
    write_draft(book, draft)
    stale = find_stale(read(path, book, sources))
    assert stale[["entry", "code", "codebook_version", "since"]].to_numpy().tolist() == [
        ["2", "causes_sought", "0.1.0", "0.2.0"]
    ]
    assert stale["because"].tolist() == ["reworded: they could not be told apart"]
    kept = revise(path, book, sources, Revision("2", "it still fits"), version="0.2.0")
    assert find_stale(kept).empty


def test_words_made_clearer_make_nothing_stale(path, book, sources):
    write_draft(book, reword(read_draft(book), "causes_sought", {"definition": "Other."}, SIGNED, meaning="kept"))
    assert find_stale(read(path, book, sources)).empty


def test_entries_follow_a_code_that_was_merged(path, book, sources):
    write_draft(book, merge(read_draft(book), "causes_sought", "handling_audited", SIGNED))
    coding = read(path, book, sources)
    assert find_stale(coding)["then"].tolist() == ["recode as handling_audited"]
    after = revise(path, book, sources, *recodings(coding, path.name), version="0.2.0")
    assert [each.code for each in after] == ["answered_in_time", "handling_audited", "decision_told"]
    assert find_stale(after).empty


def test_a_code_out_of_use_is_refused_for_what_is_coded_after(path, book, sources):
    write_draft(book, merge(read_draft(book), "causes_sought", "handling_audited", SIGNED))
    late = with_segments(path, [segment("asks why", "causes_sought", codebook_version="0.2.0")])
    expected = "the code 'causes_sought' is out of use since version 0.2.0; give 'handling_audited', into which"
    with pytest.raises(CodingError, match=expected):
        write_coding_file(path, late, read_codebook(book), sources)


def test_codings_under_a_former_key_are_read_as_the_code_is_called_now(path, book, sources):
    write_draft(book, rename(read_draft(book), "causes_sought", "causes", SIGNED))
    coding = read(path, book, sources)
    assert [each.code for each in coding] == ["answered_in_time", "causes", "decision_told"]
    assert find_stale(coding).empty

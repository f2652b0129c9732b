""""""

import re

import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.edits import (
    Signature,
    merge,
    new_code,
    next_version,
    read_draft,
    rename,
    retire,
    reword,
    write_draft,
)
from cmresearch.codebook.templates import write_template
from cmresearch.coding.codebook_changes import compare_codebooks
from cmresearch.errors import CodebookError

SIGNED = Signature("0.2.0", "2021-09-06", "Ani", "two coders could not tell them apart")


@pytest.fixture
def folder(tmp_path):
    """A codebook of seven dimensions and twelve codes."""
    write_template(tmp_path / "book", "iso-10002")
    return tmp_path / "book"


def said(folder, changed):
    """What a changed draft says changed, a sentence each."""
    before = read_codebook(folder)
    return [str(each) for each in compare_codebooks(before, write_draft(folder, changed))]


def test_a_merged_code_stays_in_its_file_and_says_where_it_went(folder):
    changed = merge(read_draft(folder), "even_handed", "open_to_feedback", SIGNED)
    book = write_draft(folder, changed)
    assert "even_handed" not in book.codes
    code = book.code("even_handed")
    assert (code.status, code.merged_into, code.ended_in) == ("merged", "open_to_feedback", "0.2.0")
    assert [each.change for each in book.code("open_to_feedback").history] == ["created", "received"]
    assert (book.version, len(book.codes)) == ("0.2.0", 11)


def test_a_merge_names_the_code_that_would_be_its_own_neighbour(folder):
    changed = merge(read_draft(folder), "even_handed", "open_to_feedback", SIGNED)
    assert changed.notes == (
        "open_to_feedback still names 'even_handed' as a neighbour; read it again",
        "`even_handed` was merged into `open_to_feedback`",
    )


def test_a_code_that_names_one_out_of_use_is_found_until_it_is_reworded(folder):
    draft = merge(read_draft(folder), "even_handed", "open_to_feedback", SIGNED)
    assert write_draft(folder, draft).outdated_neighbours() == {"open_to_feedback": ("even_handed",)}
    words = {"do_not_use_when": "A way to complain is missing: use easy_process."}
    draft = reword(read_draft(folder), "open_to_feedback", words, SIGNED, meaning="kept")
    assert write_draft(folder, draft).outdated_neighbours() == {}


def test_what_was_merged_before_follows_to_the_code_that_receives_it_now(folder):
    draft = merge(read_draft(folder), "even_handed", "open_to_feedback", SIGNED)
    book = write_draft(folder, merge(draft, "open_to_feedback", "easy_process", SIGNED))
    assert book.code("even_handed").merged_into == "easy_process"


def test_a_renamed_code_keeps_its_id_and_is_found_under_either_key(folder):
    before = read_codebook(folder).code("answered_in_time")
    book = write_draft(folder, rename(read_draft(folder), "answered_in_time", "on_time", SIGNED))
    assert book.code("answered_in_time").key == "on_time"
    assert book.code("on_time").id == before.id
    assert "use on_time" in book.code("easy_process").do_not_use_when
    assert said(folder, read_draft(folder)) == []


def test_a_reworded_code_says_since_when_it_means_what_it_means(folder):
    draft = reword(read_draft(folder), "even_handed", {"definition": "Other words."}, SIGNED, meaning="changed")
    code = write_draft(folder, draft).code("even_handed")
    assert (code.definition, code.defined_in) == ("Other words.", "0.2.0")


def test_words_made_clearer_leave_the_meaning_where_it_was_set(folder):
    draft = reword(read_draft(folder), "even_handed", {"brief": "Other words."}, SIGNED, meaning="kept")
    assert write_draft(folder, draft).code("even_handed").defined_in == "0.1.0"


def test_a_new_code_stands_behind_the_others_of_its_dimension(folder):
    texts = dict.fromkeys(["brief", "definition", "use_when", "do_not_use_when", "example"], "Words.")
    draft = new_code(read_draft(folder), "audit", {"key": "audit_read", "label": {"en": "Read"}, **texts}, SIGNED)
    book = write_draft(folder, draft)
    assert [code.key for code in book.dimension("audit").codes] == ["handling_audited", "audit_read"]
    assert book.code("audit_read").history[0].change == "created"


def test_a_retired_code_is_out_of_use_and_those_that_name_it_are_named(folder):
    draft = retire(read_draft(folder), "handling_audited", SIGNED)
    assert draft.notes[0] == "causes_sought still names 'handling_audited' as a neighbour; read it again"
    assert "handling_audited" not in write_draft(folder, draft).codes


def test_comments_and_every_other_line_stay(folder):
    path = folder / "06-audit.toml"
    path.write_text(path.read_text("utf-8").replace('status = "draft"', 'status = "draft"   # decide in May'), "utf-8")
    before = path.read_text("utf-8").splitlines()
    write_draft(folder, reword(read_draft(folder), "handling_audited", {"brief": "B."}, SIGNED, meaning="kept"))
    after = path.read_text("utf-8").splitlines()
    gone = [line for line in before if line not in after]
    assert gone == [next(line for line in before if line.startswith("brief"))]


def test_the_changes_are_listed_under_their_version_newest_first(folder):
    write_draft(folder, retire(read_draft(folder), "handling_audited", SIGNED))
    write_draft(folder, rename(read_draft(folder), "causes_sought", "causes", SIGNED))
    changes = (folder / "CHANGES.md").read_text("utf-8")
    assert re.findall(r"^(?:## .*|- .*)$", changes, re.MULTILINE) == [
        "## 0.2.0",
        "- `handling_audited` was retired: two coders could not tell them apart",
        "- `causes_sought` is now called `causes`: two coders could not tell them apart",
        "## 0.1.0",
        "- begun from the template `iso-10002`",
    ]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda draft: merge(draft, "even_handed", "even_handed", SIGNED), "cannot be merged into itself"),
        (lambda draft: retire(draft, "even_hand", SIGNED), "no code 'even_hand'; did you mean 'even_handed'?"),
        (lambda draft: new_code(draft, "audits", {"key": "x"}, SIGNED), "no dimension 'audits'; did you mean 'audit'?"),
        (
            lambda draft: retire(draft, "even_handed", Signature("0.0.9", "2021-09-06", "Ani", "x")),
            "version 0.0.9 is before 0.1.0, which the codebook has",
        ),
        (
            lambda draft: retire(retire(draft, "even_handed", SIGNED), "even_handed", SIGNED),
            "the code 'even_handed' is retired; what is out of use stays as it was",
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_not_done(folder, edit, sentence):
    with pytest.raises(CodebookError, match=re.escape(sentence)):
        edit(read_draft(folder))


def test_a_codebook_that_would_have_faults_is_not_written(folder):
    before = (folder / "01-customer-focus.toml").read_text("utf-8")
    with pytest.raises(CodebookError, match="the code 'handling_audited' stands already in"):
        write_draft(folder, rename(read_draft(folder), "even_handed", "handling_audited", SIGNED))
    assert (folder / "01-customer-focus.toml").read_text("utf-8") == before


def test_versions_rise_in_the_second_number_where_meaning_changes():
    assert [next_version("1.9.2"), next_version("1.9.2", meaning="kept"), next_version("2")] == [
        "1.10.0",
        "1.9.3",
        "2.1.0",
    ]

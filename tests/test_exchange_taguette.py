"""Codebooks to Taguette and back, and its highlights found again in our sources."""

import codecs
import csv
import re

import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.coding.sources import Source, Sources
from cmresearch.errors import ExchangeError
from cmresearch.exchange.refi_codebook import read_qdc
from cmresearch.exchange.study_files import changes_of, write_codebook
from cmresearch.exchange.taguette import (
    read_taguette_codebook,
    read_taguette_highlights,
    tag_of,
    write_taguette_codebook,
)

SOURCES = Sources(
    {
        "s-1": Source(
            "s-1", "document", "real", "One", "", "", "", "", "en", "", "The street\nwas dry. It was dry.", ()
        ),
        "s-2": Source("s-2", "document", "real", "Two", "", "", "", "", "en", "", "=1+1, they said.", ()),
    }
)


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture
def exported(codebook, tmp_path):
    write_taguette_codebook(tmp_path / "tags.csv", codebook)
    return tmp_path / "tags.csv"


def highlights(tmp_path, *rows, header="id,document,tag,content"):
    path = tmp_path / "highlights.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


def test_the_file_has_the_mark_the_header_and_the_lengths_that_taguette_expects(exported, codebook):
    assert exported.read_bytes().startswith(codecs.BOM_UTF8)
    with exported.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header == ["tag", "description"]
    assert [row[0] for row in rows] == [tag_of(codebook, code) for code in codebook.codes.values()]
    # Its import form keeps descriptions in fields of one line.
    assert all(len(tag) <= 200 and len(text) <= 102_400 and "\n" not in text for tag, text in rows)


def test_codes_come_back_as_they_were_but_for_what_the_report_lists(exported, codebook, tmp_path):
    imported = read_taguette_codebook(exported)
    write_codebook(tmp_path / "codebook", imported.codebook)
    again = read_codebook(tmp_path / "codebook").codes
    assert {key: code.model_copy(update={"parent": None}) for key, code in codebook.codes.items()} == again
    assert changes_of(imported, codebook) == ()


def test_the_report_names_the_merged_codes_and_parents_that_taguette_cannot_hold(codebook, tmp_path):
    report = write_taguette_codebook(tmp_path / "a.csv", codebook)
    told = {loss.what: loss.names for loss in report.losses}
    assert told["codes that are merged or retired"] == ("tracking_number",)
    assert told["parents of codes"] == ("shift_without_overtime under cost_recorded",)


def test_a_description_changed_in_taguette_becomes_a_change_of_the_codebook(exported, codebook):
    text = exported.read_text(encoding="utf-8-sig").replace(
        "Brief: How fast a complaint", "Brief: How soon a complaint"
    )
    exported.write_text(text, encoding="utf-8")
    (change,) = changes_of(read_taguette_codebook(exported), codebook)
    assert (change.key, list(change.fields)) == ("quick_response", ["brief"])


def test_the_codebook_that_taguette_exports_as_qdc_is_known_by_its_ids(codebook, tmp_path):
    # Its .qdc has names and ids only, and ends with the <Sets/> that the schema refuses.
    from cmresearch.exchange.taguette import tag_id

    tag = tag_of(codebook, codebook.code("final_answer"))
    path = tmp_path / "a.qdc"
    path.write_text(
        f"<CodeBook xmlns='urn:QDA-XML:codebook:1.0' origin='Taguette 1.5.2'><Codes><Code guid='{tag_id(tag).upper()}' "
        f"name='{tag}' isCodable='true'/></Codes><Sets/></CodeBook>",
        encoding="utf-8",
    )
    assert changes_of(read_qdc(path), codebook) == ()


def test_a_codebook_of_taguette_itself_is_read(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_text("tag,description,number of highlights,number of documents\r\na.b,Written,3,1\r\n", encoding="utf-8")
    imported = read_taguette_codebook(path)
    assert imported.codebook.code("a_b").definition == "Written"
    assert imported.report.losses[0].count == 2


def test_highlights_are_found_in_the_sources_whatever_blanks_they_have(codebook, tmp_path):
    path = highlights(tmp_path, '1,One,create_closure.final_answer,"street was\n dry"', "2,s-2.txt,Final answer,=1+1")
    found = read_taguette_highlights(path, codebook, SOURCES, coder="ana", at="2021-03-04T10:30")
    told = [(each.source, each.start, each.end, each.code, each.coder, each.quote) for each in found.segments]
    assert told == [
        ("s-1", 4, 18, "final_answer", "ana", "street\nwas dry"),
        ("s-2", 0, 4, "final_answer", "ana", "=1+1"),
    ]
    assert found.report.losses == ()


def test_highlights_that_cannot_be_placed_are_named(codebook, tmp_path):
    rows = [
        "1,One,final_answer,was dry",
        "2,One,final_answer,wet",
        "3,Three,final_answer,x",
        "4,One,,It",
        "5,One,no,It",
    ]
    found = read_taguette_highlights(highlights(tmp_path, *rows), codebook, SOURCES, coder="ana", at="2021-03-04")
    assert found.segments == ()
    assert [loss.what for loss in found.report.losses] == [
        "highlights whose words stand more than once in their source",
        "highlights whose words stand nowhere in their source",
        "highlights of documents that are no source",
        "highlights without a tag",
        "highlights whose tag is no code in use",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,document,tag,contents\n1,a,b,c\n", "no column 'content'; did you mean 'contents'?"),
        ("id,document,tag,content\n1,a,b\n", "row 2: 3 cells; expected 4"),
        ("id,document,tag,content\n", "has no row below its header"),
    ],
)
def test_a_file_that_is_no_list_of_highlights_is_refused(codebook, tmp_path, text, message):
    path = tmp_path / "h.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExchangeError, match=re.escape(message)):
        read_taguette_highlights(path, codebook, SOURCES, coder="ana", at="2021-03-04")


def test_a_time_that_is_none_is_refused(codebook, tmp_path):
    path = highlights(tmp_path, "1,One,final_answer,It")
    with pytest.raises(ExchangeError, match=r"^the time is 'today'; expected one such as 2021-03-04T10:30$"):
        read_taguette_highlights(path, codebook, SOURCES, coder="ana", at="today")

"""Running text in a document for a word processor: links, places, its language, and signs that XML cannot hold."""

from __future__ import annotations

import re
import zipfile

import pytest
from small_page import PAGE, made, styles


@pytest.fixture
def path(tmp_path):
    return tmp_path / "page.docx"


def test_the_title_and_headings_have_the_word_processors_own_styles(path):
    document = made("<h1>Title</h1><h2>a</h2><h3>b</h3><h5>c</h5>", path)
    assert styles(document) == [("Title", "Title"), ("Heading 1", "a"), ("Heading 2", "b"), ("Heading 3", "c")]


def test_a_table_has_its_caption_above_a_head_that_repeats_and_rows_that_stay_whole(path):
    document = made(PAGE, path)
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows][::2] == [["Channel", "n"], ["web", "3"]]
    assert ["w:tblHeader" in row._tr.xml for row in table.rows] == [True, False, False]
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    before = table._tbl.getprevious()
    assert "Strata" in "".join(before.itertext())
    assert table.rows[1].cells[0]._tc is table.rows[1].cells[1]._tc


def test_a_link_leads_to_a_bookmark_of_the_same_document(path):
    xml = made(PAGE, path).element.xml
    assert 'w:anchor="to_one"' in xml
    assert 'w:name="to_one"' in xml


def test_long_places_stay_apart_although_a_word_processor_takes_short_names_only(path):
    ids = [f"{'a' * 60}-{n}" for n in (1, 2)]
    xml = made("".join(f'<p id="{one}">x <a href="#{one}">y</a></p>' for one in ids), path).element.xml
    names = re.findall(r'w:bookmarkStart[^>]* w:name="([^"]+)"', xml)
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 40
    assert re.findall(r'w:anchor="([^"]+)"', xml) == names


def test_the_document_names_its_language_and_neither_day_nor_author_of_its_own(path):
    document = made(PAGE, path, language="id")
    about = document.core_properties
    assert (about.title, about.language, about.author, about.last_modified_by) == ("A title", "id-ID", "", "")
    assert 'w:val="id-ID"' in document.styles.element.xml
    with zipfile.ZipFile(path) as file:
        assert {entry.date_time for entry in file.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_signs_that_xml_cannot_hold_are_replaced_and_markup_is_text(path):
    (paragraph,) = made("<p>a\x07b &lt;w:t&gt;</p>", path).paragraphs
    assert paragraph.text == "a\N{REPLACEMENT CHARACTER}b <w:t>"

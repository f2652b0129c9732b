"""A page as a document for a word processor: real structure, safe text, the same bytes each time."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile

import pytest
from docx import Document

from cmresearch.errors import WritingError
from cmresearch.privacy.sharing import check_folder
from cmresearch.report.paper.documents import write_docx

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><title>A bar</title><rect width="4" height="2"/></svg>'
TABLE = (
    '<table><caption>Strata</caption><thead><tr><th>Channel</th><th class="n">n</th></tr></thead>'
    '<tbody><tr><th colspan="2">Written</th></tr><tr><td>web</td><td class="n">3</td></tr></tbody></table>'
)
PAGE = f'<h1>Title</h1><h2 id="one">One</h2><p>a <b>b</b> <a href="#one">c</a></p>{TABLE}<figure>{SVG}</figure>'
# What a fresh process writes, whatever its hash seed, locale and time zone.
ALONE = """
import sys
from cmresearch.report.paper.documents import write_docx
write_docx(*sys.argv[1:3], title="T", language="id")
"""


def made(page, path, **named):
    write_docx(page, path, **({"title": "A title", "language": "en"} | named))
    return Document(str(path))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "page.docx"


def styles(document):
    return [(each.style.name, each.text) for each in document.paragraphs]


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


def test_a_wide_table_stands_on_a_turned_page_and_what_follows_does_not(path):
    cells = "".join(f"<td>{'m' * 12}</td>" for _ in range(8))
    document = made(f"<p>a</p><table><tbody><tr>{cells}</tr></tbody></table><p>b</p>", path)
    assert [section.orientation for section in document.sections] == [0, 1, 0]
    assert document.sections[1].page_width > document.sections[1].page_height


def test_a_list_counts_from_where_it_says_and_each_list_anew(path):
    document = made('<ol><li value="3">c</li><li>d</li></ol><ol><li>a</li></ol><ul><li>b</li></ul>', path)
    assert [style for style, _ in styles(document)] == ["List Number"] * 3 + ["List Bullet"]
    numbers = [each._p.pPr.numPr.numId.val for each in document.paragraphs[:3]]
    assert numbers[0] == numbers[1] != numbers[2]
    xml = document.part.numbering_part._element.xml
    assert '<w:startOverride w:val="3"/>' in xml


def test_a_figure_is_a_picture_that_says_what_it_shows(path):
    document = made(PAGE, path)
    assert len(document.inline_shapes) == 1
    assert 'descr="A bar"' in document.element.xml


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


def test_another_process_gives_the_same_bytes(path, tmp_path):
    write_docx(PAGE, path, title="T", language="id")
    other = tmp_path / "other.docx"
    changed = {"PYTHONHASHSEED": "7", "TZ": "Asia/Jakarta", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", ALONE, PAGE, str(other)], check=True, env={**os.environ, **changed})
    assert other.read_bytes() == path.read_bytes()


def test_the_privacy_check_reads_what_stands_in_a_document(path):
    made("<p>Call 0812-0000-1234</p><table><tbody><tr><td>NIK 3171012001800001</td></tr></tbody></table>", path)
    found = check_folder(path.parent)
    assert {place.kind for place in found} == {"phone", "nik"}
    assert {place.file for place in found} == {"page.docx/word/document.xml"}


def test_a_document_with_nothing_personal_in_it_passes_the_privacy_check(path):
    made(PAGE, path)
    assert check_folder(path.parent) == []


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(WritingError, match=r"cannot write to .*none/a.docx"):
        made("<p>a</p>", tmp_path / "none" / "a.docx")


def test_a_document_opens_again_whole(path):
    made(PAGE, path)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        assert file.testzip() is None

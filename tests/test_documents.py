"""A page as a document for a word processor: real structure, safe text, the same bytes each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile

import pytest
from small_page import PAGE, made, styles

from cmresearch.errors import WritingError
from cmresearch.privacy.sharing import check_folder
from cmresearch.report.paper.documents import write_docx

# What a fresh process writes, whatever its hash seed, locale and time zone.
ALONE = """
import sys
from cmresearch.report.paper.documents import write_docx
write_docx(*sys.argv[1:3], title="T", language="id")
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "page.docx"


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

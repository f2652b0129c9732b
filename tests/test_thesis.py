"""The folder for a thesis: documents, figures and tables in each language."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from docx import Document

from cmresearch.language.catalogue import LANGUAGES


def words_of(path):
    """The running text and the cells of a document."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(each.text for each in document.paragraphs), *cells])


def test_the_thesis_folder_has_every_document_and_figure_in_each_language(thesis_folder):
    assert {path.name for path in thesis_folder.iterdir()} == set(LANGUAGES)
    for language in LANGUAGES:
        documents = {path.stem for path in (thesis_folder / language).glob("*.docx")}
        assert documents == {"tables", "figures", "methods", "checklists"}
        figures = {path.name for path in (thesis_folder / language / "figures").iterdir()}
        assert {f"01-joint.{kind}" for kind in ("svg", "png")} <= figures
        assert figures == {f"{name.partition('.')[0]}.{kind}" for name in figures for kind in ("svg", "png")}


def test_figures_are_pictures_and_drawings_that_say_what_they_show(thesis_folder):
    for path in thesis_folder.rglob("*.svg"):
        root = ElementTree.parse(path).getroot()
        assert root.findtext("{http://www.w3.org/2000/svg}title")
        assert "system-ui" not in path.read_text(encoding="utf-8")  # a font that only a browser knows
    for path in thesis_folder.rglob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_tables_are_numbered_have_heads_that_repeat_and_say_their_kind_of_data(thesis_folder):
    document = Document(str(thesis_folder / "en" / "tables.docx"))
    captions = [each.text for each in document.paragraphs if each.style.name == "Caption"]
    assert [caption.split(".")[0] for caption in captions] == [f"Table {n}" for n in range(1, len(document.tables) + 1)]
    assert all("tblHeader" in table._tbl.xml for table in document.tables)
    assert "illustrative" in words_of(thesis_folder / "en" / "tables.docx")


def test_each_language_writes_its_own_words_and_separators(thesis_folder):
    assert "49.0" in words_of(thesis_folder / "en" / "tables.docx")
    indonesian = words_of(thesis_folder / "id" / "tables.docx")
    assert "49,0" in indonesian
    assert "Tabel 1." in indonesian
    assert "Table 1." not in indonesian


def test_no_link_in_the_thesis_leads_to_a_place_that_is_not_there(thesis_folder):
    for path in thesis_folder.rglob("*.docx"):
        xml = Document(str(path)).element.xml
        anchors = set(re.findall(r'w:hyperlink[^>]*w:anchor="([^"]+)"', xml))
        assert anchors <= set(re.findall(r'w:bookmarkStart[^>]*w:name="([^"]+)"', xml)), path.name

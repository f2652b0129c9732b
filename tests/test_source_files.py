import zipfile

import pytest

from cmresearch.coding.source_files import read_source_file
from cmresearch.coding.sources import read_sources
from cmresearch.errors import SourceError

HEADER = ["+++", "key = “interview-1”", 'kind = "interview"', 'data_kind = "real"', 'title = "First"']
HEADER += ['informant = "Informant 1"', 'role = "auditor"', 'language = "en"', "+++"]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def docx(path, *paragraphs, prologue=""):
    body = "".join(f"<w:p>{each}</w:p>" for each in paragraphs)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f"{prologue}<w:document {W} {MC}><w:body>{body}</w:body></w:document>".encode()
        )
    return path


def run(text):
    return f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def odt(path, *paragraphs):
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    names += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = "".join(f"<text:p>{each}</text:p>" for each in paragraphs)
    content = f"<office:document-content {names}><office:body><office:text>{body}</office:text></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", content + "</office:document-content>")
    return path


def test_a_word_document_is_a_source_like_any_other(tmp_path):
    words = ["Interviewer: Who closes it?", "", "Informant: The agency 🙂 does."]
    docx(tmp_path / "interview-1.docx", *map(run, HEADER + words))
    source = read_sources(tmp_path)["interview-1"]
    assert source.text == "Interviewer: Who closes it?\n\nInformant: The agency 🙂 does."
    assert [source.text_of(turn) for turn in source.answers] == ["Informant: The agency 🙂 does."]


def test_an_open_document_is_a_source_like_any_other(tmp_path):
    words = [
        "Interviewer: Who?",
        'Informant: The<text:s text:c="2"/>agency<text:note>a note</text:note> <text:span>does</text:span>.',
    ]
    odt(tmp_path / "interview-1.odt", *HEADER, *words)
    assert read_sources(tmp_path)["interview-1"].text == "Interviewer: Who?\n\nInformant: The  agency does."


def test_runs_tabs_and_breaks_are_joined_and_what_was_struck_out_is_left_out(tmp_path):
    pieces = run("Informant: one") + "<w:tab/>" + run("two") + "<w:r><w:br/></w:r>" + run("three")
    struck = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    _, text = read_source_file(docx(tmp_path / "a.docx", *map(run, HEADER), pieces + struck))
    assert text == "Informant: one\ttwo\nthree"


def test_words_that_a_document_holds_twice_for_older_programs_are_read_once(tmp_path):
    choice = f"<mc:AlternateContent><mc:Choice>{run('once')}</mc:Choice><mc:Fallback>{run('twice')}</mc:Fallback>"
    _, text = read_source_file(docx(tmp_path / "a.docx", *map(run, HEADER), choice + "</mc:AlternateContent>"))
    assert text == "once"


def test_a_header_written_in_one_paragraph_with_line_breaks_is_read(tmp_path):
    header = "<w:r><w:br/></w:r>".join(map(run, HEADER))
    assert read_source_file(docx(tmp_path / "a.docx", header, run("Text.")))[1] == "Text."


def test_a_document_without_header_or_of_another_kind_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"^no header; expected TOML between two paragraphs '\+\+\+' at the top$"):
        read_source_file(docx(tmp_path / "a.docx", run("Text.")))
    (tmp_path / "b.docx").write_bytes(b"no archive")
    with pytest.raises(SourceError, match=r"^is no \.docx document, or one with a password$"):
        read_source_file(tmp_path / "b.docx")


def test_a_document_that_multiplies_entities_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(SourceError, match=r"^is no \.docx document that can be read safely$"):
        read_source_file(docx(tmp_path / "a.docx", run("&b;"), prologue=bomb))


def test_plain_text_is_read_and_files_of_open_documents_are_passed_over(tmp_path):
    text = "\n".join(HEADER).replace("“", '"').replace("”", '"') + "\nInterviewer: Who?\n\nInformant: We."
    (tmp_path / "interview-1.txt").write_text(text, encoding="utf-8")
    (tmp_path / "~$terview-1.docx").write_bytes(b"lock")
    assert read_sources(tmp_path)["interview-1"].text == "Interviewer: Who?\n\nInformant: We."


def test_a_turn_without_a_speaker_is_named_by_its_paragraph(tmp_path):
    docx(tmp_path / "interview-1.docx", *map(run, [*HEADER, "Informant: We.", "Nobody knows who."]))
    with pytest.raises(
        SourceError, match=r"interview-1\.docx, paragraph 2: the paragraph 'Nobody knows who\.' does not"
    ):
        read_sources(tmp_path)


def test_a_complaint_is_a_source_whose_paragraphs_are_evidence(tmp_path):
    header = 'key = "c-1"\nkind = "complaint"\ndata_kind = "synthetic"\ntitle = "C"\nlanguage = "en"\n'
    (tmp_path / "c-1.txt").write_text(f"+++\n{header}+++\nThe lamp is dark.", encoding="utf-8")
    assert len(read_sources(tmp_path)["c-1"].answers) == 1

"""The report on paper, and the documents for a thesis: what they hold, and that they hold nothing that was not done."""

from __future__ import annotations

import re
import zlib
from xml.etree import ElementTree

import pytest
from docx import Document
from small_study import in_two_languages, without_a_sample, write_study, write_study_with_words

from cmresearch.cli import main
from cmresearch.errors import ReportError
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.report.chapters.checklists import ORDER, answers, checklists_html, read_checklists
from cmresearch.report.chapters.methods import methods_html
from cmresearch.report.chapters.thesis import write_thesis
from cmresearch.report.page.page import page_body
from cmresearch.report.paper.pdf import LEFT_TO_THE_PAGE, on_paper, write_pdf
from cmresearch.report.paper.tree import Element, read_page
from cmresearch.report.shareable import shareable
from cmresearch.report.voices import voice_of
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

SAID = "are in report.html alone"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = in_two_languages(write_study_with_words(tmp_path_factory.mktemp("study")))
    return shareable(run_study(open_study(folder)))


@pytest.fixture(scope="module")
def body(run):
    return page_body(run, voice_of(run, "en"))


@pytest.fixture(scope="module")
def thesis(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("thesis")
    write_thesis(run, folder)
    return folder


def methods(run, language="en"):
    return read_page(methods_html(run, Voice(language))).text


def words_of(path):
    """The running text and the cells of a document."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(each.text for each in document.paragraphs), *cells])


def test_a_pdf_is_tagged_named_in_its_language_and_says_the_standard_it_keeps(body, tmp_path):
    write_pdf(on_paper(read_page(body), ENGLISH), tmp_path / "a.pdf", title="A small study", language="en")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content
    about = b"\n".join([content, _inflated(content)])
    assert re.search(rb"/Lang\s*\(en", about)
    assert b"A small study" in about
    assert not re.search(rb"D:20[12]\d|20[12]\d-\d\d-\d\dT", about)  # no day on which it was made


def _inflated(content):
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    return b"".join(filter(None, map(_inflate, streams)))


def _inflate(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_what_only_a_screen_can_follow_is_left_to_the_page_and_the_paper_says_so(body):
    whole, paper = read_page(body), on_paper(read_page(body), ENGLISH)
    kept = {each.get("id") for each in paper.find("section")}
    assert {each.get("id") for each in whole.find("section")} - kept == LEFT_TO_THE_PAGE
    assert "are in report.html" in paper.text
    places = {each.get("id") for each in all_of(paper)}
    links = {each.get("href")[1:] for each in paper.find("a") if each.get("href").startswith("#")}
    assert links
    assert links <= places


def test_the_paper_names_no_section_that_the_study_does_not_have(tmp_path):
    numbers = run_study(open_study(write_study(tmp_path / "numbers")))
    words = run_study(open_study(without_a_sample(write_study_with_words(tmp_path / "words"))))
    for study, left in ((numbers, "stratum by stratum"), (words, "Interviews and documents")):
        (note,) = [
            each.text
            for each in on_paper(read_page(page_body(study, voice_of(study, "en"))), ENGLISH).find("p")
            if SAID in each.text
        ]
        assert left in note
        assert ";" not in note


def test_a_page_of_which_nothing_is_left_out_says_nothing_of_it():
    page = read_page("<header><h1>A</h1></header><section><h2>B</h2></section>")
    assert on_paper(page, ENGLISH) == page


def all_of(part):
    yield part
    for child in part.children:
        if isinstance(child, Element):
            yield from all_of(child)


def test_limits_stand_before_the_contents_on_the_first_page(body):
    page = on_paper(read_page(body), ENGLISH).text
    assert page.index("Few.") < page.index("Contents")


def test_a_page_with_something_that_no_document_knows_is_refused():
    with pytest.raises(ReportError, match="marquee"):
        read_page("<p>A</p><marquee>B</marquee>")


def test_the_command_line_writes_a_pdf_by_its_name(run, tmp_path, capsys):
    out = tmp_path / "laporan.pdf"
    assert main(["report", "--study", str(run.study.folder), "--language", "id", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert str(out) in capsys.readouterr().out


def test_a_report_of_another_ending_is_refused_before_the_study_runs(run, tmp_path, capsys):
    out = tmp_path / "report.docx"
    assert main(["report", "--study", str(run.study.folder), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "a report is an .html or a .pdf file" in said
    assert list(tmp_path.iterdir()) == []


def test_the_thesis_folder_alone_is_the_one_that_stands_with_the_results(run, thesis, tmp_path):
    assert main(["thesis", "--study", str(run.study.folder), "--out", str(tmp_path / "thesis")]) == 0
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (thesis, tmp_path / "thesis")
    )
    assert first == second


def test_the_thesis_folder_has_every_document_and_figure_in_each_language(thesis):
    assert {path.name for path in thesis.iterdir()} == set(LANGUAGES)
    for language in LANGUAGES:
        documents = {path.stem for path in (thesis / language).glob("*.docx")}
        assert documents == {"tables", "figures", "methods", "checklists"}
        figures = {path.name for path in (thesis / language / "figures").iterdir()}
        assert {f"01-joint.{kind}" for kind in ("svg", "png")} <= figures
        assert figures == {f"{name.partition('.')[0]}.{kind}" for name in figures for kind in ("svg", "png")}


def test_figures_are_pictures_and_drawings_that_say_what_they_show(thesis):
    for path in thesis.rglob("*.svg"):
        root = ElementTree.parse(path).getroot()
        assert root.findtext("{http://www.w3.org/2000/svg}title")
        assert "system-ui" not in path.read_text(encoding="utf-8")  # a font that only a browser knows
    for path in thesis.rglob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_tables_are_numbered_have_heads_that_repeat_and_say_their_kind_of_data(thesis):
    document = Document(str(thesis / "en" / "tables.docx"))
    captions = [each.text for each in document.paragraphs if each.style.name == "Caption"]
    assert [caption.split(".")[0] for caption in captions] == [f"Table {n}" for n in range(1, len(document.tables) + 1)]
    assert all("tblHeader" in table._tbl.xml for table in document.tables)
    assert "illustrative" in words_of(thesis / "en" / "tables.docx")


def test_each_language_writes_its_own_words_and_separators(thesis):
    assert "49.0" in words_of(thesis / "en" / "tables.docx")
    indonesian = words_of(thesis / "id" / "tables.docx")
    assert "49,0" in indonesian
    assert "Tabel 1." in indonesian
    assert "Table 1." not in indonesian


def test_no_link_in_the_thesis_leads_to_a_place_that_is_not_there(thesis):
    for path in thesis.rglob("*.docx"):
        xml = Document(str(path)).element.xml
        anchors = set(re.findall(r'w:hyperlink[^>]*w:anchor="([^"]+)"', xml))
        assert anchors <= set(re.findall(r'w:bookmarkStart[^>]*w:name="([^"]+)"', xml)), path.name


def test_the_methods_say_what_was_done(run):
    told = methods(run)
    assert "8 complaints were divided among the strata by proportional allocation" in told
    assert "The seed is “a small seed”" in told
    assert "2 coders coded the sources, each in a file of their own: coder-a, coder-b." in told
    assert "Whether the lines of evidence" in told


def test_the_methods_of_a_study_without_words_have_none_on_them(tmp_path):
    told = methods(run_study(open_study(write_study(tmp_path))))
    for word in ("interview", "codebook", "coder", "Krippendorff", "status"):
        assert word not in told.lower().replace("settings", ""), word
    assert "Estimates use the design weights" in told


def test_the_methods_of_a_study_without_a_sample_have_none_on_drawing(tmp_path):
    told = methods(run_study(open_study(without_a_sample(write_study_with_words(tmp_path)))))
    for word in ("seed is", "strata", "ticket", "design weight", "Korn"):
        assert word not in told, word
    assert "2 coders coded the sources" in told


def test_the_methods_of_one_coder_claim_no_second_one(tmp_path):
    folder = write_study_with_words(tmp_path)
    for name in ("coding/coder-b.csv", "responses/coder-b.csv", "responses/adjudicated.csv"):
        (folder / name).unlink()
    told = methods(run_study(open_study(folder)))
    assert "One coder coded the sources: coder-a." in told
    assert "One coder recorded for the drawn complaints" in told
    for word in ("of their own", "alpha", "more than one coder"):
        assert word not in told, word


def test_the_methods_follow_the_allocation(tmp_path):
    folder = write_study(tmp_path)
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(settings.replace('seed = "a', 'method = "equal"\nseed = "a'), encoding="utf-8")
    assert "by equal allocation" in methods(run_study(open_study(folder)))


def test_the_methods_say_that_nothing_was_decided_where_nothing_was(tmp_path):
    folder = write_study_with_words(tmp_path)
    decisions = (folder / "decisions.toml").read_text(encoding="utf-8")
    (folder / "decisions.toml").write_text(decisions.split("[[decision]]")[0] + "decision = []\n", encoding="utf-8")
    assert "the researcher has decided none of the 1 dimensions" in methods(run_study(open_study(folder)))


@pytest.mark.parametrize("key", ORDER)
def test_a_checklist_is_filled_where_the_files_know_and_asks_where_only_the_author_can(run, key):
    checklist = next(each for each in read_checklists() if each.key == key)
    answered = answers(checklist, run, "en")
    assert [each.item.number for each in answered] == [item.number for item in checklist.item]
    states = {each.state for each in answered}
    assert "author" in states
    assert {"filled", "part"} & states
    for each in answered:
        assert each.facts or each.ask or each.absent


def test_interviews_that_are_not_there_fill_no_item(tmp_path):
    run = run_study(open_study(write_study(tmp_path)))
    coreq = next(each for each in read_checklists() if each.key == "coreq")
    assert {each.state for each in answers(coreq, run, "en")} == {"none"}
    assert "this study has no interviews" in read_page(checklists_html(run, ENGLISH)).text


def test_every_text_of_a_checklist_has_its_translation():
    for checklist in read_checklists():
        for item in checklist.item:
            assert set(item.topic) == set(LANGUAGES)
            assert set(item.ask) in (set(), set(LANGUAGES))

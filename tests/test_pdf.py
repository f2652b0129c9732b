"""The report on paper: tagged, named in its language, and without what only a screen can follow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib

import pytest
from small_study import without_a_sample, write_study, write_study_with_words

from cmresearch.errors import ReportError, WritingError
from cmresearch.language.voice import ENGLISH
from cmresearch.report.page.page import page_body
from cmresearch.report.paper.pdf import LEFT_TO_THE_PAGE, on_paper, picture, write_pdf
from cmresearch.report.paper.tree import Element, read_page
from cmresearch.report.voices import voice_of
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

SAID = "are in report.html alone"


@pytest.fixture(scope="module")
def body(bilingual_run):
    return page_body(bilingual_run, voice_of(bilingual_run, "en"))


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


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><title>A bar</title><rect width="4" height="2"/></svg>'
ALONE = """
import sys
from cmresearch.report.paper.pdf import write_pdf
write_pdf(*sys.argv[1:3], title="A title", language="en")
"""


def pdf(page, path, **named):
    write_pdf(page, path, **({"title": "A title", "language": "en"} | named))
    return path.read_bytes()


def test_another_process_gives_the_same_bytes(tmp_path):
    """Whatever its hash seed, time zone and locale; the machine's own fonts are never asked for."""
    page = f"<h1>T</h1><p>a <b>b</b></p><figure>{SVG}</figure>"
    changed = {"PYTHONHASHSEED": "7", "TZ": "Asia/Jakarta", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"}
    other = tmp_path / "other.pdf"
    subprocess.run([sys.executable, "-c", ALONE, page, str(other)], check=True, env={**os.environ, **changed})
    assert other.read_bytes() == pdf(page, tmp_path / "a.pdf")


def test_a_picture_is_the_same_bytes_each_time():
    (drawing,) = read_page(f"<figure>{SVG}</figure>").drawings()
    first = picture(drawing)
    picture.cache_clear()
    assert picture(drawing) == first
    assert first.startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_said_to_be(tmp_path):
    with pytest.raises(ReportError, match="the page cannot be set as PDF"):
        pdf("<figure><svg><title>t</title><g></svg></figure>", tmp_path / "a.pdf")


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(WritingError, match=r"cannot write to .*none/a.pdf"):
        pdf("<p>a</p>", tmp_path / "none" / "a.pdf")

"""A page as Typst source, and that source as a PDF: text stays text, structure stays structure."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from cmresearch.errors import ReportError, WritingError
from cmresearch.report.paper.pdf import picture, write_pdf
from cmresearch.report.paper.tree import read_page
from cmresearch.report.paper.typeset import LONG_CELL, STYLE, quoted, typst_source

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><title>A bar</title><rect width="4" height="2"/></svg>'
HOSTILE = '#import "x" \\ $a$ *b* _c_ [d] {e} <f> @g // h /* i */ "j" \x07 \u2028 =cmd|x!A0'

ALONE = """
import sys
from cmresearch.report.paper.pdf import write_pdf
write_pdf(*sys.argv[1:3], title="A title", language="en")
"""


def source(page, language="en"):
    """What a page becomes after the style, which is the same for all."""
    whole = typst_source(read_page(page), title="A title", language=language)
    return whole.removeprefix(STYLE.read_text(encoding="utf-8"))


def pdf(page, path, **named):
    write_pdf(page, path, **({"title": "A title", "language": "en"} | named))
    return path.read_bytes()


def test_no_text_of_a_file_can_become_an_instruction(tmp_path):
    page = f"<p>{HOSTILE.replace('<', '&lt;')}</p>"
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source(page))  # what is left is ours alone
    assert not re.search(r"import|cmd|\$|//|@", outside)
    assert pdf(page, tmp_path / "a.pdf").startswith(b"%PDF-")


def test_a_string_escapes_what_would_end_it():
    assert quoted('say "no" \\ \n') == '"say \\"no\\" \\\\ \\u{a}"'


def test_a_page_of_everything_can_be_set(tmp_path):
    page = (
        '<header id="top"><h1>Title</h1><p class="lead">Lead</p></header>'
        '<nav><h2>Contents</h2><ol><li><a href="#one">One</a></li></ol></nav>'
        '<section id="one"><h2>One <small lang="id">Satu</small></h2><p>a<br>b<wbr>c <q>d</q> <sup>e</sup></p>'
        '<ul class="tally"><li><b>4</b> met</li></ul><ol><li value="3">three</li></ol><dl><dt>t</dt><dd>d</dd></dl>'
        f"<figure>{SVG}<figcaption>Below</figcaption></figure><pre>a\n  b</pre><hr><blockquote><p>q</p></blockquote>"
        '<details><summary>S</summary><p>inner</p></details><div class="verdict"><div><p>a</p></div><div>b</div></div>'
        '<table><caption>C</caption><thead><tr><th>a</th><th class="n">b</th></tr></thead>'
        '<tbody><tr><th colspan="2">group</th></tr><tr id="row"><td>x</td><td class="n">1</td></tr></tbody></table>'
        '<p><a href="#row">row</a> <a href="https://example.org/a">out</a> <code>a_b</code></p></section>'
    )
    content = pdf(page, tmp_path / "a.pdf", authors=["A. Author"])
    assert b"/StructTreeRoot" in content
    assert content == pdf(page, tmp_path / "b.pdf", authors=["A. Author"])


def test_headings_go_down_one_level_at_a_time():
    """PDF/UA-1 asks for it; a page may skip one."""
    levels = re.findall(r"heading\(level: (\d)", source("<h1>a</h1><h2>b</h2><h4>c</h4><h5>d</h5><h2>e</h2>"))
    assert levels == ["1", "2", "3", "1"]


def test_a_note_below_a_heading_goes_over_the_page_with_what_follows():
    note = '<p class="note">Source: a paper.</p>'
    assert "with-next(" in source(f"<h2>a</h2>{note}<p>b</p>")
    assert "with-next(" not in source(f"<h2>a</h2><p>b</p>{note}")


def test_a_link_leads_to_the_heading_of_its_section():
    made = source('<p><a href="#frame">see</a></p><section id="frame"><h2>Frame</h2></section>')
    assert 'link(label("frame")' in made
    assert re.search(r'(?s)heading\(.*\)#label\("frame"\)', made)


def test_the_head_of_a_table_repeats_and_headings_within_it_do_not():
    made = source(
        "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
        '<tbody><tr><th colspan="2">g</th></tr><tr><td>x</td><td>y</td></tr></tbody></table>'
    )
    assert "table.header(table.cell" in made
    assert "table.header(level: 2, repeat: false" in made


@pytest.mark.parametrize(("words", "breakable"), [("short", "false"), ("word " * LONG_CELL, "true")])
def test_a_row_and_a_row_of_cards_stay_on_one_page_unless_they_are_too_long_for_it(words, breakable):
    row = source(f"<table><tbody><tr><td>a</td><td>{words}</td></tr></tbody></table>")
    assert f"table.cell(breakable: {breakable}" in row
    cards = source(f'<div class="verdict"><div><p>a</p></div><div><p>{words}</p></div></div>')
    assert f"side-by-side(breakable: {breakable}" in cards


def test_a_long_word_may_be_parted_and_stays_the_same_word():
    made = source("<p>figure.dimensions_fulfilled_and_more_of_it</p>")
    assert "may-break" in made
    assert "".join(re.findall(r'"([^"]*)"', made.split("par(")[1])) == "figure.dimensions_fulfilled_and_more_of_it"


def test_a_turned_page_holds_a_table_that_no_upright_one_does():
    cells = "".join(f"<td>{'m' * 12}</td>" for _ in range(8))
    assert "page(flipped: true" in source(f"<table><tbody><tr>{cells}</tr></tbody></table>")


def test_words_in_another_language_are_marked_as_such():
    assert 'lang: "id"' in source('<p lang="id">aduan</p>')
    assert 'text(lang: "id"' in source('<p>a <i lang="id">aduan</i></p>')


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

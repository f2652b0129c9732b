"""A page as a tree: nothing lost, nothing taken for something else, every fault named."""

from __future__ import annotations

import pytest

from cmresearch.errors import ReportError
from cmresearch.report.paper.tree import Drawing, Element, read_page

SVG = (
    '<svg role="img"><title>Months &amp; days</title><desc>What arrived.</desc><g><text>2020 &lt; 2021</text></g></svg>'
)


def first(page, tag):
    return next(read_page(page).find(tag))


def test_white_space_is_joined_as_a_browser_joins_it():
    assert read_page("<p>  One\n  <b> two </b> three  </p>").text == "One two three"
    (paragraph,) = read_page("<p>one <b>two</b> three</p>").children
    assert [child if isinstance(child, str) else child.text for child in paragraph.children] == [
        "one ",
        "two",
        " three",
    ]


def test_code_keeps_its_lines_and_a_no_break_space_stays():
    assert first("<pre>\none\n  two\n</pre>", "pre").children == ("one\n  two\n",)
    assert read_page("<p>90\N{NO-BREAK SPACE}%</p>").text == "90\N{NO-BREAK SPACE}%"


def test_running_text_beside_blocks_stands_in_paragraphs_of_its_own():
    item = first("<ul><li>Before<ul><li>inner</li></ul>after</li></ul>", "li")
    assert [child.tag for child in item.children] == ["p", "ul", "p"]


def test_letters_that_html_escapes_are_text_again():
    assert read_page("<p>a &lt;b&gt; &amp; c</p>").text == "a <b> & c"


def test_a_drawing_is_taken_whole_with_its_title_and_description():
    page = read_page(f"<figure>{SVG}</figure>")
    assert list(page.drawings()) == [Drawing(SVG, "Months & days", "What arrived.")]
    assert page.text == ""


def test_two_drawings_beside_each_other_are_two():
    assert [each.svg for each in read_page(f"<div>{SVG}{SVG}</div>").drawings()] == [SVG, SVG]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>a</p>\n<script>b</script>", r"line 2: no document can show <script>"),
        ("<p>a</p><iframe></iframe>", r"no document can show <iframe>"),
        ("<sectoin>a</sectoin>", r"<sectoin>; did you mean 'section'"),
        ("<p><b>a</p>", r"<b> of line 1 is not closed before </p>"),
        ("<section>", r"<section> of line 1 is not closed"),
        ("<p>a</b></p>", r"</b> closes nothing; open are p"),
        ("<!-- a note -->", r"no document can show the comment 'a note'"),
        ("<table>loose<tr><td>a</td></tr></table>", r"text stands in <table> outside its parts"),
        ('<p id="a">a</p><p id="a">b</p>', r"the page has the id 'a' twice"),
        (
            '<a href="#sampel">a</a><p id="sample">b</p>',
            r"#sampel, which the page does not have; did you mean 'sample'",
        ),
        ('<a href="javascript:alert(1)">a</a>', r"a link may lead to a page or a mail address, not to 'javascript"),
    ],
)
def test_what_no_document_could_show_is_refused_with_its_place(page, said):
    with pytest.raises(ReportError, match=said):
        read_page(page)


def test_all_faults_of_a_page_are_told_at_once():
    with pytest.raises(ReportError) as caught:
        read_page('<p>a\n<video></video></p><a href="#b">b</a>')
    assert "<video>" in str(caught.value)
    assert "#b" in str(caught.value)


def test_elements_are_found_in_the_order_of_the_page():
    page = read_page("<section><h2>a</h2><div><h3>b</h3></div></section><h2>c</h2>")
    assert [each.text for each in page.find("h2", "h3")] == ["a", "b", "c"]
    assert Element("p", {"class": "note cite"}).classes == {"note", "cite"}

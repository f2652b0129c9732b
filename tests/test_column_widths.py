"""Columns are as wide as their words need, so that paper holds every table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.report.paper.column_widths import PADDING, SIZES, lay_out, number_of_columns, rows_of
from cmresearch.report.paper.tree import read_page

UPRIGHT, TURNED = 400.0, 600.0


def rows(*cells, head=""):
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    page = read_page(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>")
    return rows_of(next(page.find("table")))


def plain(*texts):
    return "".join(f"<td>{text}</td>" for text in texts)


def laid_out(*cells, head=""):
    return lay_out(rows(*cells, head=head), upright=UPRIGHT, turned=TURNED)


def test_a_narrow_table_has_the_largest_letters_and_fills_the_page():
    layout = laid_out(plain("web", "12"))
    assert (layout.size, layout.turned) == (SIZES[0], False)
    assert sum(layout.widths) == pytest.approx(UPRIGHT)


def test_more_words_get_more_room():
    few, many = laid_out(plain("web", "what the complaint was about, told at some length")).widths
    assert many > 2 * few


def test_letters_shrink_before_the_page_is_turned():
    words = ["a" * 9] * 9
    assert not laid_out(plain(*words)).turned
    assert laid_out(plain(*words)).size < SIZES[0]
    assert laid_out(plain(*words, *words[:3])).turned


def test_a_table_too_wide_for_any_page_is_shared_out_as_its_words_need():
    layout = laid_out(plain(*["m" * 30] * 12))
    assert (layout.size, layout.turned) == (SIZES[-1], True)
    assert sum(layout.widths) == pytest.approx(TURNED)


def test_a_number_stays_on_one_line_and_words_in_its_place_may_break():
    filler = "<td>" + "word " * 60 + "</td>"
    number = laid_out(f'<td class="n">12 345 678 [9 to 10 000]</td>{filler}').widths[0]
    words = laid_out(f'<td class="n">not published anywhere by anybody</td>{filler}').widths[0]
    assert number > words


def test_a_note_below_a_number_may_break():
    filler = "<td>" + "word " * 60 + "</td>"
    note = '<span class="note">defensible from 70 to 90 in the hundred</span>'
    apart = laid_out(f'<td class="n">80 %<br>{note}</td>{filler}').widths[0]
    whole = laid_out(f'<td class="n">80 % defensible from 70 to 90 in the hundred</td>{filler}').widths[0]
    assert apart < whole


def test_a_heading_across_the_table_counts_for_no_column():
    wide = '<th colspan="2">' + "A heading across both columns, of many words" + "</th>"
    assert laid_out(wide, plain("a", "b")).widths == laid_out(plain("a", "b")).widths
    assert rows(wide, plain("a", "b"))[0].heads_group
    assert number_of_columns(rows(wide, plain("a", "b"))) == 2


@given(st.lists(st.lists(st.text("abc 019,.-", max_size=60), min_size=1, max_size=8), min_size=1, max_size=5))
def test_widths_fill_the_page_and_none_is_narrower_than_its_padding(texts):
    columns = max(map(len, texts))
    layout = laid_out(*(plain(*row, *[""] * (columns - len(row))) for row in texts))
    assert len(layout.widths) == columns
    assert sum(layout.widths) == pytest.approx(TURNED if layout.turned else UPRIGHT)
    assert all(width >= PADDING for width in layout.widths)

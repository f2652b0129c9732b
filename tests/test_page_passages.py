"""Quotations on the page: who is quoted, in which turn, under which code, and who coded it otherwise."""

import re

import pytest
from pages import Page
from small_study import write_study_with_words

from cmresearch.report.page.page import report_html
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("small"))))


@pytest.fixture(scope="module")
def text(small):
    return report_html(small, ["notebooks/01-which complaints.ipynb"])


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_an_illustrative_quotation_carries_its_label(text):
    for quotation in re.findall(r"<blockquote.*?</p>", text, re.DOTALL):
        assert "illustrative" in quotation


def test_a_quotation_stands_with_its_english_turn_code_direction_and_coder(page):
    assert "We closed it <i>that</i> day." in page.text
    assert "▼ hinders · Final answer given · adjudicator · turn 3" in page.text


def test_where_coders_differed_both_are_shown_with_what_was_settled(page):
    assert "Where the coders differed" in page.text
    assert "coder-a: supports coder-b: hinders" in page.text

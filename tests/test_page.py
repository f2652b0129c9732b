"""The report as one page: what it says first, what it never shows, and where its links lead."""

import html
import re
import subprocess
from pathlib import Path

import pytest
from pages import Page
from small_study import FORMULA, MARKUP, QUOTE, write_study, write_study_with_words

from cmresearch.errors import ReportError
from cmresearch.report.page.page import report_html, write_report
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

STUDY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("small"))))


@pytest.fixture(scope="module")
def text(small):
    return report_html(small, ["notebooks/01-which complaints.ipynb"])


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture(scope="module")
def numbers_only(tmp_path_factory):
    return Page(report_html(run_study(open_study(write_study(tmp_path_factory.mktemp("numbers"))))))


@pytest.fixture(scope="module")
def jakarta():
    run = run_study(open_study(STUDY))
    return run, Page(report_html(run))


def test_the_first_lines_say_what_the_data_are_and_how_many_findings_are_reproduced(page):
    first = page.text[: page.text.index("Contents")]
    assert "Every table and figure says which kind of data it rests on" in first
    assert "1 of 3 findings recomputed ; 1 built in, 0 illustrated, 0 differs, 1 not checkable." in first
    assert "Made data are no evidence about Smallville." in first


def test_text_from_files_never_becomes_markup(page, text):
    assert "<script" not in text
    assert text.count("</style>") == 1
    assert "<b>bold" not in text
    assert QUOTE in html.unescape(text)
    assert "A <small> study & its limits" in page.text


def test_the_text_of_complaints_is_not_in_the_report(tmp_path):
    folder = write_study(tmp_path)
    assert FORMULA in (folder / "full-set.csv").read_text("utf-8")
    shown = html.unescape(report_html(run_study(open_study(folder))))
    assert MARKUP not in shown
    assert FORMULA not in shown


def test_nothing_is_loaded_from_anywhere(page):
    loading = ("script", "link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image")
    assert not [tag for tag, _ in page.tags if tag in loading]
    sources = [
        attributes[name] for _, attributes in page.tags for name in ("src", "srcset", "data") if name in attributes
    ]
    assert sources == []
    policy = next(each["content"] for tag, each in page.tags if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_only_anchors_leave_the_page(page):
    leaving = {tag for tag, attributes in page.tags if str(attributes.get("href", "#"))[0] != "#"}
    assert leaving == {"a"}


def test_links_within_the_page_arrive(page):
    targets = {each["href"][1:] for tag, each in page.tags if tag == "a" and each["href"].startswith("#")}
    assert targets <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_notebook_is_linked_from_the_reports_folder(page):
    assert ("a", {"href": "notebooks/01-which%20complaints.ipynb"}) in page.tags


def test_an_indicator_stands_with_its_threshold_and_who_set_it(page):
    assert "Threshold ours: four in five." in page.text
    assert "at least 80.0\xa0%".replace("\xa0", " ") in page.text


def test_a_contradiction_between_publications_stays_visible(page):
    assert "the number of channels two three two, as the list has two" in page.text


def test_a_complaint_that_was_drawn_and_one_that_was_not_can_be_checked_by_hand(small, text):
    commands = [html.unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code>", text)]
    printed = re.findall(r"It must print <code>([0-9a-f]{64})</code>", text)
    cut_offs = re.findall(r"last ticket drawn in stratum [^,]+, <code>([0-9a-f]{64})</code>", text)
    checked = [subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True) for line in commands]
    assert [each.stdout.split()[0] for each in checked] == printed
    assert printed[0] <= cut_offs[0] < printed[1]
    drawn, missed = (re.findall(r"\|(C\d\d)'", line)[0] for line in commands)
    assert drawn in small.draw.sample.ids
    assert missed not in small.draw.sample.ids


def test_a_study_without_words_says_so_and_shows_truth_beside_estimates(numbers_only):
    assert "This study has no interviews and no codebook." in numbers_only.text
    assert "no dimension is assessed, and no status is proposed" in numbers_only.text
    assert "Nothing was coded by two coders in this study" in numbers_only.text
    assert "The truth is known for" in numbers_only.text


def test_a_study_without_findings_says_so(numbers_only):
    assert "This study compares no published findings." in numbers_only.text


def test_the_same_run_gives_the_same_bytes(small, tmp_path):
    for name in ("one.html", "two.html"):
        write_report(small, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_folder_that_is_not_there_is_an_error(small, tmp_path):
    place = tmp_path / "none" / "report.html"
    with pytest.raises(ReportError, match=re.escape(f"cannot write {place}: there is no folder {place.parent}")):
        write_report(small, place)


def test_every_finding_and_every_dimension_of_the_study_appears(jakarta):
    run, page = jakarta
    assert {f"finding-{one.finding.key}" for one in run.findings.compared} <= set(page.ids)
    assert {f"dimension-{one.key}" for one in run.words.codebook.dimensions} <= set(page.ids)
    for one in run.words.codebook.dimensions:
        assert one.name["id"] in page.text
    for limit in run.study.settings.study.limits:
        assert all(text in page.text for text in limit.values())


def test_no_complaint_of_the_studys_sample_is_quoted(jakarta):
    run, page = jakarta
    for column in run.study.settings.frame.text:
        assert not [one for one in run.draw.sample.rows[column] if len(one) > 20 and one in page.text]

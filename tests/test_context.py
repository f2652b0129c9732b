"""What the page is filled with: its parts, where a value comes from, and the commit and versions it was made with."""

import re

import pytest
from pages import Page
from small_report import section
from small_study import write_study_with_words

from cmresearch.report.page.context import PARTS, SECTIONS, checked_out_commit
from cmresearch.report.page.page import report_html
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return open_study(write_study_with_words(tmp_path_factory.mktemp("study")))


def test_a_finding_leads_to_where_its_value_comes_from(jakarta):
    page = section(report_html(jakarta), "findings")
    links = {each["href"] for tag, each in page.tags if tag == "a"}
    assert {"#dimension-create_closure", "#figure-complaints_2020", "#frame", "#sample"} <= links


def test_every_part_has_its_heading_in_the_contents(small_page):
    page = Page(small_page)
    listed = {each["href"][1:] for tag, each in page.tags if tag == "a" and each["href"].startswith("#")}
    present = {name for name in SECTIONS if name in page.ids}
    assert present <= listed
    assert set(PARTS) - {"findings", "export"} <= set(SECTIONS)


def test_a_language_that_the_study_does_not_have_is_an_error_with_those_it_has(study):
    with pytest.raises(ValueError, match="there is no report in 'id'; the study's title and texts are in en"):
        report_html(run_study(study), language="id")


def test_the_report_says_from_which_commit_and_with_which_versions_it_was_made(study, tmp_path):
    run = run_study(study)
    assert "does not lie under version control" in section(report_html(run), "colophon").text
    commit = "0123456789abcdef0123456789abcdef01234567"
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(f"{commit}\n", encoding="utf-8")
    assert checked_out_commit(tmp_path / "study") == commit
    assert re.search(r"cmresearch \d\S*, Python 3\.\d+", section(report_html(run), "colophon").text)


@pytest.mark.parametrize("packed", [False, True])
def test_the_commit_of_a_branch_is_found_in_every_kind_of_working_copy(tmp_path, packed):
    commit = "0123456789abcdef0123456789abcdef01234567"
    git, copy = tmp_path / "main" / ".git", tmp_path / "copy"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "worktrees" / "copy").mkdir(parents=True)
    copy.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (git / "worktrees" / "copy" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (git / "worktrees" / "copy" / "commondir").write_text("../..\n", encoding="utf-8")
    (copy / ".git").write_text(f"gitdir: {git}/worktrees/copy\n", encoding="utf-8")
    if packed:
        (git / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n", encoding="utf-8")
    else:
        (git / "refs" / "heads" / "main").write_text(f"{commit}\n", encoding="utf-8")
    assert checked_out_commit(tmp_path / "main") == checked_out_commit(copy) == commit

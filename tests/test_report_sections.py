"""The parts of the report that lead a doubting reader on, from the joint display to the rows, in both languages."""

import html
import re

import pytest
from pages import Page
from small_report import section, section_text, shown
from small_study import in_two_languages, without_a_sample, write_study, write_study_with_words

from cmresearch.report.page.page import report_html
from cmresearch.study.plan.freezing import freeze_plan
from cmresearch.study.reviews.entries import add_reviews, make_review
from cmresearch.study.reviews.subjects import subjects_of
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return shown(open_study(in_two_languages(write_study_with_words(tmp_path_factory.mktemp("both")))))


def test_the_joint_display_shows_each_line_with_status_convergence_and_the_memo(small_page):
    page = section(small_page, "joint")
    assert "Register Sample Interviews Documents Status Convergence" in page.text
    lines = "– silent ■ unclear 49.0 % ▼ against 0 : 2 – silent"
    assert f"1 Create closure {lines} ▼ not optimal partial agreement" in page.text
    assert "+the sample and the informants look at different months" in page.text
    assert {"href": "#lines-create_closure"} in [each for tag, each in page.tags if tag == "a"]


def test_the_lines_of_a_dimension_name_who_stands_where(small_page):
    page = section(small_page, "dimensions")
    assert "Interviews ▼ against hindrance told by 2 (2 × kelurahan)" in page.text


def test_a_study_without_words_has_no_joint_display_and_no_transcripts(tmp_path):
    page = Page(shown(open_study(write_study(tmp_path))))
    assert not {"joint", "transcripts", "robustness"} & set(page.ids)
    assert {"plan", "reviews", "traces"} <= set(page.ids)


@pytest.mark.parametrize("write", [write_study, write_study_with_words])
def test_a_study_without_a_sample_says_so_and_shows_what_it_rests_on(tmp_path, write):
    page = Page(shown(open_study(without_a_sample(write(tmp_path)))))
    assert page.text.count("This study draws no sample.") == 2
    assert "without a sample nothing is estimated" in page.text
    assert "check" not in page.ids
    assert "design weight" not in page.text.lower()
    assert ("dimension-create_closure" in page.ids) == (write is write_study_with_words)


def test_what_a_sample_would_tell_is_not_measured_where_none_is_drawn(tmp_path):
    text = shown(open_study(without_a_sample(write_study_with_words(tmp_path))))
    lines = section(text, "dimensions").text
    assert "Share with an explicit final answer: not measured" in lines


def test_a_quotation_opens_in_its_transcript_with_the_words_marked(small_page):
    quoting = re.search(r'<p class="cite">.*?<a href="#(segment-[^"]+)">', section_text(small_page, "dimensions"))
    transcripts = section_text(small_page, "transcripts")
    place = transcripts.index(f'id="{quoting[1]}"')
    assert transcripts[place:].partition("<mark>")[2].startswith("Kami menutup laporan")


def test_without_a_frozen_plan_the_report_says_how_to_freeze_one(small_page):
    assert "cmresearch plan freeze" in section(small_page, "plan").text


def test_every_change_since_the_plan_was_frozen_is_listed(tmp_path):
    study = open_study(write_study(tmp_path))
    frozen = freeze_plan(study)
    assert "Nothing was changed" in section(shown(study), "plan").text
    settings = (tmp_path / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(settings.replace('question = "Does it hold?"', 'question = "Does it?"'))
    page = section(shown(open_study(tmp_path)), "plan")
    assert frozen.sha256 in page.text
    assert "Does it hold?" in page.text
    assert "no amendment" in page.text


def reviewing(study, *, reason):
    status = next(each for each in subjects_of(run_study(study)) if each.kind == "status")
    said = {"verdict": "confirm", "reviewer": "R. Viewer", "date": "2026-05-01", "reason": reason}
    review = make_review(subject="status", key=status.key, seen=status.shown, sha256=status.sha256, **said)
    add_reviews(study.reviews_file, [review])


def test_a_review_stands_in_the_report_until_what_was_reviewed_changes(tmp_path):
    study = open_study(write_study_with_words(tmp_path))
    assert "cmresearch review" in section(shown(study), "reviews").text
    reviewing(study, reason="Read every passage; ask 0812-0000-1234.")
    page = section(shown(study), "reviews")
    assert "R. Viewer 2026-05-01 Read every passage; ask [PHONE-1]." in page.text
    assert "changed since then" not in page.text
    decisions = study.decisions_file.read_text(encoding="utf-8")
    study.decisions_file.write_text(decisions.replace('"not_optimal"', '"fulfilled"'), encoding="utf-8")
    changed = section(shown(study), "reviews").text
    assert "decided not_optimal" in changed
    assert "decided fulfilled" in changed


def test_both_languages_stand_in_one_page_each_under_its_own_name(both):
    page = Page(both)
    bodies = [each for tag, each in page.tags if tag == "div" and str(each.get("class", "")).startswith("in-")]
    assert [each["lang"] for each in bodies] == ["en", "id"]
    switch = [(each["hreflang"], each["href"]) for tag, each in page.tags if "hreflang" in each]
    assert switch == [("id", "#top--id"), ("en", "#top")]
    assert "Tampilan gabungan" in page.text
    assert "Joint display" in page.text


def test_no_two_places_of_a_page_in_both_languages_have_one_name(both):
    page = Page(both)
    assert len(page.ids) == len(set(page.ids))
    for tag, each in page.tags:
        if tag == "a" and each["href"].startswith("#"):
            assert each["href"][1:] in page.ids


def test_no_text_of_the_study_stands_there_with_all_its_translations(jakarta):
    assert "{&#39;en&#39;" not in report_html(jakarta)


def test_numbers_are_written_as_each_language_writes_them(both):
    first, second = both.split('<div class="in-id"')
    assert "50.0\xa0%" in first.replace("&nbsp;", "\xa0") or "50.0 %" in first
    assert "50,0\xa0%" in second.replace("&nbsp;", "\xa0") or "50,0 %" in second


@pytest.fixture(scope="module")
def indonesian(jakarta):
    """The Indonesian half of the study's report."""
    return report_html(jakarta).split('<div class="in-id"')[1]


def test_the_indonesian_page_leaves_no_note_of_the_library_in_english(indonesian):
    assert re.findall(r'<span lang="en">([^<]*)</span>', indonesian) == []


def test_the_indonesian_page_tells_origins_and_published_figures_in_indonesian(indonesian):
    data, published = (
        re.search(f'<section id="{name}--id">.*?</section>', indonesian, flags=re.DOTALL)[0]
        for name in ("data", "published")
    )
    assert 'lang="en"' not in data + published
    assert "wawancara yang disusun untuk perangkat kerja ini" in data
    assert "interview composed" not in data
    told = html.unescape(published)
    assert "1 Maret sampai 11 Oktober 2020" in told
    assert "137.574 dari 137.776 adalah 99,853 %." in told
    assert "14.581 (abstrak penelitian)" in told
    # What is left in English there: keys of figures, names of files, and what a publication calls itself.
    words = set(re.findall("[a-z]+", re.sub(r"<code>.*?</code>|<[^>]+>", " ", told)))
    assert words.isdisjoint({"complaints", "cent", "of", "the", "and", "with", "reports", "hours"})


def test_the_indonesian_page_calls_indicators_sources_and_variables_by_their_indonesian_names(indonesian):
    text = html.unescape(re.sub("<[^>]+>", " ", indonesian))
    assert "tercapai: Median jam sampai aduan dikoordinasikan, Proporsi aduan selesai dalam 7 hari" in text
    assert "bertumpu pada 13 sumber" in text
    assert "Disposisi pengodean" in text
    assert "terpublikasi, sintetis, dan ilustratif" in text
    for left in ("median hours to coordinate", "interview 1 government bureau", "disposition ", "13 sources"):
        assert left not in text, left

"""Studies whose only language is not English, with a catalogue of ours and without one."""

from __future__ import annotations

import re

import pytest
from small_archive import DATE, POST, read_in
from small_language import with_documents, write_study_in

from cmresearch.archive.archiving import write_archive
from cmresearch.cli import main
from cmresearch.report.page.page import report_html
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture(scope="module", params=["id", "pt-BR"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def folder(language, tmp_path_factory):
    """The study with its results."""
    folder = write_study_in(tmp_path_factory.mktemp(language), language)
    assert main(["reproduce", "--study", str(folder)]) == 0
    return folder


def test_every_result_is_there_in_its_language(folder, language):
    results = folder / "results"
    names = [
        "report.html",
        f"report-{language}.pdf",
        "workbook.xlsx",
        "assessment.csv",
        f"thesis/{language}/tables.docx",
    ]
    assert [name for name in names if not (results / name).is_file()] == []
    assert f'<html lang="{language}"' in (results / "report.html").read_text(encoding="utf-8")


def test_our_texts_are_said_in_its_language_where_we_know_it_and_else_in_english(folder, language):
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    heading = {"id": "Temuan", "pt-BR": "Findings"}[language]
    assert re.search(rf"<h2>[^<]*{heading}", page)
    assert "Proporsi jawaban eksplisit" in page


def test_numbers_are_written_as_its_readers_write_them(folder):
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert "50,0\N{NO-BREAK SPACE}%" in page
    assert "50.0\N{NO-BREAK SPACE}%" not in page


def test_statuses_are_shown_at_the_command_line(folder, capsys):
    assert main(["assess", "--study", str(folder)]) == 0
    assert main(["assess", "--study", str(folder), "--dimension", "create_closure"]) == 0
    assert "Penuntasan aduan" in capsys.readouterr().out


def test_it_goes_into_an_archive_whose_ddi_tags_each_text_with_its_language(folder, language, tmp_path):
    study = open_study(folder)
    path = write_archive(study, tmp_path / "a.zip", date=DATE, allow=[POST]).path
    ddi = read_in(path, "ddi-codebook.xml")
    assert f'<titl xml:lang="{language}">' in ddi
    assert f'<labl xml:lang="{language}">Closed within 7 days</labl>' in ddi
    assert '<labl xml:lang="en">Closed within 7 days</labl>' not in ddi
    assert f'<geogCover xml:lang="{language}">Smallville</geogCover>' in ddi


KEYS = ("support", "met", "sample", "source", "is", "not", "corroborated")


@pytest.mark.parametrize("spoken", ["id", "en"])
def test_documents_keyed_by_words_of_a_sentence_leave_every_sentence_whole(spoken, tmp_path):
    folder = with_documents(write_study_in(tmp_path / "study", spoken), *KEYS)
    run = run_study(open_study(folder))
    page = report_html(run)
    reason = {"id": "dukungan terkuatkan (", "en": "support is corroborated ("}[spoken]
    (found,) = set(re.findall(re.escape(reason) + r"([^)]*)\)", page))
    assert found.count(",") == len(KEYS) - 1
    assert sorted(found.split(", ")) == sorted(KEYS)
    voice = open_study(folder).voice()
    (dimension,) = run.words.assessment.dimensions
    assert any(f"{reason}{', '.join(sorted(KEYS))})" in voice.phrases(step.reasons) for step in dimension.steps)


def test_a_study_without_estimates_and_findings_ends_with_its_report(tmp_path, capsys):
    folder = write_study_in(tmp_path / "study", "id")
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    for table in (r"\[\[estimate\]\]", r"\[\[finding\]\]"):
        text = re.sub(rf"(?ms)^{table}\n.*?(?=^\[|\Z)", "", text)
    settings.write_text(text, encoding="utf-8")
    assert main(["reproduce", "--study", str(folder)]) == 0
    assert "report: " in capsys.readouterr().out


def test_a_language_that_does_not_exist_is_refused_with_examples(tmp_path, capsys):
    folder = write_study_in(tmp_path / "study", "id")
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8").replace("title = { id =", "title = { indonesian =")
    settings.write_text(text, encoding="utf-8")
    assert main(["reproduce", "--study", str(folder)]) == 2
    found = capsys.readouterr().err
    assert "'indonesian', which is no language; expected one for each language of the study, such as en, id" in found

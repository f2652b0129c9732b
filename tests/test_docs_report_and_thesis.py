"""The page on report and thesis: its commands run, its files are there, its example is a checklist's item."""

import re
import shlex
import tomllib

import pytest
from small_study import in_two_languages, write_study_with_words

from cmresearch.cli import main
from cmresearch.report.chapters.checklists import FOLDER, Item
from cmresearch.report.results import write_results
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


@pytest.fixture
def page(project):
    return (project / "docs" / "report-and-thesis.md").read_text(encoding="utf-8")


@pytest.fixture
def study(tmp_path, monkeypatch):
    folder = in_two_languages(write_study_with_words(tmp_path / "study"))
    monkeypatch.chdir(folder)
    return open_study()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_writes_the_file_that_it_names(page, study, capsys):
    (commands,) = blocks(page, "sh")
    for line in commands.splitlines():
        program, *words = shlex.split(line)
        assert (program, main(words)) == ("cmresearch", 0), capsys.readouterr().err
        assert (study.folder / words[-1]).exists()


def test_every_file_of_the_page_is_among_the_results(page, study):
    write_results(run_study(study), study.results)
    named = re.findall(r"`((?:report|thesis)[^`…]*\.[a-z]+)`", page.split("## Use it")[0])
    assert len(named) == 7
    assert [name for name in named if not (study.results / name).is_file()] == []


def test_the_example_is_an_item_of_a_checklist(page):
    (example,) = blocks(page, "toml")
    (item,) = tomllib.loads(example)["item"]
    assert Item.model_validate(item).filled_by == ["strands"]


def test_every_place_that_the_page_sends_a_translator_to_is_there(page):
    library = FOLDER.parents[2]
    named = re.findall(r"`((?:src/cmresearch/|language/|report/)[a-z_/]+\.(?:toml|py))`", page)
    assert len(named) == 9
    for name in named:
        assert (library / name.removeprefix("src/cmresearch/")).is_file(), name

"""The page on plan and review, tried as a reader would: each command of it, in its order."""

import re
import shlex

import pytest
from small_study import write_study_with_words

from cmresearch.cli import main
from cmresearch.study.reviews.subjects import segment_subjects
from cmresearch.study.study import open_study


def keys(study):
    coding = study.read_coding(study.read_codebook(), study.read_sources())
    return [each.key for each in segment_subjects(coding)]


@pytest.fixture
def commands(project):
    page = (project / "docs" / "plan-and-review.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_command_of_the_page_does_what_it_says(project, commands, tmp_path, monkeypatch, capsys):
    folder = write_study_with_words(tmp_path / "study")
    # The page speaks of the study that comes with the library; a small one of the same shape answers sooner.
    named, (own, *_) = keys(open_study(project)), keys(open_study(folder))
    monkeypatch.chdir(folder)
    assert len(commands) == 13
    for program, *words in commands:
        assert program == "cmresearch"
        here = [own if word in named else word for word in words]
        assert main(here) == 0, f"{words}: {capsys.readouterr().err}"
    made = [each.verdict for each in open_study().read_reviews()]
    assert made == ["confirm", "confirm", "query", "confirm", "withdraw"]
    listed = {path.relative_to(folder).as_posix() for path in folder.glob("plan/**/*")}
    assert {"plan/1/study.toml", "plan/1/codebook", "plan/1/plan.md", "plan/1/SHA256SUMS", "plan/freeze.json"} <= listed


def test_the_keys_that_the_page_names_are_in_the_study(project, commands):
    study = open_study(project)
    added = {words[3]: words[4] for words in commands if words[1:3] == ["review", "add"]}
    assert added["segment"] in keys(study)
    assert added["status"] in {each.key for each in study.read_codebook().dimensions}
    assert added["finding"] in {each.key for each in study.settings.finding}

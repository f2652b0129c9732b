"""The page on how a status comes about: every command of it answers."""

import re

from small_study import write_study_with_words

from cmresearch.cli import main
from cmresearch.report.results import write_results
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study


def test_every_command_of_the_page_on_statuses_answers(project, tmp_path, monkeypatch, capsys):
    page = (project / "docs" / "how-a-status-comes-about.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = [line.split() for block in blocks for line in block.splitlines()]
    assert len(commands) == 3
    study = open_study(write_study_with_words(tmp_path))
    write_results(run_study(study), study.results)
    monkeypatch.chdir(tmp_path)
    for _, *words in commands:
        # The page speaks of the study that comes with the library, whose code has another key.
        assert main([word.replace("final_answer", "final_answer_given") for word in words]) == 0, (
            capsys.readouterr().err
        )

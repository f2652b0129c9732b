"""The page on estimates, tried as a reader would: each command of it, on a sample with the columns that it names."""

import re
import shlex

import pandas as pd

from cmresearch.cli import main

TABLE = pd.DataFrame(
    {
        "channel": ["web"] * 6 + ["phone"] * 6,
        "N": [8581] * 6 + [6000] * 6,
        "answered": ["yes", "no", "no", "yes", "yes", "no"] * 2,
        "days": [2, 4, 4, 6, 9, 3, 10, 14, 8, 11, 12, 7],
        "letters": [1, 2, 2, 3, 4, 1, 5, 7, 4, 5, 6, 3],
        "city": ["North", "South", "South", "North"] * 3,
    }
)


def test_every_command_of_the_page_answers(project, tmp_path, monkeypatch, capsys):
    page = (project / "docs" / "estimates.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    TABLE.to_csv("sample.csv", index=False)
    known = re.search(r"^    column,category,total\n(?:    .*\n)+", page, re.MULTILINE)
    (tmp_path / "known.csv").write_text(re.sub(r"^ +", "", known[0], flags=re.MULTILINE), encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) >= 7
    for command in commands:
        program, *words = shlex.split(command)
        assert (program, main(words)) == ("cmresearch", 0), capsys.readouterr().err


def test_every_option_that_the_page_names_exists(project, capsys):
    page = (project / "docs" / "estimates.md").read_text("utf-8")
    try:
        main(["estimate", "--help"])
    except SystemExit:
        told = capsys.readouterr().out
    for option in sorted(set(re.findall(r"--[a-z][a-z-]+", page))):
        assert option in told

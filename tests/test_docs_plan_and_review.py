"""The page on plan and review, tried as a reader would: each command of it, in its order."""

import re
import shlex
import shutil

import pytest

from cmresearch.cli import main
from cmresearch.study import open_study


@pytest.fixture
def folder(project, tmp_path, monkeypatch):
    for name in ("study.toml", "codebook", "data"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_page_does_what_it_says(project, folder, capsys):
    page = (project / "docs" / "plan-and-review.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) == 13
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "cmresearch"
        assert main(words) == 0, f"{command}: {capsys.readouterr().err}"
    assert [each.verdict for each in open_study().read_reviews()] == [
        "confirm",
        "confirm",
        "query",
        "query",
        "withdraw",
    ]
    listed = {path.relative_to(folder).as_posix() for path in folder.glob("plan/**/*")}
    assert {"plan/1/study.toml", "plan/1/codebook", "plan/1/plan.md", "plan/1/SHA256SUMS", "plan/freeze.json"} <= listed

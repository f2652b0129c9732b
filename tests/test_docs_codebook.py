"""The pages for students and coders, tried as a reader would: each command of theirs, in its order."""

import argparse
import re
import shlex
import shutil

import pytest

from cmresearch.cli import coding as coding_verb
from cmresearch.cli import main

# It ends with 1 where something differs, by design.
ONE = "codebook diff"


def commands(page):
    """The commands in a page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def follow(command):
    """Run one command and give its exit status."""
    program, verb, *words = shlex.split(command)
    assert program == "cmresearch"
    if verb == "coding":
        parser = argparse.ArgumentParser()
        coding_verb.add_arguments(parser)
        return coding_verb.run(parser.parse_args(words))
    return main([verb, *words])


@pytest.fixture
def folder(project, tmp_path, monkeypatch):
    for name in ("study.toml", "codebook", "data/illustrative"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["adapt-the-codebook", "coding"])
@pytest.mark.usefixtures("folder")
def test_every_command_of_the_page_does_what_it_says(project, name):
    listed = commands(project / "docs" / f"{name}.md")
    assert len(listed) >= 8
    for command in listed:
        expected = 1 if command.removeprefix("cmresearch ").startswith(ONE) else 0
        assert follow(command) == expected, command

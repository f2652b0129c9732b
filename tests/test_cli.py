"""The command line: its help, its exit statuses and one sentence for each fault."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import cmresearch.cli
from cmresearch.cli import GROUPS, VERBS, main


def test_the_help_lists_every_verb_once_with_its_purpose_under_its_group(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    listed = shown[shown.index(f"\n{next(iter(GROUPS))}:\n") :]
    found = {
        title: dict(re.findall(r"^  (\S+) +(.+)$", lines, flags=re.MULTILINE))
        for title, lines in re.findall(r"^(\w.*):\n((?:  .+\n)+)", listed, flags=re.MULTILINE)
    }
    assert found == GROUPS


def test_every_verb_stands_in_exactly_one_group():
    folder = Path(cmresearch.cli.__file__).parent
    modules = {path.stem.replace("_", "-"): path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    verbs = [name for name, text in modules.items() if "\ndef run(" in text]
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(verbs)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(verb, capsys):
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    assert re.search(rf"^ *cmresearch {verb}", capsys.readouterr().out, flags=re.MULTILINE)


def test_an_unknown_verb_ends_with_2(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["estimte"])
    assert stop.value.code == 2
    assert "estimte" in capsys.readouterr().err


def test_a_wrong_file_ends_with_2_and_one_sentence_and_no_traceback(tmp_path, capsys):
    call = ["draw", str(tmp_path / "absent.csv"), "--id", "id", "--strata", "s", "--size", "1", "--seed", "x"]
    assert main([*call, "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"cmresearch draw: there is no file {tmp_path / 'absent.csv'}\n"
    assert not (tmp_path / "out").exists()


def test_the_help_loads_no_heavy_library():
    code = "import sys; from cmresearch.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([name for name in ('pandas', 'duckdb', 'numpy', 'scipy') if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"


def test_stopping_ends_with_130(monkeypatch, capsys):
    def stopped(_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("cmresearch.cli.codebook.run", stopped)
    assert main(["codebook", "check", "."]) == 130
    assert "what was not finished was not kept" in capsys.readouterr().err

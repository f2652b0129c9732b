"""The command line: what it says to a student, and how it ends when something is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cmresearch.cli
from cmresearch.cli import GROUPS, VERBS, main
from cmresearch.errors import FrameError


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


def test_the_codebook_check_names_what_it_found(project, capsys):
    assert main(["codebook", "check", str(project / "codebook"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["number"] for row in rows] == list(range(1, 13))


def test_a_faulty_codebook_ends_with_2_and_all_its_faults(tmp_path, project, capsys):
    for path in (project / "codebook").glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace("use_when =", "used_when =", 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert main(["codebook", "check", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("unknown key 'used_when'; did you mean 'use_when'?") == 12


def test_an_estimate_answers_with_an_array_of_named_figures(tmp_path, capsys):
    sample = tmp_path / "sample.csv"
    sample.write_text("s,N,y,g\na,10,1,u\na,10,3,v\nb,20,5,u\nb,20,9,v\n", encoding="utf-8")
    call = ["estimate", str(sample), "--strata", "s", "--population-size", "N", "--variable", "y"]
    assert main([*call, "--statistic", "mean", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    # Strata of 10 and 20 with means 2 and 7: (10 · 2 + 20 · 7) / 30.
    assert row["estimate"] == pytest.approx(160 / 30)
    assert row["domain"] is None
    assert row["n"] == 4
    expected = {"domain", "category", "estimate", "standard_error", "lower", "upper", "level", "method"}
    assert expected | {"degrees_of_freedom", "n"} <= set(row)


@pytest.fixture
def estimate(tmp_path):
    sample = tmp_path / "sample.csv"
    sample.write_text("s,N,y,g\na,10,1,u\na,10,3,v\nb,20,5,u\nb,20,9,v\n", encoding="utf-8")
    call = [sys.executable, "-m", "cmresearch", "estimate", str(sample), "--strata", "s", "--population-size", "N"]
    return [*call, "--statistic", "proportion", "--variable", "g", "--by", "s"]


def test_on_a_narrow_terminal_rows_stand_below_each_other_and_no_figure_is_broken(estimate):
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    subprocess.run(estimate, stdout=terminal, env={**os.environ, "COLUMNS": "60"}, check=True)
    os.close(terminal)
    shown = os.read(screen, 20000).decode("utf-8")
    os.close(screen)
    assert shown.count("standard error") == 4
    assert shown.count("0.447214") == 2  # the square root of (1 - 2/10) / 4
    assert shown.count("korn-graubard") == 4


def test_a_reader_who_has_seen_enough_gets_no_traceback(estimate):
    with subprocess.Popen([*estimate, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        running.stdout.close()
        told = running.stderr.read()
    assert (running.returncode, told) == (141, "")


def test_every_error_of_the_library_is_a_value_error():
    assert issubclass(FrameError, ValueError)

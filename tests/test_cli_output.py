"""How a verb answers: a table for people, JSON for machines, and a quiet end where nobody reads on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from cmresearch.cli import main


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

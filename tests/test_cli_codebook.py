"""The verb of the codebook: its check, its changes, its workbook and its coverage."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from small_verbs import code, signed

from cmresearch.cli import main
from cmresearch.study.study import open_study


def test_the_check_lists_what_readers_see_in_one_language_only(study_of_words, capsys):
    assert main(["codebook", "check"]) == 0
    assert "in one language only" not in capsys.readouterr().out
    path = study_of_words / "codebook" / "12-open-culture.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"\[provenance.note\].*?\n\n", 'note = "Inferred."\n\n', text, flags=re.DOTALL), "utf-8")
    assert main(["codebook", "check"]) == 0
    assert "in one language only: note of open_culture; reports in every language show it" in capsys.readouterr().out


@pytest.mark.usefixtures("study_of_words")
def test_the_codebook_is_checked_and_shown(capsys):
    assert main(["codebook", "check"]) == 0
    assert "version 1.1.1: no faults, 33 codes" in capsys.readouterr().out
    assert main(["codebook", "show", "tracking_number"]) == 0
    assert "merged into: single_register" in capsys.readouterr().out
    assert main(["codebook", "show", "create_closure", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert "false_follow_up" in shown["codes"]


def test_a_change_is_shown_first_and_written_only_on_a_yes(study_of_words, capsys):
    before = {path.name: path.read_bytes() for path in (study_of_words / "codebook").iterdir()}
    assert main(["codebook", *signed("retire", "publicity")]) == 1
    assert "Nobody to ask: give --yes to write it." in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (study_of_words / "codebook").iterdir()} == before
    assert main(["codebook", *signed("retire", "publicity", "--yes")]) == 0
    assert "publicity" not in open_study(study_of_words).read_codebook().codes


@pytest.mark.usefixtures("study_of_words")
def test_what_changed_is_told_with_the_codings_it_made_stale(project, capsys):
    assert main(["codebook", *signed("reword", "publicity", "--definition", "Statements about posters.", "--yes")]) == 0
    capsys.readouterr()
    assert main(["codebook", "diff", str(project / "codebook"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["what"], each["subject"]) for each in told["differences"]] == [("reworded", "code publicity")]
    assert {each["code"] for each in told["stale"]} == {"publicity"}
    assert code("stale") == 1


def test_an_earlier_version_may_be_one_that_git_knows(study_of_words, capsys):
    git = ["git", "-C", str(study_of_words), "-c", "user.name=Ani", "-c", "user.email=ani@example.org"]
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    for words in (["init", "-q"], ["add", "codebook"], ["commit", "-q", "-m", "first"], ["tag", "v1"]):
        subprocess.run([*git, *words], check=True)
    assert main(["codebook", *signed("retire", "publicity", "--yes")]) == 0
    capsys.readouterr()
    assert main(["codebook", "diff", "v1", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"][0]["what"] == "retired"
    assert main(["codebook", "diff", "v2"]) == 2
    assert "'v2' is neither a folder nor a version of" in capsys.readouterr().err


def test_a_workbook_goes_out_and_comes_back(study_of_words, capsys):
    from openpyxl import load_workbook

    assert main(["codebook", "to-excel", "book.xlsx"]) == 0
    book = load_workbook("book.xlsx")
    names = [cell.value for cell in book["Codes"][1]]
    book["Codes"].cell(2, names.index("brief") + 1).value = "How fast."
    book.save("book.xlsx")
    assert main(["codebook", *signed("from-excel", "book.xlsx", "--yes")]) == 0
    assert "version 1.1.1 -> 1.1.2" in capsys.readouterr().out
    assert open_study(study_of_words).read_codebook().code("quick_response").brief == "How fast."


@pytest.mark.usefixtures("study_of_words")
def test_coverage_ends_with_saturation(capsys):
    assert main(["codebook", "coverage", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert tables["Saturation: codes that each interview adds"][-1]["share_so_far"] == 1.0


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

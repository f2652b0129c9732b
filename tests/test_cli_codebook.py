import argparse
import json
import re
import shutil
import subprocess

import pytest

from cmresearch.cli import coding as coding_verb
from cmresearch.cli import main
from cmresearch.study.study import open_study

QUOTE = "riwayat status"
SOURCE = "interview-1-government-bureau"


@pytest.fixture
def study(project, tmp_path, monkeypatch):
    """The words of the repository's study in a folder of its own, in which one works."""
    for name in ("study.toml", "codebook", "data/illustrative"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def code(*words):
    """Run the verb `coding` with these words, and give its exit status."""
    parser = argparse.ArgumentParser()
    coding_verb.add_arguments(parser)
    return coding_verb.run(parser.parse_args([*words]))


def signed(*words):
    return [*words, "--who", "Ani", "--why", "they could not be told apart", "--date", "2021-10-01"]


def test_the_check_lists_what_readers_see_in_one_language_only(study, capsys):
    assert main(["codebook", "check"]) == 0
    assert "in one language only" not in capsys.readouterr().out
    path = study / "codebook" / "12-open-culture.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"\[provenance.note\].*?\n\n", 'note = "Inferred."\n\n', text, flags=re.DOTALL), "utf-8")
    assert main(["codebook", "check"]) == 0
    assert "in one language only: note of open_culture; reports in every language show it" in capsys.readouterr().out


@pytest.mark.usefixtures("study")
def test_the_codebook_is_checked_and_shown(capsys):
    assert main(["codebook", "check"]) == 0
    assert "version 1.1.1: no faults, 33 codes" in capsys.readouterr().out
    assert main(["codebook", "show", "tracking_number"]) == 0
    assert "merged into: single_register" in capsys.readouterr().out
    assert main(["codebook", "show", "create_closure", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert "false_follow_up" in shown["codes"]


def test_a_change_is_shown_first_and_written_only_on_a_yes(study, capsys):
    before = {path.name: path.read_bytes() for path in (study / "codebook").iterdir()}
    assert main(["codebook", *signed("retire", "publicity")]) == 1
    assert "Nobody to ask: give --yes to write it." in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in (study / "codebook").iterdir()} == before
    assert main(["codebook", *signed("retire", "publicity", "--yes")]) == 0
    assert "publicity" not in open_study(study).read_codebook().codes


@pytest.mark.usefixtures("study")
def test_what_changed_is_told_with_the_codings_it_made_stale(project, capsys):
    assert main(["codebook", *signed("reword", "publicity", "--definition", "Statements about posters.", "--yes")]) == 0
    capsys.readouterr()
    assert main(["codebook", "diff", str(project / "codebook"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["what"], each["subject"]) for each in told["differences"]] == [("reworded", "code publicity")]
    assert {each["code"] for each in told["stale"]} == {"publicity"}
    assert code("stale") == 1


def test_an_earlier_version_may_be_one_that_git_knows(study, capsys):
    git = ["git", "-C", str(study), "-c", "user.name=Ani", "-c", "user.email=ani@example.org"]
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


def test_a_workbook_goes_out_and_comes_back(study, capsys):
    from openpyxl import load_workbook

    assert main(["codebook", "to-excel", "book.xlsx"]) == 0
    book = load_workbook("book.xlsx")
    names = [cell.value for cell in book["Codes"][1]]
    book["Codes"].cell(2, names.index("brief") + 1).value = "How fast."
    book.save("book.xlsx")
    assert main(["codebook", *signed("from-excel", "book.xlsx", "--yes")]) == 0
    assert "version 1.1.1 -> 1.1.2" in capsys.readouterr().out
    assert open_study(study).read_codebook().code("quick_response").brief == "How fast."


@pytest.mark.usefixtures("study")
def test_coverage_ends_with_saturation(capsys):
    assert main(["codebook", "coverage", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)
    assert tables["Saturation: codes that each interview adds"][-1]["share_so_far"] == 1.0


def test_a_passage_is_coded_changed_and_taken_back(study):
    given = ["--quote", QUOTE, "--code", "single_register", "--direction", "supports", "--at", "2021-10-01T09:00"]
    assert code("add", "coder-c", SOURCE, *given) == 0
    assert (
        code("change", "coder-c", "1", "--direction", "context", "--reason", "a fact", "--at", "2021-10-01T09:05") == 0
    )
    assert code("remove", "coder-c", "2", "--reason", "a trial", "--at", "2021-10-01T09:06") == 0
    lines = (study / "data/illustrative/coding/coder-c.csv").read_text("utf-8").splitlines()
    assert [line.rsplit(",", 4)[1:] for line in lines] == [
        ["entry", "replaces", "action", "reason"],
        ["1", "", "add", ""],
        ["2", "1", "change", "a fact"],
        ["3", "2", "remove", "a trial"],
    ]


@pytest.mark.usefixtures("study")
def test_every_coding_of_a_merged_code_follows_at_once():
    assert main(["codebook", *signed("merge", "publicity", "many_channels", "--yes")]) == 0
    assert code("stale") == 1
    for coder in ("coder-a", "coder-b", "adjudicator"):
        assert code("recode", coder, "--at", "2021-10-02T09:00") == 0
    assert code("stale") == 0


@pytest.mark.usefixtures("study")
def test_a_difference_is_decided_once(capsys):
    given = ["--quote", QUOTE, "--code", "publicity", "--direction", "supports", "--at", "2021-10-01T09:00"]
    assert code("add", "coder-a", SOURCE, *given) == 0
    assert code("differences", "--undecided", "--json") == 0
    output = capsys.readouterr().out
    (left,) = json.loads(output[output.index("[") :])
    where = [left["source"], str(left["turn"]), left["code"]]
    assert code("decide", *where, "--keep", "none", "--reason", "not about the public", "--at", "2021-10-02") == 0
    assert code("differences", "--undecided") == 0
    assert "none is undecided" in capsys.readouterr().out


def test_codings_follow_a_text_in_which_a_word_was_put_right(study, capsys):
    path = study / f"data/illustrative/interviews/{SOURCE}.md"
    shutil.copy2(path, study / "before.md")
    path.write_text(path.read_text("utf-8").replace("riwayat status", "catatan status"), encoding="utf-8")
    with pytest.raises(ValueError, match=f"the text of {SOURCE} is not the one that was coded"):
        code("check")
    moved = ["--before", "before.md", "--reason", "misheard", "--at", "2021-10-02T09:00"]
    assert code("move", SOURCE, *moved, "--yes") == 0
    assert code("check") == 0
    assert "0 codings could not be moved" in capsys.readouterr().out


def test_codings_that_are_lost_are_named_until_somebody_gives_them_a_passage(study, capsys):
    path = study / f"data/illustrative/interviews/{SOURCE}.md"
    lost = "riwayat status, dari menunggu, koordinasi, sampai selesai"
    assert lost in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(lost, "buku besar"), encoding="utf-8")
    assert code("move", SOURCE, "--reason", "misheard", "--yes", "--at", "2021-10-02T09:00") == 1
    assert "could not be moved: give each its passage" in capsys.readouterr().out
    with pytest.raises(ValueError, match="the quote reads"):
        code("check")

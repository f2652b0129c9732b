"""The verb of the coding: a passage coded, changed, decided on, and followed through a changed text."""

import json
import shutil

import pytest
from small_verbs import code, signed

from cmresearch.cli import main

QUOTE = "riwayat status"
SOURCE = "interview-1-government-bureau"


def test_a_passage_is_coded_changed_and_taken_back(study_of_words):
    given = ["--quote", QUOTE, "--code", "single_register", "--direction", "supports", "--at", "2021-10-01T09:00"]
    assert code("add", "coder-c", SOURCE, *given) == 0
    assert (
        code("change", "coder-c", "1", "--direction", "context", "--reason", "a fact", "--at", "2021-10-01T09:05") == 0
    )
    assert code("remove", "coder-c", "2", "--reason", "a trial", "--at", "2021-10-01T09:06") == 0
    lines = (study_of_words / "data/illustrative/coding/coder-c.csv").read_text("utf-8").splitlines()
    assert [line.rsplit(",", 4)[1:] for line in lines] == [
        ["entry", "replaces", "action", "reason"],
        ["1", "", "add", ""],
        ["2", "1", "change", "a fact"],
        ["3", "2", "remove", "a trial"],
    ]


@pytest.mark.usefixtures("study_of_words")
def test_every_coding_of_a_merged_code_follows_at_once():
    assert main(["codebook", *signed("merge", "publicity", "many_channels", "--yes")]) == 0
    assert code("stale") == 1
    for coder in ("coder-a", "coder-b", "adjudicator"):
        assert code("recode", coder, "--at", "2021-10-02T09:00") == 0
    assert code("stale") == 0


@pytest.mark.usefixtures("study_of_words")
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


def test_codings_follow_a_text_in_which_a_word_was_put_right(study_of_words, capsys):
    path = study_of_words / f"data/illustrative/interviews/{SOURCE}.md"
    shutil.copy2(path, study_of_words / "before.md")
    path.write_text(path.read_text("utf-8").replace("riwayat status", "catatan status"), encoding="utf-8")
    with pytest.raises(ValueError, match=f"the text of {SOURCE} is not the one that was coded"):
        code("check")
    moved = ["--before", "before.md", "--reason", "misheard", "--at", "2021-10-02T09:00"]
    assert code("move", SOURCE, *moved, "--yes") == 0
    assert code("check") == 0
    assert "0 codings could not be moved" in capsys.readouterr().out


def test_codings_that_are_lost_are_named_until_somebody_gives_them_a_passage(study_of_words, capsys):
    path = study_of_words / f"data/illustrative/interviews/{SOURCE}.md"
    lost = "riwayat status, dari menunggu, koordinasi, sampai selesai"
    assert lost in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(lost, "buku besar"), encoding="utf-8")
    assert code("move", SOURCE, "--reason", "misheard", "--yes", "--at", "2021-10-02T09:00") == 1
    assert "could not be moved: give each its passage" in capsys.readouterr().out
    with pytest.raises(ValueError, match="the quote reads"):
        code("check")

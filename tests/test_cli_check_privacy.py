"""The verb that looks for personal data in a folder about to be shared."""

from __future__ import annotations

import argparse
import json

from cmresearch.cli import check_privacy


def check(*words: str) -> int:
    parser = argparse.ArgumentParser()
    check_privacy.add_arguments(parser)
    return check_privacy.run(parser.parse_args(list(words)))


def test_the_verb_exits_with_1_and_a_line_for_each_place(tmp_path, capsys):
    (tmp_path / "a.md").write_text("Hubungi 0812-0000-1234")
    assert check(str(tmp_path)) == 1
    assert capsys.readouterr().out == "a.md, line 1: phone: Hubungi [PHONE]\n1 place to look at before sharing.\n"


def test_the_verb_answers_in_json_and_takes_a_list_of_what_may_be_shared(tmp_path, capsys):
    (tmp_path / "a.md").write_text("Hubungi 0812-0000-1234")
    assert check(str(tmp_path), "--json") == 1
    assert json.loads(capsys.readouterr().out) == [
        {"file": "a.md", "place": "line 1", "kind": "phone", "excerpt": "Hubungi [PHONE]"}
    ]
    allowed = tmp_path.parent / "allowed.txt"
    allowed.write_text("# the office\n6281200001234\n")
    assert check(str(tmp_path), "--allow-file", str(allowed)) == 0
    assert capsys.readouterr().out.startswith("No personal data found by the rules")

"""The verb that takes a first look at an export."""

from __future__ import annotations

import json

from small_export import a_citys_file
from small_verbs import call

from cmresearch.intake.profile import inspect
from cmresearch.intake.profile_pages import profile_page


def test_the_verb_shows_a_table_and_writes_a_page_and_a_study(tmp_path, capsys):
    path = a_citys_file(tmp_path)
    assert call("inspect", path, "--html", tmp_path / "look.html", "--study", tmp_path / "study") == 0
    shown = capsys.readouterr().out
    assert "aduan.csv: 92 rows" in shown
    assert "repeated_id" in shown
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert page == profile_page(inspect(path))
    assert "<caption>Columns</caption>" in page


def test_the_verb_answers_in_json(tmp_path, capsys):
    assert call("inspect", a_citys_file(tmp_path), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == 92
    assert answer["columns"][0]["likely"] == "id"

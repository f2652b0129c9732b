"""The verb that compares two exports."""

from __future__ import annotations

from small_export import a_citys_file
from small_verbs import call


def test_the_comparing_verb_names_two_copies(tmp_path, capsys):
    first, second = a_citys_file(tmp_path), a_citys_file(tmp_path, "copy.csv")
    assert call("compare_exports", first, second, "--id", "Nomor Aduan") == 0
    assert "the same to the byte" in capsys.readouterr().out

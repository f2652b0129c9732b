"""The table of formats of coding programs: what it says of each is what its module does."""

from __future__ import annotations

from inspect import signature

import pytest
from small_verbs import call

from cmresearch.files.coding_formats import FORMATS, READ, WRITTEN, CodingFormat
from cmresearch.privacy.passages import Unread, passages

WRITER_TAKES = {"project": {"coding", "name", "language"}, "codebook": {"codebook", "language"}}
READER_TAKES = {
    "project": {"language", "data_kind"},
    "codebook": {"language"},
    "coding": {"codebook", "sources", "coder", "at"},
}


@pytest.mark.parametrize("format", FORMATS, ids=[each.name for each in FORMATS])
def test_its_functions_are_there_and_take_what_the_command_line_gives(format):
    if format.write:
        assert set(signature(format.writer()).parameters) == {"path"} | WRITER_TAKES[format.holds]
    if format.read:
        assert set(signature(format.reader()).parameters) == {"path"} | READER_TAKES[format.holds]


@pytest.mark.parametrize("action", WRITTEN)
def test_a_file_has_the_title_and_the_losses_that_are_stated(project, tmp_path, action, capsys):
    format = WRITTEN[action]
    assert call("exchange", action, tmp_path / f"a{format.ending}", "--study", project) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"a{format.ending}: written as {format.title}; not held:")
    lost = [each for each in format.losses if each in shown]
    assert set(format.losses) - set(lost) <= {"codes that are merged or retired", "parents of codes"}


@pytest.mark.parametrize("action", WRITTEN)
def test_the_privacy_check_looks_into_every_file_that_is_written(project, tmp_path, action):
    path = tmp_path / f"a{WRITTEN[action].ending}"
    call("exchange", action, path, "--study", project)
    found = [passage for _, passage in passages(path.name, path.read_bytes())]
    assert found
    assert not any(isinstance(each, Unread) for each in found)


def test_a_format_of_one_module_and_one_entry_is_moved_by_the_command_line(project, tmp_path, monkeypatch, capsys):
    made = CodingFormat(
        "twin", "Twin codebook", "codebook", ".twin", "markup", "refi_codebook:write_qdc", "refi_codebook:read_qdc"
    )
    monkeypatch.setitem(WRITTEN, "to-twin", made)
    monkeypatch.setitem(READ, "from-twin", made)
    assert call("exchange", "to-twin", tmp_path / "a.twin", "--study", project) == 0
    assert call("exchange", "from-twin", tmp_path / "a.twin", tmp_path / "codebook") == 0
    assert "a.twin: read as" in capsys.readouterr().out

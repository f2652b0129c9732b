"""Files written whole or not at all."""

import os
import re
import tempfile
from pathlib import Path

import pytest

from cmresearch.files.owned import make_own_folder, make_temporary_folder
from cmresearch.files.unfinished import JOURNAL, NEW, UNFINISHED, finish_interrupted
from cmresearch.files.writing import (
    WritingError,
    csv_text,
    json_text,
    trial_folder,
    whole_folder,
    write_bytes,
    write_files,
    write_text,
)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_reach_the_folder_together_and_others_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with whole_folder(tmp_path) as beside:
        write_text(beside / "a.csv", "1\n")
        (beside / "deep").mkdir()
        write_text(beside / "deep" / "b.csv", "2\n")
        assert "a.csv" not in names(tmp_path)
    assert names(tmp_path) == ["a.csv", "deep/b.csv", "notes.txt"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_error_or_a_stop_leaves_the_folder_as_it_was(tmp_path, stop):
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")

    def interrupted():
        with whole_folder(tmp_path) as beside:
            write_text(beside / "a.csv", "new")
            raise stop

    with pytest.raises(stop):
        interrupted()
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text("utf-8") == "old"


def test_a_folder_that_was_not_there_is_not_there_after_an_error(tmp_path):
    def interrupted():
        with whole_folder(tmp_path / "one" / "two"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_when_the_last_file_cannot_be_moved_the_first_ones_come_back(tmp_path):
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    (tmp_path / "deep").write_text("a file where a folder should be", encoding="utf-8")

    def cut_short():
        with whole_folder(tmp_path) as beside:
            (beside / "deep").mkdir()
            write_text(beside / "a.csv", "new")
            write_text(beside / "deep" / "b.csv", "new")

    with pytest.raises(WritingError, match=r"cannot write to .*: File exists"):
        cut_short()
    assert names(tmp_path) == ["a.csv", "deep"]
    assert (tmp_path / "a.csv").read_text("utf-8") == "old"


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    place = tmp_path / "results"
    place.write_text("", encoding="utf-8")
    with pytest.raises(WritingError, match=re.escape(f"cannot write to {place}: File exists")), whole_folder(place):
        pass


def test_a_file_that_is_written_again_keeps_its_permissions_and_nothing_is_left_beside(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    path.chmod(0o640)
    write_text(path, "new")
    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == ("new", 0o640)
    write_bytes(tmp_path / "own.txt", b"mine", mode=0o600)
    assert (tmp_path / "own.txt").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["a.txt", "own.txt"]


def test_a_link_goes_on_pointing_to_what_is_written(tmp_path):
    (tmp_path / "true.txt").write_text("old", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to("true.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "true.txt").read_text("utf-8") == "new"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    sentence = f"cannot write to {tmp_path}: Is a directory; nothing has changed"
    with pytest.raises(WritingError, match=f"^{re.escape(sentence)}$"):
        write_text(tmp_path, "x")


def test_a_file_that_another_program_holds_open_is_named(tmp_path, monkeypatch):
    held = PermissionError(13, "The process cannot access the file")
    held.winerror = 32  # as Windows says it
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(b"old")

    def refused(*_):
        raise held

    monkeypatch.setattr(os, "replace", refused)
    sentence = f"close {path}, then run again: another program holds it open; nothing has changed"
    with pytest.raises(WritingError, match=f"^{re.escape(sentence)}$"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"


def test_what_cannot_be_read_back_takes_no_place(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    write = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda self, content: write(self, content[:-1]))
    with pytest.raises(WritingError, match=r"what was written cannot be read back; nothing has changed$"):
        write_text(path, "new")
    assert path.read_bytes() == b"old"


def test_files_that_belong_together_are_written_together(tmp_path):
    write_files(tmp_path, {"a.txt": "1", "deep/b.txt": "2"})
    assert names(tmp_path) == ["a.txt", "deep/b.txt"]
    write_files(tmp_path / "none", {})
    assert not (tmp_path / "none").exists()


def left_behind(folder, *, journal):
    """What a killed process leaves: two complete files, moved in or not."""
    own = make_own_folder(folder, UNFINISHED)
    (own.path / NEW).mkdir()
    for name in ("a.txt", "b.txt"):
        (own.path / NEW / name).write_text("new", encoding="utf-8")
    if journal == "written":
        (own.path / JOURNAL).write_text("", encoding="utf-8")
    return own


def test_the_next_start_moves_in_what_was_complete(tmp_path):
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    left_behind(tmp_path, journal="written").give_back()
    finish_interrupted(tmp_path)
    assert [(name, (tmp_path / name).read_text("utf-8")) for name in names(tmp_path)] == [
        ("a.txt", "new"),
        ("b.txt", "new"),
    ]


def test_the_next_start_sweeps_what_was_not_complete(tmp_path):
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    left_behind(tmp_path, journal="not written").give_back()
    write_text(tmp_path / "c.txt", "3")
    assert names(tmp_path) == ["a.txt", "c.txt"]
    assert (tmp_path / "a.txt").read_text("utf-8") == "old"


def test_a_process_that_lives_and_strangers_are_left_alone(tmp_path):
    own = left_behind(tmp_path, journal="not written")
    (tmp_path / ".unfinished-notes").mkdir()
    (tmp_path / ".unfinished-notes" / "mine.txt").write_text("mine", encoding="utf-8")
    write_text(tmp_path / "c.txt", "3")
    assert (own.path / NEW / "a.txt").is_file()
    assert (tmp_path / ".unfinished-notes" / "mine.txt").is_file()
    own.remove()
    assert [path.name for path in sorted(tmp_path.iterdir())] == [".unfinished-notes", "c.txt"]


def test_a_full_set_that_a_dead_process_unpacked_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, kept = make_temporary_folder(), make_temporary_folder()
    (left.path / "full-set.csv").write_text("id\n", encoding="utf-8")
    left.give_back()
    with trial_folder() as trial:
        assert trial.is_dir()
        assert not left.path.exists()
    assert list(tmp_path.iterdir()) == [kept.path]
    kept.remove()


def test_csv_is_exact_and_read_by_every_program():
    text = csv_text(["a", "b"], [[0.1, None], ["x\r\ny", 'say "hi"'], ["=1+1", 1e-12]])
    assert text == 'a,b\n0.1,\n"x\r\ny","say ""hi"""\n=1+1,1e-12\n'


def test_json_is_the_same_bytes_for_the_same_value():
    assert json_text({"b": [1], "a": "é"}) == json_text({"a": "é", "b": [1]})


def test_texts_keep_their_line_ends(tmp_path):
    write_text(tmp_path / "a", "x\r\ny\n")
    assert (tmp_path / "a").read_bytes() == b"x\r\ny\n"

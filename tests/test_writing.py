"""Files written whole or not at all."""

import re

import pytest

from cmresearch.files.writing import WritingError, csv_text, json_text, whole_folder, write_text


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


def test_csv_is_exact_and_read_by_every_program():
    text = csv_text(["a", "b"], [[0.1, None], ["x\r\ny", 'say "hi"'], ["=1+1", 1e-12]])
    assert text == 'a,b\n0.1,\n"x\r\ny","say ""hi"""\n=1+1,1e-12\n'


def test_json_is_the_same_bytes_for_the_same_value():
    assert json_text({"b": [1], "a": "é"}) == json_text({"a": "é", "b": [1]})


def test_texts_keep_their_line_ends(tmp_path):
    write_text(tmp_path / "a", "x\r\ny\n")
    assert (tmp_path / "a").read_bytes() == b"x\r\ny\n"

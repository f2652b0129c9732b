"""One process at a time on what is read, checked and written again."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from cmresearch.files import locks
from cmresearch.files.locks import locked
from cmresearch.files.writing import WritingError

HOLDS = """
import pathlib, sys, time
from cmresearch.files.locks import locked
with locked(pathlib.Path(sys.argv[1])):
    print("holds", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of a folder."""
    words = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def test_a_second_process_is_told_who_holds_it(tmp_path, holder, monkeypatch, caplog):
    monkeypatch.setattr(locks, "PATIENCE", 0.1)
    with (
        pytest.raises(
            WritingError,
            match=rf"^process {holder.pid} \(since .*\) is changing .*; run again when it is done; nothing has changed",
        ),
        locked(tmp_path),
    ):
        pass
    assert f"waiting for process {holder.pid} " in caplog.text


def test_a_second_process_goes_on_when_the_first_is_done(tmp_path, holder):
    with ThreadPoolExecutor() as pool:
        pool.submit(holder.communicate, "\n")
        with locked(tmp_path):
            holder.wait(timeout=10)


def test_the_lock_of_a_dead_process_is_taken_over_with_a_word(tmp_path, holder, caplog):
    holder.kill()
    holder.wait()
    with locked(tmp_path):
        assert f"process {holder.pid} " in caplog.text
        assert caplog.text.rstrip().endswith("its lock is taken over")


def test_whoever_holds_a_lock_may_take_it_once_more_and_leaves_nothing_behind(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    with locked(tmp_path / "a.csv"), locked(tmp_path / "a.csv"):
        assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "a.csv"):
        pass
    assert caplog.text == ""


def test_two_threads_wait_for_each_other(tmp_path):
    file = tmp_path / "count.txt"
    file.write_text("0", encoding="utf-8")

    def count(_):
        with locked(file):
            file.write_text(str(int(file.read_text("utf-8")) + 1), encoding="utf-8")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(40)))
    assert file.read_text("utf-8") == "40"

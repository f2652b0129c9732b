"""Kills, full disks and two processes at once: nothing is lost, nothing half written, and the next start sweeps."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = Path(__file__).with_name("interrupted.py")
SCENES = ("files", "coding", "review", "freeze", "merge", "reword", "draw")
SIZES = (
    0,
    50,
    150,
    400,
    700,
    1000,
    1500,
    2000,
    2500,
    3000,
    4096,
    5000,
    6000,
    7000,
    8192,
    9000,
    12000,
    16000,
    24000,
    10**5,
)


def found(folder, *words, seconds=550):
    """What a process of its own says that tries this."""
    done = subprocess.run(
        [sys.executable, ALONE, folder, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=ALONE.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_files_that_belong_together_are_whole_whenever_the_process_is_killed(tmp_path):
    assert found(tmp_path, "kills", "files") == {"kills": 36, "faults": []}


@pytest.mark.parametrize("scene", ["coding", "merge"])
def test_a_verb_that_is_killed_has_changed_everything_or_nothing(tmp_path, scene):
    assert found(tmp_path, "kills", scene, 3, 20, 5) == {"kills": 4, "faults": []}


@pytest.mark.parametrize("scene", ["coding", "reword"])
def test_a_full_disk_leaves_the_old_files_and_a_sentence(tmp_path, scene):
    told = found(tmp_path, "full", scene, 0, 300, 1000, 8192)
    assert told["faults"] == []
    assert told["full"] >= 2


def test_of_two_at_once_no_entry_is_lost(tmp_path):
    assert found(tmp_path, "pairs", 30) == {"pairs": 30, "faults": []}


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES)
def test_no_moment_of_a_kill_loses_anything(tmp_path, scene):
    told = found(tmp_path, "kills", scene)
    assert told["faults"] == []
    assert told["kills"] >= 7


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES)
def test_kills_at_random_lose_nothing(tmp_path, scene):
    assert found(tmp_path, "random", scene, 20, 1)["faults"] == []


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES)
def test_twenty_full_disks_lose_nothing(tmp_path, scene):
    told = found(tmp_path, "full", scene, *SIZES)
    assert told["faults"] == []
    assert told["full"] >= 2


@pytest.mark.slow
def test_of_three_hundred_pairs_no_entry_is_lost(tmp_path):
    assert found(tmp_path, "pairs", 300, seconds=1800) == {"pairs": 300, "faults": []}

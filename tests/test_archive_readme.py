"""The first page of an archive, as the stranger who opens it reads and follows it."""

from __future__ import annotations

import shutil
import subprocess
import sys

from small_archive import archive, names_in, read_in, unpacked, write_results_of
from small_study import write_study


def test_the_raw_sample_and_the_full_set_stay_behind_and_the_archive_says_so(archived):
    names = names_in(archived.path)
    assert "results/sample.csv" not in names
    assert "full-set.csv" not in names
    assert {"results/sample.csv", "results/run.json", "full-set.csv"} <= set(archived.gathered.left_out)
    assert "results/sample.csv" in read_in(archived.path, "README.md")


def test_a_study_without_words_or_records_is_archived_and_says_what_it_has_not(tmp_path):
    made = archive(write_results_of(write_study(tmp_path / "study")), tmp_path / "a.zip")
    page = read_in(made.path, "README.md")
    assert "no interviews, no documents and no codebook" in page
    assert "Nobody read the sampled complaints" in page
    assert "each quotation" not in page
    assert not [name for name in names_in(made.path) if name.startswith(("codebook", "coding", "responses"))]


def test_a_stranger_checks_it_with_common_tools(archived, tmp_path):
    folder = unpacked(archived.path, tmp_path)
    script = [sys.executable, "-I", "-S", "results/verify_sample.py", "results/frame.csv", "results/certificate.json"]
    run = subprocess.run(script, cwd=folder, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "all holds: 8 drawn complaints of a frame of 16\n")
    if shutil.which("sha256sum"):
        sums = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt"]
        assert subprocess.run(sums, cwd=folder, capture_output=True, check=False).returncode == 0

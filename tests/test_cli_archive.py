"""The verb that makes an archive."""

from __future__ import annotations

import hashlib

from small_archive import DATE, POST

from cmresearch.cli import main


def test_the_verbs_make_and_check_an_archive(study_with_results, tmp_path, capsys):
    target = tmp_path / "a.zip"
    words = ["archive", "--study", str(study_with_results.folder), "--out", str(target), "--date", DATE]
    assert main(words) == 2
    assert "results/frame.csv, row" in capsys.readouterr().err
    assert not target.exists()
    assert main([*words, "--allow", POST]) == 0
    assert f"SHA-256: {hashlib.sha256(target.read_bytes()).hexdigest()}" in capsys.readouterr().out
    assert main(["verify-archive", str(target)]) == 0
    said = capsys.readouterr().out
    assert "What this proves:" in said
    assert "What it does not prove:" in said

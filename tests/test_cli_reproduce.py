"""The verb that runs a whole study."""

from __future__ import annotations

import pytest
from small_study import edit, without_memo, write_study_with_words

from cmresearch.cli import main

# A whole study: its sample is against, its interviews too, until somebody codes them otherwise.


@pytest.fixture
def study_folder(tmp_path):
    folder = write_study_with_words(tmp_path / "study")
    for name in ("coder-a", "coder-b", "adjudicated"):
        edit(folder / f"responses/{name}.csv", "explicit", "none")
    return folder


def test_reproduce_writes_nothing_where_the_memo_is_missing(study_folder, tmp_path, capsys):
    without_memo(study_folder)
    assert main(["reproduce", "--study", str(study_folder), "--out", str(tmp_path / "results")]) == 2
    assert "without a memo" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()

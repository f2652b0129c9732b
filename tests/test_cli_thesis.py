"""The verb that writes the folder for a thesis alone."""

from __future__ import annotations

from cmresearch.cli import main


def test_the_thesis_folder_alone_is_the_one_that_stands_with_the_results(bilingual_run, thesis_folder, tmp_path):
    assert main(["thesis", "--study", str(bilingual_run.study.folder), "--out", str(tmp_path / "thesis")]) == 0
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (thesis_folder, tmp_path / "thesis")
    )
    assert first == second

"""The verb that writes the report."""

from __future__ import annotations

from cmresearch.cli import main


def test_an_unwritable_folder_is_an_error_of_one_line(tmp_path, capsys, project, monkeypatch):
    monkeypatch.chdir(project)
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    assert main(["report", "--out", str(tmp_path / "taken" / "report.html")]) == 2
    assert f"cannot write to {tmp_path / 'taken'}" in capsys.readouterr().err

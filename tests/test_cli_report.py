"""The verb that writes the report."""

from __future__ import annotations

from cmresearch.cli import main


def test_an_unwritable_folder_is_an_error_of_one_line(tmp_path, capsys, project, monkeypatch):
    monkeypatch.chdir(project)
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    assert main(["report", "--out", str(tmp_path / "taken" / "report.html")]) == 2
    assert f"cannot write to {tmp_path / 'taken'}" in capsys.readouterr().err


def test_the_command_line_writes_a_pdf_by_its_name(bilingual_run, tmp_path, capsys):
    out = tmp_path / "laporan.pdf"
    assert main(["report", "--study", str(bilingual_run.study.folder), "--language", "id", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert str(out) in capsys.readouterr().out


def test_a_report_of_another_ending_is_refused_before_the_study_runs(bilingual_run, tmp_path, capsys):
    out = tmp_path / "report.docx"
    assert main(["report", "--study", str(bilingual_run.study.folder), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "a report is an .html or a .pdf file" in said
    assert list(tmp_path.iterdir()) == []

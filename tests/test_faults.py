"""What is wrong with an export as a whole: what is set aside, counted and said in words."""

from __future__ import annotations

from small_export import found

from cmresearch.intake.mapped_export import read_export


def test_the_header_as_last_row_and_blank_rows_are_set_aside_and_counted(export_report):
    made = export_report("id,type\n1,a\n,\n2,b\nid,type\n")
    assert (made.rows, made.kept, made.set_aside) == (4, 2, {"the header again": 1, "a blank row": 1})


def test_mojibake(export_report):
    made = export_report("id,type\n1,Café\n2,CafÃ©\n3,Itâ€™s\n4,lost \ufffd\n")
    ((_, count, examples),) = found(made, "mojibake")
    assert (count, examples[0]) == (3, "id 2, type CafÃ©")


def test_files_that_are_not_utf8_are_named(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes("id;type\n1;Café\n".encode("cp1252"))
    made = read_export(path).report
    assert [fault.what for fault in made.faults if fault.key == "not_utf8"] == ["the file is not UTF-8 but cp1252"]

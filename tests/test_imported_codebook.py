"""A codebook made from the codes of another program."""

import pytest
from small_exchange import code_file

from cmresearch.codebook.book import read_codebook
from cmresearch.exchange.refi_codebook import read_qdc
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.exchange.study_files import write_codebook, write_project


@pytest.mark.parametrize(
    ("name", "codes", "origin"),
    [
        ("nvivo_project.qdpx", 262, "NVivo for Mac 15.0.0"),
        ("skyloom_TestProject.qdpx", 14, "ATLAS.ti 8.4.0 573 , macOS Version 10.14.3 (Build 18D109)"),
        ("atlasti_target.qdpx", 3, "ATLAS.ti for Windows 23.2.3.27778"),
    ],
)
def test_real_projects_of_other_programs_become_codebooks_without_faults(real_data, tmp_path, name, codes, origin):
    imported = read_qdpx(real_data(f"refi-qda/{name}"))
    write_project(tmp_path, imported)
    assert imported.origin == origin
    assert len(read_codebook(tmp_path / "codebook").codes) == codes


def test_the_codes_of_a_real_project_keep_their_seven_levels(real_data):
    codebook = read_qdpx(real_data("refi-qda/nvivo_project.qdpx")).codebook.codebook

    def depth(code):
        return 1 if code.parent is None else 1 + depth(codebook.code(code.parent))

    assert max(depth(code) for code in codebook.codes.values()) == 7


def test_clashing_names_and_ids_get_their_own_and_are_reported(tmp_path):
    guid = "2ce89c66-c28d-473b-b5c4-6cf87d20ef04"
    body = f"<Codes><Code guid='{guid}' name='A b'/><Code guid='{guid}' name='a B'/><Code name='none'/></Codes>"
    imported = read_qdc(code_file(tmp_path, body))
    assert list(imported.codebook.codes) == ["a_b", "a_b_2", "none"]
    assert len({code.id for code in imported.codebook.codes.values()}) == 3
    assert [loss.what for loss in imported.report.losses] == [
        "codes whose id another code has, which got one of their own",
        "codes without a proper id, which got one from their place",
        "codes whose name another code has, with a number behind their key",
    ]


@pytest.mark.parametrize(
    ("name", "origin", "codes"),
    [("uto_tag_codebook.qdc", "Taguette 1.4.1", 3), ("portableQDA_Atlasti.qdc", "ATLAS.ti Win 9.0.19", 5)],
)
def test_real_codebooks_of_other_programs_become_codebooks_without_faults(real_data, tmp_path, name, origin, codes):
    imported = read_qdc(real_data(f"refi-qda/{name}"))
    write_codebook(tmp_path / "codebook", imported.codebook)
    assert (imported.origin, len(read_codebook(tmp_path / "codebook").codes)) == (origin, codes)

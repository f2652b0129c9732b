"""A codebook written as REFI-QDA, and what comes back of it."""

import re

import pytest
from small_exchange import code_file, without_figures

from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.errors import ExchangeError
from cmresearch.exchange.refi_codebook import read_qdc, write_qdc

SCHEMAS = "src/cmresearch/exchange/schemas"


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture
def qdc(codebook, tmp_path):
    write_qdc(tmp_path / "jakarta.qdc", codebook)
    return tmp_path / "jakarta.qdc"


def test_the_file_is_valid_against_the_schema_of_the_standard(project, qdc):
    import xmlschema

    xmlschema.validate(str(qdc), str(project / SCHEMAS / "Codebook.xsd"))


def test_a_codebook_comes_back_as_it_was_but_for_what_the_report_lists(codebook, qdc):
    assert without_figures(read_qdc(qdc).codebook) == without_figures(codebook)


def test_the_report_names_every_indicator_and_variable_that_the_file_does_not_hold(codebook, tmp_path):
    report = write_qdc(tmp_path / "a.qdc", codebook)
    assert [loss.count for loss in report.losses] == [len(codebook.indicators), len(codebook.variables)]
    assert set(report.to_frame()["name"]) == {*codebook.indicators, *(each.key for each in codebook.variables)}


def test_the_same_codebook_gives_the_same_bytes(codebook, qdc, tmp_path):
    write_qdc(tmp_path / "again.qdc", codebook)
    assert (tmp_path / "again.qdc").read_bytes() == qdc.read_bytes()


def test_the_file_has_no_byte_order_mark_no_carriage_return_and_every_name_once(qdc):
    content = qdc.read_bytes()
    names = re.findall(rb'<Code guid="[^"]+" name="([^"]+)"', content)
    assert content.startswith(b"<?xml version")
    assert b"\r" not in content
    assert len(names) == len({name.lower() for name in names})


def test_two_codes_with_one_label_are_told_apart_by_their_keys_and_keep_their_label(codebook, tmp_path):
    first, *others = codebook.dimensions[0].codes
    translation = others[0].model_copy(update={"label": first.label})
    dimension = codebook.dimensions[0].model_copy(update={"codes": (first, translation, *others[1:])})
    doubled = Codebook.model_construct(**dict(codebook) | {"dimensions": (dimension, *codebook.dimensions[1:])})
    write_qdc(tmp_path / "a.qdc", doubled)
    assert f'name="{first.label["en"]} ({translation.key})"' in (tmp_path / "a.qdc").read_text(encoding="utf-8")
    assert read_qdc(tmp_path / "a.qdc").codebook.code(translation.key).label == first.label


def test_names_can_be_in_another_language_of_the_codebook(codebook, tmp_path):
    write_qdc(tmp_path / "a.qdc", codebook, language="id")
    assert 'name="Tanggapan cepat"' in (tmp_path / "a.qdc").read_text(encoding="utf-8")
    assert without_figures(read_qdc(tmp_path / "a.qdc").codebook) == without_figures(codebook)
    with pytest.raises(ExchangeError, match=r"^the codebook has no language 'fr'; expected one of en, id$"):
        write_qdc(tmp_path / "b.qdc", codebook, language="fr")


def test_a_file_with_old_namespace_braces_upper_case_and_elements_out_of_order_is_read(tmp_path):
    body = (
        "<Sets><Set name='Group' guid='{D79FC877-F071-4117-8D25-235AA1062A44}'>"
        "<MemberCode guid='{2CE89C66-C28D-473B-B5C4-6CF87D20EF04}'/>"
        "<MemberCode guid='99999999-0000-0000-0000-000000000000'/>"
        "</Set></Sets><Codes><Code name='Above' guid='{FFD939DA-B5DC-4611-A9F8-366495EB0AE2}' isCodable='false'>"
        "<Code guid='2ce89c66-c28d-473b-b5c4-6cf87d20ef04' name='Below'/><Description>Words\r\nof it</Description>"
        "</Code></Codes>"
    )
    imported = read_qdc(code_file(tmp_path, body, root="CODEBOOK xmlns='urn:QDA-XML:codebook:0:4'"))
    assert imported.codebook.code("below").parent == "above"
    assert imported.codebook.code("below").dimensions == ("group",)
    assert imported.codebook.code("above").definition == "Words of it"
    assert str(imported.report.losses[0]) == (
        "1 members of sets that are not in the file (Group: 99999999-0000-0000-0000-000000000000)"
    )

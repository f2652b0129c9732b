"""Codebooks to REFI-QDA and back, and the files of other programs."""

import re

import pytest

from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.codebook.edits import Signature, read_draft
from cmresearch.codebook.tables import apply_changes
from cmresearch.errors import ExchangeError
from cmresearch.exchange.refi_codebook import read_qdc, write_qdc
from cmresearch.exchange.study_files import changes_of, write_codebook

REFUSED = "declares a document type or entities, which is refused"
SCHEMAS = "src/cmresearch/exchange/schemas"


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture
def qdc(codebook, tmp_path):
    write_qdc(tmp_path / "jakarta.qdc", codebook)
    return tmp_path / "jakarta.qdc"


def without_figures(codebook):
    """What a codebook file can hold: all but indicators and the variables of complaints."""
    record = codebook.model_dump(exclude={"sha256", "variables"})
    for dimension in record["dimensions"]:
        dimension["indicators"] = ()
    return record


def code_file(tmp_path, body, *, root="CodeBook xmlns='urn:QDA-XML:codebook:1.0'"):
    path = tmp_path / "other.qdc"
    path.write_text(f"<?xml version='1.0'?><{root}>{body}</{root.split()[0]}>", encoding="utf-8")
    return path


def test_the_file_is_valid_against_the_schema_of_the_standard(project, qdc):
    import xmlschema

    xmlschema.validate(str(qdc), str(project / SCHEMAS / "Codebook.xsd"))


def test_a_codebook_comes_back_as_it_was_but_for_what_the_report_lists(codebook, qdc):
    assert without_figures(read_qdc(qdc).codebook) == without_figures(codebook)


def test_the_report_names_every_indicator_and_variable_that_the_file_does_not_hold(codebook, tmp_path):
    report = write_qdc(tmp_path / "a.qdc", codebook)
    assert [loss.count for loss in report.losses] == [len(codebook.indicators), len(codebook.variables)]
    assert set(report.to_frame()["name"]) == {*codebook.indicators, *(each.key for each in codebook.variables)}


def test_what_comes_back_is_written_as_a_codebook_without_faults(codebook, qdc, tmp_path):
    write_codebook(tmp_path / "codebook", read_qdc(qdc).codebook)
    assert without_figures(read_codebook(tmp_path / "codebook")) == without_figures(codebook)


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


def test_what_was_changed_in_another_program_becomes_changes_of_the_codebook(codebook, qdc):
    text = qdc.read_text(encoding="utf-8").replace('name="Quick response"', 'name="Swift response"')
    text = text.replace("Brief: How fast a complaint is taken up", "Brief: How soon a complaint is taken up")
    qdc.write_text(text, encoding="utf-8")
    (change,) = changes_of(read_qdc(qdc), codebook)
    assert change.key == "quick_response"
    assert change.fields["label"] == {"en": "Swift response", "id": "Tanggapan cepat"}
    assert str(change.fields["brief"]).startswith("How soon a complaint")
    assert not change.may_change_the_meaning


def test_an_unchanged_file_changes_nothing(codebook, qdc):
    assert changes_of(read_qdc(qdc), codebook) == ()


def test_a_code_added_in_another_program_becomes_a_draft_of_the_codebook(codebook, qdc, project):
    guid = "11111111-2222-3333-4444-555555555555"
    new = f'<Code guid="{guid}" name="Night shift" isCodable="true"><Description>Work at night.</Description></Code>'
    text = qdc.read_text(encoding="utf-8").replace("</Codes>", f"{new}</Codes>")
    qdc.write_text(text, encoding="utf-8")
    changes = changes_of(read_qdc(qdc), codebook)
    assert [(each.key, each.what, each.dimension) for each in changes] == [("night_shift", "new", "speed_human_touch")]
    signature = Signature("1.2.0", "2021-10-01", "researcher", "From another program.")
    draft = apply_changes(read_draft(project / "codebook"), changes, signature, meaning="changed")
    added = next(code for _, _, code in draft.codes() if code["key"] == "night_shift")
    assert (added["id"], added["definition"], added["status"]) == (guid, "Work at night.", "draft")


def test_lines_added_to_a_description_belong_to_the_field_above_them(codebook, qdc):
    text, after = qdc.read_text(encoding="utf-8"), "\nUse when: The source speaks of how long"
    qdc.write_text(text.replace(after, f"\nOr weeks.{after}", 1), encoding="utf-8")
    (change,) = changes_of(read_qdc(qdc), codebook)
    assert str(change.fields["definition"]).endswith("as complainants would feel it. Or weeks.")


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<Project/>", "begins with <project>; expected a REFI-QDA <CodeBook>"),
        ("<CodeBook><Codes/></CodeBook>", "has no code"),
        ("<CodeBook>", "this is no XML: no element found: line 1, column 10"),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><CodeBook>&b;</CodeBook>",
            REFUSED,
        ),
        (
            "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><CodeBook/>",
            REFUSED,
        ),
        ("<a>" * 300 + "</a>" * 300, "nested more than 200 deep; expected an ordinary file"),
    ],
)
def test_what_is_no_codebook_or_not_safe_is_refused(tmp_path, content, message):
    path = tmp_path / "a.qdc"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExchangeError, match=re.escape(f"a.qdc: {message}")):
        read_qdc(path)

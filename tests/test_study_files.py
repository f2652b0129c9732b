"""A project of another program as the files of a study."""

import pytest
from small_exchange import CODE, changed_study, losses, selection, without_figures

from cmresearch.codebook.book import read_codebook
from cmresearch.codebook.edits import Signature, read_draft
from cmresearch.codebook.tables import apply_changes
from cmresearch.coding.sources import read_sources
from cmresearch.exchange.refi_codebook import read_qdc, write_qdc
from cmresearch.exchange.refi_project import write_qdpx
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.exchange.study_files import changes_of, write_codebook, write_project
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def coding(project):
    study = open_study(project)
    return study.read_coding(study.read_codebook(), study.read_sources())


@pytest.fixture(scope="module")
def qdpx(coding, tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "study.qdpx"
    return path, write_qdpx(path, coding, name="Jakarta")


def test_names_of_files_made_from_descriptions_never_lead_out_of_the_folder(qdpx, tmp_path):
    rendering = ("Rendering of: interview-1-government-bureau\nKey: interview-1", "Rendering of: ../../x\nKey: ../../y")
    language = ("Language: id\nInterviewer", "Language: ../id\nInterviewer")
    path = changed_study(qdpx, tmp_path, rendering, language)
    write_project(tmp_path / "a" / "b" / "c", read_qdpx(path))
    found = [each for each in tmp_path.rglob("*.md") if not each.is_relative_to(tmp_path / "a" / "b" / "c")]
    assert found == []


def test_a_rendering_that_was_coded_elsewhere_becomes_a_source_of_its_own(coding, qdpx, tmp_path):
    key = "interview-1-government-bureau"
    mark = f"Rendering of: {key}\nKey: {key}</Description>"
    code = coding.codebook.code("final_answer").id
    added = selection(0, 14, "> Illustrative", coding=f"<Coding guid='{CODE}'><CodeRef targetGUID='{code}'/></Coding>")
    imported = read_qdpx(changed_study(qdpx, tmp_path, (mark, mark + added)))
    (own,) = [each for each in imported.segments if each.source == f"{key}-en"]
    assert own.quote == "> Illustrative"
    told = losses(imported)["renderings in another language that became sources of their own"]
    assert told == (f"{key}-en",)
    write_project(tmp_path / "new", imported)
    assert f"{key}-en" in read_sources([tmp_path / "new/interviews", tmp_path / "new/documents"])


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture
def qdc(codebook, tmp_path):
    write_qdc(tmp_path / "jakarta.qdc", codebook)
    return tmp_path / "jakarta.qdc"


def test_what_comes_back_is_written_as_a_codebook_without_faults(codebook, qdc, tmp_path):
    write_codebook(tmp_path / "codebook", read_qdc(qdc).codebook)
    assert without_figures(read_codebook(tmp_path / "codebook")) == without_figures(codebook)


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

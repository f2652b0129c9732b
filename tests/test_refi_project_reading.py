"""A REFI-QDA project of another program, read as it is and reported where it cannot be kept."""

import re
import zipfile

import pytest
from small_exchange import CODE, SOURCE, USER, archive, changed_study, losses, selection

from cmresearch.errors import ExchangeError
from cmresearch.exchange.refi_project import write_qdpx
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def coding(project):
    study = open_study(project)
    return study.read_coding(study.read_codebook(), study.read_sources())


@pytest.fixture(scope="module")
def qdpx(coding, tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "study.qdpx"
    return path, write_qdpx(path, coding, name="Jakarta")


def test_a_project_with_files_in_other_case_old_namespace_and_elements_out_of_order_is_read(tmp_path):
    imported = read_qdpx(archive(tmp_path, selection(4, 10, "street")))
    (segment,) = imported.segments
    assert (segment.quote, segment.code, segment.coder, segment.at) == ("street", "dry", "Ana", "2020-01-01T00:00:00Z")
    assert imported.sources[0].header["title"] == "One.docx"


def test_dangling_references_and_places_outside_the_text_are_reported(tmp_path):
    dangling = f"<Coding guid='{CODE}'><CodeRef targetGUID='{SOURCE}'/></Coding>"
    many = (
        selection(4, 10, "street")
        + selection(4, 10, coding=dangling)
        + selection(4, 99)
        + selection(5, 5)
        + selection("x", 9)
        + selection(0, 3, coding="")
    )
    imported = read_qdpx(archive(tmp_path, many))
    assert [each.quote for each in imported.segments] == ["street"]
    told = {what: len(names) for what, names in losses(imported).items()}
    assert told["codings whose code is not in the file"] == 1
    assert told["codings that lie outside their text or have no length"] == 2
    assert told["codings whose place is no number"] == 1
    assert told["selections without a code"] == 1


def test_notes_of_a_coding_become_its_memo_and_other_notes_are_reported(tmp_path):
    coding = f"<Coding guid='{CODE}'><CodeRef targetGUID='{CODE}'/><NoteRef targetGUID='{USER}'/></Coding>"
    more = f"<Notes><Note guid='{USER}'><PlainTextContent>Why</PlainTextContent></Note><Note name='Plan'/></Notes>"
    imported = read_qdpx(archive(tmp_path, selection(4, 10, coding=coding), more=more))
    assert imported.segments[0].memo == "Why"
    assert losses(imported)["notes that no coding refers to"] == ("Plan",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "this is no .qdpx archive: File is not a zip file"),
        (None, "holds no project.qde; expected a REFI-QDA project"),
    ],
)
def test_what_is_no_project_is_refused(tmp_path, content, message):
    file = tmp_path / "a.qdpx"
    if content is None:
        with zipfile.ZipFile(file, "w") as made:
            made.writestr("other.txt", b"")
    else:
        file.write_bytes(content)
    with pytest.raises(ExchangeError, match=re.escape(f"a.qdpx: {message}")):
        read_qdpx(file)


def test_what_is_coded_by_somebody_whose_user_is_missing_is_kept_and_reported(tmp_path):
    made = archive(tmp_path, selection(4, 10, "street").replace(USER, SOURCE))
    imported = read_qdpx(made)
    assert imported.segments[0].coder == "unknown"
    assert losses(imported)["codings without a known coder"] == ("one: street",)


def test_a_file_that_went_through_another_program_still_gives_every_segment(coding, qdpx, tmp_path):
    path = changed_study(qdpx, tmp_path, ('origin="cmresearch', 'origin="MAXQDA'))
    imported = read_qdpx(path)
    assert sorted(imported.segments) == sorted(coding.segments)
    assert f"{len(coding)} of {len(coding)} codings named by their words read them" in imported.report.remarks[-1]


def test_a_header_changed_beyond_reading_is_replaced_and_reported(qdpx, tmp_path):
    path = changed_study(qdpx, tmp_path, ("Kind: interview\nData kind: illustrative", "Kind: film\nData kind: secret"))
    imported = read_qdpx(path)
    assert imported.sources[0].header["kind"] == "document"
    told = losses(imported)["headers of sources that were changed beyond reading"]
    assert told == ("interview-1-government-bureau: kind", "interview-1-government-bureau: data_kind")

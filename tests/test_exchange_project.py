"""Projects to REFI-QDA and back, and the files of other programs."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.codebook.book import read_codebook
from cmresearch.coding.coding import Coding, Segment, read_coding
from cmresearch.coding.sources import Source, Sources, read_sources
from cmresearch.errors import ExchangeError, WritingError
from cmresearch.exchange.refi_project import write_qdpx
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.exchange.study_files import write_project
from cmresearch.study.study import open_study

PROJECT = Path(__file__).parents[1]
CODEBOOK = read_codebook(PROJECT / "codebook")
CODES = list(CODEBOOK.codes)
USER, CODE, SOURCE = (f"{digit * 8}-0000-0000-0000-000000000000" for digit in "abc")


@pytest.fixture(scope="module")
def coding(project):
    study = open_study(project)
    return study.read_coding(study.read_codebook(), study.read_sources())


@pytest.fixture(scope="module")
def qdpx(coding, tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "study.qdpx"
    return path, write_qdpx(path, coding, name="Jakarta")


def selection(start, end, name="", *, coding=f"<Coding guid='{CODE}'><CodeRef targetGUID='{CODE}'/></Coding>"):
    place = f"startPosition='{start}' endPosition='{end}'"
    return f"<PlainTextSelection {place} name='{name}' creatingUser='{USER}'>{coding}</PlainTextSelection>"


def archive(
    tmp_path, selections="", *, text=b"The street was dry.", origin="", more="", parts=None, path="internal://T.TXT"
):
    """A project as other programs write them, with one code, one user and one text."""
    source = f"<TextSource guid='{SOURCE}' name='One.docx' plainTextPath='{path}'>{selections}</TextSource>"
    xml = (
        f"<Project xmlns='urn:QDA-XML:project:1:0' name='p' origin='{origin}' creationDateTime='2020-01-01T00:00:00Z'>"
        f"<Sources>{source}</Sources>{more}<Users><User guid='{{{USER.upper()}}}' name='Ana'/></Users>"
        f"<CodeBook><Codes><Code guid='{CODE}' name='dry' isCodable='true'/></Codes></CodeBook></Project>"
    )
    file = tmp_path / "other.qdpx"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("Project.QDE", xml.encode())
        for name, content in (parts or {"Sources/t.txt": text}).items():
            made.writestr(name, content)
    return file


def losses(imported):
    return {loss.what: loss.names for loss in imported.report.losses}


def test_the_file_is_valid_against_the_schema_of_the_standard(project, qdpx):
    import xmlschema

    schema = str(project / "src/cmresearch/exchange/schemas/Project.xsd")
    with zipfile.ZipFile(qdpx[0]) as made:
        xmlschema.validate(io.BytesIO(made.read("project.qde")), schema)


def test_the_whole_study_comes_back_but_for_what_the_report_lists(coding, qdpx, tmp_path):
    write_project(tmp_path, read_qdpx(qdpx[0]))
    codebook = read_codebook(tmp_path / "codebook")
    sources = read_sources([tmp_path / "interviews", tmp_path / "documents"])
    again = read_coding(tmp_path / "coding", codebook, sources)
    assert again.segments == coding.segments
    assert (dict(sources), list(sources)) == (dict(coding.sources), list(coding.sources))
    assert codebook.every_code == coding.codebook.every_code
    assert again.coders == coding.coders


def test_the_report_counts_the_entries_that_no_longer_count(coding, qdpx):
    past = [each for each in coding.entries if each.state != "present"]
    told = {loss.what: loss.count for loss in qdpx[1].losses}
    assert told["entries of the coding's history that no longer count"] == len(past)


def test_the_same_study_gives_the_same_bytes(coding, qdpx, tmp_path):
    write_qdpx(tmp_path / "again.qdpx", coding, name="Jakarta")
    assert (tmp_path / "again.qdpx").read_bytes() == qdpx[0].read_bytes()


def test_every_text_and_every_quotation_of_an_illustrative_source_says_so(coding, qdpx):
    with zipfile.ZipFile(qdpx[0]) as made:
        text = made.read("project.qde").decode()
        assert {name.split("/")[0] for name in made.namelist()} == {"project.qde", "sources"}
    described = re.findall(
        r"<(?:TextSource|PlainTextSelection)[^>]*>\s*<Description>(.*?)</Description>", text, re.DOTALL
    )
    assert len(described) == 2 * len(coding.sources) + len(coding)
    assert all(each.startswith(("Kind of text: Ilustrasi: ", "Kind of text: Illustrative: ")) for each in described)


CHARACTERS = st.sampled_from(
    [*"ab c\u0301\u0327é🙂👩🏽\u200d💻\u202eשלום\u0627\u0644\u0644\u0647\n\t.\u00a0\x85", "\r\n", "\r", "日本"]
)
TEXTS = st.lists(CHARACTERS, min_size=1, max_size=60).map(lambda parts: "a" + "".join(parts))


@st.composite
def codings(draw):
    texts = draw(st.lists(TEXTS, min_size=1, max_size=3))
    sources = {
        f"s-{n}": Source(f"s-{n}", "document", "real", "T \\n", "", "", "", "", "en", "", text, ())
        for n, text in enumerate(texts)
    }
    segments = {}
    for _ in range(draw(st.integers(0, 8))):
        key = draw(st.sampled_from(sorted(sources)))
        text = sources[key].text
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        code, coder = draw(st.sampled_from(CODES)), draw(st.sampled_from(["coder-a", "coder-b", "adjudicator"]))
        direction = draw(st.sampled_from(["supports", "hinders", "absent", "context"]))
        at = draw(st.sampled_from(["2021-03-04T10:30", "2021-03-04", "2021-03-04T10:30:01.5+07:00"]))
        memo = draw(st.text(max_size=20))
        segments[key, start, end, code, coder, direction] = Segment(
            key,
            start,
            end,
            code,
            coder,
            direction,
            at,
            memo,
            text[start:end],
            draw(st.sampled_from(["1.0.0", "1.1.0"])),
        )
    found = tuple(sorted(segments.values()))
    return Coding(found, CODEBOOK, Sources(sources), frozenset((each.coder, each.source) for each in found))


def moved(coding):
    """The segments as they must come back: a carriage return before a line feed is gone, and counts no more."""
    found = set()
    for each in coding:
        text = coding.sources[each.source].text
        kept = [place for place in range(len(text)) if text[place : place + 2] != "\r\n"]
        start, end = (sum(place < offset for place in kept) for offset in (each.start, each.end))
        quote = "".join(text[place] for place in kept)[start:end].replace("\r", "\n")
        if start < end:
            found.add((each.source, start, end, each.code, each.coder, each.direction, quote))
    return found


@given(coding=codings())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_coding_comes_back_with_overlaps_emoji_marks_line_ends_and_right_to_left_text(tmp_path_factory, coding):
    path = tmp_path_factory.mktemp("any") / "a.qdpx"
    write_qdpx(path, coding, name="any")
    imported = read_qdpx(path)
    texts = {each.key: each.text for each in imported.sources}
    assert texts == {key: re.sub("\r\n?", "\n", source.text) for key, source in coding.sources.items()}
    names = ("source", "start", "end", "code", "coder", "direction", "quote")
    assert {tuple(getattr(each, name) for name in names) for each in imported.segments} == moved(coding)
    assert all(texts[each.source][each.start : each.end] == each.quote for each in imported.segments)
    if not any("\r" in source.text for source in coding.sources.values()):
        assert sorted(imported.segments) == sorted(coding.segments)
    assert imported.codebook.codebook.every_code == CODEBOOK.every_code


def test_a_text_with_carriage_returns_is_written_with_line_feeds_and_reported(tmp_path):
    source = Source("s", "document", "real", "T", "", "", "", "", "en", "", "one\r\ntwo", ())
    segment = Segment("s", 5, 8, CODES[0], "a", "context", "2021-01-01", "", "two", "1.0.0")
    coding = Coding((segment,), CODEBOOK, Sources({"s": source}), frozenset({("a", "s")}))
    report = write_qdpx(tmp_path / "a.qdpx", coding, name="x")
    told = {loss.what: loss.names for loss in report.losses}
    assert told["texts whose line ends became line feeds; their codings moved along"] == ("s",)
    (back,) = read_qdpx(tmp_path / "a.qdpx").segments
    assert (back.start, back.end, back.quote) == (4, 7, "two")


def test_a_project_with_files_in_other_case_old_namespace_and_elements_out_of_order_is_read(tmp_path):
    imported = read_qdpx(archive(tmp_path, selection(4, 10, "street")))
    (segment,) = imported.segments
    assert (segment.quote, segment.code, segment.coder, segment.at) == ("street", "dry", "Ana", "2020-01-01T00:00:00Z")
    assert imported.sources[0].header["title"] == "One.docx"


def test_the_words_that_selections_are_named_after_tell_how_places_are_counted(tmp_path):
    text = "\ufeff🙂 The street\r\nwas dry.".encode()
    # NVivo's way: UTF-16 units, here with the line end as two and without the mark.
    imported = read_qdpx(archive(tmp_path, selection(7, 13, "street") + selection(15, 18, "was"), text=text))
    assert [each.quote for each in imported.segments] == ["street", "was"]
    assert imported.report.remarks[-1] == (
        "places are counted as UTF-16 units, end exclusive: 2 of 2 codings named by their words read them, "
        "0 of 2 lie outside their text"
    )


@pytest.mark.parametrize(
    ("start", "end", "counting"),
    [
        (14, 16, "code points, end inclusive"),
        (14, 17, "code points, end exclusive"),
        (13, 16, "code points, end exclusive, line ends as one"),
        (15, 18, "code points, end exclusive, byte-order mark counted"),
    ],
)
def test_inclusive_ends_line_ends_and_marks_are_found_out(tmp_path, start, end, counting):
    text = "\ufeffThe street,\r\n was dry.".encode()
    imported = read_qdpx(archive(tmp_path, selection(start, end, "was"), text=text))
    assert imported.segments[0].quote == "was"
    assert counting in imported.report.remarks[-1]


def test_where_nothing_tells_countings_apart_the_report_says_so(tmp_path):
    imported = read_qdpx(archive(tmp_path, selection(0, 4), text="🙂🙂 🙂🙂".encode()))
    assert imported.segments[0].quote == "🙂🙂 🙂"
    assert "look at the quotes" in imported.report.remarks[-1]
    nvivo = read_qdpx(archive(tmp_path, selection(0, 4), text="🙂🙂 🙂🙂".encode(), origin="NVivo 14"))
    assert nvivo.segments[0].quote == "🙂🙂"


def test_a_selection_named_after_words_elsewhere_stays_where_its_numbers_say_and_is_reported(tmp_path):
    many = selection(4, 10, "street") + selection(0, 3, "The") + selection(4, 8, "dry.")
    imported = read_qdpx(archive(tmp_path, many))
    assert [each.quote for each in imported.segments] == ["street", "The", "stre"]
    what = "codings kept where their numbers say, though they are named after words elsewhere"
    assert losses(imported)[what] == ("One: dry., read as 'stre'".replace("One", "one"),)


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
    "path",
    [
        "internal://../t.txt",
        "file:///etc/passwd",
        "/etc/passwd",
        "internal:///../../t.txt",
        "relative://t.txt",
        r"C:\t.txt",
    ],
)
def test_a_text_outside_the_archive_is_never_read(tmp_path, path):
    imported = read_qdpx(archive(tmp_path, path=path))
    assert imported.sources == ()
    assert losses(imported)["texts outside the archive, not read"] == (f"One.docx: {path}",)


def test_parts_that_point_outside_or_differ_in_case_only_are_not_read(tmp_path):
    parts = {"Sources/t.txt": b"The street.", "sources/T.txt": b"Another.", "../sources/t.txt": b"Evil."}
    imported = read_qdpx(archive(tmp_path, parts=parts))
    assert imported.sources[0].text == "The street."
    assert losses(imported)["parts whose path points outside the archive, not read"] == ("../sources/t.txt",)
    assert losses(imported)["parts whose path differs from another's in case only, not read"] == ("sources/T.txt",)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    file = tmp_path / "bomb.qdpx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("project.qde", b" " * 5_000_000)
    message = "bomb.qdpx: project.qde unpacks to more than 200 times its packed size"
    with pytest.raises(ExchangeError, match=re.escape(message)):
        read_qdpx(file)


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


def test_the_real_project_of_all_source_types_reports_each_with_its_name(real_data):
    told = losses(read_qdpx(real_data("refi-qda/skyloom_TestProject.qdpx")))
    assert len(told["texts whose file is not in the archive"]) == 8
    assert told["pictures, which this workbench does not hold"] == ("cornflakes-n-milk.jpg",)
    assert told["recordings, which this workbench does not hold"] == ("Jeanine's Breakfast.m4a",)
    assert len(told["films, which this workbench does not hold"]) == 2
    assert (told["links"], told["graphs"]) == (("Memo-Quotation Relation",), ("Netzwerk",))
    assert len(told["ids that stand twice or more"]) == 2


def test_a_coding_of_a_whole_source_takes_its_whole_text_and_is_reported(tmp_path):
    whole = f"<Coding guid='{CODE}'><CodeRef targetGUID='{CODE}'/></Coding>"
    imported = read_qdpx(archive(tmp_path, selection(4, 10, "street") + whole))
    assert sorted(each.quote for each in imported.segments) == ["The street was dry.", "street"]
    assert losses(imported)["codings of a whole source, taken as codings of its whole text"] == ("One.docx",)


def test_a_project_cannot_be_written_where_there_is_no_folder(coding, tmp_path):
    with pytest.raises(WritingError, match=r"none/a\.qdpx: No such file or directory; nothing has changed$"):
        write_qdpx(tmp_path / "none" / "a.qdpx", coding, name="x")


def test_what_is_coded_by_somebody_whose_user_is_missing_is_kept_and_reported(tmp_path):
    made = archive(tmp_path, selection(4, 10, "street").replace(USER, SOURCE))
    imported = read_qdpx(made)
    assert imported.segments[0].coder == "unknown"
    assert losses(imported)["codings without a known coder"] == ("one: street",)


def changed_study(qdpx, tmp_path, *changes):
    """The study's file after somebody changed something in another program."""
    path = tmp_path / "changed.qdpx"
    with zipfile.ZipFile(qdpx[0]) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for before, after in changes if name == "project.qde" else ():
                assert before.encode() in content
                content = content.replace(before.encode(), after.encode(), 1)
            new.writestr(name, content)
    return path


def test_a_file_that_went_through_another_program_still_gives_every_segment(coding, qdpx, tmp_path):
    path = changed_study(qdpx, tmp_path, ('origin="cmresearch', 'origin="MAXQDA'))
    imported = read_qdpx(path)
    assert sorted(imported.segments) == sorted(coding.segments)
    assert f"{len(coding)} of {len(coding)} codings named by their words read them" in imported.report.remarks[-1]


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


def test_a_header_changed_beyond_reading_is_replaced_and_reported(qdpx, tmp_path):
    path = changed_study(qdpx, tmp_path, ("Kind: interview\nData kind: illustrative", "Kind: film\nData kind: secret"))
    imported = read_qdpx(path)
    assert imported.sources[0].header["kind"] == "document"
    told = losses(imported)["headers of sources that were changed beyond reading"]
    assert told == ("interview-1-government-bureau: kind", "interview-1-government-bureau: data_kind")

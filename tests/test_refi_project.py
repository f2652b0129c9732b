"""A coding written as a REFI-QDA project, and what comes back of it."""

import io
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_exchange import CODEBOOK, CODES

from cmresearch.codebook.book import read_codebook
from cmresearch.coding.coding import Coding, Segment, read_coding
from cmresearch.coding.sources import Source, Sources, read_sources
from cmresearch.errors import WritingError
from cmresearch.exchange.refi_project import write_qdpx
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.exchange.study_files import write_project
from cmresearch.study.study import open_study


@pytest.fixture(scope="module")
def coding(project):
    study = open_study(project)
    return study.read_coding(study.read_codebook(), study.read_sources())


@pytest.fixture(scope="module")
def qdpx(coding, tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "study.qdpx"
    return path, write_qdpx(path, coding, name="Jakarta")


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


def test_a_project_cannot_be_written_where_there_is_no_folder(coding, tmp_path):
    with pytest.raises(WritingError, match=r"none/a\.qdpx: No such file or directory; nothing has changed$"):
        write_qdpx(tmp_path / "none" / "a.qdpx", coding, name="x")

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.codebook.book import Codebook
from cmresearch.coding.coding import COLUMNS, measure_reliability, read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.errors import CodebookError, CodingError, SourceError
from cmresearch.language.voice import ENGLISH

HEADER = """+++
key = "interview-1"
kind = "interview"
data_kind = "illustrative"
title = "First"
informant = "Informant 1"
role = "bureau"
language = "en"
+++
"""
TURNS = [
    "> Illustrative: composed.",
    "Interviewer: Who answers?",
    "Informant: We answer within a day 🙂.",
    "Interviewer: Who closes?",
    "Informant: Nobody asks the reporter.",
    "Informant: The agency closes it.",
]
TEXT = "\n\n".join(TURNS)


def words(text):
    return {"en": text}


def code(key, *dimensions):
    texts = dict.fromkeys(["brief", "definition", "use_when", "do_not_use_when", "example"], "…")
    return {"key": key, "label": words(key), "dimensions": dimensions, **texts}


def dimension(number, key, *codes):
    return {
        "number": number,
        "key": key,
        "name": words(key),
        "definition": words("…"),
        "provenance": {"name": "inferred", "sources": ["johnston"], "note": "…"},
        "code": codes,
        "evidence": {"can_know": ["bureau"]},
    }


CODEBOOK = Codebook.model_validate(
    {
        "version": "1.1.0",
        "title": "Two dimensions",
        "languages": ["en"],
        "license": "CC-BY-4.0",
        "theory": "…",
        "sha256": "",
        "variables": (),
        "dimensions": (
            dimension(1, "speed", code("quick_response", "speed")),
            dimension(2, "closure", code("final_answer", "closure", "speed"), code("asked", "closure")),
        ),
    }
)


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "interview-1.md").write_text(HEADER + TEXT, encoding="utf-8")
    two = HEADER.replace("interview-1", "interview-2") + TEXT
    (folder / "interview-2.md").write_text(two, encoding="utf-8")
    return read_sources(folder)


def row(quote, code="final_answer", coder="coder-a", **changes):
    start = TEXT.index(quote)
    fields = {
        "source": "interview-1",
        "start": start,
        "end": start + len(quote),
        "code": code,
        "coder": coder,
        "direction": "supports",
        "at": "2021-05-01T09:00",
        "memo": "",
        "quote": quote,
        "codebook_version": "1.1.0",
    }
    return fields | changes


def write(folder, rows, name="coder-a.csv", *, columns=COLUMNS):
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return folder / name


def faults(path, sources, **options):
    with pytest.raises(CodingError) as error:
        read_coding(path, CODEBOOK, sources, **options)
    return str(error.value).replace(f"{path}", "FILE").splitlines()


@pytest.fixture
def coding(tmp_path, sources):
    folder = tmp_path / "coding"
    write(folder, [row("We answer"), row("Nobody asks", "asked"), row("agency closes")])
    write(folder, [row("within a day", coder="coder-b", codebook_version="1.0.0")], "coder-b.csv")
    write(
        folder,
        [row("Nobody asks", "asked", "adjudicator", direction="hinders", memo="=1+1")],
        "adjudicated.csv",
    )
    return read_coding(folder, CODEBOOK, sources)


def test_all_files_of_a_folder_are_read_in_the_order_of_the_text(coding):
    assert [each.quote for each in coding] == [
        "We answer",
        "within a day",
        "Nobody asks",
        "Nobody asks",
        "agency closes",
    ]
    assert coding.coders == ("coder-a", "coder-b")


def test_views_pick_segments_by_coder_code_dimension_and_source(coding):
    assert [each.coder for each in coding.adjudicated] == ["adjudicator"]
    assert len(coding.of_coder("coder-a")) == 3
    assert [each.coder for each in coding.of_code("asked")] == ["adjudicator", "coder-a"]
    assert len(coding.of_source("interview-1")) == 5
    assert len(coding.of_source("interview-2")) == 0


def test_a_code_of_two_dimensions_is_found_under_both(coding):
    assert {each.code for each in coding.of_dimension("speed")} == {"final_answer"}
    assert {each.code for each in coding.of_dimension("closure")} == {"final_answer", "asked"}


def test_coding_under_another_version_of_the_codebook_is_kept_and_counted(coding):
    assert coding.versions == {"1.0.0": 1, "1.1.0": 4}


def test_the_table_shows_who_is_quoted_and_carries_the_label(coding):
    shown = coding.adjudicated.to_frame().iloc[0]
    assert shown[["code", "dimensions", "informant", "role", "data_kind", "label", "direction"]].tolist() == [
        "asked",
        "closure",
        "Informant 1",
        "bureau",
        "illustrative",
        "Illustrative: composed.",
        "hinders",
    ]


def test_an_empty_coding_has_a_table_with_the_same_columns(coding):
    assert list(coding.of_source("interview-2").to_frame().columns) == list(coding.to_frame().columns)


def test_a_turn_is_rated_by_whether_a_segment_overlaps_it(coding):
    table = coding.turn_table("final_answer")
    assert table.loc["interview-1"].to_dict("list") == {"coder-a": [1, 0, 1], "coder-b": [1, 0, 0]}
    assert list(table.loc["interview-1"].index) == [3, 5, 6]


def test_a_source_that_a_coder_did_not_code_has_no_ratings(coding):
    assert coding.turn_table("final_answer").loc["interview-2"].isna().all(axis=None)
    assert coding.of_code("asked").turn_table("asked").loc["interview-1", "coder-b"].tolist() == [0, 0, 0]


def test_a_segment_over_two_turns_rates_both(tmp_path, sources):
    path = write(tmp_path, [row(TEXT[TEXT.index("Nobody") : TEXT.index("agency")])])
    table = read_coding(path, CODEBOOK, sources).turn_table("final_answer")
    assert table.loc["interview-1", "coder-a"].tolist() == [0, 1, 1]


def test_reliability_has_one_row_per_code_with_percent_agreement_beside_alpha(coding):
    table = measure_reliability(coding, voice=ENGLISH).set_index("code")
    assert list(table.index) == ["quick_response", "final_answer", "asked"]
    # final_answer: a = 1 0 1, b = 1 0 0. n1 = n0 = 3, observed 2/6, expected 2·3·3/(6·5) = 0.6.
    assert table.loc["final_answer", "value"] == pytest.approx(1 - (2 / 6) / 0.6)
    assert table.loc["final_answer", ["units", "applied"]].tolist() == [3, 2]
    assert table.loc["final_answer", "percent_agreement"] == pytest.approx(2 / 3)
    assert table.loc["final_answer", "dimensions"] == "closure; speed"


def test_a_code_that_nobody_gave_has_a_note_instead_of_alpha(coding):
    unused = measure_reliability(coding, voice=ENGLISH).set_index("code").loc["quick_response"]
    assert unused["percent_agreement"] == 1.0
    assert unused["note"].startswith("every rating has the same value")


def test_reliability_of_one_coder_is_refused(coding):
    with pytest.raises(CodingError, match=r"^reliability needs two coders or more; found coder-a$"):
        measure_reliability(coding, coders=["coder-a"])


def test_unknown_names_are_answered_with_the_nearest(coding):
    with pytest.raises(CodingError, match=r"^nobody coded as 'coder-c'; did you mean 'coder-b'\?$"):
        measure_reliability(coding, coders=["coder-a", "coder-c"])
    with pytest.raises(CodebookError, match=r"^the codebook has no dimension 'closur'; did you mean 'closure'\?$"):
        coding.of_dimension("closur")
    with pytest.raises(SourceError, match=r"^there is no source 'interview-3'; did you mean"):
        coding.of_source("interview-3")


def test_every_fault_of_a_file_is_told_at_once_with_its_row(tmp_path, sources):
    path = write(
        tmp_path,
        [
            row("We answer"),
            row("We answer", "final_anser", source="interview-9"),
            row("We answer", direction="support", coder="coder-c"),
            row("We answer", start=5, end=5),
            row("We answer", start="x"),
            row("We answer", end=len(TEXT) + 1),
            row("We answer", start=TEXT.index("We answer") - 1),
            row("within a day", at="yesterday"),
            row("We answer"),
        ],
    )
    assert faults(path, sources) == [
        "FILE, row 3: there is no source 'interview-9'; did you mean 'interview-2'?",
        "FILE, row 3: the codebook has no code 'final_anser'; did you mean 'final_answer'?",
        "FILE, row 4: there is no direction 'support'; expected supports, hinders, absent, context; "
        "did you mean 'supports'?",
        "FILE, row 4: there is no coder 'coder-c'; expected coder-a; did you mean 'coder-a'?",
        "FILE, row 5: the segment ends at 5 and starts at 5; expected an end after its start",
        f"FILE, row 6: start is 'x' and end '{TEXT.index('We') + 9}'; expected whole numbers from 0",
        f"FILE, row 7: the segment ends at {len(TEXT) + 1}; expected {len(TEXT)} at most, where interview-1 ends",
        "FILE, row 8: the quote reads 'We answer', but interview-1 reads ' We answer' from 64 to 74",
        "FILE, row 9: the time is 'yesterday'; expected one such as 2021-03-04T10:30",
        "FILE, row 10: the same segment, code and direction stand in an earlier row",
    ]


def test_a_long_quote_is_shown_from_where_it_differs(tmp_path, sources):
    quote = TEXT[-80:]
    path = write(tmp_path, [row(quote) | {"quote": quote[:60] + "X" + quote[61:]}])
    (fault,) = faults(path, sources)
    assert fault == (
        "FILE, row 2: the quote reads '…orter.\\n\\nInformant: TXe agency closes it.', "
        "but interview-1 reads '…orter.\\n\\nInformant: The agency closes it.' "
        f"from {len(TEXT) - 80} to {len(TEXT)}"
    )


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path, sources):
    over_two_lines = row(TEXT[TEXT.index("Nobody") : TEXT.index("agency")])
    path = write(tmp_path, [over_two_lines, row("We answer", "x")])
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r\n\r\n", 1))
    assert faults(path, sources) == ["FILE, row 4: the codebook has no code 'x'"]


def test_missing_and_unknown_columns_are_named(tmp_path, sources):
    columns = ["codes", *(name for name in COLUMNS if name not in ("code", "memo"))]
    path = write(tmp_path, [row("We answer")], columns=columns)
    assert faults(path, sources) == [
        "FILE: no column 'code'; did you mean 'codes'?",
        "FILE: no column 'memo'",
        "FILE: unknown column 'codes'; did you mean 'code'?",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"source,\xff", "FILE: byte 8 is not UTF-8; save the file as UTF-8"),
        (b'source,"code', "FILE: is no CSV file: unexpected end of data"),
        (",".join(COLUMNS).encode() + b"\ninterview-1,3\n", "FILE, row 2: 2 cells; expected 10"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, sources, content, sentence):
    path = tmp_path / "coder-a.csv"
    path.write_bytes(content)
    assert faults(path, sources) == [sentence]


def test_missing_files_and_empty_folders_are_told(tmp_path, sources):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CodingError) as error:
        read_coding([tmp_path / "empty", tmp_path / "none.csv"], CODEBOOK, sources)
    assert str(error.value).splitlines() == [
        f"{tmp_path}/empty: holds no .csv file",
        f"{tmp_path}/none.csv: there is no such file",
    ]


def test_named_coders_may_write_files_of_any_name(tmp_path, sources):
    path = write(tmp_path, [row("We answer", coder="ani"), row("We answer", coder="budi")], "all.csv")
    assert read_coding(path, CODEBOOK, sources, coders=["ani", "budi"]).coders == ("ani", "budi")
    assert faults(path, sources, coders=["ani"]) == ["FILE, row 3: there is no coder 'budi'; expected ani, adjudicator"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations(range(4)))
def test_the_order_of_rows_plays_no_part(tmp_path, sources, order):
    rows = [row("We answer"), row("Nobody asks", "asked"), row("agency"), row("We", direction="hinders")]
    path = write(tmp_path, rows)
    expected = read_coding(path, CODEBOOK, sources)
    write(tmp_path, [rows[place] for place in order])
    assert read_coding(path, CODEBOOK, sources) == expected

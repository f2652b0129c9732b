"""The texts of a project and the selections in them, however their places are counted."""

import pytest
from small_exchange import CODE, archive, losses, selection

from cmresearch.exchange.refi_project_reading import read_qdpx


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

"""Frames: which complaints could be drawn, each in exactly one stratum."""

import re

import duckdb
import pytest

from cmresearch import frame as frames
from cmresearch.errors import FrameError, IntakeError
from cmresearch.language.voice import ENGLISH
from cmresearch.sampling.frame import check_ids, read_frame

SIX = "id,channel,city,hours\n1,JAKI,North,1\n2,Qlue,North,3\n3,JAKI,South,\n4,JAKI,South,8\n5,SMS,North,2\n6,Qlue,,4\n"


def saying(text):
    return f"^{re.escape(text)}$"


@pytest.fixture
def export(tmp_path):
    def write(text=SIX, name="export.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


@pytest.fixture
def parquet(tmp_path):
    def write(sql):
        path = tmp_path / "export.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
        return path

    return write


def test_each_complaint_is_in_one_stratum_and_strata_stand_in_the_order_of_their_labels(export):
    frame = read_frame(export(), id="id", strata="channel")
    assert dict(frame.sizes) == {"JAKI": 3, "Qlue": 2, "SMS": 1}
    assert list(frame.sizes) == ["JAKI", "Qlue", "SMS"]
    assert (frame.size, frame.full_size) == (6, 6)


def test_strata_of_two_columns_are_their_combinations(export):
    frame = read_frame(export(), id="id", strata=["channel", "city"], where="city <> ''")
    assert frame.sizes == {"JAKI / North": 1, "JAKI / South": 2, "Qlue / North": 1, "SMS / North": 1}
    assert frame.values["JAKI / South"] == ("JAKI", "South")


def test_a_stratum_that_the_filter_empties_is_there_with_nothing_in_it(export):
    frame = read_frame(export(), id="id", strata="channel", where="city = 'North' AND channel <> 'SMS'")
    assert frame.sizes == {"JAKI": 1, "Qlue": 1, "SMS": 0}


def test_every_row_of_the_export_is_accounted_for(export):
    table = read_frame(export(), id="id", strata="channel", where="city = 'South'").accounting(ENGLISH)
    assert table["rows"].tolist() == ["rows in the export", "set aside by the filter", "complaints in the frame"]
    assert table["count"].tolist() == [6, 4, 2]


def test_a_missing_stratum_outside_the_frame_does_no_harm(export):
    assert read_frame(export(), id="id", strata="city", where="channel <> 'Qlue'").sizes == {"North": 2, "South": 2}


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0"], ids=["nothing", "spaces", "no-break space"])
def test_a_blank_stratum_is_refused_with_the_count_and_an_example(export, blank):
    path = export(f"id,channel\n7,JAKI\n8,{blank}\n9,{blank}\n")
    message = "export.csv: 2 complaints with a blank stratum, column 'channel' (for example id '8')"
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(path, id="id", strata="channel")


def test_all_faults_of_the_rows_are_told_at_once(export):
    path = export("id,channel\n,JAKI\n1,\n2,JAKI\n2,JAKI\n")
    message = (
        "export.csv: 1 complaints with no id in column 'id'\n"
        "export.csv: 1 complaints with a blank stratum, column 'channel' (for example id '1')\n"
        "export.csv: 1 ids are not unique in column 'id': '2' 2 times"
    )
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(path, id="id", strata="channel")


def test_a_repeated_id_outside_the_frame_does_no_harm(export):
    path = export("id,channel,kept\n1,A,yes\n1,A,no\n2,B,yes\n")
    assert read_frame(path, id="id", strata="channel", where="kept = 'yes'").sizes == {"A": 1, "B": 1}
    with pytest.raises(FrameError, match="1 ids are not unique in column 'id': '1' 2 times"):
        read_frame(path, id="id", strata="channel")


def test_repeated_ids_of_a_large_frame_are_found_when_it_is_certified(export, monkeypatch):
    monkeypatch.setattr(frames, "IDS_AT_ONCE", 3)
    frame = read_frame(export("id,channel\n1,A\n2,A\n3,B\n4,B\n2,B\n5,A\n4,A\n2,A\n"), id="id", strata="channel")
    with pytest.raises(
        FrameError, match=saying("export.csv: 2 ids are not unique in column 'id': '2' 3 times, '4' 2 times")
    ):
        check_ids(frame)


def test_ids_that_begin_alike_are_different_ids(export):
    assert read_frame(export("id,channel\n1,A\n10,A\n100,A\n01,A\n1 ,A\n"), id="id", strata="channel").size == 5


@pytest.mark.parametrize("character", ["\t", "\x01", "\x1f", "\x7f", "\x80", "\x9f"])
def test_any_control_character_in_an_id_is_found_among_others(export, character):
    ids = [f"pengaduan é\\'{number}" for number in range(3)] + [f"é{character}"]
    rows = "".join(f"{id},A\n" for id in ids)
    with pytest.raises(FrameError, match="1 complaints with a control character in the id"):
        read_frame(export("id,channel\n" + rows), id="id", strata="channel")


def test_letters_of_any_script_and_all_signs_may_stand_in_an_id(export):
    ids = ["é", "苦情-1", "\\x00", "it's", 'a""b', "😷", "\u00a0", " ", "~"]
    rows = "".join(f'"{id}",A\n' for id in ids)
    assert read_frame(export("id,channel\n" + rows), id="id", strata="channel").size == len(ids)


def test_a_control_character_in_an_id_is_refused(export):
    message = "export.csv: 1 complaints with a control character in the id, column 'id' (for example id '1\\x1f')"
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export("id,channel\n1\x1f,A\n2,A\n"), id="id", strata="channel")


def test_a_misspelt_column_is_refused_with_the_nearest_name(export):
    message = (
        "export.csv has no column 'ids'; did you mean 'id'?\nexport.csv has no column 'chanel'; did you mean 'channel'?"
    )
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export(), id="ids", strata="chanel")


def test_floating_point_ids_are_refused(parquet):
    message = (
        "export.parquet, column 'id': holds DOUBLE values, which programs write differently; "
        "save it as text or whole numbers"
    )
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(parquet("SELECT 1.0::DOUBLE AS id, 'A' AS channel"), id="id", strata="channel")


@pytest.mark.parametrize(
    ("value", "text"),
    [("7::INTEGER", "7"), ("1.50::DECIMAL(5,2)", "1.50"), ("DATE '2020-03-02'", "2020-03-02"), ("'007'", "007")],
    ids=["integer", "decimal", "date", "text"],
)
def test_ids_of_parquet_are_the_texts_that_every_engine_writes(parquet, value, text):
    frame = read_frame(parquet(f"SELECT {value} AS id, 'A' AS channel"), id="id", strata="channel")
    assert frame.read_values(["id"])["id"].tolist() == [text]


def test_a_missing_value_and_an_empty_text_are_the_same_stratum_fault(parquet):
    path = parquet("SELECT * FROM (VALUES (1, NULL), (2, ''), (3, 'A')) AS t(id, channel)")
    with pytest.raises(FrameError, match="2 complaints with a blank stratum, column 'channel'"):
        read_frame(path, id="id", strata="channel")


def test_labels_that_differ_in_case_or_hold_quotes_are_strata_of_their_own(export):
    frame = read_frame(export('id,channel\n1,web\n2,Web\n3,it\'s\n4,"say ""hi"""\n'), id="id", strata="channel")
    assert frame.sizes == {"Web": 1, "it's": 1, 'say "hi"': 1, "web": 1}


def test_two_strata_that_would_share_a_label_are_refused(export):
    path = export("id,a,b\n1,x / y,z\n2,x,y / z\n")
    with pytest.raises(FrameError, match=saying("two strata of columns a, b have one label; a value holds ' / '")):
        read_frame(path, id="id", strata=["a", "b"])


@pytest.mark.parametrize(
    "where",
    ["1=1) --", "channel = 'A' -- only A", "true; DROP VIEW complaints", "true) OR (true", "/* all */ true"],
)
def test_a_filter_that_is_not_one_expression_is_refused(export, where):
    message = (
        f"the filter {where!r}: expected one SQL expression, without semicolon, comment or a closing bracket too many"
    )
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export(), id="id", strata="channel", where=where)


def test_semicolons_and_dashes_inside_a_text_are_part_of_the_text(export):
    path = export('id,channel\n1,"a;--b"\n2,c\n')
    assert read_frame(path, id="id", strata="channel", where="channel = 'a;--b'").size == 1


@pytest.mark.parametrize("changing", ["random()", "now( )", "current_date", "Today()"])
def test_a_filter_whose_answer_changes_from_day_to_day_is_refused(export, changing):
    what = changing.rstrip("() ")
    with pytest.raises(FrameError, match=f"{what} gives another answer at another time"):
        read_frame(export(), id="id", strata="channel", where=f"{changing} IS NOT NULL")


def test_a_filter_that_is_no_condition_is_refused(export):
    message = "the filter 'channel': gives VARCHAR values; expected true or false"
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export(), id="id", strata="channel", where="channel")


def test_a_filter_of_several_columns_is_refused(export):
    with pytest.raises(FrameError, match=saying("the filter '*': gives 4 columns; expected one value")):
        read_frame(export(), id="id", strata="channel", where="*")


def test_a_filter_may_ask_the_export_itself(export):
    where = "channel IN (SELECT channel FROM complaints GROUP BY channel HAVING count(*) > 1)"
    assert read_frame(export(), id="id", strata="channel", where=where).sizes == {"JAKI": 3, "Qlue": 2, "SMS": 0}


def test_a_filter_that_keeps_nothing_is_refused(export):
    message = "export.csv gives an empty frame: the filter \"channel = 'x'\" keeps none of its rows"
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export(), id="id", strata="channel", where="channel = 'x'")


def test_an_expression_reaches_no_other_file(export, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("id\n1\n", encoding="utf-8")
    where = f"id IN (SELECT id FROM read_csv('{other}'))"
    with pytest.raises((FrameError, IntakeError), match="Cannot access file"):
        read_frame(export(), id="id", strata="channel", where=where)


def test_register_variables_are_computed_exactly_over_those_for_which_they_are_known(export):
    variables = {
        "days": "CAST(nullif(hours, '') AS INTEGER) / 24.0",
        "quick": "CAST(nullif(hours, '') AS INTEGER) <= 3",
    }
    frame = read_frame(export(), id="id", strata="channel", variables=variables)
    assert frame.mean("days") == pytest.approx((1 + 3 + 8 + 2 + 4) / 5 / 24)
    assert frame.median("days") == pytest.approx(3 / 24)
    assert frame.share("quick") == pytest.approx(3 / 5)
    table = frame.summary("quick", by="channel").set_index("domain")
    assert table.loc["JAKI", ["mean", "known", "unknown"]].tolist() == [0.5, 2, 1]


@pytest.mark.parametrize(
    "name", ["v", "d", "m", "c", "b", "label", "bound", "times", "n", "complaints", 'say "x"', "a;b"]
)
def test_no_column_name_of_an_export_gets_in_the_way(export, name):
    quoted = '"' + name.replace('"', '""') + '"'
    path = export(f"id,channel,{quoted}\n1,A,3\n2,B,5\n")
    frame = read_frame(path, id="id", strata=["channel"], variables={"x": f"CAST({quoted} AS INTEGER)"})
    assert frame.summary("x", by=[name])["mean"].tolist() == [3, 5]
    assert frame.sizes == {"A": 1, "B": 1}


def test_an_unknown_variable_is_refused_with_the_nearest_name(export):
    frame = read_frame(export(), id="id", strata="channel")
    with pytest.raises(FrameError, match=saying("the frame has no variable 'hour'; did you mean 'hours'?")):
        frame.mean("hour")

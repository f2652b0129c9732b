"""Fingerprints of frames: by hand, whatever the order, and where they differ."""

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_draw import ROWS, as_csv, by_hand, changed, sha256, small_frame

from cmresearch.errors import SampleError
from cmresearch.sampling.fingerprints import fingerprint, read_buckets, read_rows, record_fingerprint
from cmresearch.sampling.frame import read_frame


def test_both_fingerprints_are_what_ten_lines_of_python_give(tmp_path):
    made = fingerprint(small_frame(tmp_path), ["received", "words"])
    assert made.membership == by_hand(ROWS, [0, 1])
    assert made.content == by_hand(ROWS, [0, 1, 2, 3])


def test_the_order_of_the_rows_plays_no_part(tmp_path):
    made = fingerprint(small_frame(tmp_path), ["words"])
    assert fingerprint(small_frame(tmp_path, as_csv(ROWS[::-1])), ["words"]) == made


def test_without_content_columns_the_content_is_the_membership(tmp_path):
    made = fingerprint(small_frame(tmp_path), [])
    assert made.membership == made.content == by_hand(ROWS, [0, 1])


def test_empty_fields_and_line_breaks_stand_in_the_line_as_they_are(tmp_path):
    rows = [("b", "x", "", ""), ("a", "x", "", "1\n2"), ("ab", "y", "\x1e", "é")]
    made = fingerprint(small_frame(tmp_path, as_csv(rows)), ["received", "words"])
    assert made.content == by_hand(rows, [0, 1, 2, 3])


def test_values_of_any_type_stand_in_the_lines_as_the_text_of_the_file(tmp_path):
    path = tmp_path / "typed.parquet"
    columns = (
        "i AS id, DATE '2020-01-31' + i::INTEGER AS day, "
        "TIMESTAMP '2020-01-01 00:00:00.5' + INTERVAL (i) HOUR AS moment, "
        "CASE WHEN i % 3 > 0 THEN i % 2 = 0 END AS open, (i / 8)::DECIMAL(9, 3) AS share, i % 5 AS code"
    )
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns} FROM range(100) AS r(i)) TO '{path}' (FORMAT parquet)")
        texts = "SELECT COALESCE(CAST(COLUMNS(*) AS VARCHAR), '') FROM"
        rows = connection.execute(f"{texts} (SELECT id, code, day, moment, open, share FROM '{path}')").fetchall()
    made = fingerprint(read_frame(path, id="id", strata="code"), ["day", "moment", "open", "share"])
    assert (made.membership, made.content) == (by_hand(rows, [0, 1]), by_hand(rows, range(6)))


def test_strata_that_the_filter_leaves_out_and_strata_made_from_columns_take_no_part(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,channel,days\n1,web,3\n2,,9\n3,mail,30\n4,sms,1\n", encoding="utf-8")
    frame = read_frame(
        path,
        id="id",
        strata=["channel", "late"],
        where="channel <> '' AND channel <> 'sms'",
        variables={"late": "CAST(days AS INTEGER) > 7"},
    )
    rows = [("1", "web", "false", "3"), ("3", "mail", "true", "30")]
    made = fingerprint(frame, ["days"])
    assert (made.membership, made.content) == (by_hand(rows, [0, 1, 2]), by_hand(rows, [0, 1, 2, 3]))


def test_a_complaint_in_another_stratum_changes_membership_in_its_bucket_alone(tmp_path):
    made = fingerprint(small_frame(tmp_path), ["words"])
    moved = fingerprint(small_frame(tmp_path, as_csv(changed(ROWS, "JK05", "channel", "Qlue"))), ["words"])
    differing = [name for name in made.buckets if made.buckets[name] != moved.buckets[name]]
    assert moved.membership != made.membership
    assert differing == [sha256("JK05")[:3]]


def test_other_words_change_the_content_and_not_the_membership(tmp_path):
    made = fingerprint(small_frame(tmp_path), ["words"])
    other = fingerprint(small_frame(tmp_path, as_csv(changed(ROWS, "JK05", "words", "new"))), ["words"])
    assert other.membership == made.membership
    assert other.content != made.content


def test_only_the_frame_is_fingerprinted_not_what_the_filter_leaves_out(tmp_path):
    kept = [row for row in ROWS if row[2] > "2020-03-10"]
    made = fingerprint(small_frame(tmp_path, where="received > '2020-03-10'"), ["words"])
    assert made == fingerprint(small_frame(tmp_path, as_csv(kept)), ["words"])


def test_the_separator_in_a_field_is_refused(tmp_path):
    frame = small_frame(tmp_path, as_csv(changed(ROWS, "JK05", "words", "a\x1fb")))
    message = "1 complaints hold the control character U+001F, which separates fields in fingerprints"
    with pytest.raises(SampleError, match=re.escape(message)):
        fingerprint(frame, ["words"])


def test_the_bucket_file_holds_every_bucket_and_can_be_read_back(tmp_path):
    made = fingerprint(small_frame(tmp_path), ["words"])
    path = tmp_path / "frame-buckets.csv"
    path.write_text(made.to_csv(), encoding="utf-8")
    buckets = read_buckets(path)
    assert len(buckets) == 4096
    assert sum(count for count, _, _ in buckets.values()) == 20
    assert {name: row for name, row in buckets.items() if row[0]} == made.buckets


def test_a_file_that_is_no_bucket_file_is_refused(tmp_path):
    path = tmp_path / "frame-buckets.csv"
    path.write_text("bucket,complaints\n000,1\n", encoding="utf-8")
    with pytest.raises(SampleError, match=r"frame-buckets\.csv is not a bucket file"):
        read_buckets(path)


def test_a_row_of_another_width_is_refused_with_its_number(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(SampleError, match=re.escape(f"{path}, row 2: 1 cells; the header has 2")):
        read_rows(path)


def test_long_texts_and_line_breaks_are_read_back_to_the_letter(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text('id,words\n1,"' + "x" * 200_000 + '\r\ny"\n', encoding="utf-8", newline="")
    assert read_rows(path) == [{"id": "1", "words": "x" * 200_000 + "\r\ny"}]


def test_a_record_is_fingerprinted_with_all_its_fields():
    assert record_fingerprint(["1", "", "x"]) == sha256("1\x1f\x1fx\n")


WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\x1f\r"), max_size=12)
IDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(IDS, st.sampled_from(["A", "a", "it's"]), WORDS), min_size=1, unique_by=lambda r: r[0]))
def test_any_text_whatever_gives_the_fingerprint_by_hand(shared_folder, rows):
    path = shared_folder / "any.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (id VARCHAR, channel VARCHAR, words VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    made = fingerprint(read_frame(path, id="id", strata="channel"), ["words"])
    assert (made.membership, made.content) == (by_hand(rows, [0, 1]), by_hand(rows, [0, 1, 2]))


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("frames")

"""The hashes of a frame's buckets, the same in one pass, on disk and in ranges."""

import duckdb
import pytest
from small_draw import ROWS, as_csv, by_hand, small_frame

from cmresearch import frame as frames
from cmresearch.errors import FrameError, IntakeError
from cmresearch.sampling import bucket_hashes
from cmresearch.sampling.fingerprints import fingerprint
from cmresearch.sampling.frame import read_frame


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """More complaints than come in one part, their rows in no order, the ids of different lengths."""
    path = tmp_path_factory.mktemp("many") / "many.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'K' || (i * 7919 % 300007) AS id, 'é ' || i % 3 AS channel, 'words ' || i * i AS words "
            f"FROM range(300000) AS r(i)) TO '{path}' (FORMAT parquet)"
        )
        rows = connection.execute(f"SELECT id, channel, words FROM '{path}'").fetchall()
    return path, rows


def test_more_lines_than_come_at_once_give_the_fingerprint_by_hand(many):
    path, rows = many
    made = fingerprint(read_frame(path, id="id", strata="channel"), ["words"])
    assert (made.membership, made.content) == (by_hand(rows, [0, 1]), by_hand(rows, [0, 1, 2]))


def test_lines_that_are_sorted_on_disk_give_the_same(many):
    frame = read_frame(many[0], id="id", strata="channel")
    whole = fingerprint(frame, ["words"])
    frame.complaints.query("SET memory_limit = '40MB'")
    assert fingerprint(frame, ["words"]) == whole


@pytest.mark.parametrize("at_once", [1_000, 350_000_000])
def test_one_portable_query_in_however_many_ranges_gives_the_same(tmp_path, monkeypatch, at_once):
    frame = small_frame(tmp_path)
    monkeypatch.setattr(bucket_hashes, "AT_ONCE", at_once)
    for columns in ([], ["words"], ["received", "words"]):
        assert bucket_hashes._by_sql(frame, columns) == fingerprint(frame, columns).buckets


def test_repeated_ids_are_refused_in_a_frame_too_large_to_be_asked_when_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "IDS_AT_ONCE", 5)
    twice = [*ROWS, ("JK03", "JAKI", "2020-04-01", "other words")]
    frame = small_frame(tmp_path, as_csv(twice))
    with pytest.raises(FrameError, match="1 ids are not unique in column 'id': 'JK03' 2 times"):
        fingerprint(frame, ["words"])


def test_ids_whose_hashes_alone_are_equal_are_not_refused(tmp_path):
    frame = small_frame(tmp_path)
    whole = fingerprint(frame, ["words"])
    frame.complaints.query("CREATE MACRO hash(id) AS 7::UBIGINT")
    assert fingerprint(frame, ["words"]) == whole


def test_a_fault_that_shows_only_while_lines_are_read_is_told_with_the_file(tmp_path):
    frame = small_frame(tmp_path)
    with pytest.raises(IntakeError, match=r"^export\.csv: Could not convert string 'JK.*text' to INT32"):
        list(frame.complaints.batches("SELECT CAST(id || 'text' AS INTEGER) FROM complaints"))

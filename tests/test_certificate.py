"""Certificates: the same bytes each time, the order of events, and the published form."""

import json
import re

import pytest
from small_draw import ROWS, SEED, as_csv, drawn, export, small_frame

from cmresearch.errors import SampleError
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import (
    SCHEMA,
    Certificate,
    certify,
    commit,
    read_certificate,
    sample_files,
    schema_text,
    write_sample,
)
from cmresearch.sampling.drawing import draw, ticket
from cmresearch.sampling.frame import read_frame


def certified(frame, size=8, **options):
    sample = draw(frame, allocate(frame, size), seed=SEED)
    return certify(sample, frame, **options)[0]


def test_the_same_draw_is_the_same_bytes_and_no_time_is_in_them(tmp_path):
    first, second = drawn(tmp_path)[0], drawn(tmp_path, out="again")[0]
    for name in ("sample.csv", "certificate.json", "frame-buckets.csv", "verify_sample.py"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_it_says_what_was_drawn_and_how(tmp_path):
    _, sample, _ = drawn(tmp_path)
    certificate = read_certificate(tmp_path / "drawn" / "certificate.json")
    assert certificate.seed.text == SEED
    assert certificate.frame.rows == certificate.source.rows == 20
    assert {part.stratum: (part.frame_size, part.sample_size) for part in certificate.strata} == {
        "JAKI": (14, 6),
        "Qlue": (6, 2),
    }
    assert certificate.strata[0].cut_off == max(ticket(SEED, id) for id in sample.ids[:6])
    assert [record.id for record in certificate.records] == list(sample.ids)


def test_it_says_that_a_commitment_nobody_saw_proves_nothing(tmp_path):
    frame = small_frame(tmp_path)
    assert "proves no order of events" in certified(frame).commitment.note
    assert certified(frame, published="the city's gazette of 30 April").commitment.note == ""


def test_the_commitment_is_known_before_the_seed_and_stands_in_the_certificate(tmp_path):
    frame = small_frame(tmp_path)
    commitment = commit(frame, allocate(frame, 8))
    assert certified(frame).commitment.sha256 == commitment.sha256
    assert SEED not in commitment.content


@pytest.mark.parametrize("other", ["size", "frame"])
def test_another_frame_or_size_is_another_commitment(tmp_path, other):
    frame = small_frame(tmp_path)
    before = commit(frame, allocate(frame, 8)).sha256
    frame = small_frame(tmp_path, as_csv(ROWS[1:])) if other == "frame" else frame
    assert commit(frame, allocate(frame, 9 if other == "size" else 8)).sha256 != before


def test_the_published_schema_is_the_form_of_the_certificate():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["properties"]["version"]["const"] == 1


def test_a_grown_sample_names_the_one_it_grew_from(tmp_path):
    frame = small_frame(tmp_path)
    small = draw(frame, allocate(frame, 8), seed=SEED)
    first, _ = certify(small, frame)
    large = draw(frame, allocate(frame, 14, at_least=small.allocation.sample_sizes), seed=SEED)
    second, _ = certify(large, frame, earlier=first)
    assert second.earlier is not None
    assert (second.earlier.relation, second.earlier.certificate_sha256) == ("grown from", first.sha256)
    assert set(small.ids) < set(large.ids)


def test_a_sample_that_lacks_some_of_the_earlier_one_did_not_grow_from_it(tmp_path):
    frame = small_frame(tmp_path)
    first = certified(frame)
    other = draw(frame, allocate(frame, 14), seed="another seed")
    with pytest.raises(SampleError, match="did not grow from the earlier one: complaints of that one are missing"):
        certify(other, frame, earlier=first)


def test_a_sample_that_avoids_another_names_it_and_lists_its_ids(tmp_path):
    frame = small_frame(tmp_path)
    first = certified(frame)
    ids = [record.id for record in first.records]
    other = draw(frame, allocate(frame, 6), seed="another seed", avoiding=ids)
    second, _ = certify(other, frame, earlier=first)
    assert second.avoided == tuple(sorted(ids))
    assert commit(frame, allocate(frame, 6), avoided=first).sha256 == second.commitment.sha256
    with pytest.raises(SampleError, match="the sample avoids an earlier one; its certificate has to be named"):
        certify(other, frame)


def test_an_earlier_sample_of_another_frame_is_refused(tmp_path):
    first = certified(small_frame(tmp_path))
    frame = small_frame(tmp_path, as_csv(ROWS[:-1]))
    sample = draw(frame, allocate(frame, 6), seed=SEED, avoiding=[record.id for record in first.records])
    with pytest.raises(SampleError, match="the earlier sample was drawn from another frame: its ids or strata differ"):
        certify(sample, frame, earlier=first)


def test_columns_without_an_exact_text_are_named_and_left_out(tmp_path):
    import duckdb

    path = tmp_path / "export.parquet"
    with duckdb.connect() as connection:
        rows = "SELECT CAST(i AS VARCHAR) AS id, 'A' AS channel, i / 3.0::DOUBLE AS hours FROM range(10) AS t(i)"
        connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    certificate = certified(read_frame(path, id="id", strata="channel"), size=4)
    assert certificate.frame.columns_without_exact_text == ["hours"]
    assert certificate.record_columns == ["id", "channel"]


def test_a_sample_is_handed_on_in_five_files(tmp_path):
    frame = small_frame(tmp_path)
    sample = draw(frame, allocate(frame, 8), seed=SEED)
    files = sample_files(sample, *certify(sample, frame))
    assert sorted(files) == ["certificate.json", "frame-buckets.csv", "run.json", "sample.csv", "verify_sample.py"]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    from cmresearch.files.writing import WritingError

    frame = small_frame(tmp_path)
    sample = draw(frame, allocate(frame, 8), seed=SEED)
    with pytest.raises(WritingError, match=re.escape(f"cannot write to {export(tmp_path)}: File exists")):
        write_sample(export(tmp_path), sample, *certify(sample, frame))


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("version", 2, "version: Input should be 1, found 2"),
        ("seed", {"text": 2026, "source": "x"}, "seed.text: Input should be a valid string, found 2026"),
        ("comment", "x", "comment: Extra inputs are not permitted"),
        ("study_sha256", "abc", "study_sha256: String should match pattern"),
    ],
)
def test_what_is_no_certificate_is_refused_with_the_place(tmp_path, key, value, fault):
    folder, _, _ = drawn(tmp_path)
    path = folder / "certificate.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), encoding="utf-8")
    with pytest.raises(SampleError, match=re.escape(f"{path}, {fault}")):
        read_certificate(path)


def test_a_missing_certificate_is_an_error(tmp_path):
    with pytest.raises(SampleError, match=re.escape(f"there is no certificate {tmp_path / 'certificate.json'}")):
        read_certificate(tmp_path / "certificate.json")


def test_a_certificate_is_read_back_as_it_was_written(tmp_path):
    certificate = certified(small_frame(tmp_path))
    assert Certificate.model_validate(json.loads(certificate.to_json())) == certificate

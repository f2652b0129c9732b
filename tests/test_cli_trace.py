"""The verb that says what a figure, a status or a finding rests on."""

import json

import pytest

from cmresearch.cli import main
from cmresearch.report.results import EVIDENCE
from cmresearch.study.evidence.building import evidence_of, segment_id


@pytest.fixture(scope="module")
def chain(small_run):
    return evidence_of(small_run)


def trace(capsys, *words):
    status = main(["trace", *map(str, words)])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_trace_shows_the_sentence_under_a_status(small_run, capsys):
    segment = next(iter(small_run.words.coding.adjudicated))
    status, out, _ = trace(
        capsys, f"segment:{segment_id(segment).removeprefix('segment:')}", "--study", small_run.study.folder
    )
    assert status == 0
    assert segment.quote[:20] in " ".join(out.split())


def test_trace_of_a_file_goes_down_and_up(chain, tmp_path, capsys):
    path = tmp_path / EVIDENCE
    path.write_text(chain.to_json(), encoding="utf-8")
    record = next(node.id for node in chain.nodes if node.kind == "record")
    _, down, _ = trace(capsys, "estimate:closed_within_7_days:proportion:true:all", "--evidence", path, "--json")
    _, up, _ = trace(capsys, record, "--up", "--evidence", path, "--json")
    assert record in {row["id"] for row in json.loads(down)}
    assert "estimate:closed_within_7_days:proportion:true:all" in {row["id"] for row in json.loads(up)}


def test_trace_of_nothing_counts_the_kinds_and_an_unknown_id_is_an_error(chain, tmp_path, capsys):
    path = tmp_path / EVIDENCE
    path.write_text(chain.to_json(), encoding="utf-8")
    _, out, _ = trace(capsys, "--evidence", path, "--json")
    assert {row["kind"]: row["nodes"] for row in json.loads(out)}["record"] == 8
    status, _, error = trace(capsys, "statu:x", "--evidence", path)
    assert status == 2
    assert error.startswith("cmresearch trace: the evidence has no 'statu:x'")

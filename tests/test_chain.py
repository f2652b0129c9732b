"""The file of the evidence: what an edit by hand, another file and an unknown id are answered with."""

import json

import pytest

from cmresearch.errors import EvidenceError
from cmresearch.report.results import EVIDENCE
from cmresearch.study.evidence.building import evidence_of
from cmresearch.study.evidence.chain import SCHEMA, check_evidence, read_evidence, schema_text


@pytest.fixture(scope="module")
def chain(small_run):
    return evidence_of(small_run)


def test_every_link_of_a_run_holds(chain):
    assert check_evidence(chain) == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda nodes: nodes[0].update(id="record:other"), "rests on .* which does not stand before it"),
        (lambda nodes: nodes[0]["says"].update(stratum="elsewhere"), "its hash is not that of what it says"),
        (lambda nodes: nodes.append(nodes[-1]), "stands twice"),
    ],
)
def test_an_evidence_file_edited_by_hand_is_refused(chain, tmp_path, change, fault):
    content = json.loads(chain.to_json())
    change(content["nodes"])
    path = tmp_path / EVIDENCE
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(EvidenceError, match=fault):
        read_evidence(path)


@pytest.mark.parametrize("text", ["{}", "[", '{"evidence": "cmresearch-evidence", "version": 2, "nodes": []}'])
def test_another_file_is_no_evidence_file(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match="is not an evidence file"):
        read_evidence(path)


def test_an_unknown_id_has_the_nearest_spelling(chain):
    with pytest.raises(EvidenceError, match="did you mean 'status:create_closure'"):
        chain.node("status:create_closur")


def test_the_published_schema_is_the_form_of_the_file():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["properties"]["version"]["const"] == 1

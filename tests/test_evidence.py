"""The chain of evidence: from a finding down to the record and the sentence, each link with its hash."""

import json
import re
from dataclasses import replace

import pytest
from small_study import write_study, write_study_with_words

from cmresearch.cli import main
from cmresearch.errors import EvidenceError
from cmresearch.report.results import EVIDENCE, write_results
from cmresearch.report.shareable import shareable
from cmresearch.study.evidence.building import evidence_of, segment_id
from cmresearch.study.evidence.chain import SCHEMA, check_evidence, read_evidence, schema_text
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study
from cmresearch.triangulation.assessment import Decision
from cmresearch.triangulation.convergence import JointDisplay


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return shareable(run_study(open_study(write_study_with_words(tmp_path_factory.mktemp("study")))))


@pytest.fixture(scope="module")
def chain(run):
    return evidence_of(run)


def leaves(chain, id):
    """The kinds of everything at the bottom below a node."""
    below = chain.below(id)
    return set().union(*(leaves(chain, each.id) for each in below)) if below else {id.partition(":")[0]}


def test_every_link_of_a_run_holds(chain):
    assert check_evidence(chain) == ()


def test_an_estimate_leads_to_the_drawn_complaints_and_their_fingerprints(run, chain):
    records = {each.id: each.fingerprint for each in run.draw.certificate.records}
    estimate = chain.node("estimate:closed_within_7_days:proportion:true:all")
    reached = {each.id: each for stratum in chain.below(estimate.id) for each in chain.below(stratum.id)}
    assert {id.removeprefix("record:"): each.says["fingerprint"] for id, each in reached.items()} == records


def test_a_status_leads_to_its_sentences_and_to_the_complaints_of_its_indicators(chain):
    statuses = [node.id for node in chain.nodes if node.kind == "status"]
    found = set().union(*(leaves(chain, id) for id in statuses))
    assert {"source", "code", "record"} <= found


def test_a_segment_in_the_chain_is_where_its_offsets_say(run, chain):
    for segment in run.words.coding.adjudicated:
        says = chain.node(segment_id(segment)).says
        source = chain.node(f"source:{segment.source}")
        assert run.words.sources[segment.source].text[says["start"] : says["end"]] == segment.quote
        assert source.says["sha256"] == run.words.sources[segment.source].sha256


def test_the_words_of_a_quotation_stand_nowhere_in_it(run, chain):
    text = chain.to_json()
    assert all(json.dumps(segment.quote)[1:-1] not in text for segment in run.words.coding.segments)


def test_the_same_run_gives_the_same_bytes(run, chain):
    assert evidence_of(run).to_json() == chain.to_json()


def test_another_decision_changes_its_status_and_what_rests_on_it_and_nothing_else(run, chain):
    first, *others = run.words.joint_display
    decided = replace(first, decision=Decision("fulfilled", "On second thoughts."))
    words = replace(run.words, joint_display=JointDisplay((decided, *others)))
    changed = evidence_of(replace(run, words=words))
    before = {node.id: node.sha256 for node in chain.nodes}
    differing = {node.id for node in changed.nodes if before[node.id] != node.sha256}
    above = {each.id for each in chain.above(f"status:{first.dimension.key}")}
    assert differing == {f"status:{first.dimension.key}", *above}
    assert above


def test_a_figure_without_its_evidence_is_refused_with_its_name(run):
    unseen = replace(run.draw.sample, rows=run.draw.sample.rows.iloc[:0])
    unsaid = run.draw.certificate.model_copy(update={"strata": ()})
    with pytest.raises(EvidenceError, match="estimate:closed_within_7_days") as error:
        evidence_of(replace(run, draw=replace(run.draw, sample=unseen, certificate=unsaid)))
    assert "of which there is no evidence" in str(error.value)
    assert len(str(error.value).splitlines()) > 1


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


def test_the_results_hold_the_evidence_of_what_is_shown(run, chain, tmp_path):
    write_results(run_study(run.study), tmp_path / "out")
    assert read_evidence(tmp_path / "out" / EVIDENCE) == chain


def test_a_study_without_words_has_its_numbers_in_the_chain(tmp_path):
    found = evidence_of(run_study(open_study(write_study(tmp_path))))
    assert {node.kind for node in found.nodes} == {"record", "stratum", "estimate", "figure"}
    assert check_evidence(found) == ()


def test_the_jakarta_studys_findings_all_have_their_evidence(jakarta):
    found = evidence_of(jakarta)
    checkable = [node for node in found.nodes if node.kind == "finding" and node.says["result"] != "not checkable"]
    assert len(checkable) > 10
    assert all(node.rests_on for node in checkable)


def trace(capsys, *words):
    status = main(["trace", *map(str, words)])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_trace_shows_the_sentence_under_a_status(run, capsys):
    segment = next(iter(run.words.coding.adjudicated))
    status, out, _ = trace(
        capsys, f"segment:{segment_id(segment).removeprefix('segment:')}", "--study", run.study.folder
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


def test_every_command_of_the_page_on_statuses_answers(project, tmp_path, monkeypatch, capsys):
    page = (project / "docs" / "how-a-status-comes-about.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = [line.split() for block in blocks for line in block.splitlines()]
    assert len(commands) == 3
    study = open_study(write_study_with_words(tmp_path))
    write_results(run_study(study), study.results)
    monkeypatch.chdir(tmp_path)
    for _, *words in commands:
        # The page speaks of the study that comes with the library, whose code has another key.
        assert main([word.replace("final_answer", "final_answer_given") for word in words]) == 0, (
            capsys.readouterr().err
        )

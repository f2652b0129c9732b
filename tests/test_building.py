"""The evidence of a run: from each figure, status and finding down to the record or the sentence."""

import json
from dataclasses import replace

import pytest
from small_study import write_study

from cmresearch.errors import EvidenceError, TriangulationError
from cmresearch.report.results import EVIDENCE, write_results
from cmresearch.study.evidence.building import answers, evidence_of, segment_id
from cmresearch.study.evidence.chain import check_evidence, read_evidence
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study
from cmresearch.triangulation.assessment import Decision
from cmresearch.triangulation.convergence import JointDisplay


@pytest.fixture(scope="module")
def chain(small_run):
    return evidence_of(small_run)


def leaves(chain, id):
    """The kinds of everything at the bottom below a node."""
    below = chain.below(id)
    return set().union(*(leaves(chain, each.id) for each in below)) if below else {id.partition(":")[0]}


def test_an_estimate_leads_to_the_drawn_complaints_and_their_fingerprints(small_run, chain):
    records = {each.id: each.fingerprint for each in small_run.draw.certificate.records}
    estimate = chain.node("estimate:closed_within_7_days:proportion:true:all")
    reached = {each.id: each for stratum in chain.below(estimate.id) for each in chain.below(stratum.id)}
    assert {id.removeprefix("record:"): each.says["fingerprint"] for id, each in reached.items()} == records


def test_a_status_leads_to_its_sentences_and_to_the_complaints_of_its_indicators(chain):
    statuses = [node.id for node in chain.nodes if node.kind == "status"]
    found = set().union(*(leaves(chain, id) for id in statuses))
    assert {"source", "code", "record"} <= found


def test_a_segment_in_the_chain_is_where_its_offsets_say(small_run, chain):
    for segment in small_run.words.coding.adjudicated:
        says = chain.node(segment_id(segment)).says
        source = chain.node(f"source:{segment.source}")
        assert small_run.words.sources[segment.source].text[says["start"] : says["end"]] == segment.quote
        assert source.says["sha256"] == small_run.words.sources[segment.source].sha256


def test_the_words_of_a_quotation_stand_nowhere_in_it(small_run, chain):
    text = chain.to_json()
    assert all(json.dumps(segment.quote)[1:-1] not in text for segment in small_run.words.coding.segments)


def test_the_same_run_gives_the_same_bytes(small_run, chain):
    assert evidence_of(small_run).to_json() == chain.to_json()


def test_another_decision_changes_its_status_and_what_rests_on_it_and_nothing_else(small_run, chain):
    first, *others = small_run.words.joint_display
    decided = replace(first, decision=Decision("fulfilled", "On second thoughts."))
    words = replace(small_run.words, joint_display=JointDisplay((decided, *others)))
    changed = evidence_of(replace(small_run, words=words))
    before = {node.id: node.sha256 for node in chain.nodes}
    differing = {node.id for node in changed.nodes if before[node.id] != node.sha256}
    above = {each.id for each in chain.above(f"status:{first.dimension.key}")}
    assert differing == {f"status:{first.dimension.key}", *above}
    assert above


def test_a_figure_without_its_evidence_is_refused_with_its_name(small_run):
    unseen = replace(small_run.draw.sample, rows=small_run.draw.sample.rows.iloc[:0])
    unsaid = small_run.draw.certificate.model_copy(update={"strata": ()})
    with pytest.raises(EvidenceError, match="estimate:closed_within_7_days") as error:
        evidence_of(replace(small_run, draw=replace(small_run.draw, sample=unseen, certificate=unsaid)))
    assert "of which there is no evidence" in str(error.value)
    assert len(str(error.value).splitlines()) > 1


def test_the_results_hold_the_evidence_of_what_is_shown(small_run, chain, tmp_path):
    write_results(run_study(small_run.study), tmp_path / "out")
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


def test_an_indicator_is_traced_by_the_very_estimate_that_its_status_rests_on(small_run):
    indicators = [each for one in small_run.words.assessment.dimensions for each in one.indicators]
    (coded,) = [each for each in indicators if each.indicator.kind == "coded"]
    (answer,) = [each for each in answers(small_run) if each.asked != "estimate"]
    assert answer.estimates is coded.estimates
    with pytest.raises(TriangulationError, match=r"the figure 0\.99 is not that of its estimate"):
        replace(coded, estimate=0.99)

"""Published findings against computed values."""

from __future__ import annotations

import pytest

from cmresearch.errors import FindingError
from cmresearch.triangulation.findings import Finding, Quantity, compare_findings, evaluate

KNOWN = {
    "figure.all": Quantity(1000, frozenset({"published"})),
    "figure.solved": Quantity(998, frozenset({"published"})),
    "frame.rows": Quantity(120, frozenset({"synthetic"})),
    "status.create_closure": Quantity("not_optimal", frozenset({"synthetic", "illustrative"})),
    "register.rows": Quantity(120, frozenset({"real"})),
}


def finding(**changes):
    return Finding(**{"key": "f", "text": "", "published": 99.8, "source": "press", "by": "arithmetic"} | changes)


def result(**changes):
    return compare_findings([finding(**changes)], KNOWN).compared[0]


def test_arithmetic_on_published_figures_alone_is_recomputed():
    compared = result(compute="100 * figure.solved / figure.all")
    assert (compared.computed, compared.result) == (pytest.approx(99.8), "recomputed")


def test_real_records_count_as_recomputed():
    assert result(published=120, compute="register.rows").result == "recomputed"


def test_a_match_with_synthetic_data_is_only_built_in():
    assert result(published=120, compute="frame.rows").result == "built in"


def test_a_match_with_made_words_is_only_illustrated():
    assert result(published="not_optimal", compute="status.create_closure").result == "illustrated"


def test_a_value_outside_the_tolerance_differs():
    assert result(published=99.7, tolerance=0.05, compute="100 * figure.solved / figure.all").result == "differs"


def test_a_value_on_the_edge_of_the_tolerance_agrees():
    assert result(published=99.75, tolerance=0.05, compute="100 * figure.solved / figure.all").result == "recomputed"


def test_another_status_differs():
    assert result(published="fulfilled", compute="status.create_closure").result == "differs"


def test_a_finding_without_an_expression_is_not_checkable():
    assert result(published="not stated").result == "not checkable"


def test_a_finding_on_words_is_not_checkable_in_a_study_without_words():
    assert result(published=7, compute="words.informants").result == "not checkable"


def test_the_kinds_of_data_of_all_parts_are_named():
    assert evaluate("frame.rows / figure.all", KNOWN).kinds == {"synthetic", "published"}


def test_every_faulty_finding_is_named_at_once():
    faulty = [
        finding(key="one", compute="figure.solvd / figure.all"),
        finding(key="two", compute="figure.all / 0"),
        finding(key="three", compute="__import__('os').system('true')"),
        finding(key="four", compute="100 *"),
        finding(key="five", compute="status.create_closure + 1"),
    ]
    with pytest.raises(FindingError) as error:
        compare_findings(faulty, KNOWN)
    lines = str(error.value).splitlines()
    assert "finding 'one': there is no quantity 'figure.solvd'; did you mean 'figure.solved'?" in lines
    assert "finding 'two': figure.all / 0 divides by zero" in lines
    assert any(line.startswith("finding 'three': ") and "is not arithmetic" in line for line in lines)
    assert any(line.startswith("finding 'four': '100 *' is not an expression") for line in lines)
    assert "finding 'five': 'status.create_closure' is the text 'not_optimal', not a number" in lines


def test_the_counts_of_results_add_up_to_the_findings():
    findings = compare_findings([finding(compute="figure.all"), finding(published="?")], KNOWN)
    assert sum(findings.counts().values()) == 2

"""Personal data found in sentences of two languages, as often as the documentation says."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_privacy import HELD_OUT, SEEN, labelled

from cmresearch.privacy import (
    KINDS,
    find_personal_data,
)


def measure(path: Path) -> tuple[Counter, Counter, Counter, Counter]:
    """By kind: labels, labels found (wholly inside a finding of their kind), findings, right findings.

    A finding is right if at least half of it is labelled with its kind. A full stop may be in or out.
    """
    labels, found, findings, right = Counter(), Counter(), Counter(), Counter()
    for text, spans in labelled(path):
        personal = find_personal_data(text)
        for kind, start, end in spans:
            inner = end - (text[end - 1] == ".")
            labels[kind] += 1
            found[kind] += any(f.kind == kind and f.start <= start and f.end >= inner for f in personal)
        for finding in personal:
            inside = sum(
                max(0, min(end, finding.end) - max(start, finding.start))
                for kind, start, end in spans
                if kind == finding.kind
            )
            findings[finding.kind] += 1
            right[finding.kind] += 2 * inside >= finding.end - finding.start
    return labels, found, findings, right


def masked_share(path: Path) -> float:
    """The share of labelled data that a mask covers wholly, under whatever kind."""
    covered = [
        any(f.start <= start and f.end >= end - (text[end - 1] == ".") for f in find_personal_data(text))
        for text, spans in labelled(path)
        for _, start, end in spans
    ]
    return sum(covered) / len(covered)


def test_the_labelled_set_has_over_300_sentences_in_two_languages_and_as_many_without_personal_data():
    sentences = labelled(SEEN) + labelled(HELD_OUT)
    assert len(sentences) == 406
    assert sum(not spans for _, spans in sentences) >= 200
    assert {kind for _, spans in sentences for kind, _, _ in spans} == set(KINDS)


def test_every_sentence_is_split_by_its_own_hash_so_nobody_chose_what_is_held_out():
    import hashlib

    for path, is_held in ((SEEN, False), (HELD_OUT, True)):
        for text, _ in labelled(path):
            assert (hashlib.sha256(text.encode()).digest()[0] % 3 == 0) == is_held


@pytest.mark.parametrize(
    ("path", "recall", "precision", "masked"),
    [
        (SEEN, 0.99, 0.99, 0.99),
        # Measured with the rules finished, and its failures never looked at: 68 of 70, 68 of 69.
        (HELD_OUT, 0.97, 0.98, 0.98),
    ],
)
def test_recall_and_precision_are_what_the_docs_say(path, recall, precision, masked):
    labels, found, findings, right = measure(path)
    assert found.total() / labels.total() >= recall
    assert right.total() / findings.total() >= precision
    assert masked_share(path) >= masked


@pytest.mark.parametrize("path", [SEEN, HELD_OUT])
def test_names_and_addresses_are_found_nine_times_in_ten(path):
    labels, found, findings, right = measure(path)
    for kind in ("name", "address"):
        assert found[kind] / labels[kind] >= 0.9
        assert right[kind] / findings[kind] >= 0.9


def test_overlapping_findings_become_one_that_covers_both():
    (finding,) = find_personal_data("https://example.com/pak.budi@example.com")
    assert finding.kind == "url"
    assert (finding.start, finding.end) == (0, 40)


@given(st.text(alphabet=st.sampled_from("Pak Budi Jl. No 0812-34567+@İß\u00a0\n/:"), max_size=80) | st.text())
def test_findings_are_in_order_apart_and_quote_the_text(text):
    findings = find_personal_data(text)
    assert all(text[f.start : f.end] == f.text != "" for f in findings)
    assert all(first.end <= second.start for first, second in itertools.pairwise(findings))


@pytest.mark.parametrize(
    "piece", ["pak ", "jl mawar ", "0812 ", "a@", "@a.", "1-1-", "rt 1 ", "Budi Budi ", "bca 1-1-"]
)
def test_a_long_repetitive_text_takes_no_longer_than_its_length(piece):
    assert isinstance(find_personal_data(piece * 20_000), tuple)

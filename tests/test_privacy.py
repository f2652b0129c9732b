"""Personal data in complaint text: what is found, what is left, and masks that keep codings right."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.errors import PrivacyError
from cmresearch.privacy import (
    KINDS,
    MaskTable,
    find_personal_data,
    mask,
    mask_all,
    read_mask_table,
    write_mask_table,
)

REFERENCE = Path(__file__).parent / "reference"
SEEN, HELD_OUT = REFERENCE / "privacy-sentences.csv", REFERENCE / "privacy-sentences-held-out.csv"
LABEL = re.compile(r"\{(\w+):([^}]*)\}")
COMPLAINT = "Pak Budi Santoso (0812-0000-1234) di Jl. Melati No. 5 menutup jalan. Telepon +62 812 0000 1234."


def labelled(path: Path) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Each sentence without its labels, and the labels as (kind, start, end)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [unlabelled(row["sentence"]) for row in csv.DictReader(file)]


def unlabelled(sentence: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, spans, before = "", [], 0
    for match in LABEL.finditer(sentence):
        text += sentence[before : match.start()]
        spans.append((match[1], len(text), len(text) + len(match[2])))
        text, before = text + match[2], match.end()
    return text + sentence[before:], spans


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


def kinds_and_texts(text: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.text) for finding in find_personal_data(text)]


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "KTP 3171018107450000, KK 3171018107450000",
            [("nik", "3171018107450000"), ("family_card", "3171018107450000")],
        ),
        ("nomor 3171017207450000 dan 9971011807450000", []),  # no day 72, no province 99
        ("NIK 9371011701850000 dan NIK 9201011701850000", [("nik", "9371011701850000"), ("nik", "9201011701850000")]),
        ("HP 0812 - 3456 - 7890", [("phone", "0812 - 3456 - 7890")]),
        ("HP 0812\u00a03456\u20117890", [("phone", "0812\u00a03456\u20117890")]),
        ("HP ０８１２３４５６７８９０", [("phone", "０８１２３４５６７８９０")]),
        ("0812 0000 1101 50 orang", [("phone", "0812 0000 1101")]),
        ("JK2010030344, CRM-2020-081234", []),  # the first would pass the check digits of an IBAN
        ("f3ace47a-3a78-5cac-f6dc-081755611568", []),
        ("0812360134e782bc31dbbfe5f4b5871b6f55f41a", []),
        ("kartu 4111111111111111 bukan 4111111111111112", [("card", "4111111111111111")]),
        ("rasio 0.4111111111111111 dan 3.171018107450000", []),
        ("mobil b 1234 xyz, ruang B 1234 XYZ", [("plate", "b 1234 xyz")]),
        ("Jl. Sudirman macet, Jl. Sudirman No. 5 banjir", [("address", "Jl. Sudirman No. 5")]),
        ("tinggal di jalan mawar dekat pasar", [("address", "jalan mawar")]),
        ("Bapak Lurah dan Pak Lurah Hendra", [("name", "Hendra")]),
        ("BAPAK SLAMET TIDAK PAKAI MASKER", [("name", "SLAMET")]),
        ("Bapak H. M. Yusuf Hamdani", [("name", "M. Yusuf Hamdani")]),
        ("Michael Somerville said so at George Wright Golf Course", [("name", "Michael Somerville")]),
        ("TTL: Jakarta, 3 Februari 1992; rapat 3 Februari 2020", [("birth_date", "3 Februari 1992")]),
        ("surel a.b@example.com, IG: kopi_sore", [("email", "a.b@example.com"), ("handle", "kopi_sore")]),
    ],
)
def test_a_rule_tells_its_kind_from_what_looks_like_it(text, expected):
    assert kinds_and_texts(text) == expected


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


def test_the_same_number_has_the_same_placeholder_however_it_is_written():
    masked, table = mask(COMPLAINT, MaskTable())
    assert masked.text == "Pak [NAME-1] ([PHONE-1]) di [ADDRESS-1] menutup jalan. Telepon [PHONE-1]."
    later, table = mask("Hubungi 6281200001234 atau 0813-0000-9999", table)
    assert later.text == "Hubungi [PHONE-1] atau [PHONE-2]"
    assert table.size == 4


def test_masking_all_at_once_is_masking_one_after_the_other():
    together, table = mask_all([COMPLAINT, "Bu Rina"], MaskTable())
    first, table_of_first = mask(COMPLAINT, MaskTable())
    second, table_of_both = mask("Bu Rina", table_of_first)
    assert together == (first, second)
    assert table == table_of_both


def test_nothing_is_found_in_a_masked_text():
    texts = [text for text, _ in labelled(SEEN)]
    masked, _ = mask_all(texts, MaskTable())
    assert [(m.text, find_personal_data(m.text)) for m in masked if find_personal_data(m.text)] == []


def test_a_coded_segment_of_a_masked_text_is_the_same_segment_of_the_original():
    masked, _ = mask(COMPLAINT, MaskTable())
    start = masked.text.index("menutup jalan")
    begin, end = masked.original_segment(start, start + len("menutup jalan"))
    assert COMPLAINT[begin:end] == "menutup jalan"
    assert masked.masked_segment(begin, end) == (start, start + len("menutup jalan"))


def test_a_segment_that_touches_a_placeholder_takes_in_the_whole_datum():
    masked, _ = mask("HP 0812-0000-1234 mati", MaskTable())
    assert masked.text == "HP [PHONE-1] mati"
    assert masked.original_segment(5, 8) == (3, 17)
    assert masked.masked_segment(4, 22) == (3, 17)


@given(st.integers(0, len(COMPLAINT)), st.integers(0, len(COMPLAINT)))
def test_there_and_back_a_segment_never_shrinks(one, other):
    start, end = sorted((one, other))
    masked, _ = mask(COMPLAINT, MaskTable())
    back = masked.original_segment(*masked.masked_segment(start, end))
    assert back[0] <= start
    assert end <= back[1]


def test_a_mask_table_is_kept_in_a_private_folder_that_git_ignores(tmp_path):
    _, table = mask(COMPLAINT, MaskTable())
    path = tmp_path / "private" / "masks.json"
    write_mask_table(path, table)
    assert read_mask_table(path) == table
    assert (tmp_path / "private" / ".gitignore").read_text() == "*\n"
    assert path.stat().st_mode & 0o077 == 0


def test_a_mask_table_does_not_show_what_it_hides():
    _, table = mask(COMPLAINT, MaskTable())
    assert repr(table) == "MaskTable()"


@pytest.mark.parametrize("folder", ["data", "results/private"])
def test_a_mask_table_is_written_to_no_other_folder(tmp_path, folder):
    path = tmp_path / folder / "masks.json"
    with pytest.raises(PrivacyError) as error:
        write_mask_table(path, MaskTable())
    assert str(error.value) == (
        f"{path}: a mask table says whom the placeholders stand for; it can only be written to a folder "
        "called 'private' outside of any results folder"
    )
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no mask table; begin with MaskTable()"),
        ("0812-0000-1234", "this is not a mask table written by write_mask_table"),
        ('{"data": {"phones": []}}', "no kind of personal data is called 'phones'; did you mean 'phone'?"),
        ('{"data": {"phone": ["1", "1"]}}', "under 'phone' something stands twice or is not text"),
    ],
)
def test_a_file_that_is_no_mask_table_is_named_without_showing_it(tmp_path, content, message):
    path = tmp_path / "masks.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PrivacyError) as error:
        read_mask_table(path)
    assert str(error.value) == f"{path}: {message}"

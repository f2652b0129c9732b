"""Numbers that belong to one person, and numbers that only look like them."""

import pytest
from small_privacy import kinds_and_texts


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
        ("TTL: Jakarta, 3 Februari 1992; rapat 3 Februari 2020", [("birth_date", "3 Februari 1992")]),
    ],
)
def test_a_rule_tells_its_kind_from_what_looks_like_it(text, expected):
    assert kinds_and_texts(text) == expected

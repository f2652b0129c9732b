"""Names of people: after a title, in capitals, with initials, and no name in a title alone."""

import pytest
from small_privacy import kinds_and_texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bapak Lurah dan Pak Lurah Hendra", [("name", "Hendra")]),
        ("BAPAK SLAMET TIDAK PAKAI MASKER", [("name", "SLAMET")]),
        ("Bapak H. M. Yusuf Hamdani", [("name", "M. Yusuf Hamdani")]),
        ("Michael Somerville said so at George Wright Golf Course", [("name", "Michael Somerville")]),
    ],
)
def test_a_rule_tells_its_kind_from_what_looks_like_it(text, expected):
    assert kinds_and_texts(text) == expected

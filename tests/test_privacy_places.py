"""Where a person can be found: addresses with a number, places at a home, e-mail and social-media names."""

import pytest
from small_privacy import kinds_and_texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jl. Sudirman macet, Jl. Sudirman No. 5 banjir", [("address", "Jl. Sudirman No. 5")]),
        ("tinggal di jalan mawar dekat pasar", [("address", "jalan mawar")]),
        ("surel a.b@example.com, IG: kopi_sore", [("email", "a.b@example.com"), ("handle", "kopi_sore")]),
    ],
)
def test_a_rule_tells_its_kind_from_what_looks_like_it(text, expected):
    assert kinds_and_texts(text) == expected

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.errors import ReliabilityError
from cmresearch.language.voice import ENGLISH
from cmresearch.reliability.unitizing import Continuum, Stretch, boundary_alpha, unitizing_alpha


def marked(*spans, value="marked"):
    return [Stretch(start, end, value) for start, end in spans]


# Krippendorff (2004), Content Analysis, 2nd ed., p. 254: a continuum of 300 from 150 on, two observers, values c and k.
C = {"i": marked((75, 145), (220, 250)), "j": marked((70, 150), (205, 225), (250, 270))}
K = {"i": marked((30, 90), (150, 200)), "j": marked((30, 90), (150, 200))}


def test_the_published_example_of_boundaries_comes_out():
    # Observed: 50 + 850 + 400 each way over 2 · 1 · 300² = 0.0144; expected 0.0532, so αU = 0.7286; k agrees fully.
    assert boundary_alpha(300, C) == pytest.approx(0.7286, abs=5e-5)
    assert boundary_alpha(300, K) == 1.0


def test_two_texts_by_hand():
    # Text of 10: one marks 0–4, the other 2–4. Lengths of intersections both ways: marked with marked 4, marked with
    # nothing 2 and 2, nothing with nothing 12; 20 in all, 6 of them marked, 14 not.
    # Paired with themselves: 4² + 2² = 20 of marked; 6 + 8 = 14 of nothing.
    # Expected disagreement: 20 · (1 − ((6² − 20) + (14² − 14)) / (20² − 34)) = 20 · 168 / 366.
    text = Continuum(10, {"one": marked((0, 4)), "other": marked((2, 4))})
    assert unitizing_alpha([text]).value == pytest.approx(1 - 4 / (20 * 168 / 366))


def test_values_count_besides_boundaries():
    same = {"one": marked((0, 4), value="a"), "other": marked((0, 4), value="a")}
    differing = {**same, "other": marked((0, 4), value="b")}
    assert unitizing_alpha([Continuum(10, same)]).value == 1.0
    assert unitizing_alpha([Continuum(10, differing)]).value < 0.7


def test_several_texts_are_resampled_as_a_whole():
    texts = [Continuum(50, {"one": marked((place, 20)), "other": marked((5, 25))}) for place in range(6)]
    found = unitizing_alpha(texts, clusters_are="interviews")
    assert found.lower < found.value < found.upper
    assert found.method == "percentile bootstrap over interviews, 1,000 replicates, seed 1"
    assert ENGLISH.phrases(found.notes).startswith("the interval rests on 6 interviews")
    derived = unitizing_alpha(texts, interval="analytic")
    assert derived.value == found.value
    assert derived.standard_error > 0


def test_where_nobody_marked_anything_there_is_no_value():
    found = unitizing_alpha([Continuum(10, {"one": [], "other": []})] * 2)
    assert (found.value, ENGLISH.phrases(found.notes)) == (
        None,
        "nobody marked anything, so there is nothing to compare",
    )
    assert boundary_alpha(10, {"one": [], "other": []}) is None


def test_one_text_has_a_value_and_no_interval():
    found = unitizing_alpha([Continuum(300, C)])
    assert found.value is not None
    assert (found.lower, ENGLISH.phrases(found.notes)) == (
        None,
        "all that two raters rated lies in one cluster, so there is nothing to resample",
    )


def test_every_fault_of_the_stretches_is_named_at_once():
    with pytest.raises(ReliabilityError) as error:
        unitizing_alpha([Continuum(10, {"one": marked((0, 4), (3, 6)), "other": marked((5, 11))})])
    assert str(error.value) == (
        "text 1, rater one: stretches from 0 and from 3 overlap; join them, or compare each value apart\n"
        "text 1, rater other: a stretch from 5 to 11; expected an end after it, both within 0 and 10"
    )
    with pytest.raises(ReliabilityError, match=r"^text 2 has the raters one; expected one, other$"):
        unitizing_alpha([Continuum(9, {"one": [], "other": []}), Continuum(9, {"one": []})])


SPANS = st.lists(st.integers(0, 60), min_size=0, max_size=8, unique=True).map(sorted)


@given(edges=st.tuples(SPANS, SPANS, SPANS), shift=st.integers(1, 30))
def test_alpha_is_the_same_however_the_raters_are_named_and_one_where_they_agree(edges, shift):
    spans = [marked(*zip(found[::2], found[1::2], strict=False)) for found in edges]
    names = Continuum(61 + shift, dict(zip("abc", spans, strict=True)))
    turned = Continuum(61 + shift, dict(zip("bca", spans, strict=True)))
    here, there = unitizing_alpha([names]).value, unitizing_alpha([turned]).value
    assert there == (here if here is None else pytest.approx(here))
    agreed = unitizing_alpha([Continuum(61 + shift, dict.fromkeys("ab", spans[0]))]).value
    assert agreed == (1.0 if spans[0] else None)

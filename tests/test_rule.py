"""The decision rule: one object that the assessment, robustness, the plan and the page of documentation ask."""

from __future__ import annotations

import pytest

from cmresearch.errors import TriangulationError
from cmresearch.language.catalogue import LANGUAGES
from cmresearch.language.voice import ENGLISH, Voice
from cmresearch.triangulation.rule import OUTCOMES, STATEMENTS, STATUSES, Rule, Seen


def seen(*, showing=None, **stating):
    """Who states what, and what the indicators show; nothing where nothing is said."""
    return Seen(
        {each: tuple(stating.get(each, ())) for each in STATEMENTS},
        {each: tuple((showing or {}).get(each, ())) for each in OUTCOMES},
    )


def status(of, rule=None):
    return (rule or Rule()).steps(of)[-1].status


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (seen(), "not_assessable"),
        (seen(absent=["a"]), "not_assessable"),
        (seen(absent=["a", "b"]), "not_implemented"),
        (seen(absent=["a", "b"], showing={"met": ["x"]}), "not_optimal"),
        (seen(absent=["a", "b"], supports=["c", "d"]), "not_optimal"),
        (seen(supports=["a", "b"], hinders=["c", "d"]), "not_optimal"),
        (seen(supports=["a", "b"], showing={"not_met": ["x"]}), "not_optimal"),
        (seen(supports=["a", "b"], showing={"inconclusive": ["x"]}), "not_assessable"),
        (seen(supports=["a", "b"]), "fulfilled"),
    ],
)
def test_the_first_step_that_holds_gives_the_status(evidence, expected):
    assert status(evidence) == expected


def test_more_corroboration_asks_for_more_sources():
    assert status(seen(supports=["a", "b"]), Rule(corroboration=3)) == "not_assessable"
    assert status(seen(supports=["a", "b", "c"]), Rule(corroboration=3)) == "fulfilled"


def test_a_rule_that_nobody_need_corroborate_is_refused():
    with pytest.raises(TriangulationError, match=r"^corroboration is 0; expected 1 source or more$"):
        Rule(corroboration=0)


def test_the_rules_next_to_it_are_one_source_away_and_never_none():
    assert [(ENGLISH.phrase(change), rule.corroboration) for change, rule in Rule(2).neighbours()] == [
        ("1 source to corroborate", 1),
        ("3 sources to corroborate", 3),
    ]
    assert [rule.corroboration for _, rule in Rule(1).neighbours()] == [2]


def test_every_status_has_its_step_in_words_in_every_language():
    for language in LANGUAGES:
        steps = [Voice(language).phrase(each) for each in Rule().described()]
        assert len(steps) == len(set(steps)) == len(STATUSES)


def test_the_page_of_documentation_has_the_steps_as_the_rule_has_them(project):
    page = (project / "docs" / "how-a-status-comes-about.md").read_text(encoding="utf-8")
    steps = [f"{number}. {ENGLISH.phrase(each)}" for number, each in enumerate(Rule().described(), start=1)]
    assert "\n".join(steps) in page


@pytest.mark.parametrize(
    ("supporting", "opposing", "standing"),
    [
        (0, 0, "silent"),
        (1, 0, "for"),
        (0, 1, "against"),
        (2, 1, "for"),
        (1, 2, "against"),
        (1, 1, "mixed"),
        (3, 2, "mixed"),
    ],
)
def test_a_line_of_statements_stands_on_the_side_that_is_corroborated_alone(supporting, opposing, standing):
    assert Rule().standing_of_statements(supporting, opposing) == standing

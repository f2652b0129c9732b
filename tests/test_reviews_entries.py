"""The file of reviews: entries are added and never changed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmresearch.errors import ReviewError
from cmresearch.study.reviews.entries import add_reviews, make_review, read_reviews, withdraw

SHA256 = "ab" * 32
SAID = {
    "subject": "status",
    "key": "create_closure",
    "verdict": "query",
    "reviewer": "R. Name",
    "date": "2026-05-01",
    "reason": "two informants say otherwise",
    "seen": "proposed fulfilled",
    "sha256": SHA256,
}


def review(**other):
    return make_review(**SAID | other)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "study" / "reviews.toml"


def test_no_file_is_no_review(file):
    assert read_reviews(file) == ()


def test_what_is_added_is_read_back_with_its_number(file):
    added = add_reviews(file, [review(), review(key="follow_up_cost", verdict="confirm")])
    assert [each.entry for each in added] == [1, 2]
    assert read_reviews(file) == added


def test_entries_are_added_behind_what_stands_there(file):
    add_reviews(file, [review()])
    before = file.read_text(encoding="utf-8")
    add_reviews(file, [review(key="follow_up_cost")])
    assert file.read_text(encoding="utf-8").startswith(before)


def test_the_same_review_twice_is_one_entry(file):
    first = add_reviews(file, [review()])
    before = file.read_bytes()
    assert add_reviews(file, [review(date="2026-05-02", reason="said in other words")]) == first
    assert file.read_bytes() == before


def test_a_reviewer_cannot_confirm_and_query_the_same(file):
    add_reviews(file, [review()])
    before = file.read_bytes()
    with pytest.raises(ReviewError) as refused:
        add_reviews(file, [review(verdict="confirm")])
    assert str(refused.value) == (
        "'R. Name' says 'confirm', and 'query' of the same in entry 1; withdraw that one first "
        "(cmresearch review withdraw 1)"
    )
    assert file.read_bytes() == before


def test_what_has_changed_since_can_be_confirmed_beside_the_earlier_query(file):
    add_reviews(file, [review(), review(verdict="confirm", sha256="cd" * 32)])
    assert [each.verdict for each in read_reviews(file)] == ["query", "confirm"]


def test_another_reviewer_may_see_it_otherwise(file):
    add_reviews(file, [review(), review(verdict="confirm", reviewer="S. Other")])
    assert len(read_reviews(file)) == 2


def test_a_withdrawal_is_a_further_entry_and_opens_the_way_for_another(file):
    add_reviews(file, [review()])
    back = withdraw(file, 1, reviewer="R. Name", reason="read the wrong page", date="2026-05-03")
    assert (back.entry, back.withdraws, back.place) == (2, 1, ("status", "create_closure"))
    add_reviews(file, [review(verdict="confirm")])
    assert [each.verdict for each in read_reviews(file)] == ["query", "withdraw", "confirm"]
    assert withdraw(file, 1, reviewer="R. Name", reason="again", date="2026-05-04") == back


@pytest.mark.parametrize(
    ("entry", "reviewer", "message"),
    [
        (7, "R. Name", r"there is no entry 7 \(cmresearch review list\)"),
        (1, "S. Other", r"entry 1 is of 'R\. Name', not of 'S\. Other'; nobody withdraws another's review"),
        (2, "R. Name", r"entry 2 is a withdrawal; to say it again, add a further review"),
    ],
)
def test_only_ones_own_reviews_can_be_withdrawn(file, entry, reviewer, message):
    add_reviews(file, [review()])
    withdraw(file, 1, reviewer="R. Name", reason="read the wrong page", date="2026-05-03")
    before = file.read_bytes()
    with pytest.raises(ReviewError, match=message):
        withdraw(file, entry, reviewer=reviewer, reason="why", date="2026-05-03")
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["reviewer", "reason", "key"])
def test_a_review_without_name_reason_or_key_is_refused(name):
    with pytest.raises(ReviewError, match=f"^no {name}$"):
        review(**{name: "  "})


def test_a_day_that_no_calendar_has_is_refused():
    with pytest.raises(ReviewError, match=r"^date is '2026-02-30'; expected a day such as 2026-05-01$"):
        review(date="2026-02-30")


def test_every_fault_of_a_file_is_told_at_once_with_its_line(file):
    file.parent.mkdir()
    add_reviews(file, [review(), review(key="follow_up_cost")])
    text = file.read_text(encoding="utf-8")
    text = text.replace('verdict = "query"', 'verdict = "querry"', 1).replace(
        'subject = "status"\nkey = "follow', 'subjekt = "status"\nkey = "follow'
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ReviewError) as refused:
        read_reviews(file)
    assert str(refused.value).splitlines() == [
        "study/reviews.toml, line 8, review 'create_closure': verdict is 'querry'; expected confirm or query or "
        "withdraw; did you mean 'query'?",
        "study/reviews.toml, line 15, review 'follow_up_cost': no subject",
        "study/reviews.toml, line 17, review 'follow_up_cost': unknown key 'subjekt'; did you mean 'subject'?",
    ]


def test_entries_that_contradict_each_other_are_told_with_their_lines(file):
    add_reviews(file, [review(), review(key="follow_up_cost")])
    text = file.read_text(encoding="utf-8").replace("entry = 2", "entry = 1")
    file.write_text(text + text[text.index("[[review]]") :].replace('"query"', '"withdraw"'), encoding="utf-8")
    with pytest.raises(ReviewError) as refused:
        read_reviews(file)
    lines = str(refused.value).splitlines()
    assert "line 15, review 'follow_up_cost': entry is 1; expected a number that no earlier entry has" in lines[0]
    assert "verdict is 'withdraw', withdraws None; expected both or neither" in lines[2]
    assert len(lines) == 5


def test_a_file_that_is_no_toml_is_a_clear_error(file):
    file.parent.mkdir()
    file.write_text("[[review]\n", encoding="utf-8")
    with pytest.raises(ReviewError, match=r"^study/reviews\.toml, line 1: this is not TOML"):
        read_reviews(file)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400).filter(str.strip))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_of_a_reason_stays_that_text(tmp_path, reason):
    file = tmp_path / "reviews.toml"
    file.unlink(missing_ok=True)
    (added,) = add_reviews(file, [review(reason=reason)])
    assert read_reviews(file) == (added,)
    assert added.reason == " ".join(reason.split())

""""""

import pytest
from small_coding import coding_of, row

from cmresearch.coding.coder_agreement import agreement_table, disagreements, rounds_of, unitizing_table
from cmresearch.errors import ReliabilityError
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def coding(tmp_path):
    """In interview 1 both give `final` to turn 3; in interview 2 only coder-a does, to turn 6, and b `asked` to 5."""
    return coding_of(
        tmp_path,
        row("answer within a day"),
        row("We answer within a day.", coder="coder-b"),
        row("The agency closes it", source="interview-2"),
        row("Nobody asks", "asked", "coder-b", "interview-2", direction="absent"),
    )


def test_alpha_of_a_code_by_hand(coding):
    # Six answer turns, `final`: both once, coder-a alone once. Coincidences: 1–1 two, 1–0 one each way, n = 12, n1 = 3.
    # Observed 2/12; expected 2·3·9/(12·11).
    table = agreement_table(coding, voice=ENGLISH).set_index("key")
    assert list(table.index) == ["quick", "final", "asked"]
    assert table.loc["final", "alpha"] == pytest.approx(1 - (2 / 12) / (2 * 3 * 9 / (12 * 11)))
    assert table.loc["final", "percent_agreement"] == pytest.approx(5 / 6)
    assert table.loc["final", ["units", "sources", "given"]].tolist() == [6, 2, 2]
    assert table.loc["final", "method"] == "percentile bootstrap over sources, 1,000 replicates, seed 1"
    assert "the interval rests on 2 sources" in table.loc["final", "note"]


def test_a_code_that_nobody_gave_has_no_alpha_and_ac1_of_one(coding):
    found = agreement_table(coding, voice=ENGLISH).set_index("key").loc["quick"]
    assert found["alpha"] is None or found["alpha"] != found["alpha"]
    assert found["ac1"] == 1.0
    assert found["note"].startswith("every rating has the same value")


def test_a_dimension_is_given_where_any_of_its_codes_is(coding):
    # closure: `final` or `asked`. Turn 3 of interview 1 both; turns 5 and 6 of interview 2 one each.
    table = agreement_table(coding, subject="dimension").set_index("key")
    assert table.loc["closure", "given"] == 3
    assert table.loc["closure", "percent_agreement"] == pytest.approx(4 / 6)
    assert table.loc["speed", "given"] == 2


def test_all_codes_together_hold_a_decision_for_each_code_and_turn(coding):
    (found,) = agreement_table(coding, subject="all").to_dict("records")
    assert (found["key"], found["units"], found["given"]) == ("all codes", 18, 3)


def test_a_source_that_one_coder_did_not_code_does_not_count(tmp_path):
    coding = coding_of(tmp_path, row("agency"), row("agency", coder="coder-b"), row("agency", source="interview-2"))
    assert agreement_table(coding, voice=ENGLISH).set_index("key").loc["final", ["units", "sources"]].tolist() == [3, 1]


def test_each_pair_and_each_round_have_a_row_of_their_own(coding):
    assert agreement_table(coding, subject="all", split="pair")["group"].tolist() == ["coder-a and coder-b"]
    named = {"interview-1": "pilot", "interview-2": "main"}
    table = agreement_table(coding, subject="all", split="round", rounds=named).set_index("group")
    assert table.loc["pilot", "alpha"] == 1.0
    assert table.loc["main", "alpha"] < 0.1
    assert rounds_of(coding) == {"interview-1": "codebook 1.1.0", "interview-2": "codebook 1.1.0"}


def test_where_segments_begin_and_end_has_an_alpha_of_its_own(coding):
    table = unitizing_table(coding, voice=ENGLISH).set_index("key")
    # Answers have 46 + 36 + 32 code points each. In interview 1 coder-a marks 19 of them, coder-b 23, 19 shared;
    # in interview 2 coder-a marks 20. Marked with marked 2·19, one only 2·4 + 2·20, all 2·228.
    answers = 2 * (46 + 36 + 32)
    itself, gaps = 19**2 + 23**2 + 20**2, 2 * answers - (19 + 23 + 20)
    length, marked = 2 * answers, 19 + 23 + 20
    apart = length**2 - itself - gaps
    expected = length * (apart - (marked**2 - itself) - (gaps**2 - gaps)) / apart
    assert table.loc["final", "alpha"] == pytest.approx(1 - 2 * (4 + 20) / expected)
    assert table.loc["final", "marked"] == pytest.approx((23 + 20) / answers)
    assert table.loc["quick", "note"] == "nobody marked anything, so there is nothing to compare"


def test_disagreements_are_shown_with_quotes_and_the_words_of_the_unit(coding):
    table = disagreements(coding)
    assert table[["source", "unit", "code", "given_by", "not_given_by"]].to_numpy().tolist() == [
        ["interview-2", "turn 6", "final", "coder-a", "coder-b"],
        ["interview-2", "turn 5", "asked", "coder-b", "coder-a"],
    ]
    assert table.loc[0, "quotes"] == "coder-a: The agency closes it"
    assert table.loc[0, "text"] == "Informant: The agency closes it."
    assert table.loc[0, "label"] == "Illustrative: composed."
    assert len(disagreements(coding, code="asked")) == 1


def test_the_same_code_with_another_direction_is_a_disagreement_too(tmp_path):
    coding = coding_of(tmp_path, row("agency"), row("agency", coder="coder-b", direction="hinders"))
    (found,) = disagreements(coding).to_dict("records")
    assert (found["differ"], found["directions"]) == ("direction", "coder-a: supports; coder-b: hinders")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"unit": "turns"}, "there is no unit 'turns'; expected one of turn, sentence, segment; did you mean 'turn'?"),
        ({"subject": "cod"}, "there is no subject 'cod'; expected one of code, dimension, all; did you mean 'code'?"),
        ({"split": "by"}, "there is no split 'by'; expected one of none, pair, round"),
        ({"coders": ["coder-a", "coder-c"]}, "nobody coded as 'coder-c'; did you mean 'coder-b'?"),
        ({"coders": ["coder-a"]}, "reliability needs two coders or more; found coder-a"),
    ],
)
def test_unknown_words_are_refused(coding, options, sentence):
    with pytest.raises(ReliabilityError) as error:
        agreement_table(coding, **options)
    assert str(error.value).split("; did")[0] == sentence.split("; did")[0]

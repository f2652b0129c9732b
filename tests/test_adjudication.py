import pytest
from small_interviews import GIVEN, begin, written

from cmresearch.codebook.book import read_codebook
from cmresearch.coding.adjudication import decide, differences_table, find_differences
from cmresearch.coding.coding import read_coding
from cmresearch.coding.edits import with_dismissals, write_coding_file
from cmresearch.coding.sources import read_sources
from cmresearch.errors import CodingError


@pytest.fixture
def study(tmp_path):
    return begin(tmp_path)


@pytest.fixture
def coding(study):
    return written(study, GIVEN)


def test_differences_stand_side_by_side_with_what_was_decided(coding):
    table = differences_table(find_differences(coding))
    assert table[["source", "turn", "code", "differ_in", "decision"]].to_numpy().tolist() == [
        ["interview-1", 2, "answered_in_time", "direction", "kept: supports"],
        ["interview-1", 3, "causes_sought", "use", "undecided"],
    ]
    assert table["coder-a"].tolist() == ["supports: answer in a day", "absent: Nobody asks"]
    assert table["coder-b"].tolist() == ["context: answer in a day", "not given"]


def test_a_decision_is_written_apart_with_its_reason(study, coding):
    folder, book, sources = study
    difference = find_differences(coding)[1]
    made = decide(difference, keep="none", reason="too thin", at="2021-08-01T10:00", codebook_version="0.1.0")
    path = folder / "adjudicated.csv"
    write_coding_file(path, with_dismissals(path, [(each, "too thin") for each in made]), book, sources)
    after = find_differences(read_coding(folder, book, sources))[1]
    assert (after.decision, after.reason) == ("not kept", "too thin")


def test_what_is_kept_of_a_coder_carries_the_reason_as_its_memo(coding):
    made = decide(find_differences(coding)[1], keep="coder-a", reason="it is said", at="x", codebook_version="0.1.0")
    assert [(each.coder, each.memo, each.quote) for each in made] == [("adjudicator", "it is said", "Nobody asks")]
    with pytest.raises(CodingError, match="coder-b did not give 'causes_sought' in turn 3 of interview-1"):
        decide(find_differences(coding)[1], keep="coder-b", reason="x", at="x", codebook_version="0.1.0")
    with pytest.raises(CodingError, match="a decision needs its reason"):
        decide(find_differences(coding)[1], keep="none", reason=" ", at="x", codebook_version="0.1.0")


def test_a_single_coder_differs_from_nobody(study):
    alone = written(study, [each for each in GIVEN if each.coder == "coder-a"])
    with pytest.raises(CodingError, match="a difference needs two coders; found coder-a"):
        find_differences(alone)


def test_every_difference_of_the_shipped_coding_is_decided_with_a_reason(project):
    words = project / "data" / "illustrative"
    sources = read_sources([words / "interviews", words / "documents"])
    coding = read_coding(words / "coding", read_codebook(project / "codebook"), sources)
    undecided = [each for each in find_differences(coding) if each.decision == "undecided" or not each.reason]
    assert undecided == []

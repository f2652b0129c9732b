import pytest
from small_interviews import GIVEN, begin, written

from cmresearch.coding.coverage import code_coverage, dimension_coverage, informant_table, saturation, silent_interviews
from cmresearch.language.voice import ENGLISH


@pytest.fixture
def coding(tmp_path):
    return written(begin(tmp_path), GIVEN)


def test_codes_without_use_are_told_from_codes_that_were_not_kept(coding):
    table = code_coverage(coding, voice=ENGLISH).set_index("code")
    assert table.loc["answered_in_time", ["coded", "adjudicated", "sources", "note"]].tolist() == [4, 2, 2, ""]
    assert table.loc["handling_audited", "note"] == "never given"


def test_a_dimension_knows_its_questions_and_who_could_have_spoken_of_it(coding):
    row = dimension_coverage(coding, voice=ENGLISH).set_index("dimension").loc["open_process"]
    assert row[["questions", "codes", "interviews", "documents", "could_know", "silent", "note"]].tolist() == [
        2, 3, 2, 0, 2, 0, "",
    ]  # fmt: skip
    assert dimension_coverage(coding, voice=ENGLISH).set_index("dimension").loc["audit", "note"] == "no source"


def test_a_silent_interview_is_told_with_whether_its_informant_could_know(coding):
    table = silent_interviews(coding)
    audit = table[table["dimension"] == "audit"]
    assert audit[["source", "standing"]].to_numpy().tolist() == [
        ["interview-1", "could know"],
        ["interview-2", "could not know"],
    ]
    assert "open_process" not in set(table["dimension"])


def test_informants_by_dimensions_are_counted(coding):
    table = informant_table(coding)
    assert table.loc["interview-2", ["open_process", "analysis", "audit"]].tolist() == [1, 1, 0]


def test_saturation_follows_the_dates_of_the_interviews(coding):
    table = saturation(coding)
    assert table["source"].tolist() == ["interview-2", "interview-1"]
    assert table["new_codes"].tolist() == [2, 0]
    assert table["new"].tolist() == ["answered_in_time, causes_sought", ""]
    assert table["share_so_far"].tolist() == pytest.approx([2 / 12, 2 / 12])

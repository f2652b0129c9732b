import pandas as pd
import pytest

from cmresearch.errors import ReliabilityError
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.record_agreement import (
    measure_file,
    rating_table,
    read_coder_tables,
    record_agreement,
    record_disagreements,
)

VALUES = {"answered": ["yes", "no"]}
RECORDS = pd.DataFrame(
    [
        ("1", "a", "yes"),
        ("1", "b", "yes"),
        ("2", "a", "no"),
        ("2", "b", "yes"),
        ("3", "a", "no"),
        ("3", "b", "no"),
        ("4", "a", "no"),
        ("5", "a", ""),
        ("5", "b", "yes"),
    ],
    columns=["id", "coder", "answered"],
)


def test_only_complaints_that_two_coders_recorded_count():
    table = rating_table(RECORDS, "answered", VALUES["answered"])
    assert table.index.tolist() == ["1", "2", "3"]
    assert table.to_numpy().tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]


def test_every_coefficient_stands_side_by_side():
    table = record_agreement(RECORDS, VALUES, voice=ENGLISH).set_index("coefficient")
    assert table.loc["percent agreement", "value"] == pytest.approx(2 / 3)
    # Coincidences: yes–yes 2, no–no 2, one each way; observed 2/6, expected 2·3·3/(6·5).
    assert table.loc["Krippendorff's alpha (nominal)", "value"] == pytest.approx(1 - (2 / 6) / (18 / 30))
    assert set(table["units"]) == {3}
    assert list(table.index)[2:] == ["Gwet's AC1", "Fleiss' kappa", "Conger's kappa"]


def test_records_of_one_coder_give_no_value_and_say_why():
    table = record_agreement(RECORDS[RECORDS["coder"] == "a"], VALUES, voice=ENGLISH)
    assert table["value"].isna().all()
    assert set(table["note"]) == {"no unit was rated by two raters, so there is nothing to compare"}


def test_differences_name_the_complaint_and_what_each_coder_recorded():
    assert record_disagreements(RECORDS, VALUES).to_dict("records") == [
        {"id": "2", "variable": "answered", "a": "no", "b": "yes"}
    ]


@pytest.mark.parametrize(
    ("records", "variable", "sentence"),
    [
        (RECORDS, "answer", "the records have no column 'answer'; did you mean 'answered'?"),
        (
            pd.concat([RECORDS, RECORDS.head(1)]),
            "answered",
            "a recorded the complaint '1' twice; expected once",
        ),
        (
            RECORDS.replace("no", "noo"),
            "answered",
            "'answered' is 'noo'; expected one of yes, no; did you mean 'no'?",
        ),
    ],
)
def test_records_that_cannot_be_compared_are_refused(records, variable, sentence):
    with pytest.raises(ReliabilityError) as error:
        rating_table(records, variable, VALUES["answered"])
    assert str(error.value) == sentence


def test_coders_files_are_joined_without_the_adjudicated_one(tmp_path):
    for name in ("a", "b", "adjudicated"):
        (tmp_path / f"{name}.csv").write_text("id,coder,answered\n1,x,yes\n", encoding="utf-8")
    assert read_coder_tables(sorted(tmp_path.glob("*.csv")))["coder"].tolist() == ["a", "b"]
    with pytest.raises(ReliabilityError, match=r"^there is no coder's file; expected two or more$"):
        read_coder_tables([])


def test_any_file_of_ratings_can_be_measured(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text("unit,anna,budi\n1,1,2\n2,2,2\n3,3,\n4,3,3\n", encoding="utf-8")
    found = measure_file(file).set_index("coefficient")
    assert found.loc["percent agreement", "value"] == pytest.approx(2 / 3)
    assert "Krippendorff's alpha (ordinal)" in found.index
    assert found.loc["Krippendorff's alpha (nominal)", "units"] == 3
    with pytest.raises(ReliabilityError) as error:
        measure_file(file, raters=["ana", "budi"])
    assert str(error.value) == f"{file}: no column 'ana'; did you mean 'anna'?"
    with pytest.raises(ReliabilityError, match=r"there is no such file$"):
        measure_file(tmp_path / "none.csv")

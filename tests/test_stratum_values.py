"""What one plans with: from the register, from a file, from an expected share."""

import re
from math import sqrt

import pytest

from cmresearch.errors import AllocationError
from cmresearch.sampling.frame import read_frame
from cmresearch.sampling.stratum_values import read_stratum_values, register_values, share_values, stratum_spread

SIZES = {"JAKI": 70, "Qlue": 25, "SMS": 1}


def pilot(folder, text):
    path = folder / "pilot.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_spread_of_a_register_variable_is_exact(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,channel,hours\n1,A,1\n2,A,3\n3,A,\n4,B,7\n", encoding="utf-8")
    variables = {"h": "CAST(nullif(hours, '') AS INTEGER)"}
    frame = read_frame(path, id="id", strata="channel", variables=variables)
    table = stratum_spread(frame, "h")
    assert table["frame_size"].tolist() == [3, 1]
    assert table["mean"].tolist() == [2, 7]
    assert table["deviation"].tolist() == pytest.approx([sqrt(2), 0])


def test_a_stratum_where_the_variable_is_never_known_has_no_mean(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,channel,hours\n1,A,1\n2,A,3\n3,B,\n", encoding="utf-8")
    values = register_values(
        read_frame(path, id="id", strata="channel", variables={"h": "CAST(nullif(hours, '') AS DOUBLE)"}), "h"
    )
    assert values.means == {"A": 2}
    assert values.deviations == pytest.approx({"A": sqrt(2), "B": 0})


def test_a_file_gives_what_it_holds(tmp_path):
    values = read_stratum_values(pilot(tmp_path, "stratum,mean,deviation\nJAKI,4,1.5\nQlue,,2\n"), SIZES)
    assert values.deviations == {"JAKI": 1.5, "Qlue": 2}
    assert values.means == {"JAKI": 4}
    assert values.costs is None


def test_expected_shares_give_deviations_and_means(tmp_path):
    values = read_stratum_values(pilot(tmp_path, "stratum,share,cost\nJAKI,0.2,1\nSMS,0.5,3\n"), SIZES)
    assert values.deviations == pytest.approx({"JAKI": sqrt(0.16 * 70 / 69), "SMS": 0})
    assert values.means == {"JAKI": 0.2, "SMS": 0.5}
    assert values.costs == {"JAKI": 1, "SMS": 3}


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    path = pilot(tmp_path, "stratum,deviation\nJAKY,1\nQlue,much\nSMS,1\nSMS,2\n")
    message = (
        "pilot.csv, row 2: the frame has no stratum 'JAKY'; did you mean 'JAKI'?\n"
        "pilot.csv, row 3: the deviation of stratum 'Qlue' is 'much'; expected a number\n"
        "pilot.csv: stratum 'SMS' stands in the file more than once"
    )
    with pytest.raises(AllocationError, match=f"^{re.escape(message)}$"):
        read_stratum_values(path, SIZES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stratum,deviaton\nJAKI,1\n", "pilot.csv has a column 'deviaton'; did you mean 'deviation'?"),
        ("channel,deviation\nJAKI,1\n", "pilot.csv: expected a column 'stratum' and one or several of deviation, mean"),
        ("stratum\nJAKI\n", "pilot.csv: expected a column 'stratum' and one or several of deviation, mean"),
        ("", "pilot.csv: expected a column 'stratum'"),
        ("stratum,share\nJAKI,20\n", "the share of stratum 'JAKI' is 20.0; expected 0 to 1"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, message):
    with pytest.raises(AllocationError, match=re.escape(message)):
        read_stratum_values(pilot(tmp_path, text), SIZES)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(AllocationError, match=r"cannot read .*nowhere\.csv"):
        read_stratum_values(tmp_path / "nowhere.csv", SIZES)


def test_a_share_of_a_stratum_of_one_has_no_spread():
    assert share_values(SIZES, 0.5).deviations["SMS"] == 0

"""Strata made from dates, numbers and small strata."""

import re

import pytest

from cmresearch.errors import FrameError
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify, write_sample
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame
from cmresearch.sampling.stratification import class_of, collapse_strata, joined_strata, month_of
from cmresearch.sampling.verification import verify

TEXT = "id,channel,received,times\n" + "".join(
    f"{number:02d},{('app', 'app', 'web', 'letter')[number % 4]},2020-0{1 + number // 12}-05 08:00:00,{number % 7}\n"
    for number in range(24)
)


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def saying(text):
    return f"^{re.escape(text)}$"


def test_months_are_strata(export):
    frame = read_frame(export, id="id", strata=["channel", "month"], variables={"month": month_of("received")})
    assert frame.sizes["app / 2020-01"] == 6
    assert frame.values["web / 2020-02"] == ("web", "2020-02")


def test_classes_of_a_number_are_strata(export):
    frame = read_frame(export, id="id", strata="class", variables={"class": class_of("times", [2, 5])})
    # 0 to 23 modulo 7: 0 and 1 come 4 times each, 2 comes 4 times, 3 and 4 and 5 and 6 three times each.
    assert frame.sizes == {"1: below 2": 8, "2: 2 to below 5": 10, "3: 5 and more": 6}


def test_a_missing_number_is_a_class_of_its_own(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,times\n1,\n2,3\n", encoding="utf-8")
    frame = read_frame(path, id="id", strata="class", variables={"class": class_of("times", [5])})
    assert frame.sizes == {"1: below 5": 1, "unknown": 1}


def test_cuts_that_do_not_grow_are_refused():
    message = "the cuts [5, 5] do not grow; expected whole numbers, each above the one before"
    with pytest.raises(FrameError, match=saying(message)):
        class_of("times", [5, 5])


def test_a_made_stratum_of_floating_point_is_refused(export):
    message = "variable 'half': gives DOUBLE values; which programs write differently; make it text"
    with pytest.raises(FrameError, match=saying(message)):
        read_frame(export, id="id", strata="half", variables={"half": "CAST(times AS DOUBLE) / 2"})


def test_small_strata_are_joined_with_the_next_in_the_stated_order():
    sizes = {"app": 90, "letter": 3, "phone": 20, "web": 4}
    assert joined_strata(sizes, below=10) == {
        "app": "app",
        "letter": "letter + phone + web",
        "phone": "letter + phone + web",
        "web": "letter + phone + web",
    }
    order = ["letter", "web", "phone", "app"]
    assert joined_strata(sizes, below=7, order=order)["letter"] == "letter + web"
    assert joined_strata(sizes, below=1000) == dict.fromkeys(sizes, "app + letter + phone + web")
    assert joined_strata(sizes, below=1) == {label: label for label in sizes}


def test_an_order_that_lacks_a_stratum_is_refused():
    message = "there is no stratum 'webb' to join; did you mean 'web'?\nthe order does not say where stratum 'web' goes"
    with pytest.raises(FrameError, match=saying(message)):
        joined_strata({"app": 3, "web": 3}, below=2, order=["app", "webb"])


def test_a_frame_with_joined_strata_holds_the_same_complaints(export):
    frame = read_frame(export, id="id", strata="channel", where="id <> '03'")
    joined = collapse_strata(frame, below=6)
    assert frame.sizes == {"app": 12, "letter": 5, "web": 6}
    assert joined.sizes == {"app": 12, "letter + web": 11}


def test_whoever_verifies_makes_the_same_strata(export, tmp_path):
    variables = {"month": month_of("received")}
    frame = collapse_strata(read_frame(export, id="id", strata=["channel", "month"], variables=variables), below=4)
    sample = draw(frame, allocate(frame, 10), seed="s")
    write_sample(tmp_path / "drawn", sample, *certify(sample, frame))
    assert verify(tmp_path / "drawn", export).holds
    alone = tmp_path / "frame.csv"
    frame.read_values([*frame.complaints.columns, "joined_stratum"]).to_csv(alone, index=False)
    assert verify(tmp_path / "drawn", alone).holds


def test_a_name_that_is_taken_is_refused(export):
    with pytest.raises(FrameError, match="'channel' is the name of a column or variable already"):
        collapse_strata(read_frame(export, id="id", strata="channel"), below=6, name="channel")

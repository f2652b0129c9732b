"""Made coders err as often as their parameters say, and where they differ the flawless record decides."""

import csv
import hashlib

import pandas as pd
import pytest

from cmresearch.errors import CmResearchError
from cmresearch.study.synthetic import compose_records, read_coders, write_records

CODERS = """
recorded_by_both = 6

[[coder]]
name = "Ada"
file = "first"
starts = 2031-06-06T09:00:00+01:00

[[coder]]
name = "Ben"
file = "second"
starts = 2031-06-06T09:00:00+01:00

[adjudicator]
name = "Cy"
file = "decided"
starts = 2031-06-20T09:00:00+01:00

[time]
seconds = [3000, 3001]
hours_a_day = 3

[[variable]]
name = "disposition"
[variable.mistaken]
ineligible = { not_codable = 0 }
[variable.reasons]
ineligible = "a trial"
not_codable = "cut off"

[[variable]]
name = "kind"
[variable.mistaken]
boats = { rest = 10000 }
[variable.reasons]
boats = "it floats"
rest = "neither"

[memos.disposition]
ineligible = "No request."

[memos.matter]
variable = "kind"
category = "rest"
otherwise = "Something else."
[memos.matter.words]
oar = "Rowing."
"""


def read(folder, *changes):
    text = CODERS
    for old, new in changes:
        text = text.replace(old, new)
    (folder / "coders.toml").write_text(text, encoding="utf-8")
    return read_coders(folder / "coders.toml")


@pytest.fixture
def texts():
    return {f"r{n:02d}": "An OAR is lost." if n % 2 else "Lost." for n in range(20)}


@pytest.fixture
def flawless(texts):
    kinds = ["boats", "rest", "", "rest"] * 5
    dispositions = ["coded" if kind else "ineligible" for kind in kinds]
    return pd.DataFrame({"id": list(texts), "disposition": dispositions, "kind": kinds})


@pytest.fixture
def records(tmp_path, flawless, texts):
    return compose_records(read(tmp_path), flawless, texts, seed="town")


def test_each_complaint_is_recorded_and_those_with_the_smallest_tickets_by_both(records, texts):
    first, second = (set(records[name]["id"]) for name in ("first", "second"))
    assert first | second == set(texts)
    by_ticket = sorted(texts, key=lambda one: hashlib.sha256(f"town double|{one}".encode()).hexdigest())
    assert first & second == set(by_ticket[:6])


def test_what_is_always_mistaken_is_never_right_and_the_rest_never_wrong(records, flawless):
    rows = pd.concat([records["first"], records["second"]]).merge(flawless, on="id", suffixes=("", "_true"))
    assert (rows["disposition"] == rows["disposition_true"]).all()
    assert set(rows.loc[rows["kind_true"] == "boats", "kind"]) == {"rest"}
    assert (rows["kind"] == rows["kind_true"]).loc[rows["kind_true"] != "boats"].all()


def test_an_error_of_both_is_no_difference_and_stays(records):
    assert records["decided"].empty
    assert list(records["decided"].columns) == ["id", "coder", "at", "disposition", "kind", "memo"]


def test_where_they_differ_the_flawless_record_is_decided_with_a_reason(tmp_path, flawless, texts):
    changes = [("recorded_by_both = 6", "recorded_by_both = 20"), ("rest = 10000", "rest = 5000")]
    records = compose_records(read(tmp_path, *changes), flawless, texts, seed="town")
    first, second = (records[name].set_index("id")["kind"] for name in ("first", "second"))
    differing = list(first.index[first != second])
    decided = records["decided"]
    assert 0 < len(differing) < 5
    assert decided["id"].tolist() == differing
    assert set(decided["kind"]) == {"boats"}
    assert set(decided["memo"]) == {"kind: it floats."}
    assert set(decided["coder"]) == {"Cy"}


def test_memos_name_the_matter_by_the_words_of_the_text(records, texts):
    for row in pd.concat([records["first"], records["second"]]).itertuples():
        of_rest = "Rowing." if "OAR" in texts[row.id] else "Something else."
        assert row.memo == {"rest": of_rest, "": "No request."}[row.kind]


def test_coding_takes_a_few_hours_a_day_and_rests_at_the_weekend(tmp_path, flawless, texts):
    records = compose_records(
        read(tmp_path, ("recorded_by_both = 6", "recorded_by_both = 20")), flawless, texts, seed="s"
    )
    times = pd.to_datetime(records["first"]["at"])
    # 50 minutes each from nine o'clock, three hours a day: the fourth would end after twelve, on the next day.
    assert times.dt.strftime("%a %H:%M").tolist()[:5] == [
        "Fri 09:50",
        "Fri 10:40",
        "Fri 11:30",
        "Mon 09:00",
        "Mon 09:50",
    ]


def test_the_files_hold_the_tables(tmp_path, records):
    write_records(records, tmp_path / "out")
    with (tmp_path / "out" / "first.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == records["first"].to_dict("records")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('boats = "it floats"', "", r"line 31: no reason for 'boats' of kind"),
        (
            "seconds = [3000, 3001]",
            "seconds = [3, 3]",
            r"a record takes from 3 to 3 seconds; expected two rising numbers",
        ),
        ('name = "disposition"', 'name = "state"', r"the first variable is 'state'; expected 'disposition'"),
        ("not_codable = 0", "coded = 0", r"no reason for 'coded' of disposition"),
        ('variable = "kind"', 'variable = "kinds"', r"there is no variable 'kinds'; did you mean 'kind'\?"),
        ('file = "second"', 'file = "first"', r"the files are first, first, decided; expected three different ones"),
        ("T09:00:00+01:00", "T09:00:00", r"starts is .*; expected .*timezone"),
        ("hours_a_day", "hours", r"unknown key 'hours'; did you mean"),
    ],
)
def test_a_fault_of_the_parameters_is_told(tmp_path, old, new, said):
    with pytest.raises(CmResearchError, match=said):
        read(tmp_path, (old, new))


def test_a_coded_complaint_is_never_taken_for_one_that_is_not(tmp_path):
    with pytest.raises(
        CmResearchError, match="the disposition 'coded' is mistaken; only those that are not coded can be"
    ):
        read(tmp_path, ("not_codable = 0", "coded = 0"), ('not_codable = "cut off"', 'coded = "about the town"'))


def test_a_complaint_or_a_variable_without_a_flawless_record_is_named(tmp_path, flawless, texts):
    coders = read(tmp_path)
    with pytest.raises(CmResearchError, match="there is no flawless record of 'r99'"):
        compose_records(coders, flawless, {**texts, "r99": "Late."}, seed="town")
    with pytest.raises(CmResearchError, match="the flawless records have no column 'kind'"):
        compose_records(coders, flawless.drop(columns="kind"), texts, seed="town")

"""The illustrative records are the ones that the parameter files make, for every complaint drawn."""

import csv
import hashlib
from pathlib import Path

import pytest

from cmresearch.study import open_study
from cmresearch.study.synthetic import (
    compose_records,
    make_flawless_records,
    read_coders,
    read_parameters,
    write_records,
)

STUDY = Path(__file__).parents[1]
ILLUSTRATIVE = STUDY / "data" / "illustrative"
NAMES = ("coder-a", "coder-b", "adjudicated")


@pytest.fixture(scope="module")
def records():
    return {name: _read(ILLUSTRATIVE / "responses" / f"{name}.csv") for name in NAMES}


def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_the_parameters_make_the_same_files_again(tmp_path):
    study = open_study(STUDY)
    sample, made = study.draw(study.read_frame()), study.settings.full_set
    flawless = make_flawless_records(read_parameters(study.path(made.made_from)), seed=made.seed)
    coders = read_coders(STUDY / "data" / "synthetic" / "coders.toml")
    texts = dict(zip(sample.rows["id"], sample.rows["text"], strict=True))
    write_records(compose_records(coders, flawless, texts, seed=study.seed), tmp_path)
    for name in NAMES:
        kept = (ILLUSTRATIVE / "responses" / f"{name}.csv").read_bytes()
        assert (tmp_path / f"{name}.csv").read_bytes() == kept, f"{name}.csv: compose the records again"


def test_each_of_the_989_is_recorded_and_200_of_them_twice(records):
    first, second = records["coder-a"].keys(), records["coder-b"].keys()
    assert len(first | second) == 989
    assert len(first & second) == 200


def test_the_200_are_those_with_the_smallest_tickets(records):
    first, second = records["coder-a"].keys(), records["coder-b"].keys()
    seed = "cmresearch jakarta 2020 double"
    by_ticket = sorted(first | second, key=lambda one: hashlib.sha256(f"{seed}|{one}".encode()).hexdigest())
    assert set(by_ticket[:200]) == first & second


def test_every_difference_is_decided_with_a_reason(records):
    first, second, ruled = (records[name] for name in NAMES)
    made = ("coder", "at", "memo")
    differing = {
        one
        for one in first.keys() & second.keys()
        if any(first[one][name] != second[one][name] for name in first[one] if name not in made)
    }
    assert ruled.keys() == differing
    assert all(row["memo"] and row["coder"] == "adjudicator" for row in ruled.values())


def test_what_is_not_coded_has_no_other_value(records):
    rows = [row for name in NAMES for row in records[name].values()]
    empty = [row for row in rows if row["disposition"] != "coded"]
    answers = ("topic", "final_answer", "evidence_given", "reply_addresses_case", "repeat_complaint")
    assert len(empty) / len(rows) == pytest.approx(0.045, abs=0.01)
    assert not any(row[name] for row in empty for name in answers)

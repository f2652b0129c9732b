"""The settings of a study: what they may hold, and how their faults are told."""

from __future__ import annotations

import hashlib
import re

import pytest
from small_settings import EXPORT, MINIMAL, planned
from small_study import without_a_sample, write_study

from cmresearch.errors import StudyError
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.toml").write_text(MINIMAL.replace("FULL_SET", 'file = "export.csv"'), encoding="utf-8")
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    return tmp_path


def test_a_study_is_found_from_a_folder_below_it(folder, monkeypatch):
    below = folder / "notebooks"
    below.mkdir()
    monkeypatch.chdir(below)
    assert open_study().settings.study.key == "small"


def test_without_a_study_the_error_says_where_was_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=r"there is no study\.toml in .* or above it; name the study's folder"):
        open_study()


def test_a_study_whose_data_are_not_distributed_says_how_to_give_them(folder):
    (folder / "study.toml").write_text(MINIMAL.replace("FULL_SET", ""), encoding="utf-8")
    with pytest.raises(StudyError, match=r"give it with --data FILE \(the city's portal\)"):
        open_study(folder).full_set()


def test_another_file_can_take_the_full_sets_place(folder, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("id,channel,hours\n9,web,1\n", encoding="utf-8")
    assert open_study(folder, data=other).read_frame().size == 1


EXPORTS = """
[[export]]
name = "in May"
file = "may.csv"
until = "2020-05-31"

[[export]]
name = "in June"
file = "june.csv"
until = "2020-06-30"
"""


def without_full_set(folder):
    (folder / "study.toml").write_text(MINIMAL.replace("FULL_SET", "") + EXPORTS, encoding="utf-8")
    return folder


def test_exports_are_looked_for_beside_the_full_set(folder, tmp_path):
    for name in ("may.csv", "june.csv"):
        (tmp_path / name).write_text("id\n1\n", encoding="utf-8")
    study = open_study(without_full_set(folder), data=tmp_path / "june.csv")
    assert [(each.name, each.path, each.until) for each in study.exports] == [
        ("in May", tmp_path / "may.csv", "2020-05-31"),
        ("in June", tmp_path / "june.csv", "2020-06-30"),
    ]


def test_exports_that_are_not_there_are_named(folder, tmp_path):
    (tmp_path / "june.csv").write_text("id\n1\n", encoding="utf-8")
    study = open_study(without_full_set(folder), data=tmp_path / "june.csv")
    assert study.absent_exports == ("may.csv",)
    with pytest.raises(StudyError, match=re.escape(f"may.csv: not in {tmp_path}")):
        _ = study.exports
    with pytest.raises(StudyError, match="not known; give it with CMRESEARCH_DATA"):
        _ = open_study(folder).exports


def test_a_notebook_is_told_the_data_by_the_environment_but_only_where_the_study_names_none(
    folder, tmp_path, monkeypatch
):
    (tmp_path / "june.csv").write_text("id\n1\n", encoding="utf-8")
    monkeypatch.setenv("CMRESEARCH_DATA", str(tmp_path / "june.csv"))
    assert open_study(folder).data is None
    assert open_study(without_full_set(folder)).data == tmp_path / "june.csv"
    monkeypatch.setenv("CMRESEARCH_DATA", "")
    assert open_study(folder).data is None


def test_a_full_set_that_is_not_there_is_an_error_at_once(folder):
    with pytest.raises(StudyError, match=r"there is no file .*absent\.csv"):
        open_study(folder, data=folder / "absent.csv")


def test_sampled_complaints_carry_their_register_variables(folder):
    study = open_study(folder)
    frame = study.read_frame()
    drawn = study.read_drawn(frame, study.draw(frame))
    known = dict(zip(drawn.table["id"], drawn.words("quick"), strict=True))
    assert all(known[id] == truth for id, truth in {"1": "true", "2": "false", "4": "false"}.items() if id in known)


def test_a_study_may_plan_with_the_spread_of_a_register_variable(folder):
    allocation = planned(folder, 'method = "neyman"', 'variable = "quick"')
    # quick: two of three on the web, so S = sqrt(1/3); on the phone one is known, so 0.
    assert allocation.scores == pytest.approx({"phone": 0, "web": 3**0.5})
    assert allocation.sample_sizes == {"phone": 1, "web": 2}


def test_a_study_without_words_says_so(folder):
    with pytest.raises(StudyError, match="this study has no interviews and no codebook"):
        open_study(folder).read_codebook()


def test_the_jakarta_draw_is_pinned(jakarta):
    # The coders' records belong to these complaints; another draw would need other records.
    assert len(jakarta.draw.sample.ids) == 989
    assert jakarta.draw.certificate.frame.rows == 14581
    assert jakarta.draw.certificate.frame.membership == PINNED_MEMBERSHIP
    assert jakarta.draw.sample.ids[:3] == PINNED_FIRST
    assert hashlib.sha256("\n".join(jakarta.draw.sample.ids).encode()).hexdigest() == PINNED_IDS


PINNED_MEMBERSHIP = "e76a73f01a43e86520bdf1331fc5d60619c012d78a91b992887e8bee34bc0b6b"
PINNED_FIRST = ("JK2009020278", "JK2008180334", "JK2005100021")
PINNED_IDS = "52936cb397a46ea3b26c68a7ab26a119ba1a191a3d6a9a6c969275b0749837d8"


def test_a_study_without_a_sample_draws_none(tmp_path):
    study = open_study(without_a_sample(write_study(tmp_path)))
    with pytest.raises(StudyError, match=r"study.toml has no \[sample\]: this study draws none"):
        study.draw(study.read_frame())

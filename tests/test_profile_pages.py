"""A first look at an export as a page, and as a study to start from."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_export import a_citys_file

from cmresearch.errors import CmResearchError, IntakeError
from cmresearch.files.writing import csv_text
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.intake.profile import inspect
from cmresearch.intake.profile_pages import profile_page, starting_study, write_starting_study
from cmresearch.language.voice import ENGLISH
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame


def test_a_sample_is_drawn_from_the_starting_study_without_an_edit(tmp_path):
    path = a_citys_file(tmp_path)
    study = write_starting_study(inspect(path), tmp_path / "study")
    plan = tomllib.loads(study.read_text(encoding="utf-8"))
    assert plan["full_set"]["file"] == "../aduan.csv"
    export = read_export(path, IntakeMapping.model_validate(plan["intake"]))
    assert export.report.accounting(ENGLISH).to_records(index=False).tolist() == [
        ("rows in the file", 92),
        ("set aside: a row of totals", 1),
        ("set aside: a repeated id", 1),
        ("complaints", 90),
    ]
    variables = {name: each if isinstance(each, str) else each["sql"] for name, each in plan["variables"].items()}
    frame = read_frame(export.complaints, id="id", strata=plan["frame"]["strata"], variables=variables)
    assert dict(frame.sizes) == {"JAKI": 30, "Qlue": 30, "not stated": 30}
    assert len(draw(frame, allocate(frame, 12), seed=plan["sample"]["seed"]).rows) == 12


def test_a_starting_study_is_never_written_over(tmp_path):
    profile = inspect(a_citys_file(tmp_path))
    write_starting_study(profile, tmp_path / "study")
    with pytest.raises(IntakeError, match=r"study.toml is there already and is not written over"):
        write_starting_study(profile, tmp_path / "study")


def test_rows_of_a_file_without_ids_are_named_by_their_number(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("type,area\n" + "Noise,North\nNoise,South\n" * 20)
    plan = tomllib.loads(write_starting_study(inspect(path), tmp_path / "study").read_text(encoding="utf-8"))
    assert (plan["intake"]["number_rows"], plan["frame"]["id"]) == ("row_number", "row_number")
    export = read_export(path, IntakeMapping.model_validate(plan["intake"]))
    assert export.complaints.query("SELECT row_number, area FROM complaints LIMIT 2") == [
        ("1", "North"),
        ("2", "South"),
    ]
    assert read_frame(export.complaints, id="row_number", strata="area").size == 40


def test_a_file_without_categories_is_said_to_have_none(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,type\n" + "".join(f"{n},Noise\n" for n in range(9)))
    with pytest.raises(
        IntakeError,
        match=r"export.csv has no column with few values, so there is nothing to make "
        r"strata",
    ):
        write_starting_study(inspect(path), tmp_path / "study")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    header=st.lists(st.text("ab\"'#é ,;date", max_size=6), min_size=1, max_size=4),
    cells=st.lists(
        st.lists(st.sampled_from(["", "1", "1/2/2020", "x", "N/A", "é\"'", "43900"]), max_size=4), max_size=5
    ),
)
def test_a_first_look_at_any_small_file_gives_a_profile_or_a_named_fault(tmp_path, header, cells):
    path = tmp_path / "export.csv"
    rows = [header, *(([*row, *[""] * 4])[: len(header)] for row in cells)]
    path.write_text(csv_text(rows[0], rows[1:]), encoding="utf-8", newline="")
    try:
        profile = inspect(path)
        profile_page(profile)
        tomllib.loads(starting_study(profile, file="export.csv"))
    except CmResearchError:
        return


def test_the_page_shows_a_citys_text_as_text(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,type\n1,<script>alert(1)</script>\n2,b\n")
    assert "<script>" not in profile_page(inspect(path))

"""The verb that proposes a status for each dimension and says how its lines converge."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from small_study import edit, without_memo, write_study_with_words

from cmresearch.cli import main
from cmresearch.triangulation.convergence import LINES

# A whole study: its sample is against, its interviews too, until somebody codes them otherwise.


@pytest.fixture
def study_folder(tmp_path):
    folder = write_study_with_words(tmp_path / "study")
    for name in ("coder-a", "coder-b", "adjudicated"):
        edit(folder / f"responses/{name}.csv", "explicit", "none")
    return folder


def test_assess_ends_with_2_and_a_sentence_where_the_memo_is_missing(study_folder, capsys):
    without_memo(study_folder)
    assert main(["assess", "--study", str(study_folder)]) == 2
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1] == (
        f"cmresearch assess: {study_folder / 'decisions.toml'}: decision on 'create_closure': dissonance between "
        "sample (against) and interviews (for) without a memo; on_convergence must say what the researcher makes of it"
    )
    assert "Traceback" not in shown.err


def test_assess_shows_lines_and_convergence_of_a_dimension(study_folder, capsys):
    assert main(["assess", "--study", str(study_folder), "--dimension", "create_closure", "--json"]) == 0
    rows = pd.DataFrame(json.loads(capsys.readouterr().out))
    lines = rows[rows["kind"] == "line"].set_index("what")["holds"]
    assert lines.to_dict() == {
        "register": "silent",
        "sample": "against",
        "interviews": "against",
        "documents": "silent",
    }
    assert rows[rows["kind"] == "convergence"]["holds"].tolist() == ["agreement", "agreement"]


def test_assess_in_json_holds_the_whole_joint_display(study_folder, capsys):
    assert main(["assess", "--study", str(study_folder), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {*LINES, "convergence", "researcher_convergence", "on_convergence", "proposed_status"} <= set(row)

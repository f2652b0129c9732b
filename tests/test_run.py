"""The main job on the repository's own study: what follows from its files, and what follows from other files."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace

import pytest
from small_study import write_study_with_words

from cmresearch.language.voice import ENGLISH
from cmresearch.study.run import run_study
from cmresearch.study.study import Study, open_study

DECISION = '[[decision]]\ndimension = "{key}"\nstatus = "fulfilled"\nmemo = "So."\non_convergence = "So."\n'


@pytest.fixture
def copy(project, tmp_path) -> Study:
    """The study in a folder of its own, so that its files can be changed; the made full set is not made again."""
    for name in ("study.toml", "codebook", "data"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    study = open_study(tmp_path)
    # Whatever a test changes, a researcher has written why: statuses overruled and lines that contradict each other.
    decided = [DECISION.format(key=each.key) for each in study.read_codebook().dimensions]
    study.decisions_file.write_text('data_kind = "illustrative"\n' + "".join(decided), encoding="utf-8")
    return replace(study, settings=study.settings.model_copy(update={"provenance": None}))


def rewrite(path, change):
    """Write a CSV file anew, each row changed by a function that gives a row or None to leave it out."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in map(change, rows) if row is not None)


def statuses(run):
    return {each.dimension.key: each.status for each in run.words.assessment.dimensions}


def test_rows_in_are_rows_kept_and_rows_set_aside(jakarta):
    counts = dict(jakarta.frame.accounting(ENGLISH).itertuples(index=False, name=None))
    assert counts["rows in the export"] == counts["set aside by the filter"] + counts["complaints in the frame"]


def test_every_drawn_complaint_has_a_disposition(jakarta):
    assert sum(jakarta.responses.dispositions.values()) == len(jakarta.draw.sample.ids)


def test_only_findings_on_published_figures_are_recomputed(jakarta):
    for compared in jakarta.findings.compared:
        if compared.result == "recomputed":
            assert compared.kinds == {"published"}


def test_at_least_fourteen_findings_are_listed(jakarta):
    assert len(jakarta.findings.compared) >= 14


def test_register_estimates_stand_beside_their_truth(jakarta):
    table = jakarta.estimates_table()
    known = table[table["variable"] == "hours_to_close"].iloc[0]
    assert known["truth"] == pytest.approx(jakarta.frame.mean("hours_to_close"))
    assert table[table["variable"] == "final_answer"]["truth"].isna().all()


def test_another_coding_gives_another_status(copy, jakarta):
    path = copy.folder / "data/illustrative/coding/adjudicated.csv"
    cost = {code.key for code in jakarta.words.codebook.codes_of("follow_up_cost")}
    rewrite(path, lambda row: row | {"direction": "supports"} if row["code"] in cost else row)
    changed = statuses(run_study(copy))
    assert statuses(jakarta)["follow_up_cost"] == "not_implemented"
    assert changed["follow_up_cost"] == "fulfilled"


def test_a_study_that_hears_nobody_assesses_nothing_as_not_implemented(copy):
    path = copy.folder / "data/illustrative/coding/adjudicated.csv"
    rewrite(path, lambda row: row if row["source"] == "interview-1-government-bureau" else None)
    assert "not_implemented" not in statuses(run_study(copy)).values()


def test_other_records_of_the_coders_change_an_indicator(copy, jakarta):
    for name in ("coder-a", "coder-b", "adjudicated"):
        path = copy.folder / f"data/illustrative/responses/{name}.csv"
        rewrite(
            path,
            lambda row: row | ({"reply_addresses_case": "no"} if row["disposition"] == "coded" else {}),
        )
    assert statuses(jakarta)["speed_human_touch"] == "fulfilled"
    assert statuses(run_study(copy))["speed_human_touch"] == "not_optimal"


def test_a_draw_whose_complaints_are_not_coded_stops_with_their_count(copy):
    other = copy.settings.sample.model_copy(update={"seed": "another seed"})
    study = replace(copy, settings=copy.settings.model_copy(update={"sample": other}))
    with pytest.raises(ValueError, match=r"\d+ of 989 drawn complaints are not coded, such as JK20"):
        run_study(study)


def test_a_status_overruled_without_a_memo_is_refused_with_the_name_of_the_file(copy):
    words = copy.settings.words.model_copy(update={"decisions": "decisions.toml"})
    study = replace(copy, settings=copy.settings.model_copy(update={"words": words}))
    (copy.folder / "decisions.toml").write_text(
        'data_kind = "illustrative"\n[[decision]]\ndimension = "follow_up_cost"\nstatus = "fulfilled"\n',
        encoding="utf-8",
    )
    expected = (
        r"decisions\.toml: decision on 'follow_up_cost': fulfilled overrules not_implemented without a memo; say why"
    )
    with pytest.raises(ValueError, match=expected):
        run_study(study)


def test_the_study_s_own_dissonance_cannot_stand_without_its_memos(copy):
    text = copy.decisions_file.read_text(encoding="utf-8")
    copy.decisions_file.write_text(text.replace('on_convergence = "So."\n', ""), encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"decisions\.toml: decision on 'strategic_issue': dissonance between"
    ) as error:
        run_study(copy)
    assert "'internal_control': dissonance between interviews (against) and documents (for)" in str(error.value)


def test_every_dimension_of_the_study_has_its_lines_and_their_convergence(jakarta):
    table = jakarta.joint_display_table()
    assert len(table) == 12
    assert set(table["convergence"]) == {"agreement", "partial_agreement", "dissonance"}
    assert table.query("dimension == 'internal_control'")["researcher_convergence"].tolist() == ["partial_agreement"]


def test_each_step_is_announced(copy):
    said = []
    run_study(copy, progress=said.append)
    assert said[0].startswith("data files")
    assert said[-1] == "findings"


def test_every_dimension_has_its_reliability_with_the_warning_of_few_sources(jakarta):
    table = jakarta.reliability_table(ENGLISH).query("subject == 'dimension'")
    assert list(table["key"]) == [each.key for each in jakarta.words.codebook.dimensions]
    assert (table["lower"] <= table["alpha"]).all()
    assert table["note"].str.startswith("the interval rests on 13 sources").all()


@pytest.mark.parametrize("left_out", [["responses/coder-b.csv", "responses/adjudicated.csv"], ["coding/coder-b.csv"]])
def test_what_one_coder_alone_coded_is_assessed_and_has_no_reliability(tmp_path, left_out):
    folder = write_study_with_words(tmp_path)
    for name in left_out:
        (folder / name).unlink()
    run = run_study(open_study(folder))
    measured = set(run.reliability_table()["subject"])
    assert measured == ({"code", "dimension"} if left_out[0].startswith("responses") else {"variable"})
    assert len(run.assessment_table()) == 1

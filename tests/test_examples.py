"""A real city, where the truth is known for the whole register."""

from __future__ import annotations

import pytest

from cmresearch.cli import main
from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.sampling.drawing import draw
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

NASHVILLE = "nashville-covid-2020/requests.csv"


@pytest.fixture(scope="module")
def nashville(project, real_data):
    return open_study(project / "examples" / "nashville-covid-2020", data=real_data(NASHVILLE))


@pytest.fixture(scope="module")
def run(nashville):
    return run_study(nashville)


def test_nashville_ends_with_a_report(nashville, tmp_path, capsys):
    call = ["reproduce", "--study", str(nashville.folder), "--data", str(nashville.data), "--out", str(tmp_path)]
    assert main(call) == 0
    assert (tmp_path / "report.html").is_file()
    assert "report: " in capsys.readouterr().out


def test_the_whole_register_has_the_known_truths(run):
    assert run.frame.size == 11_609
    assert run.frame.sizes["Mobile App"] == 562
    shares = {days: run.frame.share(f"closed_within_{days}") for days in ("1_day", "3_days", "5_days")}
    assert shares == pytest.approx({"1_day": 0.4197, "3_days": 0.7983, "5_days": 0.9222}, abs=5e-5)
    assert run.frame.median("hours_to_close") / 24 == pytest.approx(1.08, abs=0.005)


def test_shares_by_channel_stand_beside_their_truth(run):
    table = run.estimates_table().set_index("domain")
    truth = table[table["by"] == "Request Origin"]["truth"]
    assert truth["hubNashville Community"] == pytest.approx(0.825, abs=5e-4)
    assert truth["Phone"] == pytest.approx(0.736, abs=5e-4)
    assert truth["Mobile App"] == pytest.approx(0.735, abs=5e-4)


def test_the_one_email_is_a_stratum_taken_whole(run):
    table = run.estimates_table().set_index("domain")
    assert table.loc["Email", "method"] == "census"


def test_intervals_cover_the_truth_as_often_as_they_say(nashville, run):
    frame, allocation = run.frame, nashville.allocate(run.frame)
    truth = frame.share("closed_within_3_days")
    covered = 0
    for number in range(200):
        responses = nashville.read_drawn(frame, draw(frame, allocation, seed=f"coverage {number}"))
        (share,) = estimate_proportion(responses, "closed_within_3_days", value="true")
        covered += share.lower <= truth <= share.upper
    # 95 % intervals, conservative by design; of 200, fewer than 182 would happen in 6 of 1,000 honest runs.
    assert covered >= 182


def test_the_report_of_a_study_without_interviews_says_so(run, tmp_path):
    from cmresearch.report.page.page import write_report

    write_report(run, tmp_path / "report.html")
    assert "no interviews" in (tmp_path / "report.html").read_text(encoding="utf-8").lower()

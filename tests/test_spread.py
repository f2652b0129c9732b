"""The standard deviation: a textbook's formulas by hand, R's `svyvar`, and every place that asks for it."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_study import write_study

from cmresearch.cli import main
from cmresearch.errors import EstimationError
from cmresearch.estimation.calibration import poststratify
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import NO_VARIATION, ONE_UNIT, estimate_mean
from cmresearch.estimation.explanation import Formula, explain_in_formulas
from cmresearch.estimation.replicates import with_replicates
from cmresearch.estimation.spread import estimate_standard_deviation
from cmresearch.report.estimate_groups import estimate_groups
from cmresearch.report.page import write_report
from cmresearch.responses.responses import declare_sample, read_sample
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

HERE = Path(__file__).parent
DATA = Path(os.environ.get("CMRESEARCH_REAL_DATA", HERE.parent.parent / "shared" / "data")) / "survey-reference"
TABLE = pd.DataFrame(
    {
        "channel": ["web"] * 4 + ["phone"] * 4,
        "N": [60] * 4 + [20] * 4,
        "days": [2.0, 4, 4, 6, 10, 14, 8, 11],
        "city": ["North", "South"] * 4,
    }
)


def declared(table):
    return declare_sample(table, strata="channel", population_size="N")


@pytest.fixture
def sample():
    return declared(TABLE)


def by_hand(y, weights, strata, sizes, inside=None):
    """Standard deviation and standard error by the textbook's sums, with nothing of the library.

    The variance is the weighted mean of v = n / (n - 1) (y - mean)^2; its scores are w (v - variance) / sum of w, zero
    outside the domain; the standard error goes through the root by the delta method.
    """
    inside = np.ones(len(y), dtype=bool) if inside is None else inside
    w = np.where(inside, weights, 0.0)
    n = inside.sum()
    mean = (w * y).sum() / w.sum()
    v = n / (n - 1) * (y - mean) ** 2
    variance = (w * v).sum() / w.sum()
    z = w * (v - variance) / w.sum()
    squared = 0.0
    for stratum, size in sizes.items():
        part = z[strata == stratum]
        squared += (1 - len(part) / size) * len(part) * part.var(ddof=1) if len(part) < size else 0.0
    return math.sqrt(variance), math.sqrt(squared) / (2 * math.sqrt(variance))


def figures(estimates):
    return [(row.estimate, row.standard_error) for row in estimates]


def test_figure_and_standard_error_are_the_textbook_s(sample):
    y, strata = TABLE["days"].to_numpy(), TABLE["channel"].to_numpy()
    expected = by_hand(y, sample.weights, strata, {"web": 60, "phone": 20})
    assert figures(estimate_standard_deviation(sample, "days")) == [pytest.approx(expected)]


def test_a_domain_is_estimated_within_the_whole_design(sample):
    y, strata, city = (TABLE[name].to_numpy() for name in ("days", "channel", "city"))
    expected = [
        by_hand(y, sample.weights, strata, {"web": 60, "phone": 20}, city == each) for each in ("North", "South")
    ]
    found = estimate_standard_deviation(sample, "days", by="city")
    assert [row.domain for row in found] == ["North", "South"]
    assert figures(found) == [pytest.approx(each) for each in expected]


def test_a_stratum_taken_whole_adds_no_variance():
    table = TABLE.assign(N=[4] * 4 + [20] * 4)
    y, strata = table["days"].to_numpy(), table["channel"].to_numpy()
    expected = by_hand(y, declared(table).weights, strata, {"web": 4, "phone": 20})
    assert figures(estimate_standard_deviation(declared(table), "days")) == [pytest.approx(expected)]


def test_of_a_full_set_it_is_exact_and_a_census():
    (row,) = estimate_standard_deviation(declared(TABLE.assign(N=4)), "days")
    assert row.estimate == pytest.approx(TABLE["days"].std(ddof=1))
    assert (row.method, row.standard_error, row.lower, row.upper) == ("census", 0.0, row.estimate, row.estimate)


def test_a_stratum_of_one_unit_is_refused_until_a_policy_is_chosen():
    lonely = declared(TABLE.iloc[:5])
    with pytest.raises(EstimationError, match="one unit drawn of several in stratum 'phone'"):
        estimate_standard_deviation(lonely, "days")
    errors = [
        estimate_standard_deviation(lonely, "days", lonely=policy)[0].standard_error
        for policy in ("certainty", "average", "adjust")
    ]
    assert errors == sorted(errors)
    assert errors[0] > 0


def test_units_without_a_value_are_refused_or_left_out_of_the_domain():
    blank = declared(TABLE.assign(days=[*TABLE["days"][:7], None]))
    with pytest.raises(EstimationError, match=r"1 of 8 sampled units have no value"):
        estimate_standard_deviation(blank, "days")
    y, strata = TABLE["days"].to_numpy(), TABLE["channel"].to_numpy()
    expected = by_hand(y, blank.weights, strata, {"web": 60, "phone": 20}, np.arange(8) < 7)
    assert figures(estimate_standard_deviation(blank, "days", missing="drop")) == [pytest.approx(expected)]


def test_one_unit_has_no_standard_deviation_and_equal_numbers_one_of_zero():
    alone = declared(TABLE.assign(city=["North"] + ["South"] * 7))
    row = estimate_standard_deviation(alone, "days", by="city")[0]
    assert math.isnan(row.estimate)
    assert (row.n, row.notes) == (1, (ONE_UNIT,))
    same = estimate_standard_deviation(declared(TABLE.assign(days=0.1)), "days")[0]
    assert (same.estimate, same.standard_error, same.notes) == (0.0, 0.0, (NO_VARIATION,))


def test_another_unit_of_measurement_changes_figure_and_error_alike(sample):
    (days,) = estimate_standard_deviation(sample, "days")
    (hours,) = estimate_standard_deviation(declared(TABLE.assign(days=24 * TABLE["days"] + 1e6)), "days")
    assert (hours.estimate, hours.standard_error) == pytest.approx((24 * days.estimate, 24 * days.standard_error))
    assert hours.design_effect == pytest.approx(days.design_effect)


def test_domains_are_compared_with_their_covariance(sample):
    parts = estimate_standard_deviation(sample, "days", by="city")
    (found,) = estimate_differences(parts)
    assert found.estimate == pytest.approx(parts[0].estimate - parts[1].estimate)
    between = parts.covariance
    assert found.standard_error**2 == pytest.approx(between[0, 0] + between[1, 1] - 2 * between[0, 1])


def test_known_totals_leave_the_residuals_to_vary(sample):
    (plain,) = estimate_standard_deviation(sample, "days")
    known = poststratify(sample, "city", {"North": 40, "South": 40})
    (found,) = estimate_standard_deviation(known, "days")
    assert found.standard_error != pytest.approx(plain.standard_error)
    assert found.standard_error > 0


def test_replicate_weights_give_nearly_the_linearised_error():
    numbers = np.random.default_rng(1).gamma(2.0, 5.0, size=400)
    table = pd.DataFrame({"channel": ["web", "phone"] * 200, "N": [9000, 900] * 200, "days": numbers})
    (linearised,) = estimate_standard_deviation(declared(table), "days")
    for method in ("jackknife", "bootstrap"):
        (row,) = with_replicates(declared(table), lambda one: estimate_standard_deviation(one, "days"), method=method)
        assert row.estimate == linearised.estimate
        assert row.standard_error == pytest.approx(linearised.standard_error, rel=0.15)


def test_the_sums_of_its_strata_give_it_again(sample):
    for by in (None, "city"):
        found = estimate_standard_deviation(sample, "days", by=by)
        parts = found.explain()
        for row in found:
            strata = parts[parts["domain"].isna() if by is None else parts["domain"] == row.domain]
            assert math.sqrt(strata["weighted_sum"].sum() / strata["base_sum"].sum()) == pytest.approx(row.estimate)
            assert math.sqrt(strata["contribution"].sum()) == pytest.approx(row.standard_error)


def test_a_workbook_takes_the_root_of_those_sums(sample):
    _, sheet = explain_in_formulas([estimate_standard_deviation(sample, "days")])
    cell = sheet.rows[0][sheet.columns.index("estimate")]
    assert isinstance(cell, Formula)
    assert cell.text.startswith("=SQRT(SUMIFS(")


def test_the_command_line_gives_it(tmp_path, capsys, sample):
    TABLE.to_csv(tmp_path / "sample.csv", index=False)
    call = ["estimate", str(tmp_path / "sample.csv"), "--strata", "channel", "--population-size", "N"]
    assert main([*call, "--statistic", "standard_deviation", "--variable", "days", "--by", "city", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["estimate"], row["standard_error"]) for row in rows] == [
        pytest.approx(each) for each in figures(estimate_standard_deviation(sample, "days", by="city"))
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A study that asks for it, of the whole frame and by channel."""
    folder = write_study(tmp_path_factory.mktemp("study"))
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        for by in ("", 'by = ["channel"]\n'):
            file.write(f'\n[[estimate]]\nvariable = "hours_to_close"\nstatistic = "standard_deviation"\n{by}')
    return run_study(open_study(folder))


def test_a_study_has_it_in_its_table_beside_the_mean(run):
    table = run.estimates_table()
    found = table[table["statistic"] == "standard_deviation"]
    assert list(found["by"]) == ["", "channel", "channel", "channel"]
    assert found["estimate"].iloc[0] == estimate_standard_deviation(run.draw.drawn, "hours_to_close")[0].estimate
    assert found["truth"].isna().all()


def test_a_report_names_it_in_its_group_and_says_what_its_strata_are_means_of(run, tmp_path):
    subjects = {group.subject for group in estimate_groups(run, voice=run.study.voice())}
    assert any("standard deviation" in subject for subject in subjects)
    write_report(run, tmp_path / "report.html")
    assert "squared distances from the domain's mean" in (tmp_path / "report.html").read_text("utf-8").replace(
        "&#39;", "'"
    )


@pytest.mark.skipif(not (DATA / "survey__apistrat.csv").is_file(), reason=f"R's api data are not in {DATA}")
@pytest.mark.parametrize("name", ["api00", "api99", "enroll"])
def test_r_s_own_data_give_what_the_formulas_give(name):
    """An independent computation with numpy; that it is R's too, `dstrat.var` of test_reference_estimates shows."""
    table = pd.read_csv(DATA / "survey__apistrat.csv")
    sample = read_sample(DATA / "survey__apistrat.csv", strata="stype", population_size="fpc", weight="pw")
    sizes = dict(zip(table["stype"], table["fpc"], strict=True))
    expected = by_hand(table[name].to_numpy(float), table["pw"].to_numpy(), table["stype"].to_numpy(), sizes)
    assert figures(estimate_standard_deviation(sample, name)) == [pytest.approx(expected, rel=1e-9)]
    assert estimate_mean(sample, name)[0].n == len(table)

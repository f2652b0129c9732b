"""Three real exports, each from the raw file to estimates, against what is known of them."""

from __future__ import annotations

import tomllib

import pytest

from cmresearch.estimation.estimators import estimate_proportion
from cmresearch.estimation.survival import estimate_survival, follow_up
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH
from cmresearch.responses.responses import Responses
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame

BOSTON = "boston-311-2011/requests.csv.gz"
NEW_YORK = "nyc-council-casework/casework-export-{}.parquet"
OSHA = "osha-covid-2020/open_covid_complaints_through_2020-09-20.xlsx"


def settings_of(project, name):
    return tomllib.loads((project / "examples" / name / "study.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["boston-311-2011", "nyc-council-casework", "osha-covid-2020"])
def test_each_examples_mapping_is_well_formed(project, name):
    settings = settings_of(project, name)
    mapping = IntakeMapping.model_validate(settings["intake"])
    assert settings["frame"]["id"] in mapping.columns


def mapped(project, name, path):
    return read_export(path, IntakeMapping.model_validate(settings_of(project, name)["intake"]))


def framed(export, settings, **changes):
    plan = {"where": None, **settings["frame"], **changes}
    variables = {name: each if isinstance(each, str) else each["sql"] for name, each in settings["variables"].items()}
    return read_frame(export.complaints, id=plan["id"], strata=plan["strata"], where=plan["where"], variables=variables)


def drawn(frame, sample, variables):
    """The sample with its register variables, as a study gives it."""
    values = frame.read_values([frame.id], variables=variables).set_index(frame.id).loc[list(sample.ids)]
    rows = sample.rows.join(values, on=frame.id)
    return Responses(
        table=rows,
        strata=rows["stratum"].to_numpy(dtype=object),
        sizes={label: size for label, size in frame.sizes.items() if size},
        weights=rows["design_weight"].to_numpy(dtype=float),
        data_kind="real",
        dispositions={"drawn": len(rows)},
    )


def estimates(frame, settings, variables):
    plan = settings["sample"]
    sample = draw(frame, allocate(frame, plan["size"], minimum=plan["minimum"]), seed=plan["seed"])
    responses = drawn(frame, sample, variables)
    return {name: estimate_proportion(responses, name, value="true")[0] for name in variables}


@pytest.fixture(scope="module")
def boston(project, real_data):
    return mapped(project, "boston-311-2011", real_data(BOSTON))


@pytest.fixture(scope="module")
def new_york(project, real_data):
    return mapped(project, "nyc-council-casework", real_data(NEW_YORK.format("2025-11")))


@pytest.fixture(scope="module")
def osha(project, real_data):
    return mapped(project, "osha-covid-2020", real_data(OSHA))


def count(report, key, column):
    return sum(fault.count for fault in report.faults if fault.key == key and column in fault.columns)


SHARES = {"on_time_of_all": 0.7995, "on_time_of_targeted": 0.7529, "on_time_of_closed_targeted": 0.8122}


def test_boston_gives_its_three_shares_on_time_each_by_its_name(project, boston):
    frame = framed(boston, settings_of(project, "boston-311-2011"))
    assert frame.size == 58_251
    assert {name: frame.share(name) for name in SHARES} == pytest.approx(SHARES, abs=5e-5)
    assert frame.median("hours_to_close") / 24 == pytest.approx(0.92, abs=0.005)
    assert frame.mean("hours_to_close") / 24 == pytest.approx(41.4, abs=0.05)


def test_boston_has_the_known_channels(project, boston):
    assert dict(framed(boston, settings_of(project, "boston-311-2011")).sizes) == {
        "Citizens Connect App": 3_907, "Constituent Call": 28_136, "Employee Generated": 17_925,
        "Maximo Integration": 120, "Self Service": 8_160, "Twitter": 3,
    }  # fmt: skip


def test_bostons_sample_covers_its_three_truths(project, boston):
    settings = settings_of(project, "boston-311-2011")
    frame, plan = framed(boston, settings), settings["sample"]
    sample = draw(frame, allocate(frame, plan["size"], minimum=plan["minimum"]), seed=plan["seed"])
    responses = drawn(frame, sample, ["on_time_of_all", "has_target", "target_state"])
    found = {
        each.domain: each
        for by in (None, "has_target", "target_state")
        for each in estimate_proportion(responses, "on_time_of_all", value="true", by=by)
    }
    for domain, truth in ((None, 0.7995), ("with a target", 0.7529), ("closed, with a target", 0.8122)):
        assert found[domain].lower <= truth <= found[domain].upper, domain


def test_bostons_faults_are_counted(boston):
    report = boston.report
    assert (report.rows, report.kept, report.rows_set_aside(ENGLISH)) == (58_251, 58_251, {})
    assert count(report, "closed_before_opened", "closed") == 0
    assert count(report, "placeholder_date", "target") == 18
    assert count(report, "duplicate_in_status", "resolution") == 2_601
    assert count(report, "spelling_variants", "ward") == 0  # 4,489 of 22 wards, merged by the mapping


def test_new_york_gives_the_known_share_of_2020(project, new_york):
    frame = framed(new_york, settings_of(project, "nyc-council-casework"))
    assert frame.size == 3_557
    assert frame.share("closed_within_30_days") == pytest.approx(0.7166, abs=5e-5)
    whole = framed(new_york, settings_of(project, "nyc-council-casework"), where="year(received) = 2020")
    assert whole.size == 24_482 - 2  # two rows repeat an id


def test_new_yorks_sample_covers_its_truth_and_takes_single_cases_whole(project, new_york):
    settings = settings_of(project, "nyc-council-casework")
    frame = framed(new_york, settings)
    single = [label for label, size in frame.sizes.items() if size == 1]
    assert single == ["NYCC49"]
    found = estimates(frame, settings, ["closed_within_30_days", "closed_within_7_days"])
    for name, estimate in found.items():
        assert estimate.lower <= frame.share(name) <= estimate.upper
        assert estimate.standard_error > 0


def test_new_yorks_faults_are_counted(new_york):
    report = new_york.report
    assert (report.rows, report.kept, report.rows_set_aside(ENGLISH)) == (341_299, 341_194, {"a repeated id": 105})
    assert count(report, "cut_categories", "category") == 752  # and 282 "Please choose an issue..."
    assert count(report, "closed_before_opened", "closed") == 0
    assert count(report, "swapped_day_month", "received") == 0


def test_both_exports_of_new_york_give_one_curve_where_open_cases_count_as_open(project, real_data):
    """Cases of early 2022: the naive medians are 4 and 14 days; counted properly both exports say 27 to 28."""
    settings = settings_of(project, "nyc-council-casework")
    early = "received BETWEEN '2022-01-01' AND '2022-04-07'"
    first = mapped(project, "nyc-council-casework", real_data(NEW_YORK.format("2022-04")))
    keys = ", ".join(f"'{row[0]}'" for row in first.complaints.query(f"SELECT id FROM complaints WHERE {early}"))
    second = mapped(project, "nyc-council-casework", real_data(NEW_YORK.format("2025-11")))
    assert len(keys.split(",")) - framed(second, settings, where=f"id IN ({keys})").size == pytest.approx(80, abs=5)
    for made, until, within in (
        (first, "2022-04-07", {7: 0.364, 14: 0.431, 30: 0.515}),
        (second, "2025-11-01", {7: 0.364, 14: 0.429, 30: 0.516}),
    ):
        frame = framed(made, settings, where=f"id IN ({keys})")
        everything = drawn(frame, draw(frame, allocate(frame, frame.size), seed="all of them"), [])
        (curve,) = estimate_survival(follow_up(everything, opened="received", closed="closed", until=until))
        for days, share in within.items():
            assert curve.share_closed_within(days).estimate == pytest.approx(share, abs=0.001), (until, days)


def test_oshas_workbook_passes_from_raw_file_to_estimates(project, osha):
    settings = settings_of(project, "osha-covid-2020")
    assert (osha.report.rows, osha.report.kept, osha.report.rows_set_aside(ENGLISH)) == (
        10_845,
        10_844,
        {"a blank row": 1},
    )
    frame = framed(osha, settings)
    assert frame.size == 10_844
    found = estimates(frame, settings, ["formal", "inspected"])
    for name, estimate in found.items():
        assert estimate.lower <= frame.share(name) <= estimate.upper, name

"""The register of statistics, and that whoever asks for one, says it or computes it again reads the register."""

import inspect
import json
import subprocess
import sys

import pandas as pd
import pytest

from cmresearch.cli import main
from cmresearch.cli.estimate import OPTIONS, READ_WITH_THE_SAMPLE
from cmresearch.errors import EstimationError, StudyError
from cmresearch.estimation.explanation import explain_in_formulas
from cmresearch.estimation.statistics import NAMES, OF_A_STUDY, STATISTICS, entry_of, unit_of
from cmresearch.language.catalogue import catalogue
from cmresearch.responses.responses import declare_sample
from cmresearch.study.settings import EstimateSettings, read_settings

EVERY = ["by", "level", "missing", "lonely"]
UNITS = {"variable": "its variable's unit", "count": "whole numbers", "percent": "percent", "none": "no unit"}
TABLE = pd.DataFrame(
    {
        "channel": ["web"] * 4 + ["phone"] * 4,
        "N": [60] * 4 + [20] * 4,
        "days": [2, 4, 4, 6, 10, 14, 8, 11],
        "letters": [1, 2, 2, 3, 5, 7, 4, 5],
        "late": ["no", "no", "yes", "yes", "yes", "no", "yes", "no"],
        "city": ["North", "South"] * 4,
    }
)


def asked(entry):
    """A variable that has such values, and the options without which the statistic means nothing."""
    needed = {"denominator": "letters", "by": "city"}
    return "late" if entry.values == "category" else "days", {name: needed[name] for name in entry.needs}


@pytest.fixture
def sample():
    return declare_sample(TABLE, strata="channel", population_size="N")


@pytest.mark.parametrize("entry", STATISTICS, ids=NAMES)
def test_a_statistic_s_function_takes_the_options_that_its_entry_names_and_those_of_every_statistic(entry):
    taken = set(inspect.signature(entry.estimate).parameters)
    assert {*entry.options, *EVERY} - {READ_WITH_THE_SAMPLE} <= taken
    assert taken <= {*entry.options, *EVERY, "responses", "variable", "numerator"}
    assert set(entry.options) <= set(OPTIONS)


@pytest.mark.parametrize("entry", STATISTICS, ids=NAMES)
def test_estimates_have_the_name_under_which_they_were_asked_for(entry, sample):
    variable, options = asked(entry)
    found = entry.estimate(sample, variable, **options)
    assert (found.statistic, found.entry) == (entry.name, entry)


@pytest.mark.parametrize("entry", STATISTICS, ids=NAMES)
def test_a_workbook_computes_those_that_have_a_formula(entry, sample):
    variable, options = asked(entry)
    found = entry.estimate(sample, variable, **options)
    assert len(explain_in_formulas([found])[1].rows) == (len(found) if entry.formula else 0)


@pytest.mark.parametrize("entry", STATISTICS, ids=NAMES)
def test_the_explanation_has_means_of_values_where_the_entry_says_in_which_unit(entry, sample):
    variable, options = asked(entry)
    assert ("mean" in entry.estimate(sample, variable, **options).explain()) == (entry.explained_unit is not None)


@pytest.mark.parametrize("entry", STATISTICS, ids=NAMES)
def test_the_command_line_offers_each(entry, tmp_path, capsys):
    TABLE.to_csv(tmp_path / "sample.csv", index=False)
    variable, options = asked(entry)
    words = [word for name, column in options.items() for word in (f"--{name}", column)]
    call = ["estimate", str(tmp_path / "sample.csv"), "--strata", "channel", "--population-size", "N", *words]
    assert main([*call, "--statistic", entry.name, "--variable", variable, "--json"]) == 0
    assert all(row["estimate"] is not None for row in json.loads(capsys.readouterr().out))


def test_the_command_line_says_what_each_is(capsys):
    with pytest.raises(SystemExit):
        main(["estimate", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(f"{entry.name}: {entry.meaning}" in told for entry in STATISTICS)


def test_the_register_loads_no_library_that_computes():
    code = "import sys, cmresearch.cli.estimate\n"
    code += "print([name for name in ('pandas', 'numpy', 'scipy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", OF_A_STUDY)
def test_a_study_may_ask_for_what_a_workbook_computes_again_and_readers_have_a_word_for_it(name):
    assert EstimateSettings(variable="days", statistic=name).statistic == name
    assert f"statistic.{name}" in catalogue()


def test_a_study_that_asks_for_another_is_told_which_there_are(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('[[estimate]]\nvariable = "days"\nstatistic = "totl"\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"statistic is 'totl'; expected mean or total or .*did you mean 'total'"):
        read_settings(path)


def test_an_unknown_statistic_is_named_with_the_nearest():
    with pytest.raises(EstimationError, match=r"statistic 'quantiles'; expected mean, .*did you mean 'quantile'"):
        entry_of("quantiles")


def test_what_the_register_does_not_know_is_counted_as_its_variable():
    assert unit_of("median") == "variable"


def test_the_page_on_estimates_has_the_register_as_its_table(project):
    page = (project / "docs" / "estimates.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and line.endswith(("| yes |", "| no |"))]
    assert rows == [
        f"| `{entry.name}` | {entry.meaning} | {UNITS[entry.unit]} | "
        f"{', '.join(f'`--{OPTIONS[option]}`' for option in entry.options)} | "
        f"{'yes' if entry.is_of_a_study else 'no'} |"
        for entry in STATISTICS
    ]

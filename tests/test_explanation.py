"""Live formulas that give the figures again."""

import shutil
import subprocess
from dataclasses import replace

import pandas as pd
import pytest

from cmresearch.estimation.calibration import poststratify
from cmresearch.estimation.contrasts import estimate_differences
from cmresearch.estimation.estimators import (
    estimate_count,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
)
from cmresearch.estimation.explanation import FIGURES, explain_in_formulas
from cmresearch.estimation.spread import estimate_standard_deviation
from cmresearch.files.sheets import Formula
from cmresearch.responses.responses import declare_sample

TABLE = pd.DataFrame(
    {
        "channel": ["web"] * 4 + ["phone"] * 3 + ["=email"],
        "N": [30] * 4 + [10] * 3 + [1],
        "days": [2, 4, 4, 6, 10, 14, 11, 7],
        "letters": [1, 2, 2, 3, 5, 7, 4, 3],
        "city": ["North", "North", "South", "South", "North", "South", "South", "North"],
        "answer": ["yes", "yes", "yes", "no", "no", "no", "no", "yes"],
    }
)


@pytest.fixture
def answers():
    sample = declare_sample(TABLE, strata="channel", population_size="N")
    return [
        estimate_mean(sample, "days", by="city"),
        estimate_total(sample, "days", by="channel"),
        estimate_proportion(sample, "answer"),
        estimate_proportion(sample, "answer", by="channel"),
        estimate_count(sample, "answer", by="city"),
        estimate_ratio(sample, "days", "letters", level=0.9),
        estimate_standard_deviation(sample, "days", by="city"),
        estimate_mean(poststratify(sample, "city", {"North": 20, "South": 21}), "days"),
    ]


def test_only_formulas_are_formulas(answers):
    strata, figures = explain_in_formulas(answers)
    labels = [cell for row in strata.rows for cell in row if cell == "=email"]
    assert labels
    assert all(isinstance(cell, str) for cell in labels)
    assert all(cell.text.startswith("=") for row in figures.rows for cell in row if isinstance(cell, Formula))


def test_there_is_a_row_for_each_figure(answers):
    strata, figures = explain_in_formulas(answers)
    assert len(figures.rows) == sum(len(answer) for answer in answers)
    assert {row[0] for row in strata.rows} == {row[0] for row in figures.rows}


def test_figures_without_such_sums_are_left_out(answers):
    assert explain_in_formulas([estimate_differences(answers[0])])[1].rows == ()


def test_every_formula_has_the_value_that_the_estimates_have(answers):
    for sheet in explain_in_formulas(answers):
        for row in sheet.rows:
            for cell in row:
                assert not isinstance(cell, Formula) or cell.value is not None
    header, rows = sheet.columns, sheet.rows
    for row in rows:
        found = {
            name: cell.value if isinstance(cell, Formula) else cell for name, cell in zip(header, row, strict=True)
        }
        assert found["agrees"] is True
        for name in ("estimate", "standard_error", "lower", "upper"):
            assert found[name] == pytest.approx(found[f"reported_{name}"], rel=1e-8, abs=1e-12)


def test_a_figure_that_does_not_follow_from_its_strata_is_shown_not_to_agree(answers):
    mean = answers[0]
    wrong = replace(mean, rows=(replace(mean.rows[0], estimate=mean.rows[0].estimate + 1), *mean.rows[1:]))
    _, figures = explain_in_formulas([wrong])
    assert [row[-1].value for row in figures.rows] == [False, True]


def test_a_real_spreadsheet_program_computes_the_same_figures(answers, tmp_path):
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in explain_in_formulas(answers):
        page = book.create_sheet(sheet.title)
        page.append(list(sheet.columns))
        for place, row in enumerate(sheet.rows, 2):
            for column, cell in enumerate(row, 1):
                target = page.cell(place, column, cell.text if isinstance(cell, Formula) else cell)
                if isinstance(cell, str):
                    target.data_type = "s"
    book.save(tmp_path / "formulas.xlsx")
    # A profile of its own, so that a running LibreOffice neither disturbs nor is disturbed.
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "formulas.xlsx")], check=True, capture_output=True, timeout=120)
    page = openpyxl.load_workbook(tmp_path / "out" / "formulas.xlsx", data_only=True)[FIGURES]
    header, *rows = [[cell.value for cell in row] for row in page.iter_rows()]
    for row in rows:
        found = dict(zip(header, row, strict=True))
        assert found["agrees"] is True, found
        for name in ("estimate", "standard_error", "lower", "upper"):
            assert found[name] == pytest.approx(found[f"reported_{name}"], rel=1e-8, abs=1e-12)

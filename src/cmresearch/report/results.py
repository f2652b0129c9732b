"""The results of a study as files, all of them or none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cmresearch.errors import ReportError
from cmresearch.files.writing import csv_text, whole_folder, write_text
from cmresearch.language.voice import ENGLISH
from cmresearch.report.chapters.thesis import write_thesis
from cmresearch.report.page.page import joined_page, page_bodies
from cmresearch.report.paper.pdf import write_paper
from cmresearch.report.shareable import shareable_reviews, shareable_with_table
from cmresearch.report.workbook import write_workbook
from cmresearch.sampling.certificate import sample_files
from cmresearch.study.evidence.building import evidence_of
from cmresearch.study.notebooks import Outputs, execute_notebooks
from cmresearch.study.reviews.subjects import Reviewed
from cmresearch.study.run import Progress, Run, silent
from cmresearch.study.study import DATA, Study

SIGNIFICANT_DIGITS = 9  # beyond them, versions of the numerical libraries differ
REPORT, WORKBOOK, FRAME, NOTEBOOKS = "report.html", "workbook.xlsx", "frame.csv", "notebooks"
EVIDENCE, REVIEWS, THESIS = "evidence.json", "reviews.csv", "thesis"


def write_results(run: Run, folder: Path, *, progress: Progress = silent, language: str = "") -> Path:
    """Write everything that a study gives: sample, tables, notebooks, workbook, evidence, report and thesis folder.

    Args:
        run: What the study's files give.
        folder: Where to; older results there stay whole until the new ones are complete.
        progress: Told the name of each step as it begins.
        language: Which of the study's languages the report opens in; by default the first.

    Returns:
        The path of the report.

    Raises:
        ReportError: A notebook does not run.
        WritingError: The folder cannot be written to.
    """
    with whole_folder(folder) as beside:
        progress("tables")
        shown, table = shareable_with_table(run)
        reviews = shareable_reviews(run, table)
        _write_tables(shown, reviews, beside)
        executed = _execute_notebooks(run.study, beside / NOTEBOOKS, progress)
        progress("workbook")
        write_workbook(shown, beside / WORKBOOK)
        progress("evidence")
        write_text(beside / EVIDENCE, evidence_of(shown).to_json())
        progress("report")
        links = [f"{NOTEBOOKS}/{path.name}" for path in executed]
        bodies = page_bodies(shown, links, reviews=reviews)
        write_text(beside / REPORT, joined_page(shown, bodies, language=language))
        progress("report as PDF")
        for each, title in run.study.settings.study.title.items():
            write_paper(bodies[each], beside / f"report-{each}.pdf", title=title, language=each)
        progress("tables, figures, methods and checklists for a thesis")
        write_thesis(shown, beside / THESIS, pages=bodies)
    return folder / REPORT


def _execute_notebooks(study: Study, folder: Path, progress: Progress) -> tuple[Path, ...]:
    if study.notebooks and study.absent_exports:
        # Who has the full set need not have the other exports; everything else of the study can be had without them.
        progress(f"notebooks left out: {', '.join(study.absent_exports)} not beside the full set")
        return ()
    progress(f"notebooks ({len(study.notebooks)})")
    outputs: Outputs = "masked" if "real" in study.kinds else "plain"
    environment = {} if study.data is None else {DATA: str(study.data.absolute())}
    return execute_notebooks(study.notebooks, folder, outputs=outputs, environment=environment)


def _write_tables(run: Run, reviews: Reviewed, folder: Path) -> None:
    tables = {
        FRAME: frame_table(run),
        "export-faults.csv": run.intake.to_frame(),
        "estimates.csv": rounded(run.estimates_table(ENGLISH)),
        "reliability.csv": rounded(run.reliability_table(ENGLISH)),
        "assessment.csv": rounded(run.assessment_table()),
        "joint-display.csv": rounded(run.joint_display_table()),
        "robustness.csv": rounded(run.robustness_table()),
        "findings.csv": rounded(run.findings.to_frame()),
        REVIEWS: reviews.to_frame(),
    }
    for name, table in tables.items():
        write_text(folder / name, table_text(table))
    if run.draw is not None:
        for name, text in sample_files(run.draw.sample, run.draw.certificate, run.fingerprint).items():
            write_text(folder / name, text)


def frame_table(run: Run) -> pd.DataFrame:
    """Every complaint of the frame by its id: ids, strata, register columns and register variables, no words."""
    settings = run.study.settings.frame
    columns = list(dict.fromkeys([settings.id, *settings.strata, *settings.register_columns]))
    named = [name for name in columns if name in settings.text]
    if named:
        raise ReportError(f"column {named[0]!r} holds words by the settings, so it may not be a register column")
    variables = [name for name in run.study.settings.variables if name not in columns]
    return run.frame.read_values(columns, variables=variables)


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose fractions are rounded to nine significant digits: the same bytes from every library version.

    Example:
        >>> rounded(pd.DataFrame({"share": [1 / 3]})).to_dict("list")
        {'share': [0.333333333]}
    """
    return table.map(lambda cell: float(f"{cell:.{SIGNIFICANT_DIGITS}g}") if isinstance(cell, float) else cell)


def table_text(table: pd.DataFrame) -> str:
    """A table as CSV text, missing values as empty cells."""
    rows = ([None if _is_missing(cell) else cell for cell in row] for row in table.itertuples(index=False, name=None))
    return csv_text([str(name) for name in table.columns], rows)


def _is_missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell  # noqa: PLR0124 - "not a number" differs from itself

"""A run of a study as a workbook: every table of the report, to sort and to filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch import __version__
from cmresearch.errors import ReportError
from cmresearch.files.sheets import Formula, Scalar, Sheet, Styled, column_widths, save_sheets
from cmresearch.language.voice import Voice, is_nothing
from cmresearch.report.estimate_groups import variable_name
from cmresearch.report.page.figures import kinds_of
from cmresearch.report.page.traces import formula_sheets
from cmresearch.study.provenance import KIND_MEANS
from cmresearch.triangulation.findings import RESULTS

if TYPE_CHECKING:
    from cmresearch.study.run import Run, Words

SIGNIFICANT_DIGITS = 9  # beyond them, versions of the numerical libraries differ
NO_WORDS = "This study has no interviews and no codebook: the words are left out."
NO_SAMPLE = "no sample is drawn in this study: it rests on the whole frame and on words"
FORMATS: Mapping[str, str] = {
    "share": "0.0%",
    "percent_agreement": "0.0%",
    "inclusion_probability": "0.00%",
    "design_weight": "0.000",
    "alpha": "0.000",
    "lower": "0.0000",
    "upper": "0.0000",
    "estimate": "0.0000",
    "standard_error": "0.0000",
    "truth": "0.0000",
    "frame_size": "#,##0",
    "sample_size": "#,##0",
    "n": "#,##0",
    "units": "#,##0",
}
SAMPLE_ADDS: Mapping[str, str] = {
    "stratum": "the stratum it was drawn from",
    "ticket": "SHA-256 of the seed, a vertical bar and the id; the smallest of each stratum were drawn",
    "inclusion_probability": "its chance of being drawn: drawn of the stratum over those in the frame",
    "design_weight": "how many complaints of the frame it stands for: the inverse of that chance",
}


def write_workbook(run: Run, path: str | Path) -> None:
    """Write a run as an Excel workbook; the same run gives the same bytes.

    Sheets: Read me, Findings, Dimensions, Joint display, Robustness, Estimates, By stratum and Recomputed (every
    estimate again, with live formulas from the sums of its strata), Reliability, Strata, Sample, Segments, Codebook
    and Data dictionary.
    Text stays text: whatever it begins with, it is no formula. Text of complaints is not in it.

    Args:
        run: What the study's files give.
        path: The .xlsx file to write; its folder must be there.

    Raises:
        ReportError: The folder is not there.
    """
    if not Path(path).parent.is_dir():
        raise ReportError(f"cannot write {path}: there is no folder {Path(path).parent}")
    save_sheets(sheets(run), path)


def sheets(run: Run) -> tuple[Sheet, ...]:
    """Every sheet of the workbook, in order; texts of the study are in its first language."""
    voice, keys = run.study.voice(), Voice(run.study.languages[0])
    return (
        _read_me(run),
        _of_records("Findings", run.findings.to_frame(voice).to_dict("records")),
        _of_words("Dimensions", run, run.assessment_table(keys).to_dict("records")),
        _of_words("Joint display", run, run.joint_display_table(voice).to_dict("records")),
        _of_words("Robustness", run, run.robustness_table(keys).to_dict("records")),
        _estimates(run),
        *_recomputed(run),
        _of_words("Reliability", run, run.reliability_table(keys).to_dict("records")),
        _strata(run),
        _sample(run),
        _of_words("Segments", run, _segments(run.words)),
        _of_words("Codebook", run, [] if run.words is None else run.words.codebook.to_frame().to_dict("records")),
        _dictionary(run),
    )


def _read_me(run: Run) -> Sheet:
    about, counts = run.study.about(), run.findings.counts()
    kinds = kinds_of(run)
    rows: list[tuple[object, ...]] = [("study", about.title[run.study.languages[0]]), ("place", about.place)]
    rows += [("period", about.period), ("question", about.question), ("reference", about.reference)]
    rows += [(f"{kind} data", KIND_MEANS[kind]) for kind in kinds]
    if {"synthetic", "illustrative"} & set(kinds):
        rows.append(("beware", f"Made data are no evidence about {about.place}."))
    if run.words is None:
        rows.append(("words", NO_WORDS))
    if run.findings.compared:
        rows.append(("findings", f"{counts['recomputed']} of {len(run.findings.compared)} findings recomputed"))
        rows += [(f"result: {result}", meaning) for result, meaning in RESULTS.items()]
    rows += [("limit", limit) for limit in about.limits]
    rows.append(("seed", run.draw.sample.seed) if run.draw else ("sample", NO_SAMPLE))
    rows += [("plan of analysis, SHA-256 of study.toml", run.study.sha256)]
    rows += [("frame, membership", run.fingerprint.membership), ("made by", f"cmresearch {__version__}")]
    return _sheet("Read me", ("what", "text"), rows)


def _recomputed(run: Run) -> Iterator[Sheet]:
    """The estimates as a reviewer would redo them: the sums of each stratum, and formulas over them."""
    for sheet in formula_sheets(run):
        yield _sheet(sheet.title, sheet.columns, sheet.rows)


def _sheet(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Sheet:
    cells = [_cells(row, columns) for row in rows]
    widths = column_widths(columns, cells)
    return Sheet(title=title, rows=[columns, *cells], widths=widths, filtered=True, landscape=True)


def _of_records(title: str, records: Sequence[Mapping[Any, object]]) -> Sheet:
    columns = tuple(str(name) for name in records[0]) if records else ("note",)
    rows = tuple(tuple(record.values()) for record in records) or (("nothing to show in this study",),)
    return _sheet(title, columns, rows)


def _of_words(title: str, run: Run, records: Sequence[Mapping[Any, object]]) -> Sheet:
    """A sheet on the words, or the sentence that there are none."""
    return _sheet(title, ("note",), ((NO_WORDS,),)) if run.words is None else _of_records(title, records)


def _estimates(run: Run) -> Sheet:
    voice = run.study.voice()
    records = run.estimates_table(voice).to_dict("records")
    return _of_records("Estimates", [{"name": variable_name(run, row, voice=voice), **row} for row in records])


def _strata(run: Run) -> Sheet:
    if run.draw is None:
        return _sheet("Strata", ("note",), ((NO_SAMPLE,),))
    kind, sample = run.study.settings.full_set.kind, run.draw.sample
    table = sample.allocation.to_frame().assign(
        cut_off=[sample.cut_offs.get(label, "") for label in sample.allocation.frame_sizes], data_kind=kind
    )
    return _of_records("Strata", table.to_dict("records"))


def _sample(run: Run) -> Sheet:
    """Ids, design and what the coders recorded; no column that is free text."""
    if run.draw is None:
        return _sheet("Sample", ("note",), ((NO_SAMPLE,),))
    settings, sample = run.study.settings, run.draw.sample
    table = sample.rows[[sample.id, *dict.fromkeys([*settings.frame.strata, *SAMPLE_ADDS])]]
    kinds = {str(settings.full_set.kind)}
    if settings.responses is not None and run.responses is not None:
        recorded = run.responses.table.set_index(sample.id)[["disposition", *settings.responses.variables]]
        table = table.join(recorded, on=sample.id)
        kinds.add(settings.responses.kind)
    return _of_records("Sample", table.assign(data_kind=", ".join(sorted(kinds))).to_dict("records"))


def _segments(words: Words | None) -> list[dict[Any, object]]:
    return [] if words is None else words.coding.to_frame().to_dict("records")


def _dictionary(run: Run) -> Sheet:
    rows = tuple((*row, kind) for kind, found in _described(run) for row in found)
    return _sheet("Data dictionary", ("name", "label", "where", "meaning", "data_kind"), rows)


def _described(run: Run) -> Iterator[tuple[str, Iterable[tuple[str, str, str, str]]]]:
    """Every column and variable, by kind of data: its name, label, where it is known, and its meaning."""
    settings, voice = run.study.settings, run.study.voice()
    label = voice.label
    columns = [name for name in settings.frame.register_columns if name not in settings.variables]
    register = [(settings.frame.id, label(settings.frame.id), "register", "names the complaint")]
    register += [(name, label(name), "register", "column of the full set") for name in columns]
    register += [(name, label(name), "register, derived", sql) for name, sql in settings.expressions.items()]
    if run.draw is not None:
        register += [(name, label(name), "sample", meaning) for name, meaning in SAMPLE_ADDS.items()]
    yield settings.full_set.kind, register
    if run.words is not None and settings.responses is not None:
        variables = run.words.codebook.variables
        yield (
            settings.responses.kind,
            [
                (
                    one.key,
                    voice.own(one.label),
                    "coded",
                    f"{voice.own(one.question)} Answers: {', '.join(v.key for v in one.values)}",
                )
                for one in variables
            ],
        )


def _cells(row: Sequence[object], columns: Sequence[str]) -> list[object]:
    return [_cell(value, column) for value, column in zip(row, columns, strict=True)]


def _cell(value: object, column: str) -> object:
    """One value as its cell: a number in the digits that every machine agrees on, in its column's format."""
    if is_nothing(value):
        return None
    if isinstance(value, Formula):
        return Formula(value.text, _rounded(value.value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Styled(value=_rounded(value), number_format=FORMATS.get(column, "General"))


def _rounded(value: Scalar) -> Scalar:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value

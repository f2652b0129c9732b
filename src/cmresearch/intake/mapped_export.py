"""An export, mapped: its complaints, and a report of everything found on the way.

The same file and mapping give the same complaints for ever; rows in the file = complaints + rows set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from cmresearch.errors import IntakeError, raise_all
from cmresearch.files.sql import literal, quoted
from cmresearch.intake.complaints import Complaints, read_complaints, settle
from cmresearch.intake.faults import (
    DEFAULTS,
    MAY_BE_SET_ASIDE,
    ROLES,
    SET_ASIDE,
    Action,
    Fault,
    Subject,
    TextOrPhrase,
    as_count,
    text_in_words,
)
from cmresearch.intake.faults_in_columns import find_category_faults, find_column_faults, find_number_faults
from cmresearch.intake.faults_in_files import RAGGED, find_date_faults, find_file_faults
from cmresearch.intake.faults_in_rows import (
    SAME_ID,
    find_gaps,
    find_near_duplicates,
    find_repeated_ids,
    find_rows,
    find_swapped_dates,
    find_time_faults,
    swapped_rows,
)
from cmresearch.intake.formats import is_written_by_people
from cmresearch.intake.mapping import IntakeMapping, changes, expression, formats_of, misfits, pairs
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH, Voice, in_words

DETECTORS: tuple[Callable[[Subject], Iterator[Fault]], ...] = (
    find_column_faults,
    find_rows,
    find_repeated_ids,
    find_swapped_dates,
    find_gaps,
    find_time_faults,
    find_category_faults,
    find_number_faults,
    find_near_duplicates,
)


def find_faults(subject: Subject) -> tuple[Fault, ...]:
    """Every fault that the table's own content shows, in the order in which the detectors stand.

    Args:
        subject: The table.
    """
    found: list[Fault] = []
    for detector in DETECTORS:
        found.extend(detector(subject))
    return tuple(fault for fault in found if fault.count)


AGAIN, BLANK, REPEATED = Phrase("notes.aside.again"), Phrase("notes.aside.blank"), Phrase("notes.aside.repeated")
ROW = quoted("row of the file")
SWAP = "swapped_day_month"


@dataclass(frozen=True)
class IntakeReport:
    """The record of an intake: the rows kept and set aside, the faults found, and the changes made.

    Attributes:
        file: The export's name.
        reading: How it was read.
        rows: How many rows it has under its header.
        kept: How many of them are complaints now.
        set_aside: How many were set aside, by reason, which is ours or as the study writes it; with those kept they are
            all rows.
        faults: Every fault, with count, share, examples and what was done.
        changes: What the mapping changed in the columns.
    """

    file: str
    reading: Mapping[str, str]
    rows: int
    kept: int
    set_aside: Mapping[TextOrPhrase, int]
    faults: tuple[Fault, ...]
    changes: tuple[Phrase, ...] = ()

    def without_words(self, columns: Collection[str]) -> IntakeReport:
        """The same report without examples from columns that hold people's own words, so that it can be shown.

        Args:
            columns: The columns whose contents are private.
        """
        faults = (replace(each, examples=()) if set(each.columns) & set(columns) else each for each in self.faults)
        return replace(self, faults=tuple(faults))

    def to_frame(self, voice: Voice | None = None) -> pd.DataFrame:
        """The faults as a table.

        Args:
            voice: Says what was found and done in a reader's language; without one phrases stand as keys.

        Returns:
            One row for each fault: its name, what was found, columns, count, share, examples and what was done.
        """
        names = ["fault", "what", "columns", "count", "share", "examples", "done"]
        return pd.DataFrame([fault.to_row(voice) for fault in self.faults], columns=names)

    def accounting(self, voice: Voice | None = None) -> pd.DataFrame:
        """Where every row of the file went, the parts adding up to the whole.

        Args:
            voice: Says it in a reader's language; without one phrases stand as keys.

        Returns:
            One row for the file, for each reason to set rows aside, and for the complaints: rows and count.
        """
        aside = ((Phrase("notes.file.set_aside", {"why": why}), n) for why, n in self.set_aside.items())
        rows = [(Phrase("notes.file.rows"), self.rows), *aside, (Phrase("notes.file.complaints"), self.kept)]
        return pd.DataFrame([(in_words(what, voice), n) for what, n in rows], columns=["rows", "count"])

    def rows_set_aside(self, voice: Voice | None = None) -> dict[str, int]:
        """How many rows were set aside, by reason in words; without a voice by key.

        Args:
            voice: Says the reasons in a reader's language.
        """
        counts: dict[str, int] = {}
        for why, n in self.set_aside.items():
            words = text_in_words(why, voice)
            # A study's own reason may be called as one of ours is.
            counts[words] = counts.get(words, 0) + n
        return counts

    def to_record(self) -> dict[str, object]:
        """The whole report as plain values in English, for certificates."""
        return {
            "file": self.file,
            "reading": dict(self.reading),
            "rows": self.rows,
            "kept": self.kept,
            "set_aside": self.rows_set_aside(ENGLISH),
            "changes": [ENGLISH.phrase(change) for change in self.changes],
            "faults": [fault.to_record() for fault in self.faults],
        }


@dataclass(frozen=True)
class Export:
    """An export, mapped: its complaints, and what was found in it.

    Attributes:
        complaints: The complaints as the mapping makes them; read only when a question is asked.
        report: What was found and done.
        mapping: The mapping.
    """

    complaints: Complaints
    report: IntakeReport
    mapping: IntakeMapping

    @property
    def subject(self) -> Subject:
        """The table of complaints as detectors see it."""
        return _subject(self.complaints, "complaints", self.mapping, self.report.kept)


def read_export(
    path: str | Path | Complaints,
    mapping: IntakeMapping | None = None,
    *,
    refuse: Literal["faults", "nothing"] = "faults",
) -> Export:
    r"""The complaints of an export as its mapping makes them, and a report of everything found on the way.

    The mapping is applied while the file is read, so files larger than memory are no obstacle.

    Args:
        path: The export (see `read_complaints`).
        mapping: What to do with it; without one everything stays as the file has it.
        refuse: "nothing" reports even the faults that would be refused, for a first look.

    Returns:
        The complaints, the report and the mapping. Rows in the file = complaints + rows set aside.

    Raises:
        IntakeError: The file cannot be read, the mapping does not fit it, or a fault is to be refused; all at once.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = file.write_text("No;Masuk\n1;31/12/2020\n2;1/2/2020\nNo;Masuk\n", encoding="utf-8")
        >>> mapping = IntakeMapping(columns={"id": "No", "received": "Masuk"}, dates={"received": "%d/%m/%Y"})
        >>> export = read_export(file, mapping)
        >>> export.complaints.query("SELECT id, CAST(received AS DATE) FROM complaints ORDER BY id")
        [('1', datetime.date(2020, 12, 31)), ('2', datetime.date(2020, 2, 1))]
        >>> export.report.rows_set_aside(Voice("en"))
        {'the header again': 1}
    """
    mapping = mapping or IntakeMapping()
    raw = read_complaints(path, mapping)
    raise_all(IntakeError, misfits(raw, mapping))
    settle(raw).query("ALTER VIEW complaints RENAME TO export_rows")
    reasons, rows = _set_rows_aside(raw, mapping)
    _map_columns(raw, mapping)
    mapped = raw.query("DESCRIBE mapped")
    columns = {str(row[0]): str(row[1]) for row in mapped if quoted(str(row[0])) != ROW}
    subject = _subject(replace(raw, columns=columns), "mapped", mapping, rows - sum(reasons.values()))
    faults = [*find_file_faults(raw, rows), *find_date_faults(raw, mapping, rows), *find_faults(subject)]
    if refuse == "faults":
        _refuse_faults(raw, mapping, faults)
    faults = [_with_action(fault, mapping) for fault in faults]
    reasons = _finish(raw, mapping, subject, faults, reasons)
    complaints = raw.described()
    kept = as_count(complaints.query("SELECT count(*) FROM complaints")[0][0])
    report = IntakeReport(
        raw.path.name, raw.reading, rows + raw.ragged, kept,
        {why: n for why, n in {**reasons, RAGGED: raw.ragged}.items() if n},
        tuple(faults), tuple(changes(mapping)),
    )  # fmt: skip
    if report.kept + sum(report.set_aside.values()) != report.rows:
        raise IntakeError(
            f"{raw.path.name}: {report.rows} rows came in, and {report.kept} kept and "
            f"{report.rows_set_aside(ENGLISH)} set aside are not as many"
        )
    return Export(complaints, report, mapping)


def _subject(complaints: Complaints, view: str, mapping: IntakeMapping, rows: int) -> Subject:
    roles = {**{role: role for role in ROLES if role in complaints.columns}, **mapping.roles}
    formats = {name: formats_of(each) for name, each in mapping.dates.items()}
    return Subject(complaints.query, view, complaints.columns, roles, rows, formats)


def _set_rows_aside(raw: Complaints, mapping: IntakeMapping) -> tuple[dict[TextOrPhrase, int], int]:
    reasons: dict[TextOrPhrase, str] = dict(mapping.set_aside.items())
    written = {name for name, kind in raw.columns.items() if kind == "VARCHAR" and not name.startswith("unnamed ")}
    if written and is_written_by_people(raw.reading["format"]):
        same = " AND ".join(f"trim({quoted(name)}) = {literal(name)}" for name in raw.columns if name in written)
        reasons = {AGAIN: same, **reasons}
    blank = " AND ".join(f"trim(coalesce(CAST({quoted(name)} AS VARCHAR), '')) = ''" for name in raw.columns)
    reasons = {**reasons, BLANK: blank}
    case = _numbered_cases(reasons)
    _try(raw, "set_aside", mapping.set_aside)
    counts = _counts(
        raw.query(f"SELECT why, count(*) FROM (SELECT CASE {case} END AS why FROM export_rows) GROUP BY ALL")
    )
    numbered = _is_numbered(mapping)
    source = f"(SELECT *, row_number() OVER () AS {ROW} FROM export_rows)" if numbered else "export_rows"
    raw.query(f"CREATE VIEW kept_rows AS SELECT * FROM {source} WHERE (CASE {case} END) IS NULL")
    found = {why: as_count(counts.get(number)) for number, why in enumerate(reasons)}
    return found, sum(as_count(n) for n in counts.values())


def _numbered_cases(conditions: Mapping[TextOrPhrase, str]) -> str:
    """The cases of an SQL expression that gives the number of the first condition that holds."""
    return " ".join(f"WHEN ({sql}) THEN {number}" for number, sql in enumerate(conditions.values()))


def _try(raw: Complaints, table: str, conditions: Mapping[str, str]) -> None:
    faults = []
    for why, sql in conditions.items():
        try:
            raw.query(f"SELECT ({sql}) FROM export_rows LIMIT 0")
        except IntakeError as error:
            faults.append(f"[intake.{table}] {why!r}: {error}")
    raise_all(IntakeError, faults)


def _is_numbered(mapping: IntakeMapping) -> bool:
    """Whether rows must be numbered: then the file is read in its order, which is slower."""
    return mapping.number_rows is not None or mapping.duplicates not in ("refuse", "keep")


def _map_columns(raw: Complaints, mapping: IntakeMapping) -> None:
    parts = [f"{expression(raw, mapping, new, old)} AS {quoted(new)}" for new, old in pairs(raw, mapping)]
    if mapping.number_rows:
        parts.append(f"CAST({ROW} AS VARCHAR) AS {quoted(mapping.number_rows)}")
    numbered = _is_numbered(mapping)
    raw.query(f"CREATE VIEW mapped AS SELECT {', '.join([*parts, ROW] if numbered else parts)} FROM kept_rows")


def _action(fault: Fault, mapping: IntakeMapping) -> Action:
    if fault.key == "repeated_id" and mapping.duplicates != "refuse":
        identical = mapping.duplicates == "keep first of identical"
        return (
            "refuse"
            if identical and fault.what == SAME_ID
            else ("keep" if mapping.duplicates == "keep" else "set aside")
        )
    return mapping.faults.get(fault.key, DEFAULTS.get(fault.key, "keep"))


def _refuse_faults(raw: Complaints, mapping: IntakeMapping, faults: Sequence[Fault]) -> None:
    known = {*MAY_BE_SET_ASIDE, SWAP}
    lines = []
    for key, action in mapping.faults.items():
        if (action == "set aside" and key not in MAY_BE_SET_ASIDE) or (action == "repair" and key != SWAP):
            lines.append(
                f"[intake.faults] {key} = {action!r}: only {', '.join(sorted(known))} can be set aside or repaired so"
            )
    for fault in faults:
        if _action(fault, mapping) == "refuse":
            examples = "; ".join(text_in_words(each, ENGLISH) for each in fault.examples)
            shown = f" (for example {examples})" if examples else ""
            lines.append(
                f"{raw.path.name}, column {fault.columns_in_words(ENGLISH)}: {fault.count:,} of {fault.rows:,}: "
                f"{ENGLISH.phrase(fault.what)}{shown}; " + _way_out(fault)
            )
    raise_all(IntakeError, lines)


def _way_out(fault: Fault) -> str:
    if fault.key == "repeated_id":
        return 'choose [intake] duplicates = "keep first", "keep last" or "keep first of identical"'
    if fault.key == "unreadable_date":
        return "add its format to [intake.dates], or its text to missing_in"
    return f'to go on all the same, say {fault.key} = "keep"{_or_aside(fault)} in [intake.faults]'


def _or_aside(fault: Fault) -> str:
    return ' or "set aside"' if fault.key in MAY_BE_SET_ASIDE else ""


def _with_action(fault: Fault, mapping: IntakeMapping) -> Fault:
    done = {"set aside": SET_ASIDE, "repair": Phrase("notes.done.repaired"), "refuse": Phrase("notes.done.refused")}
    return replace(fault, done=done.get(_action(fault, mapping), fault.done))


def _finish(
    raw: Complaints, mapping: IntakeMapping, subject: Subject, faults: Sequence[Fault], reasons: dict[TextOrPhrase, int]
) -> dict[TextOrPhrase, int]:
    """Make the table `complaints`: rows set aside for their faults or ids, dates put right, duplicates marked."""
    source = "mapped"
    if mapping.faults.get(SWAP) == "repair" and subject.role("id"):
        source = _mended(raw, subject)
    conditions: dict[TextOrPhrase, str] = {
        fault.what: f"coalesce({fault.condition}, false)"
        for fault in faults
        if fault.done == SET_ASIDE and fault.condition
    }
    case = _numbered_cases(conditions)
    where = f"(CASE {case} END) IS NULL" if case else "true"
    if case:
        counted = _counts(
            raw.query(f"SELECT why, count(*) FROM (SELECT CASE {case} END AS why FROM {source}) GROUP BY ALL")
        )
        reasons = {**reasons, **{why: as_count(counted.get(number)) for number, why in enumerate(conditions)}}
    if mapping.duplicates.startswith("keep ") and subject.role("id"):
        _number_repeated(raw, mapping, subject, source, where)
        reasons[REPEATED] = as_count(raw.query("SELECT count(*) FROM repeated")[0][0])
        where += f" AND {ROW} NOT IN (SELECT row FROM repeated)"
    kept = ", ".join(quoted(name) for name in subject.columns)
    raw.query(f"CREATE VIEW complaints AS SELECT {kept}{_marked(mapping, subject)} FROM {source} WHERE {where}")
    return reasons


def _mended(raw: Complaints, subject: Subject) -> str:
    name = subject.roles["received"]
    raw.query(f"CREATE TABLE swapped AS SELECT DISTINCT id FROM ({swapped_rows(subject, name)})")
    c = quoted(name)
    other = f"make_timestamp(year({c}), day({c}), month({c}), hour({c}), minute({c}), second({c}))"
    raw.query(
        f"CREATE VIEW mended AS SELECT * REPLACE (CASE WHEN {subject.role('id')} IN (SELECT id FROM swapped) AND "
        f"day({c}) <= 12 "
        f"THEN {other} ELSE {c} END AS {c}) FROM mapped"
    )
    return "mended"


def _number_repeated(raw: Complaints, mapping: IntakeMapping, subject: Subject, source: str, where: str) -> None:
    column = subject.role("id")
    order = "DESC" if mapping.duplicates == "keep last" else "ASC"
    same = f"{column}" if mapping.duplicates != "keep first of identical" else ", ".join(map(quoted, subject.columns))
    raw.query(
        f"CREATE TABLE repeated AS SELECT row FROM (SELECT {ROW} AS row, row_number() OVER (PARTITION BY {same} ORDER "
        f"BY {ROW} {order}) AS n "
        f"FROM {source} WHERE {where} AND {column} IN (SELECT {column} FROM {source} WHERE {column} IS NOT NULL GROUP "
        f"BY ALL HAVING count(*) > 1)) "
        "WHERE n > 1"
    )


def _marked(mapping: IntakeMapping, subject: Subject) -> str:
    place, category, received = (subject.role(role) for role in ("place", "category", "received"))
    if mapping.near_duplicates != "mark":
        return ""
    if not (place and category and received and subject.is_date("received")):
        raise IntakeError('[intake] near_duplicates = "mark" needs columns in the roles place, category and received')
    return (
        f", CASE WHEN {place} IS NULL OR {category} IS NULL THEN 1 ELSE "
        f"count(*) OVER (PARTITION BY {place}, CAST({received} AS DATE), {category}) END AS near_duplicate"
    )


def _counts(rows: Sequence[Sequence[object]]) -> dict[object, int]:
    return {why: as_count(count) for why, count in rows}

"""A first look at an export: its columns, what each is likely to be, what is missing, and how its dates are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cmresearch.files.sql import literal, quoted
from cmresearch.intake.complaints import Complaints, Reading, read_complaints, settle
from cmresearch.intake.date_formats import day_first, find_formats, reads_both_ways
from cmresearch.intake.faults import as_count
from cmresearch.intake.faults_in_columns import is_missing_word, means_missing
from cmresearch.intake.mapped_export import IntakeReport, read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.language.voice import ENGLISH

Kind = Literal["empty", "time", "number", "whole number", "category", "text", "other"]
EXAMPLES = 3
SAMPLED = 2_000_000
FEW = 5_000
DATE_LIKE = (
    r"^\s*(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}[-/ ][A-Za-z]{3,9}[-/ ,]+\d{2,4}.*|[A-Za-z]{3,9} \d{1,2},? "
    r"\d{4}.*"
    r"|(19|20)\d{6}|(19|20)\d{12})\s*$"
)
# What a column of each role tends to be called, the surest words first.
NAMES: Mapping[str, tuple[str, ...]] = {
    "received": (
        r"open|receiv|creat|masuk|diterima|lodged|eingang|ingreso",
        r"submit|request|report|regist|intake|lapor",
        r"date|tanggal|time",
    ),
    "closed": (r"clos|selesai|tutup|erledigt|cierre", r"complet|resolv|finish|solved|end"),
    "target": (r"target|due|sla|deadline|expected|batas",),
    "status": (r"status", r"^state$|stage"),
    "resolution": (r"closure|resolution|outcome|hasil",),
    "channel": (r"channel|kanal|origin$", r"^source$|sumber|receipt.?type|method|via|media", r"source|intake"),
    "place": (r"address|alamat|street|intersection", r"location(?!.*zip)|lokasi|coordinates"),
    "area": (
        r"neighbo|borough|kecamatan|council.?dist|district|stadtteil|bezirk|distrito|barrio",
        r"ward|kelurahan|zone|region|county|area|wilayah",
        r"city|kota|zip",
    ),
    "category": (
        r"categor|kategori|complaint.?type|service.?name|request.?type",
        r"^type$|topic|issue",
        r"subject|reason|type|jenis",
    ),
    "text": (r"descri|comment|narrative|laporan|uraian|^text$|isi|detail|message",),
    "agency": (r"agency|department|dinas|instansi|opd", r"owner|responsible|queue|account|unit"),
}  # fmt: skip
ID_NAMES = (
    r"request.?(#|id|no|number)|case.*id|ticket|unique|nomor|complaint.?(id|no)",
    r"\bid\b|_id$|key|number|^no\.?$|ref|#",
    r"",
)
KINDS: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("received", "closed", "target"), ("time",)),
    **dict.fromkeys(("status", "channel", "agency"), ("category",)),
    **dict.fromkeys(("area", "category"), ("category", "whole number", "number")),
    **dict.fromkeys(("resolution", "place", "text"), ("text", "category")),
}
ORDER = (
    "received",
    "closed",
    "target",
    "status",
    "channel",
    "resolution",
    "place",
    "category",
    "area",
    "text",
    "agency",
)


@dataclass(frozen=True)
class _Facts:
    known: int
    distinct: int
    length: float
    whole: float
    numeric: float
    dated: float
    low: str


@dataclass(frozen=True)
class ColumnProfile:
    """One column of an export at a first look.

    Attributes:
        name: The file's name for it.
        kind: Time, number, whole number, category, text, other or empty.
        known: How many rows have something in it that is no word for missing.
        blank: How many rows have nothing in it.
        missing: The words for missing in it, and how many rows have each.
        distinct: How many different values it has; of longer files, among the first two million rows.
        examples: Its most frequent values, or some of them where all differ.
        dates: The formats that read its dates, most frequent first.
        role: What it is likely to be, if anything.
        length: The mean length of its texts.
    """

    name: str
    kind: Kind
    known: int
    blank: int
    missing: Mapping[str, int]
    distinct: int
    examples: tuple[str, ...]
    dates: tuple[str, ...] = ()
    role: str = ""
    length: float = 0.0

    def to_record(self) -> dict[str, object]:
        """The column as a plain record."""
        words = [f"{blank} {n}" for blank, n in (("blank", self.blank),) if n]
        return {
            "column": self.name,
            "type": f"{self.kind} ({', '.join(self.dates)})" if self.dates else self.kind,
            "likely": self.role,
            "missing": ", ".join([*words, *(f"{text!r} {n}" for text, n in self.missing.items())]),
            "distinct": self.distinct,
            "examples": " | ".join(self.examples),
        }


@dataclass(frozen=True)
class Profile:
    """A first look at an export.

    Attributes:
        path: The file.
        rows: Its rows.
        reading: How it was read.
        columns: Its columns.
        mapping: A mapping to start from.
        report: What was found with that mapping.
        siblings: Other files in its folder that are the same to the byte.
    """

    path: Path
    rows: int
    reading: Mapping[str, str]
    columns: tuple[ColumnProfile, ...]
    mapping: IntakeMapping
    report: IntakeReport
    siblings: tuple[str, ...] = ()

    def column(self, role: str) -> ColumnProfile | None:
        """The column that is likely to have a role."""
        return next((column for column in self.columns if column.role == role), None)

    def to_record(self) -> dict[str, object]:
        """The profile as plain values."""
        return {
            "file": self.path.name,
            "rows": self.rows,
            "reading": dict(self.reading),
            "columns": [column.to_record() for column in self.columns],
            "faults": [fault.to_record() for fault in self.report.faults],
            "set_aside": self.report.rows_set_aside(ENGLISH),
            "same_file": list(self.siblings),
        }


def inspect(path: str | Path, reading: Reading | None = None) -> Profile:
    r"""A first look at an export: columns, likely roles, missing values, faults, and a mapping to start from.

    Args:
        path: The export.
        reading: How to read it, as far as that is known.

    Raises:
        IntakeError: The file cannot be read.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "export.csv"
        >>> rows = [f"{n};{n}/5/2020;{'web' if n % 3 else 'phone'}" for n in range(1, 31)]
        >>> _ = file.write_text("\n".join(["Request ID;Date opened;Channel", *rows, ""]), encoding="utf-8")
        >>> profile = inspect(file)
        >>> [(column.name, column.role) for column in profile.columns]
        [('Request ID', 'id'), ('Date opened', 'received'), ('Channel', 'channel')]
        >>> profile.mapping.dates
        {'received': ['%d/%m/%Y']}
    """
    raw = settle(read_complaints(path, reading))
    ((count,),) = raw.query("SELECT count(*) FROM complaints")
    rows = int(str(count))
    columns = _with_roles(_with_one_order(raw, _columns(raw, rows)), rows)
    mapping = _start(raw, columns, reading or Reading())
    report = read_export(raw, mapping, refuse="nothing").report
    mapping = _ready(mapping, columns, report)
    return Profile(raw.path, rows + raw.ragged, raw.reading, columns, mapping, report, _siblings(raw.path))


def _columns(raw: Complaints, rows: int) -> list[ColumnProfile]:
    source = "complaints" if rows <= SAMPLED else f"(SELECT * FROM complaints LIMIT {SAMPLED})"
    found = []
    for name, kind in raw.columns.items():
        ((filled, differing, length, whole, numeric, dated, low, high),) = raw.query(_questions(name, source))
        missing = _missing_words(raw, name, source, distinct=as_count(differing)) if kind == "VARCHAR" else {}
        known = as_count(filled) - sum(missing.values())
        shares = [as_count(each) / max(known, 1) for each in (whole, numeric, dated)]
        size = float(str(length or 0))
        facts = _Facts(known, as_count(differing), size, shares[0], shares[1], shares[2], str(low))
        guess = _kind(name, kind, facts)
        written = guess == "time" and kind == "VARCHAR"
        dates = find_formats(raw, name, source=source, highest=str(high)) if written else ()
        found.append(
            ColumnProfile(
                name,
                "text" if written and not dates else guess,
                known,
                min(rows, SAMPLED) - as_count(filled),
                missing,
                facts.distinct,
                _examples(raw, name, source),
                dates,
                length=facts.length,
            )
        )
    return found


def _questions(name: str, source: str) -> str:
    """The query that profiles a column, looking at each of its distinct values once."""
    shapes = ("[-+]?\\d+", "[-+]?[\\d.,]*\\d")
    counts = ", ".join(f"sum(n) FILTER (regexp_full_match(v, {literal(shape)}))" for shape in shapes)
    return (
        f"SELECT sum(n) FILTER (v <> ''), count(v), sum(length(v) * n) / sum(n) FILTER (v IS NOT NULL), {counts}, "
        f"sum(n) FILTER (regexp_matches(v, {literal(DATE_LIKE)})), min(v), max(v) "
        f"FROM (SELECT trim(CAST({quoted(name)} AS VARCHAR)) AS v, count(*) AS n FROM {source} GROUP BY ALL)"
    )


def _missing_words(raw: Complaints, name: str, source: str, *, distinct: int) -> dict[str, int]:
    """The words for missing in a column; what forms leave behind is looked for where values are few."""
    c = quoted(name)
    where = "" if distinct <= FEW else f"WHERE {is_missing_word(c)}"
    found = raw.query(f"SELECT {c}, count(*) AS n FROM {source} {where} GROUP BY ALL ORDER BY n DESC, 1")
    return {
        str(text): as_count(n)
        for text, n in found
        if text is not None and str(text).strip() and means_missing(str(text))
    }


def _kind(name: str, kind: str, facts: _Facts) -> Kind:
    if facts.known <= 0:
        return "empty"
    if kind.startswith(("TIMESTAMP", "DATE")) or facts.dated >= 0.8 or _is_serial(name, facts):
        return "time"
    if not re.match(r"^(VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT|DECIMAL)", kind):
        return "other"
    few = facts.distinct <= 0.05 * facts.known and facts.length < 60 and facts.whole < 0.95
    if facts.distinct <= 200 or few:
        return "category"
    if facts.numeric >= 0.95:
        return "whole number" if facts.whole >= 0.95 else "number"
    return "text"


def _is_serial(name: str, facts: _Facts) -> bool:
    """Whether a column of numbers is one of times: days since 1900, or seconds since 1970, by its name and range."""
    named = re.search(r"date|time|_dt$|opened|closed|tanggal|tgl", name, re.IGNORECASE)
    inside = re.match(r"^([234]\d{4}(\.\d+)?|1[0-9]{9}|1[0-9]{12})$", facts.low)
    return facts.numeric >= 0.9 and named is not None and inside is not None


def _examples(raw: Complaints, name: str, source: str) -> tuple[str, ...]:
    c = quoted(name)
    found = raw.query(
        f"SELECT left(CAST(v AS VARCHAR), 60) FROM (SELECT {c} AS v, count(*) AS n FROM (SELECT {c} FROM {source} "
        f"WHERE trim(CAST({c} AS VARCHAR)) <> '' LIMIT 50000) "
        f"GROUP BY ALL ORDER BY n DESC, 1 LIMIT {EXAMPLES})"
    )
    return tuple(str(row[0]) for row in found)


def _with_one_order(raw: Complaints, columns: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Columns whose dates read both ways take the order of days and months that another column makes certain."""
    certain = any(column.dates and column.dates[0].startswith("%d") for column in columns)
    return [
        replace(column, dates=(day_first(column.dates[0]),))
        if certain and len(column.dates) == 1 and reads_both_ways(raw, column.name, column.dates[0])
        else column
        for column in columns
    ]


def _with_roles(columns: Sequence[ColumnProfile], rows: int) -> tuple[ColumnProfile, ...]:
    taken: dict[str, str] = {}
    key = _likely_id(columns, rows)
    if key:
        taken[key] = "id"
    for role in ORDER:
        best = _likely(role, [column for column in columns if column.name not in taken], rows)
        if best:
            taken[best] = role
    return tuple(replace(column, role=taken.get(column.name, "")) for column in columns)


def _likely_id(columns: Sequence[ColumnProfile], rows: int) -> str | None:
    fit = [
        column
        for position, column in enumerate(columns)
        if column.distinct >= 0.9 * rows and column.kind in ("text", "whole number", "category", "number")
        and column.length < 60 and not (position == 0 and re.match(r"^(unnamed|index|column)[ "
                                                                r":_]*\d*$", column.name, re.IGNORECASE))
    ]  # fmt: skip
    for pattern in ID_NAMES:
        named = [column for column in fit if re.search(pattern, column.name, re.IGNORECASE)]
        if named:
            return max(named, key=lambda column: column.distinct).name
    return None


def _likely(role: str, columns: Sequence[ColumnProfile], rows: int) -> str | None:
    fit = [column for column in columns if column.kind in KINDS[role] and _is_fit(role, column, rows)]
    for pattern in NAMES[role]:
        named = [column for column in fit if re.search(pattern, column.name, re.IGNORECASE)]
        if named:
            # Of several, the one that is filled most; of equals, the first.
            return max(named, key=lambda column: column.known).name
    if role == "text":
        long = [column for column in fit if column.length >= 40]
        return max(long, key=lambda column: column.length).name if long else None
    return fit[0].name if role == "received" and len(fit) == 1 else None


def _is_fit(role: str, column: ColumnProfile, rows: int) -> bool:
    if role in ("area", "category", "channel", "status"):
        least = 1 if role == "status" else 2
        return least <= column.distinct <= max(0.5 * rows, 10) and column.known >= 0.3 * rows
    return column.kind != "category" if role == "text" and column.length < 20 else True


def _start(raw: Complaints, columns: Sequence[ColumnProfile], reading: Reading) -> IntakeMapping:
    """A mapping to start from: names for the roles, formats for the dates; every finding of the reading pinned."""
    names = {column.name: column.role or column.name for column in columns}
    taken = {column.name.casefold() for column in columns if not column.role}
    names = {old: (old if new != old and new.casefold() in taken else new) for old, new in names.items()}
    fixed = _pinned(raw)
    fixed.update({key: value for key, value in reading.model_dump().items() if value})
    return IntakeMapping.model_validate(
        {
            **fixed,
            "number_rows": None if any(column.role == "id" for column in columns) else "row_number",
            "columns": {new: old for old, new in names.items() if new != old},
            "roles": {
                column.role: names[column.name]
                for column in columns
                if column.role and names[column.name] != column.role
            },
            "dates": {names[column.name]: list(column.dates) for column in columns if column.dates},
        }
    )


def _pinned(raw: Complaints) -> dict[str, object]:
    found: dict[str, object] = {
        key: raw.reading[key]
        for key in ("encoding", "delimiter", "quote", "sheet", "table", "member")
        if key in raw.reading
    }
    found.update({key: int(raw.reading[key]) for key in ("skip_rows", "header_rows") if key in raw.reading})
    return found


def _ready(mapping: IntakeMapping, columns: Sequence[ColumnProfile], report: IntakeReport) -> IntakeMapping:
    """The mapping with what the found faults need to be decided before a sample can be drawn."""
    keys = {fault.key for fault in report.faults}
    changes: dict[str, object] = {
        "missing": sorted({text.strip() for column in columns for text in column.missing}),
        "whole_numbers": [fault.columns[0] for fault in report.faults if fault.key == "trailing_zero"],
    }
    if "repeated_id" in keys:
        changes["duplicates"] = "keep first"
    actions = {key: action for key, action in (("no_id", "set aside"), ("unreadable_date", "keep")) if key in keys}
    for fault in report.faults:
        if fault.key == "total_row":
            first = quoted(mapping.columns.get(fault.columns[0], fault.columns[0]))
            changes["set_aside"] = {
                "a row of totals": f"regexp_matches({first}, '^\\s*((grand |sub)?totals?|sum|jumlah|summe)', 'i')"
            }
            actions.pop("no_id", None)
    return mapping.model_copy(update={**changes, "faults": actions})


def _siblings(path: Path) -> tuple[str, ...]:
    """Other files beside this one with the same bytes: one export under two names counts once."""
    from cmresearch.files.hashes import sha256_of

    size = path.stat().st_size
    same = [
        other
        for other in sorted(path.parent.iterdir())
        if other.is_file() and other.name != path.name and other.stat().st_size == size
    ]
    return tuple(other.name for other in same if sha256_of(other) == sha256_of(path))

"""The mapping of an export: the researcher's own choices, kept as data, and what they make of each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from cmresearch.errors import nearest
from cmresearch.files.sql import literal, literals, quoted
from cmresearch.intake.complaints import Complaints, Reading
from cmresearch.intake.faults import ROLES, Action, TextOrPhrase
from cmresearch.language.phrases import Phrase

SERIALS = {"excel": "1899-12-30", "excel 1904": "1904-01-01"}
EPOCHS = {"unix": 1, "unix ms": 1000}


class IntakeMapping(Reading):
    """The repairs to an export: the table `[intake]` of a study; what it does not name stays as the file has it.

    Attributes:
        columns: New name = the file's name.
        missing: Texts that mean missing, in every column; an empty cell always does.
        missing_in: The same for one column, by its new name.
        fill: What stands for missing in a column, such as "not stated" in one that makes strata.
        merge: For a column, each category = the spellings that are merged into it.
        dates: For a column, its date format or formats in the order to be tried: `%d/%m/%Y %H:%M`, or "excel",
            "excel 1904", "unix", "unix ms".
        time_zone: The zone in which all times are wanted, such as "America/Chicago".
        time_zones: For a column, the zone it is written in, where that is another one.
        decimal: The decimal sign of numbers.
        numbers: Columns that become numbers.
        whole_numbers: Columns whose whole numbers gained `.0`, which is taken off.
        width: For a column, the digits to which lost leading zeros are filled up.
        mojibake: Columns whose broken letters are put right.
        set_aside: Reason = SQL condition on the file's own columns: rows that are no complaints, such as totals.
        duplicates: What happens to rows with the id of another: "refuse", "keep", "keep first", "keep last" (by the
            order of the file), "keep first of identical" (others are refused).
        near_duplicates: "mark" adds a column `near_duplicate`: how many rows have the same place, day and category.
        number_rows: A name for a column that numbers the file's rows, for exports without ids. Such a number names a
            complaint in this one file only.
        roles: Role = column (new name), where the column is not called by its role.
        faults: Fault = "keep", "refuse", "set aside" or "repair", in place of the default.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    missing_in: dict[str, list[str]] = Field(default_factory=dict)
    fill: dict[str, str] = Field(default_factory=dict)
    merge: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    dates: dict[str, str | list[str]] = Field(default_factory=dict)
    time_zone: str | None = None
    time_zones: dict[str, str] = Field(default_factory=dict)
    decimal: Literal[".", ","] = "."
    numbers: list[str] = Field(default_factory=list)
    whole_numbers: list[str] = Field(default_factory=list)
    width: dict[str, int] = Field(default_factory=dict)
    mojibake: list[str] = Field(default_factory=list)
    set_aside: dict[str, str] = Field(default_factory=dict)
    duplicates: Literal["refuse", "keep", "keep first", "keep last", "keep first of identical"] = "refuse"
    near_duplicates: Literal["count", "mark"] = "count"
    number_rows: str | None = None
    roles: dict[str, str] = Field(default_factory=dict)
    faults: dict[str, Action] = Field(default_factory=dict)


def misfits(raw: Complaints, mapping: IntakeMapping) -> list[str]:
    """The columns that the mapping names and the file does not have."""
    faults = [
        f"[intake.columns] {new} = {old!r}: {raw.path.name} has no such column{nearest(old, raw.columns)}"
        for new, old in mapping.columns.items()
        if old not in raw.columns
    ]
    names = [new for new, _ in pairs(raw, mapping)] + ([mapping.number_rows] if mapping.number_rows else [])
    faults += [
        f"[intake.columns] two columns would be called {name!r}"
        for name in sorted({n for n in names if [m.casefold() for m in names].count(n.casefold()) > 1})
    ]
    tables: dict[str, Sequence[str]] = {
        "missing_in": [*mapping.missing_in], "fill": [*mapping.fill], "merge": [*mapping.merge],
        "dates": [*mapping.dates],
        "time_zones": [*mapping.time_zones], "numbers": mapping.numbers, "whole_numbers": mapping.whole_numbers,
        "width": [*mapping.width], "mojibake": mapping.mojibake, "roles": [*mapping.roles.values()],
    }  # fmt: skip
    for table, columns in tables.items():
        faults += [
            f"[intake] {table}: there is no column {name!r}{nearest(name, names)}"
            for name in columns
            if name not in names
        ]
    faults += [
        f"[intake.roles]: there is no role {role!r}{nearest(role, ROLES)}"
        for role in mapping.roles
        if role not in ROLES
    ]
    if mapping.time_zones and not mapping.time_zone:
        faults.append("[intake] time_zones needs time_zone: the zone in which all times are wanted")
    return faults


def pairs(raw: Complaints, mapping: IntakeMapping) -> Iterator[tuple[str, str]]:
    """Each column's new name and the file's name, in the order of the file."""
    for old in raw.columns:
        new = [name for name, each in mapping.columns.items() if each == old]
        for name in new or [old]:
            yield name, old


def expression(raw: Complaints, mapping: IntakeMapping, new: str, old: str) -> str:
    """The SQL expression that makes a column of the complaints from one of the file."""
    kind = raw.columns[old]
    if kind.startswith(("TIMESTAMP", "DATE")):
        return _in_zone(quoted(old), mapping, new, has_zone=kind == "TIMESTAMP WITH TIME ZONE")
    text = text_of(raw, mapping, new, old)
    if new in mapping.dates:
        return _date(text, mapping, new)
    if new in mapping.numbers:
        return _number(text, mapping)
    if kind != "VARCHAR" and text == f"CAST({quoted(old)} AS VARCHAR)":
        return quoted(old)
    return text


def text_of(raw: Complaints, mapping: IntakeMapping, new: str, old: str) -> str:
    """The SQL text of a cell: missing taken out, repairs made, categories merged, missing filled; in this order."""
    text = quoted(old) if raw.columns[old] == "VARCHAR" else f"CAST({quoted(old)} AS VARCHAR)"
    missing = [*mapping.missing, *mapping.missing_in.get(new, [])]
    if raw.columns[old] == "VARCHAR" or missing:
        text = f"CASE WHEN trim({text}) IN ({literals(['', *missing])}) THEN NULL ELSE {text} END"
    if new in mapping.mojibake:
        text = _without_mojibake(text)
    if new in mapping.whole_numbers:
        text = f"regexp_replace({text}, '^(-?\\d+)\\.0+$', '\\1')"
    if new in mapping.width:
        text = (
            f"(CASE WHEN regexp_full_match({text}, '\\d{{1,{mapping.width[new]}}}') THEN lpad({text}, "
            f"{mapping.width[new]}, '0') ELSE {text} END)"
        )
    if new in mapping.merge:
        cases = " ".join(
            f"WHEN {text} IN ({literals(others)}) THEN {literal(one)}"
            for one, others in mapping.merge[new].items()
            if others
        )
        text = f"(CASE {cases} ELSE {text} END)" if cases else text
    return f"coalesce({text}, {literal(mapping.fill[new])})" if new in mapping.fill else text


def formats_of(formats: str | list[str]) -> list[str]:
    """A column's date formats, one or several, as a list."""
    return [formats] if isinstance(formats, str) else list(formats)


def _date(text: str, mapping: IntakeMapping, name: str) -> str:
    return f"coalesce({', '.join(parsed(text, each, mapping, name) for each in formats_of(mapping.dates[name]))})"


def parsed(text: str, written: str, mapping: IntakeMapping, name: str) -> str:
    """The SQL time that a format reads from a text, in the zone that is wanted; NULL where it does not read it."""
    if written in SERIALS:
        days = f"round(try_cast({text} AS DOUBLE) * 86400)"
        return _in_zone(f"(TIMESTAMP '{SERIALS[written]}' + to_seconds({days}))", mapping, name)
    if written in EPOCHS:
        seconds = f"try_cast({text} AS DOUBLE) / {EPOCHS[written]}"
        return f"timezone({literal(mapping.time_zone or 'UTC')}, to_timestamp({seconds}))"
    read = f"try_strptime(trim({text}), {literal(written)})"
    if "%y" not in written.lower().replace("%y", "", 1) and "%Y" in written:
        # The engine's %Y takes two digits as well: the year 20.
        read = f"CASE WHEN year({read}) >= 100 THEN {read} END"
    return _in_zone(f"({read})", mapping, name, has_zone="%z" in written)


def _in_zone(moment: str, mapping: IntakeMapping, name: str, *, has_zone: bool = False) -> str:
    if has_zone:
        return f"timezone({literal(mapping.time_zone or 'UTC')}, {moment})"
    if name in mapping.time_zones and mapping.time_zone:
        return (
            f"timezone({literal(mapping.time_zone)}, timezone({literal(mapping.time_zones[name])}, CAST({moment} "
            f"AS TIMESTAMP)))"
        )
    return moment


def _number(text: str, mapping: IntakeMapping) -> str:
    plain = f"replace({text}, ',', '')" if mapping.decimal == "." else f"replace(replace({text}, '.', ''), ',', '.')"
    return f"try_cast(replace({plain}, ' ', '') AS DOUBLE)"


def _without_mojibake(text: str) -> str:
    """The SQL text in which each letter that UTF-8 writes in two or three bytes is put back from its broken form."""
    letters = [*map(chr, range(0xA0, 0x180)), *"–—‘’‚“”„…•€™"]
    pairs: dict[str, str] = {}
    for letter in letters:
        written = letter.encode("utf-8")
        pairs[written.decode("latin-1")] = letter
        # Windows leaves five bytes undefined; programs then show the byte itself.
        pairs["".join(bytes([each]).decode("cp1252", errors="ignore") or chr(each) for each in written)] = letter
    mended = text
    for broken in sorted(pairs, key=lambda each: (-len(each), each)):
        mended = f"replace({mended}, {literal(broken)}, {literal(pairs[broken])})"
    return f"(CASE WHEN regexp_matches({text}, '[ÃÂâÄÅ]') THEN {mended} ELSE {text} END)"


def changes(mapping: IntakeMapping) -> Iterator[Phrase]:
    """The changes that a mapping makes."""
    for new, old in mapping.columns.items():
        if new != old:
            yield Phrase("notes.mapping.renamed", {"old": repr(old), "new": repr(new)})
    for name, groups in mapping.merge.items():
        for one, others in groups.items():
            spellings = tuple(map(repr, others))
            yield Phrase("notes.mapping.merged", {"column": name, "others": spellings, "one": repr(one)})
    missing: list[TextOrPhrase] = [*mapping.missing]
    for name, texts in mapping.missing_in.items():
        missing += (Phrase("example.text_in", {"text": text, "column": name}) for text in texts)
    if missing:
        yield Phrase("notes.mapping.missing", {"texts": tuple(missing)})
    for name, text in mapping.fill.items():
        yield Phrase("notes.mapping.filled", {"column": name, "text": repr(text)})
    for name in mapping.whole_numbers:
        yield Phrase("notes.mapping.whole", {"column": name})
    for name, width in mapping.width.items():
        yield Phrase("notes.mapping.width", {"column": name, "width": width})
    for name in mapping.mojibake:
        yield Phrase("notes.mapping.letters", {"column": name})
    for name, zone in mapping.time_zones.items():
        wanted = str(mapping.time_zone)
        yield Phrase("notes.mapping.zone", {"column": name, "zone": zone, "time_zone": wanted})

"""The first look at an export as a page, and as a study to start from."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from cmresearch.errors import IntakeError
from cmresearch.files.writing import write_text
from cmresearch.intake.faults import PRIVATE, Fault
from cmresearch.intake.profile import ColumnProfile, Profile
from cmresearch.language.voice import ENGLISH

SIZE = 400
MOST_STRATA = 60
FEW_VALUES = 12
WEEK = 7  # days of the service level that a study starts from
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0 "
    "2rem}caption{text-align:left;font-weight:bold;padding:.3rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}"
)


def profile_page(profile: Profile) -> str:
    """The first look as a page of HTML that stands by itself."""
    name = escape(profile.path.name)
    found = escape(", ".join(f"{key.replace('_', ' ')} {value!r}" for key, value in profile.reading.items()))
    faults = [{**fault.to_record(), "share": f"{100 * fault.share:.2f} %"} for fault in profile.report.faults]
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}: a first look</title>\n'
        f'<meta name="viewport" content="width=device-width">\n<style>{STYLE}</style>\n</head>\n<body>\n'
        f"<h1>{name}: a first look</h1>\n<p>{profile.rows:,} rows. Read as: {found}.</p>\n"
        + _table("Columns", [_shared(column) for column in profile.columns])
        + _table("What is likely to be wrong", faults)
        + _table("Where every row went", profile.report.accounting(ENGLISH).to_dict("records"))
        + "</body>\n</html>\n"
    )


def _shared(column: ColumnProfile) -> dict[str, object]:
    """A column as a page shows it: pages are passed on, so they hold none of what complainants wrote."""
    return {**column.to_record(), **({"examples": "(not shown)"} if column.role in PRIVATE else {})}


def _table(caption: str, rows: Sequence[Mapping[object, object]] | Sequence[Mapping[str, object]]) -> str:
    if not rows:
        return f"<p>{caption}: nothing found.</p>\n"
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row.values()) + "</tr>\n" for row in rows
    )
    return f"<table>\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def write_starting_study(profile: Profile, folder: Path) -> Path:
    """Write a `study.toml` to start from, with the export's mapping in it.

    Args:
        profile: The first look.
        folder: The study's folder; made if it is not there.

    Returns:
        The file.

    Raises:
        IntakeError: There is a `study.toml` already, or the export has no column that could make strata.
    """
    target = folder / "study.toml"
    if target.exists():
        raise IntakeError(f"{target} is there already and is not written over; choose another folder")
    text = starting_study(profile, file=os.path.relpath(profile.path.resolve(), folder.resolve()))
    folder.mkdir(parents=True, exist_ok=True)
    write_text(target, text)
    return target


def starting_study(profile: Profile, *, file: str) -> str:
    """The text of a `study.toml` to start from.

    Args:
        profile: The first look.
        file: The export's path as seen from the study's folder.

    Raises:
        IntakeError: The export has no column that could make strata.
    """
    stratum = _stratum(profile)
    key = re.sub(r"[^a-z0-9]+", "-", profile.path.name.lower().split(".")[0]).strip("-") or "study"
    if stratum is None:
        raise IntakeError(f"{profile.path.name} has no column with few values, so there is nothing to make strata of")
    lines = [
        *_opening(profile, key, file),
        *_intake(profile, stratum),
        *_frame(profile, stratum),
        *_sample(profile, key),
        *_estimates(profile, stratum),
    ]
    return "\n".join(lines) + "\n"


def _opening(profile: Profile, key: str, file: str) -> Iterator[str]:
    yield "# A study to start from, written from a first look at the export. Read every line; change what is not yours."
    yield ""
    yield "# The languages of the title are those of the study. Where it has two, as { en = ..., id = ... }, every text"
    yield "# for readers (question, limits, origin, seed_source, labels, findings) is given in the same way."
    yield "[study]"
    yield f"key = {_text(key)}"
    yield f"title = {{ en = {_text('Complaints in ' + profile.path.name)} }}"
    yield 'place = ""'
    yield 'period = ""'
    yield 'question = "How quickly were complaints closed?"'
    yield ""
    yield "[full_set]"
    yield f"file = {_text(file.replace(os.sep, '/'))}"
    yield 'kind = "real"'
    yield 'origin = "say here who publishes the export, where, and under which terms"'
    yield ""


def _intake(profile: Profile, stratum: ColumnProfile) -> Iterator[str]:
    mapping = profile.mapping
    yield (
        f"# What was found in the file ({profile.rows:,} rows), pinned, so that the same file gives the same "
        f"complaints for ever."
    )
    yield "[intake]"
    for name in ("encoding", "delimiter", "quote", "skip_rows", "header_rows", "sheet", "table", "member"):
        value = getattr(mapping, name)
        if value is not None:
            yield f"{name} = {_value(value)}"
    yield f"missing = {_value(mapping.missing)}  # texts that mean missing; strike out those that do not"
    if mapping.whole_numbers:
        yield f"whole_numbers = {_value(mapping.whole_numbers)}  # '.0' is taken off"
    if mapping.number_rows:
        yield (
            f"number_rows = {_value(mapping.number_rows)}  # the file has no ids: a row's number names it, in this "
            f"file only"
        )
    if mapping.duplicates != "refuse":
        yield (
            f"duplicates = {_value(mapping.duplicates)}  # some ids stand in several rows: keep first, keep last, "
            f"refuse"
        )
    yield '# time_zone = "Europe/Berlin"  # where some columns are in another zone: [intake.time_zones] closed = "UTC"'
    yield ""
    yield "[intake.columns]  # new name = the file's name"
    yield from (f"{_key(new)} = {_text(old)}" for new, old in mapping.columns.items())
    for table, entries in (
        ("roles", mapping.roles),
        ("dates", mapping.dates),
        ("set_aside", mapping.set_aside),
        ("faults", mapping.faults),
        ("fill", {_new(profile, stratum): "not stated"} if stratum.blank or stratum.missing else {}),
    ):
        if entries:
            yield ""
            yield f"[intake.{table}]{NOTES.get(table, '')}"
            yield from (f"{_key(name)} = {_value(value)}" for name, value in entries.items())
    yield from _merges(profile)
    yield ""
    yield from _remarks(profile.report.faults)


NOTES = {
    "dates": "  # tried in this order; %d day, %m month",
    "fill": "  # missing has a stratum of its own",
    "faults": "  # keep, refuse, set aside or repair",
}


def _merges(profile: Profile) -> Iterator[str]:
    variants = [fault for fault in profile.report.faults if fault.key == "spelling_variants"]
    if variants:
        yield ""
        yield "# Spellings of one category that were found; take off the '#' to merge them."
    for fault in variants:
        yield f"# [intake.merge.{_key(fault.columns[0])}]"
        yield from (f"# {_text(first)} = {_value(others)}" for first, others in fault.spellings.items())


def _remarks(faults: Sequence[Fault]) -> Iterator[str]:
    if faults:
        yield "# What else was found; nothing is changed on account of it unless [intake] says so:"
    for fault in faults:
        if fault.key not in ("spelling_variants", "missing_words", "trailing_zero"):
            yield (
                f"#   {fault.key} in {fault.columns_in_words(ENGLISH)}: {fault.count:,} ({100 * fault.share:.2f} %): "
                f"{ENGLISH.phrase(fault.what)}"
            )
    if faults:
        yield ""


def _frame(profile: Profile, stratum: ColumnProfile) -> Iterator[str]:
    shown = [
        _new(profile, column)
        for column in profile.columns
        if column.role and column.role not in ("id", "text", "place")
    ]
    texts = [_new(profile, column) for column in profile.columns if column.role == "text"]
    key = profile.column("id")
    yield "[frame]"
    yield f"id = {_text(_new(profile, key) if key else str(profile.mapping.number_rows))}"
    yield f"strata = [{_text(_new(profile, stratum))}]"
    yield "# where = \"category = 'Noise'\"  # keep only these complaints"
    yield f"register_columns = {_value(shown)}"
    if texts:
        yield f"text = {_value(texts)}"
    yield ""
    if _has_times(profile):
        received, closed = (_sql(profile, role) for role in ("received", "closed"))
        hours = f"date_diff('second', {received}, {closed}) / 3600.0"
        in_time = f"coalesce({closed} - {received} <= INTERVAL {WEEK} DAY, false)"
        yield "[variables]  # each computed by sql; unit and role say what it is to the study, whatever its name"
        yield f'hours_to_close = {{ sql = {_text(hours)}, unit = "hours", role = "time_to_close" }}'
        yield (f'closed_within_{WEEK}_days = {{ sql = {_text(in_time)}, role = "service_level", days = {WEEK} }}')
        yield ""


def _sample(profile: Profile, key: str) -> Iterator[str]:
    yield "[sample]"
    yield f"size = {min(SIZE, profile.report.kept)}"
    yield 'method = "proportional"'
    yield "minimum = 2"
    yield f"seed = {_text('cmresearch ' + key)}"
    yield 'seed_source = "the name of this study, written down before the first draw; not a public random event"'
    yield ""


def _estimates(profile: Profile, stratum: ColumnProfile) -> Iterator[str]:
    """The share closed within a week where times are known, and otherwise the share of each category."""
    if _has_times(profile):
        for by in ("", f"by = [{_text(_new(profile, stratum))}]"):
            yield from (
                "[[estimate]]",
                f'variable = "closed_within_{WEEK}_days"',
                'statistic = "proportion"',
                'value = "true"',
            )
            yield from filter(None, [by])
            yield ""
        return
    complete = (
        column
        for column in profile.columns
        if column.kind == "category" and 1 < column.distinct <= FEW_VALUES and column.known >= profile.report.kept
    )
    other = next((column for column in complete if column.name != stratum.name), stratum)
    yield from ("[[estimate]]", f"variable = {_text(_new(profile, other))}", 'statistic = "proportion"')


def _has_times(profile: Profile) -> bool:
    return profile.column("received") is not None and profile.column("closed") is not None


def _stratum(profile: Profile) -> ColumnProfile | None:
    roles = [profile.column(role) for role in ("channel", "area", "category", "status", "agency")]
    others = [column for column in profile.columns if column.kind == "category" and not column.role]
    fit = (column for column in (*roles, *others) if column and 1 < column.distinct <= MOST_STRATA)
    return next(fit, None)


def _new(profile: Profile, column: ColumnProfile) -> str:
    return next((new for new, old in profile.mapping.columns.items() if old == column.name), column.name)


def _sql(profile: Profile, role: str) -> str:
    column = profile.column(role)
    name = _new(profile, column) if column else role
    return name if re.fullmatch(r"[a-z_]+", name) else '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    # A JSON text is a TOML text, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value).lower()


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)

"""Faults of a file as a whole, and dates that the formats of its mapping do not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cmresearch.files.sql import literal, quoted
from cmresearch.intake.complaints import Complaints
from cmresearch.intake.faults import EXAMPLES, SET_ASIDE, Fault, as_count, shown
from cmresearch.intake.formats import is_written_by_people
from cmresearch.intake.mapping import IntakeMapping, formats_of, pairs, parsed, text_of
from cmresearch.language.phrases import Phrase

# The engine's patterns do not repeat without bound.
MOST_SEPARATORS = 200
RAGGED = Phrase("notes.fault.ragged")


def find_file_faults(raw: Complaints, rows: int) -> Iterator[Fault]:
    """The faults of the file as a whole: its encoding, its header, its end, rows of totals."""
    reading = raw.reading
    if reading.get("encoding", "utf-8") not in ("utf-8", "utf-8-sig", "ascii"):
        what = Phrase("notes.fault.not_utf8", {"encoding": reading["encoding"]})
        yield Fault("not_utf8", what, (), rows, rows, done=Phrase("notes.done.encoding"))
    if reading.get("last_line"):
        yield Fault("last_line_unfinished", Phrase("notes.fault.last_line"), (), 1, rows)
    if reading.get("skip_rows", "0") != "0":
        what = Phrase("notes.fault.header_below", {"n": reading["skip_rows"]})
        above = int(reading["skip_rows"])
        yield Fault("header_not_on_top", what, (), above, rows, done=Phrase("notes.done.passed_over"))
    if reading.get("header_rows") == "2":
        what = Phrase("notes.fault.two_headers")
        yield Fault("two_header_rows", what, (), 2, rows, done=Phrase("notes.done.joined"))
    if raw.ragged:
        yield Fault("ragged_rows", RAGGED, (), raw.ragged, rows + raw.ragged, done=SET_ASIDE)
    yield from _swallowed(raw, rows)
    texts = [column for column, kind in raw.columns.items() if kind == "VARCHAR"]
    if texts and is_written_by_people(reading["format"]):
        first = f"coalesce({', '.join(f'''nullif(trim({quoted(column)}), '')''' for column in texts)})"
        sums = r"^((grand |sub)?totals?|sum|jumlah|summe|somme|suma)\b"
        ((count, examples),) = raw.query(
            f"SELECT count(*), min({first}, 3) FROM kept_rows WHERE regexp_matches({first}, {literal(sums)}, 'i')"
        )
        if count:
            what = Phrase("notes.fault.totals")
            yield Fault("total_row", what, tuple(texts[:1]), as_count(count), rows, shown(examples))


def _swallowed(raw: Complaints, rows: int) -> Iterator[Fault]:
    """Whole rows within one cell: a quotation mark that was never meant as one swallowed what followed."""
    separators = len(raw.columns) - 1
    if raw.reading["format"] != "csv" or not 1 < separators < MOST_SEPARATORS:
        return
    mark = re.escape(raw.reading["delimiter"])
    row = literal(f"\n([^{mark}\n]*{mark}){{{separators}}}[^{mark}\n]*($|\n)")
    broken = ", ".join(f"bool_or(contains({quoted(name)}, chr(10)))" for name in raw.columns)
    ((*broken_lines,),) = raw.query(f"SELECT {broken} FROM kept_rows")
    for name in (name for name, has in zip(raw.columns, broken_lines, strict=True) if has):
        ((count,),) = raw.query(f"SELECT count(*) FROM kept_rows WHERE regexp_matches({quoted(name)}, {row})")
        if count:
            what = Phrase("notes.fault.swallowed")
            yield Fault("rows_within_a_cell", what, (name,), as_count(count), rows)


def find_date_faults(raw: Complaints, mapping: IntakeMapping, rows: int) -> Iterator[Fault]:
    """The dates that the formats of the mapping leave unread, and columns that need several formats."""
    old = dict(pairs(raw, mapping))
    for name in mapping.dates:
        if raw.columns[old[name]].startswith(("TIMESTAMP", "DATE")):
            continue
        text = text_of(raw, mapping, name, old[name])
        formats = formats_of(mapping.dates[name])
        read = [f"({parsed(text, each, mapping, name)}) IS NOT NULL" for each in formats]
        sums = ", ".join(
            f"count(*) FILTER ({condition}{''.join(f' AND NOT {before}' for before in read[:position])})"
            for position, condition in enumerate(read)
        )
        none = f"{text} IS NOT NULL AND NOT ({' OR '.join(read)})"
        ((*counts, unread, examples),) = raw.query(
            f"SELECT {sums}, count(*) FILTER ({none}), min({text}, 3) FILTER ({none}) FROM kept_rows"
        )
        if unread:
            what = Phrase("notes.fault.unreadable", {"formats": tuple(formats)})
            yield Fault("unreadable_date", what, (name,), as_count(unread), rows, shown(examples))
        if not unread and _is_ambiguous(raw, text, formats):
            yield Fault("date_order_ambiguous", Phrase("notes.fault.ambiguous"), (name,), rows, rows)
        used = [(each, as_count(n)) for each, n in zip(formats, counts, strict=True) if n]
        if len(used) > 1:
            reads = tuple(Phrase("example.rows_of_format", {"format": each, "n": str(n)}) for each, n in used)
            rest = sum(n for _, n in used) - max(n for _, n in used)
            what = Phrase("notes.fault.several_formats")
            yield Fault("several_date_formats", what, (name,), rest, rows, reads[:EXAMPLES])
        if any("%I" in each for each, _ in used):
            n = sum(n for each, n in used if "%I" in each)
            what, done = Phrase("notes.fault.twelve_hours"), Phrase("notes.done.as_such")
            yield Fault("twelve_hour_clock", what, (name,), n, rows, done=done)


def _is_ambiguous(raw: Complaints, text: str, formats: list[str]) -> bool:
    """Whether the one format of a column could as well be the one with day and month changed."""
    written = formats[0]
    other = written.replace("%d", "%#").replace("%m", "%d").replace("%#", "%m")
    if len(formats) > 1 or not re.match(r"^(%d[/.-]%m|%m[/.-]%d)", written):
        return False
    telling, differing = (
        f"count(*) FILTER (try_strptime(trim({text}), {literal(other)}) {sign})"
        for sign in ("IS NULL", f"<> try_strptime(trim({text}), {literal(written)})")
    )
    ((clear, open_),) = raw.query(f"SELECT {telling}, {differing} FROM kept_rows WHERE {text} IS NOT NULL")
    return not clear and bool(open_)

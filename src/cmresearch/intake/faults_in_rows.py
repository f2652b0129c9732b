"""Faults of single complaints: impossible times, statuses that disagree, repeated ids, swapped days and months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cmresearch.files.sql import literal, literals, quoted
from cmresearch.intake.faults import (
    EXAMPLES,
    MORE,
    NOT_SHOWN,
    Fault,
    Subject,
    TextOrPhrase,
    as_count,
    rows_shown,
    shown,
)
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH

PLACEHOLDERS = (
    "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "1999-12-31",
    "2000-01-01", "2059-12-31", "2079-06-06", "2099-12-31", "2100-12-31", "2999-12-31", "9999-12-31",
)  # fmt: skip
CLOSED_WORDS = (
    r"\b(closed|resolved|completed?|done|solved|finished|selesai|tutup|ditutup|geschlossen|erledigt|cerrad[oa]|fermé)\b"
)
OPEN_WORDS = (
    r"\b(open|opened|reopened|pending|in progress|in process|new|assigned|submitted|acknowledged|waiting|on "
    r"hold|proses|diproses|menunggu|baru|offen|abiert[oa])\b"
)
AUTOMATIC = r"automatic|auto.?clos|closed by system|system.?clos|otomatis|batch clos|administratively closed"
DUPLICATE_WORDS = r"\bduplica|\bduplikat|\bdoublon"
# What UTF-8 looks like when it was read as a western code page and saved, and the mark of what was lost for good.
MOJIBAKE = ("Ã", "â€", "Â\u00a0", "Â°", "Ð\u00b0", "ï»¿", "\ufffd", "Ø§")

ORDERED = 3_000_000
SAME_ID = Phrase("notes.fault.same_id")


@dataclass(frozen=True)
class _Sign:
    key: str
    what: Phrase
    columns: tuple[str, ...]
    condition: str


def find_rows(subject: Subject) -> Iterator[Fault]:
    """The faults that a row shows by itself, all counted in one pass; examples of those that are there."""
    signs = [*_date_signs(subject), *_status_signs(subject), *_text_signs(subject)]
    if not signs:
        return
    counts = ", ".join(f"count(*) FILTER ({sign.condition})" for sign in signs)
    ((*found,),) = subject.query(f"SELECT {counts} FROM {subject.view}")
    for sign, count in zip(signs, found, strict=True):
        if not count:
            continue
        ((examples,),) = subject.query(
            f"SELECT arg_min({subject.cells(*sign.columns)}, {subject.example(*sign.columns)}, {EXAMPLES}) "
            f"FROM {subject.view} WHERE {sign.condition}"
        )
        number, texts = as_count(count), rows_shown(subject.may_show(*sign.columns), examples)
        yield Fault(sign.key, sign.what, sign.columns, number, subject.rows, texts, condition=sign.condition)


def _date_signs(subject: Subject) -> Iterator[_Sign]:
    if subject.is_date("received") and subject.is_date("closed"):
        columns = (subject.roles["received"], subject.roles["closed"])
        received, closed = (quoted(name) for name in columns)
        yield _Sign("closed_before_opened", Phrase("notes.fault.closed_before"), columns, f"({closed} < {received})")
    if not subject.dates:
        return
    spans = _spans(subject)
    latest = max(
        (high for name, (_, high, _) in spans.items() if name != subject.roles.get("target")), default="2100-01-01"
    )
    for name, (low, high, midnight) in spans.items():
        column = quoted(name)
        far = f"({column} < TIMESTAMP '{low}' - INTERVAL 1 YEAR OR {column} > TIMESTAMP '{high}' + INTERVAL 1 YEAR)"
        placeholder = f"(CAST({column} AS DATE) IN ({literals(PLACEHOLDERS)}) AND {far})"
        yield _Sign("placeholder_date", Phrase("notes.fault.placeholder"), (name,), placeholder)
        odd = (
            f"({column} < TIMESTAMP '{low}' - INTERVAL 20 YEAR OR {column} > TIMESTAMP '{max(high, latest)}' + "
            f"INTERVAL 10 YEAR)"
        )
        yield _Sign("impossible_date", Phrase("notes.fault.impossible"), (name,), f"({odd} AND NOT {placeholder})")
        if midnight < 0.5 and name != subject.roles.get("target"):
            stamp = f"(date_trunc('day', {column}) = {column} AND NOT {placeholder})"
            yield _Sign("batch_stamp", Phrase("notes.fault.nightly"), (name,), stamp)


def _spans(subject: Subject) -> dict[str, tuple[str, str, float]]:
    """The middle 98 % of each date column, and the share of its times that are exactly midnight."""
    found = {}
    for name in subject.dates:
        time = f"CAST({quoted(name)} AS TIMESTAMP)"
        # Counted by days first: quantiles of single times would hold every one of them in memory.
        ((low, high, midnight),) = subject.query(
            f"WITH days AS (SELECT date_trunc('day', {time}) AS day, count(*) AS n, "
            f"count(*) FILTER ({time} = date_trunc('day', {time})) AS stamped FROM {subject.view} "
            f"WHERE {time} IS NOT NULL GROUP BY ALL), counted AS (SELECT *, sum(n) OVER (ORDER BY day) AS upto, "
            "sum(n) OVER () AS total FROM days) SELECT min(day) FILTER (upto >= 0.01 * total), "
            "min(day) FILTER (upto >= 0.99 * total), sum(stamped) / sum(n) FROM counted"
        )
        if low is not None:
            found[name] = (str(low), str(high), float(str(midnight)))
    return found


def _status_signs(subject: Subject) -> Iterator[_Sign]:
    status, closed = subject.role("status"), subject.role("closed")
    if status and closed:
        columns = (subject.roles["status"], subject.roles["closed"])
        says_closed = f"regexp_matches({status}, {literal(CLOSED_WORDS)}, 'i')"
        says_open = f"(regexp_matches({status}, {literal(OPEN_WORDS)}, 'i') AND NOT {says_closed})"
        without = f"({says_closed} AND {closed} IS NULL)"
        no_date = Phrase("notes.fault.closed_without_date")
        yield _Sign("status_date_disagreement", no_date, columns, without)
        against = f"({says_open} AND {closed} IS NOT NULL)"
        yield _Sign("status_date_disagreement", Phrase("notes.fault.open_with_date"), columns, against)
    for role in ("status", "resolution"):
        column = subject.role(role)
        if column and subject.roles[role] in subject.texts:
            name = (subject.roles[role],)
            automatic = f"regexp_matches({column}, {literal(AUTOMATIC)}, 'i')"
            yield _Sign("closed_automatically", Phrase("notes.fault.automatic"), name, automatic)
            duplicate = f"regexp_matches({column}, {literal(DUPLICATE_WORDS)}, 'i')"
            yield _Sign("duplicate_in_status", Phrase("notes.fault.duplicate_words"), name, duplicate)


def _text_signs(subject: Subject) -> Iterator[_Sign]:
    for name in subject.texts:
        broken = " OR ".join(f"contains({quoted(name)}, {literal(sign)})" for sign in MOJIBAKE)
        yield _Sign("mojibake", Phrase("notes.fault.broken_letters"), (name,), f"({broken})")
    for role, what in (("id", Phrase("notes.fault.no_id")), ("received", Phrase("notes.fault.no_received"))):
        column = subject.role(role)
        if column:
            lack = f"({column} IS NULL OR trim(CAST({column} AS VARCHAR)) = '')"
            yield _Sign(f"no_{role}", what, (subject.roles[role],), lack)


def find_repeated_ids(subject: Subject) -> Iterator[Fault]:
    """Rows whose id another row has too, apart by whether the rows are the same throughout."""
    column = subject.role("id")
    if not column:
        return
    everything = " || chr(31) || ".join(
        f"coalesce(CAST({quoted(name)} AS VARCHAR), chr(30))" for name in subject.columns
    )
    repeated = (
        f"SELECT {column} AS id, count(*) AS times, count(DISTINCT md5({everything})) AS kinds FROM {subject.view} "
        f"WHERE {column} IN (SELECT {column} FROM {subject.view} WHERE {column} IS NOT NULL GROUP BY ALL HAVING "
        f"count(*) > 1) "
        "GROUP BY ALL"
    )
    for kinds, what in (("= 1", Phrase("notes.fault.same_row")), ("> 1", SAME_ID)):
        ((count, found),) = subject.query(
            "SELECT coalesce(sum(times - 1), 0), arg_min([CAST(id AS VARCHAR), CAST(times AS VARCHAR)], "
            f"CAST(id AS VARCHAR) || ', ' || times || ' times', {EXAMPLES}) FROM ({repeated}) WHERE kinds {kinds}"
        )
        examples = tuple(Phrase("example.id_times", {"id": id, "n": n}) for id, n in _pairs(found))
        yield Fault("repeated_id", what, (subject.roles["id"],), as_count(count), subject.rows, examples)


def _pairs(found: object) -> list[tuple[str, str]]:
    return [(str(one), str(other)) for one, other in found] if isinstance(found, list) else []


# Orders the ids by their number. A date whose day is above 12 cannot have been swapped: such dates give the time there.
# Nine of them at a time, by their median, since single complaints are dated back.
SWAPPED = """
WITH numbered AS (
    SELECT {id} AS id, CAST({date} AS TIMESTAMP) AS d,
        try_cast(regexp_extract(CAST({id} AS VARCHAR), '(\\d+)\\D*$', 1) AS BIGINT) AS n
    FROM {view} WHERE year(CAST({date} AS TIMESTAMP)) BETWEEN 1950 AND 2100
), ranked AS (
    SELECT id, d, day(d) > 12 AS sure,
        sum(CAST(day(d) > 12 AS INTEGER)) OVER (ORDER BY n, d ROWS UNBOUNDED PRECEDING) // 9 AS block
    FROM numbered WHERE n % {every} = 0
), blocks AS (
    SELECT block, median(epoch(d)) AS middle FROM ranked WHERE sure GROUP BY block
), anchors AS (
    SELECT block, coalesce(lag(middle) OVER (ORDER BY block), middle - 31 * 86400) AS before,
        coalesce(lead(middle) OVER (ORDER BY block), middle + 31 * 86400) AS after
    FROM blocks
), judged AS (
    SELECT id, d, least(before, after) AS low, greatest(before, after) AS high, epoch(d) AS written,
        epoch(make_timestamp(year(d), day(d), month(d), hour(d), minute(d), second(d))) AS other
    FROM ranked JOIN anchors USING (block) WHERE NOT sure
), outside AS (
    SELECT id, d, other BETWEEN low - 172800 AND high + 172800 AS fits FROM judged
    WHERE written NOT BETWEEN low - 864000 AND high + 864000
)
"""


def swapped_rows(subject: Subject, column: str) -> str:
    """The query of the rows whose day and month were swapped, as the order of ids shows.

    A date whose day is above 12 cannot have been swapped. Between such dates, in the order of ids, a date belongs; one
    that lies more than ten days outside, and with day and month changed lies inside, was swapped.
    """
    return _ordered(subject, column) + "SELECT id, d FROM outside WHERE fits"


def _ordered(subject: Subject, column: str, every: int = 1) -> str:
    return SWAPPED.format(id=subject.role("id"), date=quoted(column), view=subject.view, every=every)


def find_swapped_dates(subject: Subject) -> Iterator[Fault]:
    """Dates whose day and month some program swapped before us: no parser can see it, the order of ids can.

    Nothing is said where ids do not run with time, or where most dates out of order are not explained by swapping.
    """
    if not subject.role("id") or not subject.is_date("received"):
        return
    column = subject.roles["received"]
    # Of very many complaints every so manyth is looked at: the order of all would not fit into memory.
    every = 1 + subject.rows // ORDERED
    query = _ordered(subject, column, every)
    ((steps, forward),) = subject.query(query + "SELECT count(*), count(*) FILTER (after >= before) FROM anchors")
    if as_count(steps) < 2 or as_count(forward) < 0.9 * as_count(steps):
        return
    ((count, outside, examples),) = subject.query(
        query + f"SELECT count(*) FILTER (fits), count(*), min(CAST(id AS VARCHAR) || ', ' || strftime(d, '%Y-%m-%d'), "
        f"{EXAMPLES}) FILTER (fits) FROM outside"
    )
    if as_count(count) > as_count(outside) / 2:
        what = Phrase("notes.fault.swapped_sampled", {"n": every}) if every > 1 else Phrase("notes.fault.swapped")
        yield Fault("swapped_day_month", what, (column,), as_count(count), subject.rows, shown(examples))


def find_gaps(subject: Subject) -> Iterator[Fault]:
    """Numbers missing in a run of ids that is otherwise dense: rows may have been left out before us."""
    column = subject.role("id")
    if not column:
        return
    ((low, high, known),) = subject.query(
        "SELECT min(n), max(n), count(n) FROM (SELECT DISTINCT try_cast(regexp_extract("
        f"CAST({column} AS VARCHAR), '(\\d+)\\D*$', 1) AS BIGINT) AS n FROM {subject.view})"
    )
    if low is None or high is None:
        return
    span = as_count(high) - as_count(low) + 1
    gaps = span - as_count(known)
    # Below a half the numbers are no run of this register alone, and gaps say nothing.
    if as_count(known) >= 50 and 0 < gaps <= span / 2:
        what = Phrase("notes.fault.gaps", {"low": str(low), "high": str(high)})
        yield Fault("gaps_in_ids", what, (subject.roles["id"],), gaps, span)


def find_time_faults(subject: Subject) -> Iterator[Fault]:
    """Columns of times whose seconds are lost, or in which one moment stands for many rows."""
    for name in subject.dates:
        if name == subject.roles.get("target"):
            continue  # targets are set to the hour on purpose
        column = quoted(name)
        ((known, whole, timed),) = subject.query(
            f"SELECT count({column}), count(*) FILTER (second(CAST({column} AS TIMESTAMP)) = 0), "
            f"count(*) FILTER (date_trunc('day', CAST({column} AS TIMESTAMP)) <> {column}) FROM {subject.view}"
        )
        if as_count(known) >= 10 and known == whole and as_count(timed) > 0.5 * as_count(known):
            yield Fault("seconds_lost", Phrase("notes.fault.no_seconds"), (name,), as_count(known), subject.rows)
        if as_count(timed) <= 0.5 * as_count(known):
            continue
        least = max(MORE, subject.rows // 1000)
        moments = subject.query(
            f"SELECT {column}, count(*) AS n FROM {subject.view} WHERE date_trunc('day', CAST({column} AS TIMESTAMP)) "
            f"<> {column} "
            f"GROUP BY ALL HAVING n > {least} ORDER BY n DESC, 1"
        )
        examples = tuple(
            Phrase("example.rows_of_moment", {"moment": str(moment), "n": str(n)}) for moment, n in moments[:EXAMPLES]
        )
        total = sum(as_count(n) for _, n in moments)
        what = Phrase("notes.fault.one_moment")
        yield Fault("batch_stamp", what, (name,), total, subject.rows, examples)


def find_near_duplicates(subject: Subject) -> Iterator[Fault]:
    """Complaints that may be one: same place, day and category; same text. Counted beyond the first of each."""
    place, category, text = (subject.role(role) for role in ("place", "category", "text"))
    if place and category and subject.is_date("received"):
        keys = f"{place}, CAST({subject.role('received')} AS DATE), {category}"
        names = tuple(subject.roles[role] for role in ("place", "received", "category"))
        known = f"{place} IS NOT NULL AND {category} IS NOT NULL"
        yield _near(subject, keys, names, known, Phrase("notes.fault.same_place"))
    if text and subject.roles["text"] in subject.texts:
        yield _near(
            subject,
            f"lower(trim({text}))",
            (subject.roles["text"],),
            f"length(trim({text})) >= {MORE}",
            Phrase("notes.fault.same_text"),
        )


def _near(subject: Subject, keys: str, names: tuple[str, ...], where: str, what: Phrase) -> Fault:
    ((count, found),) = subject.query(
        "SELECT coalesce(sum(n - 1), 0), arg_max([CAST(n AS VARCHAR), first], n || ' times, first ' || first, "
        f"{EXAMPLES}) FROM (SELECT count(*) AS n, min({subject.example()}) AS first FROM {subject.view} "
        f"WHERE {where} GROUP BY {keys} HAVING count(*) > 1)"
    )
    examples = tuple(
        Phrase("example.times_from", {"n": n, "first": _first(subject, first)}) for n, first in _pairs(found)
    )
    return Fault("near_duplicate", what, names, as_count(count), subject.rows, examples)


def _first(subject: Subject, english: str) -> TextOrPhrase:
    """The first of several rows, which its id shows where there is one."""
    column = subject.roles.get("id", "")
    lack = Phrase("example.missing", {"column": column})
    return next((each for each in (NOT_SHOWN, lack) if ENGLISH.phrase(each) == english), english)

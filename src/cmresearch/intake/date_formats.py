"""How the dates of a column are written."""

from __future__ import annotations

import re

from cmresearch.files.sql import literal, quoted
from cmresearch.intake.complaints import Complaints
from cmresearch.intake.faults import as_count

DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y.%m.%d", "%d-%b-%Y",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%b %d %Y", "%B %d, %Y", "%Y%m%d", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y",
    "%d-%b-%y",
)  # fmt: skip
HOURS = (
    "", " %H:%M:%S", " %I:%M:%S %p", " %H:%M", " %I:%M %p", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f", "T%H:%M",
    " %H.%M", ", %H:%M", ", %I:%M %p", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S%z",
)  # fmt: skip


def find_formats(raw: Complaints, name: str, *, source: str, highest: str) -> tuple[str, ...]:
    """The fewest formats that read a column's dates, the most frequent first; ties go to the one named first.

    A column in which every date fits day first and month first alike is ambiguous; month first is named then, since it
    is listed first, and the researcher must look.

    Args:
        raw: The export.
        name: The column, of text.
        source: The table or query to look at.
        highest: The column's last value in the order of text, which distinguishes serial numbers from dates.
    """
    c = f"trim({quoted(name)})"
    if re.fullmatch(r"[2-6]\d{4}(\.\d+)?", highest):
        return ("excel 1904",) if raw.reading.get("epoch") == "1904" else ("excel",)
    if re.fullmatch(r"1\d{9}|1\d{12}", highest):
        return ("unix ms",) if len(highest) == 13 else ("unix",)
    raw.query(
        f"CREATE OR REPLACE TEMP TABLE written AS SELECT {c} AS v, count(*) AS n FROM {source} WHERE {c} <> '' GROUP "
        f"BY ALL"
    )
    candidates = _candidates(raw)
    chosen: list[str] = []
    while candidates and len(chosen) < 6:
        left = "".join(f" AND NOT coalesce({_reads(each)}, false)" for each in chosen)
        sums = ", ".join(f"coalesce(sum(n) FILTER ({_reads(each)}{left}), 0)" for each in candidates)
        ((*counts,),) = raw.query(f"SELECT {sums} FROM written")
        best = max(range(len(candidates)), key=lambda position: as_count(counts[position]))
        if as_count(counts[best]) == 0:
            break
        chosen.append(candidates.pop(best))
    raw.query("DROP TABLE written")
    return tuple(chosen)


def _candidates(raw: Complaints) -> list[str]:
    """The formats of the same shape as some of the values."""
    shapes = raw.query(
        "SELECT regexp_replace(regexp_replace(v, '[A-Za-z]+', 'a', 'g'), '\\d+', '9', 'g') AS shape FROM written "
        "GROUP BY ALL "
        "ORDER BY sum(n) DESC, 1 LIMIT 20"
    )
    known = {re.sub(r" +", " ", str(shape)) for (shape,) in shapes}
    without_zone = {re.sub(r"([+-]9(:9)?|a)$", "", shape) for shape in known}
    every = [day + hour for hour in HOURS for day in DAYS]
    return [each for each in every if _shape(each) in (without_zone if each.endswith("%z") else known)]


def _shape(written: str) -> str:
    letters = re.sub(r"%[bBp]|T", "a", written.removesuffix("%z"))
    return re.sub(r"9+", "9", re.sub(r"%[A-Za-z]", "9", letters))


def _reads(written: str) -> str:
    read = f"try_strptime(v, {literal(written)})"
    return f"(year({read}) BETWEEN 100 AND 9999)" if "%Y" in written else f"({read} IS NOT NULL)"


def day_first(written: str) -> str:
    """A format with the day before the month.

    Example:
        >>> day_first("%m/%d/%Y %H:%M")
        '%d/%m/%Y %H:%M'
    """
    return re.sub(r"^%m([/.-])%d", r"%d\1%m", written)


def reads_both_ways(raw: Complaints, name: str, written: str) -> bool:
    """Whether every date of a column reads month first and day first alike."""
    other, c = day_first(written), f"trim({quoted(name)})"
    if other == written:
        return False
    read, unread = (f"try_strptime({c}, {literal(each)})" for each in (written, other))
    return not raw.query(f"SELECT 1 FROM complaints WHERE {read} IS NOT NULL AND {unread} IS NULL LIMIT 1")

"""Every complaint that could be drawn, each in exactly one stratum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from cmresearch.errors import FrameError, IntakeError, nearest, raise_all
from cmresearch.files.sql import as_text
from cmresearch.intake.complaints import EXACT_TYPES, Complaints, literal, quoted, read_complaints
from cmresearch.intake.spark import is_spark, read_in_spark
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import Voice, in_words

JOINT = " / "
EXAMPLES = 3
# Ids are compared in parts of this many, so that they need not all be in memory at once.
IDS_AT_ONCE = 4_000_000
TEXT_OR_NAME = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
# What these give is another thing at another time, so a frame made with them could never be made again.
CHANGING = re.compile(
    r"\b(random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid|nextval|currval|now|today|age|get_current_time"
    r"|get_current_timestamp|transaction_timestamp|current_query_id|current_transaction_id)\s*\("
    r"|\b(current_date|current_time|current_timestamp|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
CONDITION = re.compile("^BOOLEAN$")
NUMBERS = re.compile(r"^(BOOLEAN|DOUBLE|FLOAT|DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)")


@dataclass(frozen=True)
class Frame:
    """The complaints that could be drawn: those of the export that the filter keeps.

    Attributes:
        complaints: The export they come from.
        id: The column that names each complaint.
        strata: The columns, or register variables, whose values make the strata.
        where: The filter, an SQL condition on the export's columns; None keeps every complaint.
        variables: Register variables by name, each an SQL expression on the export's columns.
        full_size: How many complaints the export holds.
        sizes: How many complaints of the frame each stratum holds, in the order of their labels' UTF-8 bytes. A
            stratum that the export has and the filter leaves empty is here with 0.
        values: The values of the strata columns for each stratum label.
    """

    complaints: Complaints
    id: str
    strata: tuple[str, ...]
    where: str | None
    variables: Mapping[str, str]
    full_size: int
    sizes: Mapping[str, int]
    values: Mapping[str, tuple[str, ...]] = field(repr=False)

    @property
    def size(self) -> int:
        """How many complaints the frame holds (N)."""
        return sum(self.sizes.values())

    @property
    def condition(self) -> str:
        """The filter as an SQL condition that is true where there is none."""
        return f"({self.where})" if self.where else "true"

    @property
    def label(self) -> str:
        """The SQL expression of a complaint's stratum label."""
        return f" || '{JOINT}' || ".join(self.text(column) for column in self.strata)

    @property
    def made(self) -> dict[str, str]:
        """Strata that are not columns of the export but made from them, each with its SQL expression."""
        return {name: self.variables[name] for name in self.strata if name not in self.complaints.columns}

    def text(self, name: str) -> str:
        """The SQL expression of the text of a column, or of a register variable where there is no such column."""
        return as_text(self.value(name))

    def value(self, name: str) -> str:
        """The SQL expression of a column, or of a register variable where there is no such column."""
        if name in self.variables and name not in self.complaints.columns:
            return f"({self.variables[name]})"
        return self.complaints.column(name)

    def accounting(self, voice: Voice | None = None) -> pd.DataFrame:
        """Where every row of the export went: kept or set aside, the parts adding up to the whole.

        Args:
            voice: Says it in a reader's language; without one phrases stand as keys.

        Returns:
            One row for the export, for what the filter sets aside, and for the frame: rows and count.
        """
        rows = [
            (Phrase("notes.frame.rows"), self.full_size),
            (Phrase("notes.frame.set_aside"), self.full_size - self.size),
            (Phrase("notes.frame.in_frame"), self.size),
        ]
        return pd.DataFrame([(in_words(what, voice), n) for what, n in rows], columns=["rows", "count"])

    def to_frame(self) -> pd.DataFrame:
        """One row for each stratum: its label and how many complaints it holds."""
        return pd.DataFrame({"stratum": list(self.sizes), "frame_size": list(self.sizes.values())})

    def read_values(self, columns: Sequence[str] = (), *, variables: Sequence[str] = ()) -> pd.DataFrame:
        """Columns (as text) and register variables of every complaint of the frame, in the order of their ids."""
        texts = [f"{self.text(name)} AS {quoted(name)}" for name in columns]
        made = [f"({self.expression(name)}) AS {quoted(name)}" for name in variables]
        return self.complaints.table(
            f"SELECT {', '.join(texts + made)} FROM complaints WHERE {self.condition} "
            f"ORDER BY {self.complaints.text(self.id)}"
        )

    def expression(self, variable: str) -> str:
        """The SQL expression of a register variable, or of a column of the export by its name.

        Raises:
            FrameError: There is neither.
        """
        if variable in self.variables:
            return self.variables[variable]
        if variable in self.complaints.columns:
            return self.complaints.column(variable)
        known = [*self.variables, *self.complaints.columns]
        raise FrameError(f"the frame has no variable {variable!r}{nearest(variable, known)}")

    def share(self, variable: str) -> float:
        """The exact share of the frame's complaints for which a register variable is true.

        Complaints for which it is unknown are left out of both counts; `summary` says how many.
        """
        return self._number("avg(CAST(CAST(v AS BOOLEAN) AS INTEGER))", variable)

    def mean(self, variable: str) -> float:
        """The exact mean of a register variable over the complaints for which it is known."""
        return self._number("avg(CAST(v AS DOUBLE))", variable)

    def full_set_mean(self, variable: str) -> float:
        """The exact mean of a register variable over the whole export, the rows outside the frame included."""
        return self._number("avg(CAST(v AS DOUBLE))", variable, condition="true")

    def is_number(self, variable: str) -> bool:
        """Whether a register variable holds numbers or truth values rather than text or times."""
        kinds = self.complaints.query(f"DESCRIBE SELECT ({self.expression(variable)}) AS v FROM complaints")
        return NUMBERS.match(str(kinds[0][1])) is not None

    def median(self, variable: str) -> float:
        """The exact median of a register variable over the complaints for which it is known."""
        return self._number("median(CAST(v AS DOUBLE))", variable)

    def summary(self, variable: str, *, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """The exact mean (for true and false: the share) of a register variable in each domain.

        Args:
            variable: A register variable, or a column of the export that holds numbers or truth values.
            by: The columns or variables that make the domains; none for the whole frame.

        Returns:
            One row for each domain in the order of its label: domain, mean, known (complaints for which the variable
            is known) and unknown.
        """
        columns = [by] if isinstance(by, str) else list(by)
        parts = [f"coalesce(CAST({self.expression(column)} AS VARCHAR), '')" for column in columns]
        domain = f" || '{JOINT}' || ".join(parts) or "''"
        values = f"SELECT {domain} AS d, CAST(({self.expression(variable)}) AS DOUBLE) AS v"
        return self.complaints.table(
            "SELECT d AS domain, avg(v) AS mean, count(v) AS known, count(*) - count(v) AS unknown "
            f"FROM ({values} FROM complaints WHERE {self.condition}) GROUP BY d ORDER BY d"
        )

    def _number(self, aggregate: str, variable: str, *, condition: str | None = None) -> float:
        values = f"SELECT ({self.expression(variable)}) AS v FROM complaints WHERE {condition or self.condition}"
        ((value,),) = self.complaints.query(f"SELECT {aggregate} FROM ({values})")
        if value is None:
            raise FrameError(f"{variable!r} is unknown for every complaint of the frame")
        return float(str(value))


def read_frame(
    path: str | Path | Complaints,
    *,
    id: str,
    strata: str | Sequence[str],
    where: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Frame:
    r"""The frame of an export: its complaints that a filter keeps, each in exactly one stratum.

    Args:
        path: The export (see `read_complaints`), or complaints that are open already.
        id: The column that names each complaint; text, whole numbers, decimals or dates.
        strata: The columns whose values make the strata, or register variables made from columns (a month, classes
            of a number).
        where: An SQL condition on the export's columns; None keeps all.
        variables: Register variables by name, each an SQL expression on the export's columns.

    Returns:
        The frame. The export's rows are its complaints and those that the filter sets aside.

    Raises:
        IntakeError: The export cannot be read.
        FrameError: There is no such column; ids are missing, repeated, hold control characters or are floating-point
            numbers; a complaint's stratum is blank; the filter is no condition, or one whose answer changes from day
            to day, or keeps nothing. All faults at once, with counts and examples. Whether ids are repeated is asked
            here in frames of up to four million complaints, and in larger ones when they are certified (`check_ids`).

    Example:
        >>> import tempfile
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_text("id,channel\n1,app\n2,mail\n3,app\n", encoding="utf-8")
        >>> read_frame(export, id="id", strata="channel").sizes
        {'app': 2, 'mail': 1}
    """
    complaints = read_in_spark(path) if is_spark(path) else read_complaints(path)
    columns = (strata,) if isinstance(strata, str) else tuple(strata)
    frame = Frame(complaints, id, columns, where, dict(variables or {}), 0, {}, {})
    _refuse_unusable_columns(frame)
    _refuse_unusable_expressions(frame)
    rows = _strata(frame)
    faults = _row_faults(frame, rows)
    if sum(row.kept for row in rows) <= IDS_AT_ONCE:
        faults += _repeated_ids(frame)
    raise_all(FrameError, faults)
    return _counted(frame, rows)


def check_ids(frame: Frame) -> None:
    """Refuse a frame in which two complaints have one id, of whatever size it is.

    Raises:
        FrameError: Ids are repeated; with their number and examples.
    """
    raise_all(FrameError, _repeated_ids(frame))


@dataclass(frozen=True)
class _Stratum:
    """The values of the strata columns, and how many rows of the export have them."""

    values: tuple[str, ...]
    rows: int
    kept: int
    without_id: int
    with_control: int

    @property
    def is_blank(self) -> bool:
        return not all(value.strip() for value in self.values)


def _refuse_unusable_columns(frame: Frame) -> None:
    if not frame.strata:
        raise FrameError("no stratum column was named; name at least one")
    complaints, faults = frame.complaints, []
    for column in dict.fromkeys((frame.id, *frame.strata)):
        if column not in complaints.columns:
            if column == frame.id or column not in frame.variables:
                known = [*complaints.columns, *frame.variables]
                faults.append(f"{complaints.path.name} has no column {column!r}{nearest(column, known)}")
        elif not complaints.is_exact(column):
            # Engines write floating-point numbers differently, so tickets would differ from engine to engine.
            faults.append(
                f"{complaints.path.name}, column {column!r}: holds {complaints.columns[column]} values, which programs "
                "write differently; save it as text or whole numbers"
            )
    raise_all(FrameError, faults)


def _refuse_unusable_expressions(frame: Frame) -> None:
    faults = []
    if frame.where is not None:
        found = _expression_faults(frame, frame.where, (CONDITION, "expected true or false"))
        faults += [f"the filter {frame.where!r}: {fault}" for fault in found]
    for name, sql in frame.variables.items():
        # As with columns: a stratum is known by its text, which has to be the same from every program.
        wanted = (EXACT_TYPES, "which programs write differently; make it text") if name in frame.made else None
        faults += [f"variable {name!r}: {fault}" for fault in _expression_faults(frame, sql, wanted)]
    raise_all(FrameError, faults)


def _expression_faults(frame: Frame, sql: str, wanted: tuple[re.Pattern[str], str] | None) -> list[str]:
    """The reasons why a text is no SQL expression that gives the same answer on any day."""
    bare = TEXT_OR_NAME.sub("''", sql)
    if ";" in bare or "--" in bare or "/*" in bare or _closes_too_early(bare):
        return ["expected one SQL expression, without semicolon, comment or a closing bracket too many"]
    if changing := CHANGING.search(bare):
        return [f"{changing[0].rstrip('( ')} gives another answer at another time"]
    try:
        described = frame.complaints.query(f"DESCRIBE SELECT ({sql}) FROM complaints")
    except IntakeError as error:
        return [str(error)]
    if len(described) != 1:
        return [f"gives {len(described)} columns; expected one value"]
    if wanted is None or wanted[0].match(str(described[0][1])):
        return []
    return [f"gives {described[0][1]} values; {wanted[1]}"]


def _closes_too_early(sql: str) -> bool:
    depth = 0
    for character in sql:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return True
    return False


def _strata(frame: Frame) -> list[_Stratum]:
    """Every combination of the strata columns' values in the export, counted in one scan."""
    id_text, kept = frame.complaints.text(frame.id), frame.condition
    parts = ", ".join(frame.text(column) for column in frame.strata)
    rows = frame.complaints.query(
        f"SELECT {parts}, count(*), count(*) FILTER ({kept}), count(*) FILTER ({kept} AND {id_text} = ''), "
        f"count(*) FILTER ({kept} AND {frame.complaints.has_control(frame.id)}) FROM complaints GROUP BY ALL"
    )
    width = len(frame.strata)
    return [
        _Stratum(tuple(str(part) for part in row[:width]), *(int(str(count)) for count in row[width:])) for row in rows
    ]


def _row_faults(frame: Frame, rows: list[_Stratum]) -> list[str]:
    name = frame.complaints.path.name
    without, control = sum(row.without_id for row in rows), sum(row.with_control for row in rows)
    faults = []
    if without:
        faults.append(f"{name}: {without} complaints with no id in column {frame.id!r}")
    if control:
        example = _example(frame, frame.complaints.has_control(frame.id))
        faults.append(f"{name}: {control} complaints with a control character in the id, column {frame.id!r}{example}")
    for position, column in enumerate(frame.strata):
        # A complaint whose stratum nobody knows has no known chance of being drawn.
        blank = [row for row in rows if row.kept and not row.values[position].strip()]
        if blank:
            among = ", ".join(literal(value) for value in sorted({row.values[position] for row in blank}))
            example = _example(frame, f"{frame.text(column)} IN ({among})")
            count = sum(row.kept for row in blank)
            faults.append(f"{name}: {count} complaints with a blank stratum, column {column!r}{example}")
    return faults


def _example(frame: Frame, check: str) -> str:
    ((id,),) = frame.complaints.query(
        f"SELECT min({frame.complaints.text(frame.id)}) FROM complaints WHERE {frame.condition} AND {check}"
    )
    return f" (for example id {id!r})" if id else ""


def _repeated_ids(frame: Frame) -> list[str]:
    id_text = frame.complaints.text(frame.id)
    parts = 1 + frame.size // IDS_AT_ONCE
    repeated: list[tuple[object, ...]] = []
    for part in range(parts):
        # The engine's own hash only sets apart what is compared together; nothing that is kept depends on it.
        among = f"hash({id_text}) % {parts} = {part}" if parts > 1 else "true"
        repeated += frame.complaints.query(
            f"SELECT i, count(*) AS n FROM (SELECT {id_text} AS i FROM complaints WHERE {frame.condition} AND {among}) "
            "WHERE i <> '' GROUP BY i HAVING n > 1"
        )
    if not repeated:
        return []
    examples = ", ".join(f"{id!r} {times} times" for id, times in sorted(repeated, key=str)[:EXAMPLES])
    return [f"{frame.complaints.path.name}: {len(repeated)} ids are not unique in column {frame.id!r}: {examples}"]


def _counted(frame: Frame, rows: list[_Stratum]) -> Frame:
    # A blank stratum can stand only outside the frame here: within it, it was refused.
    known = sorted((row for row in rows if not row.is_blank), key=lambda row: (JOINT.join(row.values), row.values))
    values = {JOINT.join(row.values): row.values for row in known}
    if len(values) < len(known):
        raise FrameError(f"two strata of columns {', '.join(frame.strata)} have one label; a value holds {JOINT!r}")
    sizes = {JOINT.join(row.values): row.kept for row in known}
    if not any(sizes.values()):
        what = f"the filter {frame.where!r} keeps none of its rows" if frame.where else "it has no rows"
        raise FrameError(f"{frame.complaints.path.name} gives an empty frame: {what}")
    return replace(frame, full_size=sum(row.rows for row in rows), sizes=sizes, values=values)

"""Every complaint that could be drawn, each in exactly one stratum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cmresearch.errors import FrameError, IntakeError, nearest, raise_all
from cmresearch.intake import Complaints, read_complaints

JOINT = " / "
EXAMPLES = 3
NUMBERS = re.compile(r"^(BOOLEAN|DOUBLE|FLOAT|DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)")


@dataclass(frozen=True)
class Frame:
    """The complaints that could be drawn: those of the export that the filter keeps.

    Attributes:
        complaints: The export they come from.
        id: The column that names each complaint.
        strata: The columns whose values make the strata.
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
        return f" || '{JOINT}' || ".join(self.complaints.text(column) for column in self.strata)

    def accounting(self) -> pd.DataFrame:
        """Where every row of the export went: kept or set aside, the parts adding up to the whole."""
        rows = [
            ("rows in the export", self.full_size),
            ("set aside by the filter", self.full_size - self.size),
            ("complaints in the frame", self.size),
        ]
        return pd.DataFrame(rows, columns=["rows", "count"])

    def to_frame(self) -> pd.DataFrame:
        """One row for each stratum: its label and how many complaints it holds."""
        return pd.DataFrame({"stratum": list(self.sizes), "frame_size": list(self.sizes.values())})

    def read_values(self, columns: Sequence[str] = (), *, variables: Sequence[str] = ()) -> pd.DataFrame:
        """Columns (as text) and register variables of every complaint of the frame, in the order of their ids."""
        texts = [f"{self.complaints.text(name)} AS {self.complaints.column(name)}" for name in columns]
        made = [f'({self.expression(name)}) AS "{name}"' for name in variables]
        return self.complaints.table(
            f"SELECT {', '.join(texts + made)} FROM complaints WHERE {self.condition} ORDER BY {self.complaints.text(self.id)}"
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
        return self.complaints.table(
            f"SELECT {domain} AS domain, avg(CAST(v AS DOUBLE)) AS mean, count(v) AS known, "
            f"count(*) - count(v) AS unknown FROM (SELECT *, CAST(({self.expression(variable)}) AS DOUBLE) AS v "
            f"FROM complaints WHERE {self.condition}) GROUP BY ALL ORDER BY domain"
        )

    def _number(self, aggregate: str, variable: str, *, condition: str | None = None) -> float:
        values = f"SELECT ({self.expression(variable)}) AS v FROM complaints WHERE {condition or self.condition}"
        ((value,),) = self.complaints.query(f"SELECT {aggregate} FROM ({values})")
        if value is None:
            raise FrameError(f"{variable!r} is unknown for every complaint of the frame")
        return float(str(value))


def read_frame(
    path: str | Path,
    *,
    id: str,
    strata: str | Sequence[str],
    where: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Frame:
    """The frame of an export: its complaints that a filter keeps, each in exactly one stratum.

    Args:
        path: The export (see `read_complaints`).
        id: The column that names each complaint; text, whole numbers, decimals or dates.
        strata: The column or columns whose values make the strata.
        where: An SQL condition on the export's columns; None keeps all.
        variables: Register variables by name, each an SQL expression on the export's columns.

    Returns:
        The frame. The export's rows are its complaints and those that the filter sets aside.

    Raises:
        IntakeError: The export cannot be read, or has no such column.
        FrameError: Ids are missing, repeated, hold control characters or are floating-point numbers; a complaint's
            stratum is blank; the filter keeps nothing. All faults at once, with counts and examples.

    Example:
        >>> import tempfile
        >>> export = Path(tempfile.mkdtemp()) / "export.csv"
        >>> _ = export.write_text("id,channel\\n1,JAKI\\n2,Qlue\\n3,JAKI\\n", encoding="utf-8")
        >>> read_frame(export, id="id", strata="channel").sizes
        {'JAKI': 2, 'Qlue': 1}
    """
    complaints = read_complaints(path)
    columns = (strata,) if isinstance(strata, str) else tuple(strata)
    _refuse_unusable_columns(complaints, id, columns)
    frame = Frame(complaints, id, columns, where, dict(variables or {}), 0, {}, {})
    _refuse_unusable_expressions(frame)
    _refuse_unusable_rows(frame)
    return _counted(frame)


def _refuse_unusable_columns(complaints: Complaints, id: str, strata: tuple[str, ...]) -> None:
    if not strata:
        raise FrameError("no stratum column was named; name at least one")
    faults = []
    for column in (id, *strata):
        if column not in complaints.columns:
            faults.append(
                f"{complaints.path.name} has no column {column!r}{nearest(column, complaints.columns)}"
            )
        elif not complaints.is_exact(column):
            # Engines write floating-point numbers differently, so tickets would differ from engine to engine.
            faults.append(
                f"{complaints.path.name}, column {column!r}: holds {complaints.columns[column]} values, which programs "
                "write differently; save it as text or whole numbers"
            )
    raise_all(FrameError, faults)


def _refuse_unusable_expressions(frame: Frame) -> None:
    faults = []
    for name, sql in {"the filter": frame.condition, **frame.variables}.items():
        try:
            frame.complaints.query(f"SELECT ({sql}) FROM complaints LIMIT 0")
        except IntakeError as error:
            subject = name if name == "the filter" else f"variable {name!r}"
            faults.append(f"{subject}: {error}")
    raise_all(FrameError, faults)


def _refuse_unusable_rows(frame: Frame) -> None:
    """Every fault of the rows at once, in two scans."""
    id_text = frame.complaints.text(frame.id)
    checks = {
        f"no id in column {frame.id!r}": f"{id_text} = ''",
        f"a control character in the id, column {frame.id!r}": f"regexp_matches({id_text}, '[\\x00-\\x1f\\x7f]')",
    }
    for column in frame.strata:
        # A complaint whose stratum nobody knows has no known chance of being drawn.
        checks[f"a blank stratum, column {column!r}"] = f"trim({frame.complaints.text(column)}) = ''"
    columns = ", ".join(
        f"count(*) FILTER ({check}), min({id_text}) FILTER ({check})" for check in checks.values()
    )
    ((*counts,),) = frame.complaints.query(f"SELECT {columns} FROM complaints WHERE {frame.condition}")
    name = frame.complaints.path.name
    faults = [
        f"{name}: {count} complaints with {what} (for example id {example!r})"
        for what, count, example in zip(checks, counts[::2], counts[1::2], strict=True)
        if count
    ]
    raise_all(FrameError, [*faults, *_repeated_ids(frame, id_text)])


def _repeated_ids(frame: Frame, id_text: str) -> list[str]:
    repeated = frame.complaints.query(
        f"SELECT {id_text} AS id, count(*) AS times FROM complaints WHERE {frame.condition} GROUP BY ALL "
        "HAVING times > 1 ORDER BY id"
    )
    examples = ", ".join(f"{id!r} {times} times" for id, times in repeated[:EXAMPLES] if id != "")
    if not examples:
        return []
    return [
        f"{frame.complaints.path.name}: {len(repeated)} ids are not unique in column {frame.id!r}: {examples}"
    ]


def _counted(frame: Frame) -> Frame:
    parts = ", ".join(frame.complaints.text(column) for column in frame.strata)
    rows = frame.complaints.query(
        f"SELECT {frame.label} AS label, {parts}, count(*), count(*) FILTER ({frame.condition}) FROM complaints "
        "GROUP BY ALL"
    )
    # A blank stratum can stand only outside the frame here: within it, it was refused.
    known = sorted((row for row in rows if row[-1] or all(str(part).strip() for part in row[1:-2])), key=str)
    values = {str(row[0]): tuple(str(part) for part in row[1:-2]) for row in known}
    if len(values) < len(known):
        raise FrameError(
            f"two strata of columns {', '.join(frame.strata)} have one label; a value holds {JOINT!r}"
        )
    sizes = dict.fromkeys(sorted(values), 0)
    for row in known:
        sizes[str(row[0])] = int(str(row[-1]))
    if not any(sizes.values()):
        what = f"the filter {frame.where!r} keeps none of its rows" if frame.where else "it has no rows"
        raise FrameError(f"{frame.complaints.path.name} gives an empty frame: {what}")
    full_size = sum(int(str(row[-2])) for row in rows)
    return Frame(
        frame.complaints, frame.id, frame.strata, frame.where, frame.variables, full_size, sizes, values
    )

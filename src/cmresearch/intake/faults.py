"""The faults of an export: the record of a fault, and the table in which faults are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cmresearch.files.sql import literal, quoted

Action = Literal["keep", "refuse", "set aside", "repair"]
EXAMPLES = 3
# What people wrote and where they live: fault reports are shared, so they show neither.
PRIVATE = ("text", "place")
ROLES = (
    "id", "received", "closed", "target", "status", "resolution", "channel", "area", "place", "category", "text",
    "agency",
)  # fmt: skip
MAY_BE_SET_ASIDE = {
    "closed_before_opened", "placeholder_date", "impossible_date", "batch_stamp", "status_date_disagreement",
    "closed_automatically", "duplicate_in_status", "no_id", "no_received", "mojibake",
}  # fmt: skip
DEFAULTS: Mapping[str, Action] = {"repeated_id": "refuse", "unreadable_date": "refuse", "no_id": "refuse"}
MORE = 20


@dataclass(frozen=True)
class Fault:
    """One kind of fault in one export.

    Attributes:
        key: Its short name, as `study.toml` names it.
        what: What was found, in a sentence.
        columns: The columns it is in.
        count: How many rows (or values, where the sentence says so) have it.
        rows: How many rows the export has.
        examples: Up to three of them.
        done: What was done about it.
        condition: The SQL condition of the rows that have it, where there is one.
        spellings: For spellings of one category: the most frequent one, and the others.
    """

    key: str
    what: str
    columns: tuple[str, ...]
    count: int
    rows: int
    examples: tuple[str, ...] = ()
    done: str = "kept, and said here"
    condition: str | None = field(default=None, repr=False)
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    @property
    def share(self) -> float:
        """The share of the export's rows that have it."""
        return self.count / self.rows if self.rows else 0.0

    def to_record(self) -> dict[str, object]:
        """The fault as a plain record."""
        return {
            "fault": self.key,
            "what": self.what,
            "columns": ", ".join(self.columns),
            "count": self.count,
            "share": round(self.share, 6),
            "examples": " | ".join(self.examples),
            "done": self.done,
        }


@dataclass(frozen=True)
class Subject:
    """A table of complaints in which faults are looked for.

    Attributes:
        query: Asks the table's database.
        view: The table's name in it.
        columns: Each column's type.
        roles: Which column is the id, the time received, and so on, as far as they are known.
        rows: How many rows the table has.
        formats: The date formats of the columns that had to be read by one, most frequent first.
    """

    query: Callable[[str], list[tuple[object, ...]]]
    view: str
    columns: Mapping[str, str]
    roles: Mapping[str, str]
    rows: int
    formats: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def role(self, name: str) -> str | None:
        """The column of a role, quoted, where there is one."""
        column = self.roles.get(name)
        return quoted(column) if column in self.columns and column is not None else None

    @property
    def dates(self) -> tuple[str, ...]:
        """The columns that hold dates or times."""
        return tuple(name for name, kind in self.columns.items() if kind.startswith(("TIMESTAMP", "DATE")))

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that hold text."""
        return tuple(name for name, kind in self.columns.items() if kind == "VARCHAR")

    def is_date(self, role: str) -> bool:
        """Whether a role's column holds dates or times."""
        return self.roles.get(role) in self.dates

    def example(self, *columns: str) -> str:
        """The SQL text that shows a row: its id and the columns that matter, but no complainant's own words."""
        private = {self.roles.get(role) for role in PRIVATE}
        shown = [name for name in columns if name not in private]
        names = dict.fromkeys([*([self.roles["id"]] if self.role("id") else []), *shown])
        if not names:
            return "'not shown'"
        cells = " || ', ' || ".join(
            f"{literal(name + ' ')} || coalesce(CAST({quoted(name)} AS VARCHAR), 'missing')" for name in names
        )
        return f"left({cells}, 160)"


def as_count(value: object) -> int:
    """A count that the engine gave, as a whole number; nothing is none."""
    return int(str(value)) if value is not None else 0


def shown(examples: object) -> tuple[str, ...]:
    """The examples that the engine gave, as texts; nothing is none."""
    return tuple(map(str, examples)) if isinstance(examples, list) else ()

"""The faults of an export: the record of a fault, and the table in which faults are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cmresearch.files.sql import literal, quoted
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH, Voice, in_words

Action = Literal["keep", "refuse", "set aside", "repair"]
TextOrPhrase: TypeAlias = str | Phrase  # a text as the file or the study has it, or one of ours
EXAMPLES = 3
LONGEST = 160  # of an example, in characters
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
THE_FILE = Phrase("notes.file.whole")
KEPT, SET_ASIDE = Phrase("notes.done.kept"), Phrase("notes.done.set_aside")
NOT_SHOWN = Phrase("example.not_shown")


@dataclass(frozen=True)
class Fault:
    """One kind of fault in one export.

    Attributes:
        key: Its short name, as `study.toml` names it.
        what: What was found.
        columns: The columns it is in; none where it is the file as a whole.
        count: How many rows (or values, where the sentence says so) have it.
        rows: How many rows the export has.
        examples: Up to three of them, each as the file has it or with words of ours between.
        done: What was done about it.
        condition: The SQL condition of the rows that have it, where there is one.
        spellings: For spellings of one category: the most frequent one, and the others.
    """

    key: str
    what: Phrase
    columns: tuple[str, ...]
    count: int
    rows: int
    examples: tuple[TextOrPhrase, ...] = ()
    done: Phrase = KEPT
    condition: str | None = field(default=None, repr=False)
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    @property
    def share(self) -> float:
        """The share of the export's rows that have it."""
        return self.count / self.rows if self.rows else 0.0

    def columns_in_words(self, voice: Voice | None = None) -> str:
        """The columns it is in, or that it is the file as a whole."""
        return ", ".join(self.columns) or in_words(THE_FILE, voice)

    def to_row(self, voice: Voice | None = None) -> dict[str, object]:
        """The fault as a row of a table.

        Args:
            voice: Says what was found and done in a reader's language; without one phrases stand as keys.
        """
        return {
            "fault": self.key,
            "what": in_words(self.what, voice),
            "columns": self.columns_in_words(voice),
            "count": self.count,
            "share": round(self.share, 6),
            "examples": " | ".join(text_in_words(each, voice) for each in self.examples),
            "done": in_words(self.done, voice),
        }

    def to_record(self) -> dict[str, object]:
        """The fault as a plain record, for certificates and the command line, which are English."""
        return self.to_row(ENGLISH)


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

    def may_show(self, *columns: str) -> tuple[str, ...]:
        """The columns that show a row: its id and those that matter, but no complainant's own words."""
        private = {self.roles.get(role) for role in PRIVATE}
        shown = [name for name in columns if name not in private]
        return tuple(dict.fromkeys([*([self.roles["id"]] if self.role("id") else []), *shown]))

    def example(self, *columns: str) -> str:
        """The SQL text that shows a row, in English; examples are chosen in its order."""
        names = self.may_show(*columns)
        if not names:
            return literal(ENGLISH.phrase(NOT_SHOWN))
        cells = " || ', ' || ".join(
            f"coalesce({literal(name + ' ')} || CAST({quoted(name)} AS VARCHAR), {literal(_missing_in(name))})"
            for name in names
        )
        return f"left({cells}, {LONGEST})"

    def cells(self, *columns: str) -> str:
        """The SQL list of the cells that show a row."""
        listed = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in self.may_show(*columns))
        return f"CAST([{listed}] AS VARCHAR[])"


def as_count(value: object) -> int:
    """A count that the engine gave, as a whole number; nothing is none."""
    return int(str(value)) if value is not None else 0


def shown(examples: object) -> tuple[str, ...]:
    """The examples that the engine gave, as texts; nothing is none."""
    return tuple(map(str, examples)) if isinstance(examples, list) else ()


def rows_shown(names: Sequence[str], rows: object) -> tuple[TextOrPhrase, ...]:
    """The rows that the engine gave as examples, each the list of its cells; nothing is none.

    Args:
        names: The columns of the cells.
        rows: The rows, or None.

    Example:
        >>> [str(row) for row in rows_shown(["id", "closed"], [["7", "2020-05-01"], ["8", None]])]
        ['id 7, closed 2020-05-01', 'example.row(cells=id 8, example.missing(column=closed); rest=)']
    """
    return tuple(_row_shown(names, row) for row in rows) if isinstance(rows, list) else ()


def _row_shown(names: Sequence[str], cells: Sequence[str | None]) -> TextOrPhrase:
    if not names:
        return NOT_SHOWN
    english = [_missing_in(name) if cell is None else f"{name} {cell}" for name, cell in zip(names, cells, strict=True)]
    text = ", ".join(english)[:LONGEST]
    if None not in cells:
        return text
    whole = [place for place in range(1, len(names) + 1) if len(", ".join(english[:place])) <= LONGEST]
    parts = tuple(
        Phrase("example.missing", {"column": names[place]}) if cells[place] is None else english[place]
        for place in range(len(whole))
    )
    return Phrase("example.row", {"cells": parts, "rest": text[len(", ".join(english[: len(whole)])) :]})


def _missing_in(column: str) -> str:
    return ENGLISH.say("example.missing", column=column)


def text_in_words(text: TextOrPhrase, voice: Voice | None) -> str:
    """A text as it stands, or a phrase in words; without a voice as keys."""
    return text if isinstance(text, str) else in_words(text, voice)

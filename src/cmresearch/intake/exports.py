"""Two exports of one register at two dates: what came, what went, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cmresearch.errors import IntakeError
from cmresearch.files.hashes import sha256_of
from cmresearch.files.sql import literal
from cmresearch.intake.complaints import Complaints, quoted, read_complaints
from cmresearch.intake.faults import LONGEST, TextOrPhrase, shown, text_in_words
from cmresearch.language.phrases import Phrase
from cmresearch.language.voice import ENGLISH, Voice, in_words

EXAMPLES = 3
FILES = ("first", "second")


@dataclass(frozen=True)
class Change:
    """One kind of change between two exports.

    Attributes:
        key: came, went, closed, reopened, or `changed COLUMN`.
        what: The change.
        count: How many complaints have it.
        of: How many complaints could have it.
        examples: Up to three of them: the id, and what was and is in the column.
    """

    key: str
    what: Phrase
    count: int
    of: int
    examples: tuple[TextOrPhrase, ...]

    def shown(self, voice: Voice | None = None) -> list[str]:
        """Its examples in words; without a voice phrases stand as keys."""
        return [text_in_words(each, voice) for each in self.examples]


@dataclass(frozen=True)
class Comparison:
    """Two exports of one register.

    Attributes:
        rows: Rows of each file.
        ids: Different ids of each file.
        repeated: Rows of each file whose id another row has: they are compared by no column, as nobody can say which
            row belongs to which.
        same_file: Whether the two are the same to the byte.
        changes: What came, went and changed.
    """

    rows: tuple[int, int]
    ids: tuple[int, int]
    repeated: tuple[int, int]
    same_file: bool
    changes: tuple[Change, ...]

    def change(self, key: str) -> Change:
        """The change of that name."""
        return next(change for change in self.changes if change.key == key)

    def to_frame(self, voice: Voice | None = None, *, between: str = " | ") -> pd.DataFrame:
        """One row for each kind of change: its name, count, of how many, and examples.

        Args:
            voice: Says changes in a reader's language; without one phrases stand as keys.
            between: What stands between two examples.
        """
        rows = [
            (in_words(each.what, voice), each.count, each.of, between.join(each.shown(voice))) for each in self.changes
        ]
        return pd.DataFrame(rows, columns=["change", "count", "of", "examples"])

    def to_record(self) -> dict[str, object]:
        """The comparison as plain values, in English."""
        return {
            "rows": list(self.rows),
            "ids": list(self.ids),
            "rows_with_repeated_ids": list(self.repeated),
            "same_file": self.same_file,
            "changes": [
                {
                    "change": each.key,
                    "what": ENGLISH.phrase(each.what),
                    "count": each.count,
                    "of": each.of,
                    "examples": each.shown(ENGLISH),
                }
                for each in self.changes
            ],
        }


def compare_exports(first: str | Path, second: str | Path, *, id: str, closed: str | None = None) -> Comparison:
    r"""The differences between two exports of one register: complaints that came, went, closed and changed.

    Complaints are matched by their id. Those whose id stands in several rows of a file count as being there, and are
    compared by no column.

    Args:
        first: The earlier export.
        second: The later export.
        id: The column that names each complaint, in both.
        closed: The column of the closing date: a complaint is closed where it is filled. None leaves this out.

    Returns:
        Counts and examples; the columns that both exports have are compared, in the order of the second.

    Raises:
        IntakeError: A file cannot be read, or a column is missing.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "a.csv").write_text("id,closed,type\n1,,Noise\n2,,Noise\n3,,Trees\n")
        >>> _ = (folder / "b.csv").write_text("id,closed,type\n1,2020-05-01,Noise\n2,,Party\n4,,Trees\n")
        >>> compared = compare_exports(folder / "a.csv", folder / "b.csv", id="id", closed="closed")
        >>> [(change.key, change.count) for change in compared.changes]
        [('came', 1), ('went', 1), ('closed', 1), ('reopened', 0), ('changed closed', 1), ('changed type', 1)]
        >>> compared.to_frame(Voice("en")).loc[5, "examples"]
        "2: 'Noise' became 'Party'"
    """
    files = (read_complaints(first), read_complaints(second))
    for file in files:
        for name in filter(None, (id, closed)):
            file.column(name)
    database = _joined(files, id=id)
    rows, ids, repeated = zip(*(_sizes(database, name) for name in FILES), strict=True)
    columns = [name for name in files[1].columns if name in files[0].columns and name != id]
    changes = [
        _missing(database, "came", Phrase("export_change.came"), here="second", there="first", of=ids[1]),
        _missing(database, "went", Phrase("export_change.went"), here="first", there="second", of=ids[0]),
        *(_closings(database, closed) if closed else ()),
        *(_changed(database, name) for name in columns),
    ]
    same = sha256_of(files[0].path) == sha256_of(files[1].path)
    return Comparison(_pair(rows), _pair(ids), _pair(repeated), same, tuple(changes))


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]


def _joined(files: tuple[Complaints, Complaints], *, id: str) -> Complaints:
    """One connection with both exports as text; the second's rows are brought over by way of a file of our own."""
    first, second = files
    if first.folder is None or second.folder is None:
        raise IntakeError("exports are compared as files")
    target = second.folder.path / "second.parquet"
    second.query(f"COPY ({_texts(second, id)}) TO {literal(str(target))} (FORMAT parquet)")
    moved = first.folder.path / "second.parquet"
    target.replace(moved)
    first.query(f"CREATE VIEW second AS SELECT * FROM read_parquet({literal(str(moved))})")
    first.query(f"CREATE TABLE first AS {_texts(first, id)}")
    for name in FILES:
        first.query(
            f"CREATE TABLE once_{name} AS SELECT * FROM {name} WHERE key IN (SELECT key FROM {name} GROUP BY key "
            f"HAVING count(*) = 1)"
        )
    first.query(
        "CREATE VIEW both_exports AS SELECT f AS f, s AS s FROM once_first f JOIN once_second s ON f.key = s.key"
    )
    return first


def _texts(complaints: Complaints, id: str) -> str:
    columns = ", ".join(f"{complaints.text(name)} AS {quoted(name)}" for name in complaints.columns if name != id)
    return f"SELECT {complaints.text(id)} AS key{', ' if columns else ''}{columns} FROM complaints"


def _sizes(database: Complaints, name: str) -> tuple[int, int, int]:
    ((rows, ids, once),) = database.query(
        f"SELECT count(*), count(DISTINCT key), (SELECT count(*) FROM once_{name}) FROM {name}"
    )
    return int(str(rows)), int(str(ids)), int(str(rows)) - int(str(once))


def _missing(database: Complaints, key: str, what: Phrase, *, here: str, there: str, of: int) -> Change:
    ((count, examples),) = database.query(
        f"SELECT count(*), min(key, {EXAMPLES}) FROM (SELECT DISTINCT key FROM {here} WHERE key NOT IN (SELECT key "
        f"FROM {there}))"
    )
    return Change(key, what, int(str(count)), of, shown(examples))


def _closings(database: Complaints, closed: str) -> tuple[Change, Change]:
    was, now = f"f.{quoted(closed)}", f"s.{quoted(closed)}"
    return (
        _counted(
            database,
            closed,
            "closed",
            what=Phrase("export_change.closed"),
            condition=f"{was} = '' AND {now} <> ''",
            among=f"{was} = ''",
        ),
        _counted(
            database,
            closed,
            "reopened",
            what=Phrase("export_change.reopened"),
            condition=f"{was} <> '' AND {now} = ''",
            among=f"{was} <> ''",
        ),
    )


def _changed(database: Complaints, name: str) -> Change:
    column = quoted(name)
    what, condition = Phrase("export_change.changed", {"column": repr(name)}), f"f.{column} <> s.{column}"
    return _counted(database, name, f"changed {name}", what=what, condition=condition, among="true")


def _counted(database: Complaints, name: str, key: str, *, what: Phrase, condition: str, among: str) -> Change:
    column = quoted(name)
    english = f"left(f.key || ': ''' || f.{column} || ''' became ''' || s.{column} || '''', {LONGEST})"
    ((count, of, found),) = database.query(
        f"SELECT count(*) FILTER ({condition}), count(*) FILTER ({among}), arg_min([f.key, f.{column}, s.{column}], "
        f"{english}, {EXAMPLES}) FILTER ({condition}) FROM both_exports"
    )
    examples = tuple(_became(*each) for each in found) if isinstance(found, list) else ()
    return Change(key, what, int(str(count)), int(str(of)), examples)


def _became(id: str, was: str, now: str) -> TextOrPhrase:
    """A value before and after; the later one is cut where the English would be too long."""
    before, after = f"'{was}'", f"'{now}'"
    text = ENGLISH.say("example.became", id=id, was=before, now=after)
    over = max(len(text) - LONGEST, 0)
    if over >= len(after):
        return text[:LONGEST]
    return Phrase("example.became", {"id": id, "was": before, "now": after[: len(after) - over]})

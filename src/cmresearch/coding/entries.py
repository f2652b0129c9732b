"""The entries of a coder, one by one: nothing is overwritten, and what counts now follows from all of them."""

from __future__ import annotations

import csv
import datetime
import io
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

from cmresearch.codebook.book import Codebook
from cmresearch.codebook.records import version_order
from cmresearch.coding.sources import Sources
from cmresearch.errors import CodingError, nearest, raise_all

Direction: TypeAlias = Literal["supports", "hinders", "absent", "context"]
Action: TypeAlias = Literal["add", "change", "remove", "dismiss"]
State: TypeAlias = Literal["present", "replaced", "removed"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
ACTIONS: tuple[str, ...] = get_args(Action)
ADJUDICATOR = "adjudicator"
# Files are named after their coder; the adjudicated coding is named after what it is.
CODER_OF_FILE = {"adjudicated": ADJUDICATOR}
TEXTS = "texts.toml"
FIRST_ROW = 2  # Rows are counted as a spreadsheet shows them: the header is row 1.
SHOWN = 40


@dataclass(frozen=True, order=True)
class Segment:
    """A stretch of a source to which a coder gave a code.

    Attributes:
        source: The key of the source.
        start: Where it begins in the source's text, in code points from 0.
        end: Where it ends, exclusive.
        code: The key of the code.
        coder: Who gave it; `adjudicator` for what coders settled on.
        direction: What it says of the dimension: supports, hinders, absent (states its absence), or context.
        at: When it was coded, as the coder's file says it.
        memo: Why, in the coder's words.
        quote: The words themselves.
        codebook_version: The version of the codebook under which it was coded.
    """

    source: str
    start: int
    end: int
    code: str
    coder: str
    direction: Direction
    at: str
    memo: str
    quote: str
    codebook_version: str


COLUMNS = tuple(each.name for each in fields(Segment))
HISTORY_COLUMNS = ("entry", "replaces", "action", "reason")


@dataclass(frozen=True)
class Entry:
    """One row of a coding file: a segment that was added, or a change or removal of an earlier entry.

    Attributes:
        segment: The segment as the entry states it; of a removal, the segment that is taken back.
        number: The entry's number in its file; its position among the rows where the file has no column `entry`.
        action: add, change, remove, or dismiss, by which the adjudicator does not keep what a coder marked.
        replaces: The number of the entry that it changes or removes; otherwise empty.
        reason: Why; only what is added needs none.
        file: The name of its file.
        row: Its row there, the header being row 1.
        state: present, replaced (a later entry says otherwise) or removed (it takes back or dismisses a segment).
    """

    segment: Segment
    number: str
    action: Action
    replaces: str
    reason: str
    file: str
    row: int
    state: State = "present"


@dataclass(frozen=True)
class Checks:
    """The codebook, sources and coders that the rows of one file are checked against.

    Attributes:
        codebook: The codebook that holds the codes.
        sources: The interviews and documents.
        coders: The names that may stand in the column coder.
        changed: The sources whose text is no longer the one that was coded: their quotes are not looked up.
    """

    codebook: Codebook
    sources: Sources
    coders: tuple[str, ...]
    changed: frozenset[str] = frozenset()

    def faults(self, row: Mapping[str, str]) -> Iterator[str]:
        """The faults of a row, whether it still counts or not, a sentence each."""
        codes = [*self.codebook.every_code, *self.codebook.renamed]
        yield from _unknown("there is no source", row["source"], list(self.sources))
        yield from _unknown("the codebook has no code", row["code"], codes)
        yield from _unknown("there is no direction", row["direction"], DIRECTIONS, listed=True)
        yield from _unknown("there is no coder", row["coder"], self.coders, listed=True)
        yield from _time_faults(row["at"])
        yield from _offset_faults(row)
        yield from _action_faults(row)

    def present_faults(self, row: Mapping[str, str]) -> Iterator[str]:
        """The faults of a row that counts now: its quote, and a code that is out of use."""
        yield from self._ended(row)
        if row["source"] in self.sources and row["source"] not in self.changed and not any(_offset_faults(row)):
            yield from _quote_faults(row, self.sources[row["source"]].text)

    def _ended(self, row: Mapping[str, str]) -> Iterator[str]:
        code = self.codebook.every_code.get(row["code"])
        if code is None or code.ended_in is None:
            return
        # A coding made before the code ended is stale, and listed as such; one made after it is a mistake.
        if version_order(row["codebook_version"]) >= version_order(code.ended_in):
            instead = f"; give {code.merged_into!r}, into which it was merged" if code.merged_into else ""
            yield f"the code {code.key!r} is out of use since version {code.ended_in}{instead}"


def read_entries(path: Path, checks: Checks, faults: list[str]) -> list[Entry]:
    """The entries of one coding file, in the order of its rows, each with its state.

    Args:
        path: A CSV file with the columns of a segment and, where something was changed, `entry`, `replaces`, `action`
            and `reason`.
        checks: What its rows are checked against.
        faults: Gets a line for each fault; a row with a fault gives no entry.
    """
    try:
        rows = list(_rows(path))
    except (UnicodeDecodeError, csv.Error, CodingError) as error:
        faults.append(_unreadable(path, error))
        return []
    found = [(number, fault) for number, row in rows for fault in checks.faults(row)]
    chain = list(_chain_faults(rows))
    wrong = {number for number, _ in found}
    replaced = {row["replaces"] for _, row in rows if row["replaces"]}
    # Where entries contradict each other nobody can say which of them count.
    entries = [] if chain else [_entry(path, number, row, replaced) for number, row in rows if number not in wrong]
    found += [*chain, *_present_faults(entries, dict(rows), checks)]
    faults += [f"{path}, row {number}: {fault}" for number, fault in sorted(found, key=lambda each: each[0])]
    return entries


def entries_of_source(path: Path, codebook: Codebook, sources: Sources, source: str) -> list[Entry]:
    """The entries of one file and one source that count now, or say what is not kept, wherever their words stand now.

    Raises:
        CodingError: A row has another fault than a quotation that does not stand there.
    """
    faults: list[str] = []
    coders = (CODER_OF_FILE.get(path.stem, path.stem),)
    entries = read_entries(path, Checks(codebook, sources, coders, frozenset(sources)), faults)
    raise_all(CodingError, faults)
    own = [each for each in entries if each.segment.source == source and each.state != "replaced"]
    return [each for each in own if each.state == "present" or each.action == "dismiss"]


def present(entries: Iterable[Entry], codebook: Codebook) -> Iterator[Segment]:
    """The segments that count now, with codes that were renamed under their present key."""
    for entry in entries:
        if entry.state == "present":
            key = entry.segment.code
            yield replace(entry.segment, code=codebook.renamed.get(key, key))


def read_text_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 that each coded text had when it was fixed, by source; empty where none was.

    Args:
        folder: The folder of the coding files; the hashes are kept in its `texts.toml`.

    Raises:
        CodingError: The file is no TOML, or holds something else.
    """
    path = folder / TEXTS
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")).get("texts", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodingError(f"{path}: this is not TOML: {error}") from None
    if not isinstance(content, dict) or not all(isinstance(each, str) for each in content.values()):
        raise CodingError(f"{path}: expected a table [texts] with a hash for each source")
    return content


def changed_texts(folder: Path, sources: Sources) -> tuple[str, ...]:
    """The sources whose text is no longer the one that was coded, in their order."""
    hashes = read_text_hashes(folder)
    return tuple(key for key, source in sources.items() if hashes.get(key, source.sha256) != source.sha256)


def _present_faults(
    entries: Sequence[Entry], rows: Mapping[int, Mapping[str, str]], checks: Checks
) -> Iterator[tuple[int, str]]:
    seen: set[tuple[object, ...]] = set()
    for entry in entries:
        if entry.state != "present":
            continue
        yield from ((entry.row, fault) for fault in checks.present_faults(rows[entry.row]))
        segment = entry.segment
        identity = (segment.source, segment.start, segment.end, segment.code, segment.coder, segment.direction)
        if identity in seen:
            yield entry.row, "the same segment, code and direction stand in an earlier row"
        seen.add(identity)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file with their numbers, columns of the history filled; blank rows count and are left out."""
    header, rows = read_rows(path)
    for position, (number, cells) in enumerate(rows, start=1):
        row = dict.fromkeys(HISTORY_COLUMNS, "") | dict(zip(header, cells, strict=True))
        row["entry"] = row["entry"] if "entry" in header else str(position)
        row["action"] = row["action"] or ("change" if row["replaces"] else "add")
        yield number, row


def read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header of a coding file, and its rows with their numbers as a spreadsheet counts them.

    Raises:
        CodingError: A column is missing or unknown, or a row has another number of cells than the header.
    """
    text = path.read_bytes().decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader, [])
    known = (*COLUMNS, *HISTORY_COLUMNS)
    faults = [f"{path}: no column {name!r}{nearest(name, header)}" for name in COLUMNS if name not in header]
    faults += [f"{path}: unknown column {name!r}{nearest(name, known)}" for name in header if name not in known]
    rows = [(number, cells) for number, cells in enumerate(reader, FIRST_ROW) if any(cells)]
    faults += [
        f"{path}, row {number}: {len(cells)} cells; expected {len(header)}"
        for number, cells in rows
        if len(cells) != len(header)
    ]
    raise_all(CodingError, faults)
    return header, rows


def _chain_faults(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[tuple[int, str]]:
    """Faults of how entries refer to each other."""
    by_number = {row["entry"]: row for _, row in rows}
    replacing = Counter(row["replaces"] for _, row in rows if row["replaces"])
    seen: set[str] = set()
    for number, row in rows:
        entry, old = row["entry"], row["replaces"]
        if not entry or entry in seen:
            yield number, f"the entry is {entry!r}; expected a number that no earlier row has"
        seen.add(entry)
        if old and old not in by_number:
            yield number, f"there is no entry {old!r} that it could replace"
        elif old and replacing[old] > 1:
            yield number, f"the entry {old!r} is replaced {replacing[old]} times; expected once, then replace the later"
        elif old and by_number[old]["coder"] != row["coder"]:
            yield number, f"the entry {old!r} is of {by_number[old]['coder']!r}; nobody changes another's coding"
        elif old and entry in _before(entry, by_number):
            yield number, f"entries {entry!r} and {old!r} replace each other in a circle"


def _before(entry: str, by_number: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Every entry that an entry replaces, one after the other."""
    seen: set[str] = set()
    old = by_number[entry]["replaces"]
    while old in by_number and old not in seen:
        seen.add(old)
        old = by_number[old]["replaces"]
    return seen


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
    return str(error) if isinstance(error, CodingError) else f"{path}: is no CSV file: {error}"


def _entry(path: Path, number: int, row: Mapping[str, str], replaced: set[str]) -> Entry:
    action = cast("Action", row["action"])
    ends = action in ("remove", "dismiss")
    state: State = "replaced" if row["entry"] in replaced else "removed" if ends else "present"
    return Entry(segment_of(row), row["entry"], action, row["replaces"], row["reason"], path.name, number, state)


def segment_of(row: Mapping[str, str]) -> Segment:
    """The segment that a row of a coding file states."""
    texts = {name: row[name] for name in COLUMNS if name not in ("start", "end", "direction")}
    direction = cast("Direction", row["direction"])
    return Segment(start=int(row["start"]), end=int(row["end"]), direction=direction, **texts)


def _action_faults(row: Mapping[str, str]) -> Iterator[str]:
    action, old = row["action"], row["replaces"]
    yield from _unknown("there is no action", action, ACTIONS, listed=True)
    if action == "add" and old:
        yield f"the action is add and replaces the entry {old!r}; expected action change or remove"
    if action in ("change", "remove") and not old:
        yield f"the action is {action}, and no entry is named that it replaces"
    if action == "dismiss" and row["coder"] != ADJUDICATOR:
        yield f"the action is dismiss by {row['coder']!r}; expected it of the adjudicator only"
    if action in ("change", "remove", "dismiss") and not row["reason"].strip():
        yield f"the action is {action} without a reason; say why"


def _unknown(what: str, word: str, known: Sequence[str], *, listed: bool = False) -> Iterator[str]:
    if word not in known:
        expected = f"; expected {', '.join(known)}" if listed else ""
        yield f"{what} {word!r}{expected}{nearest(word, known)}"


def _time_faults(at: str) -> Iterator[str]:
    try:
        datetime.datetime.fromisoformat(at)
    except ValueError:
        yield f"the time is {at!r}; expected one such as 2021-03-04T10:30"


def _offset_faults(row: Mapping[str, str]) -> Iterator[str]:
    start, end = row["start"], row["end"]
    if not (start.isdecimal() and end.isdecimal()):
        yield f"start is {start!r} and end {end!r}; expected whole numbers from 0"
    elif int(start) >= int(end):
        yield f"the segment ends at {end} and starts at {start}; expected an end after its start"


def _quote_faults(row: Mapping[str, str], text: str) -> Iterator[str]:
    start, end = int(row["start"]), int(row["end"])
    if end > len(text):
        yield f"the segment ends at {end}; expected {len(text)} at most, where {row['source']} ends"
    elif row["quote"] != text[start:end]:
        quoted, found = _differing(row["quote"], text[start:end])
        yield f"the quote reads {quoted!r}, but {row['source']} reads {found!r} from {start} to {end}"


def _differing(quote: str, found: str) -> tuple[str, str]:
    """Both texts, shortened to where they begin to differ."""
    pairs = zip(quote, found, strict=False)
    first = next((position for position, (one, other) in enumerate(pairs) if one != other), min(len(quote), len(found)))
    begin = max(0, first - SHOWN // 2)
    return _shortened(quote, begin), _shortened(found, begin)


def _shortened(text: str, begin: int) -> str:
    end = begin + SHOWN
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")

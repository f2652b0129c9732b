"""Coded texts that stay as they were coded, and codings that follow where a text had to change."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal, TypeAlias

from cmresearch.coding.edits import Revision
from cmresearch.coding.entries import TEXTS, Action, Entry, read_text_hashes
from cmresearch.coding.sources import Sources
from cmresearch.files.writing import write_files

Fate: TypeAlias = Literal["in place", "moved", "other words", "lost"]
TOKEN = re.compile(r"\w+|\W")
# Below this share of common words two passages are no longer the same passage with a word put right.
ALIKE = 0.75


@dataclass(frozen=True)
class Move:
    """Where a coded segment stands in the changed text.

    Attributes:
        entry: The entry that coded it.
        fate: in place; moved (the same words elsewhere); other words (both ends were found again, and what is between
            them differs a little: to be read); lost (not found again: to be coded by hand).
        start: Where it begins in the new text, in code points; of a lost one, where it began before.
        end: Where it ends, exclusive.
        quote: The words that stand there now; of a lost one, the words that were coded.
    """

    entry: Entry
    fate: Fate
    start: int
    end: int
    quote: str

    def revision(self, reason: str) -> Revision:
        """The correction that moves the entry to its new position."""
        changes = {"start": str(self.start), "end": str(self.end), "quote": self.quote}
        # Nobody looked at the code again: a coding that was stale before stays so.
        changes |= {"codebook_version": self.entry.segment.codebook_version}
        action: Action = "dismiss" if self.entry.action == "dismiss" else "change"
        return Revision(self.entry.number, reason, changes, action)


def move_codings(entries: Iterable[Entry], after: str, *, before: str | None = None) -> tuple[Move, ...]:
    """Where the segments of one source stand in its changed text.

    The words of both texts are aligned (longest common runs of words first). A segment moves with its words; where
    only words between its ends changed, it is found again and marked. Without the earlier text a segment moves where
    its quotation stands once in the new one.

    Args:
        entries: The entries of one source that count now.
        after: The text as it is now.
        before: The text as it was coded, where it is still at hand.

    Returns:
        One move for each entry, in their order.

    Source:
        Ratcliff and Metzener (1988), Pattern matching: the gestalt approach, as in Python's difflib.
    """
    if before is None:
        return tuple(_by_quote(entry, after) for entry in entries)
    alignment = _Alignment.of(before, after)
    return tuple(_by_alignment(entry, alignment, after) for entry in entries)


def _by_quote(entry: Entry, after: str) -> Move:
    segment = entry.segment
    if after[segment.start : segment.end] == segment.quote:
        return Move(entry, "in place", segment.start, segment.end, segment.quote)
    if after.count(segment.quote) != 1:
        return Move(entry, "lost", segment.start, segment.end, segment.quote)
    start = after.index(segment.quote)
    return Move(entry, "moved", start, start + len(segment.quote), segment.quote)


def _by_alignment(entry: Entry, alignment: _Alignment, after: str) -> Move:
    segment = entry.segment
    start, last = alignment.position(segment.start), alignment.position(segment.end - 1)
    if start is None or last is None or last < start:
        return _by_quote(entry, after)
    quote = after[start : last + 1]
    if quote == segment.quote:
        fate: Fate = "in place" if start == segment.start else "moved"
        return Move(entry, fate, start, last + 1, quote)
    if SequenceMatcher(None, _tokens(segment.quote), _tokens(quote), autojunk=False).ratio() >= ALIKE:
        return Move(entry, "other words", start, last + 1, quote)
    return Move(entry, "lost", segment.start, segment.end, segment.quote)


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


@dataclass(frozen=True)
class _Alignment:
    """Runs of characters that both texts share: where each begins in either, and how long it is."""

    begins: Sequence[int]
    runs: Sequence[tuple[int, int, int]]

    @classmethod
    def of(cls, before: str, after: str) -> _Alignment:
        one, other = _tokens(before), _tokens(after)
        at_one, at_other = _offsets(one), _offsets(other)
        blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        runs = [(at_one[a], at_other[b], at_one[a + size] - at_one[a]) for a, b, size in blocks if size]
        return cls([run[0] for run in runs], runs)

    def position(self, offset: int) -> int | None:
        """Where a character of the earlier text stands now, or None where it is gone."""
        number = bisect_right(self.begins, offset) - 1
        if number < 0:
            return None
        begin, there, length = self.runs[number]
        return there + offset - begin if offset < begin + length else None


def _offsets(tokens: Sequence[str]) -> list[int]:
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    return offsets


def fix_texts(folder: Path, sources: Sources, coded: Iterable[str], *, anew: Iterable[str] = ()) -> int:
    """How many texts were fixed: the hash of each coded text is written beside the coding, once.

    Args:
        folder: The folder of the coding files; its `texts.toml` is written.
        sources: The interviews and documents.
        coded: The keys of the sources that were coded.
        anew: The keys of sources whose changed text is now the coded one.

    Returns:
        The number of hashes that are new or changed.
    """
    kept, hashes = read_text_hashes(folder), _hashes(folder, sources, coded, anew)
    write_files(folder, hash_file(kept, hashes))
    return sum(kept.get(key) != value for key, value in hashes.items())


def fixed_texts(folder: Path, sources: Sources, coded: Iterable[str], *, anew: Iterable[str] = ()) -> dict[str, str]:
    """The file of hashes as `fix_texts` would write it, by its name; nothing where it stands so already.

    Args:
        folder: The folder of the coding files.
        sources: The interviews and documents.
        coded: The keys of the sources that were coded.
        anew: The keys of sources whose changed text is now the coded one.
    """
    return hash_file(read_text_hashes(folder), _hashes(folder, sources, coded, anew))


def _hashes(folder: Path, sources: Sources, coded: Iterable[str], anew: Iterable[str]) -> dict[str, str]:
    kept, replaced = read_text_hashes(folder), set(anew)
    wanted = {key: sources[key].sha256 for key in coded}
    return kept | {key: kept[key] if key in kept and key not in replaced else own for key, own in wanted.items()}


def hash_file(kept: Mapping[str, str], hashes: Mapping[str, str]) -> dict[str, str]:
    """The file of hashes by its name; nothing where those that are kept say the same."""
    lines = [f'"{key}" = "{hashes[key]}"' for key in sorted(hashes)]
    return {} if hashes == kept else {TEXTS: "\n".join([*HEAD, *lines]) + "\n"}


HEAD = (
    "# SHA-256 (of the UTF-8 text below the header) of each source as it was coded. A source whose text differs is",
    "# refused: every offset in the coding counts its characters. `cmresearch coding move` follows an intended change.",
    "[texts]",
)

"""Where a selection begins and ends, whichever way the other program counts: found from the text, never assumed."""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["code points", "UTF-16 units"]
LineEnd: TypeAlias = Literal["as they stand", "one", "two"]
End: TypeAlias = Literal["exclusive", "inclusive"]
Mark: TypeAlias = Literal["not counted", "counted"]

ELLIPSES = ("…", "...")
LONG_ENOUGH = 3
"""Words that name a selection say where it is from this length on."""


@dataclass(frozen=True)
class Counting:
    """A way to count positions in a text.

    Attributes:
        unit: Code points, as the standard has it, or UTF-16 units, in which an emoji counts twice.
        line_ends: How many positions a line end takes: as they stand in the file, always one, or always two.
        end: exclusive (the first position behind the selection) or inclusive (its last position).
        mark: Whether a byte-order mark at the beginning of the file counts as a position.
    """

    unit: Unit = "code points"
    line_ends: LineEnd = "as they stand"
    end: End = "exclusive"
    mark: Mark = "not counted"

    def __str__(self) -> str:
        lines = {"as they stand": "", "one": ", line ends as one", "two": ", line ends as two"}[self.line_ends]
        mark = ", byte-order mark counted" if self.mark == "counted" else ""
        return f"{self.unit}, end {self.end}{lines}{mark}"


@dataclass(frozen=True)
class Text:
    """A text as a file has it, and as it is kept: without byte-order mark, with line feeds.

    Attributes:
        raw: The decoded file, without byte-order mark.
        had_mark: Whether it began with a byte-order mark.
        encoding: What it was decoded from.
    """

    raw: str = field(repr=False)
    had_mark: bool = False
    encoding: str = "UTF-8"

    @cached_property
    def kept(self) -> str:
        """The text as it is kept."""
        return self.raw.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def flat(self) -> str:
        """Its words with one blank between."""
        return " ".join(self.raw.split())

    @cached_property
    def is_wide(self) -> bool:
        """Whether it has characters that take two UTF-16 units."""
        return any(ord(char) > 0xFFFF for char in self.raw)

    def extra(self, counting: Counting) -> Sequence[int]:
        """The positions in the kept text of characters that take two positions in this counting."""
        found: list[int] = []
        if counting.unit == "UTF-16 units" and self.is_wide:
            found += [position for position, char in enumerate(self.kept) if ord(char) > 0xFFFF]
        if counting.line_ends == "two":
            found += [position for position, char in enumerate(self.kept) if char == "\n"]
        if counting.line_ends == "as they stand":
            found += self._pairs
        return sorted(found)

    @cached_property
    def _pairs(self) -> list[int]:
        """The positions in the kept text of line feeds that were a carriage return and a line feed."""
        pieces = self.raw.split("\r\n")
        ends: list[int] = []
        at = 0
        for piece in pieces[:-1]:
            at += len(piece)
            ends.append(at)
            at += 1
        return ends


@dataclass(frozen=True)
class Positions:
    """How positions of one counting lie in one text.

    Attributes:
        length: The length of the kept text.
        extra: The positions of characters that take two positions in the counting.
        shift: What the byte-order mark adds.
    """

    length: int
    extra: Sequence[int]
    shift: int

    def kept(self, position: int) -> int | None:
        """A position in the kept text, or None where it lies outside the text or within a character."""
        wanted = position - self.shift
        low, high = 0, self.length
        while low < high:
            middle = (low + high) // 2
            if middle + bisect_left(self.extra, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low + bisect_left(self.extra, low) == wanted and wanted >= 0 else None


def positions_of(text: Text, counting: Counting) -> Positions:
    """How the positions of a counting lie in a text."""
    shift = 1 if counting.mark == "counted" and text.had_mark else 0
    return Positions(len(text.kept), text.extra(counting), shift)


def decode(content: bytes) -> Text:
    r"""The text of a file, whatever Unicode form it has; what is no Unicode is read as Windows-1252.

    Example:
        >>> decode(b"\xef\xbb\xbfone\r\ntwo")
        Text(had_mark=True, encoding='UTF-8')
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Text(content.decode("utf-16", errors="replace"), had_mark=True, encoding="UTF-16")
    had_mark = content.startswith(codecs.BOM_UTF8)
    try:
        return Text(content.decode("utf-8-sig"), had_mark=had_mark)
    except UnicodeDecodeError:
        return Text(content.decode("cp1252", errors="replace"), encoding="Windows-1252")


@dataclass(frozen=True)
class Selected:
    """A stretch of a text as another program states it.

    Attributes:
        start: Where it begins, in that program's counting.
        end: Where it ends.
        name: What it is called; many programs call it by its first words.
    """

    start: int
    end: int
    name: str = ""


@dataclass(frozen=True)
class Fit:
    """How well a counting fits the selections of a file.

    Attributes:
        counting: The counting.
        named: Selections whose name is words of their text, wherever these stand: they distinguish countings.
        matched: Of these, how many read their own name under this counting.
        outside: Selections that lie outside their text, or begin or end within a character.
        whole: How much looks as people select: begins and ends between words, and no blank at either end.
    """

    counting: Counting
    named: int
    matched: int
    outside: int
    whole: int


def countings(texts: Sequence[Text], *, origin: str = "") -> Iterator[Counting]:
    """The countings that differ for these texts, the likeliest first.

    Args:
        texts: The texts of a file.
        origin: The program that wrote the file; NVivo counts UTF-16 units.
    """
    units: tuple[Unit, ...] = ("code points", "UTF-16 units")
    if not any(text.is_wide for text in texts):
        units = units[:1]
    elif "nvivo" in origin.lower():
        units = units[::-1]
    has_pairs = any("\r\n" in text.raw for text in texts)
    has_single = any("\n" in text.raw.replace("\r\n", "") for text in texts)
    candidates: tuple[tuple[LineEnd, bool], ...] = (("as they stand", True), ("one", has_pairs), ("two", has_single))
    lines = [line for line, differs in candidates if differs]
    marks: tuple[Mark, ...] = ("not counted", "counted")
    if not any(text.had_mark for text in texts):
        marks = marks[:1]
    ends: tuple[End, ...] = ("exclusive", "inclusive")
    for mark, line, unit, end in product(marks, lines, units, ends):
        yield Counting(unit, line, end, mark)


def find_counting(pairs: Sequence[tuple[Text, Sequence[Selected]]], *, origin: str = "") -> tuple[Fit, tuple[Fit, ...]]:
    """The counting that fits the selections of a file best, and others that fit as well and read other words.

    The counting under which most selections read the words they are named after wins; then the one with the fewest
    selections outside their text; then the one whose
    selections most look like what people select; then the likeliest.

    Args:
        pairs: Each text with its selections.
        origin: The program that wrote the file.

    Returns:
        The best fit, and every other counting that may as well be meant and reads some selection otherwise.

    Example:
        >>> text = Text("🙂 the street was dry")
        >>> best, rivals = find_counting([(text, [Selected(3, 13, "the street")])])
        >>> str(best.counting), best.matched, rivals
        ('UTF-16 units, end exclusive', 1, ())
    """
    candidates = list(countings([text for text, _ in pairs], origin=origin))
    read = [_read(pairs, counting) for counting in candidates]
    named = sum(is_named(each.name, text) for text, selections in pairs for each in selections)
    fits = [_fit(pairs, counting, spans, named) for counting, spans in zip(candidates, read, strict=True)]
    best = max(range(len(fits)), key=lambda n: (fits[n].matched, -fits[n].outside, fits[n].whole, -n))
    # Without words to go by, bounds are a weak sign: then whatever reads otherwise is a rival.
    rivals = [n for n, fit in enumerate(fits) if not fits[best].matched or _is_equal(fit, fits[best])]
    rivals = [n for n in rivals if read[n] != read[best]]
    return fits[best], tuple(fits[n] for n in rivals)


def _is_equal(one: Fit, other: Fit) -> bool:
    return replace(one, counting=other.counting) == other


def spans_of(text: Text, selections: Sequence[Selected], counting: Counting) -> list[tuple[int, int] | None]:
    """Where selections lie in the kept text, end exclusive; None for one outside it or without length."""
    positions = positions_of(text, counting)
    behind = 1 if counting.end == "inclusive" else 0
    found: list[tuple[int, int] | None] = []
    for each in selections:
        start = positions.kept(each.start)
        last = positions.kept(each.end)
        end = _end(text, each, counting, positions) if last is None or behind else last
        found.append((start, end) if start is not None and end is not None and start < end else None)
    return found


def _end(text: Text, selected: Selected, counting: Counting, positions: Positions) -> int | None:
    """The end of a selection, exclusive, where the last position is counted in; a wide character may be its last."""
    if counting.end == "exclusive":
        return None
    candidates = (positions.kept(selected.end + 1), positions.kept(selected.end + 2))
    last = positions.kept(selected.end)
    if candidates[0] is not None:
        return candidates[0]
    # The last position is the first half of a character that takes two.
    return candidates[1] if last is not None and last < len(text.kept) else None


def _read(pairs: Sequence[tuple[Text, Sequence[Selected]]], counting: Counting) -> list[list[tuple[int, int] | None]]:
    return [spans_of(text, selections, counting) for text, selections in pairs]


def _fit(
    pairs: Sequence[tuple[Text, Sequence[Selected]]],
    counting: Counting,
    spans: Sequence[Sequence[tuple[int, int] | None]],
    named: int,
) -> Fit:
    counts: Counter[str] = Counter()
    for (text, selections), found in zip(pairs, spans, strict=True):
        for selected, span in zip(selections, found, strict=True):
            if span is None:
                counts["outside"] += 1
                continue
            passage = text.kept[span[0] : span[1]]
            # A blank too much at an end is what a wrong way to count ends reads.
            counts["matched"] += reads(selected.name, passage) and passage == passage.strip()
            counts["whole"] += passage == passage.strip()
            counts["whole"] += sum(_is_between_words(text.kept, position) for position in span)
    return Fit(counting, named, counts["matched"], counts["outside"], counts["whole"])


def stem_of(name: str) -> tuple[str, bool]:
    """The words of a name on one line, and whether it was cut short."""
    flat = " ".join(name.split())
    for ellipsis in ELLIPSES:
        if flat.endswith(ellipsis):
            return flat.removesuffix(ellipsis).rstrip(), True
    return flat, False


def is_named(name: str, text: Text) -> bool:
    """Whether a name is words of a text."""
    stem, _ = stem_of(name)
    return len(stem) >= LONG_ENOUGH and stem in text.flat


def reads(name: str, passage: str) -> bool:
    r"""Whether a passage is what its name says: the same words, or the first of them where the name was cut.

    Example:
        >>> reads("Two lines", "Two\nlines"), reads("Two…", "Two lines"), reads("Two", "Two lines")
        (True, True, False)
    """
    stem, is_cut = stem_of(name)
    flat = " ".join(passage.split())
    if len(stem) < LONG_ENOUGH:
        return False
    # Names at the common limit of a hundred characters are cut without a sign.
    return flat.startswith(stem) if is_cut or len(stem) >= 95 else flat == stem


def _is_between_words(text: str, position: int) -> bool:
    around = text[max(0, position - 1) : position + 1]
    return len(around) < 2 or not (around[0].isalnum() and around[1].isalnum())

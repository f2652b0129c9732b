"""Faults of a whole column: spellings of one category, words for missing, cut values, changed numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmresearch.files.sql import literals, quoted
from cmresearch.intake.faults import EXAMPLES, MORE, PRIVATE, Fault, Subject, as_count, shown
from cmresearch.language.phrases import Phrase

MISSING = (
    "", "-", "--", "---", ".", "?", "#n/a", "#value!", "#ref!", "(blank)", "(null)", "<null>", "blank", "missing",
    "n.a.", "n/a", "na", "nan", "nil", "no data", "none", "not applicable", "not available", "not entered",
    "not provided", "not specified", "not stated", "null", "nat", "please select", "select", "select one", "tbd",
    "to be determined", "undefined", "unknown", "unspecified", "belum diisi", "kosong", "tidak ada data",
    "tidak diketahui", "desconocido", "inconnu", "unbekannt", "keine angabe", "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
TEMPLATE = (
    r"^(<[^<>]*>|\{\{?[^{}]*\}?\}|\[[^\[\]]*\]|(please )?(select|choose|enter|pilih)( an?| one| your| the| "
    r"salah satu)? ?\w*( here)?\.*)$"
)
CATEGORY_LIMIT = 3000


def find_category_faults(subject: Subject) -> Iterator[Fault]:
    """Spellings of one category, categories cut at a width, and words that mean missing."""
    few = _few_values(subject)
    yield from _missing_in_long(subject, [name for name in subject.texts if name not in few])
    for name in few:
        values = {
            str(value): as_count(count)
            for value, count in subject.query(
                f"SELECT {quoted(name)}, count(*) FROM {subject.view} WHERE {quoted(name)} IS NOT NULL GROUP BY ALL "
                f"ORDER BY ALL"
            )
        }
        missing = {value: count for value, count in values.items() if means_missing(value)}
        yield _missing(subject, name, missing)
        yield _variants(subject, name, values)
        yield _cut_values(subject, name, values)
        yield from _number_faults(subject, name, _shapes(values))


def _few_values(subject: Subject) -> tuple[str, ...]:
    if not subject.texts:
        return ()
    ((*distinct,),) = subject.query(
        f"SELECT {', '.join(f'approx_count_distinct({quoted(name)})' for name in subject.texts)} FROM {subject.view}"
    )
    unlikely = {subject.roles.get(role) for role in ("id", "text", "place", "resolution")}
    return tuple(
        name
        for name, count in zip(subject.texts, distinct, strict=True)
        if as_count(count) <= min(CATEGORY_LIMIT, max(subject.rows // 2, 20)) and name not in unlikely
    )


def means_missing(text: str) -> bool:
    """Whether a text is one of the words for missing, or what a form leaves behind when nothing was chosen.

    Example:
        >>> means_missing(" n/a "), means_missing("Please choose an issue..."), means_missing("Noise")
        (True, True, False)
    """
    word = text.strip().lower()
    return word in MISSING or (len(word) < 60 and re.match(TEMPLATE, word) is not None)


def is_missing_word(column: str) -> str:
    """The SQL condition that a text is one of the words for missing."""
    return f"lower(trim({column})) IN ({literals(MISSING)})"


def _missing_in_long(subject: Subject, names: Sequence[str]) -> Iterator[Fault]:
    """Words for missing in columns of many values: texts, ids, codes."""
    if not names:
        return
    counts = ", ".join(f"count(*) FILTER ({is_missing_word(quoted(name))})" for name in names)
    ((*found,),) = subject.query(f"SELECT {counts} FROM {subject.view}")
    for name, count in zip(names, found, strict=True):
        if count:
            c = quoted(name)
            rows = subject.query(f"SELECT {c}, count(*) FROM {subject.view} WHERE {is_missing_word(c)} GROUP BY ALL")
            yield _missing(subject, name, {str(text): as_count(n) for text, n in rows})


def _missing(subject: Subject, name: str, found: Mapping[str, int]) -> Fault:
    ranked = sorted(found, key=lambda text: (-found[text], text))
    examples = tuple(Phrase("example.times", {"text": repr(text), "n": str(found[text])}) for text in ranked[:EXAMPLES])
    what = Phrase("notes.fault.missing_words")
    return Fault("missing_words", what, (name,), sum(found.values()), subject.rows, examples)


def fold(value: str) -> str:
    """The form that all spellings of a category share: case, accents, signs, leading zeros and spaces left out.

    Example:
        >>> fold("Economy-Jobs") == fold("ECONOMY - JOBS"), fold("Ward 03") == fold("ward 3")
        (True, True)
    """
    plain = unicodedata.normalize("NFKD", value).casefold()
    words = re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words).replace(" and ", " ")


def spellings(values: Mapping[str, int]) -> dict[str, list[str]]:
    """The categories that are written in several ways: the most frequent spelling, and the others.

    A column of numbers in which some are written with a word before them (`Ward 3`, `03`) is one of the cases.

    Args:
        values: Each value of a column and how many rows have it.

    Example:
        >>> spellings({"Ward 3": 9, "03": 2, "Ward 4": 5, "Noise": 1, "NOISE": 4})
        {'NOISE': ['Noise'], 'Ward 3': ['03']}
    """
    numbered = {match[1] for value in values if (match := re.match(r"^([a-z]+) \d+$", fold(value)))}
    prefix = f"{numbered.pop()} " if len(numbered) == 1 else ""
    groups: dict[str, list[str]] = defaultdict(list)
    for value in values:
        key = fold(value).replace(" ", "")
        groups[(prefix.strip() + key) if key.isdigit() and prefix else key].append(value)
    found = {}
    for key, group in groups.items():
        if key and len(group) > 1:
            first, *others = sorted(group, key=lambda each: (-values[each], each))
            found[first] = others
    return dict(sorted(found.items()))


def _variants(subject: Subject, name: str, values: Mapping[str, int]) -> Fault:
    digits = sum(value.strip("-+.").isdigit() for value in values)
    # In a column of codes, such as postal codes, 1 and 00001 are no spellings of one category.
    groups = {} if digits > 100 and digits >= 0.5 * len(values) else spellings(values)
    examples = tuple(" = ".join([first, *others]) for first, others in list(groups.items())[:EXAMPLES])
    merged = len(values) - sum(map(len, groups.values()))
    what = Phrase("notes.fault.spellings", {"n": str(len(groups)), "values": len(values), "merged": merged})
    count = sum(values[other] for others in groups.values() for other in others)
    return Fault("spelling_variants", what, (name,), count, subject.rows, examples, spellings=groups)


def _cut_values(subject: Subject, name: str, values: Mapping[str, int]) -> Fault:
    longest = max(map(len, values), default=0)
    cut = [value for value in values if len(value) == longest]
    ends = {value[-4:] for value in cut}
    near = max(sum(len(value) == length for value in values) for length in range(longest - 3, longest))
    # Several values with different ends at one same width, more than at any width just below it.
    uneven = len(cut) <= 0.5 * len(values) and min(map(len, values), default=0) < longest / 2
    if longest < MORE or len(cut) < max(3, near + 1) or len(ends) < 3 or not uneven:
        cut = []
    what = Phrase("notes.fault.cut", {"n": str(longest)})
    return Fault(
        "cut_categories",
        what,
        (name,),
        sum(values[value] for value in cut),
        subject.rows,
        tuple(sorted(cut)[:EXAMPLES]),
    )


def find_number_faults(subject: Subject) -> Iterator[Fault]:
    """Numbers that gained `.0` or lost leading zeros, as spreadsheets do, in columns of many values: ids and codes."""
    passed = {subject.roles.get(role) for role in PRIVATE} | set(_few_values(subject))
    for name in subject.texts:
        if name in passed:
            continue
        c = quoted(name)
        sizes = subject.query(
            f"SELECT length({c}), regexp_full_match({c}, '\\d+'), regexp_full_match({c}, '0\\d+'), "
            f"regexp_full_match({c}, '\\d+\\.0'), count(*), min({c}, {EXAMPLES}) FROM {subject.view} "
            f"WHERE {c} IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
        shapes = [
            _Shape(as_count(size), bool(w), bool(z), bool(p), as_count(n), shown(e)) for size, w, z, p, n, e in sizes
        ]
        yield from _number_faults(subject, name, shapes)


@dataclass(frozen=True)
class _Shape:
    """The values of one length and kind: whole numbers, with a leading zero, with `.0` at the end."""

    size: int
    whole: bool
    zero: bool
    point: bool
    count: int
    examples: tuple[str, ...]


def _shapes(values: Mapping[str, int]) -> list[_Shape]:
    return [
        _Shape(len(value), value.isdecimal(), value[:1] == "0", re.fullmatch(r"\d+\.0", value) is not None, n, (value,))
        for value, n in sorted(values.items())
    ]


def _number_faults(subject: Subject, name: str, shapes: Sequence[_Shape]) -> Iterator[Fault]:
    known = sum(shape.count for shape in shapes)
    numbers = [shape for shape in shapes if shape.whole or shape.point]
    if not numbers or sum(shape.count for shape in numbers) < 0.8 * known:
        return
    pointed = [shape for shape in numbers if shape.point]
    yield _of_shapes(subject, name, "trailing_zero", Phrase("notes.fault.trailing_zero"), pointed)
    sizes: Counter[int] = Counter()
    for shape in numbers:
        sizes[shape.size] += shape.count
    usual = sizes.most_common(1)[0][0]
    postal = re.search(r"zip|postal|postcode|kode.?pos|plz", name, re.IGNORECASE)
    if usual >= 2 and (postal or any(shape.whole and shape.zero for shape in numbers)):
        short = [shape for shape in numbers if shape.whole and not shape.zero and usual - 2 <= shape.size < usual]
        what = Phrase("notes.fault.leading_zeros", {"n": usual})
        yield _of_shapes(subject, name, "lost_leading_zeros", what, short)


def _of_shapes(subject: Subject, name: str, key: str, what: Phrase, shapes: Sequence[_Shape]) -> Fault:
    examples = tuple(sorted(example for shape in shapes for example in shape.examples)[:EXAMPLES])
    return Fault(key, what, (name,), sum(shape.count for shape in shapes), subject.rows, examples)


def find_column_faults(subject: Subject) -> Iterator[Fault]:
    """Columns without a name, and columns that only number the rows of somebody's program."""
    for position, name in enumerate(subject.columns):
        if re.match(r"^(unnamed|column)[ :_]*\d+$", name, re.IGNORECASE):
            yield Fault("unnamed_column", Phrase("notes.fault.unnamed"), (name,), subject.rows, subject.rows)
        if position == 0 and (re.match(r"^(unnamed|index|column)[ :_]*\d*$", name, re.IGNORECASE)):
            column = f"try_cast({quoted(name)} AS BIGINT)"
            ((known, steps),) = subject.query(f"SELECT count({column}), count(DISTINCT {column}) FROM {subject.view}")
            if known == steps == subject.rows:
                yield Fault("index_column", Phrase("notes.fault.index"), (name,), subject.rows, subject.rows)

"""The changes between two versions of a codebook, and the codings that they made stale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

import pandas as pd

from cmresearch.codebook.book import Codebook
from cmresearch.codebook.edits import MEANING
from cmresearch.codebook.records import Code, version_order
from cmresearch.coding.coding import Coding, Entry
from cmresearch.language.translations import Written

What: TypeAlias = Literal[
    "added", "removed", "changed", "merged", "retired", "activated", "renamed", "reworded", "clarified", "not recorded"
]
TEXTS = (
    "label",
    "brief",
    "definition",
    "use_when",
    "do_not_use_when",
    "example",
    "atypical_example",
    "close_but_not",
    "parent",
    "origin",
    "citation",
    "dimensions",
)
STALE_COLUMNS = ("file", "entry", "coder", "source", "code", "codebook_version", "since", "because", "then", "quote")


@dataclass(frozen=True)
class Difference:
    """One thing that changed between two versions of a codebook.

    Attributes:
        what: What happened; `not recorded` where a definition changed and the code's history does not say so.
        subject: What it happened to, such as `code final_answer` or `dimension create_closure`.
        said: The rest of the sentence: into which code, from which key, in which fields.
        why: The reason in the code's history; empty where there is none.
        words: For each changed text the old and the new words in one, as `[-gone-]` and `{+new+}`, by field.
    """

    what: What
    subject: str
    said: str
    why: str
    words: Mapping[str, str]

    def __str__(self) -> str:
        sentence = f"{self.what}: {self.subject}{self.said}" + (f" ({self.why})" if self.why else "")
        return "\n".join([sentence, *(f"    {field.replace('_', ' ')}: {text}" for field, text in self.words.items())])


def compare_codebooks(old: Codebook, new: Codebook) -> tuple[Difference, ...]:
    """The changes from one codebook to another, in the order of the new one; what was removed comes last.

    Codes are the same where their id is the same, whatever they are called. Dimensions, indicators and variables are
    the same where their key is.

    Args:
        old: The earlier version.
        new: The later version.
    """
    return (
        *_code_differences(old, new),
        *_differences("dimension", _dimensions(old), _dimensions(new)),
        *_differences("indicator", _indicators(old), _indicators(new)),
        *_differences("variable", _variables(old), _variables(new)),
    )


def word_changes(old: str, new: str) -> str:
    """Two texts in one: words that are gone as `[-…-]`, words that are new as `{+…+}`.

    Example:
        >>> word_changes("Statements about time.", "Statements about hours.")
        'Statements about [-time.-] {+hours.+}'
    """
    one, other = old.split(), new.split()
    parts = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            parts += one[a:b]
            continue
        parts += [f"[-{' '.join(one[a:b])}-]"] if b > a else []
        parts += ["{+" + " ".join(other[c:d]) + "+}"] if d > c else []
    return " ".join(parts)


def find_stale(coding: Coding) -> pd.DataFrame:
    """The codings that were made under a definition that has changed since, or with a code that is out of use since.

    A code's history says in which version its meaning was last set. A coding that names an earlier version is stale
    until its coder writes down, under the present version, that it stays, changes or goes. Where wording only became
    clearer, or a code received another, codings stand.

    Args:
        coding: The coding, with its codebook.

    Returns:
        One row per stale entry, in the order of the files: file, entry, coder, source, code, codebook_version (under
        which it was coded), since (the version of the change), because (the change and its reason), then (what to
        do), and quote.
    """
    rows = [_stale(entry, coding.codebook) for entry in coding.entries if entry.state == "present"]
    return pd.DataFrame([row for row in rows if row is not None], columns=list(STALE_COLUMNS))


def _stale(entry: Entry, codebook: Codebook) -> dict[str, object] | None:
    segment = entry.segment
    code = codebook.code(segment.code)
    made = version_order(segment.codebook_version)
    since = code.ended_in or code.defined_in
    if since is None or made >= version_order(since):
        return None
    then = f"recode as {code.merged_into}" if code.merged_into else "look at it again: keep, change or remove"
    entry_of: dict[str, object] = {
        "file": entry.file,
        "entry": entry.number,
        "coder": segment.coder,
        "source": segment.source,
    }
    code_of = {"code": code.key, "codebook_version": segment.codebook_version, "since": since}
    return entry_of | code_of | {"because": _because(code, since), "then": then, "quote": segment.quote}


def _because(code: Code, since: str) -> str:
    kinds = ("merged", "retired") if not code.is_in_use else ("created", "reworded")
    change = next(each for each in reversed(code.history) if each.change in kinds and each.version == since)
    return f"{change.change}{f' into {code.merged_into}' if code.merged_into else ''}: {change.why}"


def _code_differences(old: Codebook, new: Codebook) -> Iterator[Difference]:
    before = {code.id: code for code in old.every_code.values()}
    after = {code.id: code for code in new.every_code.values()}
    called = {code.key: after[key].merged_into or after[key].key for key, code in before.items() if key in after}
    for key, code in after.items():
        if key in before:
            yield from _code_changes(before[key], code, old.version, called)
        else:
            home = new.home[code.key].key
            yield Difference(
                "added", f"code {code.key}", f" in dimension {home}: {code.brief}", _why(code, "created"), {}
            )
    for key, code in before.items():
        if key not in after:
            yield Difference(
                "removed",
                f"code {code.key}",
                "; a code is retired rather, so that what was coded with it can be understood",
                "",
                {},
            )


def _code_changes(old: Code, new: Code, since: str, called: Mapping[str, str]) -> Iterator[Difference]:
    if old.key != new.key:
        yield Difference("renamed", f"code {new.key}", f", formerly {old.key}", _why(new, "renamed"), {})
    if old.status != new.status:
        yield _status_change(new)
    # A neighbour that is called otherwise now is no change of this code.
    others = {key: now for key, now in called.items() if now != new.key}
    before = {field: _with_keys(text, others) for field, text in _code_texts(old).items()}
    words = dict(_changed_words(before, _code_texts(new)))
    if words:
        yield _reworded(new, words, since)


def _with_keys(text: str, called: Mapping[str, str]) -> str:
    others = [old for old, new in called.items() if old != new]
    pattern = "|".join(map(re.escape, others))
    return re.sub(rf"\b({pattern})\b", lambda found: called[found[0]], text) if others else text


def _status_change(code: Code) -> Difference:
    what: What = "merged" if code.status == "merged" else "retired" if code.status == "retired" else "activated"
    into = f" into {code.merged_into}" if code.merged_into else ""
    return Difference(what, f"code {code.key}", into, _why(code, what), {})


def _reworded(code: Code, words: Mapping[str, str], since: str) -> Difference:
    later = [each for each in code.history if version_order(each.version) > version_order(since)]
    recorded = [each for each in later if each.change in ("reworded", "clarified", "received", "renamed")]
    has_new_meaning = any(each.change == "reworded" for each in later)
    what: What = "reworded" if has_new_meaning else "clarified"
    if not recorded and any(field in MEANING for field in words):
        what = "not recorded"
    return Difference(
        what, f"code {code.key}", f" in {_listed(words)}", "; ".join(each.why for each in recorded), words
    )


def _why(code: Code, kind: str) -> str:
    return next((each.why for each in reversed(code.history) if each.change == kind), "")


def _listed(words: Mapping[str, str]) -> str:
    return ", ".join(field.replace("_", " ") for field in words)


def _differences(
    kind: str, old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]
) -> Iterator[Difference]:
    for key, texts in new.items():
        if key not in old:
            yield Difference("added", f"{kind} {key}", "", "", {})
            continue
        words = dict(_changed_words(old[key], texts))
        if words:
            yield Difference("changed", f"{kind} {key}", f" in {_listed(words)}", "", words)
    yield from (Difference("removed", f"{kind} {key}", "", "", {}) for key in old if key not in new)


def _changed_words(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for field in dict.fromkeys([*new, *old]):
        if old.get(field, "") != new.get(field, ""):
            yield field, word_changes(old.get(field, ""), new.get(field, ""))


def _code_texts(code: Code) -> dict[str, str]:
    return _flat({field: getattr(code, field) for field in TEXTS})


def _dimensions(codebook: Codebook) -> dict[str, dict[str, str]]:
    return {
        each.key: _flat({"name": each.name, "definition": each.definition, "who can know": each.can_know})
        | {f"question {n}": " / ".join(texts.values()) for n, texts in enumerate(each.questions, start=1)}
        for each in codebook.dimensions
    }


def _variables(codebook: Codebook) -> dict[str, dict[str, str]]:
    return {
        each.key: _flat(
            {"label": each.label, "question": each.question}
            | {f"value {value.key}": _translations(value.definition, codebook) for value in each.values}
        )
        for each in codebook.variables
    }


def _indicators(codebook: Codebook) -> dict[str, dict[str, str]]:
    return {
        key: _flat(dict(vars(each)) | {"threshold_source": _translations(each.threshold_source, codebook)})
        for key, each in codebook.indicators.items()
    }


def _translations(remark: Written, codebook: Codebook) -> Written:
    """A remark without translations as one in the codebook's first language, so that a new translation shows as one."""
    return {codebook.languages[0]: remark} if isinstance(remark, str) else remark


def _flat(fields: Mapping[str, object]) -> dict[str, str]:
    """Every field as one text; a text by language is one for each language."""
    flat: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {language}": str(text) for language, text in value.items()}
        elif isinstance(value, tuple):
            flat[name] = ", ".join(map(str, value))
        else:
            flat[name] = "" if value is None else str(value)
    return flat

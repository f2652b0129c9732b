"""A TOML file as it was read, with the line of each key, so that a fault in its content can say where it stands."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from cmresearch.errors import CmResearchError, nearest

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class TomlFile:
    """A TOML file as it was read.

    Attributes:
        name: Folder and file name, as messages give them.
        data: What the file says.
        lines: The line of each path in it; see `key_lines`.
        sha256: Fingerprint of its text, the same whatever line ends it is stored with.
    """

    name: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]
    sha256: str

    def line(self, path: KeyPath) -> int:
        """The line of a path, or of the nearest path above it that has one.

        Args:
            path: Keys and positions from the top of the file, such as `("code", 0, "key")`.
        """
        above = (path[:n] for n in range(len(path), 0, -1))
        return next((self.lines[each] for each in above if each in self.lines), 1)

    def fault(self, path: KeyPath, text: str) -> str:
        """A fault in one line: the file, the line, the tables with a key it lies in, and what is wrong.

        Args:
            path: Keys and positions from the top of the file.
            text: What was found and what was expected.

        Example:
            >>> file = TomlFile("book/01.toml", {"code": [{"key": "a"}]}, {("code", 0): 7}, "")
            >>> file.fault(("code", 0, "label"), "no label")
            "book/01.toml, line 7, code 'a': no label"
        """
        return ", ".join([self.name, f"line {self.line(path)}", *_owners(self.data, path)]) + f": {text}"

    def tables(self, name: str) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        """The tables of a list at the top of the file, with their paths.

        Args:
            name: The name in `[[name]]`.
        """
        return tables(self.data, name)


def tables(data: dict[str, Any], name: str, above: KeyPath = ()) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """The tables of a list with their paths; what is no table has a fault of its own and is passed over.

    Args:
        data: The table that holds the list.
        name: The name of the list.
        above: The path of `data`.

    Example:
        >>> list(tables({"code": [{"key": "a"}, 3]}, "code"))
        [(('code', 0), {'key': 'a'})]
    """
    found = data.get(name)
    for n, table in enumerate(found if isinstance(found, list) else []):
        if isinstance(table, dict):
            yield (*above, name, n), table


def _owners(data: object, path: KeyPath) -> Iterator[str]:
    for table, step in pairwise(("", *path)):
        if isinstance(data, list) and isinstance(step, int):
            data = data[step]
            if isinstance(data, dict) and "key" in data:
                yield f"{table} {data['key']!r}"
        else:
            data = data.get(step) if isinstance(data, dict) else None


def read_toml_file(path: Path, error: type[CmResearchError]) -> TomlFile:
    """The content of a TOML file, and where in it each key stands.

    Args:
        path: The file, in UTF-8.
        error: The error of the subject the file belongs to.

    Raises:
        CmResearchError: The given error: the file is not UTF-8 text, or not TOML, with the line.
    """
    name = f"{path.resolve().parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise error(f"{name}: found bytes that are no UTF-8 text; expected UTF-8 ({fault.reason})") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        where = re.search(r"line (\d+)", str(fault))
        line = where[1] if where else len(text.splitlines())
        raise error(f"{name}, line {line}: this is not TOML: {fault}") from None
    return TomlFile(name, data, key_lines(text), hashlib.sha256(text.encode()).hexdigest())


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""The line on which each key and each table of a TOML text begins.

    Keys within inline tables and within lists of them are not listed; their table's line is the one to look at.

    Args:
        text: TOML that can be parsed.

    Returns:
        Line numbers from 1, by the path of keys, with the position of a table in its list.

    Example:
        >>> key_lines('number = 1\n[[code]]\nkey = "a"')
        {('number',): 1, ('code', 0): 2, ('code', 0, 'key'): 3}
    """
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    at: KeyPath = ()
    for number, statement in _statements(text):
        if header := _HEADER.match(statement):
            at = _table_path(header[1], _key_parts(header[2]), counts)
            found.setdefault(at, number)
        elif entry := _ENTRY.match(statement):
            found.setdefault((*at, *_key_parts(entry[1])), number)
    return found


_PART = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_ENTRY = re.compile(rf"\s*({_DOTTED})[ \t]*=")
# A text of several lines, one of one line, a comment, a bracket, the end of a line: whatever tells where a value ends.
_TOKEN = re.compile(
    r"""
    "{3}(?:\\.|[^\\])*?"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]* | [\[{] | [\]}] | \n
    """,
    re.DOTALL | re.VERBOSE,
)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header and each key with its value, however many lines it takes, with the line on which it begins."""
    start, line, depth = 0, 1, 0
    for token in _TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if token[0] == "\n" and depth == 0:
            yield line, text[start : token.start()]
            line += text.count("\n", start, token.end())
            start = token.end()
    yield line, text[start:]


def _key_parts(dotted: str) -> tuple[str, ...]:
    """The names in a dotted key, without quotation marks."""
    return tuple(_unquoted(part) for part in re.findall(_PART, dotted))


def _unquoted(part: str) -> str:
    return str(tomllib.loads(f"x = {part}")["x"]) if part[0] in "\"'" else part


def _table_path(bracket: str, parts: Sequence[str], counts: dict[KeyPath, int]) -> KeyPath:
    *parents, last = parts
    path: KeyPath = ()
    for part in parents:
        path += (part,)
        path += (counts[path] - 1,) if path in counts else ()
    path += (last,)
    if bracket == "[[":
        counts[path] = counts.get(path, 0) + 1
        path += (counts[path] - 1,)
    return path


def _named(path: KeyPath) -> str:
    """The name of a path in a sentence, by its last key: the key itself, or an item of its list."""
    *above, last = path
    return f"item {last + 1} of {above[-1]}" if isinstance(last, int) and above else str(last)


def describe_fault(fault: ErrorDetails, known: Sequence[str]) -> str:
    """A fault in the content of a file as a sentence: what was found and what was expected.

    Args:
        fault: One error of a pydantic validation.
        known: The keys that may stand where the fault is, for the nearest spelling of an unknown one.
    """
    key, found = str(fault["loc"][-1]) if fault["loc"] else "", fault["input"]
    expected = fault["msg"].removeprefix("Input should be ")
    match fault["type"]:
        case "missing" | "string_too_short":
            return f"no {key}"
        case "extra_forbidden":
            return f"unknown key {key!r}{nearest(key, known)}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case "text":
            return f"{_named(fault['loc'])} {fault['msg']}"
        case "literal_error":
            words = re.findall(r"'(\w+)'", expected)
            expected = " or ".join(words) + nearest(str(found), words)
        case "string_pattern_mismatch":
            expected = f"a text of the form {fault['ctx']['pattern']}"
    return f"{key} is {found!r}; expected {expected}"

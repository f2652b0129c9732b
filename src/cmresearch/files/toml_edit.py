"""Changes in the text of a TOML file that leave every other line, comment and blank line as it was."""

from __future__ import annotations

import copy
import re
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cmresearch.errors import CmResearchError
from cmresearch.files.toml import KeyPath, key_lines

Value: TypeAlias = str | int | float | Sequence[str] | Mapping[str, str]

WIDTH = 110


class TomlEditError(CmResearchError):
    """A TOML text cannot be changed without touching what stands around."""


def toml_value(value: Value, *, column: int = 0) -> str:
    r'''A value as TOML: a long text wrapped between triple quotes, a list on one line, translations as an inline table.

    Args:
        value: A text, a number, a list of texts, or texts by language.
        column: Where on its line the value begins; what would pass column 110 is wrapped.

    Example:
        >>> toml_value("short"), toml_value(["a", "b"]), toml_value({"en": "Yes", "id": "Ya"})
        ('"short"', '["a", "b"]', '{ en = "Yes", id = "Ya" }')
        >>> print(toml_value("many words " * 11))
        """
        many words many words many words many words many words many words many words many words many words many
        words many words"""
    '''
    if isinstance(value, str):
        return _text(" ".join(value.split()), column)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_quoted(text)}" for key, text in value.items()) + " }"
    if isinstance(value, int | float):
        return repr(value)
    return "[" + ", ".join(_quoted(each) for each in value) + "]"


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(char if ord(char) >= 32 and ord(char) != 127 else f"\\u{ord(char):04x}" for char in plain)


def _quoted(text: str) -> str:
    return f'"{_escaped(" ".join(text.split()))}"'


def _text(text: str, column: int) -> str:
    if column + len(_quoted(text)) <= WIDTH:
        return _quoted(text)
    lines = textwrap.wrap(_escaped(text), WIDTH - 5, break_long_words=False, break_on_hyphens=False)
    return '"""\n' + "\n".join(lines) + '"""'


def toml_table(header: str, fields: Mapping[str, Value]) -> str:
    r"""A table of a list as TOML text.

    Example:
        >>> print(toml_table("code", {"key": "a", "dimensions": ["b"]}), end="")
        [[code]]
        key = "a"
        dimensions = ["b"]
    """
    lines = [f"{key} = {toml_value(value, column=len(key) + 3)}" for key, value in fields.items()]
    return "\n".join([f"[[{header}]]", *lines]) + "\n"


def set_value(text: str, path: KeyPath, value: Value) -> str:
    r"""The text with one value set: changed where the key stands, added at the end of its table where it does not.

    Args:
        text: TOML that can be parsed.
        path: The path of the key, such as `("code", 0, "status")`; its table must exist.
        value: What shall stand there.

    Raises:
        TomlEditError: The key is laid out in a way that cannot be changed line by line.

    Example:
        >>> print(set_value('a = 1 # one\n# two\nb = 2\n', ("a",), 3), end="")
        a = 3 # one
        # two
        b = 2
    """
    found = key_lines(text)
    if isinstance(value, Mapping) and path in found and _is_header(text, found[path]):
        for language, translation in value.items():
            text = set_value(text, (*path, language), translation)
        return text
    lines = text.splitlines()
    key = str(path[-1])
    entry = f"{key} = {toml_value(value, column=len(key) + 3)}"
    if path in found:
        first, last, comment = _extent(lines, found[path] - 1)
        lines[first:last] = (entry + comment).splitlines()
    else:
        at = _own_end(lines, found, path[:-1])
        lines[at:at] = entry.splitlines()
    return _checked(text, "\n".join(lines) + "\n", path, value)


def remove_value(text: str, path: KeyPath) -> str:
    r"""The text without one key and its value.

    Example:
        >>> remove_value('a = 1\nb = 2\n', ("a",))
        'b = 2\n'
    """
    lines = text.splitlines()
    first, last, _ = _extent(lines, key_lines(text)[path] - 1)
    del lines[first:last]
    return "\n".join(lines) + "\n"


def add_table(text: str, table: str, *, within: KeyPath = (), after: str = "") -> str:
    r"""The text with one more table of a list.

    Args:
        text: TOML that can be parsed.
        table: The table as text, from its header on.
        within: The table at whose end it shall stand, such as `("code", 2)`; by default the file.
        after: The name of a list at the top of the file behind whose last table it shall stand; where there is none,
            it stands at the end.

    Example:
        >>> print(add_table('[[a]]\nx = 1\n\n# about b\n[b]\n', "[[a]]\nx = 2\n", after="a"), end="")
        [[a]]
        x = 1
        <BLANKLINE>
        [[a]]
        x = 2
        <BLANKLINE>
        # about b
        [b]
    """
    lines = text.splitlines()
    found = key_lines(text)
    above = within or ((after,) if after in {path[0] for path in found} else ())
    at = max((_extent(lines, line - 1)[1] for path, line in found.items() if path[: len(above)] == above), default=0)
    # A step in a code's life stands close to the code; a further code stands apart.
    blank = [] if within and not lines[at - 1].lstrip().startswith("[[") else [""]
    lines[at:at] = [*blank, *table.splitlines()]
    return "\n".join(lines) + "\n"


def _is_header(text: str, line: int) -> bool:
    return text.splitlines()[line - 1].lstrip().startswith("[")


def _extent(lines: Sequence[str], first: int) -> tuple[int, int, str]:
    """Where the value that begins on a line ends, exclusive, and the comment behind it."""
    if lines[first].lstrip().startswith("["):
        return first, first + 1, ""
    for last in range(first + 1, len(lines) + 1):
        chunk = "\n".join(lines[first:last])
        try:
            data = tomllib.loads(chunk)
        except tomllib.TOMLDecodeError:
            continue
        return first, last, _comment(chunk, data)
    raise TomlEditError(f"line {first + 1}: the value has no end")


def _comment(chunk: str, data: Mapping[str, Any]) -> str:
    """The comment behind a value, with the blanks before it."""
    for mark in re.finditer(r"\s*#", chunk):
        try:
            if tomllib.loads(chunk[: mark.start()]) == data:
                return chunk[mark.start() :]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _own_end(lines: Sequence[str], found: Mapping[KeyPath, int], table: KeyPath) -> int:
    """Where a table's own keys end, before the tables within it."""
    own = [line for path, line in found.items() if path[:-1] == table and isinstance(path[-1], str)]
    own = [line for line in own if not lines[line - 1].lstrip().startswith("[")]
    if own:
        return _extent(lines, max(own) - 1)[1]
    if table and table not in found:
        raise TomlEditError(f"there is no table {'.'.join(map(str, table))} to set a value in")
    return found[table] if table else 0


def _checked(before: str, after: str, path: KeyPath, value: Value) -> str:
    """The changed text, if all but the one value is as it was before."""
    expected = copy.deepcopy(tomllib.loads(before))
    table: Any = expected
    for step in path[:-1]:
        table = table[step]
    table[path[-1]] = tomllib.loads(f"x = {toml_value(value)}")["x"]
    try:
        if tomllib.loads(after) == expected:
            return after
    except tomllib.TOMLDecodeError:
        pass
    where = ".".join(map(str, path))
    raise TomlEditError(f"{where} cannot be changed without touching what stands around it; change it by hand")

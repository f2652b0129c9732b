"""The fields of a code, a source or a coding as one description that people read and that comes back as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Fields = Mapping[str, Sequence[str]]

# What XML 1.0 cannot hold, and what a description must not hold so that each field keeps to its line.
_ESCAPED = re.compile("[\\\\\n\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"\\(\\|n|r|\||u[0-9a-f]{4})")
_SIGNS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_MEANT = {"\\": "\\", "n": "\n", "r": "\r", "|": "|"}


def pack(fields: Iterable[tuple[str, str]]) -> str:
    r"""Fields as lines `Name: value`, in their order; a field may stand several times.

    A line end or a backslash in a value is written `\n`, `\\`; so is what XML cannot hold.

    Args:
        fields: Names in lower case with underscores, and values.

    Example:
        >>> print(pack([("use_when", "Somebody waits."), ("memo", "two\nlines")]))
        Use when: Somebody waits.
        Memo: two\nlines
    """
    return "\n".join(f"{_title(name)}: {_escape(value)}" for name, value in fields)


def unpack(text: str, names: Iterable[str]) -> tuple[str, dict[str, list[str]]]:
    r"""The text before the first field of a description, and the fields with the values that each has.

    A line that begins no field belongs to the field before it, so that what was added in another program is kept.

    Args:
        text: The description.
        names: The fields that may stand there.

    Example:
        >>> unpack("Ours.\nUse when: Somebody waits.\nand waits", ["use_when"])
        ('Ours.', {'use_when': ['Somebody waits.\nand waits']})
    """
    titles = {_title(name): name for name in names}
    free: list[str] = []
    fields: dict[str, list[str]] = {}
    at = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        title, mark, value = line.partition(":")
        if mark and title in titles:
            at = titles[title]
            fields.setdefault(at, []).append(_unescape(value.removeprefix(" ")))
        elif at and line.strip():
            fields[at][-1] += "\n" + _unescape(line)
        elif not at:
            free.append(line)
    return "\n".join(free).strip(), fields


def pack_list(parts: Iterable[str]) -> str:
    r"""Several values as one, with a bar between.

    Example:
        >>> pack_list(["a", "b|c"])
        'a | b\\|c'
    """
    return " | ".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def unpack_list(text: str) -> list[str]:
    r"""The values that `pack_list` put together.

    Example:
        >>> unpack_list("a | b\\|c")
        ['a', 'b|c']
    """
    parts = re.findall(r"(?:\\.|[^\\|])+", text) if text else []
    return [_unescape(part.strip()) for part in parts]


def plain(text: str) -> str:
    r"""A text as a name on one line: line ends and what XML cannot hold become blanks.

    Example:
        >>> plain("two\nlines")
        'two lines'
    """
    return " ".join(_ESCAPED.sub(lambda found: found[0] if found[0] == "\\" else " ", text).split())


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SIGNS.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1]) or chr(int(found[1][1:], 16)), text)

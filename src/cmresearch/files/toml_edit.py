"""Changes in the text of a TOML file that leave every other line, comment and blank line as it was."""

from __future__ import annotations

import copy
import re
import textwrap
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cmresearch.errors import CmResearchError
from cmresearch.files.toml import KeyPath

if TYPE_CHECKING:
    from tomlkit.items import Item, Key

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
        return "{ " + ", ".join(f"{_key(key)} = {_quoted(text)}" for key, text in value.items()) + " }"
    if isinstance(value, int | float):
        return repr(value).lower()  # true and false are small in TOML
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
    return f"[[{header}]]\n" + "".join(_entry(key, value) for key, value in fields.items())


def _entry(key: str, value: Value) -> str:
    name = _key(key)
    return f"{name} = {toml_value(value, column=len(name) + 3)}\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{_escaped(name)}"'


def set_value(text: str, path: KeyPath, value: Value) -> str:
    r"""The text with one value set: changed where the key stands, added at the end of its table where it does not.

    Args:
        text: TOML that can be parsed.
        path: The path of the key, such as `("code", 0, "status")`; its table must exist.
        value: What shall stand there.

    Raises:
        TomlEditError: The key is laid out in a way that cannot be changed without touching what stands around.

    Example:
        >>> print(set_value('a = 1 # one\n# two\nb = 2\n', ("a",), 3), end="")
        a = 3 # one
        # two
        b = 2
    """
    pieces = _pieces(text)
    places = [each.path for each in pieces if each.kind != "between"]
    if isinstance(value, Mapping) and path not in _paths(pieces, "value") and _is_spread(places, path):
        for language, translation in value.items():
            text = set_value(text, (*path, language), translation)
        return text
    changed = _replaced(pieces, path, value) if path in places else _inserted(pieces, path, value)
    return _checked(_text_of(changed), _with_value(tomllib.loads(text), path, value), path)


def remove_value(text: str, path: KeyPath) -> str:
    r"""The text without one key and its value.

    Raises:
        TomlEditError: There is no such key, or it is a table.

    Example:
        >>> remove_value('a = 1\nb = 2\n', ("a",))
        'b = 2\n'
    """
    pieces = _pieces(text)
    if path not in _paths(pieces, "value"):
        raise TomlEditError(f"there is no value {_dotted(path)} to remove")
    left = [part for each in pieces for part in (_comments_of(each) if each.is_value_of(path) else [each])]
    return _checked(_text_of(left), _without(tomllib.loads(text), path), path)


def add_table(text: str, table: str, *, within: KeyPath = (), after: str = "") -> str:
    r"""The text with one more table of a list.

    Args:
        text: TOML that can be parsed.
        table: The table as text, from its header on.
        within: The table at whose end it shall stand, such as `("code", 2)`; by default the file.
        after: The name of a list at the top of the file behind whose last table it shall stand; where there is none,
            it stands at the end.

    Raises:
        TomlEditError: The text is laid out in a way in which the table would become part of another.

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
    pieces = _pieces(text)
    above = within or ((after,) if after in {each.path[0] for each in pieces if each.path} else ())
    last = [place for place, each in enumerate(pieces) if each.kind != "between" and each.path[: len(above)] == above]
    at = last[-1] + 1 if last else len(pieces)
    # A step in a code's life stands close to the code; a further code stands apart.
    gap = "" if within and not (last and pieces[last[-1]].opens_list) else "\n"
    new = _Piece("between", (), gap + table.rstrip("\n") + "\n")
    added = _merged(tomllib.loads(text), tomllib.loads(table), within)
    return _checked(_text_of([*pieces[:at], new, *pieces[at:]]), added, within or (after,))


@dataclass(frozen=True)
class _Piece:
    """A part of a TOML text: a header, a key with its value, or what stands between them.

    Attributes:
        kind: header, value or between.
        path: What it begins; empty between.
        text: All its characters, to the line's end.
        table: The table under whose header it stands.
        before: Of a value, what stands before it: its key and the equals sign.
        behind: Of a value, the comment behind it and the line's end.
        comments: The comments within a value.
    """

    kind: Literal["header", "value", "between"]
    path: KeyPath
    text: str
    table: KeyPath = ()
    before: str = ""
    behind: str = ""
    comments: tuple[str, ...] = ()

    @property
    def opens_list(self) -> bool:
        """Whether it is the header of a table in a list."""
        return self.kind == "header" and self.text.lstrip().startswith("[[")

    def is_value_of(self, path: KeyPath) -> bool:
        """Whether it is the key of this path with its value."""
        return self.kind == "value" and self.path == path


@dataclass(frozen=True)
class _Place:
    """Where in a document its parts are read: the path, the table whose header stands above, and how names begin."""

    path: KeyPath = ()
    table: KeyPath = ()
    prefix: str = ""
    dotted: bool = False


_Unit: TypeAlias = "tuple[Key | None, Item, KeyPath]"


def _pieces(text: str) -> list[_Piece]:
    """The parts of a TOML text as the parser has them; joined, they are the text."""
    import tomlkit  # a tenth of a second, and only edits need it
    from tomlkit.exceptions import TOMLKitError

    lines = text.replace("\r\n", "\n")
    lines += "" if lines.endswith("\n") or not lines else "\n"
    try:
        found = _body(tomlkit.parse(lines).body, _Place(), lines)
    except TOMLKitError as error:
        raise TomlEditError(f"this is not TOML: {error}") from None
    if found is None or _text_of(found) != lines:
        raise TomlEditError("its tables stand in an order in which no line can be changed; change it by hand")
    return list(_numbered(found))


def _numbered(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """The pieces with the tables of each list numbered in the order of the text, wherever they stand."""
    counts: dict[KeyPath, int] = {}
    now: dict[KeyPath, KeyPath] = {}

    def renumbered(path: KeyPath) -> KeyPath:
        above = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in now), ())
        return (*now.get(above, ()), *path[len(above) :])

    for each in pieces:
        if each.opens_list:
            rows = renumbered(each.path[:-1])
            counts[rows] = counts.get(rows, -1) + 1
            now[each.path] = (*rows, counts[rows])
        yield replace(each, path=renumbered(each.path), table=renumbered(each.table))


def _body(body: Sequence[tuple[Key | None, Item]], place: _Place, text: str) -> list[_Piece] | None:
    """The pieces of a table's content at the beginning of a text; nothing where the text begins otherwise.

    The parser keeps the tables of a list together wherever they stand; here each is found where it is.
    """
    pieces: list[_Piece] = []
    lanes: list[deque[_Unit]] = [deque(_units(body, place.path))]
    while any(lanes):
        for lane in reversed(lanes):
            found = _unit(lane[0], place, text) if lane else None
            if found is not None:
                pieces += found
                text = text[sum(len(each.text) for each in found) :]
                lanes += _further(lane.popleft())
                break
        else:
            return None
    return pieces


def _units(body: Sequence[tuple[Key | None, Item]], path: KeyPath) -> Iterator[_Unit]:
    from tomlkit.items import AoT, Null  # as above

    for key, item in body:
        name = () if key is None else (key.key,)
        if not isinstance(item, Null):
            yield key, item, (*path, *name, 0) if isinstance(item, AoT) else (*path, *name)


def _further(unit: _Unit) -> list[deque[_Unit]]:
    """The tables of a list behind its first one, which may stand anywhere below it."""
    from tomlkit.items import AoT  # as above

    key, item, path = unit
    if not isinstance(item, AoT):
        return []
    return [deque((key, table, (*path[:-1], number)) for number, table in enumerate(item.body[1:], start=1))]


def _unit(unit: _Unit, place: _Place, text: str) -> list[_Piece] | None:
    from tomlkit.items import AoT, Table  # as above

    key, item, path = unit
    if key is None:
        return _if_first(_Piece("between", (), item.as_string()), text)
    if isinstance(item, AoT):
        return _table(key, item.body[0], replace(place, path=path), text)
    if isinstance(item, Table):
        return _table(key, item, replace(place, path=path), text)
    trivia = item.trivia
    name = f"{place.prefix}.{key.as_string()}" if place.dotted else key.as_string()
    before, behind = f"{trivia.indent}{name}{key.sep}", f"{trivia.comment_ws}{trivia.comment}{trivia.trail}"
    whole = f"{before}{item.as_string()}{behind}"
    return _if_first(_Piece("value", path, whole, place.table, before, behind, tuple(_comments_in(item))), text)


def _if_first(piece: _Piece, text: str) -> list[_Piece] | None:
    return [piece] if text.startswith(piece.text) else None


def _table(key: Key, table: Any, place: _Place, text: str) -> list[_Piece] | None:  # noqa: ANN401 - tomlkit's Table
    """The pieces of a table at the beginning of a text: its header, if it has one, and its content."""
    name = f"{place.prefix}.{key.as_string()}" if place.prefix else key.as_string()
    head: list[_Piece] = []
    inner = replace(place, prefix=name, dotted=key.is_dotted())
    if not table.is_super_table():
        opening, closing = ("[[", "]]") if table.is_aot_element() else ("[", "]")
        shown = name if table.is_aot_element() else table.display_name or name
        trivia = table.trivia
        line = f"{trivia.indent}{opening}{shown}{closing}{trivia.comment_ws}{trivia.comment}{trivia.trail}"
        head = [_Piece("header", place.path, line, place.path)]
        inner = replace(inner, table=place.path)
    elif key.is_dotted() and not place.dotted:
        inner = replace(inner, prefix=key.as_string())
    if not text.startswith(_text_of(head)):
        return None
    content = _body(table.value.body, inner, text[len(_text_of(head)) :])
    return None if content is None else head + content


def _comments_in(item: Item) -> Iterator[str]:
    from tomlkit.items import Array, Comment  # as above

    if isinstance(item, Comment):
        yield item.trivia.comment
    elif isinstance(item, Array):
        for each in item._iter_items():
            yield from _comments_in(each)


def _text_of(pieces: Sequence[_Piece]) -> str:
    return "".join(each.text for each in pieces)


def _paths(pieces: Sequence[_Piece], kind: str) -> set[KeyPath]:
    return {each.path for each in pieces if each.kind == kind}


def _is_spread(places: Sequence[KeyPath], path: KeyPath) -> bool:
    """Whether the keys of a table stand on lines of their own."""
    return any(each[: len(path)] == path for each in places)


def _replaced(pieces: Sequence[_Piece], path: KeyPath, value: Value) -> list[_Piece]:
    changed: list[_Piece] = []
    for each in pieces:
        if each.is_value_of(path):
            text = f"{each.before}{toml_value(value, column=len(each.before))}{each.behind}"
            changed += [*_comments_of(each), replace(each, text=text)]
        else:
            changed.append(each)
    return changed


def _comments_of(piece: _Piece) -> list[_Piece]:
    """The comments within a value, to stand above it: nothing that somebody wrote is lost."""
    return [_Piece("between", (), f"{comment}\n", piece.table) for comment in piece.comments]


def _inserted(pieces: Sequence[_Piece], path: KeyPath, value: Value) -> list[_Piece]:
    """The pieces with a new key at the end of its table's own keys, before the tables within it."""
    *above, key = path
    table = tuple(above)
    own = [place for place, each in enumerate(pieces) if each.kind != "between" and each.table == table]
    if table and not any(pieces[place].kind == "header" for place in own):
        raise TomlEditError(f"there is no table {_dotted(table)} to set a value in")
    at = own[-1] + 1 if own else 0
    return [*pieces[:at], _Piece("value", path, _entry(str(key), value), table), *pieces[at:]]


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))


def _with_value(data: dict[str, Any], path: KeyPath, value: Value) -> dict[str, Any]:
    """The data of a text with one value as it shall be."""
    changed = copy.deepcopy(data)
    _at(changed, path[:-1])[path[-1]] = tomllib.loads(f"x = {toml_value(value)}")["x"]
    return changed


def _without(data: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _at(data: dict[str, Any], path: KeyPath) -> Any:  # noqa: ANN401 - what a TOML file may hold
    found: Any = data
    for step in path:
        found = found[step]
    return found


def _merged(data: dict[str, Any], added: Mapping[str, Any], within: KeyPath) -> dict[str, Any]:
    """The data of a text with the tables of another, whose header begins with the names of the table they go into."""
    changed = copy.deepcopy(data)
    for step in within:
        added = added[step] if isinstance(step, str) else added
    _merge(_at(changed, within), added)
    return changed


def _merge(table: dict[str, Any], added: Mapping[str, Any]) -> None:
    for key, value in added.items():
        if key in table and isinstance(value, list):
            table[key] = [*table[key], *value]
        elif key in table and isinstance(value, dict):
            _merge(table[key], value)
        else:
            table[key] = value


def _checked(text: str, expected: Mapping[str, Any], path: KeyPath) -> str:
    """The changed text, if all but what was changed is as it was before."""
    try:
        if tomllib.loads(text) == expected:
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise TomlEditError(f"{_dotted(path)} cannot be changed without touching what stands around it; change it by hand")

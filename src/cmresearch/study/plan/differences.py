"""How two versions of a file of settings differ, key by key: order of keys and comments do not count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

NAMES = ("key", "name", "variable", "id")
"""Keys that identify the tables of a list: the first of them that all tables have is used."""

Table = Mapping[str, object]


@dataclass(frozen=True)
class Difference:
    """One key, or one table of a list, that is not what it was.

    Attributes:
        path: The keys that lead to it, such as `sample.size` or `finding[complaints].published`.
        old: What stood there; None where nothing did.
        new: What stands there now; None where nothing does.
    """

    path: str
    old: object
    new: object


def find_differences(old: object, new: object, path: str = "") -> Iterator[Difference]:
    """Every difference between two values as TOML gives them, in the order of the old one, what is new at its end.

    Tables are compared key by key. The tables of a list are matched by what names them (`key`, `name`, `variable` or
    `id`) and their order plays no part. Where several of a list have one name, equal ones are matched, and one that is
    left on either side is taken for the other, changed. Any other list is one value, and its order is part of it.

    Args:
        old: The earlier value; None where there was none.
        new: The later value; None where there is none.
        path: The keys that lead to both.

    Example:
        >>> old = {"sample": {"size": 989, "seed": "x"}}
        >>> new = {"sample": {"seed": "x", "size": 1000}, "labels": {"topic": "Topic"}}
        >>> for each in find_differences(old, new):
        ...     print(each)
        Difference(path='sample.size', old=989, new=1000)
        Difference(path='labels.topic', old=None, new='Topic')
    """
    if _both(old, new, Mapping):
        one, other = _table(old), _table(new)
        for key in dict.fromkeys((*one, *other)):
            yield from find_differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif (name := _name_of(old, new)) is not None:
        yield from _matched(_tables(old), _tables(new), name, path)
    elif as_json(old) != as_json(new):
        yield Difference(path, old, new)


def as_json(value: object) -> str:
    """A value as one line of JSON with sorted keys, by which two values are the same or not."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def shown(value: object) -> str:
    """A value as a table shows it: a text as it is, nothing as nothing, all else as JSON.

    Example:
        >>> shown("web"), shown(None), shown(["web", 2])
        ('web', '', '["web", 2]')
    """
    return value if isinstance(value, str) else "" if value is None else as_json(value)


def _both(old: object, new: object, kind: type) -> bool:
    """Whether each is of the kind or absent."""
    return all(value is None or isinstance(value, kind) for value in (old, new))


def _table(value: object) -> Table:
    return value if isinstance(value, Mapping) else {}


def _tables(value: object) -> Sequence[Table]:
    return value if isinstance(value, list) else ()


def _name_of(old: object, new: object) -> str | None:
    """The key that names the tables of two lists; None where they are no lists of tables, or nothing names them all."""
    tables = [*_tables(old), *_tables(new)]
    if not (_both(old, new, list) and tables and all(isinstance(each, Mapping) for each in tables)):
        return None
    return next((name for name in NAMES if all(isinstance(each.get(name), str) for each in tables)), None)


def _matched(old: Sequence[Table], new: Sequence[Table], name: str, path: str) -> Iterator[Difference]:
    for word in dict.fromkeys(str(each[name]) for each in (*old, *new)):
        named = f"{path}[{word}]"
        gone = _without([each for each in old if each[name] == word], new)
        come = _without([each for each in new if each[name] == word], old)
        if len(gone) == len(come) == 1:
            yield from find_differences(gone[0], come[0], named)
        else:
            yield from (Difference(named, each, None) for each in gone)
            yield from (Difference(named, None, each) for each in come)


def _without(tables: Sequence[Table], others: Sequence[Table]) -> list[Table]:
    """The tables that have no equal among the others, each of which is used once."""
    left = Counter(as_json(each) for each in others)
    kept = []
    for each in tables:
        if left[as_json(each)]:
            left[as_json(each)] -= 1
        else:
            kept.append(each)
    return kept

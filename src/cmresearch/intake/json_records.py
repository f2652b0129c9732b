"""Records in JSON, made into something the engine scans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import IntakeError
from cmresearch.files.sql import literal, quoted
from cmresearch.intake.scans import OpenedFile, Scan

if TYPE_CHECKING:
    import duckdb


def read_json(file: OpenedFile) -> Scan:
    """The records of a JSON file: a list, a record a line, or a list within an object (Open311, CKAN, GeoJSON).

    Every value is text; what is nested stays JSON text.

    Raises:
        IntakeError: It holds no list of records.
    """
    path, connection = file.path, file.connection
    layout = _json_layout(path)
    options = "" if layout != "unstructured" else f", maximum_object_size = {path.stat().st_size + (1 << 24)}"
    source = f"read_json_objects({literal(str(path))}, format = '{layout}'{options})"
    inside = ""
    if layout == "unstructured":
        inside = _list_within(path, connection, source)
        source = "records"
    names = _keys(connection, source, "json")
    within = ""
    if set(names) >= {"type", "properties", "geometry"}:
        within, names = "/properties", _keys(connection, source, "json -> '/properties'")
    if not names:
        raise IntakeError(f"{path.name} is JSON without records")
    values = ", ".join(f"json ->> {literal(within + _pointer(name))} AS {quoted(name)}" for name in names)
    reading = {"format": "json", "layout": layout, **({"records": inside} if inside else {})}
    if layout == "newline_delimited" and not _end_of(path).endswith(b"\n"):
        reading["last_line"] = "not finished"
    return Scan(f"(SELECT {values} FROM {source})", reading, names)


def _json_layout(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline(1 << 24).lstrip(b"\xef\xbb\xbf").strip()
        more = any(map(bytes.strip, file)) if not first.startswith(b"[") else True
    if first.startswith(b"["):
        if _end_of(path).strip()[-1:] != b"]":
            raise IntakeError(f"{path.name} is JSON that is cut off, so no part of it is read")
        return "array"
    try:
        json.loads(first)
    except ValueError:
        return "unstructured"
    # A record a line; one object alone is rather the wrapping of a list, or an error that a server sent.
    return "newline_delimited" if more else "unstructured"


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4096, 0))
        return file.read()


def _keys(connection: duckdb.DuckDBPyConnection, source: str, value: str) -> tuple[str, ...]:
    rows = connection.execute(
        f"SELECT key, min(place) AS first FROM (SELECT unnest(json_keys({value})) AS key, "
        f"generate_subscripts(json_keys({value}), 1) AS place FROM {source} WHERE json_type({value}) = 'OBJECT') "
        "GROUP BY key ORDER BY first, key"
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def _list_within(path: Path, connection: duckdb.DuckDBPyConnection, source: str) -> str:
    connection.execute(f"CREATE TABLE document AS SELECT json FROM {source}")
    pointers = [_pointer(key) for key in _keys(connection, "document", "json")]
    pointers += [
        pointer + _pointer(key)
        for pointer in pointers
        for key in _keys(connection, "document", f"json -> {literal(pointer)}")
    ]
    lengths = {
        pointer: connection.execute(
            f"SELECT coalesce(max(json_array_length(json, {literal(pointer)})), 0) FROM document "
            f"WHERE json_type(json, {literal(pointer + '/0')}) = 'OBJECT'"
        ).fetchall()[0][0]
        for pointer in pointers
    }
    if not any(lengths.values()):
        says = str(connection.execute("SELECT json FROM document LIMIT 1").fetchall()[0][0])[:80]
        raise IntakeError(f"{path.name} is JSON without a list of records; it says {says!r}")
    chosen = max(lengths, key=lengths.__getitem__)
    connection.execute(
        f"CREATE TABLE records AS SELECT unnest(CAST(json -> {literal(chosen)} AS JSON[])) AS json FROM document"
    )
    connection.execute("DROP TABLE document")
    return chosen


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")

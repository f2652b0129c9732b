"""Where a file came from, what kind of data it is, and whether it is still that file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from cmresearch.errors import ProvenanceError, nearest, raise_all
from cmresearch.files.hashes import sha256_of
from cmresearch.files.locks import locked
from cmresearch.files.writing import write_text
from cmresearch.language.catalogue import in_language
from cmresearch.language.translations import AsWritten, Written
from cmresearch.language.voice import Voice

DataKind = Literal["published", "real", "synthetic", "illustrative"]
KINDS: tuple[str, ...] = get_args(DataKind)

KIND_MEANS: Mapping[str, str] = {
    "published": "a figure that somebody published, with its source",
    "real": "a city's own records, as it published them",
    "synthetic": "made from published totals and written assumptions; no evidence about the city",
    "illustrative": "composed for this workbench to show the method; no evidence about the city",
}

Seen = Literal["one source", "several", "inferred"]


@dataclass(frozen=True)
class Source:
    """A publication in which a figure was seen."""

    name: Written
    url: str


@dataclass(frozen=True)
class Figure:
    """One published figure, with its unit, its period and where it was seen."""

    key: str
    value: int | Decimal | str
    unit: Written
    period: Written
    sources: tuple[Source, ...]
    seen: Seen
    note: Written


@dataclass(frozen=True)
class Series:
    """Published counts that belong together, a count for each month or channel."""

    key: str
    unit: Written
    period: Written
    values: Mapping[str, int]
    sources: tuple[Source, ...]
    seen: Seen
    note: Written


@dataclass(frozen=True)
class PublishedChannel:
    """One of the city's complaint channels, as its publications list them."""

    name: str
    mode: Literal["online", "offline"]
    location: Literal["geotag", "none"]
    seen: Seen


@dataclass(frozen=True)
class Contradiction:
    """Two publications that do not agree, and how this study reads them."""

    about: Written
    one: Written
    other: Written
    sources: tuple[Source, ...]
    reading: Written


@dataclass(frozen=True)
class Figures:
    """Every published figure of a study, by key: `figures["complaints_2020"].value`."""

    path: Path
    by_key: Mapping[str, Figure]
    series: Mapping[str, Series]
    channels: tuple[PublishedChannel, ...]
    contradictions: tuple[Contradiction, ...]

    def __getitem__(self, key: str) -> Figure:
        """The figure of that key; an unknown key is an error with the nearest one."""
        if key not in self.by_key:
            raise ProvenanceError(f"{self.path}: there is no figure {key!r}{nearest(key, self.by_key)}")
        return self.by_key[key]

    def __iter__(self) -> Iterator[Figure]:
        """The figures in the order of the file."""
        return iter(self.by_key.values())

    def __len__(self) -> int:
        """How many figures there are."""
        return len(self.by_key)

    def translated(self, voice: Voice | None = None) -> Figures:
        """The same with all texts in a reader's language; without a voice in the first that they have."""
        return replace(
            self,
            by_key={key: _translated(figure, voice) for key, figure in self.by_key.items()},
            series={key: _translated(series, voice) for key, series in self.series.items()},
            contradictions=tuple(_translated(each, voice) for each in self.contradictions),
        )


@dataclass(frozen=True)
class DataFile:
    """One declared file: its kind, its origin, and the hash it must have (none for a file that is made)."""

    path: str
    kind: DataKind
    origin: Written
    licence: Written
    sha256: str | None
    made_from: tuple[str, ...] = ()


Record = TypeVar("Record", Source, Figure, Series, Contradiction, PublishedChannel, DataFile)
WRITTEN: TypeAdapter[Written] = TypeAdapter(AsWritten)


def read_figures(path: Path | str, languages: Sequence[str] = ()) -> Figures:
    """The published figures of a study, each with its source.

    Args:
        path: A TOML file with `[sources]` and any number of `[[figure]]`, `[[series]]`, `[[channel]]` and
            `[[contradiction]]`. Names of sources, units, periods, notes and what a contradiction says are one text or
            translations by language.
        languages: The languages of the study; a translated text has one in each of them. None: any will do.

    Returns:
        The figures in the order of the file; numbers with a decimal point are exact decimals.

    Raises:
        ProvenanceError: A key is given twice, a source is not listed, a word for how a figure was seen is unknown, or
            a text lacks one of the languages; every fault, a line each.
    """
    path = Path(path)
    raw = _read_toml(path)
    raise_all(ProvenanceError, list(_figure_faults(path, raw, languages)))
    sources = {key: _record(Source, found, languages) for key, found in raw.get("sources", {}).items()}

    def records(table: str, shape: type[Record]) -> Iterator[Record]:
        return (_record(shape, _with_sources(entry, sources), languages) for entry in raw.get(table, ()))

    return Figures(
        path=path,
        by_key={figure.key: figure for figure in records("figure", Figure)},
        series={series.key: series for series in records("series", Series)},
        channels=tuple(records("channel", PublishedChannel)),
        contradictions=tuple(records("contradiction", Contradiction)),
    )


def read_data_files(path: Path | str, languages: Sequence[str] = ()) -> tuple[DataFile, ...]:
    """Every data file that a study declares, with its kind, origin and hash.

    Args:
        path: The study's `sources.toml`: a `[[file]]` for each file that is kept, a `[[derived]]` for each
            that is made. Paths are relative to the folder of this file; origin and licence are one text or
            translations by language.
        languages: The languages of the study; a translated text has one in each of them. None: any will do.

    Returns:
        A record for each file, in the order of the list; files that are made have no hash.

    Raises:
        ProvenanceError: An entry lacks a field, has an unknown kind, names a path twice, or a text of it lacks one
            of the languages; every fault, a line each.
    """
    path = Path(path)
    raw = _read_toml(path)
    kept, made = raw.get("file", []), raw.get("derived", [])
    faults = [
        *_entry_faults(path, kept, {"path", "kind", "origin", "licence", "sha256"}, languages),
        *_entry_faults(path, made, {"path", "kind", "origin", "licence", "made_from"}, languages),
        *(f"{path}: {twice!r} is listed twice" for twice in _repeated(e.get("path") for e in [*kept, *made])),
    ]
    raise_all(ProvenanceError, faults)
    return (
        *(_record(DataFile, entry, languages) for entry in kept),
        *(_record(DataFile, {**e, "made_from": tuple(e["made_from"]), "sha256": None}, languages) for e in made),
    )


def check_data_files(path: Path | str, languages: Sequence[str] = ()) -> tuple[DataFile, ...]:
    """The declared data files, after checking that each is still that file and that none is undeclared.

    Args:
        path: The study's `sources.toml`. Every file in its folder must be declared there, but for the list
            itself, README files and what is made.
        languages: The languages of the study, as for `read_data_files`.

    Returns:
        The same records as `read_data_files`.

    Raises:
        ProvenanceError: A file is missing, has changed or is not declared; every fault, a line each.
    """
    path = Path(path)
    files = read_data_files(path, languages)
    kept = [file for file in files if file.sha256 is not None]
    faults = [fault for file in kept for fault in _file_faults(path.parent, file)]
    declared = {file.path for file in files}
    faults += [
        f"{path.parent / found}: not declared in {path.name}{nearest(found, declared)}"
        for found in _files_below(path.parent, besides=_folders_made(files))
        if found not in declared
    ]
    raise_all(ProvenanceError, faults)
    return files


def write_hashes(path: Path | str) -> int:
    """How many hashes of a `sources.toml` were brought up to date, after an intended change of its files.

    Only the `sha256` lines change; comments and order stay. Each entry's path stands before its hash.
    """
    path = Path(path)
    with locked(path):
        return _write_hashes(path)


def _write_hashes(path: Path) -> int:
    lines, current, changed = path.read_text("utf-8").splitlines(), "", 0
    for number, line in enumerate(lines):
        if found := re.fullmatch(r'path = "(.+)"', line):
            current = found[1]
        elif line.startswith("sha256 = ") and (path.parent / current).is_file():
            fresh = f'sha256 = "{sha256_of(path.parent / current)}"'
            changed += fresh != line
            lines[number] = fresh
    write_text(path, "\n".join(lines) + "\n")
    return changed


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ProvenanceError(f"{path}: no such file")
    try:
        return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ProvenanceError(f"{path}: not readable as TOML: {fault}") from fault


def _with_sources(entry: dict[str, Any], sources: Mapping[str, Source]) -> dict[str, Any]:
    if "sources" not in entry:
        return entry
    return {**entry, "sources": tuple(sources[key] for key in entry["sources"])}


def _record(shape: type[Record], entry: Mapping[str, Any], languages: Sequence[str]) -> Record:
    """The record of an entry without faults; the translations of its texts stand in the order of the languages."""
    return shape(
        **{**entry, **{name: WRITTEN.validate_python(entry[name], context=languages) for name in _texts(shape)}}
    )


def _translated(record: Record, voice: Voice | None) -> Record:
    """A record with its texts, and those of its sources, in one language."""
    own = in_language if voice is None else voice.own
    texts: dict[str, Any] = {name: own(getattr(record, name)) for name in _texts(type(record))}
    if isinstance(record, Figure | Series | Contradiction):
        texts["sources"] = tuple(_translated(source, voice) for source in record.sources)
    return replace(record, **texts)


def _texts(shape: type) -> list[str]:
    """The fields of a record that are texts for readers."""
    return [name for name, kind in get_type_hints(shape).items() if kind == Written]


def _text_faults(where: str, entry: Mapping[str, Any], shape: type, languages: Sequence[str]) -> Iterator[str]:
    for name in _texts(shape):
        try:
            WRITTEN.validate_python(entry.get(name, ""), context=languages)
        except ValidationError as fault:
            yield f"{where}: {name} {fault.errors()[0]['msg']}"


def _figure_faults(path: Path, raw: dict[str, Any], languages: Sequence[str]) -> Iterator[str]:
    sources = raw.get("sources", {})
    for key, entry in sources.items():
        where = f"{path}, source {key}"
        if isinstance(entry, dict):
            yield from _field_faults(where, set(entry), {"name", "url"})
            yield from _text_faults(where, entry, Source, languages)
        else:
            yield f"{where}: is {entry!r}; expected a table with name and url"
    shapes: dict[str, type[Figure | Series | PublishedChannel | Contradiction]] = {
        "figure": Figure,
        "series": Series,
        "channel": PublishedChannel,
        "contradiction": Contradiction,
    }
    for table, shape in shapes.items():
        for number, entry in enumerate(raw.get(table, []), start=1):
            where = f"{path}, {table} {entry.get('key') or entry.get('name') or number}"
            yield from _field_faults(where, set(entry), {field.name for field in fields(shape)})
            yield from _text_faults(where, entry, shape, languages)
            yield from (
                f"{where}: the source {key!r} is not listed{nearest(key, sources)}"
                for key in entry.get("sources", ())
                if key not in sources
            )
            if "seen" in entry and entry["seen"] not in get_args(Seen):
                known = ", ".join(get_args(Seen))
                yield f"{where}: seen is {entry['seen']!r}; expected one of {known}"
        yield from (f"{path}: the {table} {key!r} is given twice" for key in _repeated_keys(raw, table))


def _repeated_keys(raw: dict[str, Any], table: str) -> list[str]:
    return _repeated(entry["key"] for entry in raw.get(table, []) if "key" in entry)


def _repeated(texts: Iterable[str | None]) -> list[str]:
    known = list(texts)
    return sorted({word for word in known if word is not None and known.count(word) > 1})


def _field_faults(where: str, given: set[str], wanted: set[str]) -> Iterator[str]:
    yield from (f"{where}: {field} is missing" for field in sorted(wanted - given))
    yield from (f"{where}: unknown field {field!r}{nearest(field, wanted)}" for field in sorted(given - wanted))


def _entry_faults(
    path: Path, entries: list[dict[str, Any]], wanted: set[str], languages: Sequence[str]
) -> Iterator[str]:
    for number, entry in enumerate(entries, start=1):
        where = f"{path}, entry {entry.get('path', number)}"
        yield from _field_faults(where, set(entry), wanted)
        yield from _text_faults(where, entry, DataFile, languages)
        kind = str(entry.get("kind", ""))
        if "kind" in entry and kind not in KINDS:
            yield f"{where}: the kind is {kind!r}; expected one of {', '.join(KINDS)}{nearest(kind, KINDS)}"


def _file_faults(folder: Path, file: DataFile) -> Iterator[str]:
    path = folder / file.path
    if not path.is_file():
        yield f"{path}: declared, but there is no such file"
    elif (found := sha256_of(path)) != file.sha256:
        yield f"{path}: has changed; its SHA-256 is {found}, declared is {file.sha256}"


def _folders_made(files: tuple[DataFile, ...]) -> set[str]:
    return {Path(file.path).parent.as_posix() for file in files if file.sha256 is None}


def _files_below(folder: Path, *, besides: set[str]) -> list[str]:
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        path.as_posix()
        for path in found
        if path.name not in {"README.md", "sources.toml"}
        and path.parent.as_posix() not in besides
        and not any(part.startswith((".", "__")) for part in path.parts)
    ]

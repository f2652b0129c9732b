"""Codebooks to and from Taguette, and the highlights that people made there."""

from __future__ import annotations

import csv
import datetime
import io
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmresearch.codebook.book import Code, Codebook
from cmresearch.coding.coding import Segment
from cmresearch.coding.sources import Source, Sources
from cmresearch.errors import ExchangeError, nearest, raise_all
from cmresearch.exchange.imported_codebook import CODE_FIELDS, ForeignCode, ImportedCodebook, codebook_of, slug
from cmresearch.exchange.losses import LossReport, Tally
from cmresearch.exchange.packing import pack, plain, unpack
from cmresearch.exchange.refi_codebook import (
    describe_code,
    language_of_names,
    lose_beyond_codes,
    normal_guid,
)
from cmresearch.files.strangers import read_bounded
from cmresearch.files.writing import csv_text, write_bytes

CODEBOOK_FORMAT = "Taguette codebook"
HIGHLIGHTS_FORMAT = "Taguette highlights"
TAG_COLUMNS = ("tag", "name", "path")
HIGHLIGHT_COLUMNS = ("id", "document", "tag", "content")
TAGUETTE_IDS = uuid.UUID("51b2b2b7-27eb-4ecb-9d56-e75b0a0496c2")
"""Under this Taguette makes the ids of the codes in its own `.qdc` files."""
SIGN = "¶"
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ImportedHighlights:
    """The highlights made in Taguette, found again in the sources.

    Attributes:
        segments: One for each highlight and tag, without a direction (context).
        report: Highlights that could not be placed, and why.
    """

    segments: tuple[Segment, ...]
    report: LossReport


def tag_of(codebook: Codebook, code: Code) -> str:
    """The tag of a code in Taguette: its dimension and its key, so that tags of a dimension stand together."""
    return f"{codebook.home[code.key].key}.{code.key}"


def tag_id(tag: str) -> str:
    """The id that Taguette gives a tag in its `.qdc` files.

    Example:
        >>> tag_id("CodeBook")
        'a2209cff-8e89-5b0a-a7b0-cddc4be92936'
    """
    return str(uuid.uuid5(TAGUETTE_IDS, tag))


def write_taguette_codebook(path: str | Path, codebook: Codebook, *, language: str | None = None) -> LossReport:
    """Write the codes in use as a CSV file that Taguette imports as a codebook.

    The file begins with a byte-order mark: Taguette guesses the encoding, and without the mark guesses wrong.

    Args:
        path: The `.csv` file.
        codebook: The codebook.
        language: The language of the label in the description's first line; by default the codebook's first.

    Returns:
        What the file could not hold.

    Raises:
        ExchangeError: The codebook has no such language, or the file cannot be written.
    """
    tally = Tally()
    chosen = language_of_names(codebook, language)
    rows = [(tag_of(codebook, code), _description(codebook, code, chosen)) for code in codebook.codes.values()]
    write_bytes(Path(path), MARK + csv_text(("tag", "description"), rows).encode())
    ended = [key for key, code in codebook.every_code.items() if not code.is_in_use]
    tally.lose("codes that are merged or retired", *ended)
    tally.lose(
        "parents of codes", *(f"{k} under {c.parent}" for k, c in codebook.codes.items() if c.parent is not None)
    )
    tally.lose("dimensions: names, definitions, questions, who can know", *(each.key for each in codebook.dimensions))
    lose_beyond_codes(codebook, tally)
    return tally.report(Path(path).name, CODEBOOK_FORMAT, "out")


def _description(codebook: Codebook, code: Code, language: str) -> str:
    fields = describe_code(codebook, code, name="", language=language) + "\n" + pack([("id", code.id)])
    # Taguette's import form keeps descriptions in fields of one line: a browser would glue the lines together.
    return fields.replace(SIGN, "\\u00b6").replace("\n", f" {SIGN} ")


def read_taguette_codebook(path: str | Path, *, language: str = "en") -> ImportedCodebook:
    """The codebook of a CSV file that Taguette exported.

    Args:
        path: The `.csv` file, with a column `tag` (or `name`, or `path`) and perhaps `description`.
        language: The language of the tags, where their descriptions do not say.

    Returns:
        The codebook, and what was not taken over.

    Raises:
        ExchangeError: The file is not there, or no such CSV file.
    """
    file, tally = Path(path), Tally()
    content, rows = _rows(file)
    columns = [name for name in TAG_COLUMNS if rows and name in rows[0]]
    if not columns:
        raise ExchangeError(f"{file}: no column 'tag'; expected a codebook that Taguette exported as CSV, with tags")
    codes = [_code(row[columns[0]], row.get("description", "")) for row in rows if row[columns[0]].strip()]
    for name in ("number of highlights", "number of documents"):
        tally.lose("counts of highlights and documents", *[name] * (name in rows[0]))
    codebook = codebook_of(codes, (), name=file.stem, content=content, language=language, tally=tally)
    return codebook.reported(tally.report(file.name, CODEBOOK_FORMAT, "in"), "Taguette")


def _code(tag: str, description: str) -> ForeignCode:
    name, description = plain(tag), re.sub(rf"\s*{SIGN}\s*", "\n", description)
    _, fields = unpack(description, [*CODE_FIELDS, "id"])
    stated = {field: values[0].strip() for field, values in fields.items()}
    guid = normal_guid(stated.get("id", "")) or tag_id(tag.strip())
    label = f"label_{stated.get('language_of_the_name', '')}"
    if name == f"{stated.get('stands_in')}.{stated.get('key')}":
        # The tag is the one it was exported under: its label stands in the description.
        name = "".join(unpack(description, [*CODE_FIELDS, label])[1].get(label, [name])[0].split("\n")[:1])
    lines = description.replace("\r\n", "\n").split("\n")
    return ForeignCode(guid, name, None, "\n".join(line for line in lines if not line.startswith("Id: ")))


def read_taguette_highlights(
    path: str | Path, codebook: Codebook, sources: Sources, *, coder: str, at: str
) -> ImportedHighlights:
    """The highlights of one coder in Taguette, as coded segments of our sources.

    Taguette's file has the words of a highlight and not its position: the words are looked for in the source, blanks
    and line ends counting alike. A highlight whose words stand there not at all or more than once is left out and
    named.

    Args:
        path: The `.csv` file of highlights, with the columns id, document, tag, content.
        codebook: The codebook; tags are its keys, labels, or what `write_taguette_codebook` called them.
        sources: The sources; documents are their keys, titles or file names.
        coder: Who highlighted, as the name of the coding file will be.
        at: When, such as 2021-03-04T10:30.

    Raises:
        ExchangeError: The file is not there, no such CSV file, or the time is none.
    """
    file, tally = Path(path), Tally()
    _, rows = _rows(file)
    missing = [name for name in HIGHLIGHT_COLUMNS if rows and name not in rows[0]]
    known = list(rows[0]) if rows else []
    raise_all(ExchangeError, [f"{file}: no column {name!r}{nearest(name, known)}" for name in missing])
    _check_time(at)
    lookup = _Lookup(_documents(sources), _tags(codebook), tally)
    segments = [each for row in rows for each in _segments(row, lookup, coder, at, codebook.version)]
    tally.remark("Taguette has no directions: every segment is context until somebody says otherwise")
    unique = tuple(dict.fromkeys(segments))
    return ImportedHighlights(unique, tally.report(file.name, HIGHLIGHTS_FORMAT, "in"))


@dataclass(frozen=True)
class _Lookup:
    documents: Mapping[str, Source]
    tags: Mapping[str, str]
    tally: Tally


def _segments(row: Mapping[str, str], lookup: _Lookup, coder: str, at: str, version: str) -> Iterator[Segment]:
    document, tag, content = row["document"].strip(), row["tag"].strip(), row["content"]
    name = f"{document}, highlight {row['id']}: {plain(content)[:60]}"
    source = lookup.documents.get(document) or lookup.documents.get(slug(document.rsplit(".", 1)[0], sign="-"))
    code = lookup.tags.get(tag) or lookup.tags.get(tag.casefold())
    if source is None:
        lookup.tally.lose("highlights of documents that are no source", name)
    elif not tag:
        lookup.tally.lose("highlights without a tag", name)
    elif code is None:
        lookup.tally.lose("highlights whose tag is no code in use", f"{tag}: {name}")
    else:
        found = _found(source.text, content)
        if len(found) != 1:
            lookup.tally.lose(
                f"highlights whose words stand {'more than once' if found else 'nowhere'} in their source", name
            )
            return
        start, end = found[0]
        quote = source.text[start:end]
        yield Segment(source.key, start, end, code, coder, "context", at, "", quote, version)


def _found(text: str, content: str) -> list[tuple[int, int]]:
    """Where words stand in a text, whatever blanks and line ends lie between them."""
    pattern = r"\s+".join(re.escape(word) for word in content.split())
    # Looking ahead, so that passages that overlap are counted too.
    return [found.span(1) for found in re.finditer(f"(?=({pattern}))", text)] if pattern else []


def _documents(sources: Sources) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for key, source in sources.items():
        for name in (source.title, f"{key}.md", f"{key}.txt", slug(key, sign="-"), key):
            found[name] = source
    return found


def _tags(codebook: Codebook) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, code in codebook.codes.items():
        labels = [label.casefold() for label in code.label.values()]
        for name in (*labels, tag_of(codebook, code), key):
            found[name] = key
    return found


def _check_time(at: str) -> None:
    try:
        datetime.datetime.fromisoformat(at)
    except ValueError:
        raise ExchangeError(f"the time is {at!r}; expected one such as 2021-03-04T10:30") from None


def _rows(file: Path) -> tuple[bytes, Sequence[dict[str, str]]]:
    """The content of a CSV file and its rows; names of columns in lower case."""
    content = read_bounded(file)
    try:
        text = content.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except UnicodeDecodeError as error:
        raise ExchangeError(
            f"{file}: byte {error.start + 1} is not UTF-8; export it again, or save it as UTF-8"
        ) from None
    except csv.Error as error:
        raise ExchangeError(f"{file}: is no CSV file: {error}") from None
    if len(rows) < 2:
        raise ExchangeError(f"{file}: has no row below its header")
    header = [name.strip().lower() for name in rows[0]]
    faults = [
        f"{file}, row {n}: {len(row)} cells; expected {len(header)}"
        for n, row in enumerate(rows[1:], 2)
        if len(row) != len(header)
    ]
    raise_all(ExchangeError, faults)
    return content, [dict(zip(header, row, strict=True)) for row in rows[1:]]

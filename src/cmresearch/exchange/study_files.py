"""A project of another program as the files of a study: codebook, sources and coding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cmresearch.codebook.book import Code, Codebook, Dimension
from cmresearch.codebook.tables import CodeChange
from cmresearch.coding.coding import ADJUDICATOR, COLUMNS, Segment
from cmresearch.exchange.imported_codebook import OPTIONAL, TEXTS, ImportedCodebook
from cmresearch.exchange.refi_project_reading import ImportedProject
from cmresearch.exchange.refi_sources import ImportedSource
from cmresearch.exchange.taguette import tag_id, tag_of
from cmresearch.files.toml_edit import toml_table, toml_value
from cmresearch.files.writing import csv_text, whole_folder, write_text


def write_codebook(folder: str | Path, codebook: Codebook) -> None:
    """Write a codebook as a folder of TOML files, for `read_codebook`.

    Args:
        folder: The folder; made if it is not there. Files of the same names are replaced.
        codebook: The codebook, as it was read from another program.
    """
    with whole_folder(Path(folder)) as beside:
        write_text(beside / "codebook.toml", _head_text(codebook))
        for each in codebook.dimensions:
            write_text(beside / f"{each.number:02}-{each.key.replace('_', '-')}.toml", _dimension_text(each))


def _head_text(codebook: Codebook) -> str:
    names = ("version", "title", "languages", "license", "theory", "notes")
    lines = [f"{name} = {toml_value(getattr(codebook, name))}" for name in names]
    tables = [toml_table("source", each.model_dump()) for each in codebook.sources]
    return "\n".join([*lines, "", *tables])


def _dimension_text(dimension: Dimension) -> str:
    record = dimension.model_dump()
    head = [f"{name} = {toml_value(record[name])}" for name in ("number", "key", "name", "definition")]
    provenance = [f"{name} = {toml_value(value)}" for name, value in record["provenance"].items()]
    parts = ["\n".join([*head, "", "[provenance]", *provenance]) + "\n"]
    parts += [toml_table("question", question) for question in record["questions"]]
    parts += [_code_text(code) for code in record["codes"]]
    return "\n".join([*parts, f"[evidence]\ncan_know = {toml_value(record['evidence']['can_know'])}\n"])


def _code_text(code: Mapping[str, Any]) -> str:
    fields = {name: value for name, value in code.items() if value is not None and name != "history"}
    changes = [{name: value for name, value in each.items() if value is not None} for each in code["history"]]
    return toml_table("code", fields) + "".join(toml_table("code.history", each) for each in changes)


def changes_of(imported: ImportedCodebook, codebook: Codebook) -> tuple[CodeChange, ...]:
    """The differences between a file of another program and a codebook, code by code, for `apply_changes`.

    Codes are the same where their id or their key is. Only fields that the file has are compared; codes that are in
    the codebook and not in the file stay as they are.

    Args:
        imported: The file's codebook.
        codebook: The codebook as it is now.
    """
    by_id = {tag_id(tag_of(codebook, code)): code for code in codebook.every_code.values()}
    by_id |= {code.id: code for code in codebook.every_code.values()}
    changes = []
    for key, code in imported.codebook.every_code.items():
        known = by_id.get(code.id) or codebook.every_code.get(key)
        if known is None:
            changes.append(_new_change(code, imported, codebook))
        elif known.is_in_use:
            fields = dict(_otherwise(known, code, imported.given[key], codebook))
            changes += [CodeChange(known.key, "changed", fields)] if fields else []
    return tuple(changes)


def _new_change(code: Code, imported: ImportedCodebook, codebook: Codebook) -> CodeChange:
    known = [each.key for each in codebook.dimensions]
    related = [each for each in code.dimensions if each in known] or known[:1]
    label = {lang: code.label.get(lang) or next(iter(code.label.values())) for lang in codebook.languages}
    texts = {name: value for name in (*TEXTS, *OPTIONAL) if (value := getattr(code, name)) is not None}
    fields = {"key": code.key, "id": code.id, "label": label, "dimensions": related, "status": "draft"} | texts
    home = imported.codebook.home[code.key].key
    return CodeChange(code.key, "new", fields, home if home in related else related[0])


def _otherwise(
    known: Code, code: Code, given: frozenset[str], codebook: Codebook
) -> Iterator[tuple[str, str | dict[str, str]]]:
    for name in (*TEXTS, *OPTIONAL):
        value = getattr(code, name)
        if name in given and value is not None and value != getattr(known, name):
            yield name, value
    label = {lang: text for lang, text in code.label.items() if lang in codebook.languages}
    if "key" in given and label != {lang: known.label[lang] for lang in label}:
        yield "label", {**known.label, **label}


CODEBOOK, CODING = "codebook", "coding"
FOLDERS = {"interview": "interviews", "document": "documents", "complaint": "complaints"}


def write_project(folder: str | Path, project: ImportedProject) -> None:
    """Write a project of another program as folders of a study, for the `read_…` functions.

    They are `codebook`, `coding`, and for the sources `interviews`, `documents` and `complaints`, as far as there are.

    Args:
        folder: The folder above them; made if it is not there. Files of the same names are replaced.
        project: What was read.
    """
    with whole_folder(Path(folder)) as beside:
        for source in project.sources:
            own = beside / FOLDERS.get(source.header.get("kind", ""), "documents")
            own.mkdir(exist_ok=True)
            write_text(own / _file_name(source), source_text(source))
        write_segments(beside / CODING, project.segments)
        write_codebook(beside / CODEBOOK, project.codebook.codebook)


def write_segments(folder: str | Path, segments: Sequence[Segment]) -> None:
    """Write segments as coding files, one for each coder, for `read_coding`.

    Args:
        folder: The folder; made if it is not there. Files of the same names are replaced.
        segments: The segments.
    """
    with whole_folder(Path(folder)) as beside:
        for name, text in coding_files(segments):
            write_text(beside / name, text)


def _file_name(source: ImportedSource) -> str:
    return f"{source.rendering_of}.{source.header['language']}.md" if source.rendering_of else f"{source.key}.md"


def source_text(source: ImportedSource) -> str:
    """A source as the text of its file: the header in TOML, then the words exactly."""
    fields = {"key": source.rendering_of or source.key, **source.header}
    header = "".join(f"{name} = {_quoted(value)}\n" for name, value in fields.items())
    return f"+++\n{header}+++\n{source.text}"


def _quoted(text: str) -> str:
    # A JSON text is a TOML text but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def coding_files(segments: Sequence[Segment]) -> Iterator[tuple[str, str]]:
    """One coding file for each coder: its name and its text."""
    for coder in sorted({each.coder for each in segments}):
        stem = "adjudicated" if coder == ADJUDICATOR else coder
        rows = [[getattr(each, name) for name in COLUMNS] for each in sorted(segments) if each.coder == coder]
        yield f"{stem}.csv", csv_text(COLUMNS, rows)

"""A project of another program as the files of a study: codebook, sources and coding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from cmresearch.coding.coding import ADJUDICATOR, COLUMNS, Segment
from cmresearch.exchange.codebook_files import write_codebook
from cmresearch.exchange.refi_project_reading import ImportedProject
from cmresearch.exchange.refi_sources import ImportedSource
from cmresearch.writing import csv_text, whole_folder, write_text

CODEBOOK, CODING = "codebook", "coding"
FOLDERS = {"interview": "interviews", "document": "documents", "complaint": "complaints"}


def write_project(folder: str | Path, project: ImportedProject) -> None:
    """Write a project of another program as folders of a study, for the `read_…` functions.

    They are `codebook`, `coding`, and for the sources `interviews`, `documents` and `complaints`, as far as there are.

    Args:
        folder: The folder above them; made if it is not there. Files of the same names are replaced.
        project: What was read.
    """
    target = Path(folder)
    with whole_folder(target) as beside:
        for source in project.sources:
            place = beside / FOLDERS.get(source.header.get("kind", ""), "documents")
            place.mkdir(exist_ok=True)
            write_text(place / _file_name(source), source_text(source))
    write_segments(target / CODING, project.segments)
    write_codebook(target / CODEBOOK, project.codebook.codebook)


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

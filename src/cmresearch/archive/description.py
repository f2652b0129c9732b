"""The description of an archive in terms that every standard knows: files, tables, variables."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from cmresearch.archive.gathering import FRAME, RESULTS, SHARED_SAMPLE, Gathered
from cmresearch.archive.packing import names_below
from cmresearch.codebook.book import Codebook, CodedVariable
from cmresearch.files.hashes import sha256_of
from cmresearch.language.catalogue import Translations
from cmresearch.language.voice import Voice
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, SCRIPT, Certificate
from cmresearch.study.settings import SETTINGS
from cmresearch.study.study import Study

CITATION = "CITATION.cff"
NEEDED = ("cff-version", "message", "title", "authors")
"""The fields that CFF 1.2.0 asks of every file."""


def citation_text(study: Study, date: str) -> str:
    """A CITATION.cff for a study that has none: its title, and authors whom only the study could name.

    Source:
        Druskat et al. (2021), Citation File Format 1.2.0.
    """
    titles = study.settings.study.title
    title = titles.get("en") or next(iter(titles.values()))
    # A JSON text is a YAML text.
    lines = [
        "cff-version: 1.2.0",
        "message: This study has no citation file of its own; ask its authors how to cite it.",
        "type: dataset",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"date-released: {date}",
        "authors:",
        f"  - name: {json.dumps(f'The authors of {title}', ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def cited(path: Path, key: str) -> str:
    """A plain value at the top of a citation file; empty where there is no file or no such key."""
    if not path.is_file():
        return ""
    found = re.search(rf"^{re.escape(key)}:[ \t]*(.+?)[ \t]*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip("\"'") if found else ""


def citation_faults(text: str) -> list[str]:
    """The fields that CFF 1.2.0 asks for and a citation file does not have."""
    return [f"no {key}" for key in NEEDED if not re.search(rf"^{key}:", text, re.MULTILINE)]


ValueType: TypeAlias = Literal["string", "boolean", "integer", "number"]
FORMS: Mapping[ValueType, re.Pattern[str]] = {
    "boolean": re.compile("True|False|true|false"),
    "integer": re.compile("-?(?:0|[1-9][0-9]{0,15})"),  # a leading zero belongs to a name, not to a number
    "number": re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"),
}
ADDED_MEANS = {
    "stratum": "Stratum that the complaint was drawn from",
    "ticket": "SHA-256 of the seed, a vertical bar and the id",
    "inclusion_probability": "Sample size of the stratum divided by its size",
    "design_weight": "Size of the stratum divided by its sample size",
}
FILES_ARE = {
    SETTINGS: "every choice of the study; it is the plan of analysis",
    f"{RESULTS}/{FRAME}": "every complaint that could be drawn: id, strata, register columns, no words",
    f"{RESULTS}/{SHARED_SAMPLE}": "the drawn complaints as they may be shared; the raw sample is private",
    f"{RESULTS}/{CERTIFICATE}": "the sample's certificate: seed, strata, cut-offs, fingerprints",
    f"{RESULTS}/{BUCKETS}": "the buckets behind the frame's fingerprints",
    f"{RESULTS}/{SCRIPT}": "draws the sample again and compares; needs nothing but Python",
}
# Python's and the system's own lists differ from machine to machine, and the archive must not.
MEDIA_TYPES = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
}


@dataclass(frozen=True)
class Category:
    """One of the values of a variable, with its label by language and its definition."""

    value: str
    label: Mapping[str, str]
    definition: str | Translations


@dataclass(frozen=True)
class Variable:
    """One column of a table.

    Attributes:
        name: The column's name.
        type: What all its values are; string where they are mixed.
        label: Its name for readers, by language.
        question: What a coder was asked, by language; empty for what nobody was asked.
        note: How it comes about, in a sentence; may be empty.
        categories: The values that a coder chose among; empty for others.
    """

    name: str
    type: ValueType
    label: Mapping[str, str]
    question: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: the file it stands in, the kind of its data, its number of rows and its columns."""

    name: str
    data_kind: str
    rows: int
    variables: tuple[Variable, ...]


@dataclass(frozen=True)
class File:
    """One file of the archive."""

    name: str
    bytes: int
    sha256: str
    media_type: str
    about: str


@dataclass(frozen=True)
class Description:
    """The content of an archive.

    Attributes:
        study: The study.
        certificate: Its sample's certificate.
        codebook: Its codebook; None for a study without qualitative data.
        files: Every file but those that describe the archive.
        tables: The tables among them.
        gathered: What was masked and what was left out.
        date: The day of publication, as it was named.
        licence: The licence that the study's CITATION.cff names; empty where it names none.
        allowed: What the privacy check passed over besides what the study's settings allow.
    """

    study: Study
    certificate: Certificate
    codebook: Codebook | None
    files: tuple[File, ...]
    tables: tuple[Table, ...]
    gathered: Gathered
    date: str
    licence: str
    allowed: tuple[str, ...]

    @property
    def language(self) -> str:
        """The language of what describes the archive: English where the study has it, otherwise its first."""
        known = self.study.languages
        return "en" if "en" in known else known[0]

    @property
    def only_language(self) -> str:
        """The language of a study that has one alone; empty where it has several."""
        return "" if len(self.study.languages) > 1 else self.study.languages[0]

    @property
    def voice(self) -> Voice:
        """The voice of that language."""
        return self.study.voice(self.language)

    @property
    def title(self) -> str:
        """The study's title in that language."""
        return self.in_one_language(self.study.settings.study.title)

    def in_one_language(self, text: str | Translations) -> str:
        """A text of the study in that language."""
        return self.voice.own(text)

    @property
    def can_be_made(self) -> bool:
        """Whether all that the study's run reads is here as it was: a full set that is made, and nothing masked."""
        made_from = self.study.settings.full_set.made_from
        masked = self.gathered.masked - {f"{RESULTS}/{SHARED_SAMPLE}"}
        names = {file.name for file in self.files}
        # What the parameters name in turn is known to be here only where the data files are declared.
        is_declared = self.study.settings.provenance is not None
        return is_declared and made_from in names and not any(not name.startswith(f"{RESULTS}/") for name in masked)

    @property
    def abstract(self) -> str:
        """The question of the study and what it rests on, in sentences."""
        about = self.study.about(self.voice)
        drawn, rows = self.certificate.allocation.size, self.certificate.frame.rows
        sentences = [
            self.in_one_language(about.question),
            f"{drawn} of {rows} complaints, {about.place}, {about.period}.",
            kinds_sentence(self.study),
        ]
        return " ".join(sentence for sentence in sentences if sentence)


def kinds_sentence(study: Study) -> str:
    """The kind of data of each part of a study, in a sentence, with what the kind means where it is no evidence."""
    settings = study.settings
    parts = {"complaints": settings.full_set, "coders' records": settings.responses, "words": settings.words}
    kinds = [f"{name} {part.kind}" for name, part in parts.items() if part is not None]
    made = sorted(study.kinds & {"synthetic", "illustrative"})
    ending = (
        f"; {' and '.join(made)} data were made to show the method and are no evidence about the city" if made else ""
    )
    return f"Kinds of data: {', '.join(kinds)}{ending}."


def describe(
    study: Study,
    certificate: Certificate,
    folder: Path,
    gathered: Gathered,
    *,
    date: str,
    licence: str,
    allowed: Collection[str] = (),
) -> Description:
    """The description of the gathered files.

    Args:
        study: The study.
        certificate: Its sample's certificate.
        folder: The gathered files.
        gathered: What was masked and left out.
        date: The day of publication.
        licence: The licence, by its SPDX name.
        allowed: What the privacy check passes over besides what the study's settings allow.
    """
    codebook = study.read_codebook() if study.settings.words else None
    names = names_below(folder)
    files = tuple(describe_file(folder, name) for name in names)
    tables = tuple(_table(study, codebook, folder, name) for name in names if name.endswith(".csv"))
    return Description(study, certificate, codebook, files, tables, gathered, date, licence, tuple(allowed))


def describe_file(folder: Path, name: str) -> File:
    """One file by its name in the archive."""
    path = folder / name
    kind = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
    return File(name, path.stat().st_size, sha256_of(path), kind, FILES_ARE.get(name, ""))


def _table(study: Study, codebook: Codebook | None, folder: Path, name: str) -> Table:
    header, rows, types = _read_columns(folder / name)
    coded = {} if codebook is None else {one.key: one for one in codebook.variables}
    known = coded if _is_record(study, name) else {}
    variables = [
        _coded(known[column])
        if column in known
        else Variable(column, kind, _label(study, column), note=_note(study, column))
        for column, kind in zip(header, types, strict=True)
    ]
    ids = {study.settings.frame.id, "id"}
    # An id is a name, even where all of them are digits.
    variables = [Variable(each.name, "string", each.label) if each.name in ids else each for each in variables]
    return Table(name, _kind(study, name), rows, tuple(variables))


def _read_columns(path: Path) -> tuple[list[str], int, list[ValueType]]:
    """The header of a CSV file, the number of its rows, and what the values of each column are."""
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        delimiter = max(",;\t|", key=lines.readline().count)
        lines.seek(0)
        reader = csv.reader(lines, delimiter=delimiter)
        header, count = next(reader, []), 0
        possible: list[list[ValueType]] = [list(FORMS) for _ in header]
        filled = [False] * len(header)
        for row in reader:
            count += 1
            for position, cell in enumerate(row[: len(header)]):
                if cell:
                    filled[position] = True
                    possible[position] = [each for each in possible[position] if FORMS[each].fullmatch(cell)]
    pairs = zip(possible, filled, strict=True)
    return header, count, [types[0] if types and seen else "string" for types, seen in pairs]


def _coded(variable: CodedVariable) -> Variable:
    categories = tuple(Category(value.key, value.label, value.definition) for value in variable.values)
    note = ""
    if variable.conditional_on is not None:
        note = f"Asked where {variable.conditional_on.variable} is {variable.conditional_on.value}."
    return Variable(variable.key, "string", variable.label, variable.question, note, categories)


def _label(study: Study, column: str) -> dict[str, str]:
    if column in ADDED_MEANS:
        return {"en": ADDED_MEANS[column]}
    return {study.languages[0]: study.voice().label(column)}


def _note(study: Study, column: str) -> str:
    made = study.settings.expressions.get(column)
    return f"Register variable: {made}" if made else ""


def _is_record(study: Study, name: str) -> bool:
    settings = study.settings.responses
    return settings is not None and name.startswith(f"{PurePosixPath(settings.folder).as_posix()}/")


def _kind(study: Study, name: str) -> str:
    settings = study.settings
    if settings.responses is not None and _is_record(study, name):
        return settings.responses.kind
    if settings.words is not None and name.startswith(f"{PurePosixPath(settings.words.coding).as_posix()}/"):
        return settings.words.kind
    if name in (f"{RESULTS}/{FRAME}", f"{RESULTS}/{SHARED_SAMPLE}"):
        return settings.full_set.kind
    return ", ".join(sorted(study.kinds))


def tables_of_records(description: Description) -> Iterator[Table]:
    """The tables whose rows are complaints: the frame, the shared sample, and the coders' records."""
    study = description.study
    wanted = {f"{RESULTS}/{FRAME}", f"{RESULTS}/{SHARED_SAMPLE}"}
    for table in description.tables:
        if table.name in wanted or _is_record(study, table.name):
            yield table

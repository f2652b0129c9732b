"""Every code, what it means, and the dimension of the theory it speaks to.

A codebook is a folder of TOML files: `codebook.toml` with its version and sources, `variables.toml` with what
is recorded for each sampled complaint (where anything is), and one further file per dimension. How many
dimensions there are, of which theory and in which languages, the folder says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from cmresearch.codebook.checks import faults_between, model_of, parse
from cmresearch.codebook.records import (
    Change,
    Code,
    CodedVariable,
    Condition,
    Dimension,
    Evidence,
    Head,
    Indicator,
    Many,
    Provenance,
    Record,
    Reference,
    Translated,
    Value,
    Variables,
)
from cmresearch.errors import CodebookError, pick, raise_all
from cmresearch.files.links import home_of, link_faults
from cmresearch.files.toml import TomlFile, read_toml_file
from cmresearch.files.unfinished import finish_interrupted
from cmresearch.language.translations import Written

__all__ = [
    "Change",
    "Code",
    "Codebook",
    "CodedVariable",
    "Condition",
    "Dimension",
    "Evidence",
    "Indicator",
    "Provenance",
    "Reference",
    "Translated",
    "Value",
    "read_codebook",
]


class Codebook(Head):
    """A codebook: the dimensions by their numbers, the coded variables, and where all of it comes from.

    `sha256` is the fingerprint of its TOML files, the same whatever line ends they are stored with.
    """

    dimensions: Many[Dimension]
    variables: Many[CodedVariable]
    sha256: str

    @cached_property
    def codes(self) -> dict[str, Code]:
        """The codes in use (active or draft) by their keys, in the order of the dimensions."""
        return {key: code for key, code in self.every_code.items() if code.is_in_use}

    @cached_property
    def every_code(self) -> dict[str, Code]:
        """Every code by its key, merged and retired ones too, in the order of the dimensions."""
        return {code.key: code for dimension in self.dimensions for code in dimension.codes}

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The present key of each key that a code had before it was renamed."""
        return {former: code.key for code in self.every_code.values() for former in code.former_keys}

    @cached_property
    def home(self) -> dict[str, Dimension]:
        """The dimension in whose file a code stands, by the key of the code."""
        return {code.key: dimension for dimension in self.dimensions for code in dimension.codes}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its key, in the order of the dimensions."""
        return {each.key: each for dimension in self.dimensions for each in dimension.indicators}

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Every role of an informant that could know about some dimension, in order of first mention."""
        return tuple(dict.fromkeys(role for dimension in self.dimensions for role in dimension.can_know))

    def dimension(self, key: str) -> Dimension:
        """The dimension of that key.

        Args:
            key: Such as `create_closure`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        return pick({each.key: each for each in self.dimensions}, key, "the codebook has no dimension", CodebookError)

    def code(self, key: str) -> Code:
        """The code of that key, in use or not; a former key gives the code as it is called now.

        Args:
            key: Such as `final_answer`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        return pick(self.every_code, self.renamed.get(key, key), "the codebook has no code", CodebookError)

    def variable(self, key: str) -> CodedVariable:
        """The coded variable of that key.

        Args:
            key: Such as `topic`.

        Raises:
            CodebookError: There is none; the nearest spelling is offered.
        """
        known = {each.key: each for each in self.variables}
        return pick(known, key, "the codebook has no coded variable", CodebookError)

    def codes_of(self, dimension: str) -> tuple[Code, ...]:
        """The codes in use that speak to a dimension, those of other dimensions' files included.

        Args:
            dimension: The key of the dimension.

        Raises:
            CodebookError: There is no such dimension.
        """
        key = self.dimension(dimension).key
        return tuple(code for code in self.codes.values() if key in code.dimensions)

    def outdated_neighbours(self) -> dict[str, tuple[str, ...]]:
        """The codes out of use that a code in use still names in its rules or examples, by the key of the code."""
        ended = [key for key, code in self.every_code.items() if not code.is_in_use] + list(self.renamed)
        texts = {key: f"{code.do_not_use_when} {code.close_but_not or ''}" for key, code in self.codes.items()}
        named = {key: tuple(old for old in ended if re.search(rf"\b{old}\b", text)) for key, text in texts.items()}
        return {key: found for key, found in named.items() if found}

    def untranslated(self) -> dict[str, tuple[str, ...]]:
        """The remarks for readers that are in one language only, where the codebook has several.

        Returns:
            By field, what each of them belongs to: a key, `variable.value`, or `codebook` itself.
        """
        found: dict[str, tuple[str, ...]] = {}
        for field, owner, text in _remarks(self) if len(self.languages) > 1 else ():
            found |= {field: (*found.get(field, ()), owner)} if isinstance(text, str) else {}
        return found

    def to_frame(self) -> pd.DataFrame:
        """The codebook as a table, to print or to hand to a coder.

        Returns:
            One row for each code in use, in the order of the dimensions: number and key of the dimension in whose
            file it stands, its key, a label for each language, its texts, and the dimensions it speaks to, joined
            by "; ".
        """
        return pd.DataFrame([self._row(self.home[key], code) for key, code in self.codes.items()])

    def _row(self, dimension: Dimension, code: Code) -> dict[str, object]:
        labels = {f"label_{language}": code.label[language] for language in self.languages}
        texts = code.model_dump(include={"brief", "definition", "use_when", "do_not_use_when", "example"})
        named = {"number": dimension.number, "dimension": dimension.key, "code": code.key}
        return named | labels | texts | {"dimensions": "; ".join(code.dimensions)}


def _remarks(codebook: Codebook) -> Iterator[tuple[str, str, Written]]:
    """Every remark that readers see: its field, what it belongs to, and what it says."""
    yield from (("title", "codebook", codebook.title), ("theory", "codebook", codebook.theory))
    yield from (("citation", each.key, each.citation) for each in codebook.sources)
    yield from (("note", each.key, each.provenance.note) for each in codebook.dimensions)
    yield from (("threshold_source", each.key, each.threshold_source) for each in codebook.indicators.values())
    for one in codebook.variables:
        yield from (("definition", f"{one.key}.{each.key}", each.definition) for each in one.values)


def read_codebook(folder: str | Path) -> Codebook:
    """The codebook of a folder, checked.

    Every TOML file of the folder is read: `codebook.toml`, `variables.toml` where there is one, and each
    other one as a dimension.

    Args:
        folder: The folder that holds the files.

    Raises:
        CodebookError: With every fault of every file, a line each: the file, the line, what was found and
            expected. Faults between files (a key given twice, a dimension that is not there) are looked for
            only when every file could be parsed.

    Example:
        >>> read_codebook("no-such-folder")
        Traceback (most recent call last):
            ...
        cmresearch.errors.CodebookError: no-such-folder: no codebook.toml; a codebook is a folder with one
    """
    finish_interrupted(Path(folder))
    paths = sorted(Path(folder).glob("*.toml"))
    raise_all(CodebookError, list(link_faults(paths, home_of(Path(folder)))))
    if "codebook.toml" not in [path.name for path in paths]:
        raise CodebookError(f"{folder}: no codebook.toml; a codebook is a folder with one")
    return _codebook(paths)


def _codebook(paths: Sequence[Path]) -> Codebook:
    read = [_read(path) for path in paths]
    files = [file for file in read if isinstance(file, TomlFile)]
    faults = [str(fault) for fault in read if isinstance(fault, CodebookError)]
    parsed = [parse(file, _languages(files)) for file in files]
    faults += [fault for found in parsed if isinstance(found, list) for fault in found]
    # What stands in a file that cannot be read is not known, and nothing that refers to it is to be blamed.
    faults += list(faults_between(files)) if len(files) == len(paths) else []
    raise_all(CodebookError, faults)
    return _joined(files, [record for record in parsed if isinstance(record, Record)])


def _read(path: Path) -> TomlFile | CodebookError:
    try:
        return read_toml_file(path, CodebookError)
    except CodebookError as fault:
        return fault


def _languages(files: Sequence[TomlFile]) -> tuple[str, ...]:
    named = next((file.data.get("languages") for file in files if model_of(file) is Head), None)
    return tuple(word for word in named if isinstance(word, str)) if isinstance(named, list) else ()


def _joined(files: Sequence[TomlFile], records: Sequence[Record]) -> Codebook:
    head = next(file.data for file in files if model_of(file) is Head)
    dimensions = [record for record in records if isinstance(record, Dimension)]
    variables = [each for record in records if isinstance(record, Variables) for each in record.variables]
    listing = "".join(f"{file.name.rpartition('/')[2]} {file.sha256}\n" for file in files)
    parts = {
        "dimensions": sorted(dimensions, key=lambda dimension: dimension.number),
        "variables": variables,
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
    }
    return Codebook.model_validate(head | parts)

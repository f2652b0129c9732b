"""Codebooks to begin with, and how the twelve dimensions correspond to other frameworks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pandas as pd

from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.codebook.records import Dimension, Head, Record, Variables
from cmresearch.errors import CodebookError, nearest
from cmresearch.files.unfinished import finish_interrupted
from cmresearch.files.writing import json_text, whole_folder, write_text

MODELS: Mapping[str, type[Record]] = {
    "codebook.schema.json": Head,
    "dimension.schema.json": Dimension,
    "variables.schema.json": Variables,
}
TITLES = {
    "codebook.schema.json": "codebook.toml: version, theory and sources of a codebook",
    "dimension.schema.json": "A dimension of a codebook, with its codes, indicators and interview questions",
    "variables.schema.json": "variables.toml: what coders record for each sampled complaint",
}


def make_schemas() -> dict[str, str]:
    """The schemas as the records of the library define them now, as JSON text by file name.

    What only shows when files are laid side by side (a key given twice, a neighbour that is not there) no schema can
    tell; `cmresearch codebook check` does.
    """
    return {name: json_text(_schema(name, model)) for name, model in MODELS.items()}


def published_schemas() -> dict[str, str]:
    """The schemas as they are shipped with the library, as JSON text by file name."""
    folder = files("cmresearch") / "schemas"
    return {name: (folder / name).read_text(encoding="utf-8") for name in MODELS}


def schema_line(file: str, folder: str = "schemas") -> str:
    """The comment at the top of a codebook's file that tells editors its schema.

    Args:
        file: The file's name, such as codebook.toml.
        folder: Where the schemas are, as seen from the file.

    Example:
        >>> schema_line("01-speed.toml")
        '#:schema schemas/dimension.schema.json'
    """
    kind = file.removesuffix(".toml") if file in ("codebook.toml", "variables.toml") else "dimension"
    return f"#:schema {folder}/{kind}.schema.json"


def _schema(name: str, model: type[Record]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    # The id of a code is filled in from its key where it is missing.
    for record in schema.get("$defs", {}).values():
        if record.get("title") == "Code":
            record["required"] = [each for each in record["required"] if each != "id"]
    # Editors' TOML extensions know draft 7 at most; nothing here needs a later one.
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": TITLES[name]}
    return {**schema, **head}


TEMPLATES = {
    "complaint-management": "the twelve dimensions after Johnston and Mehra, with codes in English and Indonesian",
    "iso-10002": "the seven aspects of ISO 10002:2018, each with a code or more to begin with",
    "stauss-seidel": "the tasks of complaint management after Stauss and Seidel, with codes to begin with",
    "blank": "one dimension and two codes that say what belongs where",
}
CHANGES = """# Changes to the codebook

The first number of the version rises when dimensions change; the second when codes are added, reworded, merged,
renamed or retired; the third when wording became clearer and nothing else.

## 0.1.0

- begun from the template `{template}`
"""


def write_template(folder: Path, template: str) -> Codebook:
    """A codebook of one's own, begun from a template and written to a folder.

    Args:
        folder: Where it shall be: a folder that is empty or not there yet.
        template: complaint-management, iso-10002, stauss-seidel or blank.

    Returns:
        The codebook as it was written, version 0.1.0.

    Raises:
        CodebookError: There is no such template, or the folder holds something already.
    """
    if template not in TEMPLATES:
        found = f"there is no template {template!r}{nearest(template, TEMPLATES)}"
        raise CodebookError(f"{found}; expected one of {', '.join(TEMPLATES)}")
    finish_interrupted(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CodebookError(f"{folder} holds something already; expected an empty folder, or none")
    with whole_folder(folder) as beside:
        for name, text in _texts(template):
            (beside / name).parent.mkdir(exist_ok=True)
            write_text(beside / name, text)
    return read_codebook(folder)


def _texts(template: str) -> Iterator[tuple[str, str]]:
    """The files of a new codebook, by name."""
    with as_file(files("cmresearch.codebook") / "shipped") as shipped:
        for path in sorted((shipped / template).glob("*.toml")):
            yield path.name, path.read_text(encoding="utf-8")
        yield "README.md", (shipped / "README.md").read_text(encoding="utf-8")
    yield "CHANGES.md", CHANGES.format(template=template)
    for name, text in published_schemas().items():
        yield f"schemas/{name}", text


def read_crosswalk() -> pd.DataFrame:
    """How the twelve dimensions correspond to ISO 10002, Stauss and Seidel, Indonesian rules and Open311.

    Returns:
        One row per dimension and element, in the order of the dimensions: dimension, framework, element, element_is
        (verified: seen in a source; from memory: to be checked before it is cited), and match (inferred: that they
        correspond is our own reading).

    Example:
        >>> table = read_crosswalk()
        >>> table[table["dimension"] == "follow_up_cost"][["element", "element_is"]].to_numpy().tolist()[0]
        ['principle: capacity', 'from memory']
    """
    text = (files("cmresearch.codebook") / "shipped" / "crosswalk.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return pd.DataFrame(content["entry"]).assign(match=content["match"])

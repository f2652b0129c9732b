"""The JSON Schemas of a codebook's files, by which editors complete and check them as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from cmresearch.codebook.records import Dimension, Head, Record, Variables
from cmresearch.writing import json_text

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

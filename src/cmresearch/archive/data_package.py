"""An archive described as a Data Package, version 2: every file with its hash, every table with its columns.

Source: Open Knowledge Foundation (2024), Data Package 2.0, Data Resource, Table Schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cmresearch.archive.description import Description, File, Table, Variable
from cmresearch.files.writing import json_text

DATA_PACKAGE = "datapackage.json"
PROFILES = "https://datapackage.org/profiles/2.0"
ALLOWED = "privacy_check_allows"
"""The property that names what the privacy check passed over besides what the study's settings allow."""


def data_package_text(description: Description) -> str:
    """The description as `datapackage.json`."""
    tables = {table.name: table for table in description.tables}
    names = _resource_names([file.name for file in description.files])
    settings = description.study.settings
    resources = [
        _resource(name, file, tables.get(file.name)) for name, file in zip(names, description.files, strict=True)
    ]
    package = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": _slug(settings.study.key),
        "title": description.title,
        "description": description.abstract,
        "sources": [{"title": description.in_one_language(settings.full_set.origin)}],
        "licenses": [{"name": description.licence}] if description.licence else None,
        "keywords": ["complaint management", "survey sampling", "qualitative coding"],
        "data_kinds": sorted(description.study.kinds),
        ALLOWED: list(description.allowed) or None,
        "resources": resources,
    }
    return json_text({key: value for key, value in package.items() if value is not None})


def _resource(name: str, file: File, table: Table | None) -> dict[str, object]:
    resource: dict[str, object] = {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": name,
        "path": file.name,
        "mediatype": file.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if file.about:
        resource["description"] = file.about
    if table is not None and table.variables:
        fields = [_field(variable) for variable in table.variables]
        schema = {"$schema": f"{PROFILES}/tableschema.json", "fields": fields, "missingValues": [""]}
        resource |= {"type": "table", "format": "csv", "encoding": "utf-8", "schema": schema}
        resource["data_kind"] = table.data_kind
    return resource


def _english_or_first(label: Mapping[str, str]) -> str:
    """The standard knows one text for all readers: the English one where there is one."""
    return label.get("en") or next(iter(label.values()), "")


def _field(variable: Variable) -> dict[str, object]:
    described: dict[str, object] = {"name": variable.name, "type": variable.type}
    if label := _english_or_first(variable.label):
        described["title"] = label
    if description := " ".join([*variable.question.values(), *([variable.note] if variable.note else [])]):
        described["description"] = description
    if variable.categories:
        described["categories"] = [
            {"value": each.value, "label": _english_or_first(each.label)} for each in variable.categories
        ]
    return described


def _resource_names(paths: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, path in enumerate(paths, start=1):
        name = _slug(path)
        name = f"{name}-{number}" if name in seen else name
        seen.add(name)
        yield name


def _slug(text: str) -> str:
    """A name of a Data Package: small letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "file"

"""An archive described as a Data Package."""

from __future__ import annotations

import json
import subprocess

import jsonschema
import pytest
from small_archive import program

# The parts of the Data Package 2.0 profile that concern what is written here, said again as a JSON Schema.
PACKAGE = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[a-z0-9._-]+$"},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "sources": {"type": "array", "minItems": 1},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!/)(?!.*\.\.)[^\\]+$"},
                    "bytes": {"type": "integer", "minimum": 0},
                    "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                    "type": {"const": "table"},
                    "schema": {
                        "required": ["fields"],
                        "properties": {
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "required": ["name"],
                                    "properties": {"type": {"enum": ["string", "number", "integer", "boolean"]}},
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


def test_the_data_package_fits_the_rules_of_its_profile(archive_folder):
    package = json.loads((archive_folder / "datapackage.json").read_text(encoding="utf-8"))
    jsonschema.validate(package, PACKAGE)


def test_the_data_package_gives_every_table_its_columns_and_their_categories(archive_folder):
    package = json.loads((archive_folder / "datapackage.json").read_text(encoding="utf-8"))
    tables = {resource["path"]: resource for resource in package["resources"] if resource.get("type") == "table"}
    fields = {field["name"]: field for field in tables["responses/coder-a.csv"]["schema"]["fields"]}
    assert [each["value"] for each in fields["final_answer"]["categories"]] == ["explicit", "none"]
    assert tables["results/frame.csv"]["data_kind"] == "synthetic"
    assert tables["responses/coder-a.csv"]["data_kind"] == "illustrative"
    frame = {field["name"]: field["type"] for field in tables["results/frame.csv"]["schema"]["fields"]}
    assert (frame["closed_within_7_days"], frame["hours_to_close"], frame["id"]) == ("boolean", "number", "string")


@pytest.mark.interop
def test_frictionless_finds_the_data_package_valid(archive_folder):
    run = [program("CMRESEARCH_FRICTIONLESS"), "validate", "datapackage.json", "--json"]
    said = json.loads(subprocess.run(run, cwd=archive_folder, capture_output=True, text=True, check=False).stdout)
    # Workbooks are read by a plug-in that is not asked for.
    assert [task["name"] for task in said["tasks"] if not task["valid"]] in ([], ["results-workbook.xlsx"])

"""What an archive says of itself in the standards' words, and whether departures from them are noticed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest
from small_archive import archive, unpacked, write_results_of
from small_study import write_study_with_words

from cmresearch.archive.standards import data_package_faults, ddi_faults, ro_crate_faults

DDI = "{ddi:codebook:2_5}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
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


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study = write_results_of(write_study_with_words(tmp_path_factory.mktemp("study")))
    return archive(study, tmp_path_factory.mktemp("archive") / "small.zip").path


@pytest.fixture
def files(made, tmp_path):
    return unpacked(made, tmp_path / "files")


def ddi_of(folder):
    return fromstring((folder / "ddi-codebook.xml").read_text(encoding="utf-8"))


def variable(root, name):
    return next(var for var in root.iter(f"{DDI}var") if var.get("name") == name)


def test_ddi_gives_a_coded_variable_with_question_and_categories_in_both_languages(files):
    found = variable(ddi_of(files), "final_answer")
    assert {label.get(LANGUAGE): label.text for label in found.findall(f"{DDI}labl")} == {
        "en": "Final answer",
        "id": "Jawaban akhir",
    }
    questions = {each.get(LANGUAGE): each.text for each in found.iter(f"{DDI}qstnLit")}
    assert questions == {"en": "Is there a final answer?", "id": "Adakah jawaban akhir?"}
    values = [category.findtext(f"{DDI}catValu") for category in found.findall(f"{DDI}catgry")]
    assert values == ["explicit", "none"]


def test_ddi_says_how_the_sample_was_drawn_and_what_kind_of_data_it_is(files):
    root = ddi_of(files)
    said = " ".join(each.text for each in root.iter(f"{DDI}sampProc"))
    assert "Stratified by channel: 3 strata, 8 of 16 complaints" in said
    assert "a small seed" in said
    assert root.findtext(f".//{DDI}sampleSize") == "8"
    kinds = [each.text for each in root.iter(f"{DDI}dataKind")]
    assert [kind.partition(":")[0] for kind in kinds] == ["illustrative", "synthetic"]
    assert all("no evidence about the city" in kind for kind in kinds)


def test_ddi_tells_numbers_from_names(files):
    root = ddi_of(files)
    formats = {name: variable(root, name).find(f"{DDI}varFormat").get("type") for name in ("id", "hours_to_close")}
    assert formats == {"id": "character", "hours_to_close": "numeric"}


def test_ddi_holds_hostile_titles_as_text(files):
    root = ddi_of(files)
    assert root.findtext(f".//{DDI}titl") == "A <small> study & its limits"


def test_the_data_package_fits_the_rules_of_its_profile(files):
    package = json.loads((files / "datapackage.json").read_text(encoding="utf-8"))
    jsonschema.validate(package, PACKAGE)


def test_the_data_package_gives_every_table_its_columns_and_their_categories(files):
    package = json.loads((files / "datapackage.json").read_text(encoding="utf-8"))
    tables = {resource["path"]: resource for resource in package["resources"] if resource.get("type") == "table"}
    fields = {field["name"]: field for field in tables["responses/coder-a.csv"]["schema"]["fields"]}
    assert [each["value"] for each in fields["final_answer"]["categories"]] == ["explicit", "none"]
    assert tables["results/frame.csv"]["data_kind"] == "synthetic"
    assert tables["responses/coder-a.csv"]["data_kind"] == "illustrative"
    frame = {field["name"]: field["type"] for field in tables["results/frame.csv"]["schema"]["fields"]}
    assert (frame["closed_within_7_days"], frame["hours_to_close"], frame["id"]) == ("boolean", "number", "string")


def test_the_crate_lists_every_file_and_what_made_it(files):
    crate = json.loads((files / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert {part["@id"] for part in entities["./"]["hasPart"]} == {
        path.relative_to(files).as_posix()
        for path in files.rglob("*")
        if path.is_file() and path.name not in {"ro-crate-metadata.json", "manifest-sha256.txt"}
    }
    assert entities["#cmresearch"]["@type"] == "SoftwareApplication"
    assert entities["./"]["license"] == {"@id": "#no-licence-stated"}


@pytest.mark.parametrize(
    ("rule", "name", "change", "said"),
    [
        (ddi_faults, "ddi-codebook.xml", ("ddi:codebook:2_5", "ddi:codebook:2_6"), "no codeBook of DDI-Codebook 2.5"),
        (ddi_faults, "ddi-codebook.xml", ("stdyInfo>", "stdyAbout>"), "stdyDscr cannot hold stdyAbout"),
        (ddi_faults, "ddi-codebook.xml", ('ID="F1V1"', 'ID="F1V2"'), "an ID stands twice"),
        (ddi_faults, "ddi-codebook.xml", ('name="hours_to_close"', 'name="hours"'), "other columns than are described"),
        (data_package_faults, "datapackage.json", ('"bytes": 1', '"bytes": 2'), "another size or hash"),
        (
            data_package_faults,
            "datapackage.json",
            ('"type": "boolean"', '"type": "flag"'),
            "Table Schema does not know",
        ),
        (
            ro_crate_faults,
            "ro-crate-metadata.json",
            ('"datePublished": "2021-08-17"', '"datePublished": "x"'),
            "is no day",
        ),
        (ro_crate_faults, "ro-crate-metadata.json", ('"@id": "#cmresearch",', '"@id": "#other",'), "does not describe"),
        (
            ro_crate_faults,
            "ro-crate-metadata.json",
            ("ro/crate/1.1/context", "ro/crate/9/context"),
            "its context is not",
        ),
    ],
)
def test_a_departure_from_a_standard_is_noticed(files, rule, name, change, said):
    old, new = change
    assert not list(rule(files))
    text = (files / name).read_text(encoding="utf-8")
    assert old in text
    (files / name).write_text(text.replace(old, new), encoding="utf-8")
    assert any(said in fault for fault in rule(files)), list(rule(files))


def test_parts_of_ddi_out_of_their_order_are_noticed(files):
    path = files / "ddi-codebook.xml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("<abstract>"), text.index("<sumDscr>")
    path.write_text(text[:begin] + text[end:].replace("</stdyInfo>", text[begin:end] + "</stdyInfo>"), encoding="utf-8")
    assert list(ddi_faults(files)) == ["the parts of stdyInfo are not in the order of the standard"]


def program(name):
    found = os.environ.get(name)
    if not found or not Path(found).is_file():
        pytest.skip(f"{name} names no program")
    return found


@pytest.mark.interop
def test_frictionless_finds_the_data_package_valid(files):
    run = [program("CMRESEARCH_FRICTIONLESS"), "validate", "datapackage.json", "--json"]
    said = json.loads(subprocess.run(run, cwd=files, capture_output=True, text=True, check=False).stdout)
    # Workbooks are read by a plug-in that is not asked for.
    assert [task["name"] for task in said["tasks"] if not task["valid"]] in ([], ["results-workbook.xlsx"])


@pytest.mark.interop
def test_the_ro_crate_library_reads_the_crate(files):
    code = (
        "import sys; from rocrate.rocrate import ROCrate; c = ROCrate(sys.argv[1]); print(c.name, len(c.data_entities))"
    )
    run = [program("CMRESEARCH_ROCRATE_PYTHON"), "-c", code, str(files)]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.startswith("A <small> study & its limits ")

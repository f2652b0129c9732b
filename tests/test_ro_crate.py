"""An archive described as an RO-Crate."""

from __future__ import annotations

import json
import subprocess

import pytest
from small_archive import program


def test_the_crate_lists_every_file_and_what_made_it(archive_folder):
    crate = json.loads((archive_folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert {part["@id"] for part in entities["./"]["hasPart"]} == {
        path.relative_to(archive_folder).as_posix()
        for path in archive_folder.rglob("*")
        if path.is_file() and path.name not in {"ro-crate-metadata.json", "manifest-sha256.txt"}
    }
    assert entities["#cmresearch"]["@type"] == "SoftwareApplication"
    assert entities["./"]["license"] == {"@id": "#no-licence-stated"}


@pytest.mark.interop
def test_the_ro_crate_library_reads_the_crate(archive_folder):
    code = (
        "import sys; from rocrate.rocrate import ROCrate; c = ROCrate(sys.argv[1]); print(c.name, len(c.data_entities))"
    )
    run = [program("CMRESEARCH_ROCRATE_PYTHON"), "-c", code, str(archive_folder)]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said.startswith("A <small> study & its limits ")

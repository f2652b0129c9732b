"""An archive described as an RO-Crate: JSON-LD that says what each file is and how they belong together.

Source: Soiland-Reyes et al. (2022), Packaging research artefacts with RO-Crate; specification 1.1.
"""

from __future__ import annotations

from urllib.parse import quote

from cmresearch import __version__
from cmresearch.archive.description import CITATION, Description, File
from cmresearch.files.writing import json_text

RO_CRATE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
SPDX = "https://spdx.org/licenses/"
NO_LICENCE = "#no-licence-stated"


def ro_crate_text(description: Description, described: tuple[File, ...]) -> str:
    """The description as `ro-crate-metadata.json`.

    Args:
        description: What the archive holds.
        described: Every file of the archive but this one.
    """
    files = [_file(file) for file in described]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": description.title,
        "description": description.abstract,
        "datePublished": description.date,
        "license": {"@id": _licence(description)["@id"]},
        "citation": {"@id": CITATION},
        "hasPart": [{"@id": file["@id"]} for file in files],
        "mentions": {"@id": "#archiving"},
    }
    graph = [
        {
            "@id": RO_CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        },
        root,
        _licence(description),
        {"@id": "#cmresearch", "@type": "SoftwareApplication", "name": "cmresearch", "softwareVersion": __version__},
        {
            "@id": "#archiving",
            "@type": "CreateAction",
            "name": "What may be shared of the study was gathered, masked and packed",
            "instrument": {"@id": "#cmresearch"},
            "result": {"@id": "./"},
        },
        *files,
    ]
    return json_text({"@context": f"{SPECIFICATION}/context", "@graph": graph})


def path_id(name: str) -> str:
    """A file's name as the id of its entity: a relative reference, with signs that a URI cannot hold encoded."""
    return quote(name)


def _file(file: File) -> dict[str, object]:
    return {
        "@id": path_id(file.name),
        "@type": "File",
        "name": file.about or file.name,
        "encodingFormat": file.media_type,
        "contentSize": str(file.bytes),
    }


def _licence(description: Description) -> dict[str, str]:
    if description.licence:
        return {"@id": f"{SPDX}{description.licence}", "@type": "CreativeWork", "name": description.licence}
    text = "The study states no licence: ask before you use more of it than the law allows anyway."
    return {"@id": NO_LICENCE, "@type": "CreativeWork", "name": "no licence stated", "description": text}

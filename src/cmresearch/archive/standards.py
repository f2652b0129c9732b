"""Whether an archive's descriptions keep to their standards and to the files they describe: rules that can be read.

They are the rules of each standard that concern what is written here, not the standards' own schemas, which are not
carried along (that of DDI-Codebook is under another licence). Other programs' validators are run in tests.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from cmresearch.archive.data_package import DATA_PACKAGE
from cmresearch.archive.ddi import DDI, FINGERPRINT, NAMESPACE
from cmresearch.archive.packing import MANIFEST, names_below
from cmresearch.archive.readme import README
from cmresearch.archive.ro_crate import RO_CRATE, SPECIFICATION
from cmresearch.files.hashes import sha256_of
from cmresearch.files.strangers import parse_xml

FIELD_TYPES = (
    *("string", "number", "integer", "boolean", "object", "array", "list", "datetime", "date", "time", "year"),
    *("yearmonth", "duration", "geopoint", "geojson", "any"),
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
XML_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# The order of children in the schema of DDI-Codebook 2.5, for the elements that have a fixed one and are used here.
DDI_ORDER: Mapping[str, Sequence[str]] = {
    "codeBook": ("docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"),
    "stdyDscr": (
        *("citation", "studyAuthorization", "stdyInfo", "studyDevelopment", "method", "dataAccs", "othrStdyMat"),
        "notes",
    ),
    "citation": (
        *("titlStmt", "rspStmt", "prodStmt", "distStmt", "serStmt", "verStmt", "biblCit", "holdings", "notes"),
    ),
    "titlStmt": ("titl", "subTitl", "altTitl", "parTitl", "IDNo"),
    "prodStmt": ("producer", "copyright", "prodDate", "prodPlac", "software", "fundAg", "grantNo"),
    "distStmt": ("distrbtr", "contact", "depositr", "depDate", "distDate"),
    "stdyInfo": ("studyBudget", "subject", "abstract", "sumDscr", "qualityStatement", "notes", "exPostEvaluation"),
    "sumDscr": (
        *("timePrd", "collDate", "nation", "geogCover", "geogUnit", "geoBndBox", "boundPoly", "anlyUnit", "universe"),
        "dataKind",
    ),
    "method": ("dataColl", "notes", "anlyInfo", "stdyClas", "dataProcessing", "codingInstructions"),
    "dataColl": (
        *("timeMeth", "dataCollector", "collectorTraining", "frequenc", "sampProc", "sampleFrame", "targetSampleSize"),
        *("deviat", "collMode", "resInstru", "instrumentDevelopment", "sources", "collSitu", "actMin", "ConOps"),
        *("weight", "cleanOps"),
    ),
    "targetSampleSize": ("sampleSize", "sampleSizeFormula"),
    "sources": ("dataSrc", "sourceCitation", "srcOrig", "srcChar", "srcDocu", "sources"),
    "fileDscr": ("fileTxt", "locMap", "notes"),
    "fileTxt": (
        *("fileName", "fileCitation", "fileCont", "fileStrc", "dimensns", "fileType", "format", "filePlac"),
        *("dataChck", "ProcStat", "dataMsng", "software", "verStmt"),
    ),
    "dimensns": ("caseQnty", "varQnty", "logRecL", "recPrCas", "recNumTot"),
    "dataDscr": ("varGrp", "nCubeGrp", "var", "nCube", "notes"),
    "var": (
        *("location", "labl", "imputation", "security", "embargo", "respUnit", "anlysUnit", "qstn", "valrng"),
        *("invalrng", "undocCod", "universe", "TotlResp", "sumStat", "txt", "stdCatgry", "catgryGrp", "catgry"),
        *("codInstr", "verStmt", "concept", "derivation", "varFormat", "geoMap", "catLevel", "notes"),
    ),
    "qstn": ("preQTxt", "qstnLit", "postQTxt", "forward", "backward", "ivuInstr"),
    "catgry": ("catValu", "labl", "txt", "catStat", "mrow"),
    "otherMat": ("labl", "txt", "notes", "table", "citation", "otherMat"),
}
TEXT_ONLY = ("titl", "sampProc", "dataKind", "catValu", "qstnLit", "caseQnty", "varQnty")


def data_package_faults(folder: Path) -> Iterator[str]:
    """Where `datapackage.json` departs from Data Package 2.0, or from the files that it lists.

    Source:
        Open Knowledge Foundation (2024), Data Package 2.0: required properties, hashes, unique names, tabular schemas.
    """
    package = _json(folder / DATA_PACKAGE)
    resources = package.get("resources")
    if not isinstance(resources, list) or not resources:
        yield "no resources; a data package lists at least one"
        return
    names = [resource.get("name") for resource in resources]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        yield "a resource without a name, or two with one"
    listed = [str(resource.get("path")) for resource in resources]
    yield from _unlisted(folder, listed, besides={DATA_PACKAGE, RO_CRATE, DDI, README})
    for resource in resources:
        yield from (f"{resource.get('path')}: {fault}" for fault in _resource_faults(folder, resource))


def _resource_faults(folder: Path, resource: Mapping[str, Any]) -> Iterator[str]:
    path = folder / str(resource.get("path"))
    if not path.is_file():
        yield "is not there"
        return
    if resource.get("bytes") != path.stat().st_size or resource.get("hash") != f"sha256:{sha256_of(path)}":
        yield "has another size or hash than is said"
    if resource.get("type") != "table":
        return
    fields = resource["schema"]["fields"]
    unknown = {field.get("type") for field in fields} - set(FIELD_TYPES)
    if unknown:
        yield f"fields of the types {', '.join(map(str, unknown))}, which Table Schema does not know"
    if [field["name"] for field in fields] != _header(path):
        yield "has other columns than are described"


def ro_crate_faults(folder: Path) -> Iterator[str]:
    """Where `ro-crate-metadata.json` departs from RO-Crate 1.1, or from the files that it lists.

    Source:
        RO-Crate Metadata Specification 1.1: descriptor, root data entity, flat graph, data entities.
    """
    crate = _json(folder / RO_CRATE)
    entities = {str(entity.get("@id")): entity for entity in crate.get("@graph", [])}
    if crate.get("@context") != f"{SPECIFICATION}/context":
        yield f"its context is not {SPECIFICATION}/context"
    if len(entities) != len(crate.get("@graph", [])):
        yield "an entity without an id, or two with one"
    descriptor, root = entities.get(RO_CRATE, {}), entities.get("./", {})
    if descriptor.get("about") != {"@id": "./"} or descriptor.get("conformsTo") != {"@id": SPECIFICATION}:
        yield "no metadata descriptor that names the crate and the specification"
    lacking = [name for name in ("name", "description", "datePublished", "license") if not root.get(name)]
    if root.get("@type") != "Dataset" or lacking:
        yield f"the root is no Dataset, or lacks {', '.join(lacking) or 'nothing'}"
    if not DAY.match(str(root.get("datePublished"))):
        yield "datePublished is no day, as 2026-11-25"
    dangling = {reference for entity in entities.values() for reference in _references(entity)} - set(entities)
    dangling = {each for each in dangling if not each.startswith("https://")}
    if dangling:
        yield f"refers to entities that it does not describe: {', '.join(sorted(dangling)[:3])}"
    parts = [unquote(part["@id"]) for part in root.get("hasPart", [])]
    yield from _unlisted(folder, parts, besides={RO_CRATE})


def _references(entity: Mapping[str, Any]) -> Iterator[str]:
    for value in entity.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and set(one) == {"@id"}:
                yield str(one["@id"])


def ddi_faults(folder: Path) -> Iterator[str]:
    """Where the DDI file departs from the order of DDI-Codebook 2.5, or from the files that it describes.

    Source:
        DDI Alliance (2012), DDI-Codebook 2.5, schema of 17 January 2012.
    """
    root = parse_xml((folder / DDI).read_bytes(), DDI)
    if root.tag != f"{{{NAMESPACE}}}codeBook" or root.get("version") != "2.5":
        yield "the root is no codeBook of DDI-Codebook 2.5"
    if root.find(f"{_tag('stdyDscr')}/{_tag('citation')}/{_tag('titlStmt')}/{_tag('titl')}") is None:
        yield "no study with a title"
    for element in root.iter():
        yield from _order_faults(element)
    ids = [key for element in root.iter() if (key := element.get("ID"))]
    if len(set(ids)) != len(ids) or not all(XML_ID.fullmatch(key) for key in ids):
        yield "an ID stands twice, or is none"
    for file in root.iter(_tag("fileDscr")):
        yield from _file_faults(folder, root, file)


def _order_faults(element: Element) -> Iterator[str]:
    name = _local(element)
    found = [_local(child) for child in element]
    if name in TEXT_ONLY and found:
        yield f"{name} holds elements; expected text"
    if name not in DDI_ORDER:
        return
    order = DDI_ORDER[name]
    unknown = [child for child in found if child not in order]
    if unknown:
        yield f"{name} cannot hold {unknown[0]}"
    elif [order.index(child) for child in found] != sorted(order.index(child) for child in found):
        yield f"the parts of {name} are not in the order of the standard"


def _file_faults(folder: Path, root: Element, file: Element) -> Iterator[str]:
    name, key = file.findtext(f"{_tag('fileTxt')}/{_tag('fileName')}") or "", file.get("ID")
    path = folder / name
    if not name or name not in names_below(folder):
        yield f"describes {name!r}, which is not there"
        return
    if [note.text for note in file.iter(_tag("notes")) if note.get("type") == FINGERPRINT] != [sha256_of(path)]:
        yield f"{name} has another SHA-256 than is said"
    described = [var.get("name") for var in root.iter(_tag("var")) if var.get("files") == key]
    if described != _header(path):
        yield f"{name} has other columns than are described"


def _unlisted(folder: Path, listed: Sequence[str], *, besides: set[str]) -> Iterator[str]:
    """The files that are there and not listed, or listed and not there; nobody lists the manifest itself."""
    present = {name for name in names_below(folder) if name not in {MANIFEST, *besides}}
    absent, unlisted = sorted(set(listed) - present), sorted(present - set(listed))
    if absent:
        yield f"lists what is not there: {', '.join(absent[:3])}"
    if unlisted:
        yield f"does not list {', '.join(unlisted[:3])}"


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        first = lines.readline()
        lines.seek(0)
        return next(csv.reader(lines, delimiter=max(",;\t|", key=first.count)), [])


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]

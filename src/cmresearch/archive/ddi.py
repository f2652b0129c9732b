"""An archive described in DDI-Codebook 2.5, the XML of social-science data archives.

Source: DDI Alliance (2012), DDI-Codebook 2.5: the order of elements is that of its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cmresearch import __version__
from cmresearch.archive.description import Description, File, Table, Variable, tables_of_records
from cmresearch.exchange.packing import plain
from cmresearch.language.catalogue import Translations
from cmresearch.sampling.certificate import Certificate
from cmresearch.study.provenance import KIND_MEANS

DDI = "ddi-codebook.xml"
NAMESPACE = "ddi:codebook:2_5"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FINGERPRINT = "SHA-256"
CONTINUOUS = ("integer", "number")


def ddi_text(description: Description) -> str:
    """The description as DDI-Codebook 2.5: study, method, files, and every variable of the records of complaints.

    Source:
        DDI Alliance (2012), DDI-Codebook 2.5.
    """
    root = Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", XML_LANG: "en"})
    _study(root, description)
    tables = list(tables_of_records(description))
    files = {file.name: file for file in description.files}
    for number, table in enumerate(tables, start=1):
        _file(root, f"F{number}", table, files[table.name])
    data = SubElement(root, "dataDscr")
    for number, table in enumerate(tables, start=1):
        for position, variable in enumerate(table.variables, start=1):
            _variable(data, f"F{number}", position, variable, description.only_language)
    for file in description.files:
        if file.name not in {table.name for table in tables}:
            _put(SubElement(root, "otherMat", {"level": "study", "URI": file.name}), "labl", file.about or file.name)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _study(root: Element, description: Description) -> None:
    study = SubElement(root, "stdyDscr")
    settings = description.study.settings
    citation = SubElement(study, "citation")
    _titles(SubElement(citation, "titlStmt"), settings.study.title, settings.study.key)
    made = SubElement(citation, "prodStmt")
    _put(made, "software", "cmresearch", version=__version__)
    _put(SubElement(citation, "distStmt"), "distDate", description.date, date=description.date)
    if settings.study.reference:
        _put_each(citation, "biblCit", settings.study.reference, description.only_language)
    info = SubElement(study, "stdyInfo")
    _put(info, "abstract", description.abstract)
    summary = SubElement(info, "sumDscr")
    _put_each(summary, "timePrd", settings.study.period, description.only_language)
    _put_each(summary, "geogCover", settings.study.place, description.only_language)
    _put(summary, "anlyUnit", "Complaint")
    _put(summary, "universe", _universe(description.certificate))
    for kind in sorted(description.study.kinds):
        _put(summary, "dataKind", f"{kind}: {KIND_MEANS[kind]}")
    for limit in settings.study.limits:
        _put_each(info, "notes", limit, description.only_language, subject="limits")
    _method(study, description)


def _titles(statement: Element, titles: Mapping[str, str], key: str) -> None:
    languages = sorted(titles, key=lambda language: (language != "en", language))
    for language in languages:
        _put(statement, "titl" if language == languages[0] else "parTitl", titles[language], language)
    _put(statement, "IDNo", key)


def _method(study: Element, description: Description) -> None:
    collection = SubElement(SubElement(study, "method"), "dataColl")
    for sentence in sampling_sentences(description.certificate):
        _put(collection, "sampProc", sentence)
    size = SubElement(collection, "targetSampleSize")
    _put(size, "sampleSize", str(description.certificate.allocation.size))
    sources = SubElement(collection, "sources")
    _put_each(sources, "dataSrc", description.study.settings.full_set.origin, description.only_language)
    _put(collection, "weight", "design_weight: the size of the stratum divided by its sample size.")


def sampling_sentences(certificate: Certificate) -> list[str]:
    """How the sample was drawn, in sentences."""
    allocation, seed = certificate.allocation, certificate.seed
    published = certificate.commitment.published or certificate.commitment.note
    return [
        f"Stratified by {', '.join(certificate.frame.strata)}: {len(certificate.strata)} strata, {allocation.size} of "
        f"{certificate.frame.rows} complaints; allocation {allocation.method}, {allocation.minimum} per stratum at "
        f"least, {allocation.remainders}.",
        f"Rule: {certificate.rule}.",
        f"Seed '{seed.text}' ({seed.source}). Commitment {certificate.commitment.sha256}: {published}.",
    ]


def _universe(certificate: Certificate) -> str:
    which = f", those with {certificate.frame.filter}" if certificate.frame.filter else ""
    return f"{certificate.frame.rows} complaints of the {certificate.source.rows} in {certificate.source.file}{which}"


def _file(root: Element, key: str, table: Table, file: File) -> None:
    described = SubElement(root, "fileDscr", {"ID": key, "URI": table.name})
    text = SubElement(described, "fileTxt")
    _put(text, "fileName", table.name)
    _put(text, "fileCont", f"{file.about or 'records of coders'}; kind of data: {table.data_kind}")
    size = SubElement(text, "dimensns")
    _put(size, "caseQnty", str(table.rows))
    _put(size, "varQnty", str(len(table.variables)))
    _put(text, "fileType", "CSV", charset="UTF-8")
    # The standard's first edition has no element for a fingerprint.
    _put(described, "notes", file.sha256, type=FINGERPRINT)


def _variable(data: Element, file: str, position: int, variable: Variable, only: str) -> None:
    is_number = variable.type in CONTINUOUS
    kind = "contin" if is_number else "discrete"
    var = SubElement(data, "var", {"ID": f"{file}V{position}", "name": variable.name, "files": file, "intrvl": kind})
    for language, label in variable.label.items():
        _put(var, "labl", label, language)
    for question in _questions(variable):
        _put(SubElement(var, "qstn"), "qstnLit", question[1], question[0])
    if variable.note:
        _put(var, "txt", variable.note)
    for category in variable.categories:
        one = SubElement(var, "catgry")
        _put(one, "catValu", category.value)
        for language, label in category.label.items():
            _put(one, "labl", label, language)
        _put_each(one, "txt", category.definition, only)
    SubElement(var, "varFormat", {"type": "numeric" if is_number else "character"})


def _questions(variable: Variable) -> Iterator[tuple[str, str]]:
    yield from variable.question.items()


def _put_each(parent: Element, tag: str, text: str | Translations, only: str, **attributes: str) -> None:
    """An element for each language that a text of the study has.

    One text in a study of one language is in that language; in a study of several nobody says which it is in.
    """
    for language, words in {only: text}.items() if isinstance(text, str) else text.items():
        _put(parent, tag, words, language, **attributes)


def _put(parent: Element, tag: str, text: str, language: str = "", **attributes: str) -> None:
    element = SubElement(parent, tag, attributes)
    if language:
        element.set(XML_LANG, language)
    element.text = plain(text)

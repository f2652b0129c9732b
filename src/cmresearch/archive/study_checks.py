"""The study in an archive: its words fit their coding, its records fit the sample, and nothing personal is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from cmresearch.archive.data_package import ALLOWED, DATA_PACKAGE
from cmresearch.archive.gathering import RESULTS
from cmresearch.archive.masking import rows_of
from cmresearch.archive.outcomes import Check, cannot, holds, outcome_of
from cmresearch.coding.coding import Coding
from cmresearch.errors import nearest
from cmresearch.privacy.sharing import check_folder
from cmresearch.responses.records import DISPOSITIONS
from cmresearch.sampling.certificate import CERTIFICATE, read_certificate
from cmresearch.study import SETTINGS, Study, open_study


def study_checks(folder: Path) -> Iterator[Check]:
    """The plan, the words, the coders' records and the privacy of an unpacked archive."""
    plan = outcome_of(
        "plan",
        lambda: _plan_faults(folder),
        otherwise=f"{SETTINGS} is the plan that the certificate names",
        folder=folder,
    )
    yield plan
    if plan.outcome == "differs":
        yield cannot("words and records", f"{SETTINGS}, which says where they are, cannot be relied upon")
        return
    study = open_study(folder)
    yield _words(study, folder)
    yield _records(study, folder)
    yield cannot(
        "estimates and statuses",
        "they are computed from the full set; with it at hand, 'cmresearch reproduce' gives them again",
    )


def privacy_check(folder: Path) -> Check:
    """Whether the rules find personal data in an unpacked archive, but for what the study allows."""
    allowed: list[str] = []

    def faults() -> Iterator[str]:
        package = json.loads((folder / DATA_PACKAGE).read_text(encoding="utf-8"))
        allowed.extend([*open_study(folder).settings.sharing.allow, *package.get(ALLOWED, [])])
        yield from map(str, check_folder(folder, allow=allowed))

    found = outcome_of("privacy", faults, otherwise="", folder=folder)
    if found.outcome == "differs":
        return found
    return holds(
        "privacy",
        f"the rules find no personal data but what the archive allows ({len(allowed)} entries in {SETTINGS} and "
        f"{DATA_PACKAGE}); they miss names without a title",
    )


def _plan_faults(folder: Path) -> Iterator[str]:
    study, certificate = open_study(folder), read_certificate(folder / RESULTS / CERTIFICATE)
    if study.sha256 != certificate.study_sha256:
        yield f"the SHA-256 of {SETTINGS} is {study.sha256}, the certificate names {certificate.study_sha256}"
    yield from (f"{SETTINGS} names {name}, which leads out of the archive" for name in _outside(study, folder))


def _outside(study: Study, folder: Path) -> Iterator[str]:
    """Paths of a stranger's settings that would have this machine's own files read."""
    settings = study.settings
    words, responses = settings.words, settings.responses
    named = [] if words is None else [words.codebook, *words.sources, words.coding, *([words.decisions or ""])]
    named += [] if responses is None else [responses.folder]
    for name in named:
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            yield name


def _words(study: Study, folder: Path) -> Check:
    if study.settings.words is None:
        return cannot("words", "the study has no interviews, no documents and no codebook")
    codings: list[Coding] = []

    def faults() -> Iterator[str]:
        codings.append(study.read_coding(study.read_codebook(), study.read_sources()))
        yield from ()

    found = outcome_of("words", faults, otherwise="", folder=folder)
    if found.outcome == "differs":
        return found
    (coding,) = codings
    return holds(
        "words",
        f"{len(coding)} coded segments in {len(coding.sources)} interviews and documents fit texts and codebook; each "
        "quotation stands where its coding says",
    )


def _records(study: Study, folder: Path) -> Check:
    if study.settings.responses is None:
        return cannot("coders' records", "nobody read the sampled complaints")
    files = study.response_files()
    said = f"{len(files)} files; every record is of a drawn complaint, with values of the codebook"
    return outcome_of("coders' records", lambda: _record_faults(study, folder), otherwise=said, folder=folder)


def _record_faults(study: Study, folder: Path) -> Iterator[str]:
    drawn = {record.id for record in read_certificate(folder / RESULTS / CERTIFICATE).records}
    values = {"disposition": DISPOSITIONS} | study.coded_values(study.read_codebook())
    if not study.response_files():
        yield f"there are none in {study.settings.responses and study.settings.responses.folder}"
    for path in study.response_files():
        header, *rows = rows_of(path)
        for number, cells in enumerate(rows, start=2):
            row = dict(zip(header, cells, strict=True))
            if row["id"] not in drawn:
                yield f"{path}, row {number}: complaint {row['id']!r} was not drawn"
            for name, allowed in values.items():
                if row[name] and row[name] not in allowed:
                    yield f"{path}, row {number}: {name} is {row[name]!r}{nearest(row[name], allowed)}"

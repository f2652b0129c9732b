"""Making a study's archive: gathered, masked, described, looked through, and packed, or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from cmresearch.archive.data_package import DATA_PACKAGE, data_package_text
from cmresearch.archive.ddi import DDI, ddi_text
from cmresearch.archive.description import CITATION, citation_text, cited, describe, describe_file
from cmresearch.archive.gathering import FRAME, Gathered, gather
from cmresearch.archive.masking import columns_of
from cmresearch.archive.packing import MANIFEST, manifest_text, name_faults, names_below, zip_folder
from cmresearch.archive.readme import README, readme_text
from cmresearch.archive.ro_crate import RO_CRATE, ro_crate_text
from cmresearch.errors import ArchiveError, raise_all
from cmresearch.files.hashes import sha256_of
from cmresearch.files.writing import trial_folder, whole_folder, write_text
from cmresearch.privacy.sharing import UNREAD, Disclosure, check_folder
from cmresearch.sampling.certificate import CERTIFICATE, Certificate, read_certificate
from cmresearch.sampling.verification import verify
from cmresearch.study.study import Study

LISTED = 50
"""How many lines of personal data a refusal lists."""


@dataclass(frozen=True)
class Archived:
    """An archive that was written.

    Attributes:
        path: The file.
        sha256: Its hash: publish it, for nothing else shows that the archive is the one that was made.
        files: How many files are in it.
        bytes: Its size.
        gathered: What was masked and what was left out.
    """

    path: Path
    sha256: str
    files: int
    bytes: int
    gathered: Gathered


def write_archive(
    study: Study,
    path: Path,
    *,
    results: Path | None = None,
    date: str | None = None,
    allow: Collection[str] = (),
    leave_out: Collection[str] = (),
    progress: Callable[[str], None] = lambda step: None,  # noqa: ARG005 - the name is part of what is promised
) -> Archived:
    """Write one zip file with everything of a study that may be shared, described for archives and repositories.

    The same study and results give the same bytes, on any day and from any Python. The results are taken as they are,
    after their sample was drawn again and compared.

    Args:
        study: The study.
        path: The file to write; one of the same name is replaced, once the new one is complete.
        results: The folder of its results; by default the study's own.
        date: The day of publication, as 2026-11-25; by default `date-released` of the study's CITATION.cff.
        allow: What the privacy check may pass over besides what the study's settings name.
        leave_out: Patterns of names in the archive that shall stay behind.
        progress: Called with the name of each step as it begins.

    Returns:
        What was written.

    Raises:
        ArchiveError: The study draws no sample, there are no results, they are of another `study.toml`, their sample
            does not verify, no date is named, or the privacy check found something in what would go in; each of it, a
            line each.
    """
    source = study.results if results is None else results
    published = _date(study, date)
    progress("results: the sample is what its rule draws")
    certificate = _checked(study, source)
    with trial_folder() as folder:
        progress("files gathered, words masked")
        allowed = [*study.settings.sharing.allow, *allow]
        gathered = gather(study, source, folder, allow=allowed, leave_out=leave_out)
        progress("described")
        _describe(study, certificate, folder, gathered, date=published, allowed=allow)
        raise_all(ArchiveError, list(name_faults(names_below(folder))))
        progress("privacy check of everything that would go in")
        _refuse(check_folder(folder, allow=allowed))
        progress("packed")
        with whole_folder(path.parent) as beside:
            zip_folder(folder, beside / path.name)
        return Archived(path, sha256_of(path), len(names_below(folder)), path.stat().st_size, gathered)


def _date(study: Study, date: str | None) -> str:
    found = date or cited(study.folder / CITATION, "date-released")
    try:
        return datetime.date.fromisoformat(found).isoformat()
    except ValueError:
        stated = f"found {found!r}" if found else f"none given, and no date-released in {study.folder / CITATION}"
        raise ArchiveError(
            f"no day of publication: {stated}; expected a date such as 2026-11-25 (--date). It is not taken from the "
            "clock, so that the same files give the same archive"
        ) from None


def _checked(study: Study, results: Path) -> Certificate:
    """The certificate of the results, which hold together and are those of this study."""
    if study.settings.sample is None:
        raise ArchiveError(f"{study.folder} draws no sample; an archive is one that anybody can draw again and compare")
    if not (results / CERTIFICATE).is_file() or not (results / FRAME).is_file():
        raise ArchiveError(f"{results} holds no results of a study; run 'cmresearch reproduce' first")
    certificate = read_certificate(results / CERTIFICATE)
    if certificate.study_sha256 != study.sha256:
        raise ArchiveError(
            f"the results in {results} are of another study.toml than the one in {study.folder}: it was changed since, "
            "or they are another study's; run 'cmresearch reproduce' again"
        )
    verification = verify(results, results / FRAME)
    # A study without register columns fingerprints the whole export, of which frame.csv shows a part.
    is_partial = not set(certificate.frame.content_columns) <= set(columns_of(results / FRAME))
    if set(verification.subjects) - ({"content"} if is_partial else set()):
        raise ArchiveError(f"the results in {results} do not hold together:\n{verification.to_text()}")
    return certificate


def _describe(
    study: Study, certificate: Certificate, folder: Path, gathered: Gathered, *, date: str, allowed: Collection[str]
) -> None:
    """Write the files that say what the others are, each after those that it speaks of."""
    if not (folder / CITATION).is_file():
        write_text(folder / CITATION, citation_text(study, date))
    licence = cited(folder / CITATION, "license")
    description = describe(study, certificate, folder, gathered, date=date, licence=licence, allowed=allowed)
    write_text(folder / README, readme_text(description))
    write_text(folder / DDI, ddi_text(description))
    write_text(folder / DATA_PACKAGE, data_package_text(description))
    described = tuple(describe_file(folder, name) for name in names_below(folder))
    write_text(folder / RO_CRATE, ro_crate_text(description, described))
    write_text(folder / MANIFEST, manifest_text(folder))


def _refuse(disclosures: list[Disclosure]) -> None:
    if not disclosures:
        return
    lines = [str(each) for each in disclosures[:LISTED]]
    if len(disclosures) > LISTED:
        lines.append(f"… and {len(disclosures) - LISTED} more")
    unread = any(each.kind == UNREAD for each in disclosures)
    ending = " A file that cannot be looked into is allowed by its name once somebody has looked." if unread else ""
    raise ArchiveError(
        f"not archived: places that the privacy check found in what would go in: {len(disclosures)}. "
        "Change what stands there, allow it in study.toml ([sharing] allow) or with --allow, or leave the file "
        f"out with --leave-out.{ending}\n" + "\n".join(lines)
    )

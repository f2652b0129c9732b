"""Checking an archive whole: every check a line, with what it found, and what it cannot find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cmresearch.archive.checks import (
    READING,
    Check,
    cannot,
    differs,
    holds,
    outcome_of,
    privacy_check,
    sample_checks,
    study_checks,
)
from cmresearch.archive.data_package import DATA_PACKAGE
from cmresearch.archive.ddi import DDI
from cmresearch.archive.description import CITATION, citation_faults
from cmresearch.archive.gathering import RESULTS
from cmresearch.archive.packing import MANIFEST, manifest_faults, read_manifest, unzip, zip_folder
from cmresearch.archive.readme import PROVES, PROVES_NOT, PROVES_OF_WORDS
from cmresearch.archive.ro_crate import RO_CRATE
from cmresearch.archive.standards import data_package_faults, ddi_faults, ro_crate_faults
from cmresearch.files.hashes import sha256_of
from cmresearch.files.writing import trial_folder
from cmresearch.sampling.certificate import CERTIFICATE, read_certificate


@dataclass(frozen=True)
class ArchiveCheck:
    """The outcome of checking an archive.

    Attributes:
        path: The archive.
        sha256: Its hash.
        checks: Every check with its outcome, in the order they were made.
    """

    path: Path
    sha256: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing differs; what cannot be checked here is no difference."""
        return all(check.outcome != "differs" for check in self.checks)

    @property
    def proves(self) -> tuple[str, ...]:
        """The conclusions that the checks allow, in sentences; none where any differs."""
        has_words = any(check.subject == "words" and check.outcome == "holds" for check in self.checks)
        proved = (*PROVES, *(PROVES_OF_WORDS if has_words else ()))
        return proved if self.holds else ()

    def to_text(self) -> str:
        """The outcome, a line for each check, with what it proves and what it does not."""
        lines = [f"SHA-256 {self.sha256}", *map(str, self.checks), ""]
        if not self.holds:
            count = sum(check.outcome == "differs" for check in self.checks)
            return "\n".join([*lines, f"{count} of {len(self.checks)} checks differ: it does not hold together."])
        proved = ["What this proves:", *(f"- {sentence}" for sentence in self.proves)]
        return "\n".join([*lines, *proved, "What it does not prove:", *(f"- {sentence}" for sentence in PROVES_NOT)])


def verify_archive(
    path: Path,
    *,
    published: str | None = None,
    progress: Callable[[str], None] = lambda step: None,  # noqa: ARG005 - the name is part of what is promised
) -> ArchiveCheck:
    """Check an archive of a study whole, with nothing but the archive.

    It is read as a stranger's: nothing is unpacked that leads out of it or swells up, no program and no SQL in it is
    run, and whatever is wrong in it is an outcome.

    Args:
        path: The archive.
        published: A hash that was published: the archive's own, its manifest's, or the certificate's commitment.
        progress: Called with the name of each step as it begins.

    Returns:
        Every check with its outcome: holds, differs, or cannot be checked here.

    Raises:
        ArchiveError: It is no zip file, cannot be unpacked safely, or holds no manifest.
    """
    with trial_folder() as temporary:
        # The folder's true name, by which the checks tell whether a path leads out of it.
        folder, again = temporary.resolve() / "files", temporary.resolve() / "again.zip"
        folder.mkdir()
        progress("unpacked")
        unzip(path, folder)
        sha256 = sha256_of(path)
        checks = [_manifest(folder), _packing(folder, again, sha256)]
        again.unlink()
        progress("sample drawn again")
        checks += sample_checks(folder)
        checks.append(_published(folder, sha256, published))
        progress("plan, words and records")
        checks += study_checks(folder)
        progress("descriptions")
        checks += _descriptions(folder)
        progress("privacy")
        checks.append(privacy_check(folder))
    return ArchiveCheck(path, sha256, tuple(checks))


def _manifest(folder: Path) -> Check:
    listed = read_manifest(folder)
    message = f"{len(listed)} files are there and unchanged, and no other"
    return outcome_of("manifest", lambda: manifest_faults(folder, listed), otherwise=message, folder=folder)


def _packing(folder: Path, again: Path, sha256: str) -> Check:
    """Whether the zip file is what its files give, so that nothing hides before, between or behind them."""
    zip_folder(folder, again)
    if sha256_of(again) == sha256:
        return holds("packing", "packed again, its files give the same archive; nothing hides between them")
    return cannot("packing", "it was packed otherwise than the library does; its files are checked one by one")


def _published(folder: Path, sha256: str, published: str | None) -> Check:
    hashes = {sha256: "the archive's own", sha256_of(folder / MANIFEST): "the manifest's"}
    try:
        certificate = read_certificate(folder / RESULTS / CERTIFICATE)
        hashes[certificate.commitment_now()] = "the commitment to frame and sizes"
        stated = certificate.commitment.published
    except READING:
        stated = None
    if published is None:
        where = f"the certificate says it was published in {stated}; look there, and " if stated else ""
        return cannot(
            "published", f"{where}name a published hash with --published, else nothing shows when this was made"
        )
    name = hashes.get(published.strip().lower())
    if name is None:
        listed = ", ".join(f"{what} is {value}" for value, what in hashes.items())
        return differs("published", [f"published was {published.strip()}; {listed}"])
    return holds("published", f"it is {name}")


def _descriptions(folder: Path) -> Iterator[Check]:
    rules = {
        DATA_PACKAGE: (data_package_faults, "keeps to the rules of Data Package 2.0 and fits the files"),
        RO_CRATE: (ro_crate_faults, "keeps to the rules of RO-Crate 1.1 and lists every file"),
        DDI: (ddi_faults, "keeps to the order of DDI-Codebook 2.5 and fits the tables"),
    }
    for name, (faults, message) in rules.items():
        yield outcome_of(name, partial(faults, folder), otherwise=message, folder=folder)
    yield outcome_of(
        CITATION,
        lambda: citation_faults((folder / CITATION).read_text(encoding="utf-8")),
        otherwise="has what a citation file needs",
        folder=folder,
    )

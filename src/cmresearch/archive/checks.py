"""The study in an archive: its sources fit their coding, its records fit the sample, and nothing personal is found."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cmresearch.archive.data_package import ALLOWED, DATA_PACKAGE
from cmresearch.archive.gathering import FRAME, RESULTS, SHARED_SAMPLE
from cmresearch.archive.masking import rows_of
from cmresearch.coding.coding import Coding
from cmresearch.errors import CmResearchError, nearest
from cmresearch.privacy.sharing import check_folder
from cmresearch.responses.records import DISPOSITIONS
from cmresearch.sampling import verify_sample
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, SCRIPT, Certificate, read_certificate
from cmresearch.sampling.drawing import ADDED
from cmresearch.sampling.fingerprints import read_buckets
from cmresearch.sampling.verification import contradictions
from cmresearch.study.settings import SETTINGS
from cmresearch.study.study import Study, open_study

Outcome: TypeAlias = Literal["holds", "differs", "cannot be checked here"]
SHOWN = 5
READING = (CmResearchError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error)
"""The errors that readers raise for a file that is not what it should be; of an archive, they are an outcome."""


@dataclass(frozen=True)
class Check:
    """One check: what was checked, how it ended, and what was found, in sentences."""

    subject: str
    outcome: Outcome
    message: str

    def __str__(self) -> str:
        """The check as one line, or a line for each thing that differs."""
        return f"{self.outcome:<23} {self.subject}: {self.message}"


def holds(subject: str, message: str) -> Check:
    """A check that found what it should."""
    return Check(subject, "holds", message)


def differs(subject: str, faults: Iterable[str]) -> Check:
    """A check that found something else."""
    found = list(faults)
    more = [f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return Check(subject, "differs", "; ".join([*found[:SHOWN], *more]))


def cannot(subject: str, why: str) -> Check:
    """A check that these files do not allow."""
    return Check(subject, "cannot be checked here", why)


def outcome_of(subject: str, find: Callable[[], Iterable[str]], *, otherwise: str, folder: Path) -> Check:
    """The outcome of looking for faults.

    Args:
        subject: What is checked.
        find: Gives a sentence for each fault; where a file cannot be read at all, that is the fault.
        otherwise: What is so where there is none.
        folder: Where the archive was unpacked, of which a reader need not hear.
    """
    try:
        faults = list(find())
    except READING as error:
        faults = str(error).splitlines() if isinstance(error, CmResearchError) else [f"{type(error).__name__}: {error}"]
    if faults:
        return differs(subject, [fault.replace(f"{folder}/", "") for fault in faults])
    return holds(subject, otherwise)


def study_checks(folder: Path) -> Iterator[Check]:
    """The plan, the sources and coding, the coders' records and the privacy of an unpacked archive."""
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
    yield _qualitative(study, folder)
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
    qualitative, responses = settings.words, settings.responses
    named = (
        []
        if qualitative is None
        else [qualitative.codebook, *qualitative.sources, qualitative.coding, *([qualitative.decisions or ""])]
    )
    named += [] if responses is None else [responses.folder]
    for name in named:
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            yield name


def _qualitative(study: Study, folder: Path) -> Check:
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
    message = f"{len(files)} files; every record is of a drawn complaint, with values of the codebook"
    return outcome_of("coders' records", lambda: _record_faults(study, folder), otherwise=message, folder=folder)


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


Rows = list[dict[str, str]]


def sample_checks(folder: Path) -> Iterator[Check]:
    """Certificate, frame and sample of an unpacked archive, and what of them is not here to be checked."""
    results = folder / RESULTS
    form = outcome_of(
        "certificate",
        lambda: _certificate_faults(results),
        otherwise="has the published form and does not contradict itself or the frame's buckets",
        folder=folder,
    )
    yield form
    if form.outcome == "differs":
        yield cannot("sample", "the certificate cannot be relied upon")
        return
    certificate = read_certificate(results / CERTIFICATE)
    yield from _frame_checks(folder, certificate)
    yield _script(results)
    yield cannot(
        "drawn records",
        f"the raw sample is private; the certificate holds the fingerprints of {len(certificate.records)} records, and "
        "whoever has sample.csv compares it with 'cmresearch verify'",
    )
    yield cannot(
        "full set",
        f"{certificate.source.file} is not in the archive; its SHA-256 is {certificate.source.sha256}",
    )


def _certificate_faults(results: Path) -> Iterator[str]:
    certificate = read_certificate(results / CERTIFICATE)
    yield from (difference.message for difference in contradictions(certificate, read_buckets(results / BUCKETS)))


def _frame_checks(folder: Path, certificate: Certificate) -> Iterator[Check]:
    results, part = folder / RESULTS, certificate.model_dump()
    rows: Rows = []
    readable = outcome_of(
        "frame", lambda: _membership_faults(rows, results, part), otherwise=_frame_message(certificate), folder=folder
    )
    yield readable
    if not rows:
        yield cannot("sample", "there is no frame to draw it from")
        return
    yield _content(rows, part, folder)
    drawn = f"{certificate.allocation.size} complaints drawn again from the frame are those of the certificate"
    yield outcome_of("sample", lambda: _sample_faults(rows, part), otherwise=drawn, folder=folder)
    shared = "lists the drawn complaints with their strata, tickets and weights"
    yield outcome_of(
        "shared sample", lambda: _shared_faults(results / SHARED_SAMPLE, certificate), otherwise=shared, folder=folder
    )


def _frame_message(certificate: Certificate) -> str:
    return f"{certificate.frame.rows} complaints with the ids and strata of the certificate's fingerprint"


def _membership_faults(rows: Rows, results: Path, certificate: dict[str, Any]) -> Iterator[str]:
    frame = certificate["frame"]
    rows += verify_sample.read_csv(str(results / FRAME))
    if len(rows) != frame["rows"]:
        yield f"{len(rows)} complaints; the certificate says {frame['rows']}"
    if len({row[frame["id"]] for row in rows}) != len(rows):
        yield "an id stands there more than once"
    if verify_sample.fingerprint(rows, frame, [frame["id"], *frame["strata"]]) != frame["membership"]:
        yield "its membership (ids and strata) is not the certificate's"


def _content(rows: Rows, certificate: dict[str, Any], folder: Path) -> Check:
    frame = certificate["frame"]
    absent = [name for name in frame["content_columns"] if name not in rows[0]]
    if absent:
        return cannot("frame's content", f"its fingerprint covers columns that are not shared: {', '.join(absent)}")
    columns = list(dict.fromkeys([frame["id"], *frame["strata"], *frame["content_columns"]]))

    def faults() -> Iterator[str]:
        if verify_sample.fingerprint(rows, frame, columns) != frame["content"]:
            yield "what the frame says of its complaints is not what the certificate's fingerprint covers"

    message = f"what it says of each complaint in {len(columns)} columns fits the certificate's fingerprint"
    return outcome_of("frame's content", faults, otherwise=message, folder=folder)


def _sample_faults(rows: Rows, certificate: dict[str, Any]) -> Iterator[str]:
    strata = verify_sample.by_stratum(rows, certificate["frame"])
    drawn, cut_offs = verify_sample.draw(strata, certificate)
    for part in certificate["strata"]:
        label = part["stratum"]
        if len(strata.get(label, ())) != part["frame_size"]:
            yield f"stratum {label!r} holds {len(strata.get(label, ()))} complaints, not {part['frame_size']}"
        if cut_offs[label] != part["cut_off"]:
            yield f"stratum {label!r}: the last ticket drawn is not the certificate's cut-off"
    yield from verify_sample.compared("the certificate", [one["id"] for one in certificate["records"]], drawn)


def _shared_faults(path: Path, certificate: Certificate) -> Iterator[str]:
    rows = verify_sample.read_csv(str(path))
    listed, wanted = [row[certificate.frame.id] for row in rows], [record.id for record in certificate.records]
    if listed != wanted:
        yield f"its {len(listed)} complaints are not the {len(wanted)} of the certificate, or in another order"
        return
    parts = {part.stratum: part for part in certificate.strata}
    for row in rows:
        part, id = parts[row["stratum"]], row[certificate.frame.id]
        rule = (
            part.stratum,
            verify_sample.sha256(f"{certificate.seed.text}|{id}"),
            str(part.sample_size / part.frame_size),
            str(part.frame_size / part.sample_size),
        )
        if tuple(row[name] for name in ADDED) != rule or rule[1] > (part.cut_off or ""):
            yield f"{id!r} has a ticket, stratum or weight other than the rule gives"


def _script(results: Path) -> Check:
    own = Path(verify_sample.__file__).read_bytes()
    if (results / SCRIPT).is_file() and (results / SCRIPT).read_bytes() == own:
        return holds(SCRIPT, "is the script that this version of the library carries")
    return cannot(SCRIPT, "is absent, or not the script of this version of the library; read it before you run it")

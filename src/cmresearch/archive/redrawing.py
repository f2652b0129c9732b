"""The sample of an archive, drawn again from the archive's own frame.

Plain Python by the stand-alone script's own functions: a certificate from a stranger may name SQL, and none is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cmresearch.archive.gathering import FRAME, RESULTS, SHARED_SAMPLE
from cmresearch.archive.outcomes import Check, cannot, holds, outcome_of
from cmresearch.sampling import verify_sample
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, SCRIPT, Certificate, read_certificate
from cmresearch.sampling.drawing import ADDED
from cmresearch.sampling.fingerprints import read_buckets
from cmresearch.sampling.verification import contradictions

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
        "frame", lambda: _membership_faults(rows, results, part), otherwise=_said_of_frame(certificate), folder=folder
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


def _said_of_frame(certificate: Certificate) -> str:
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

    said = f"what it says of each complaint in {len(columns)} columns fits the certificate's fingerprint"
    return outcome_of("frame's content", faults, otherwise=said, folder=folder)


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

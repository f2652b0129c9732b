"""Whether a sample, its certificate and a frame belong together, and if not, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cmresearch.allocation import Allocation
from cmresearch.certificate import (
    BUCKETS,
    CERTIFICATE,
    EMPTY,
    SAMPLE,
    Certificate,
    Fingerprint,
    fingerprint,
    folded,
    read_buckets,
    read_certificate,
    read_rows,
    record_fingerprint,
)
from cmresearch.errors import FrameError
from cmresearch.frame import Frame, read_frame
from cmresearch.provenance import sha256_of
from cmresearch.sampling import draw, ticket

Subject = Literal["certificate", "membership", "content", "sample", "record"]
EXAMPLES = 3
MEANING: Mapping[Subject, str] = {
    "certificate": "the certificate contradicts itself",
    "membership": "the frame's membership has changed",
    "content": "the frame's content has changed",
    "sample": "the sample is not what the rule gives",
    "record": "a drawn record has changed",
}


@dataclass(frozen=True)
class Difference:
    """One thing that does not hold.

    Attributes:
        subject: What differs: certificate, membership, content, sample or record.
        message: What was found and what was expected, with a count and examples.
    """

    subject: Subject
    message: str


@dataclass(frozen=True)
class Verification:
    """What was checked, and what does not hold.

    Attributes:
        differences: What does not hold; empty when all holds.
        notes: What a reader should know though nothing is wrong.
        checked: How many drawn complaints and how many of the frame were compared.
    """

    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    checked: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return not self.differences

    def to_text(self) -> str:
        """The outcome in sentences, one a line."""
        if self.holds:
            counts = f"{self.checked['sample']} drawn complaints of a frame of {self.checked['frame']}"
            return "\n".join([f"all holds: {counts}", *self.notes])
        lines = [f"{MEANING[one.subject]}: {one.message}" for one in self.differences]
        return "\n".join([*lines, *self.notes])


def verify(folder: str | Path, frame: str | Path) -> Verification:
    """Draw a certified sample again from a frame's file and compare everything.

    Verifying shows that these files belong together. That nobody made them up afterwards is shown only by a hash
    that was public before the seed was known.

    Args:
        folder: The folder of `sample.csv`, `certificate.json` and the bucket file.
        frame: The export that the sample was drawn from, in any order of rows, or the `frame.csv` of a study.

    Returns:
        What differs, told apart: the certificate against itself, the frame's membership, its content, the sample,
        a drawn record.

    Raises:
        SampleError: The folder holds no readable certificate or sample.
        IntakeError: The frame's file cannot be read.
    """
    folder = Path(folder)
    certificate = read_certificate(folder / CERTIFICATE)
    rows = read_rows(folder / SAMPLE)
    buckets = read_buckets(folder / BUCKETS)
    differences = [*_contradictions(certificate, buckets), *_own_records(certificate, rows)]
    try:
        present = read_frame(
            frame, id=certificate.frame.id, strata=certificate.frame.strata, where=certificate.frame.filter
        )
    except FrameError as error:
        differences.append(Difference("membership", f"{Path(frame).name} cannot be the frame: {error}"))
        return Verification(tuple(differences), (), {"sample": len(rows), "frame": 0})
    differences += _frame_differences(certificate, buckets, present)
    if not any(one.subject == "membership" for one in differences):
        differences += _sample_differences(certificate, rows, present)
    notes = (
        [] if sha256_of(Path(frame)) == certificate.source.sha256 else [_other_file(certificate, Path(frame))]
    )
    return Verification(tuple(differences), tuple(notes), {"sample": len(rows), "frame": present.size})


def _other_file(certificate: Certificate, path: Path) -> str:
    return f"note: {path.name} is not the very file {certificate.source.file} that was drawn from (its SHA-256 differs)"


def _shown(ids: Iterable[str]) -> str:
    listed = sorted(ids)
    return ", ".join(listed[:EXAMPLES]) + (" …" if len(listed) > EXAMPLES else "")


def _contradictions(
    certificate: Certificate, buckets: Mapping[str, tuple[int, str, str]]
) -> list[Difference]:
    rows, size = certificate.frame.rows, certificate.allocation.size
    in_strata = sum(part.frame_size for part in certificate.strata)
    drawn = sum(part.sample_size for part in certificate.strata)
    in_buckets = sum(row[0] for row in buckets.values())
    fingerprints = (certificate.frame.membership, certificate.frame.content)
    faults = {
        f"its strata add up to {in_strata} complaints, the frame to {rows}": in_strata != rows,
        f"its strata draw {drawn} complaints, the allocation {size}": drawn != size,
        f"it lists {len(certificate.records)} records, the allocation {size}": len(certificate.records)
        != size,
        "its commitment is not the hash of its frame and allocation": (
            certificate.commitment.sha256 != certificate.commitment_now()
        ),
        f"the bucket file counts {in_buckets} complaints, the frame {rows}": in_buckets != rows,
        "the bucket file does not give its fingerprints": folded(buckets) != fingerprints,
    }
    return [Difference("certificate", message) for message, holds in faults.items() if holds]


def _own_records(certificate: Certificate, rows: list[dict[str, str]]) -> list[Difference]:
    """What the sample's file and the certificate say of each other, without any frame."""
    certified = {record.id: record.fingerprint for record in certificate.records}
    present = {row.get(certificate.frame.id, ""): row for row in rows}
    changed = [
        id
        for id, row in present.items()
        if id in certified
        and record_fingerprint([row.get(name, "") for name in certificate.record_columns]) != certified[id]
    ]
    wrong = [id for id, row in present.items() if id in certified and not _is_drawn(certificate, id, row)]
    groups: list[tuple[Subject, str, Iterable[str]]] = [
        ("sample", "are in the sample and not in the certificate", present.keys() - certified.keys()),
        ("sample", "are in the certificate and not in the sample", certified.keys() - present.keys()),
        ("sample", "have a ticket, stratum or weight other than the rule gives", wrong),
        ("record", "differ from their fingerprints", changed),
    ]
    return [
        Difference(subject, f"{len(list(ids))} complaints {what}: {_shown(ids)}")
        for subject, what, ids in groups
        if ids
    ]


def _is_drawn(certificate: Certificate, id: str, row: Mapping[str, str]) -> bool:
    strata = {part.stratum: part for part in certificate.strata}
    part = strata.get(row.get("stratum", ""))
    if part is None or part.cut_off is None:
        return False
    drawn_ticket = ticket(certificate.seed.text, id)
    expected = (
        drawn_ticket,
        str(part.sample_size / part.frame_size),
        str(part.frame_size / part.sample_size),
    )
    found = (row.get("ticket"), row.get("inclusion_probability"), row.get("design_weight"))
    return found == expected and drawn_ticket <= part.cut_off


def _frame_differences(
    certificate: Certificate, buckets: Mapping[str, tuple[int, str, str]], frame: Frame
) -> list[Difference]:
    here = [name for name in certificate.frame.content_columns if name in frame.complaints.columns]
    absent = [name for name in certificate.frame.content_columns if name not in here]
    made = fingerprint(frame, here)
    differences = []
    if made.membership != certificate.frame.membership:
        message = f"{frame.size} complaints instead of {certificate.frame.rows}; {_moved(buckets, made, 1)}"
        differences.append(Difference("membership", message))
    elif absent:
        differences.append(Difference("content", f"{frame.complaints.path.name} lacks {', '.join(absent)}"))
    elif made.content != certificate.frame.content:
        differences.append(Difference("content", _moved(buckets, made, 2)))
    return differences


def _moved(buckets: Mapping[str, tuple[int, str, str]], made: Fingerprint, which: int) -> str:
    nothing = (0, EMPTY, EMPTY)
    names = [
        name
        for name in sorted(buckets.keys() | made.buckets.keys())
        if buckets.get(name, nothing)[which] != made.buckets.get(name, nothing)[which]
    ]
    return f"{len(names)} of 4096 buckets differ (by the SHA-256 of the id): {_shown(names)}"


def _sample_differences(
    certificate: Certificate, rows: list[dict[str, str]], frame: Frame
) -> list[Difference]:
    sizes = {part.stratum: part.sample_size for part in certificate.strata}
    allocation = Allocation(
        frame.sizes,
        {label: sizes.get(label, 0) for label in frame.sizes},
        certificate.allocation.method,
        certificate.allocation.minimum,
    )
    again = draw(frame, allocation, seed=certificate.seed.text)
    present = {row.get(certificate.frame.id, ""): row for row in rows}
    missing, foreign = set(again.ids) - present.keys(), present.keys() - set(again.ids)
    differences = []
    if missing or foreign:
        message = (
            f"{len(missing)} complaints should be in it and are not ({_shown(missing)}); "
            f"{len(foreign)} are in it and should not be ({_shown(foreign)})"
        )
        differences.append(Difference("sample", message))
    columns = [name for name in certificate.record_columns if name in frame.complaints.columns]
    drawn = again.rows[columns].itertuples(index=False, name=None)
    changed = [
        id
        for id, cells in zip(again.ids, drawn, strict=True)
        if id in present and [present[id].get(name, "") for name in columns] != list(cells)
    ]
    if changed:
        message = f"{len(changed)} complaints differ between sample and frame: {_shown(changed)}"
        differences.append(Difference("record", message))
    return differences

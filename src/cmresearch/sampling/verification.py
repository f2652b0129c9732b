"""Whether a sample, its certificate and a frame belong together, and if not, what differs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cmresearch.errors import FrameError, SampleError
from cmresearch.files.hashes import sha256_of
from cmresearch.intake.complaints import Complaints, literal, read_complaints
from cmresearch.intake.mapped_export import read_export
from cmresearch.intake.mapping import IntakeMapping
from cmresearch.sampling.allocation import Allocation
from cmresearch.sampling.bucket_hashes import Bucket, bucket_of
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, RULE, SAMPLE, Certificate, read_certificate
from cmresearch.sampling.drawing import ADDED, check_seed, draw, ticket
from cmresearch.sampling.fingerprints import (
    EMPTY,
    Fingerprint,
    fingerprint,
    folded,
    read_buckets,
    read_rows,
    record_fingerprint,
)
from cmresearch.sampling.frame import JOINT, Frame, read_frame

Subject = Literal["certificate", "commitment", "membership", "content", "sample", "record"]
EXAMPLES = 3
MEANING: Mapping[Subject, str] = {
    "certificate": "the certificate contradicts itself",
    "commitment": "the commitment is not the one that was published",
    "membership": "the frame's membership has changed",
    "content": "the frame's content has changed",
    "sample": "the sample is not what the rule gives",
    "record": "a drawn record has changed",
}


@dataclass(frozen=True)
class Difference:
    """One thing that does not hold.

    Attributes:
        subject: What differs: certificate, commitment, membership, content, sample or record.
        message: What was found and what was expected, with a count and examples.
    """

    subject: Subject
    message: str


@dataclass(frozen=True)
class Verification:
    """The outcome of a verification: the subjects that were checked, and every difference.

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

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The subjects that differ, each once, in the order in which they were found."""
        return tuple(dict.fromkeys(one.subject for one in self.differences))

    def to_text(self) -> str:
        """The outcome in sentences, one a line."""
        if self.holds:
            counts = f"{self.checked['sample']} drawn complaints of a frame of {self.checked['frame']}"
            return "\n".join([f"all holds: {counts}", *self.notes])
        lines = [f"{MEANING[one.subject]}: {one.message}" for one in self.differences]
        return "\n".join([*lines, *self.notes])


def verify(
    folder: str | Path, frame: str | Path, *, published: str | None = None, old_frame: str | Path | None = None
) -> Verification:
    """Draw a certified sample again from a frame's file and compare everything.

    Verifying shows that these files belong together. That nobody made them up afterwards is shown only by a hash
    that was public before the seed was known: give it as `published`.

    Args:
        folder: The folder of `sample.csv`, `certificate.json` and the bucket file.
        frame: The export that the sample was drawn from, in any order of rows, or the `frame.csv` of a study.
        published: The commitment as it was published beforehand, 64 hexadecimal digits.
        old_frame: The export as it was when the sample was drawn: with it, the complaints that came, went or moved
            between strata are named, not only the buckets they are in.

    Returns:
        What differs, by kind: the certificate against itself, the published commitment, the frame's membership,
        its content, the sample, a drawn record.

    Raises:
        SampleError: The folder holds no readable certificate, sample or bucket file.
        IntakeError: The frame's file cannot be read.
    """
    folder, path = Path(folder), Path(frame)
    certificate = read_certificate(folder / CERTIFICATE)
    rows = read_rows(folder / SAMPLE)
    buckets = read_buckets(folder / BUCKETS)
    differences = [
        *contradictions(certificate, buckets),
        *_other_commitment(certificate, published),
        *_own_records(certificate, rows),
    ]
    try:
        present, notes = read_certified_frame(certificate, path)
        differences += _frame_differences(certificate, buckets, present, old_frame)
    except FrameError as error:
        differences.append(Difference("membership", f"{path.name} cannot be the frame: {error}"))
        return Verification(tuple(differences), (), {"sample": len(rows), "frame": 0})
    subjects = {one.subject for one in differences}
    if not subjects & {"membership", "certificate"}:
        differences += _sample_differences(certificate, rows, present)
    if sha256_of(path) != certificate.source.sha256:
        drawn_from = certificate.source.file
        notes.append(f"note: {path.name} is not the very file {drawn_from} that was drawn from (its SHA-256 differs)")
    return Verification(tuple(differences), tuple(notes), {"sample": len(rows), "frame": present.size})


def read_certified_frame(certificate: Certificate, path: Path) -> tuple[Frame, list[str]]:
    """The frame in a file by a certificate's own columns and filter, with notes.

    A study's `frame.csv` holds the frame alone, and may lack what the filter asks for; then it is taken as it is, and
    its fingerprint decides whether it is the frame.

    Raises:
        FrameError: The file cannot be the frame; all faults at once.
    """
    part, complaints = certificate.frame, _as_certified(certificate, path)
    # A study's frame.csv holds made strata as columns.
    made = {name: sql for name, sql in part.strata_made.items() if name not in complaints.columns}
    try:
        return read_frame(complaints, id=part.id, strata=part.strata, where=part.filter, variables=made), []
    except FrameError as fault:
        if part.filter is None or not str(fault).startswith("the filter"):
            raise
        whole = read_frame(complaints, id=part.id, strata=part.strata, variables=made)
        return whole, [
            f"note: the filter was not applied to {path.name}, which was taken for the frame itself: {fault}"
        ]


def _as_certified(certificate: Certificate, path: Path) -> Complaints:
    """The complaints of a file; of an export that was mapped, by the same mapping."""
    complaints = read_complaints(path)
    mapping = (certificate.intake or {}).get("mapping")
    if not mapping:
        return complaints
    if certificate.frame.id in complaints.columns and sha256_of(path) != certificate.source.sha256:
        return complaints  # a study's frame.csv, which is mapped already
    return read_export(path, IntakeMapping.model_validate_json(json.dumps(mapping)), refuse="nothing").complaints


def _shown(ids: Iterable[str]) -> str:
    # An edited file may hold what would move a terminal's cursor.
    listed = [id if id.isprintable() else repr(id) for id in sorted(ids)]
    return ", ".join(listed[:EXAMPLES]) + (" …" if len(listed) > EXAMPLES else "")


def contradictions(certificate: Certificate, buckets: Mapping[str, Bucket]) -> list[Difference]:
    """Where a certificate contradicts itself or its bucket file; nothing else is needed to see it."""
    rows, size = certificate.frame.rows, certificate.allocation.size
    in_strata = sum(part.frame_size for part in certificate.strata)
    drawn = sum(part.sample_size for part in certificate.strata)
    in_buckets = sum(row[0] for row in buckets.values())
    listed = len({record.id for record in certificate.records})
    labels = [part.stratum for part in certificate.strata]
    faults = {
        f"its rule is {certificate.rule!r}, not {RULE!r}": certificate.rule != RULE,
        f"its strata add up to {in_strata} complaints, the frame to {rows}": in_strata != rows,
        f"its strata draw {drawn} complaints, the allocation {size}": drawn != size,
        f"it lists {listed} records, the allocation {size}": listed != size or len(certificate.records) != size,
        "a stratum is listed twice, or its label is not that of its values": len(set(labels)) != len(labels)
        or any(part.stratum != JOINT.join(part.values) for part in certificate.strata),
        "a stratum draws more than it holds": any(part.sample_size > part.frame_size for part in certificate.strata),
        "a stratum has a cut-off and nothing drawn, or the other way round": any(
            (part.cut_off is None) != (part.sample_size == 0) for part in certificate.strata
        ),
        "its commitment is not the hash of its frame and allocation": (
            certificate.commitment.sha256 != certificate.commitment_now()
        ),
        f"the bucket file counts {in_buckets} complaints, the frame {rows}": in_buckets != rows,
        "the bucket file does not give its fingerprints": folded(buckets)
        != (certificate.frame.membership, certificate.frame.content),
        **_seed_faults(certificate),
    }
    return [Difference("certificate", message) for message, holds in faults.items() if holds]


def _seed_faults(certificate: Certificate) -> dict[str, bool]:
    try:
        check_seed(certificate.seed.text)
    except SampleError as error:
        return {str(error): True}
    return {}


def _other_commitment(certificate: Certificate, published: str | None) -> list[Difference]:
    if published is None or published.strip().lower() == certificate.commitment_now():
        return []
    message = f"published was {published.strip()}, frame and allocation give {certificate.commitment_now()}"
    return [Difference("commitment", message)]


def _own_records(certificate: Certificate, rows: list[dict[str, str]]) -> list[Difference]:
    """The differences between the sample's file and the certificate, without any frame."""
    absent = [name for name in (*certificate.record_columns, *ADDED) if rows and name not in rows[0]]
    if absent or not rows:
        message = f"its file lacks the columns {', '.join(absent)}" if rows else "its file holds no complaint"
        return [Difference("sample", message)]
    certified = {record.id: record.fingerprint for record in certificate.records}
    ids = [row[certificate.frame.id] for row in rows]
    present = dict(zip(ids, rows, strict=True))
    shared = [id for id in present if id in certified]
    groups: list[tuple[Subject, str, Iterable[str]]] = [
        ("sample", "are in the sample and not in the certificate", present.keys() - certified.keys()),
        ("sample", "are in the certificate and not in the sample", certified.keys() - present.keys()),
        ("sample", "are in the sample more than once", [id for id, times in Counter(ids).items() if times > 1]),
        (
            "sample",
            "have a ticket, stratum or weight other than the rule gives",
            [id for id in shared if not _is_drawn(certificate, id, present[id])],
        ),
        (
            "record",
            "differ from their fingerprints",
            [
                id
                for id in shared
                if record_fingerprint([present[id][name] for name in certificate.record_columns]) != certified[id]
            ],
        ),
    ]
    differences = [
        Difference(subject, f"{len(list(ids))} complaints {what}: {_shown(ids)}")
        for subject, what, ids in groups
        if ids
    ]
    if not differences and ids != [record.id for record in certificate.records]:
        differences.append(Difference("sample", "its complaints stand in another order than the certificate's"))
    return differences


def _is_drawn(certificate: Certificate, id: str, row: Mapping[str, str]) -> bool:
    strata = {part.stratum: part for part in certificate.strata}
    part = strata.get(row["stratum"])
    if part is None or part.cut_off is None:
        return False
    expected = (
        ticket(certificate.seed.text, id),
        str(part.sample_size / part.frame_size),
        str(part.frame_size / part.sample_size),
    )
    found = (row["ticket"], row["inclusion_probability"], row["design_weight"])
    values = zip(certificate.frame.strata, part.values, strict=False)
    same_stratum = all(row.get(name, value) == value for name, value in values)
    return found == expected and row["ticket"] <= part.cut_off and same_stratum


def _frame_differences(
    certificate: Certificate, buckets: Mapping[str, Bucket], frame: Frame, old_frame: str | Path | None
) -> list[Difference]:
    here = [name for name in certificate.frame.content_columns if name in frame.complaints.columns]
    absent = [name for name in certificate.frame.content_columns if name not in here]
    made = fingerprint(frame, here)
    if made.membership != certificate.frame.membership:
        message = (
            f"{frame.size} complaints instead of {certificate.frame.rows}; {_buckets_that_differ(buckets, made, 1)}"
        )
        return [Difference("membership", message), *_old_and_new(certificate, frame, old_frame)]
    if absent:
        return [Difference("content", f"{frame.complaints.path.name} lacks the columns {', '.join(absent)}")]
    if made.content != certificate.frame.content:
        message = _buckets_that_differ(buckets, made, 2)
        return [Difference("content", message), *_old_and_new(certificate, frame, old_frame)]
    return []


def _buckets_that_differ(buckets: Mapping[str, Bucket], made: Fingerprint, which: int) -> str:
    nothing: Bucket = (0, EMPTY, EMPTY)
    pairs = {
        name: (buckets.get(name, nothing), made.buckets.get(name, nothing))
        for name in sorted(buckets.keys() | made.buckets.keys())
    }
    names = [name for name, (old, new) in pairs.items() if old[which] != new[which]]
    shown = ", ".join(
        f"{name} ({pairs[name][0][0]} complaints before, {pairs[name][1][0]} now)" for name in names[:EXAMPLES]
    )
    more = " …" if len(names) > EXAMPLES else ""
    return f"{len(names)} of 4096 buckets differ (by the SHA-256 of the id): {shown}{more}"


def _old_and_new(certificate: Certificate, frame: Frame, old_frame: str | Path | None) -> list[Difference]:
    """Which complaints came, went, moved or changed, bucket by bucket, when the old frame is at hand."""
    if old_frame is None:
        return []
    old, _ = read_certified_frame(certificate, Path(old_frame))
    columns = [name for name in certificate.frame.content_columns if name in frame.complaints.columns]
    before = fingerprint(old, columns)
    if before.membership != certificate.frame.membership:
        message = f"{Path(old_frame).name} is not the frame that was drawn from either, so nothing is compared with it"
        return [Difference("membership", message)]
    now = fingerprint(frame, columns)
    changed = [name for name in before.buckets.keys() | now.buckets.keys() if _differ(before, now, name)]
    compared = [name for name in columns if name not in frame.strata]
    then_lines, now_lines = _lines(old, compared, changed), _lines(frame, compared, changed)
    shared = then_lines.keys() & now_lines.keys()
    width = len(frame.strata)
    groups: list[tuple[Subject, str, Iterable[str]]] = [
        ("membership", "came", now_lines.keys() - then_lines.keys()),
        ("membership", "went", then_lines.keys() - now_lines.keys()),
        (
            "membership",
            "moved to another stratum",
            [i for i in shared if then_lines[i][:width] != now_lines[i][:width]],
        ),
        ("content", "have other content", [i for i in shared if then_lines[i][width:] != now_lines[i][width:]]),
    ]
    return [
        Difference(subject, f"{len(list(ids))} complaints {what}: {_shown(ids)}")
        for subject, what, ids in groups
        if ids
    ]


def _differ(one: Fingerprint, other: Fingerprint, bucket: str) -> bool:
    return one.buckets.get(bucket) != other.buckets.get(bucket)


def _lines(frame: Frame, columns: list[str], buckets: list[str]) -> dict[str, tuple[str, ...]]:
    """Strata and content of the complaints in some buckets, by id."""
    complaints = frame.complaints
    texts = ", ".join(frame.text(name) for name in (frame.id, *frame.strata, *columns))
    among = ", ".join(literal(name) for name in buckets)
    bucket = bucket_of(complaints.text(frame.id))
    rows = complaints.query(f"SELECT {texts} FROM complaints WHERE {frame.condition} AND {bucket} IN ({among})")
    return {str(id): tuple(str(cell) for cell in cells) for id, *cells in rows}


def _sample_differences(certificate: Certificate, rows: list[dict[str, str]], frame: Frame) -> list[Difference]:
    sizes = certificate.sample_sizes
    allocation = Allocation(
        frame.sizes,
        {label: sizes.get(label, 0) for label in frame.sizes},
        certificate.allocation.method,
        certificate.allocation.minimum,
    )
    again = draw(frame, allocation, seed=certificate.seed.text, avoiding=certificate.avoided)
    present = {row.get(certificate.frame.id, ""): row for row in rows}
    missing, foreign = set(again.ids) - present.keys(), present.keys() - set(again.ids)
    differences = []
    if missing or foreign:
        named = {"should be in it and are not": missing, "are in it and should not be": foreign}
        message = "; ".join(f"{len(ids)} complaints {what} ({_shown(ids)})" for what, ids in named.items() if ids)
        differences.append(Difference("sample", message))
    cut_offs = {part.stratum: part.cut_off for part in certificate.strata}
    wrong = [label for label, cut_off in again.cut_offs.items() if cut_offs[label] != cut_off]
    if wrong:
        differences.append(Difference("certificate", f"{len(wrong)} cut-offs are not the last ticket: {_shown(wrong)}"))
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

"""The certificate of a sample: the frame, the rule, the seed, and fingerprints of all of them."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import ErrorDetails

from cmresearch.errors import SampleError, nearest, raise_all
from cmresearch.files.hashes import sha256_of_text
from cmresearch.files.unfinished import finish_interrupted
from cmresearch.files.writing import json_text, whole_folder, write_text
from cmresearch.sampling.allocation import Allocation
from cmresearch.sampling.drawing import Sample
from cmresearch.sampling.fingerprints import Fingerprint as Fingerprint  # noqa: PLC0414 - studies name it from here
from cmresearch.sampling.fingerprints import fingerprint, record_fingerprint
from cmresearch.sampling.frame import Frame

RULE = "sha256(seed|id); in each stratum the sample_size complaints with the smallest tickets"
NOT_PUBLISHED = (
    "no place is named where this hash was public before the seed was known, so it proves no order of events"
)
CERTIFICATE, SAMPLE, BUCKETS, RUN = "certificate.json", "sample.csv", "frame-buckets.csv", "run.json"
SCRIPT = "verify_sample.py"
SCHEMA = Path(__file__).parents[1] / "schemas" / "certificate-1.json"

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SeedPart(_Part):
    """The seed, and where it comes from."""

    text: str
    source: str


class SourcePart(_Part):
    """The file that the frame was read from, and when the city exported it where that is known."""

    file: str
    sha256: Digest
    exported: str | None
    rows: Count


class FramePart(_Part):
    """The frame: how it was made from the file, and its two fingerprints.

    Strata that are not columns of the file are in `strata_made`, each with the SQL expression that makes it.
    """

    id: str
    strata: list[str]
    strata_made: dict[str, str]
    filter: str | None
    rows: Count
    content_columns: list[str]
    columns_without_exact_text: list[str]
    membership: Digest
    content: Digest


class StratumPart(_Part):
    """One stratum: its size, the number drawn and the last ticket drawn."""

    stratum: str
    values: list[str]
    frame_size: Count
    sample_size: Count
    cut_off: Digest | None


class AllocationPart(_Part):
    """How the total was divided among the strata.

    `maximum`, `take_all` and `scores` are there only where they play a part. The scores are what the parts of each
    stratum are in proportion to, for the methods that need more than the sizes.
    """

    size: Count
    method: str
    minimum: Count
    remainders: str
    maximum: Count | None = None
    take_all: list[str] | None = None
    scores: dict[str, float] | None = None

    @model_serializer(mode="wrap")
    def _without_empty(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A certificate without them keeps the bytes, and the commitment, that it had before they were known here.
        return {name: value for name, value in whole(self).items() if value is not None}


class CommitmentPart(_Part):
    """The hash of frame and allocation, to be made public before the seed exists."""

    sha256: Digest
    published: str | None
    note: str


class RecordPart(_Part):
    """The fingerprint of one drawn complaint."""

    id: str
    fingerprint: Digest


class EarlierPart(_Part):
    """An earlier sample of the same frame that this one grew from, or that it avoids."""

    relation: Literal["grown from", "avoided"]
    certificate_sha256: Digest
    ids: list[str]


class Certificate(_Part):
    """Everything that is needed to draw a sample again and to see what has changed since.

    The same frame, allocation and seed give the same certificate, byte by byte; the time and the machine are kept
    apart, in `run.json`.
    """

    certificate: Literal["cmresearch-sample"] = "cmresearch-sample"
    version: Literal[1] = 1
    rule: str = RULE
    seed: SeedPart
    commitment: CommitmentPart
    source: SourcePart
    intake: dict[str, Any] | None = None
    study_sha256: Digest | None
    frame: FramePart
    allocation: AllocationPart
    strata: list[StratumPart]
    earlier: EarlierPart | None = None
    record_columns: list[str]
    records: list[RecordPart]

    def to_json(self) -> str:
        """The certificate as JSON text, the same bytes for the same sample."""
        return json_text(self.model_dump())

    def commitment_now(self) -> str:
        """The commitment as it follows from the frame and the allocation that this certificate names."""
        sizes = {part.stratum: (part.frame_size, part.sample_size) for part in self.strata}
        return _commitment_hash(self.frame, self.allocation, sizes, self.avoided)

    @property
    def avoided(self) -> tuple[str, ...]:
        """The ids of an earlier sample that could not be drawn again."""
        return tuple(self.earlier.ids) if self.earlier and self.earlier.relation == "avoided" else ()

    @property
    def sample_sizes(self) -> dict[str, int]:
        """How many complaints were drawn from each stratum."""
        return {part.stratum: part.sample_size for part in self.strata}

    def to_allocation(self) -> Allocation:
        """The allocation as the certificate states it, to grow from or to see what margins it reaches."""
        plan = self.allocation
        return Allocation(
            frame_sizes={part.stratum: part.frame_size for part in self.strata},
            sample_sizes=self.sample_sizes,
            method=plan.method,
            minimum=plan.minimum,
            remainders=plan.remainders,
            maximum=plan.maximum,
            take_all=tuple(plan.take_all or ()),
            scores=plan.scores or {},
        )

    @property
    def sha256(self) -> str:
        """The hash of the certificate's file."""
        return sha256_of_text(self.to_json())


@dataclass(frozen=True)
class Commitment:
    """The commitment made before the seed exists: the frame by its fingerprints, and the sample size of each stratum.

    Attributes:
        sha256: The hash to make public.
        content: What it is the hash of, as JSON text.
    """

    sha256: str
    content: str


def commit(
    frame: Frame,
    allocation: Allocation,
    *,
    content_columns: Sequence[str] | None = None,
    avoided: Certificate | None = None,
) -> Commitment:
    """The hash of frame and allocation, to be made public before anybody can know the seed.

    The seed is then a public random event that comes after it, such as a lottery's numbers. The certificate of the
    sample holds the same hash, so everybody sees that neither frame nor sizes were chosen to suit the seed.

    Args:
        frame: The frame.
        allocation: How many to draw from each stratum.
        content_columns: The columns that the content fingerprint covers; by default all of the export.
        avoided: The certificate of an earlier sample whose complaints will not be drawn again.

    Returns:
        The hash, and what it was made from.
    """
    part, _ = describe_frame(frame, content_columns)
    ids = tuple(record.id for record in avoided.records) if avoided else ()
    content = _commitment_text(part, _allocation_part(allocation), _sizes(allocation), tuple(sorted(ids)))
    return Commitment(sha256_of_text(content), content)


def _commitment_hash(
    frame: FramePart, allocation: AllocationPart, sizes: dict[str, tuple[int, int]], avoided: tuple[str, ...]
) -> str:
    return sha256_of_text(_commitment_text(frame, allocation, sizes, avoided))


def _commitment_text(
    frame: FramePart, allocation: AllocationPart, sizes: dict[str, tuple[int, int]], avoided: tuple[str, ...]
) -> str:
    strata = [[label, *size] for label, size in sizes.items()]
    parts = {"frame": frame.model_dump(), "allocation": allocation.model_dump(), "strata": strata}
    return json_text({**parts, "avoided": list(avoided)})


def _sizes(allocation: Allocation) -> dict[str, tuple[int, int]]:
    return {label: (total, allocation.sample_sizes[label]) for label, total in allocation.frame_sizes.items()}


def certify(
    sample: Sample,
    frame: Frame,
    *,
    seed_source: str = "chosen by whoever drew the sample",
    published: str | None = None,
    exported: str | None = None,
    content_columns: Sequence[str] | None = None,
    study_sha256: str | None = None,
    intake: dict[str, Any] | None = None,
    earlier: Certificate | None = None,
) -> tuple[Certificate, Fingerprint]:
    """The certificate of a sample, and the frame's fingerprint with its buckets.

    Args:
        sample: The sample.
        frame: The frame it was drawn from.
        seed_source: Where the seed comes from, in words.
        published: Where the commitment was public before the seed was known; None says in the certificate that it
            proves no order of events.
        exported: When the city exported the file, as the city says; an export is a moment.
        content_columns: The columns that the content fingerprint covers; by default all of the export.
        study_sha256: The hash of the study's settings, which are its plan of analysis.
        intake: The mapping by which the export became complaints, and the report of the faults that were found.
        earlier: The certificate of the sample that this one avoids (if it avoids any) or grew from.

    Returns:
        The certificate and the fingerprint.

    Raises:
        SampleError: A field holds the separator of fields, or the earlier sample is of another frame.
        FrameError: Two complaints have one id.
    """
    frame_part, made = describe_frame(frame, content_columns)
    # A drawn record is protected whole, its words included: every column that has an exact text.
    record_columns = [name for name in frame.complaints.columns if frame.complaints.is_exact(name)]
    allocation = _allocation_part(sample.allocation)
    commitment = _commitment_hash(frame_part, allocation, _sizes(sample.allocation), sample.avoided)
    certificate = Certificate(
        seed=SeedPart(text=sample.seed, source=seed_source),
        commitment=CommitmentPart(sha256=commitment, published=published, note="" if published else NOT_PUBLISHED),
        source=SourcePart(
            file=frame.complaints.path.name,
            sha256=frame.complaints.sha256(),
            exported=exported,
            rows=frame.full_size,
        ),
        intake=intake,
        study_sha256=study_sha256,
        frame=frame_part,
        allocation=allocation,
        strata=_strata(sample, frame),
        earlier=_earlier(sample, frame_part, earlier),
        record_columns=record_columns,
        records=_records(sample, record_columns),
    )
    return certificate, made


def describe_frame(frame: Frame, content_columns: Sequence[str] | None = None) -> tuple[FramePart, Fingerprint]:
    """The certificate's record of a frame, and the frame's fingerprint with its buckets.

    Args:
        frame: The frame.
        content_columns: The columns that the content fingerprint covers; by default all of the export.

    Raises:
        SampleError: The export has no such column, or a field holds the separator of fields.
        FrameError: Two complaints have one id.
    """
    wanted = list(frame.complaints.columns) if content_columns is None else list(content_columns)
    columns, name = frame.complaints.columns, frame.complaints.path.name
    raise_all(
        SampleError,
        [f"{name} has no column {each!r}{nearest(each, columns)}" for each in wanted if each not in columns],
    )
    exact = [name for name in wanted if frame.complaints.is_exact(name)]
    made = fingerprint(frame, exact)
    part = FramePart(
        id=frame.id,
        strata=list(frame.strata),
        strata_made=frame.made,
        filter=frame.where,
        rows=frame.size,
        content_columns=exact,
        columns_without_exact_text=[name for name in wanted if name not in exact],
        membership=made.membership,
        content=made.content,
    )
    return part, made


def _allocation_part(allocation: Allocation) -> AllocationPart:
    return AllocationPart(
        size=allocation.size,
        method=allocation.method,
        minimum=allocation.minimum,
        remainders=allocation.remainders,
        maximum=allocation.maximum,
        take_all=list(allocation.take_all) or None,
        scores=dict(allocation.scores) or None,
    )


def _earlier(sample: Sample, frame: FramePart, earlier: Certificate | None) -> EarlierPart | None:
    if earlier is None:
        if sample.avoided:
            raise SampleError("the sample avoids an earlier one; its certificate has to be named")
        return None
    ids = sorted(record.id for record in earlier.records)
    if earlier.frame.membership != frame.membership:
        raise SampleError("the earlier sample was drawn from another frame: its ids or strata differ")
    if sample.avoided and tuple(ids) != sample.avoided:
        raise SampleError("the sample does not avoid what the earlier certificate lists")
    if not sample.avoided and not set(ids) <= set(sample.ids):
        raise SampleError("the sample did not grow from the earlier one: complaints of that one are missing")
    relation: Literal["grown from", "avoided"] = "avoided" if sample.avoided else "grown from"
    listed = ids if sample.avoided else []
    return EarlierPart(relation=relation, certificate_sha256=earlier.sha256, ids=listed)


def _strata(sample: Sample, frame: Frame) -> list[StratumPart]:
    return [
        StratumPart(
            stratum=label,
            values=list(frame.values[label]),
            frame_size=total,
            sample_size=sample.allocation.sample_sizes[label],
            cut_off=sample.cut_offs.get(label),
        )
        for label, total in sample.allocation.frame_sizes.items()
    ]


def _records(sample: Sample, columns: list[str]) -> list[RecordPart]:
    lines = sample.rows[columns].itertuples(index=False, name=None)
    return [RecordPart(id=id, fingerprint=record_fingerprint(line)) for id, line in zip(sample.ids, lines, strict=True)]


def write_sample(folder: Path, sample: Sample, certificate: Certificate, made: Fingerprint) -> None:
    """Write a sample with its certificate, the frame's buckets and a note of the run, all or nothing.

    Args:
        folder: Where to; made if it is not there.
        sample: The sample.
        certificate: Its certificate.
        made: The frame's fingerprint.
    """
    with whole_folder(folder) as beside:
        for name, text in sample_files(sample, certificate, made).items():
            write_text(beside / name, text)


def sample_files(sample: Sample, certificate: Certificate, made: Fingerprint) -> dict[str, str]:
    """The files that a sample is handed on as, by name, the script that checks them without this library included."""
    return {
        SAMPLE: sample.to_csv(),
        CERTIFICATE: certificate.to_json(),
        BUCKETS: made.to_csv(),
        SCRIPT: Path(__file__).with_name(SCRIPT).read_text(encoding="utf-8"),
        RUN: json_text(describe_run()),
    }


def describe_run() -> dict[str, str]:
    """When, where and with which versions something was made: kept apart from all that must stay the same."""
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in ("cmresearch", "duckdb", "pandas")},
    }


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file.

    Raises:
        SampleError: No such file, no JSON, or not the form of a certificate; all faults with their paths.
    """
    finish_interrupted(path.parent)
    if not path.is_file():
        raise SampleError(f"there is no certificate {path}")
    try:
        return Certificate.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [f"{path}, {'.'.join(map(str, one['loc']))}: {one['msg']}{_found(one)}" for one in error.errors()]
        raise_all(SampleError, faults)
        raise
    except ValueError as error:
        raise SampleError(f"{path} is not a certificate: {error}") from error


def _found(fault: ErrorDetails) -> str:
    """The value that a fault was found in, where it is short enough to be shown."""
    found = fault["input"]
    return f", found {found!r}" if isinstance(found, str | int | float) and len(str(found)) <= 100 else ""


def schema_text() -> str:
    """The certificate's published JSON Schema, as JSON text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Certificate.model_json_schema()}
    return json_text(schema)

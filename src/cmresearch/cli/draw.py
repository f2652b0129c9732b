"""Draw a stratified sample that anybody can draw again and check.

Each complaint gets a ticket, the SHA-256 of "seed|id"; in each stratum the complaints with the smallest tickets are
drawn. The folder then holds sample.csv (raw: it may hold personal data), certificate.json, frame-buckets.csv, run.json
and verify_sample.py, which checks the sample without this library.

  cmresearch draw complaints.csv --id number --strata channel --size 400 --seed "lottery of 1 May" --out drawn

The size is divided by one of five methods; neyman, cost and power ask how much the answers differ in each stratum:

  cmresearch draw complaints.csv … --method neyman --variable "date_diff('day', received, closed)"
  cmresearch draw complaints.csv … --method cost --planning pilot.csv     (columns stratum, deviation, cost)

More of the same sample, all that was drawn kept (id, strata, filter, seed and method are those of the earlier
certificate):

  cmresearch draw complaints.csv --grow drawn --size 600 --out drawn-600
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmresearch.cli.arguments import (
    add_frame,
    add_method,
    add_sizes,
    asked_frame,
    planned,
    planned_variable,
    warn,
)
from cmresearch.cli.output import add_json, long_work, show

if TYPE_CHECKING:
    from cmresearch.sampling.certificate import Certificate
    from cmresearch.sampling.frame import Frame

MY_OWN = "chosen by whoever drew the sample"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_frame(parser, required="unless growing")
    add_sizes(parser)
    add_method(parser)
    parser.add_argument("--avoid", type=Path, metavar="FOLDER", help="leave out the complaints of this earlier sample")
    parser.add_argument("--seed", metavar="TEXT", help="public text, without '|'")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the sample is written")
    parser.add_argument("--seed-source", help=f"where the seed is from (default: {MY_OWN})")
    parser.add_argument(
        "--published", metavar="PLACE", help="where the commitment was public before the seed was known"
    )
    parser.add_argument(
        "--commitment", metavar="HASH", help="draw only if frame and sizes are those of this published commitment"
    )
    parser.add_argument("--exported", metavar="DATE", help="when the city exported the file, as it says itself")
    parser.add_argument("--grow", type=Path, metavar="FOLDER", help="keep the sample of this folder and draw more")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw, certify and write."""
    from cmresearch.sampling.certificate import certify, write_sample
    from cmresearch.sampling.drawing import draw

    base, avoided = _earlier(arguments)
    with long_work() as step:
        step("frame")
        frame = asked_frame(arguments) if base is None else _frame_again(arguments, base)
        allocation = planned(frame, arguments, None if base is None else base.to_allocation())
        step("sample")
        seed = base.seed.text if base else arguments.seed
        ids = [record.id for record in avoided.records] if avoided else ()
        sample = draw(frame, allocation, seed=seed, avoiding=ids)
        step("certificate")
        certificate, made = certify(
            sample,
            frame,
            seed_source=arguments.seed_source or (base.seed.source if base else MY_OWN),
            published=arguments.published,
            exported=arguments.exported,
            content_columns=base.frame.content_columns if base else None,
            intake=_intake_again(base, frame),
            earlier=base or avoided,
        )
        _refuse_other_commitment(certificate, arguments.commitment)
        write_sample(arguments.out, sample, certificate, made)
    warn((*allocation.warnings, *_changed_since(base, certificate)))
    show(
        arguments,
        allocation.to_frame().to_dict("records"),
        title=f"{allocation.size} of {frame.size} complaints drawn into {arguments.out}",
    )
    return 0


def _frame_again(arguments: argparse.Namespace, base: Certificate) -> Frame:
    """The frame that the earlier sample was drawn from, from the export or from a study's `frame.csv`."""
    from cmresearch.errors import SampleError
    from cmresearch.sampling.frame import read_frame
    from cmresearch.sampling.verification import read_certified_frame

    frame, notes = read_certified_frame(base, arguments.file)
    if _filled(frame.sizes) != _filled(base.to_allocation().frame_sizes):
        raise SampleError(
            f"{arguments.file} is not the frame that {arguments.grow} was drawn from: "
            "its strata or their sizes differ; "
            f"'cmresearch verify {arguments.grow} --frame {arguments.file}' says what has changed"
        )
    warn(tuple(note.removeprefix("note: ") for note in notes))
    variables = {**frame.variables, **planned_variable(arguments)}
    return read_frame(frame.complaints, id=frame.id, strata=frame.strata, where=frame.where, variables=variables)


def _filled(sizes: Mapping[str, int]) -> dict[str, int]:
    """The strata that hold complaints: a study's `frame.csv` knows no others."""
    return {label: size for label, size in sizes.items() if size}


def _intake_again(base: Certificate | None, frame: Frame) -> dict[str, Any] | None:
    """How the export became complaints, where it is the very file of the earlier certificate."""
    return base.intake if base is not None and frame.complaints.sha256() == base.source.sha256 else None


def _changed_since(base: Certificate | None, certificate: Certificate) -> tuple[str, ...]:
    """The differences between the register now and when the earlier sample was drawn."""
    if base is None or base.frame.content == certificate.frame.content:
        return ()
    found = "the same complaints, but the content of the frame is another than when the earlier sample was drawn"
    if base.record_columns != certificate.record_columns:
        return (found,)
    now = {record.id: record.fingerprint for record in certificate.records}
    changed = sum(now[record.id] != record.fingerprint for record in base.records)
    return (f"{found}; of its {len(base.records)} complaints {changed} have changed",)


def _refuse_other_commitment(certificate: Certificate, commitment: str | None) -> None:
    from cmresearch.errors import SampleError

    found = certificate.commitment.sha256
    if commitment and commitment.strip().lower() != found:
        raise SampleError(f"frame and sizes give the commitment {found}, not {commitment.strip()}")


def _earlier(arguments: argparse.Namespace) -> tuple[Certificate | None, Certificate | None]:
    """The certificate to grow from and the one whose sample is avoided, at most one of them."""
    from cmresearch.errors import SampleError
    from cmresearch.sampling.certificate import CERTIFICATE, read_certificate

    if arguments.grow is None:
        if None in (arguments.id, arguments.strata, arguments.seed):
            raise SampleError("--id, --strata and --seed are needed, but for --grow FOLDER")
        return None, read_certificate(arguments.avoid / CERTIFICATE) if arguments.avoid else None
    given = (arguments.id, arguments.strata, arguments.where, arguments.seed, arguments.define, arguments.join_below)
    if arguments.avoid or any(given):
        raise SampleError("--grow takes id, strata, filter and seed from the earlier certificate; leave them out")
    base = read_certificate(arguments.grow / CERTIFICATE)
    if base.avoided:
        raise SampleError("a sample that avoids an earlier one cannot grow; draw another that avoids it")
    return base, None

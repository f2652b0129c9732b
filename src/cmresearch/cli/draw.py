"""Draw a stratified sample that anybody can draw again and check.

Each complaint gets a ticket, the SHA-256 of "seed|id"; in each stratum the complaints with the smallest tickets are
drawn. The folder then holds sample.csv (raw: it may hold personal data), certificate.json, frame-buckets.csv, run.json
and verify_sample.py, which checks the sample without this library.

  cmresearch draw complaints.csv --id number --strata channel --size 400 --seed "lottery of 1 May" --out drawn

More of the same sample, all that was drawn kept (id, strata, filter and seed are those of the earlier certificate):

  cmresearch draw complaints.csv --grow drawn --size 600 --out drawn-600
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.output import add_json, long_work, show

if TYPE_CHECKING:
    from cmresearch.frame import Frame
    from cmresearch.sampling.allocation import Allocation
    from cmresearch.sampling.certificate import Certificate

SIMPLE = ("proportional", "equal")
MY_OWN = "chosen by whoever drew the sample"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    parser.add_argument("file", type=Path, help="the export: CSV (plain or .gz) or Parquet")
    add_frame(parser, required="unless growing")
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


def add_frame(parser: argparse.ArgumentParser, *, required: str = "always") -> None:
    """What says which complaints could be drawn and how many of them are."""
    needed = required == "always"
    parser.add_argument("--id", required=needed, metavar="COLUMN", help="the column that names each complaint")
    parser.add_argument(
        "--strata", required=needed, metavar="COLUMN[,COLUMN]", help="the columns whose values make the strata"
    )
    parser.add_argument(
        "--define",
        action="append",
        default=[],
        metavar="NAME=SQL",
        help="a stratum made from columns, e.g. month=strftime(CAST(received AS TIMESTAMP), '%%Y-%%m')",
    )
    parser.add_argument("--join-below", type=int, metavar="N", help="join strata of fewer complaints with the next one")
    parser.add_argument("--size", required=True, type=int, metavar="N", help="how many complaints to draw")
    parser.add_argument("--where", metavar="SQL", help="keep only the complaints for which this condition holds")
    parser.add_argument("--method", choices=SIMPLE, help="how the size is divided (proportional)")
    parser.add_argument("--minimum", type=int, help="the least number from each stratum (default: 2)")
    parser.add_argument("--maximum", type=int, help="the most from each stratum")
    parser.add_argument("--avoid", type=Path, metavar="FOLDER", help="leave out the complaints of this earlier sample")


def run(arguments: argparse.Namespace) -> int:
    """Draw, certify and write."""
    from cmresearch.sampling.certificate import certify, write_sample
    from cmresearch.sampling.drawing import draw

    base, avoided = _earlier(arguments)
    with long_work() as step:
        step("frame")
        frame = _frame(arguments, base)
        allocation = planned(frame, arguments, base)
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
            earlier=base or avoided,
        )
        _refuse_other_commitment(certificate, arguments.commitment)
        write_sample(arguments.out, sample, certificate, made)
    warn(allocation.warnings)
    show(
        arguments,
        allocation.to_frame().to_dict("records"),
        title=f"{allocation.size} of {frame.size} complaints drawn into {arguments.out}",
    )
    return 0


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
        if not (arguments.id and arguments.strata and arguments.seed):
            raise SampleError("--id, --strata and --seed are needed, but for --grow FOLDER")
        return None, read_certificate(arguments.avoid / CERTIFICATE) if arguments.avoid else None
    given = (arguments.id, arguments.strata, arguments.where, arguments.seed, arguments.define, arguments.join_below)
    if arguments.avoid or any(given):
        raise SampleError("--grow takes id, strata, filter and seed from the earlier certificate; leave them out")
    base = read_certificate(arguments.grow / CERTIFICATE)
    if base.avoided:
        raise SampleError("a sample that avoids an earlier one cannot grow; draw another that avoids it")
    return base, None


def asked_frame(arguments: argparse.Namespace) -> Frame:
    """The frame as it is asked for."""
    from cmresearch.frame import read_frame
    from cmresearch.sampling.stratification import collapse_strata

    frame = read_frame(
        arguments.file,
        id=arguments.id,
        strata=arguments.strata.split(","),
        where=arguments.where,
        variables=dict(_defined(words) for words in arguments.define),
    )
    return frame if arguments.join_below is None else collapse_strata(frame, below=arguments.join_below)


def _defined(words: str) -> tuple[str, str]:
    from cmresearch.errors import FrameError

    name, equals, sql = words.partition("=")
    if not (name.strip() and equals and sql.strip()):
        raise FrameError(f"--define {words!r}: expected NAME=SQL")
    return name.strip(), sql.strip()


def _frame(arguments: argparse.Namespace, base: Certificate | None) -> Frame:
    from cmresearch.frame import read_frame

    if base is None:
        return asked_frame(arguments)
    part = base.frame
    return read_frame(arguments.file, id=part.id, strata=part.strata, where=part.filter, variables=part.strata_made)


def planned(frame: Frame, arguments: argparse.Namespace, base: Certificate | None = None) -> Allocation:
    """The sizes as they are asked for; a sample that grows is divided as it was, and keeps what it has."""
    from cmresearch.sampling.allocation import allocate

    method = base.allocation.method if base else "proportional"
    minimum = base.allocation.minimum if base else 2
    return allocate(
        frame,
        arguments.size,
        # Only these two need nothing but the frame's sizes.
        method=arguments.method or (method if method in SIMPLE else "proportional"),
        minimum=minimum if arguments.minimum is None else arguments.minimum,
        maximum=arguments.maximum,
        at_least=base.sample_sizes if base else None,
    )


def warn(sentences: tuple[str, ...]) -> None:
    """Say what to reconsider, beside the answer."""
    for sentence in sentences:
        print(f"warning: {sentence}", file=sys.stderr)

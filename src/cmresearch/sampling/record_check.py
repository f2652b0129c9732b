"""Whether one complaint is in a certified sample, and why: the whole proof is one command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unicodedata import category

from cmresearch.errors import SampleError
from cmresearch.sampling.certificate import CERTIFICATE, Certificate, read_certificate
from cmresearch.sampling.drawing import shell_command, ticket
from cmresearch.sampling.frame import JOINT
from cmresearch.sampling.verification import read_certified_frame

Outcome = Literal["in the sample", "not in the sample", "not in the frame", "not known"]


@dataclass(frozen=True)
class RecordCheck:
    """The outcome of the sampling rule for one complaint.

    Attributes:
        id: The complaint's id.
        outcome: "in the sample", "not in the sample", "not in the frame", or "not known" where only the frame's
            file could decide.
        stratum: Its stratum; None where nothing states it.
        ticket: Its ticket under the certificate's seed.
        cut_off: The last ticket drawn in its stratum; None where nothing was drawn or the stratum is not known.
        reason: Why, in a sentence.
        command: The shell command that computes the ticket, quoted.
    """

    id: str
    outcome: Outcome
    stratum: str | None
    ticket: str
    cut_off: str | None
    reason: str
    command: str

    def to_text(self) -> str:
        """The answer in sentences, one a line, with the command that proves it."""
        return f"{self.id} is {self.outcome}: {self.reason}\ncheck it: {self.command}"


def check_record(folder: str | Path, id: str, *, frame: str | Path | None = None) -> RecordCheck:
    """Whether a complaint is in a certified sample, why, and the command by which anybody can see for themselves.

    A complaint is in the sample if and only if its ticket is not above the cut-off of its stratum; where an earlier
    sample was avoided, this holds among the others.

    Args:
        folder: The folder of the certificate.
        id: The complaint's id, as it stands in the frame's file.
        frame: The frame's file. It gives the stratum of a complaint that was not drawn; without it, that can be said
            only where the ticket is above every cut-off.

    Returns:
        The answer.

    Raises:
        SampleError: There is no readable certificate, or the id is empty or holds control characters.
        IntakeError: The frame's file cannot be read.
    """
    if not id or any(category(character) == "Cc" for character in id):
        raise SampleError(f"{id!r} is no id: ids are not empty and hold no control characters")
    certificate = read_certificate(Path(folder) / CERTIFICATE)
    if frame is not None:
        strata = _strata_in(certificate, Path(frame), id)
        if not strata:
            return _answer(certificate, id, "not in the frame", None, _absent(certificate, Path(frame)))
        return _by_cut_off(certificate, id, strata[0])
    drawn = ticket(certificate.seed.text, id)
    possible = [part.stratum for part in certificate.strata if part.cut_off is not None and drawn <= part.cut_off]
    if any(record.id == id for record in certificate.records):
        reason = f"the certificate lists it; its ticket is below the cut-offs of {len(possible)} strata"
        return _answer(certificate, id, "in the sample", None, f"{reason}, and the frame's file tells which is its own")
    if not possible:
        return _answer(certificate, id, "not in the sample", None, "its ticket is above the cut-off of every stratum")
    reason = f"the certificate does not list it, though it would be drawn in {possible[0]!r}; give the frame's file"
    return _answer(certificate, id, "not known", None, reason)


def _strata_in(certificate: Certificate, path: Path, id: str) -> list[str]:
    present, _ = read_certified_frame(certificate, path)
    complaints = present.complaints
    parts = ", ".join(present.text(column) for column in present.strata)
    rows = complaints.query(
        f"SELECT {parts} FROM complaints WHERE {present.condition} AND {complaints.text(present.id)} = $id", {"id": id}
    )
    return [JOINT.join(str(part) for part in row) for row in rows]


def _absent(certificate: Certificate, path: Path) -> str:
    filter = certificate.frame.filter
    kept = f" for which the certificate's filter holds ({filter})" if filter else ""
    return f"{path.name} has no complaint of this id{kept}"


def _by_cut_off(certificate: Certificate, id: str, stratum: str) -> RecordCheck:
    drawn = ticket(certificate.seed.text, id)
    part = next((part for part in certificate.strata if part.stratum == stratum), None)
    if part is None:
        reason = f"the certificate has no stratum {stratum!r}, so this is not the frame that was drawn from"
        return _answer(certificate, id, "not in the sample", stratum, reason)
    if id in certificate.avoided:
        return _answer(
            certificate, id, "not in the sample", stratum, "it was drawn in the earlier sample, avoided here"
        )
    if part.cut_off is None:
        return _answer(certificate, id, "not in the sample", stratum, f"nothing was drawn from stratum {stratum!r}")
    side: tuple[Outcome, str] = (
        ("in the sample", "not above") if drawn <= part.cut_off else ("not in the sample", "above")
    )
    reason = f"its ticket {drawn} is {side[1]} {part.cut_off}, the cut-off of its stratum {stratum!r}"
    return _answer(certificate, id, side[0], stratum, reason)


def _answer(certificate: Certificate, id: str, outcome: Outcome, stratum: str | None, reason: str) -> RecordCheck:
    seed = certificate.seed.text
    cut_offs = {part.stratum: part.cut_off for part in certificate.strata}
    cut_off = None if stratum is None else cut_offs.get(stratum)
    return RecordCheck(id, outcome, stratum, ticket(seed, id), cut_off, reason, shell_command(seed, id))

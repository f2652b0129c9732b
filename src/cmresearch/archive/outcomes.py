"""The three ways in which a check of an archive can end."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from cmresearch.errors import CmResearchError

Outcome: TypeAlias = Literal["holds", "differs", "cannot be checked here"]
SHOWN = 5
READING = (CmResearchError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error)
"""What a file that is not what it should be makes its readers raise; of an archive, it is an outcome."""


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

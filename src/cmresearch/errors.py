"""The errors of the library: one class for each subject, each also a `ValueError`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


class CmResearchError(ValueError):
    """Something in a study's files or in a call cannot be used as it stands."""


class IntakeError(CmResearchError):
    """An export cannot be read."""


class FrameError(CmResearchError):
    """A full set cannot serve as a sampling frame."""


class AllocationError(CmResearchError):
    """The wanted number of complaints cannot be divided among the strata."""


class SampleError(CmResearchError):
    """A sample or its certificate cannot be used."""


class ResponseError(CmResearchError):
    """The coders' records of the sampled complaints cannot be used."""


class EstimationError(CmResearchError):
    """A figure cannot be estimated from this sample."""


class CodebookError(CmResearchError):
    """The codebook cannot be used."""


class SourceError(CmResearchError):
    """An interview or a document cannot be read."""


class CodingError(CmResearchError):
    """A coding file cannot be used."""


class ReliabilityError(CmResearchError):
    """Ratings cannot be compared."""


class ProvenanceError(CmResearchError):
    """A data file is not the file that is declared."""


class EvidenceError(CmResearchError):
    """A figure or a status cannot be traced to what it rests on."""


class TextError(CmResearchError):
    """A text for readers is missing, or has no translation in the language wanted."""


class StudyError(CmResearchError):
    """The settings of a study cannot be used."""


class PlanError(CmResearchError):
    """The plan of a study cannot be frozen, or what was frozen is no longer what it was."""


class ReviewError(CmResearchError):
    """A review cannot be added, or the file of reviews cannot be used."""


class TriangulationError(CmResearchError):
    """The evidence for a dimension cannot be put side by side."""


class FindingError(CmResearchError):
    """A published finding cannot be compared with these files."""


class ExchangeError(CmResearchError):
    """A file of another program cannot be read or written."""


class PrivacyError(CmResearchError):
    """A folder to be shared cannot be looked through, or a private table would not stay private."""


class ReportError(CmResearchError):
    """The report cannot be written."""


class ArchiveError(CmResearchError):
    """A study cannot be archived as it stands, or an archive cannot be read."""


class WritingError(CmResearchError):
    """A file or a folder cannot be written to; it is as it was."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of an error message that offers the nearest known spelling, or nothing.

    Example:
        >>> nearest("chanel", ["channel", "city"])
        "; did you mean 'channel'?"
        >>> nearest("zzz", ["channel", "city"])
        ''
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def pick(known: Mapping[str, T], key: str, missing: str, error: type[CmResearchError]) -> T:
    """What stands under a key; where nothing does, the error says so and offers the nearest spelling.

    Args:
        known: What there is, by its key.
        key: The one that is wanted.
        missing: How the message begins, up to the key.
        error: The error of the subject.

    Raises:
        CmResearchError: The given error: there is no such key.

    Example:
        >>> pick({"channel": 1, "city": 2}, "city", "the table has no column", FrameError)
        2
        >>> pick({"channel": 1, "city": 2}, "chanel", "the table has no column", FrameError)
        Traceback (most recent call last):
            ...
        cmresearch.errors.FrameError: the table has no column 'chanel'; did you mean 'channel'?
    """
    if key not in known:
        raise error(f"{missing} {key!r}{nearest(key, known)}")
    return known[key]


def raise_all(error: type[CmResearchError], faults: list[str]) -> None:
    """Raise one error that lists every fault, a line each; nothing happens where there is none.

    Example:
        >>> raise_all(FrameError, [])
        >>> raise_all(FrameError, ["no id column", "no stratum column"])
        Traceback (most recent call last):
            ...
        cmresearch.errors.FrameError: no id column
        no stratum column
    """
    if faults:
        raise error("\n".join(faults))

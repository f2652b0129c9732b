"""The formats of coding programs: each one entry here, and one module that reads and writes it.

Here at the bottom, since two parts that do not know each other look in it: the command line moves studies to and from
these programs, and the privacy check looks into their files. Nothing is imported until a file is read or written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Content = Literal["packed", "markup", "table"]
Holds = Literal["project", "codebook", "coding"]


@dataclass(frozen=True)
class CodingFormat:
    """A format of a coding program, or of several.

    Attributes:
        name: Its name at the command line: `to-NAME`, `from-NAME`.
        title: Its name in a loss report.
        holds: The whole project, the codebook alone, or one coder's coding.
        ending: The ending of its files.
        content: What such a file is, for whoever looks into it: packed files, markup, or a table.
        write: The function that writes it, as `module:function` of the part `exchange`; empty where none does. A
            project is written by (path, coding, name, language), a codebook by (path, codebook, language); either gives
            a `LossReport`.
        read: The function that reads it, likewise. A project is read by (path, language, data_kind), a codebook by
            (path, language), a coding by (path, codebook, sources, coder, at); each gives what was read, with its
            report.
        writing: The purpose of writing it, for the command line.
        reading: The purpose of reading it.
        losses: The kinds of things that a file of it never holds, as the loss report names them.
    """

    name: str
    title: str
    holds: Holds
    ending: str
    content: Content
    write: str = ""
    read: str = ""
    writing: str = ""
    reading: str = ""
    losses: tuple[str, ...] = ()

    def writer(self) -> Callable[..., Any]:
        """The function that writes it."""
        return _loaded(self.write)

    def reader(self) -> Callable[..., Any]:
        """The function that reads it."""
        return _loaded(self.read)


def _loaded(address: str) -> Callable[..., Any]:
    module, _, function = address.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"cmresearch.exchange.{module}"), function)
    return found


BEYOND_CODES = ("indicators", "variables of complaints")
FORMATS = (
    CodingFormat(
        name="qdpx",
        title="REFI-QDA project",
        holds="project",
        ending=".qdpx",
        content="packed",
        write="refi_project:write_qdpx",
        read="refi_project_reading:read_qdpx",
        writing="write the whole study's words as a REFI-QDA project",
        reading="read a REFI-QDA project of any program",
        losses=(*BEYOND_CODES, "entries of the coding's history that no longer count"),
    ),
    CodingFormat(
        name="qdc",
        title="REFI-QDA codebook",
        holds="codebook",
        ending=".qdc",
        content="markup",
        write="refi_codebook:write_qdc",
        read="refi_codebook:read_qdc",
        writing="write the codebook as a REFI-QDA codebook",
        reading="read a REFI-QDA codebook of any program",
        losses=BEYOND_CODES,
    ),
    CodingFormat(
        name="taguette",
        title="Taguette codebook",
        holds="codebook",
        ending=".csv",
        content="table",
        write="taguette:write_taguette_codebook",
        read="taguette:read_taguette_codebook",
        writing="write the codebook for Taguette",
        reading="read a codebook that Taguette exported as CSV",
        losses=("codes that are merged or retired", "parents of codes", "dimensions", *BEYOND_CODES),
    ),
    CodingFormat(
        name="highlights",
        title="Taguette highlights",
        holds="coding",
        ending=".csv",
        content="table",
        read="taguette:read_taguette_highlights",
        reading="read highlights that Taguette exported as CSV, and find them in the study's sources",
        losses=("highlights of documents that are no source", "highlights without a tag"),
    ),
)
WRITTEN = {f"to-{each.name}": each for each in FORMATS if each.write}
READ = {f"from-{each.name}": each for each in FORMATS if each.read}


def endings_of(content: Content) -> tuple[str, ...]:
    """The endings of all formats whose files are such.

    Example:
        >>> endings_of("packed"), endings_of("markup")
        (('.qdpx',), ('.qdc',))
    """
    return tuple(dict.fromkeys(each.ending for each in FORMATS if each.content == content))

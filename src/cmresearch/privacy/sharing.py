"""The personal data in a folder that is to be shared, in any of its files, each with where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

from cmresearch.errors import PrivacyError
from cmresearch.files.links import link_faults
from cmresearch.privacy import KINDS, Finding, find_personal_data, normal_form
from cmresearch.privacy.passages import MOST_BYTES, Passage, passages
from cmresearch.privacy.words import words_of

UNREAD = "unread"
"""The kind where a whole file could not be looked into."""

STANDARD_HOSTS = words_of(
    "w3.org creativecommons.org doi.org spdx.org schema.org json-schema.org purl.org openxmlformats.org "
    "microsoft.com ddialliance.org frictionlessdata.io datapackage.org researchobject.org w3id.org qdasoftware.org "
    "example.org example.com example.net"
)
"""Hosts of standards and licences, which stand in the files themselves: they are not reported."""

_AROUND = 30


@dataclass(frozen=True, order=True)
class Disclosure:
    """A datum about a person that a folder would give away, with where it stands.

    Attributes:
        file: The file, from the folder; for a packed file `archive.zip/inner.csv`.
        place: Where in it: `line 12`, `row 17, column text`, `Sheet1!B5`, `cell 3, output`.
        kind: One of `cmresearch.privacy.KINDS`, or `unread` for a file that could not be looked into.
        excerpt: The words around it, with every datum replaced by its kind; for `unread`, the reason.
    """

    file: str
    place: str
    kind: str
    excerpt: str

    def __str__(self) -> str:
        """The file, the position in it, the kind and the excerpt as one line."""
        return f"{self.file}, {self.place}: {self.kind}: {self.excerpt}"


def check_folder(folder: Path, *, allow: Iterable[str] = ()) -> list[Disclosure]:
    """The personal data that a folder would give away, by file and position in it.

    Looks into CSV, TSV, JSON, notebooks (sources and outputs), HTML, XML, REFI-QDA, workbooks (comments and
    authors included), packed files and anything else that is text; a value is read together with its column's name
    or key. Pictures and styles are passed over. What cannot be looked into (Parquet, PDF, broken, encrypted or
    too large files) is itself reported, as kind `unread`: somebody has to look.

    Args:
        folder: What is about to be shared; every file under it, but for git's own.
        allow: What may be shared: an e-mail address or `@domain`, a host (`city.example.org`, with all below it), a
            telephone number of an office, a name on social media, any other datum as written, or a pattern of
            file names that need no look (`report.pdf`, `*.parquet`).

    Returns:
        One entry for each datum; none means that the rules found nothing, not that nothing is there.

    Raises:
        PrivacyError: There is no such folder.
    """
    if not folder.is_dir():
        raise PrivacyError(f"{folder}: there is no such folder to check")
    allowed = _Allowed(tuple(allow))
    files = sorted(
        path for path in folder.rglob("*") if ".git" not in path.parts and (path.is_file() or _leads_out(path, folder))
    )
    names = {path: path.relative_to(folder).as_posix() for path in files}
    return [disclosure for path in files for disclosure in _check_file(path, names[path], allowed, folder)]


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_symlink() and any(link_faults([path], folder))


class _Allowed:
    """The data that may be shared, in the normal form of every kind."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.files = [entry for entry in entries if entry.strip()]
        self.hosts = [*STANDARD_HOSTS, *(normal_form("url", entry).lower() for entry in self.files)]
        self.domains = tuple(entry.lower() for entry in self.files if entry.startswith("@") and "." in entry)
        self.forms = {kind: {normal_form(kind, entry) for entry in self.files} for kind in KINDS}

    def finding(self, finding: Finding) -> bool:
        form = normal_form(finding.kind, finding.text)
        if finding.kind == "url":
            host = form.lower().split("/")[0].split("?")[0].split(":")[0]
            return form in self.forms["url"] or any(host == known or host.endswith("." + known) for known in self.hosts)
        return form in self.forms[finding.kind] or (finding.kind == "email" and form.endswith(self.domains or ("\0",)))

    def file(self, name: str) -> bool:
        return any(fnmatch(name, entry) or fnmatch(name.rsplit("/", 1)[-1], entry) for entry in self.files)


def _check_file(path: Path, name: str, allowed: _Allowed, folder: Path) -> Iterator[Disclosure]:
    shown = _redacted(name, _in_name(name))[0]
    if shown != name:
        yield Disclosure(shown, "the file's name", _in_name(name)[0].kind, shown)
    if _leads_out(path, folder):
        yield Disclosure(shown, "the whole file", UNREAD, "a link that leads out of the folder")
        return
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        yield Disclosure(shown, "the whole file", UNREAD, error.strerror or "cannot be opened")
        return
    for inner, passage in passages(name, content):
        shown = _redacted(inner, _in_name(inner))[0]
        if isinstance(passage, Passage):
            yield from (replace(disclosure, file=shown) for disclosure in _disclosures(passage, allowed))
        elif not (allowed.file(name) or allowed.file(inner)):
            yield Disclosure(shown, "the whole file", UNREAD, passage.reason)


def _disclosures(passage: Passage, allowed: _Allowed) -> Iterator[Disclosure]:
    findings = _findings(passage.lead, passage.text)
    if not findings:
        return
    kept = [finding for finding in findings if not (finding.kind in passage.ignored or allowed.finding(finding))]
    # The allowed ones stay readable around the others.
    redacted, signs = _redacted(passage.text, kept)
    for finding, (start, end) in zip(kept, signs, strict=True):
        line = passage.line + passage.text.count("\n", 0, finding.start)
        where = _redacted(passage.where, find_personal_data(passage.where))[0] or f"line {line}"
        excerpt = " ".join(redacted[max(0, start - _AROUND) : end + _AROUND].split())
        yield Disclosure("", where, finding.kind, excerpt)


@lru_cache(maxsize=2**15)
def _findings(lead: str, text: str) -> tuple[Finding, ...]:
    """The personal data in a value that is read after the name of its column, with offsets into the value."""
    before = f"{lead.replace('_', ' ')}: " if lead else ""
    cut = len(before)
    found = [finding for finding in find_personal_data(before + text) if finding.end > cut]
    spans = [(finding.kind, max(0, finding.start - cut), finding.end - cut) for finding in found]
    return tuple([Finding(kind, start, end, text[start:end]) for kind, start, end in spans])


def _in_name(name: str) -> list[Finding]:
    # Every file's name looks like a web address.
    return [finding for finding in find_personal_data(name) if finding.kind not in {"url", "handle"}]


def _redacted(text: str, findings: Iterable[Finding]) -> tuple[str, list[tuple[int, int]]]:
    """A text with the kind of each datum instead of it, and where each of these signs stands."""
    shown, before, signs = "", 0, []
    for finding in findings:
        shown += text[before : finding.start]
        sign = f"[{finding.kind.upper().replace('_', '-')}]"
        signs.append((len(shown), len(shown) + len(sign)))
        shown, before = shown + sign, finding.end
    return shown + text[before:], signs

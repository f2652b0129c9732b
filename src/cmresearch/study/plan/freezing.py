"""Versions of the plan that were frozen, and what has changed since each of them."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cmresearch.codebook.book import Codebook, read_codebook
from cmresearch.errors import PlanError, raise_all
from cmresearch.files.hashes import sha256_of, sha256_of_text
from cmresearch.files.locks import locked
from cmresearch.files.writing import json_text, whole_folder, write_bytes, write_text
from cmresearch.sampling.certificate import CERTIFICATE
from cmresearch.study.plan.differences import Difference, find_differences, shown
from cmresearch.study.plan.text import Heading, plan_text
from cmresearch.study.settings import SETTINGS
from cmresearch.study.study import Study

REGISTER, SUMS, TEXT, CODEBOOK = "freeze.json", "SHA256SUMS", "plan.md", "codebook"
ABOUT = (
    "Versions of the plan of analysis. Each lies in the folder of its number; sha256 is that of its SHA256SUMS, "
    "which names the hash of every file of the version. This file holds no time: one that we wrote ourselves would "
    "prove nothing. 'published' names the places where the hash was made public, as whoever froze the plan says; "
    "only such a place shows when the plan was there."
)
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: int
    sha256: Digest
    study_sha256: Digest
    codebook_sha256: Digest | None
    sample_sha256: Digest | None
    reason: str
    published: list[str]


class _Register(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    about: str = ABOUT
    frozen: list[_Entry]


@dataclass(frozen=True)
class FrozenPlan:
    """One version of the plan, as it was frozen.

    Attributes:
        version: Its number, from 1; each later one is an amendment of the one before.
        sha256: The hash to make public: of its file `SHA256SUMS`, which names the hash of each of its files.
        study_sha256: The hash of its `study.toml`, which a sample's certificate names.
        codebook_sha256: The fingerprint of its codebook; None for a study without one.
        sample_sha256: The hash of the certificate that lay in the results when it was frozen; None where none did.
        reason: Why the plan was amended; empty for the first version.
        published: Where its hash was made public, as whoever froze it says.
        content: What its files say: `study.toml`, and version, fingerprint and indicators of its codebook.
    """

    version: int
    sha256: str
    study_sha256: str
    codebook_sha256: str | None
    sample_sha256: str | None
    reason: str
    published: tuple[str, ...]
    content: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True)
class PlanChange:
    """One change of the plan after it was frozen.

    Attributes:
        since: The version that had it otherwise.
        amendment: The version that holds the change; None where no amendment covers it.
        file: `study.toml` or `codebook`.
        place: The path of keys, such as `sample.size`.
        change: changed, added or removed.
        old: What stood there before; None where it was added.
        new: What stands there; None where it was removed.
        reason: The amendment's reason; empty where none covers it.
    """

    since: int
    amendment: int | None
    file: str
    place: str
    change: Literal["changed", "added", "removed"]
    old: object
    new: object
    reason: str

    def __str__(self) -> str:
        """The change as one line."""
        values = {
            "changed": f"{shown(self.old)} -> {shown(self.new)}",
            "added": shown(self.new),
            "removed": shown(self.old),
        }
        return f"{self.file}, {self.place} {self.change}: {values[self.change]}"


def freeze_plan(study: Study, *, reason: str = "", published: str = "") -> FrozenPlan:
    """Freeze the study's plan: its `study.toml` and codebook as they are, their hashes, and a readable text.

    The same plan again writes nothing; where it was made public meanwhile, the place is added. A plan that has changed
    is refused, unless a reason makes it an amendment: then it is a further version beside the earlier ones.

    Args:
        study: The study.
        reason: Why the plan changed since it was last frozen.
        published: Where the hash of this version was made public.

    Returns:
        The version that holds the present plan.

    Raises:
        PlanError: The plan has changed and no reason is given (every change is named), a reason is given and nothing
            is frozen yet, or a frozen version is no longer what was frozen.
    """
    with locked(study.plan):
        return _freeze(study, " ".join(reason.split()), " ".join(published.split()))


def _freeze(study: Study, reason: str, place: str) -> FrozenPlan:
    plans, codebook = read_frozen_plans(study), _codebook_of(study)
    entry, files = _next_version(study, codebook, plans, reason)
    if place and place not in entry.published:
        entry = replace(entry, published=(*entry.published, place))
    known = (*(each for each in plans if each.version != entry.version), entry)
    if files or known != plans:
        _write(study.plan, files, known)
    return entry


def read_frozen_plans(study: Study) -> tuple[FrozenPlan, ...]:
    """Every version of the plan that was frozen, the first one first; none where nothing was.

    Raises:
        PlanError: The register cannot be read, or a file of a version is not the one that was frozen; all faults.
    """
    path = study.plan / REGISTER
    if not path.is_file():
        return ()
    entries = _read_register(path)
    faults = [fault for number, entry in enumerate(entries, 1) for fault in _faults(study.plan, entry, number)]
    raise_all(PlanError, faults)
    return tuple(_frozen(study.plan / str(entry.version), entry) for entry in entries)


def plan_changes(study: Study) -> tuple[PlanChange, ...]:
    """Every change of the plan since it was first frozen, version by version, those that no amendment covers last.

    Keys are compared, so comments and the order of keys do not count. Of the codebook the version, the fingerprint of
    its files and every indicator with its threshold are compared.

    Args:
        study: The study.

    Returns:
        One record for each change; none where nothing changed, and none where nothing was frozen.

    Raises:
        PlanError: A frozen version is no longer what was frozen.
    """
    plans = read_frozen_plans(study)
    amended = [
        _change(each, earlier.version, later)
        for earlier, later in pairwise(plans)
        for each in find_differences(earlier.content, later.content)
    ]
    open_ones = _changes_since(plans[-1], _content_of_study(study, _codebook_of(study))) if plans else []
    return (*amended, *open_ones)


def changes_table(changes: Sequence[PlanChange]) -> pd.DataFrame:
    """Changes of the plan as a table.

    Returns:
        One row for each change: since, amendment (empty where none covers it), file, place, change, old, new, reason.
        Values are text; what is no text is written as JSON.
    """
    rows = [
        vars(each) | {"amendment": each.amendment or "", "old": shown(each.old), "new": shown(each.new)}
        for each in changes
    ]
    columns = ["since", "amendment", "file", "place", "change", "old", "new", "reason"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _codebook_of(study: Study) -> Codebook | None:
    return None if study.settings.words is None else study.read_codebook()


def _content_of_study(study: Study, codebook: Codebook | None) -> dict[str, object]:
    return _content(study.folder / SETTINGS, codebook)


def _content(settings: Path, codebook: Codebook | None) -> dict[str, object]:
    """The content that is compared: the settings as TOML gives them, and of the codebook what decides a status."""
    stated = tomllib.loads(settings.read_text(encoding="utf-8-sig"))
    if codebook is None:
        return {SETTINGS: stated}
    indicators = {
        dimension.key: {each.key: each.model_dump(mode="json", exclude_none=True) for each in dimension.indicators}
        for dimension in codebook.dimensions
    }
    named = {"version": codebook.version, "sha256": codebook.sha256, "indicator": indicators}
    return {SETTINGS: stated, CODEBOOK: named}


def _changes_since(plan: FrozenPlan, content: Mapping[str, object]) -> list[PlanChange]:
    return [_change(each, plan.version, None) for each in find_differences(plan.content, content)]


def _change(difference: Difference, since: int, later: FrozenPlan | None) -> PlanChange:
    file = SETTINGS if difference.path.startswith(SETTINGS) else CODEBOOK
    old, new = difference.old, difference.new
    change: Literal["changed", "added", "removed"] = "added" if old is None else "removed" if new is None else "changed"
    path = difference.path.removeprefix(f"{file}.")
    amendment, reason = (later.version, later.reason) if later else (None, "")
    return PlanChange(since, amendment, file, path, change, old, new, reason)


def _next_version(
    study: Study, codebook: Codebook | None, plans: Sequence[FrozenPlan], reason: str
) -> tuple[FrozenPlan, dict[str, bytes]]:
    """The version that holds the present plan, and its files where it is a new one."""
    content = _content_of_study(study, codebook)
    last = plans[-1] if plans else None
    if last is None and reason:
        raise PlanError("nothing is frozen yet, so there is nothing to amend; leave the reason out")
    if last is not None and _is_in_force(last, study, codebook, content, reason):
        return last, {}
    number = last.version + 1 if last else 1
    certificate = study.results / CERTIFICATE
    drawn = sha256_of(certificate) if certificate.is_file() else None
    heading = Heading(number, study.sha256, drawn, reason, last.sha256 if last else "")
    files = {SETTINGS: (study.folder / SETTINGS).read_bytes(), **_codebook_files(study)}
    files[TEXT] = plan_text(study, codebook, heading).encode()
    files[SUMS] = _sums(files).encode()
    sha256 = sha256_of_text(files[SUMS].decode())
    fingerprint = codebook.sha256 if codebook else None
    frozen = FrozenPlan(number, sha256, study.sha256, fingerprint, drawn, reason, (), content)
    return frozen, files


def _is_in_force(
    last: FrozenPlan, study: Study, codebook: Codebook | None, content: Mapping[str, object], reason: str
) -> bool:
    """Whether the present plan is the one that was frozen last; refused where it differs without a reason."""
    present = (study.sha256, codebook.sha256 if codebook else None)
    if present == (last.study_sha256, last.codebook_sha256):
        return True
    changes = _changes_since(last, content)
    if changes and not reason:
        listed = [f"  {each}" for each in changes]
        ending = "a frozen plan is never changed: put it back, or add an amendment that says why (--reason)"
        raise PlanError("\n".join([f"the plan is not that of version {last.version}; {ending}", *listed]))
    # Comments alone make no other plan; whoever wants them frozen too says so with a reason.
    return not reason


def _codebook_files(study: Study) -> dict[str, bytes]:
    if study.settings.words is None:
        return {}
    folder = study.path(study.settings.words.codebook)
    return {f"{CODEBOOK}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def _sums(files: Mapping[str, bytes]) -> str:
    """The hashes of files in the form that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))


def _write(folder: Path, files: Mapping[str, bytes], plans: Sequence[FrozenPlan]) -> None:
    names = [name for name in _Entry.model_fields if name != "published"]
    entries = [{name: getattr(each, name) for name in names} | {"published": list(each.published)} for each in plans]
    with whole_folder(folder) as beside:
        for name, content in files.items():
            path = beside / str(plans[-1].version) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, content)
        # Its name sorts behind the folders, so it is moved in last: a version counts only once it is there whole.
        write_text(beside / REGISTER, json_text({"about": ABOUT, "frozen": entries}))


def _read_register(path: Path) -> list[_Entry]:
    try:
        return _Register.model_validate(json.loads(path.read_text(encoding="utf-8"))).frozen
    except ValidationError as error:
        faults = [f"{path}, {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise PlanError("\n".join(faults)) from error
    except ValueError as error:
        raise PlanError(f"{path} is no register of frozen plans: {error}") from error


def _faults(folder: Path, entry: _Entry, number: int) -> Iterator[str]:
    """The parts of a version that are no longer as they were frozen."""
    own = folder / str(entry.version)
    sums = own / SUMS
    if entry.version != number:
        yield f"{folder / REGISTER}: version {entry.version} stands in place {number}"
    elif not sums.is_file():
        yield f"{sums}: there is no such file; put back what was frozen"
    elif sha256_of(sums) != entry.sha256:
        yield f"{sums}: its hash is {sha256_of(sums)}, and {entry.sha256} was frozen; put it back"
    else:
        for line in sums.read_text(encoding="utf-8").splitlines():
            sha256, _, name = line.partition("  ")
            if not (own / name).is_file() or sha256_of(own / name) != sha256:
                yield f"{own / name}: is not the file that was frozen (SHA-256 {sha256}); put it back"
        if f"{entry.study_sha256}  {SETTINGS}" not in sums.read_text(encoding="utf-8").splitlines():
            yield f"{folder / REGISTER}: version {entry.version} names another {SETTINGS} than its {SUMS}"


def _frozen(folder: Path, entry: _Entry) -> FrozenPlan:
    codebook = read_codebook(folder / CODEBOOK) if (folder / CODEBOOK).is_dir() else None
    recorded = entry.model_dump() | {"published": tuple(entry.published)}
    return FrozenPlan(**recorded, content=_content(folder / SETTINGS, codebook))

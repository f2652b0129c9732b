"""The first page of an archive: what it is, how a stranger checks everything in it, and what that proves."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from cmresearch import __version__
from cmresearch.archive.data_package import DATA_PACKAGE
from cmresearch.archive.ddi import DDI, sampling_sentences
from cmresearch.archive.description import CITATION, Description
from cmresearch.archive.gathering import FRAME, RESULTS, SHARED_SAMPLE
from cmresearch.archive.packing import MANIFEST
from cmresearch.archive.ro_crate import RO_CRATE
from cmresearch.sampling.certificate import BUCKETS, CERTIFICATE, SCRIPT
from cmresearch.sampling.drawing import shell_command
from cmresearch.study.provenance import KIND_MEANS

README = "README.md"
PROVES = (
    "That these are the files of the archive's own list: none is missing, added or changed against it.",
    "That the listed complaints are those that the rule draws from this frame with this seed.",
)
PROVES_OF_WORDS = ("That each quotation stands in its source, as it is given here, where its coding says.",)
PROVES_NOT = (
    "Who made the archive, and when. Whoever changes everything consistently gets another archive that holds together; "
    "compare its SHA-256 with one that was published.",
    "That the seed was not chosen to suit. Only a commitment that was public before the seed existed shows that.",
    "That the frame is the city's register. Its file is not here; its SHA-256 is in the certificate.",
    "That the drawn complaints' words are unchanged. They are private; the certificate holds a fingerprint of each, "
    "and whoever has the raw sample compares it with 'cmresearch verify'.",
    "That estimates and statuses follow from the data. 'cmresearch reproduce' computes them again where the full set "
    "is at hand.",
    "That no person can be recognised. The rules find much and not all; somebody has to read what is published.",
)


def readme_text(description: Description) -> str:
    """The page as Markdown."""
    return "\n".join(_lines(description)) + "\n"


def _lines(description: Description) -> Iterator[str]:
    about = description.study.about(description.voice)
    yield f"# {description.title}"
    yield from ("", description.abstract, "")
    yield f"Written by cmresearch {__version__}. How to cite it is in `{CITATION}`."
    if about.reference:
        yield from ("", f"The study it compares itself with: {about.reference}.")
    yield from ("", "## What kind of data this is", "")
    yield from (f"- *{kind}*: {KIND_MEANS[kind]}" for kind in sorted(description.study.kinds))
    if about.limits:
        yield from ("", "Limits that the study states itself:", "", *(f"- {limit}" for limit in about.limits))
    yield from _holds(description)
    yield from _checks(description)
    yield from ("", "## What a check proves", "", *(f"- {sentence}" for sentence in _proved(description)))
    yield from ("", "What it does not prove:", "", *(f"- {sentence}" for sentence in PROVES_NOT))


def _proved(description: Description) -> tuple[str, ...]:
    return (*PROVES, *(() if description.study.settings.words is None else PROVES_OF_WORDS))


def _holds(description: Description) -> Iterator[str]:
    gathered = description.gathered
    yield from ("", "## What is here", "", "| file | what it is |", "|---|---|")
    about = {file.name: file.about for file in description.files if file.about}
    about |= {
        MANIFEST: "the SHA-256 of every other file",
        DDI: "study and variables in DDI-Codebook 2.5",
        DATA_PACKAGE: "every file and table as a Data Package (version 2)",
        RO_CRATE: "the same as an RO-Crate (1.1)",
    }
    yield from (f"| `{name}` | {meaning} |" for name, meaning in sorted(about.items()))
    yield from ("", *_parts(description))
    if gathered.masked:
        yield from (
            "",
            "Something was masked in these; a placeholder such as `[NAME-1]` is the same datum throughout:",
            "",
        )
        yield from (f"- `{name}`" for name in sorted(gathered.masked))
        if description.study.settings.provenance is not None:
            declared = description.study.settings.provenance.files
            yield from ("", f"`{declared}` names the hashes of the files as they were before that.")
    yield from _left_out(gathered.left_out)


def _parts(description: Description) -> Iterator[str]:
    settings = description.study.settings
    if settings.words is None:
        yield "This study has no interviews, no documents and no codebook, so there are none here."
    else:
        yield f"The codebook with its history is in `{settings.words.codebook}/`, the interviews and documents are in"
        yield f"{', '.join(f'`{name}/`' for name in settings.words.sources)}, and who coded what is in"
        yield f"`{settings.words.coding}/`."
        yield "They are files of a study, so the library reads them as it reads its own."
    if settings.responses is None:
        yield "Nobody read the sampled complaints, so there are no coders' records here."
    else:
        yield f"What each coder recorded of each sampled complaint is in `{settings.responses.folder}/`."


def _left_out(left_out: Mapping[str, str]) -> Iterator[str]:
    if left_out:
        yield from ("", "Left out:", "")
        yield from (f"- `{name}`: {why}" for name, why in sorted(left_out.items()))


def _checks(description: Description) -> Iterator[str]:
    certificate = description.certificate
    frame, paper = f"{RESULTS}/{FRAME}", f"{RESULTS}/{CERTIFICATE}"
    yield from ("", "## How to check it", "")
    yield from ("1. No file was added, lost or changed:", "", f"       sha256sum -c {MANIFEST}", "")
    yield "2. The sample is what its rule draws from the frame. The script needs nothing but Python; read it first:"
    yield from ("", f"       python3 -I -S {RESULTS}/{SCRIPT} {frame} {paper}", "")
    yield f"   Do not give it `{SHARED_SAMPLE}` as a third file: its words are masked or left out, so the fingerprints"
    yield "   of the raw records cannot fit. Its ids, strata and tickets are compared by the last check."
    if certificate.records:
        command = shell_command(certificate.seed.text, certificate.records[0].id)
        yield from (
            "",
            "3. One complaint alone. Its ticket is not above the cut-off of its stratum in the certificate:",
            "",
        )
        yield f"       {command}"
    yield from ("", "4. Everything at once, a line for each check, with what cannot be checked here:", "")
    yield f"       pip install cmresearch=={__version__}    # or a clone of its repository"
    yield f"       cmresearch verify-archive {shlex.quote(description.study.settings.study.key + '.zip')}"
    if description.can_be_made:
        yield from (
            "",
            "5. The full set is made, not real, so everything can be made again, in a copy of these files:",
            "",
        )
        yield "       cmresearch reproduce --study . --out again"
    yield from (
        "",
        "## How the sample was drawn",
        "",
        *(f"- {sentence}" for sentence in sampling_sentences(certificate)),
    )
    yield f"- `{RESULTS}/{BUCKETS}` tells where two frames differ; `docs/check-a-sample.md` of the library says how."

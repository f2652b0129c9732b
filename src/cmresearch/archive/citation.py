"""How an archive is cited: the study's own CITATION.cff, or the least one that the format allows."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cmresearch.study import Study

CITATION = "CITATION.cff"
NEEDED = ("cff-version", "message", "title", "authors")
"""What CFF 1.2.0 asks of every file."""


def citation_text(study: Study, date: str) -> str:
    """A CITATION.cff for a study that has none: its title, and authors whom only the study could name.

    Source:
        Druskat et al. (2021), Citation File Format 1.2.0.
    """
    titles = study.settings.study.title
    title = titles.get("en") or next(iter(titles.values()))
    # A JSON text is a YAML text.
    lines = [
        "cff-version: 1.2.0",
        "message: This study has no citation file of its own; ask its authors how to cite it.",
        "type: dataset",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"date-released: {date}",
        "authors:",
        f"  - name: {json.dumps(f'The authors of {title}', ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def cited(path: Path, key: str) -> str:
    """A plain value at the top of a citation file; empty where there is no file or no such key."""
    if not path.is_file():
        return ""
    found = re.search(rf"^{re.escape(key)}:[ \t]*(.+?)[ \t]*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip("\"'") if found else ""


def citation_faults(text: str) -> list[str]:
    """What CFF 1.2.0 asks for and a citation file does not have."""
    return [f"no {key}" for key in NEEDED if not re.search(rf"^{key}:", text, re.MULTILINE)]

"""What is found in a text, by kind."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from cmresearch.privacy import (
    find_personal_data,
)

REFERENCE = Path(__file__).parent / "reference"
SEEN, HELD_OUT = REFERENCE / "privacy-sentences.csv", REFERENCE / "privacy-sentences-held-out.csv"
LABEL = re.compile(r"\{(\w+):([^}]*)\}")


def labelled(path: Path) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Each sentence without its labels, and the labels as (kind, start, end)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [unlabelled(row["sentence"]) for row in csv.DictReader(file)]


def unlabelled(sentence: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, spans, before = "", [], 0
    for match in LABEL.finditer(sentence):
        text += sentence[before : match.start()]
        spans.append((match[1], len(text), len(text) + len(match[2])))
        text, before = text + match[2], match.end()
    return text + sentence[before:], spans


def kinds_and_texts(text: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.text) for finding in find_personal_data(text)]

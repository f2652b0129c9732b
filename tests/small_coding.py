"""A coding small enough to count by hand: two interviews of three answers, three codes, two coders."""

from cmresearch.codebook.book import Codebook
from cmresearch.coding.coding import COLUMNS, read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.files.writing import csv_text

HEADER = """+++
key = "{key}"
kind = "interview"
data_kind = "illustrative"
title = "First"
informant = "{informant}"
role = "{role}"
language = "en"
+++
"""
TURNS = [
    "> Illustrative: composed.",
    "Interviewer: Who answers?",
    "Informant: We answer within a day. Not always.",
    "Interviewer: Who closes?",
    "Informant: Nobody asks the reporter.",
    "Informant: The agency closes it.",
]
TEXT = "\n\n".join(TURNS)


def words(text):
    return {"en": text}


def code(key, *dimensions):
    texts = dict.fromkeys(["brief", "definition", "use_when", "do_not_use_when", "example"], "…")
    return {"key": key, "label": words(key), "dimensions": dimensions, **texts}


def dimension(number, key, *codes):
    return {
        "number": number,
        "key": key,
        "name": words(key),
        "definition": words("…"),
        "provenance": {"name": "inferred", "sources": ["johnston"], "note": "…"},
        "code": codes,
        "evidence": {"can_know": ["bureau"]},
    }


def variable(key, *values, condition=None):
    asked = {} if condition is None else {"conditional_on": {"variable": condition[0], "value": condition[1]}}
    answers = [{"key": value, "label": words(value.title()), "definition": f"{value}, in full"} for value in values]
    return {"key": key, "label": words(key.title()), "question": words(f"What of {key}?"), "value": answers, **asked}


CODEBOOK = Codebook.model_validate(
    {
        "version": "1.1.0",
        "title": "Two dimensions",
        "languages": ["en"],
        "license": "CC-BY-4.0",
        "theory": "…",
        "sha256": "",
        "variables": (
            variable("disposition", "coded", "not_codable"),
            variable("answered", "yes", "no", condition=("disposition", "coded")),
        ),
        "dimensions": (
            dimension(1, "speed", code("quick", "speed")),
            dimension(2, "closure", code("final", "closure", "speed"), code("asked", "closure")),
        ),
    }
)


def row(quote, code="final", coder="coder-a", source="interview-1", *, direction="supports"):
    start = TEXT.index(quote)
    cells = {
        "source": source,
        "start": start,
        "end": start + len(quote),
        "code": code,
        "coder": coder,
        "direction": direction,
        "at": "2021-07-07T09:00",
        "memo": "",
        "quote": quote,
        "codebook_version": "1.1.0",
    }
    return [cells[name] for name in COLUMNS]


def coding_of(folder, *rows):
    """The coding that these rows make, on both interviews."""
    sources = folder / "sources"
    sources.mkdir()
    for number, role in ((1, "bureau"), (2, "kelurahan")):
        header = HEADER.format(key=f"interview-{number}", informant=f"Informant {number}", role=role)
        (sources / f"interview-{number}.md").write_text(header + TEXT, encoding="utf-8")
    coding = folder / "coding"
    coding.mkdir()
    coder = COLUMNS.index("coder")
    for name, stem in (("coder-a", "coder-a"), ("coder-b", "coder-b"), ("adjudicator", "adjudicated")):
        own = [each for each in rows if each[coder] == name]
        if own:
            (coding / f"{stem}.csv").write_text(csv_text(COLUMNS, own), encoding="utf-8")
    return read_coding(coding, CODEBOOK, read_sources(sources))

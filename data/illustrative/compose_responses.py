"""How the coders' records in responses/ were made: nobody coded these complaints.

Run from the study's folder: python data/illustrative/compose_responses.py

Each record starts from what a coder who never errs would record (known, because the complaints are made). The two
coders then err now and then, as hashes say, in the ways that the codebook makes likely. A random 200 complaints are
recorded by both; where they differ, the flawless record is the decided one. Errors, times and memos are invented,
so agreement and alpha on these files show the calculation and nothing about any coder.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cmresearch.study import open_study
from cmresearch.synthetic import make_flawless_records, read_parameters

STUDY = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("responses")
VARIABLES = ("topic", "final_answer", "evidence_given", "reply_addresses_case", "repeat_complaint")
COLUMNS = ("id", "coder", "at", "disposition", *VARIABLES, "memo")
BOTH = 200
START = {"coder-a": "2021-07-05T08:30:00+07:00", "coder-b": "2021-07-05T09:00:00+07:00"}
FRIDAY = 4
RULINGS_START = "2021-07-26T09:00:00+07:00"

# What is mistaken for what, and how often in 10,000.
ERRORS = {
    "disposition": {"not_codable": [("ineligible", 700)], "ineligible": [("not_codable", 900)]},
    "topic": {
        "crowds_and_rules": [("levies_and_permits", 120), ("other", 220)],
        "workplace": [("crowds_and_rules", 500)],
        "social_assistance": [("levies_and_permits", 200), ("other", 100)],
        "health_facilities": [("other", 500)],
        "levies_and_permits": [("social_assistance", 400), ("crowds_and_rules", 300)],
        "other": [("health_facilities", 500), ("crowds_and_rules", 300)],
    },
    "final_answer": {
        "explicit": [("implicit", 750)],
        "implicit": [("explicit", 900), ("none", 400)],
        "none": [("implicit", 800)],
    },
    "evidence_given": {"yes": [("no", 500)], "no": [("yes", 550)]},
    "reply_addresses_case": {"yes": [("no", 200)], "no": [("yes", 800)]},
    "repeat_complaint": {"yes": [("no", 800)], "no": [("yes", 30)]},
}
NO_RECORD_MEMO = {"not_codable": "Text cut off.", "ineligible": "A test entry, no complaint.", "coded": ""}
REASONS = {
    "disposition": {
        "not_codable": "the text is cut off, but it was meant as a complaint",
        "ineligible": "a test entry belongs to no question of the study",
    },
    "topic": {
        "crowds_and_rules": "the complaint is about conduct in a public place",
        "workplace": "the complaint is about an employer's conduct",
        "social_assistance": "the complaint is about receiving assistance, not about money asked for it",
        "health_facilities": "the complaint is about a health service",
        "levies_and_permits": "money asked or a permit is the point, whatever the occasion",
        "other": "none of the five topics covers the matter",
    },
    "final_answer": {
        "explicit": "the reply says what was done or found",
        "implicit": "'followed up' or 'coordinated' leaves the outcome to be guessed",
        "none": "the reply speaks only of what is still to come, or acknowledges receipt",
    },
    "evidence_given": {
        "yes": "the reply mentions an attachment",
        "no": "what was done is told, nothing is shown",
    },
    "reply_addresses_case": {
        "yes": "the reply takes up the matter or the place",
        "no": "the reply would fit any complaint",
    },
    "repeat_complaint": {
        "yes": "the text names an earlier report by number",
        "no": "no earlier report is mentioned; that it happens often is not a report",
    },
}
OTHER_MATTERS = {
    "disinfe": "Disinfection.",
    "limbah": "Medical waste.",
    "baju pelindung": "Medical waste.",
    "sampah masker": "Medical waste.",
    "cuci tangan": "Public hand-washing place.",
    "ditutup warga": "Street closed by residents.",
    "menolak": "Residents' refusal.",
    "informasi": "Question about rules.",
    "kejelasan": "Question about rules.",
    "bohong": "Hoax.",
}

Row = dict[str, str]


def main(folder: Path = FOLDER) -> None:
    """Write the three files of responses/, or of another folder."""
    study = open_study(STUDY)
    sample = study.draw(study.read_frame())
    made = study.settings.full_set
    records = make_flawless_records(read_parameters(STUDY / str(made.made_from)), seed=str(made.seed))
    truth = {row["id"]: {str(name): str(value) for name, value in row.items()} for row in records.to_dict("records")}
    texts = dict(zip(sample.rows["id"], sample.rows["text"], strict=True))
    ids = sorted(texts)
    both = set(sorted(ids, key=lambda one: ticket(f"{study.seed} double", one))[:BOTH])
    coders = {
        coder: timed(
            (record(truth[one], texts[one], coder, study.seed) for one in ids if one in both or coder_of(one) == coder),
            START[coder],
        )
        for coder in START
    }
    first, second = ({row["id"]: row for row in rows} for rows in coders.values())
    rulings = (ruling(truth[one], texts[one], first[one], second[one]) for one in ids if one in both)
    coders["adjudicated"] = timed((row for row in rulings if row), RULINGS_START)
    for name, rows in coders.items():
        write(folder / f"{name}.csv", rows)


def ticket(seed: str, text: str) -> str:
    """The SHA-256 of seed, vertical bar and text, as in the drawing of the sample."""
    return hashlib.sha256(f"{seed}|{text}".encode()).hexdigest()


def lot(seed: str, text: str) -> int:
    """A number from 0 to 9,999."""
    return int(ticket(seed, text)[:12], 16) % 10_000


def coder_of(one: str) -> str:
    """Who records a complaint that only one of them records."""
    return "coder-a" if lot("half", one) < 5_000 else "coder-b"


def record(truth: Row, text: str, coder: str, seed: str) -> Row:
    """A coder's record: the flawless one with this coder's errors."""
    seen = {name: misread(name, truth[name], f"{seed} {coder} {name}", truth["id"]) for name in ERRORS if truth[name]}
    return {"id": truth["id"], "coder": coder, **seen, "memo": memo(seen, text)}


def misread(variable: str, value: str, seed: str, one: str) -> str:
    """The value, or what it was mistaken for."""
    thrown = lot(seed, one)
    for mistaken_for, often in ERRORS[variable].get(value, []):
        if thrown < often:
            return mistaken_for
        thrown -= often
    return value


def memo(seen: Row, text: str) -> str:
    """What the codebook asks a coder to note."""
    if seen.get("topic") != "other":
        return NO_RECORD_MEMO[seen["disposition"]]
    found = (matter for word, matter in OTHER_MATTERS.items() if word in text.lower())
    return next(found, "None of the topics fits.")


def ruling(truth: Row, text: str, first: Row, second: Row) -> Row | None:
    """The decided record where the two differ, with a reason for each difference."""
    differing = [name for name in ERRORS if first.get(name) != second.get(name)]
    if not differing:
        return None
    values = {name: truth[name] for name in ERRORS if truth[name]}
    reasons = [f"{name}: {REASONS[name][truth[name]]}" for name in differing if truth[name]]
    noted = memo(values, text) if values.get("topic") == "other" else ""
    return {
        "id": truth["id"],
        "coder": "adjudicator",
        **values,
        "memo": " ".join(filter(None, [f"{'; '.join(reasons)}.", noted])),
    }


def timed(rows: Iterable[Row], start: str) -> list[Row]:
    """The rows with invented times: one to three minutes each, seven hours a day from Monday to Friday."""
    first = now = datetime.fromisoformat(start)
    timed_rows = []
    for row in rows:
        now += timedelta(seconds=60 + lot(start, row["id"]) % 120)
        if now.hour >= first.hour + 7:
            weekend = 2 if now.weekday() == FRIDAY else 0
            now = first + timedelta(days=(now - first).days + 1 + weekend)
        timed_rows.append({**row, "at": now.isoformat()})
    return timed_rows


def write(path: Path, rows: Iterable[Row]) -> None:
    """A CSV of the rows in the order of the columns."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main()

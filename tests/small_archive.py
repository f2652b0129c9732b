"""The small study with its results, ready to be archived."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import pytest
from small_study import write_study_with_words

from cmresearch.archive.archiving import write_archive
from cmresearch.archive.checking import verify_archive
from cmresearch.archive.packing import MANIFEST, manifest_text, zip_folder
from cmresearch.report.results import write_results
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

DATE = "2021-08-17"
POST = "@post"  # a channel of the small study; it looks like a name on a network
PHONE = "0812-0000-1234"


def write_results_of(folder):
    """The study of a folder, with its results beside it."""
    study = open_study(folder)
    write_results(run_study(study), study.results)
    return study


def archive(study, path, **named):
    return write_archive(study, path, **({"date": DATE, "allow": [POST]} | named))


def names_in(path):
    with zipfile.ZipFile(path) as file:
        return file.namelist()


def read_in(path, name):
    with zipfile.ZipFile(path) as file:
        return file.read(name).decode("utf-8")


def unpacked(path, folder):
    with zipfile.ZipFile(path) as file:
        file.extractall(folder)
    return folder


def packed_again(folder, path, *, manifest="as it was"):
    """A changed archive, whose manifest may be brought up to date, as somebody would who wants to deceive."""
    if manifest == "anew":
        (folder / MANIFEST).write_text(manifest_text(folder), encoding="utf-8")
    zip_folder(folder, path)
    return path


def changed(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def differing(path, **named):
    found = verify_archive(path, **named)
    return {check.subject: check.message for check in found.checks if check.outcome == "differs"}


def outcomes(path, **named):
    return {check.subject: check.outcome for check in verify_archive(path, **named).checks}


def zipped(path, *entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for entry, content in entries:
            file.writestr(entry, content)
    return path


def program(name):
    found = os.environ.get(name)
    if not found or not Path(found).is_file():
        pytest.skip(f"{name} names no program")
    return found


def write_talkative_study(folder):
    """A study in whose interview, coding, records and decisions a telephone number stands."""
    write_study_with_words(folder)
    long = f"telepon {PHONE} kata warga"
    for path in (*folder.glob("interviews/*1-kelurahan.md"), *folder.glob("coding/*.csv")):
        text = path.read_text(encoding="utf-8").replace("pada hari itu juga", long)
        if path.suffix == ".csv":
            rows = list(csv.DictReader(io.StringIO(text)))
            rows[0]["end"] = str(int(rows[0]["start"]) + len(rows[0]["quote"]))
            out = io.StringIO(newline="")
            writer = csv.DictWriter(out, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            text = out.getvalue()
        path.write_text(text, encoding="utf-8")
    record = folder / "responses" / "coder-a.csv"
    record.write_text(record.read_text(encoding="utf-8").replace("<b>bold</b>", f"tel {PHONE}"), encoding="utf-8")
    decisions = folder / "decisions.toml"
    decisions.write_text(decisions.read_text(encoding="utf-8").replace("the register", f"{PHONE}"), encoding="utf-8")
    return folder

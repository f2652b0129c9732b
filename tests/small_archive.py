"""The small study with its results, ready to be archived."""

import zipfile

from cmresearch.archive.archiving import write_archive
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

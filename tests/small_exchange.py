"""A project as other programs write it, small enough to read."""

import zipfile
from pathlib import Path

from cmresearch.codebook.book import read_codebook

PROJECT = Path(__file__).parents[1]
CODEBOOK = read_codebook(PROJECT / "codebook")
CODES = list(CODEBOOK.codes)
USER, CODE, SOURCE = (f"{digit * 8}-0000-0000-0000-000000000000" for digit in "abc")


def selection(start, end, name="", *, coding=f"<Coding guid='{CODE}'><CodeRef targetGUID='{CODE}'/></Coding>"):
    place = f"startPosition='{start}' endPosition='{end}'"
    return f"<PlainTextSelection {place} name='{name}' creatingUser='{USER}'>{coding}</PlainTextSelection>"


def archive(
    tmp_path, selections="", *, text=b"The street was dry.", origin="", more="", parts=None, path="internal://T.TXT"
):
    """A project as other programs write them, with one code, one user and one text."""
    source = f"<TextSource guid='{SOURCE}' name='One.docx' plainTextPath='{path}'>{selections}</TextSource>"
    xml = (
        f"<Project xmlns='urn:QDA-XML:project:1:0' name='p' origin='{origin}' creationDateTime='2020-01-01T00:00:00Z'>"
        f"<Sources>{source}</Sources>{more}<Users><User guid='{{{USER.upper()}}}' name='Ana'/></Users>"
        f"<CodeBook><Codes><Code guid='{CODE}' name='dry' isCodable='true'/></Codes></CodeBook></Project>"
    )
    file = tmp_path / "other.qdpx"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("Project.QDE", xml.encode())
        for name, content in (parts or {"Sources/t.txt": text}).items():
            made.writestr(name, content)
    return file


def losses(imported):
    return {loss.what: loss.names for loss in imported.report.losses}


def changed_study(qdpx, tmp_path, *changes):
    """The study's file after somebody changed something in another program."""
    path = tmp_path / "changed.qdpx"
    with zipfile.ZipFile(qdpx[0]) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for before, after in changes if name == "project.qde" else ():
                assert before.encode() in content
                content = content.replace(before.encode(), after.encode(), 1)
            new.writestr(name, content)
    return path


def without_figures(codebook):
    """What a codebook file can hold: all but indicators and the variables of complaints."""
    record = codebook.model_dump(exclude={"sha256", "variables"})
    for dimension in record["dimensions"]:
        dimension["indicators"] = ()
    return record


def code_file(tmp_path, body, *, root="CodeBook xmlns='urn:QDA-XML:codebook:1.0'"):
    path = tmp_path / "other.qdc"
    path.write_text(f"<?xml version='1.0'?><{root}>{body}</{root.split()[0]}>", encoding="utf-8")
    return path

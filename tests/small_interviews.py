"""Two interviews, coded by two coders and in part adjudicated, small enough to count by hand."""

from __future__ import annotations

from cmresearch.codebook.templates import write_template
from cmresearch.coding.coding import Segment, read_coding
from cmresearch.coding.edits import with_segments, write_coding_file
from cmresearch.coding.sources import read_sources

TEXT = "Interviewer: Who?\n\nInformant: We answer in a day.\n\nInformant: Nobody asks why."


def write_source(folder, number, role, date):
    header = f'key = "interview-{number}"\nkind = "interview"\ndata_kind = "real"\ntitle = "I"\nlanguage = "en"\n'
    header += f'informant = "Informant {number}"\nrole = "{role}"\ndate = "{date}"\n'
    (folder / f"interview-{number}.md").write_text(f"+++\n{header}+++\n{TEXT}", encoding="utf-8")


def segment(coder, number, quote, code, direction="supports"):
    start = TEXT.index(quote)
    at = (f"interview-{number}", start, start + len(quote), code, coder, direction)
    return Segment(*at, "2021-05-01T09:00", "", quote, "0.1.0")


GIVEN = [
    segment("coder-a", 1, "answer in a day", "answered_in_time"),
    segment("coder-b", 1, "answer in a day", "answered_in_time", "context"),
    segment("coder-a", 1, "Nobody asks", "causes_sought", "absent"),
    segment("coder-a", 2, "We answer", "answered_in_time"),
    segment("coder-b", 2, "We answer", "answered_in_time"),
    segment("adjudicator", 1, "answer in a day", "answered_in_time"),
    segment("adjudicator", 2, "We answer", "answered_in_time"),
    segment("adjudicator", 2, "Nobody asks", "causes_sought", "absent"),
]


def begin(folder):
    """The folder of the coding, the codebook and the sources; the later interview has the lower number."""
    (folder / "sources").mkdir()
    (folder / "coding").mkdir()
    write_source(folder / "sources", 1, "complaint_office", "2021-06-09")
    write_source(folder / "sources", 2, "line_agency", "2021-06-02")
    return folder / "coding", write_template(folder / "book", "iso-10002"), read_sources(folder / "sources")


def written(study, segments):
    folder, book, sources = study
    for coder in dict.fromkeys(each.coder for each in segments):
        path = folder / f"{'adjudicated' if coder == 'adjudicator' else coder}.csv"
        own = [each for each in segments if each.coder == coder]
        write_coding_file(path, with_segments(path, own), book, sources)
    return read_coding(folder, book, sources)

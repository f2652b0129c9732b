"""Archives and XML from other people: nothing from outside, no entities, nothing endless."""

import re
import zipfile

import pytest
from small_exchange import archive, losses

from cmresearch.errors import ExchangeError
from cmresearch.exchange.refi_codebook import read_qdc
from cmresearch.exchange.refi_project_reading import read_qdpx


@pytest.mark.parametrize(
    "path",
    [
        "internal://../t.txt",
        "file:///etc/passwd",
        "/etc/passwd",
        "internal:///../../t.txt",
        "relative://t.txt",
        r"C:\t.txt",
    ],
)
def test_a_text_outside_the_archive_is_never_read(tmp_path, path):
    imported = read_qdpx(archive(tmp_path, path=path))
    assert imported.sources == ()
    assert losses(imported)["texts outside the archive, not read"] == (f"One.docx: {path}",)


def test_parts_that_point_outside_or_differ_in_case_only_are_not_read(tmp_path):
    parts = {"Sources/t.txt": b"The street.", "sources/T.txt": b"Another.", "../sources/t.txt": b"Evil."}
    imported = read_qdpx(archive(tmp_path, parts=parts))
    assert imported.sources[0].text == "The street."
    assert losses(imported)["parts whose path points outside the archive, not read"] == ("../sources/t.txt",)
    assert losses(imported)["parts whose path differs from another's in case only, not read"] == ("sources/T.txt",)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    file = tmp_path / "bomb.qdpx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("project.qde", b" " * 5_000_000)
    message = "bomb.qdpx: project.qde unpacks to more than 200 times its packed size"
    with pytest.raises(ExchangeError, match=re.escape(message)):
        read_qdpx(file)


REFUSED = "declares a document type or entities, which is refused"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<Project/>", "begins with <project>; expected a REFI-QDA <CodeBook>"),
        ("<CodeBook><Codes/></CodeBook>", "has no code"),
        ("<CodeBook>", "this is no XML: no element found: line 1, column 10"),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><CodeBook>&b;</CodeBook>",
            REFUSED,
        ),
        (
            "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><CodeBook/>",
            REFUSED,
        ),
        ("<a>" * 300 + "</a>" * 300, "nested more than 200 deep; expected an ordinary file"),
    ],
)
def test_what_is_no_codebook_or_not_safe_is_refused(tmp_path, content, message):
    path = tmp_path / "a.qdc"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExchangeError, match=re.escape(f"a.qdc: {message}")):
        read_qdc(path)

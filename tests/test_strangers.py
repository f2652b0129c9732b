"""Files from other people: nothing from outside, no entities, nothing endless, a sentence for what is damaged."""

import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing

import openpyxl
import pytest
from damage import flipped, flipped_within, zipped
from small_coding import CODEBOOK
from small_exchange import CODEBOOK as SHIPPED
from small_exchange import archive, losses
from small_files import CSV, ROWS, workbook
from small_verbs import call
from small_workbook import ASSIGNMENT, fill
from test_source_files import HEADER, docx, odt, run

from cmresearch.archive.packing import unzip, zip_folder
from cmresearch.codebook.tables import read_codebook_changes, write_codebook_workbook
from cmresearch.coding.source_files import read_source_file
from cmresearch.errors import (
    ArchiveError,
    CmResearchError,
    CodebookError,
    ExchangeError,
    IntakeError,
    ResponseError,
    SourceError,
)
from cmresearch.exchange.coder_workbook_reading import read_coder_workbook
from cmresearch.exchange.coder_workbooks import write_coder_workbook
from cmresearch.exchange.refi_codebook import read_qdc
from cmresearch.exchange.refi_project_reading import read_qdpx
from cmresearch.files.strangers import Limits, open_database
from cmresearch.intake.complaints import Reading, read_complaints
from cmresearch.privacy.passages import Unread, passages

CELLS = [["id", "channel"], *map(list, ROWS)]


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


def test_the_old_address_goes_on_working():
    code = "from cmresearch.exchange.safe_reading import parse_xml, read_bounded, open_archive, is_outside"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def with_far_cell(folder, place, value, *, link=False):
    """A workbook of three complaints, and one cell far away from them."""
    path = workbook(folder / "far.xlsx", ("Data", CELLS))
    cell = f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    number = re.sub("[A-Z]", "", place)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    page = parts["xl/worksheets/sheet1.xml"]
    if f'<row r="{number}">' in page:
        page = page.replace("</row>", f"{cell}</row>", 1)
    else:
        page = page.replace("</sheetData>", f'<row r="{number}">{cell}</row></sheetData>')
    if link:
        page = page.replace(
            "</sheetData>", f'</sheetData><mergeCells count="1"><mergeCell ref="A1:{place}"/></mergeCells>'
        )
    path.write_bytes(zipped({**parts, "xl/worksheets/sheet1.xml": page}))
    return path


@pytest.mark.parametrize("place", ["XFD1", "E1048576", "XFD1048576"])
def test_a_blank_cell_far_away_from_all_others_is_passed_over(tmp_path, place):
    complaints = read_complaints(with_far_cell(tmp_path, place, " "))
    assert complaints.query("SELECT * FROM complaints ORDER BY id") == ROWS


@pytest.mark.parametrize(
    ("place", "reach"),
    [
        ("XFD1", "reaches to column 16,384 and has something in 3 of these columns"),
        ("A1048576", "reaches to row 1,048,576 and has something in 5 of these rows"),
        ("XFD1048576", "reaches to row 1,048,576 and has something in 5 of these rows"),
    ],
)
def test_a_workbook_that_is_all_but_empty_is_refused_at_once(tmp_path, place, reach):
    path = with_far_cell(tmp_path, place, "x", link=True)
    message = f"far.xlsx: sheet 'Data' {reach}; delete what stands far away from the table, save the workbook"
    for reading in (Reading(), Reading(sheet="Data")):
        with pytest.raises(IntakeError, match=re.escape(message)):
            read_complaints(path, reading)
    # The privacy check reads the cells that are there, however far apart.
    assert "x" in [each.text for _, each in passages("far.xlsx", path.read_bytes()) if not isinstance(each, Unread)]


def test_a_cell_beyond_every_workbook_is_refused(tmp_path):
    with pytest.raises(IntakeError, match=r"sheet 'Data' has a cell in row 99999999999, column 1; no workbook reaches"):
        read_complaints(with_far_cell(tmp_path, "A99999999999", "x"))


def test_a_far_cell_in_a_codebook_or_a_coders_workbook_is_refused_at_once(tmp_path):
    write_coder_workbook(tmp_path / "anna.xlsx", ASSIGNMENT, CODEBOOK)
    write_codebook_workbook(tmp_path / "book.xlsx", SHIPPED)
    for name, sheet in (("anna.xlsx", "Coding"), ("book.xlsx", "Codes")):
        book = openpyxl.load_workbook(tmp_path / name)
        book[sheet]["XFD1048576"] = "x"
        book.save(tmp_path / name)
    with pytest.raises(ResponseError, match=r"anna.xlsx: sheet 'Coding' reaches to row 1,048,576"):
        read_coder_workbook(tmp_path / "anna.xlsx", CODEBOOK)
    with pytest.raises(CodebookError, match=r"book.xlsx: sheet 'Codes' reaches to row 1,048,576"):
        read_codebook_changes(tmp_path / "book.xlsx", SHIPPED)


def database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE requests (id TEXT, channel TEXT)")
        connection.executemany("INSERT INTO requests VALUES (?, ?)", ROWS)
        connection.commit()
    return path


def endless(path):
    with closing(sqlite3.connect(database(path))) as connection:
        connection.execute(
            "CREATE VIEW endless AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
            "SELECT n AS id, 'a' AS channel FROM r"
        )
        connection.commit()
    return path


def test_a_view_without_end_is_waited_for_a_while_only(tmp_path):
    path = endless(tmp_path / "export.db")
    message = r"^export.db: the view 'endless' had not come to an end after 0.2 seconds, so it is not read$"
    with open_database(path, error=IntakeError, broken="broken", limits=Limits(seconds=0.2)) as found:
        assert found.tables() == {"endless": True, "requests": False}
        with pytest.raises(IntakeError, match=message):
            found.size("endless", endless=True)
        assert found.size("requests", endless=False) == 3
    # A table beside it is read where it is named.
    assert read_complaints(path, Reading(table="requests")).query("SELECT count(*) FROM complaints") == [(3,)]


def test_ctrl_c_is_heard_while_a_database_is_at_work(tmp_path):
    path = endless(tmp_path / "export.db")
    press = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with open_database(path, error=IntakeError, broken="broken", limits=Limits(seconds=60)) as found:
        press.start()
        with pytest.raises(KeyboardInterrupt):
            found.size("endless", endless=True)


def test_a_document_is_not_filled_with_blanks_that_it_only_states(tmp_path):
    path = odt(tmp_path / "a.odt", *HEADER, 'a<text:s text:c="99999999999"/>b<text:s text:c="x"/>c')
    assert re.fullmatch("a {1000}b c", read_source_file(path)[1])


def small_files(folder):
    """One small file of each kind with its reader, the error that it may raise, and whether it is a zip file."""
    words = map(run, [*HEADER, "Interviewer: Who?", "", "Informant: We."])
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text(CSV, encoding="utf-8")
    zip_folder(folder / "in", folder / "stored.zip")
    (folder / "packed.zip").write_bytes(zipped({"a.csv": CSV}))
    write_coder_workbook(folder / "anna.xlsx", ASSIGNMENT, CODEBOOK)
    fill(folder / "anna.xlsx")

    def table(path):
        return read_complaints(path).query("SELECT * FROM complaints")

    def unpacked(path):
        unzip(path, folder / f"out-{len(list(folder.iterdir()))}")

    yield workbook(folder / "export.xlsx", ("Data", CELLS)), table, IntakeError
    yield folder / "packed.zip", table, IntakeError
    yield database(folder / "export.db"), table, IntakeError
    yield docx(folder / "a.docx", *words), read_source_file, SourceError
    yield odt(folder / "a.odt", *HEADER, 'Informant:<text:s text:c="2"/>We.'), read_source_file, SourceError
    yield archive(folder), read_qdpx, ExchangeError
    yield folder / "stored.zip", unpacked, ArchiveError
    yield folder / "anna.xlsx", lambda path: read_coder_workbook(path, CODEBOOK), ResponseError


KINDS = ("export.xlsx", "packed.zip", "export.db", "a.docx", "a.odt", "other.qdpx", "stored.zip", "anna.xlsx")


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_is_read_or_refused_with_the_callers_error(tmp_path, name):
    path, read, error = next(each for each in small_files(tmp_path) if each[0].name == name)
    whole = path.read_bytes()
    damaged = [*flipped(whole, times=24)]
    if zipfile.is_zipfile(io.BytesIO(whole)):
        damaged += flipped_within(whole, times=24)
    for content in damaged:
        path.write_bytes(content)
        try:
            read(path)
        except CmResearchError as found:
            assert type(found) is error  # noqa: PT017 - some damage does no harm
            assert "\n  File" not in str(found)  # noqa: PT017


def test_a_damaged_codebook_workbook_is_a_sentence_at_the_command_line(tmp_path, project, capsys):
    path = tmp_path / "book.xlsx"
    write_codebook_workbook(path, SHIPPED)
    folder = ("--folder", project / "codebook")
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for part, content in [
        ("xl/workbook.xml", b"<workbook"),
        ("xl/styles.xml", b"<styleSheet"),
        ("xl/worksheets/sheet2.xml", parts["xl/worksheets/sheet2.xml"][:-300]),
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/_rels/workbook.xml.rels", b""),
    ]:
        path.write_bytes(zipped({**parts, part: content}))
        with pytest.raises(CodebookError, match=r"book.xlsx: cannot be read as an .xlsx workbook: [^\n]+$"):
            call("codebook", "from-excel", path, *folder, "--who", "Ani", "--why", "a trial")
    assert capsys.readouterr().out == ""

"""A real Taguette server imports our codebook, and what it exports comes back (make test-interop)."""

import http.cookiejar
import os
import re
import socket
import subprocess
import urllib.parse
import urllib.request
import uuid
from html.parser import HTMLParser

import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.exchange.refi_codebook import read_qdc
from cmresearch.exchange.study_files import changes_of
from cmresearch.exchange.taguette import read_taguette_codebook, tag_of, write_taguette_codebook

pytestmark = pytest.mark.interop


class Form(HTMLParser):
    """The fields of a form as a browser sends them: one line each, boxes only where they are ticked."""

    def __init__(self, page):
        super().__init__()
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        is_sent = "disabled" not in found and (found.get("type") != "checkbox" or "checked" in found)
        if tag == "input" and found.get("name") and is_sent:
            self.fields[found["name"]] = re.sub("[\r\n]", "", found.get("value") or "on")


class Browser:
    """A browser with cookies, at the address where the server listens."""

    def __init__(self, address):
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def open(self, path, data=None, content_type="application/x-www-form-urlencoded"):
        request = urllib.request.Request(self.address + path, data=data, headers={"Content-Type": content_type})
        with self.opener.open(request, timeout=60) as answer:
            return answer.geturl(), answer.read()

    def send(self, path, **fields):
        return self.open(path, urllib.parse.urlencode(fields).encode())

    def form(self, path):
        return Form(self.open(path)[1].decode()).fields


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = os.environ.get("CMRESEARCH_TAGUETTE")
    if not program:
        pytest.skip("no Taguette: its program is named by CMRESEARCH_TAGUETTE (make test-interop)")
    folder = tmp_path_factory.mktemp("taguette")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--no-browser", "--port", str(port), "--database", str(folder / "taguette.sqlite3")]
    environment = os.environ | {"HOME": str(folder), "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as server:
        try:
            token = next(found[1] for line in server.stdout if (found := re.search(r"\?token=(\w+)", line)))
            opened = Browser(f"http://127.0.0.1:{port}")
            opened.open(f"/?token={token}")
            yield opened
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture(scope="module")
def imported(browser, codebook, tmp_path_factory):
    """The address of a project in Taguette into which our codebook was imported."""
    path = tmp_path_factory.mktemp("codebook") / "codebook.csv"
    write_taguette_codebook(path, codebook)
    new = browser.form("/project/new")
    address, _ = browser.send("/project/new", _xsrf=new["_xsrf"], name="Interop", description="")
    place = urllib.parse.urlparse(address).path
    mark = uuid.uuid5(uuid.NAMESPACE_DNS, "boundary").hex
    token = browser.form(f"{place}/import_codebook")["_xsrf"]
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="_xsrf"\r\n\r\n{token}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="codebook.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    body += path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    _, page = browser.open(f"{place}/import_codebook", body, f"multipart/form-data; boundary={mark}")
    browser.send(f"{place}/import_codebook", **Form(page.decode()).fields)
    return place


def test_taguette_has_every_code_in_use_after_the_import(browser, imported, codebook):
    _, exported = browser.open(f"{imported}/export/codebook.csv")
    tags = {line.split(",")[0] for line in exported.decode("utf-8").splitlines()}
    assert {tag_of(codebook, code) for code in codebook.codes.values()} <= tags


def test_the_codebook_that_taguette_exports_as_csv_changes_nothing_but_for_its_own_tag(
    browser, imported, codebook, tmp_path
):
    path = tmp_path / "codebook.csv"
    path.write_bytes(browser.open(f"{imported}/export/codebook.csv")[1])
    changes = changes_of(read_taguette_codebook(path), codebook)
    # Every new project of Taguette has a tag "interesting".
    assert [(each.key, each.what) for each in changes] == [("interesting", "new")]


def test_the_invalid_qdc_that_taguette_exports_is_read_and_its_codes_are_known(browser, imported, codebook, tmp_path):
    path = tmp_path / "codebook.qdc"
    path.write_bytes(browser.open(f"{imported}/export/codebook.qdc")[1])
    assert b"<Sets/>" in path.read_bytes()
    assert [each.key for each in changes_of(read_qdc(path), codebook)] == ["interesting"]

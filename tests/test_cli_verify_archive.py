"""The verb that checks an archive."""

from __future__ import annotations

import io
import json

from small_archive import POST

from cmresearch.cli import main


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["verify-archive", str(tmp_path / "a.zip")]) == 2
    assert f"cannot read {tmp_path / 'a.zip'}: No such file or directory" in capsys.readouterr().err


def test_the_outcome_for_machines(archive_file, capsys):
    assert main(["verify-archive", str(archive_file), "--json"]) == 0
    said = json.load(io.StringIO(capsys.readouterr().out))
    assert said["holds"] is True
    assert {check["outcome"] for check in said["checks"]} == {"holds", "cannot be checked here"}
    assert POST not in said["proves"]

"""A drawn sample in a folder, and somebody who edits it."""

import json
import subprocess
import sys


def edit(path, *edits):
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8", newline="")


def certificate_of(folder):
    return json.loads((folder / "certificate.json").read_text(encoding="utf-8"))


def put(folder, certificate):
    (folder / "certificate.json").write_text(json.dumps(certificate), encoding="utf-8")


def bare(folder, frame, *more):
    """The stand-alone script, run by an interpreter that sees neither this library nor any other."""
    command = [sys.executable, "-I", "-S", folder / "verify_sample.py", frame, folder / "certificate.json", *more]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)

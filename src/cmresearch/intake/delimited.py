"""Separated text (CSV, TSV and their like), scanned where it is, or written once as UTF-8."""

from __future__ import annotations

from dataclasses import replace

from cmresearch.intake.scans import OpenedFile, Scan, scan_of_csv
from cmresearch.intake.text import read_text, rewrite


def read_delimited(file: OpenedFile) -> Scan:
    """The rows of a text file below its header, every cell as it stands there.

    Raises:
        IntakeError: It is no text, has no header, or does not fit the encoding that is stated.
    """
    path, wanted = file.path, file.wanted
    text = read_text(
        path,
        encoding=wanted.encoding,
        delimiter=wanted.delimiter,
        quote=wanted.quote,
        skip_rows=wanted.skip_rows,
        header_rows=wanted.header_rows,
        names=wanted.names,
    )
    reading = {
        "format": "csv",
        "delimiter": text.delimiter,
        "encoding": text.encoding,
        "quote": text.quote,
        "skip_rows": str(text.skipped),
        "header_rows": str(text.header_rows),
    }
    if not text.ends_with_line_end:
        reading["last_line"] = "not finished"
    if not text.is_plain:
        target = file.folder / "as-utf-8.csv"
        rewrite(path, text, target)
        return replace(scan_of_csv(target, text.names), reading=reading, text=text)
    scan = scan_of_csv(
        path, text.names, delimiter=text.delimiter, quote=text.quote, skip=text.skipped + text.header_rows
    )
    return replace(scan, reading=reading, text=text)

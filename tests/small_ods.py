"""Workbooks of LibreOffice, made with nothing but what an .ods file is: a zip file of XML."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from damage import zipped

MIME = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
HIDDEN = (
    '<office:automatic-styles><style:style style:name="gone" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)


def cell(value: object, times: int = 1) -> str:
    again = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f"<table:table-cell{again}/>"
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
    elif isinstance(value, datetime | date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}{again}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def row(*cells: str, times: int = 1) -> str:
    again = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{again}>{''.join(cells)}</table:table-row>"


def sheet(title: str, rows: list[list[object]], *, style: str = "", more: str = "") -> str:
    shown = f' table:style-name="{style}"' if style else ""
    # LibreOffice fills every sheet to its end with cells and rows that are repeated.
    body = "".join(row(*map(cell, values), cell(None, 16_384 - len(values))) for values in rows)
    end = more or row(cell(None, 16_384), times=1_000_000)
    return f'<table:table table:name="{title}"{shown}>{body}{end}</table:table>'


def ods(path: Path, *sheets: str, parts: dict[str, str] | None = None, kind: str | None = MIME) -> Path:
    body = f"<office:body><office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body>"
    content = f'<?xml version="1.0"?><office:document-content {NAMES}>{HIDDEN}{body}</office:document-content>'
    stated = {} if kind is None else {"mimetype": kind}
    path.write_bytes(zipped({**stated, "content.xml": content, **(parts or {})}))
    return path

"""Tables as sheets of a workbook in which no text can be a formula; the same tables are the same bytes."""

from __future__ import annotations

import io
import math
import re
import textwrap
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from cmresearch.errors import ReportError
from cmresearch.files.writing import csv_text, write_bytes, write_text

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # what is written says nothing of when
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
# Control characters, halves of a pair, and the two code points that XML does not know.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_000  # characters; a cell holds 32,767
HEAD = "1C2530"
WIDEST, NARROWEST = 60, 9
LINE, TALLEST = 15, 408  # points: a line of a cell, and the tallest row that every spreadsheet knows
PROMPT, PROMPT_TITLE = 255, 32  # characters that a spreadsheet shows beside a cell with a drop-down

Scalar: TypeAlias = float | int | bool | str | None


@dataclass(frozen=True)
class Formula:
    """A cell that computes, and the value it has; every other cell is a value, whatever its text begins with.

    Attributes:
        text: The formula, from its equals sign on, in functions that Excel and LibreOffice share.
        value: Its value, for whoever reads the file without computing; None where there is none.
    """

    text: str
    value: Scalar


@dataclass(frozen=True, kw_only=True)
class Styled:
    """A cell with a look of its own.

    Attributes:
        value: What it holds.
        number_format: The spreadsheet's code, such as 0.0%; @ is text.
        locked: Whether it is kept from changes on a protected sheet.
    """

    value: object
    number_format: str = "General"
    locked: bool = True


@dataclass(frozen=True, kw_only=True)
class DropDown:
    """A list to choose from, in some cells of one column.

    Attributes:
        column: The column, from 1.
        first: The first row, from 1.
        last: The last row.
        source: The cells that hold the values, such as Definitions!$B$2:$B$5.
        title: The heading of the prompt.
        prompt: What is shown beside the cell; cut where a spreadsheet would refuse it.
        error: What is said of another value.
    """

    column: int
    first: int
    last: int
    source: str
    title: str
    prompt: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: its rows and how they are laid out.

    Attributes:
        title: Its name; 31 characters at most.
        rows: Every row from the first, the names of the columns among them: plain values, `Formula` or `Styled`.
        widths: The width of each column, in characters.
        head: The row with the names of the columns, from 1; rows above are notes, and 0 is for a sheet without.
        frozen: The first cell that scrolls, such as B3; by default the one below the head.
        drop_downs: Lists to choose from.
        filtered: Whether the rows can be filtered by column.
        hidden: Whether the sheet is hidden.
        landscape: Whether it is printed across, all columns on a page.
        protected: Whether locked cells are kept from changes.
    """

    title: str
    rows: Sequence[Sequence[object]]
    widths: Sequence[float]
    head: int = 1
    frozen: str = ""
    drop_downs: Sequence[DropDown] = ()
    filtered: bool = False
    hidden: bool = False
    landscape: bool = False
    protected: bool = False


def cell_text(text: object) -> str:
    """A text as a cell holds it: line ends as line feeds, no control characters, cut where a cell ends."""
    plain = CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + f" […{len(plain) - LONGEST} more characters]"


def write_sheets(tables: Mapping[str, pd.DataFrame], path: str | Path, *, note: str = "") -> None:
    """Write tables as a workbook, a sheet each.

    Args:
        tables: The title of each sheet (31 characters at most) and its table.
        path: The .xlsx file to write; its folder must be there.
        note: A sentence that every sheet begins with, such as what kind of data it holds.

    Raises:
        WritingError: The file cannot be written.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "tables.xlsx"
        >>> write_sheets({"Codes": pd.DataFrame({"code": ["=1+1"], "n": [3]})}, file)
        >>> pd.read_excel(file, dtype=str, engine="openpyxl").iloc[0].tolist()
        ['=1+1', '3']
    """
    save_sheets([_of_table(title, table, note) for title, table in tables.items()], path)


def write_table(table: pd.DataFrame, path: str | Path, *, title: str, note: str = "") -> None:
    """Write one table as a workbook (.xlsx) or as CSV, by the ending of the file's name.

    Raises:
        ReportError: The ending is another one.
        WritingError: The file cannot be written.
    """
    target = Path(path)
    if target.suffix == ".xlsx":
        write_sheets({title[:31]: table}, target, note=note)
    elif target.suffix == ".csv":
        rows = [[None if pd.isna(value) else value for value in row] for row in table.itertuples(index=False)]
        refuse_folder(target)
        write_text(target, csv_text([str(name) for name in table.columns], rows))
    else:
        raise ReportError(f"{path}: the name ends in {target.suffix!r}; expected .csv or .xlsx")


def _of_table(title: str, table: pd.DataFrame, note: str) -> Sheet:
    names = [str(name) for name in table.columns]
    rows = [list(row) for row in table.itertuples(index=False)]
    notes = [[note]] if note else []
    return Sheet(title=title, rows=[*notes, names, *rows], widths=column_widths(names, rows), head=len(notes) + 1)


def column_widths(names: Sequence[str], rows: Iterable[Sequence[object]]) -> list[int]:
    """A width for each column that holds its name and, up to a limit, its longest value."""
    longest = [0] * len(names)
    for row in rows:
        for column, value in enumerate(row):
            longest[column] = max(longest[column], len(str(_shown(value))))
    return [max(NARROWEST, len(name) + 4, min(size + 2, WIDEST)) for name, size in zip(names, longest, strict=True)]


def save_sheets(sheets: Iterable[Sheet], path: str | Path) -> None:
    """Write sheets as a workbook that says nothing of when it was made.

    Numbers are numbers, nothing is an empty cell, a `Formula` computes and has its value; all else is text, and no
    text can be a formula. Rows are as tall as their wrapped texts.

    Args:
        sheets: The sheets, in order; the first is shown when the file is opened.
        path: The .xlsx file to write; its folder must be there.

    Raises:
        ReportError: There is a folder of this name.
        WritingError: The file cannot be written.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "sums.xlsx"
        >>> rows = [["a", "b", "sum"], [1, 2, Formula("=A2+B2", 3)]]
        >>> save_sheets([Sheet(title="Sums", rows=rows, widths=[9, 9, 9])], file)
        >>> pd.read_excel(file, engine="openpyxl")["sum"].tolist()
        [3]
    """
    refuse_folder(path)
    write_bytes(Path(path), _content(sheets))


def refuse_folder(path: str | Path) -> None:
    """Refuse the name of a folder as that of a file to write.

    Raises:
        ReportError: There is a folder of this name.
    """
    if Path(path).is_dir():
        raise ReportError(f"cannot write to {path}: is a directory")


def _content(sheets: Iterable[Sheet]) -> bytes:
    from xlsxwriter import Workbook  # a tenth of a second, and few commands write workbooks
    from xlsxwriter.worksheet import Worksheet

    class Page(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
        """A sheet whose rows have a height and still grow when somebody types into them."""

        def _xml_start_tag_unencoded(self, tag: str, attributes: Iterable[tuple[str, Any]] = ()) -> None:
            super()._xml_start_tag_unencoded(tag, [each for each in attributes if each[0] != "customHeight"])

    out = io.BytesIO()
    plain = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
    book = Workbook(out, {"in_memory": True, **plain})
    book.set_properties({"author": "cmresearch", "created": NO_DATE.replace(tzinfo=None)})
    looks = _Looks(book)
    for sheet in sheets:
        _write(book.add_worksheet(sheet.title, Page), sheet, looks)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - XlsxWriter has no types
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def look(self, **properties: object) -> Any:  # noqa: ANN401 - as above
        """The format with these properties; false ones are those of every cell."""
        wanted = tuple(sorted((name, value) for name, value in properties.items() if value is not False))
        if wanted not in self._made:
            self._made[wanted] = self._book.add_format(dict(wanted))
        return self._made[wanted]


def _write(page: Any, sheet: Sheet, looks: _Looks) -> None:  # noqa: ANN401 - as above
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for number, row in enumerate(sheet.rows, start=1):
        is_note = number < sheet.head
        for column, cell in enumerate(row):
            _put(page, (number - 1, column), cell, looks, _row_look(number, sheet.head))
        if not is_note:
            page.set_row(number - 1, _height(row, sheet.widths))
    for each in sheet.drop_downs:
        _add_drop_down(page, each)
    _lay_out(page, sheet)


def _row_look(number: int, head: int) -> dict[str, object]:
    if number < head:
        return {}  # a note runs on over the cells beside it
    wrapped: dict[str, object] = {"text_wrap": True, "valign": "top"}
    return wrapped | ({"bold": True, "font_color": "#FFFFFF", "bg_color": f"#{HEAD}"} if number == head else {})


def _put(page: Any, at: tuple[int, int], cell: object, looks: _Looks, look: Mapping[str, object]) -> None:  # noqa: ANN401 - as above
    """Write one cell: numbers as numbers, our own formulas with their value, all else as text that can be neither."""
    value = cell.value if isinstance(cell, Styled) else cell
    if isinstance(cell, Styled):
        look = {**look, "num_format": cell.number_format if cell.number_format != "General" else False}
        look |= {} if cell.locked else {"locked": 0}
    if _is_nothing(value):
        page.write_blank(*at, None, looks.look(**look))
    elif isinstance(value, Formula):
        shown = "" if value.value is None else value.value
        page.write_formula(*at, value.text, looks.look(**look), shown)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        page.write_number(*at, value, looks.look(**look))
    else:
        text = cell_text(value)
        # The mark that a spreadsheet shows as a leading apostrophe; it stays when the cell is edited.
        page.write_string(*at, text, looks.look(**look, quote_prefix=text.startswith(RISKY)))


def _is_nothing(value: object) -> bool:
    return value is None or value is pd.NA or value != value or value == ""  # noqa: PLR0124 - "not a number" differs from itself


def _shown(cell: object) -> object:
    """The value that a cell shows."""
    value = cell.value if isinstance(cell, Styled) else cell
    return value.value if isinstance(value, Formula) else value


def _height(row: Sequence[object], widths: Sequence[float]) -> int:
    """The points that a row needs for its wrapped texts."""
    texts = ((_shown(cell), width) for cell, width in zip(row, widths, strict=False))
    lines = max((_lines(text, int(width)) for text, width in texts if isinstance(text, str)), default=1)
    return min(lines * LINE, TALLEST)


def _lines(text: str, width: int) -> int:
    """The lines that a text takes in a column, with a little room since letters differ in width."""
    room = max(1, width - 1)
    return sum(_wrapped(line, room) for line in cell_text(text).split("\n"))


def _wrapped(line: str, room: int) -> int:
    if not line.isascii():
        line = "".join(char * (2 if unicodedata.east_asian_width(char) in "WF" else 1) for char in line)
    return 1 if len(line) <= room else max(1, len(textwrap.wrap(line, room)))


def _add_drop_down(page: Any, each: DropDown) -> None:  # noqa: ANN401 - as above
    options = {
        "validate": "list",
        "source": f"={each.source}",
        "input_title": each.title[:PROMPT_TITLE],
        "input_message": each.prompt if len(each.prompt) <= PROMPT else each.prompt[: PROMPT - 1] + "…",
        "error_title": "No such value",
        "error_message": each.error[:PROMPT],
    }
    page.data_validation(each.first - 1, each.column - 1, each.last - 1, each.column - 1, options)


def _lay_out(page: Any, sheet: Sheet) -> None:  # noqa: ANN401 - as above
    if sheet.head:
        page.freeze_panes(sheet.frozen or f"A{sheet.head + 1}")
        page.repeat_rows(0, sheet.head - 1)
    if sheet.filtered:
        page.autofilter(sheet.head - 1, 0, len(sheet.rows) - 1, len(sheet.rows[sheet.head - 1]) - 1)
    if sheet.landscape:
        page.set_landscape()
        page.fit_to_pages(1, 0)
    if sheet.protected:
        allowed = ("objects", "scenarios", "autofilter", "format_columns", "format_rows")
        page.protect("", dict.fromkeys(allowed, True))
    if sheet.hidden:
        page.hide()


def undated(content: bytes) -> bytes:
    """The same archive with one date for all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in _ordered(old.namelist()):
            entry = zipfile.ZipInfo(name, date_time=NO_DATE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _without_time(name, old.read(name)))
    return out.getvalue()


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name))


def _without_time(name: str, part: bytes) -> bytes:
    if name != "docProps/core.xml":
        return part
    fixed = NO_DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + fixed, part)

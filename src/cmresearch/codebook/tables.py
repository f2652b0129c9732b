"""A codebook as a workbook to read and change in a spreadsheet, and what was changed there, ready to be taken over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.codebook.book import Code, Codebook
from cmresearch.codebook.edits import MEANING, Draft, Signature, new_code, rename, reword
from cmresearch.errors import CodebookError, nearest, raise_all
from cmresearch.files.sheets import Sheet, cell_text, save_sheets
from cmresearch.files.strangers import (
    MEGABYTE,
    Cell,
    Limits,
    extent_of,
    open_workbook,
    refuse_sparse,
    sheet_rows,
)
from cmresearch.files.toml_edit import Value
from cmresearch.language.catalogue import in_language

if TYPE_CHECKING:
    pass

CODES = "Codes"
LIMITS = Limits(size=100 * MEGABYTE)
TEXTS = (
    "brief",
    "definition",
    "use_when",
    "do_not_use_when",
    "example",
    "atypical_example",
    "close_but_not",
    "origin",
    "citation",
)
FIXED = ("id", "dimension", "status", "merged_into")
NOTES = (
    "Change the words of a code in the sheet Codes, or add a code in a row below the last one (leave its id empty, and",
    "name the dimension in whose file it shall stand). A changed key renames the code; its id stays.",
    "A code is not removed by deleting its row: merge or retire it (cmresearch codebook merge, retire).",
    "Texts by language have a column for each language. Several dimensions are separated by a semicolon.",
    "Take the changes over with: cmresearch codebook from-excel FILE. It shows them first, and asks.",
)


@dataclass(frozen=True)
class CodeChange:
    """The difference between a workbook and the codebook in one code.

    Attributes:
        key: The key of the code; of a new one, the key it shall get.
        what: new, renamed or changed.
        fields: What it shall say, by field; of a renamed one, only its new key.
        dimension: The dimension in whose file a new one shall stand; otherwise empty.
    """

    key: str
    what: str
    fields: Mapping[str, Value]
    dimension: str = ""

    @property
    def may_change_the_meaning(self) -> bool:
        """Whether codings made before may be concerned: definition, rules of use or dimensions changed."""
        return self.what == "changed" and any(field in MEANING for field in self.fields)


def columns_of(codebook: Codebook) -> tuple[str, ...]:
    """The columns of the sheet Codes: a label for each language of the codebook."""
    labels = [f"label_{language}" for language in codebook.languages]
    return ("id", "dimension", "key", "parent", *labels, *TEXTS, "dimensions", "status", "merged_into")


def write_codebook_workbook(path: Path, codebook: Codebook) -> None:
    """Write a codebook as a workbook: how to use it, the codes, the dimensions with their questions, and the history.

    Args:
        path: The .xlsx file.
        codebook: The codebook.

    Raises:
        ReportError: The file cannot be written.
    """
    title = f"{in_language(codebook.title)}, version {codebook.version}"
    columns = columns_of(codebook)
    codes = [[_row_of(codebook, code)[name] for name in columns] for code in codebook.every_code.values()]
    widths = [12 if name in FIXED else 28 if name.startswith(("label", "key", "parent")) else 50 for name in columns]
    sheets = (
        Sheet(title="Read me", rows=[[title], *([note] for note in NOTES)], widths=[120]),
        Sheet(title=CODES, rows=[columns, *codes], widths=widths, frozen="D2"),
        Sheet(title="Dimensions", rows=list(_dimension_rows(codebook)), widths=[8, 24, 30, 90]),
        Sheet(title="History", rows=list(_history_rows(codebook)), widths=[28, 10, 12, 20, 12, 90]),
    )
    save_sheets(sheets, path)


def read_codebook_changes(path: Path, codebook: Codebook) -> tuple[CodeChange, ...]:
    """The differences between a workbook and the codebook, code by code.

    Args:
        path: The workbook, from `write_codebook_workbook` and changed since; rows may be in any order.
        codebook: The codebook as it is now.

    Returns:
        The changes in the order of the sheet's rows.

    Raises:
        CodebookError: The file is no workbook or has no sheet Codes; or a cell cannot be used. Every fault, with sheet
            and cell.
    """
    faults: list[str] = []
    rows = list(_rows(path, columns_of(codebook), faults))
    # Without its columns nothing more can be said of the sheet.
    raise_all(CodebookError, faults if not rows else [])
    changes = [change for cells in rows for change in _changes(cells, codebook, faults)]
    given = {str(cells["id"].text) for cells in rows}
    faults += [
        f"{path}, sheet {CODES}: the row of {code.key!r} is missing; a code is merged or retired, and not deleted"
        for code in codebook.every_code.values()
        if code.id not in given
    ]
    raise_all(CodebookError, faults)
    return tuple(changes)


def apply_changes(draft: Draft, changes: Sequence[CodeChange], signature: Signature, *, meaning: str) -> Draft:
    """The codebook's files with the changes of a workbook, each kept in the history of its code.

    Args:
        draft: The codebook's files.
        changes: From `read_codebook_changes`.
        signature: Who, when, why.
        meaning: changed or kept: whether a changed definition, rule of use or dimension changes what is coded. Other
            fields never do.
    """
    for change in changes:
        if change.what == "new":
            draft = new_code(draft, change.dimension, change.fields, signature)
        elif change.what == "renamed":
            draft = rename(draft, change.key, str(change.fields["key"]), signature)
        else:
            kept = meaning if change.may_change_the_meaning else "kept"
            draft = reword(draft, change.key, change.fields, signature, meaning=kept)
    return draft


@dataclass(frozen=True)
class _Cell:
    text: str
    where: str


def _row_of(codebook: Codebook, code: Code) -> dict[str, str]:
    fields = {name: getattr(code, name) or "" for name in ("id", "key", "parent", "status", "merged_into", *TEXTS)}
    labels = {f"label_{language}": text for language, text in code.label.items()}
    return fields | labels | {"dimension": codebook.home[code.key].key, "dimensions": "; ".join(code.dimensions)}


def _dimension_rows(codebook: Codebook) -> Iterator[list[object]]:
    yield ["number", "dimension", "what", "text"]
    for each in codebook.dimensions:
        for language in codebook.languages:
            yield [each.number, each.key, f"name ({language})", each.name[language]]
            yield [each.number, each.key, f"definition ({language})", each.definition[language]]
            for number, question in enumerate(each.questions, start=1):
                yield [each.number, each.key, f"question {number} ({language})", question[language]]


def _history_rows(codebook: Codebook) -> Iterator[list[object]]:
    yield ["code", "version", "date", "who", "change", "why"]
    for code in codebook.every_code.values():
        for each in code.history:
            yield [code.key, each.version, each.date, each.who, each.change, each.why]


def _rows(path: Path, columns: Sequence[str], faults: list[str]) -> Iterator[dict[str, _Cell]]:
    header, *below = _sheet(path)
    found = {cell.column: str(cell.value or "").strip() for cell in header}
    names = list(found.values())
    faults += [
        f"{path}, sheet {CODES}: no column {name!r}{nearest(name, names)}" for name in columns if name not in names
    ]
    faults += [
        f"{path}, sheet {CODES}: unknown column {name!r}{nearest(name, columns)}"
        for name in names
        if name and name not in columns
    ]
    if faults:
        return
    for row in below:
        there = {cell.column: cell for cell in row}
        cells = {
            name: _cell(path, there.get(column, Cell(row[0].row, column, None)), faults)
            for column, name in found.items()
            if name and row
        }
        if any(each.text for each in cells.values()):
            yield cells


def _sheet(path: Path) -> list[list[Cell]]:
    """The header of the sheet of codes, and its rows below that have a cell."""
    broken = f"{path}: cannot be read as an .xlsx workbook"
    with open_workbook(path, error=CodebookError, broken=broken, name=f"{path}", limits=LIMITS) as book:
        if CODES not in book.sheetnames:
            raise CodebookError(f"{path}: there is no sheet {CODES!r}{nearest(CODES, book.sheetnames)}")
        rows = dict(sheet_rows(book, CODES))
    refuse_sparse(f"{path}", CODES, extent_of(rows.items()), CodebookError)
    return [rows.pop(1, []), *rows.values()]


def _cell(path: Path, cell: Cell, faults: list[str]) -> _Cell:
    where = f"{path}, {CODES}!{cell.coordinate}"
    if cell.data_type == "f":
        faults.append(f"{where}: holds a formula; expected a text")
    return _Cell(" ".join(str("" if cell.value is None else cell.value).split()), where)


def _changes(cells: Mapping[str, _Cell], codebook: Codebook, faults: list[str]) -> Iterator[CodeChange]:
    given = {name: cell.text for name, cell in cells.items()}
    code = next((each for each in codebook.every_code.values() if each.id == given["id"]), None)
    if code is None:
        yield from _new(cells, given, codebook, faults)
        return
    # As the cells hold it: a character that no cell can hold is no change.
    now = {name: " ".join(cell_text(text).split()) for name, text in _row_of(codebook, code).items()}
    for name in FIXED[1:]:
        if given[name] != now[name]:
            faults.append(
                f"{cells[name].where}: {name} is {given[name]!r}; expected {now[name]!r}, it is not changed here"
            )
    if not code.is_in_use and given != now:
        faults.append(f"{cells['key'].where}: the code {code.key!r} is out of use; expected its row as it was")
        return
    changed = [name for name in given if name not in (*FIXED, "key") and given[name] != now[name]]
    fields = _fields({name: given[name] for name in changed}, code.label)
    empty = [name for name in changed if not given[name] and now[name]]
    faults += [f"{cells[name].where}: {name} is empty, and was {now[name]!r}" for name in empty]
    if fields:
        yield CodeChange(code.key, "changed", fields)
    if given["key"] != code.key:
        yield CodeChange(code.key, "renamed", {"key": given["key"]})


def _new(
    cells: Mapping[str, _Cell], given: Mapping[str, str], codebook: Codebook, faults: list[str]
) -> Iterator[CodeChange]:
    known = [each.key for each in codebook.dimensions]
    if given["id"]:
        faults.append(
            f"{cells['id'].where}: there is no code with the id {given['id']!r}; leave it empty for a new code"
        )
    elif given["dimension"] not in known:
        found = f"there is no dimension {given['dimension']!r}{nearest(given['dimension'], known)}"
        faults.append(f"{cells['dimension'].where}: {found}")
    elif not given["key"]:
        faults.append(f"{cells['key'].where}: no key; expected one such as final_answer")
    else:
        texts = {name: text for name, text in given.items() if text and name not in ("id", "dimension", "merged_into")}
        dimensions = {"dimensions": given["dimensions"] or given["dimension"]}
        yield CodeChange(given["key"], "new", _fields(texts | dimensions, {}), given["dimension"])


def _fields(texts: Mapping[str, str], label: Mapping[str, str]) -> dict[str, Value]:
    """Cells as fields of a code: labels together, dimensions apart."""
    fields: dict[str, Value] = {
        name: text for name, text in texts.items() if not name.startswith(("label_", "dimensions"))
    }
    labels = {name.removeprefix("label_"): text for name, text in texts.items() if name.startswith("label_")}
    if labels:
        fields["label"] = {**label, **labels}
    if "dimensions" in texts:
        fields["dimensions"] = [each.strip() for each in texts["dimensions"].split(";") if each.strip()]
    return fields

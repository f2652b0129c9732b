"""A workbook for each coder: the complaints to read, drop-downs to answer with, and what each answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cmresearch.codebook.book import Codebook, CodedVariable
from cmresearch.errors import ResponseError, nearest, raise_all
from cmresearch.files.sheets import cell_text, head, put, save_workbook
from cmresearch.language.catalogue import in_language

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

PROGRESS, CODING, DEFINITIONS, CHECKED = "Progress", "Coding", "Definitions", "Checked ids"
HEAD_ROW = 2  # the first row of the coding sheet says what kind of data it is
AT, MEMO = "at", "memo"
MARK, MADE_FOR, MADE_WITH = "mark of integrity", "coder", "coded variables"
TEXTS = "texts"
WIDE, NARROW = 70, 22
PROMPT = 255  # characters that a spreadsheet shows beside a cell with a drop-down
KIND_LABELS: Mapping[str, str] = {
    "illustrative": "Illustrative: composed for this workbench, not the words of any real person.",
    "synthetic": "Synthetic: made from published totals and written assumptions; no evidence about the city.",
}


@dataclass(frozen=True)
class Assignment:
    """The complaints that one coder is to read.

    Attributes:
        coder: The coder's name, as it stands in the records.
        complaints: A row each, in the order in which they are read: the id and the texts.
        id_column: The column that names a complaint.
        text_columns: The columns to read.
        data_kind: published, real, synthetic or illustrative.
    """

    coder: str
    complaints: pd.DataFrame
    id_column: str = "id"
    text_columns: tuple[str, ...] = ("text",)
    data_kind: str = "real"


def assign_complaints(ids: Sequence[str], coders: Sequence[str], *, double: int, seed: str) -> dict[str, list[str]]:
    """Which complaints each coder reads: some are read by all, the others are dealt out in turn.

    Complaints are ordered by the SHA-256 of the seed, a bar and the id; the first `double` of them go to everybody,
    so that they are a random part of the sample and agreement on them speaks for the whole.

    Args:
        ids: The sampled complaints.
        coders: The coders.
        double: How many complaints everybody reads.
        seed: Any text; the same one gives the same assignment.

    Returns:
        Coder to ids, in the order of the ids.

    Raises:
        ResponseError: There are no coders, one is named twice, or fewer complaints than are to be read by all.

    Example:
        >>> found = assign_complaints(["1", "2", "3", "4"], ["a", "b"], double=2, seed="x")
        >>> found, sorted(set(found["a"]) & set(found["b"]))
        ({'a': ['1', '2', '3'], 'b': ['1', '2', '4']}, ['1', '2'])
    """
    if not coders or len(set(coders)) < len(coders):
        raise ResponseError(f"the coders are {', '.join(coders) or 'none'}; expected one or more different names")
    if not 0 <= double <= len(ids):
        raise ResponseError(f"{double} complaints for everybody; expected 0 to {len(ids)}, which are to be read")
    shuffled = sorted(ids, key=lambda one: hashlib.sha256(f"{seed}|{one}".encode()).hexdigest())
    chosen = {
        coder: {*shuffled[:double], *shuffled[double + position :: len(coders)]}
        for position, coder in enumerate(coders)
    }
    return {coder: [one for one in ids if one in found] for coder, found in chosen.items()}


def text_mark(texts: Sequence[str]) -> str:
    """The fingerprint of a complaint's text: blanks and line ends, which spreadsheets change, play no part.

    Example:
        >>> text_mark(["Jalan  rusak "]) == text_mark(["Jalan rusak"])
        True
    """
    words = "\n".join(" ".join(cell_text(text).split()) for text in texts)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def variables_mark(variables: Sequence[CodedVariable]) -> str:
    """The fingerprint of the coded variables: their keys, values, questions and definitions."""
    content = "\n".join(variable.model_dump_json() for variable in variables)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def workbook_mark(coder: str, rows: Sequence[tuple[str, str]], variables: str) -> str:
    """The mark of integrity: a hash of the coder, every id with the mark of its text, and the variables' mark.

    It shows what was changed by mistake. Whoever wants to deceive can compute it anew.
    """
    content = "\n".join([coder, variables, *(f"{one}|{mark}" for one, mark in sorted(rows))])
    return hashlib.sha256(content.encode()).hexdigest()


def write_coder_workbook(
    path: str | Path,
    assignment: Assignment,
    codebook: Codebook,
    *,
    language: str | None = None,
    mask: Callable[[str], str] | None = None,
    recorded: pd.DataFrame | None = None,
) -> None:
    """Write the workbook in which one coder records what the complaints say; the same call gives the same bytes.

    Sheets: Progress (how many are done, what to do), Coding (a row per complaint, drop-downs with their question and
    values beside them), Definitions, and a hidden one by which changed rows are known. Ids and texts are protected
    against changes by mistake. No text can be a formula.

    Args:
        path: The .xlsx file to write; its folder must be there.
        assignment: Whose workbook it is, and the complaints.
        codebook: The codebook with the coded variables.
        language: The language of labels and questions; by default the codebook's first.
        mask: Applied to every text before it is written, such as the masking of personal data.
        recorded: What the coder recorded before: id, at, a column per variable, and memo.

    Raises:
        ResponseError: A column is missing, an id is blank or stands twice, or the codebook has no coded variables or
            not this language.
        ReportError: The file cannot be written.
    """
    from openpyxl import Workbook

    language = language or codebook.languages[0]
    _check(assignment, codebook, language)
    texts = _texts(assignment, mask)
    book = Workbook()
    progress = book.active
    progress.title = PROGRESS
    coding, definitions = book.create_sheet(CODING), book.create_sheet(DEFINITIONS)
    rows_of = _write_definitions(definitions, codebook.variables, language)
    _write_coding(coding, assignment, texts, codebook.variables, recorded)
    _add_drop_downs(
        coding, codebook.variables, rows_of, rows=len(texts), texts=len(assignment.text_columns), language=language
    )
    mark = _write_checked(book, assignment.coder, texts, codebook.variables)
    _write_progress(progress, assignment, codebook, mark, len(texts))
    for page in book.worksheets:
        page.protection.sheet = True
        page.protection.autoFilter = page.protection.formatColumns = page.protection.formatRows = False
    save_workbook(book, path)


def _check(assignment: Assignment, codebook: Codebook, language: str) -> None:
    columns = [str(name) for name in assignment.complaints.columns]
    wanted = [assignment.id_column, *assignment.text_columns]
    faults = [
        f"the complaints have no column {name!r}{nearest(name, columns)}" for name in wanted if name not in columns
    ]
    if not codebook.variables:
        faults.append("the codebook has no coded variables; expected some in variables.toml")
    if language not in codebook.languages:
        faults.append(f"the codebook is not in language {language!r}; expected one of {', '.join(codebook.languages)}")
    raise_all(ResponseError, faults)
    ids = assignment.complaints[assignment.id_column].astype(str)
    faults = [f"the id {one!r} stands twice; expected once" for one in dict.fromkeys(ids[ids.duplicated()])]
    if (ids.str.strip() == "").any():
        faults.append("a complaint has no id; expected one for each")
    raise_all(ResponseError, faults)


def _texts(assignment: Assignment, mask: Callable[[str], str] | None) -> dict[str, list[str]]:
    def shown(value: object) -> str:
        plain = value if isinstance(value, str) else ""
        return cell_text(plain if mask is None else mask(plain))

    table = assignment.complaints
    rows = zip(*(table[name] for name in assignment.text_columns), strict=True)
    return {str(one): [shown(text) for text in row] for one, row in zip(table[assignment.id_column], rows, strict=True)}


def _write_definitions(
    page: Worksheet, variables: Sequence[CodedVariable], language: str
) -> dict[str, tuple[int, int]]:
    """Write what each value means, and say in which rows the values of each variable stand."""
    rows_of = {}
    names = ("variable", "value", "label", "definition", "question", "asked where")
    for column, name in enumerate(names, start=1):
        put(page.cell(1, column), name)
    row = 2
    for variable in variables:
        rows_of[variable.key] = (row, row + len(variable.values) - 1)
        for value in variable.values:
            condition = variable.conditional_on
            asked = f"{condition.variable} = {condition.value}" if condition else "always"
            cells = (
                variable.key,
                value.key,
                value.label[language],
                in_language(value.definition, language),
                variable.question[language],
                asked,
            )
            for column, text in enumerate(cells, start=1):
                put(page.cell(row, column), text)
            row += 1
    head(page, 1, len(names))
    _set_widths(page, [NARROW, NARROW, NARROW, WIDE, WIDE, NARROW])
    page.freeze_panes = "A2"
    return rows_of


def _write_coding(
    page: Worksheet,
    assignment: Assignment,
    texts: Mapping[str, Sequence[str]],
    variables: Sequence[CodedVariable],
    recorded: pd.DataFrame | None,
) -> None:
    from openpyxl.styles import Alignment, Protection

    put(page.cell(1, 1), KIND_LABELS.get(assignment.data_kind, f"Data: {assignment.data_kind}."))
    keys = [variable.key for variable in variables]
    names = ["id", *assignment.text_columns, *keys, AT, MEMO]
    for column, name in enumerate(names, start=1):
        put(page.cell(HEAD_ROW, column), name)
    before = _recorded(recorded, keys)
    wrapped, free = Alignment(vertical="top", wrap_text=True), Protection(locked=False)
    first_free = len(assignment.text_columns) + 2
    for row, (one, shown) in enumerate(texts.items(), start=HEAD_ROW + 1):
        values = before.get(one, [""] * (len(keys) + 2))
        for column, value in enumerate((one, *shown, *values), start=1):
            cell = page.cell(row, column)
            put(cell, value)
            cell.alignment = wrapped
            if column >= first_free:
                cell.protection = free
                cell.number_format = "@"  # as text, so that no spreadsheet makes a date or a number of it
    head(page, HEAD_ROW, len(names))
    _set_widths(page, [NARROW, *[WIDE] * len(assignment.text_columns), *[NARROW] * (len(keys) + 1), WIDE])
    page.freeze_panes = page.cell(HEAD_ROW + 1, 2)
    page.auto_filter.ref = f"A{HEAD_ROW}:{page.cell(HEAD_ROW + len(texts), len(names)).coordinate}"


def _recorded(recorded: pd.DataFrame | None, keys: Sequence[str]) -> dict[str, list[object]]:
    if recorded is None:
        return {}
    missing = [name for name in ("id", *keys) if name not in recorded]
    raise_all(ResponseError, [f"what was recorded before has no column {name!r}" for name in missing])
    columns = [recorded[name] if name in recorded else [""] * len(recorded) for name in (*keys, AT, MEMO)]
    return {str(one): list(row) for one, row in zip(recorded["id"], zip(*columns, strict=True), strict=True)}


def _set_widths(page: Worksheet, widths: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width


def _add_drop_downs(
    page: Worksheet,
    variables: Sequence[CodedVariable],
    rows_of: Mapping[str, tuple[int, int]],
    *,
    rows: int,
    texts: int,
    language: str,
) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for column, variable in enumerate(variables, start=texts + 2):
        first, last = rows_of[variable.key]
        drop_down = DataValidation("list", formula1=f"={DEFINITIONS}!$B${first}:$B${last}", allow_blank=True)
        drop_down.showErrorMessage = drop_down.showInputMessage = True
        drop_down.errorTitle, drop_down.error = "No such value", f"Choose one of the values of {variable.key}."[:PROMPT]
        drop_down.promptTitle, drop_down.prompt = variable.label[language][:32], _prompt(variable, language)
        letter = get_column_letter(column)
        drop_down.add(f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + max(rows, 1)}")
        page.add_data_validation(drop_down)


def _prompt(variable: CodedVariable, language: str) -> str:
    """The question and, as far as there is room, what each value is called."""
    values = "\n".join(f"{value.key}: {value.label[language]}" for value in variable.values)
    whole = f"{variable.question[language]}\n{values}"
    return whole if len(whole) <= PROMPT else whole[: PROMPT - 1] + "…"


def _write_checked(
    book: Workbook, coder: str, texts: Mapping[str, Sequence[str]], variables: Sequence[CodedVariable]
) -> str:
    page = book.create_sheet(CHECKED)
    page.sheet_state = "hidden"
    rows = [(one, text_mark(shown)) for one, shown in texts.items()]
    for row, cells in enumerate((("id", "mark"), *rows), start=1):
        for column, text in enumerate(cells, start=1):
            put(page.cell(row, column), text)
            page.cell(row, column).number_format = "@"
    return workbook_mark(coder, rows, variables_mark(variables))


def _write_progress(page: Worksheet, assignment: Assignment, codebook: Codebook, mark: str, count: int) -> None:
    from openpyxl.utils import get_column_letter

    last = HEAD_ROW + max(count, 1)
    letter = get_column_letter(len(assignment.text_columns) + 2)
    done = f'COUNTIF({CODING}!${letter}${HEAD_ROW + 1}:${letter}${last},"?*")'
    lines: list[tuple[str, object]] = [
        ("what this is", f"{in_language(codebook.title)}: complaints to be coded"),
        ("data", KIND_LABELS.get(assignment.data_kind, assignment.data_kind)),
        (MADE_FOR, assignment.coder),
        (TEXTS, ", ".join(assignment.text_columns)),
        ("complaints", count),
        (f"{codebook.variables[0].key} recorded", f"={done}"),
        ("left", f"={count}-{done}"),
        ("share done", f"={done}/{max(count, 1)}"),
        ("how", f"Work on the sheet {CODING}: choose from the lists, leave blank what is not asked, sort as you like."),
        ("help", f"The sheet {DEFINITIONS} says what each value means and where a question is asked."),
        ("keep", "Do not change ids and texts, do not delete rows; they are checked when the workbook is read."),
        ("codebook", codebook.version),
        (MADE_WITH, variables_mark(codebook.variables)),
        (MARK, mark),
    ]
    for row, (name, value) in enumerate(lines, start=1):
        put(page.cell(row, 1), name)
        if isinstance(value, str) and value.startswith("=") and done in value:
            page.cell(row, 2).value = value  # our own formulas, and no text of anybody
        else:
            put(page.cell(row, 2), value)
    page["B8"].number_format = "0%"
    _set_widths(page, [NARROW, WIDE + NARROW])

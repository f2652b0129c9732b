"""A workbook for each coder: the complaints to read, drop-downs to answer with, and what each answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cmresearch.codebook.book import Codebook, CodedVariable
from cmresearch.errors import ResponseError, nearest, raise_all
from cmresearch.files.sheets import DropDown, Formula, Sheet, Styled, cell_text, save_sheets
from cmresearch.language.catalogue import in_language

PROGRESS, CODING, DEFINITIONS, CHECKED = "Progress", "Coding", "Definitions", "Checked ids"
HEAD_ROW = 2  # the first row of the coding sheet says what kind of data it is
AT, MEMO = "at", "memo"
MARK, MADE_FOR, MADE_WITH = "mark of integrity", "coder", "coded variables"
TEXTS = "texts"
WIDE, NARROW = 70, 22
TEXT = "@"  # as text, so that no spreadsheet makes a date or a number of it
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
    language = language or codebook.languages[0]
    _check(assignment, codebook, language)
    texts = _texts(assignment, mask)
    keys = [variable.key for variable in codebook.variables]
    before = {one: values for one, values in _recorded(recorded, keys).items() if one in texts}
    sheets = (
        _progress(assignment, codebook, texts, done=sum(_is_text(values[0]) for values in before.values())),
        _coding(assignment, texts, codebook.variables, before, language),
        _definitions(codebook.variables, language),
        _checked(texts),
    )
    save_sheets(sheets, path)


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


def _definitions(variables: Sequence[CodedVariable], language: str) -> Sheet:
    """The sheet that says what each value means."""
    rows = [("variable", "value", "label", "definition", "question", "asked where")]
    for variable in variables:
        condition = variable.conditional_on
        asked = f"{condition.variable} = {condition.value}" if condition else "always"
        question = variable.question[language]
        for value in variable.values:
            definition = in_language(value.definition, language)
            rows.append((variable.key, value.key, value.label[language], definition, question, asked))
    widths = (NARROW, NARROW, NARROW, WIDE, WIDE, NARROW)
    return Sheet(title=DEFINITIONS, rows=rows, widths=widths, protected=True)


def _coding(
    assignment: Assignment,
    texts: Mapping[str, Sequence[str]],
    variables: Sequence[CodedVariable],
    before: Mapping[str, Sequence[object]],
    language: str,
) -> Sheet:
    """The sheet to work in: a row for each complaint, its texts kept from changes, its answers free."""
    keys = [variable.key for variable in variables]
    blank = [""] * (len(keys) + 2)
    rows = [
        [one, *shown, *(Styled(value=value, number_format=TEXT, locked=False) for value in before.get(one, blank))]
        for one, shown in texts.items()
    ]
    names = ["id", *assignment.text_columns, *keys, AT, MEMO]
    note = KIND_LABELS.get(assignment.data_kind, f"Data: {assignment.data_kind}.")
    return Sheet(
        title=CODING,
        rows=[[note], names, *rows],
        widths=[NARROW, *[WIDE] * len(assignment.text_columns), *[NARROW] * (len(keys) + 1), WIDE],
        head=HEAD_ROW,
        frozen=f"B{HEAD_ROW + 1}",
        drop_downs=_drop_downs(variables, len(assignment.text_columns) + 2, len(rows), language),
        filtered=True,
        protected=True,
    )


def _recorded(recorded: pd.DataFrame | None, keys: Sequence[str]) -> dict[str, list[object]]:
    if recorded is None:
        return {}
    missing = [name for name in ("id", *keys) if name not in recorded]
    raise_all(ResponseError, [f"what was recorded before has no column {name!r}" for name in missing])
    columns = [recorded[name] if name in recorded else [""] * len(recorded) for name in (*keys, AT, MEMO)]
    return {str(one): list(row) for one, row in zip(recorded["id"], zip(*columns, strict=True), strict=True)}


def _is_text(value: object) -> bool:
    """Whether the formula that counts what is done counts this cell."""
    return isinstance(value, str) and value != ""


def _drop_downs(variables: Sequence[CodedVariable], column: int, rows: int, language: str) -> list[DropDown]:
    """A list for each variable, whose values stand on the sheet of definitions; the first in this column."""
    made, first = [], 2
    for number, variable in enumerate(variables, start=column):
        last = first + len(variable.values) - 1
        values = "\n".join(f"{value.key}: {value.label[language]}" for value in variable.values)
        made.append(
            DropDown(
                column=number,
                first=HEAD_ROW + 1,
                last=HEAD_ROW + max(rows, 1),
                source=f"{DEFINITIONS}!$B${first}:$B${last}",
                title=variable.label[language],
                prompt=f"{variable.question[language]}\n{values}",
                error=f"Choose one of the values of {variable.key}.",
            )
        )
        first = last + 1
    return made


def _marks(texts: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(one, text_mark(shown)) for one, shown in texts.items()]


def _checked(texts: Mapping[str, Sequence[str]]) -> Sheet:
    """The hidden sheet by which changed rows are known."""
    rows = [[Styled(value=text, number_format=TEXT) for text in row] for row in (("id", "mark"), *_marks(texts))]
    return Sheet(title=CHECKED, rows=rows, widths=(NARROW, NARROW), head=0, hidden=True, protected=True)


def _progress(assignment: Assignment, codebook: Codebook, texts: Mapping[str, Sequence[str]], *, done: int) -> Sheet:
    """The first sheet: what the workbook is, how much is done, and what to do."""
    from xlsxwriter.utility import xl_col_to_name  # only who writes workbooks needs it

    count, variables = len(texts), variables_mark(codebook.variables)
    column = xl_col_to_name(len(assignment.text_columns) + 1)
    cells = f"{CODING}!${column}${HEAD_ROW + 1}:${column}${HEAD_ROW + max(count, 1)}"
    counted = f'COUNTIF({cells},"?*")'
    rows: list[tuple[str, object]] = [
        ("what this is", f"{in_language(codebook.title)}: complaints to be coded"),
        ("data", KIND_LABELS.get(assignment.data_kind, assignment.data_kind)),
        (MADE_FOR, assignment.coder),
        (TEXTS, ", ".join(assignment.text_columns)),
        ("complaints", count),
        (f"{codebook.variables[0].key} recorded", Formula(f"={counted}", done)),
        ("left", Formula(f"={count}-{counted}", count - done)),
        ("share done", Styled(value=Formula(f"={counted}/{max(count, 1)}", done / max(count, 1)), number_format="0%")),
        ("how", f"Work on the sheet {CODING}: choose from the lists, leave blank what is not asked, sort as you like."),
        ("help", f"The sheet {DEFINITIONS} says what each value means and where a question is asked."),
        ("keep", "Do not change ids and texts, do not delete rows; they are checked when the workbook is read."),
        ("codebook", codebook.version),
        (MADE_WITH, variables),
        (MARK, workbook_mark(assignment.coder, _marks(texts), variables)),
    ]
    return Sheet(title=PROGRESS, rows=rows, widths=(NARROW, WIDE + NARROW), head=0, protected=True)

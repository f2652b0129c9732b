"""Tables as CSV text by a rule that is stated here, so that every Python writes the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# The interpreter's own `csv` leaves a lone carriage return without quotes before 3.11.9, 3.12.3 and 3.13; whoever reads
# it again then finds two rows in the place of one.
NEEDS_QUOTES = re.compile('[,"\r\n]')
QUOTED = re.compile('["\r\n]')


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table as CSV text, its header first, in UTF-8 when saved.

    The rule: a comma between cells and a line feed behind each row. A cell with a comma, a double quote, a carriage
    return or a line feed stands in double quotes, and double quotes in it are doubled; so does an empty cell that is
    alone in its row, which would otherwise be an empty line. A float is written in the fewest digits that give it back,
    so the same figures are the same bytes everywhere; nothing (None) is an empty cell.

    Args:
        columns: The names of the columns.
        rows: The cells of each row.

    Example:
        >>> csv_text(["id", "share"], [["007", 0.1], ["a,b", None], ["c\rd", 1]])
        'id,share\n007,0.1\n"a,b",\n"c\rd",1\n'
    """
    return csv_line(columns) + "".join(map(csv_line, rows))


def csv_line(cells: Sequence[object]) -> str:
    r"""One row as CSV, its line end included, by the rule of `csv_text`.

    Example:
        >>> csv_line(["a", 'so "b"?', None])
        'a,"so ""b""?",\n'
    """
    texts = ["" if cell is None else str(cell) for cell in cells]
    line = ",".join(texts)
    # Most rows need no quotes at all, and are known by their commas: those between cells, and no others.
    if QUOTED.search(line) is None and line.count(",") == max(len(texts) - 1, 0) and texts != [""]:
        return line + "\n"
    return '""\n' if texts == [""] else ",".join(map(_cell, texts)) + "\n"


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text

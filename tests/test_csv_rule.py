"""Tables as CSV text: a rule of our own, the same on every Python."""

import csv
import hashlib
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.files.csv_rule import csv_line, csv_text

CELLS = st.one_of(st.text(), st.text(alphabet=',"\r\n a'), st.none(), st.integers(), st.floats(allow_nan=False))
ROWS = st.lists(st.lists(CELLS, max_size=4), max_size=6)


@given(ROWS)
def test_what_is_written_is_read_back_whatever_the_cells_hold(rows):
    text = csv_text(["a", "b"], rows)
    expected = [["" if cell is None else str(cell) for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [["a", "b"], *expected]


@given(st.lists(CELLS.filter(lambda cell: "\r" not in str(cell)), max_size=4))
def test_without_a_carriage_return_the_bytes_are_those_of_the_library(cells):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    assert csv_line(cells) == out.getvalue()


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["a\rb", 1], '"a\rb",1\n'),
        (["x\r\ny"], '"x\r\ny"\n'),
        ([" a ", "b"], " a ,b\n"),
        ([""], '""\n'),
        ([None], '""\n'),
        ([None, None], ",\n"),
        ([","], '","\n'),
        (["a,b", "c"], '"a,b",c\n'),
        ([], "\n"),
        ([0.1, True], "0.1,True\n"),
    ],
)
def test_a_cell_is_quoted_where_it_could_be_taken_for_something_else(cells, line):
    assert csv_line(cells) == line


def test_the_bytes_are_the_same_on_every_python():
    rows = [[f"{number}", 'a"b', "c\rd", None, number / 7, "e\n,f"] for number in range(50)]
    found = hashlib.sha256(csv_text(["a", "b", "c", "d", "e", "f"], rows).encode()).hexdigest()
    assert found == "831ad5e639cfb1f118686c2387045ad3090e482c45fa4c86676eb05eb7e2837d", sys.version

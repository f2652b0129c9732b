"""Small cells: what is hidden cannot be worked out from what is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmresearch.errors import PrivacyError
from cmresearch.privacy.suppression import TOTAL, SmallCells, small_cells


@pytest.fixture
def by_channel() -> pd.DataFrame:
    return pd.DataFrame(
        {"app": [30, 2, 12], "phone": [20, 15, 9], "letter": [8, 6, 7]}, index=["Barat", "Pusat", "Timur"]
    )


def largest_possible(cells: SmallCells, row: object, column: object) -> float:
    """The largest count that fits with everything shown, by linear programming: an outsider's best bound."""
    from scipy.optimize import linprog

    shown = cells.suppressed()
    is_one_way = shown.shape[1] == 1
    table = shown.to_numpy(dtype=float, na_value=np.nan)
    rows, columns = table.shape
    place = np.arange(table.size).reshape(table.shape)
    equations = []
    for j in range(columns):
        equation = np.zeros(table.size)
        equation[place[:-1, j]], equation[place[-1, j]] = 1, -1
        equations.append(equation)
    for i in range(0 if is_one_way else rows):
        equation = np.zeros(table.size)
        equation[place[i, :-1]], equation[place[i, -1]] = 1, -1
        equations.append(equation)
    bounds = [(1, None) if np.isnan(count) else (count, count) for count in table.ravel()]
    target = np.zeros(table.size)
    target[place[shown.index.get_loc(row), shown.columns.get_loc(column)]] = -1
    solution = linprog(target, A_eq=np.array(equations), b_eq=np.zeros(len(equations)), bounds=bounds)
    return np.inf if solution.status == 3 else -solution.fun


def test_a_small_count_is_hidden_with_three_others_that_close_a_rectangle(by_channel):
    # Pusat/app = 2. Its row gives the change back in phone or letter, its column in Barat or Timur. The cheapest
    # rectangle: Pusat/letter 6, Timur/app 12, Timur/letter 7 = 25 complaints (with phone and Timur: 15 + 12 + 9).
    cells = small_cells(by_channel)
    assert cells.small == (("Pusat", "app"),)
    assert cells.complementary == (("Pusat", "letter"), ("Timur", "app"), ("Timur", "letter"))
    assert cells.suppressed().loc["Pusat", TOTAL] == 23
    assert largest_possible(cells, "Pusat", "app") >= 5


def test_nothing_is_hidden_where_nothing_is_small(by_channel):
    cells = small_cells(by_channel, threshold=2)
    assert cells.small == cells.complementary == ()
    assert cells.warnings() == []
    assert not cells.suppressed().isna().to_numpy().any()


def test_zero_is_not_small():
    assert small_cells(pd.Series({"Barat": 0, "Pusat": 40})).small == ()


def test_a_total_is_hidden_where_the_counts_of_its_row_do_not_suffice():
    table = pd.DataFrame({"app": [3, 40], "phone": [0, 50]}, index=["Kepulauan Seribu", "Barat"])
    cells = small_cells(table)
    assert ("Kepulauan Seribu", TOTAL) in cells.small  # the total is 3 as well
    assert ("Barat", TOTAL) in cells.complementary


def test_marks_and_warnings_say_what_is_small(by_channel):
    cells = small_cells(by_channel)
    assert cells.marked().loc["Pusat", "app"] == "2*"
    assert cells.marked().loc["Barat", "app"] == "30"
    assert cells.warnings() == [
        "1 of 16 cells, totals included, are from 1 to 4: so few complaints could point at somebody",
        "3 further cells have to be hidden with them, or the totals give them back",
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    st.integers(2, 10),
)
def test_from_what_is_shown_every_hidden_small_count_could_reach_the_threshold(rows, threshold):
    table = pd.DataFrame(rows, columns=[f"c{n}" for n in range(len(rows[0]))])
    cells = small_cells(table, threshold=threshold)
    for row, column in cells.small:
        assert pd.isna(cells.suppressed().loc[row, column])
        assert largest_possible(cells, row, column) >= threshold - 1e-6


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"app": [1, -2]}, index=["Barat", "Pusat"]), "row 'Pusat', column 'app': -2 is not a count"),
        (pd.DataFrame({"app": [1, 2.5]}, index=["Barat", "Pusat"]), "row 'Pusat', column 'app': 2.5 is not a count"),
        (
            pd.DataFrame({"app": [1, 2]}, index=["Barat", "Barat"]),
            "the row 'Barat' stands twice in the table of counts",
        ),
        (
            pd.DataFrame({"app": [1, 1]}, index=["Barat", "Total"]),
            "the table has a row 'Total' already; give it without totals",
        ),
    ],
)
def test_a_table_that_is_not_of_counts_is_refused(table, message):
    with pytest.raises(PrivacyError) as error:
        small_cells(table)
    assert str(error.value) == message

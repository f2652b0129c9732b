"""Whole numbers are shared out without a remainder."""

import pytest

from cmresearch.study.synthetic.chance import apportion


@pytest.mark.parametrize(("total", "weights", "parts"), [(7, [1, 1], [4, 3]), (0, [5], [0]), (5, [3, 2], [3, 2])])
def test_parts_add_up_to_the_total(total, weights, parts):
    assert apportion(total, weights) == parts

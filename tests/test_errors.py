"""What can go wrong: one class for each subject, a nearest spelling, and all faults in one sentence."""

from __future__ import annotations

import pytest

from cmresearch.errors import FrameError, nearest, raise_all


def test_every_error_of_the_library_is_a_value_error():
    assert issubclass(FrameError, ValueError)


def test_the_nearest_spelling_is_offered_only_where_one_is_near():
    assert nearest("complaint_chanel", ["hours", "complaint_channel"]) == "; did you mean 'complaint_channel'?"
    assert nearest("district", ["hours", "complaint_channel"]) == ""


def test_all_faults_are_raised_at_once_a_line_each_and_none_where_there_is_none():
    raise_all(FrameError, [])
    with pytest.raises(FrameError, match=r"\Ano id column\nno stratum column\Z"):
        raise_all(FrameError, ["no id column", "no stratum column"])

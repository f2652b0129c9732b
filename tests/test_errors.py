"""What can go wrong: one class for each subject, a nearest spelling, and all faults in one sentence."""

from __future__ import annotations

from cmresearch.errors import FrameError


def test_every_error_of_the_library_is_a_value_error():
    assert issubclass(FrameError, ValueError)

"""What the coders recorded for each sampled complaint, and which complaints they could not code."""

from cmresearch.responses.responses import Responses, read_responses, read_sample

__all__ = [
    "Responses",
    "read_responses",
    "read_sample",
]

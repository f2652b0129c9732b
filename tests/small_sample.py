"""A sample of six complaints in two strata, small enough to redo by hand."""

import re

import pandas as pd

from cmresearch.responses.responses import declare_sample

# Web: N = 30, n = 4, days 2 4 4 6 (mean 4, variance 8/3); phone: N = 10, n = 2, days 10 14 (mean 12, variance 8).
DAYS = pd.DataFrame(
    {
        "channel": ["web"] * 4 + ["phone"] * 2,
        "N": [30] * 4 + [10] * 2,
        "days": [2, 4, 4, 6, 10, 14],
        "letters": [1, 2, 2, 3, 5, 7],
        "city": ["North", "North", "South", "South", "North", "South"],
        "answer": ["yes", "yes", "yes", "no", "no", "no"],
    }
)
VARIANCE_OF_TOTAL = 30**2 * (1 - 4 / 30) * (8 / 3) / 4 + 10**2 * (1 - 2 / 10) * 8 / 2


def saying(text):
    return re.escape(text)


def make(table=DAYS, strata="channel"):
    return declare_sample(table, strata=strata, population_size="N")

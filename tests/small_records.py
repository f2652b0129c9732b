"""Records of two coders on four drawn complaints."""

import re

import pandas as pd

from cmresearch.responses.responses import read_responses

VARIABLES = {"final_answer": ["explicit", "implicit", "none"]}
SIZES = {"web": 10, "phone": 4}
DRAWN = pd.DataFrame({"id": ["a", "b", "c", "d"], "stratum": ["web", "web", "phone", "phone"]})
HEADER = "id,coder,at,disposition,final_answer,memo\n"


def saying(text):
    return re.escape(text)


def coded(*rows, coder="coder-a"):
    lines = [f"{i},{coder},2021-03-01,{disposition},{answer}," for i, disposition, answer in rows]
    return HEADER + "\n".join(lines) + "\n"


ALL_FOUR = (
    ("a", "coded", "explicit"),
    ("b", "coded", "none"),
    ("c", "coded", "implicit"),
    ("d", "coded", "explicit"),
)


def read(*paths):
    return read_responses(paths, DRAWN, sizes=SIZES, variables=VARIABLES, data_kind="illustrative")

"""A text before somebody put a word right, and what was coded in it."""

from cmresearch.coding.coding import Segment
from cmresearch.coding.entries import Entry

BEFORE = "We answer within a day. Nobody asks the reporter why. The agancy closes it 🙂. We answer again."
HEADER = '+++\nkey = "document-1"\nkind = "document"\ndata_kind = "real"\ntitle = "First"\nlanguage = "en"\n+++\n'


def entry(quote, text=BEFORE, number="1"):
    start = text.index(quote)
    segment = Segment(
        "document-1",
        start,
        start + len(quote),
        "leaders_commit",
        "coder-a",
        "supports",
        "2021-05-01",
        "",
        quote,
        "0.1.0",
    )
    return Entry(segment, number, "add", "", "", "coder-a.csv", 2)

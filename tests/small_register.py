"""Parameter files of a made full set: sixty requests to an invented town, which has two sides and no topics."""

from functools import reduce
from pathlib import Path

PARAMETERS = """
texts = "words/said.toml"
year = 2031
id_pattern = "%Y-%j/{serial:02d}"
place_levels = ["side", "ward"]

[columns]
id = "case"
side = "bank"
ward = "ward"
status = "state"
channel = "came by"
received = "opened"
closed = "ended"
category = "kind"
agency = "desk"
text = "request"
final_reply = "answer"

[statuses]
closed = "done"
waiting = ["new"]

[[variable]]
shows = "answer"
name = "outcome"
categories = ["told", "hinted", "absent"]

[[variable]]
shows = "repeat"
name = "again"
categories = ["again", "first"]

[complaints]
value = 60
basis = "assumed"
why = "A small town."

[solved]
value = 52
basis = "assumed"
why = "Most are."

[mean_hours]
value = 12.5
basis = "assumed"
why = "Half a day."

[open_from_month]
value = 1
basis = "assumed"
why = "Any may be open."

[open_status_weights]
value = { new = 1, "in work" = 1 }
basis = "assumed"
why = "Evenly."

[unlogged_coordination_per_mille]
value = 0
basis = "assumed"
why = "None."

[not_codable_per_mille]
value = 100
basis = "assumed"
why = "A tenth."

[ineligible_per_mille]
value = 100
basis = "assumed"
why = "A tenth."

[other_by_month]
value = [0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
basis = "assumed"
why = "In spring."

[hours.night]
value = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
basis = "assumed"
why = "After the bridge closes."

[hours.desk]
value = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
basis = "assumed"
why = "In the morning."

[[channel]]
name = "letter box"
family = "paper"
complaints = 40
basis = "assumed"
why = "Most."

[[channel]]
name = "town hall"
family = "counter"
complaints = 20
basis = "assumed"
why = "The others."

[[family]]
name = "paper"
hours = "night"
coordinate_minutes = [[0, 5], [1000, 60]]
close_minutes = [[0, 60], [1000, 2000]]
dispositions = [1]
explicit_answer_per_mille = 500
implicit_answer_per_mille = 300
evidence_per_mille = 0
addresses_case_per_mille = 1000
repeat_per_mille = 500
basis = "assumed"
why = "Slow."

[[family]]
name = "counter"
hours = "desk"
coordinate_minutes = [[0, 1], [1000, 10]]
close_minutes = [[0, 30], [1000, 1000]]
dispositions = [1]
explicit_answer_per_mille = 500
implicit_answer_per_mille = 300
evidence_per_mille = 0
addresses_case_per_mille = 1000
repeat_per_mille = 500
basis = "assumed"
why = "Quick."

[[category]]
name = "boats"
complaints = 45
agencies = { "harbour of the {side} bank" = 1 }
basis = "assumed"
why = "The river."

[[category]]
name = "bells"
complaints = 15
agencies = { "warden of {ward}" = 1 }
basis = "assumed"
why = "The church."

[[place]]
name = "north"
weight = 2
inside = ["Mill", "Weir"]
basis = "assumed"
why = "Larger."

[[place]]
name = "south"
weight = 1
inside = ["Ferry"]
basis = "assumed"
why = "Smaller."
"""

TEXTS = """
[slots]
when = ["at dawn", "at dusk"]

[shared]
repeat = ["After {previous} again:"]
request = [""]
cut_off = ["Please"]
test_entry = ["A trial."]

[shared.reply]
greeting = [""]
ending = [""]
evidence = ["See the picture."]
closing = ["Yours."]
implicit = ["We saw to {about}."]
anywhere_explicit = ["Done."]
anywhere_implicit = ["Seen to."]
anywhere_none = ["Noted."]

[[category.boats]]
opening = ["A boat lies across the ferry {when}."]
about = "the boat at {ward}"
done = ["The boat at {ward} was towed."]
pending = ["A tow will come."]

[[category.bells]]
opening = ["The bells of {ward} ring {when}."]
about = "the bells"
done = ["The bells were stopped."]
pending = ["The ringer will be asked."]
"""


def write_parameters(folder: Path, *changes: tuple[str, str]) -> Path:
    """The parameter file and its file of sentences, with each old text replaced by a new one."""
    (folder / "words").mkdir()
    for name, text in (("town.toml", PARAMETERS), ("words/said.toml", TEXTS)):
        changed = reduce(lambda before, change: before.replace(*change), changes, text)
        (folder / name).write_text(changed, encoding="utf-8")
    return folder / "town.toml"

"""A codebook of a hand's size, as files."""

HEAD = """\
version = "0.1"
title = "Two dimensions of a hand's size"
languages = ["en", "id"]
license = "CC-BY-4.0"
theory = "Made for a test."

[[source]]
key = "memory"
citation = "What we remember"
url = ""
seen = "All of it."
"""
VARIABLES = """\
[[variable]]
key = "disposition"
label = { en = "Disposition", id = "Disposisi" }
question = { en = "Can it be coded?", id = "Dapat dikodekan?" }
[[variable.value]]
key = "coded"
label = { en = "Coded", id = "Dikodekan" }
definition = "It can."
[[variable.value]]
key = "not_codable"
label = { en = "Not codable", id = "Tidak dapat" }
definition = "It cannot."

[[variable]]
key = "answered"
label = { en = "Answered", id = "Dijawab" }
question = { en = "Is there an answer?", id = "Ada jawaban?" }
conditional_on = { variable = "disposition", value = "coded" }
[[variable.value]]
key = "yes"
label = { en = "Yes", id = "Ya" }
definition = "There is."
[[variable.value]]
key = "no"
label = { en = "No", id = "Tidak" }
definition = "There is none."
"""
SPEED = '''\
number = 1
key = "speed"
name = { en = "Speed", id = "Kecepatan" }
definition = { en = "It is fast.", id = "Cepat." }

[provenance]
name = "verified"
sources = ["memory"]
note = "Seen."

[[question]]
en = "How fast?"
id = "Seberapa cepat?"

[[code]]
key = "quick"
label = { en = "Quick", id = "Cepat" }
brief = "How quick."
definition = """
Statements about
time."""
use_when = "Time is named."
do_not_use_when = "An end is named: use ended."
example = "(made) It took an hour."
dimensions = ["speed"]

[evidence]
can_know = ["clerk", "auditor"]
'''
CLOSURE = """\
number = 2
key = "closure"
name = { en = "Closure", id = "Penuntasan" }
definition = { en = "It ends.", id = "Berakhir." }

[provenance]
name = "inferred"
sources = ["memory"]
note = "Guessed."

[[code]]
key = "ended"
label = { en = "Ended", id = "Berakhir" }
brief = "That it ended."
definition = "Statements about an end."
use_when = "An end is named."
do_not_use_when = "Time is named: use quick."
example = "(made) That was that."
dimensions = ["closure", "speed"]

[[indicator]]
key = "share_answered"
label = { en = "Share answered", id = "Proporsi dijawab" }
kind = "coded"
variable = "answered"
value = "yes"
statistic = "proportion"
direction = "at_least"
threshold = 0.8
defensible = [0.7, 0.9]
threshold_source = "ours: for a test"

[evidence]
can_know = ["clerk"]
"""
FILES = {
    "codebook.toml": HEAD,
    "variables.toml": VARIABLES,
    "01-speed.toml": SPEED,
    "02-closure.toml": CLOSURE,
}

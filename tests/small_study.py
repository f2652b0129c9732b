"""A study of twenty complaints whose texts try to be markup and formulas."""

from __future__ import annotations

import re
from pathlib import Path

from cmresearch.coding.coding import COLUMNS
from cmresearch.files.writing import csv_text

MARKUP = "<script>alert(1)</script></style><b>bold</b>"
FORMULA = "=cmd|' /C calc'!A0"
QUOTE = f"Kami menutup laporan {MARKUP} pada hari itu juga."
OTHER = f"{FORMULA} kata warga, dan itu benar."
SETTINGS = """
[study]
key = "small"
title = { en = "A <small> study & its limits" }
place = "Smallville"
period = "2020"
question = "Does it hold?"
limits = ["Twenty complaints are few."]

[full_set]
file = "full-set.csv"
kind = "synthetic"
origin = "made by hand"

[frame]
id = "id"
strata = ["channel"]
where = "topic = 'covid'"
register_columns = ["channel", "opened"]
text = ["text"]

[variables]
hours_to_close = "CAST(hours AS DOUBLE)"
closed_within_7_days = "CAST(hours AS DOUBLE) <= 168"
month = "substr(opened, 1, 7)"

[sample]
size = 8
seed = "a small seed"
seed_source = "made up"

[labels]
closed_within_7_days = "Closed within 7 days"

[[estimate]]
variable = "closed_within_7_days"
statistic = "proportion"
value = "true"

[[estimate]]
variable = "closed_within_7_days"
statistic = "proportion"
value = "true"
by = ["channel"]

[[estimate]]
variable = "hours_to_close"
statistic = "mean"
"""
WORDS = """
[responses]
folder = "responses"
kind = "illustrative"
double_coded = 8
variables = ["final_answer"]

[words]
codebook = "codebook"
sources = ["interviews"]
coding = "coding"
kind = "illustrative"
decisions = "decisions.toml"

[published]
figures = "figures.toml"

[[estimate]]
variable = "final_answer"
statistic = "proportion"

[[finding]]
key = "complaints"
text = "Complaints <in> all"
published = 20
source = "a paper"
by = "frame"
compute = "full_set.rows"

[[finding]]
key = "share"
text = "Share, in percent"
published = 80.0
tolerance = 0.05
source = "a paper"
by = "arithmetic"
compute = "100 * figure.covid / figure.all"

[[finding]]
key = "formula"
text = "The formula behind the size"
published = "not stated"
source = "a paper"
by = "sample"
"""
FIGURES = """
[sources]
paper = { name = "A <paper>", url = "https://example.org/paper" }

[[figure]]
key = "all"
value = 20
unit = "complaints"
period = "2020"
sources = ["paper"]
seen = "one source"
note = "All of them."

[[figure]]
key = "covid"
value = 16
unit = "complaints"
period = "2020"
sources = ["paper"]
seen = "one source"
note = ""

[[contradiction]]
about = "the number of channels"
one = "two"
other = "three"
sources = ["paper"]
reading = "two, as the list has two"
"""
CODEBOOK = """
version = "1.0.0"
title = "One dimension"
languages = ["en", "id"]
license = "CC-BY-4.0"
theory = "A theory."

[[source]]
key = "paper"
citation = "A paper (2002)."
url = "https://example.org/paper"
seen = "All of it."
"""
VARIABLES = """
[[variable]]
key = "disposition"
label = { en = "Disposition", id = "Disposisi" }
question = { en = "Can it be coded?", id = "Dapat dikodekan?" }
value = [
  { key = "coded", label = { en = "Coded", id = "Dikodekan" }, definition = "Yes." },
  { key = "not_codable", label = { en = "Not codable", id = "Tidak" }, definition = "No." },
  { key = "ineligible", label = { en = "Ineligible", id = "Luar" }, definition = "Another subject." },
]

[[variable]]
key = "final_answer"
label = { en = "Final answer", id = "Jawaban akhir" }
question = { en = "Is there a final answer?", id = "Adakah jawaban akhir?" }
value = [
  { key = "explicit", label = { en = "Explicit", id = "Eksplisit" }, definition = "Written plainly." },
  { key = "none", label = { en = "None", id = "Tidak ada" }, definition = "Nothing." },
]
"""
DIMENSION = """
number = 1
key = "create_closure"
name = { en = "Create closure", id = "Penuntasan aduan" }
definition = { en = "The matter ends.", id = "Persoalan berakhir." }

[provenance]
name = "verified"
sources = ["paper"]
note = "Seen there."

[[code]]
key = "final_answer_given"
label = { en = "Final answer given", id = "Jawaban akhir diberikan" }
brief = "Told how it ended."
definition = "Statements about the last message."
use_when = "It is spoken of."
do_not_use_when = "It is not."
example = "(made) It ended."
dimensions = ["create_closure"]

[[indicator]]
key = "explicit_final_answer"
label = { en = "Share with an explicit final answer", id = "Proporsi jawaban eksplisit" }
kind = "coded"
variable = "final_answer"
value = "explicit"
statistic = "proportion"
direction = "at_least"
threshold = 0.80
defensible = [0.70, 0.90]
threshold_source = "ours: four in five."

[evidence]
can_know = ["kelurahan"]
"""
DECISIONS = """
data_kind = "illustrative"

[[decision]]
dimension = "create_closure"
status = "not_optimal"
memo = "=1+1 is what the register says"
on_convergence = "+the sample and the informants look at different months"
"""
TEXTS = r'(?m)^(question|origin|seed_source|text|source|closed_within_7_days) = ("(?!CAST).*")$'
LABEL = {
    "id": "> Ilustrasi: disusun untuk meja kerja ini, bukan kutipan orang atau dokumen nyata.",
    "en": "> Illustrative: composed for this workbench, not the words of any real person or document.",
}


def write_study(folder: Path) -> Path:
    """A study with numbers only."""
    rows = [
        (f"C{number:02}", ("web", "phone", "@post")[number % 3], f"2020-{3 + 2 * (number % 2):02}-01", 10 * number)
        for number in range(1, 21)
    ]
    columns = ["id", "channel", "opened", "hours", "topic", "text"]
    text = csv_text(columns, [(*row, "covid" if row[0] <= "C16" else "other", MARKUP + FORMULA) for row in rows])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "full-set.csv").write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def write_study_with_words(folder: Path) -> Path:
    """The same study with two interviews, coded twice and adjudicated, and coders' records of the sample."""
    from cmresearch.study.study import open_study

    write_study(folder)
    files = {
        "figures.toml": FIGURES,
        "decisions.toml": DECISIONS,
        "codebook/codebook.toml": CODEBOOK,
        "codebook/variables.toml": VARIABLES,
        "codebook/01-create-closure.toml": DIMENSION,
        "study.toml": SETTINGS + WORDS,
    }
    for number, words in ((1, QUOTE), (2, OTHER)):
        files |= _interview(f"interview-{number}-kelurahan", words, language="id")
        files |= _interview(f"interview-{number}-kelurahan", "We closed it <i>that</i> day.", language="en")
    study = open_study(folder)
    ids = study.draw(study.read_frame()).ids
    for coder, values in (("coder-a", ("explicit", "none")), ("coder-b", ("explicit", "explicit"))):
        files[f"coding/{coder}.csv"] = _coding(coder, "supports" if coder == "coder-a" else "hinders")
        files[f"responses/{coder}.csv"] = _responses(ids, coder, values)
    files["coding/adjudicated.csv"] = _coding("adjudicator", "hinders")
    files["responses/adjudicated.csv"] = _responses(ids, "adjudicator", ("explicit", "none"))
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _interview(key: str, words: str, *, language: str) -> dict[str, str]:
    asks, answers = {"id": ("Pewawancara", "Informan"), "en": ("Interviewer", "Informant")}[language]
    ending = {"id": ".md", "en": ".en.md"}[language]
    header = (
        f'+++\nkey = "{key}"\nkind = "interview"\ndata_kind = "illustrative"\ntitle = "An interview"\n'
        f'informant = "{answers} {key[10]}"\nrole = "kelurahan"\ndate = "2021-06-22"\nplace = "Here"\n'
        f'language = "{language}"\ninterviewer = "R"\n+++\n'
    )
    return {f"interviews/{key}{ending}": f"{header}{LABEL[language]}\n\n{asks}: Well?\n\n{answers}: {words}\n"}


def _coding(coder: str, direction: str) -> str:
    memo = f"+memo {MARKUP}"
    at = "2021-07-01T09:00:00+07:00"
    start = len(f"{LABEL['id']}\n\nPewawancara: Well?\n\nInforman: ")
    rows = [
        [f"interview-{number}-kelurahan", start, start + len(words), "final_answer_given", coder, direction, at, memo]
        for number, words in ((1, QUOTE), (2, OTHER))
    ]
    rows = [[*row, words, "1.0.0"] for row, words in zip(rows, (QUOTE, OTHER), strict=True)]
    return csv_text(list(COLUMNS), rows)


def _responses(ids: tuple[str, ...], coder: str, values: tuple[str, str]) -> str:
    columns = ["id", "coder", "at", "disposition", "final_answer", "memo"]
    rows = [(id, coder, "2021-07-01", "coded", values[place % 2], MARKUP) for place, id in enumerate(ids)]
    return csv_text(columns, rows)


def in_two_languages(folder: Path) -> Path:
    """A study of English texts with an Indonesian translation for each."""
    settings = folder / "study.toml"
    translations = re.sub(TEXTS, r"\1 = { en = \2, id = \2 }", settings.read_text(encoding="utf-8"))
    translations = translations.replace('["Twenty complaints are few."]', '[{ en = "Few.", id = "Sedikit." }]')
    translations = translations.replace('its limits" }', 'its limits", id = "Penelitian kecil" }')
    settings.write_text(translations, encoding="utf-8")
    return folder


def without_a_sample(folder: Path) -> Path:
    """A study of a whole register, with interviews where it had them, of which nothing is drawn."""
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    for table in (r"\[sample\]", r"\[responses\]", r"\[\[estimate\]\]"):
        text = re.sub(rf"(?ms)^{table}\n.*?(?=^\[|\Z)", "", text)
    settings.write_text(text, encoding="utf-8")
    return folder


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def without_memo(folder):
    """The study with a dissonance between sample and interviews, and nothing said about it."""
    edit(folder / "coding/adjudicated.csv", "hinders", "supports")
    edit(folder / "decisions.toml", "on_convergence =", "# on_convergence =")

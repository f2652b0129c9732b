import re
import tomllib
from pathlib import Path

import pytest

from cmresearch.codebook.book import read_codebook
from cmresearch.errors import CodebookError
from cmresearch.language.catalogue import in_language

SHIPPED = Path(__file__).parents[1] / "codebook"

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


@pytest.fixture
def write(tmp_path):
    def write_with(changes=(), files=None):
        """The folder `book`, in which (file, old, new) replaces old by new, each found exactly once."""
        texts = dict(FILES if files is None else files)
        for name, old, new in changes:
            assert texts[name].count(old) == 1, (name, old)
            texts[name] = texts[name].replace(old, new)
        folder = tmp_path / "book"
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
        return folder

    return write_with


def faults_of(folder):
    with pytest.raises(CodebookError) as caught:
        read_codebook(folder)
    return str(caught.value).splitlines()


def test_a_codebook_holds_what_its_files_say(write):
    book = read_codebook(write())
    assert (book.version, [each.key for each in book.dimensions]) == ("0.1", ["speed", "closure"])
    assert book.dimension("speed").questions[0]["id"] == "Seberapa cepat?"
    assert book.dimension("closure").can_know == ("clerk",)
    assert book.dimension("closure").provenance.name == "inferred"
    assert book.roles == ("clerk", "auditor")
    assert list(book.indicators) == ["share_answered"]
    assert book.indicators["share_answered"].defensible == (0.7, 0.9)
    assert [value.key for value in book.variable("answered").values] == ["yes", "no"]
    assert book.variable("disposition").conditional_on is None


def test_a_text_of_several_lines_is_read_as_one(write):
    assert read_codebook(write()).code("quick").definition == "Statements about time."


def test_a_remark_may_be_one_text_or_have_a_translation_in_each_language(write):
    translations = 'note = { id = "Diduga\\nsaja.", en = "Guessed." }'
    book = read_codebook(write([("02-closure.toml", 'note = "Guessed."', translations)]))
    assert book.dimension("speed").provenance.note == "Seen."
    note = book.dimension("closure").provenance.note
    assert (in_language(note), in_language(note, "id")) == ("Guessed.", "Diduga saja.")


def test_remarks_in_one_language_only_are_listed_by_field(write):
    translations = 'note = { en = "Guessed.", id = "Diduga." }'
    found = read_codebook(write([("02-closure.toml", 'note = "Guessed."', translations)])).untranslated()
    assert found["note"] == ("speed",)
    assert found["title"] == found["theory"] == ("codebook",)


def test_codes_come_in_the_order_of_the_dimensions_whatever_the_files_are_called(write):
    files = {"codebook.toml": HEAD, "variables.toml": VARIABLES, "a.toml": CLOSURE, "b.toml": SPEED}
    assert list(read_codebook(write(files=files)).codes) == ["quick", "ended"]


def test_a_code_speaks_to_every_dimension_it_names(write):
    book = read_codebook(write())
    assert [code.key for code in book.codes_of("speed")] == ["quick", "ended"]
    assert [code.key for code in book.codes_of("closure")] == ["ended"]


def test_the_table_has_a_row_for_each_code(write):
    table = read_codebook(write()).to_frame()
    assert list(table["code"]) == ["quick", "ended"]
    assert dict(table.iloc[1]) == {
        "number": 2,
        "dimension": "closure",
        "code": "ended",
        "label_en": "Ended",
        "label_id": "Berakhir",
        "brief": "That it ended.",
        "definition": "Statements about an end.",
        "use_when": "An end is named.",
        "do_not_use_when": "Time is named: use quick.",
        "example": "(made) That was that.",
        "dimensions": "closure; speed",
    }


def test_a_codebook_without_coded_variables_is_a_codebook(write):
    before, _, after = CLOSURE.partition("[[indicator]]")
    closure = before + after[after.index("[evidence]") :]
    files = {"codebook.toml": HEAD, "01-speed.toml": SPEED, "02-closure.toml": closure}
    assert read_codebook(write(files=files)).variables == ()


def test_the_fingerprint_does_not_depend_on_line_ends_and_changes_with_the_words(write):
    folder = write()
    before = read_codebook(folder).sha256
    (folder / "01-speed.toml").write_text(SPEED, "utf-8", newline="\r\n")
    assert read_codebook(folder).sha256 == before
    (folder / "01-speed.toml").write_text(SPEED.replace("It is fast.", "It is quick."), "utf-8")
    assert read_codebook(folder).sha256 != before


def test_asking_for_what_is_not_there_offers_the_nearest_spelling(write):
    book = read_codebook(write())
    with pytest.raises(CodebookError, match=re.escape("the codebook has no code 'quik'; did you mean 'quick'?")):
        book.code("quik")
    with pytest.raises(
        CodebookError, match=re.escape("the codebook has no dimension 'closre'; did you mean 'closure'?")
    ):
        book.codes_of("closre")
    with pytest.raises(CodebookError, match=re.escape("the codebook has no coded variable 'zzz'")):
        book.variable("zzz")


def test_a_record_cannot_be_changed(write):
    code = read_codebook(write()).code("quick")
    with pytest.raises(ValueError, match="frozen"):
        code.brief = "Otherwise."


ID = "e95f1853-d81c-534c-98b1-788a3c67d29d"
CHANGE = """
[[code.history]]
version = "0.3"
date = "2021-01-01"
who = "Ani"
change = "created"
why = "x"
"""
ONE_FAULT = {
    "an unknown key is named with its nearest spelling": (
        [("02-closure.toml", 'brief = "That', 'breif = "'), ("02-closure.toml", "[[code]]", '[[code]]\nbrief = "x"')],
        "book/02-closure.toml, line 15, code 'ended': unknown key 'breif'; did you mean 'brief'?",
    ),
    "an unknown key at the top of a file": (
        [("01-speed.toml", "number = 1", 'number = 1\nnamee = "x"')],
        "book/01-speed.toml, line 2: unknown key 'namee'; did you mean 'name'?",
    ),
    "an unknown key of a value": (
        [("variables.toml", 'definition = "It can."', 'definition = "It can."\nlable = "x"')],
        "book/variables.toml, line 9, variable 'disposition', value 'coded': "
        "unknown key 'lable'; did you mean 'label'?",
    ),
    "a code without definition": (
        [("02-closure.toml", 'definition = "Statements about an end."\n', "")],
        "book/02-closure.toml, line 11, code 'ended': no definition; two coders cannot apply a code without one",
    ),
    "a code whose definition is blank": (
        [("02-closure.toml", '"Statements about an end."', '"  "')],
        "book/02-closure.toml, line 15, code 'ended': no definition; two coders cannot apply a code without one",
    ),
    "a dimension without definition": (
        [("02-closure.toml", 'definition = { en = "It ends.", id = "Berakhir." }\n', "")],
        "book/02-closure.toml, line 1: no definition",
    ),
    "a key of the wrong form": (
        [("02-closure.toml", 'key = "ended"', 'key = "Has-Ended"')],
        "book/02-closure.toml, line 12, code 'Has-Ended': key is 'Has-Ended'; "
        "expected a text of the form ^[a-z][a-z0-9_]{0,62}$",
    ),
    "a language that is missing": (
        [("02-closure.toml", 'label = { en = "Ended", id = "Berakhir" }', 'label = { en = "Ended" }')],
        "book/02-closure.toml, line 13, code 'ended': label is in en; expected en, id",
    ),
    "a key given twice in different files": (
        [("02-closure.toml", 'key = "ended"', 'key = "quick"')],
        "book/02-closure.toml, line 12, code 'quick': the code 'quick' stands already in book/01-speed.toml, line 16; "
        "expected it once",
    ),
    "a value given twice in a variable": (
        [("variables.toml", 'key = "not_codable"', 'key = "coded"')],
        "book/variables.toml, line 10, variable 'disposition', value 'coded': the value of 'disposition' 'coded' "
        "stands already in book/variables.toml, line 6; expected it once",
    ),
    "a dimension that is not there": (
        [("02-closure.toml", '["closure", "speed"]', '["closure", "sped"]')],
        "book/02-closure.toml, line 19, code 'ended': there is no dimension 'sped'; did you mean 'speed'?",
    ),
    "a code that does not speak to its own dimension": (
        [("02-closure.toml", '["closure", "speed"]', '["speed"]')],
        "book/02-closure.toml, line 19, code 'ended': dimensions are ['speed']; expected 'closure' among them",
    ),
    "a code that speaks to no dimension": (
        [("02-closure.toml", '["closure", "speed"]', "[]")],
        "book/02-closure.toml, line 19, code 'ended': dimensions is empty; expected one or more",
    ),
    "a source that is not listed": (
        [("02-closure.toml", '["memory"]', '["memoir"]')],
        "book/02-closure.toml, line 8: codebook.toml has no source 'memoir'; did you mean 'memory'?",
    ),
    "a parent that is not there": (
        [("02-closure.toml", 'key = "ended"', 'key = "ended"\nparent = "quik"')],
        "book/02-closure.toml, line 13, code 'ended': there is no code 'quik'; did you mean 'quick'?",
    ),
    "parents in a circle": (
        [("02-closure.toml", 'key = "ended"', 'key = "ended"\nparent = "ended"')],
        "book/02-closure.toml, line 13, code 'ended': parents run in a circle: ended",
    ),
    "a merged code that does not say into which": (
        [("02-closure.toml", 'key = "ended"', 'key = "ended"\nstatus = "merged"')],
        "book/02-closure.toml, line 11, code 'ended': status is 'merged' and merged_into None; "
        "expected a merged code, and no other, to name the code it was merged into",
    ),
    "a history that is ahead of the codebook": (
        [("02-closure.toml", 'dimensions = ["closure", "speed"]', f'dimensions = ["closure", "speed"]{CHANGE}')],
        "book/02-closure.toml, line 21, code 'ended': version is 0.3; expected 0.1 at most, the codebook's",
    ),
    "a status that is not known": (
        [("02-closure.toml", 'key = "ended"', 'key = "ended"\nstatus = "retird"')],
        "book/02-closure.toml, line 13, code 'ended': status is 'retird'; "
        "expected draft or active or merged or retired; did you mean 'retired'?",
    ),
    "an id given twice": (
        [
            ("02-closure.toml", 'key = "ended"', f'key = "ended"\nid = "{ID}"'),
            ("01-speed.toml", 'key = "quick"', f'key = "quick"\nid = "{ID}"'),
        ],
        "book/02-closure.toml, line 13, code 'ended': the id of a code "
        f"'{ID}' stands already in book/01-speed.toml, line 17; expected it once",
    ),
    "a provenance that is neither verified nor inferred": (
        [("02-closure.toml", 'name = "inferred"', 'name = "infered"')],
        "book/02-closure.toml, line 7: name is 'infered'; expected verified or inferred; did you mean 'inferred'?",
    ),
    "a coded variable that is not there": (
        [("02-closure.toml", 'variable = "answered"', 'variable = "answerd"')],
        "book/02-closure.toml, line 25, indicator 'share_answered': variables.toml has no variable 'answerd'; "
        "did you mean 'answered'?",
    ),
    "a value that is not there": (
        [("02-closure.toml", 'value = "yes"', 'value = "yess"')],
        "book/02-closure.toml, line 26, indicator 'share_answered': 'answered' has no value 'yess'; "
        "did you mean 'yes'?",
    ),
    "a condition that no answer can meet": (
        [("variables.toml", 'value = "coded" }', 'value = "code" }')],
        "book/variables.toml, line 18, variable 'answered': 'disposition' has no value 'code'; did you mean 'coded'?",
    ),
    "a threshold outside its defensible range": (
        [("02-closure.toml", "threshold = 0.8", "threshold = 0.95")],
        "book/02-closure.toml, line 21, indicator 'share_answered': threshold is 0.95, defensible [0.7, 0.9]; "
        "expected [lowest, highest] around it",
    ),
    "a defensible range of one number": (
        [("02-closure.toml", "[0.7, 0.9]", "[0.7]")],
        "book/02-closure.toml, line 21, indicator 'share_answered': threshold is 0.8, defensible [0.7]; "
        "expected [lowest, highest] around it",
    ),
    "a proportion above one": (
        [("02-closure.toml", "[0.7, 0.9]", "[0.7, 90]")],
        "book/02-closure.toml, line 21, indicator 'share_answered': threshold is 0.8, defensible [0.7, 90.0]; "
        "expected a proportion between 0 and 1",
    ),
    "a threshold written as text": (
        [("02-closure.toml", "threshold = 0.8", 'threshold = "0.8"')],
        "book/02-closure.toml, line 29, indicator 'share_answered': threshold is '0.8'; expected a valid number",
    ),
    "a coded indicator without a value": (
        [("02-closure.toml", 'value = "yes"\n', "")],
        "book/02-closure.toml, line 21, indicator 'share_answered': no value; "
        "expected the value of 'answered' whose share is meant",
    ),
    "a median of a coded variable": (
        [("02-closure.toml", 'statistic = "proportion"', 'statistic = "median"')],
        "book/02-closure.toml, line 21, indicator 'share_answered': statistic is 'median'; "
        "expected 'proportion' for a coded indicator",
    ),
    "a register indicator with a value": (
        [("02-closure.toml", 'kind = "coded"', 'kind = "register"')],
        "book/02-closure.toml, line 21, indicator 'share_answered': value is 'yes'; "
        "expected none, a register indicator takes a column as it is",
    ),
    "a gap in the numbers": (
        [("02-closure.toml", "number = 2", "number = 3")],
        "book/02-closure.toml, line 1: number is 3; expected 2, without gaps or repeats from 1",
    ),
    "a number given twice": (
        [("02-closure.toml", "number = 2", "number = 1")],
        "book/02-closure.toml, line 1: number is 1; expected 2, without gaps or repeats from 1",
    ),
    "a dimension about which nobody can know": (
        [("02-closure.toml", '["clerk"]', "[]")],
        "book/02-closure.toml, line 34: can_know is empty; expected one or more; "
        "where nobody can know, no interview counts",
    ),
    "a remark without a translation in one of the languages": (
        [("02-closure.toml", 'note = "Guessed."', 'note = { en = "Guessed." }')],
        "book/02-closure.toml, line 9: note ('Guessed.') has no text in 'id'; expected en, id",
    ),
    "a remark without words": (
        [("02-closure.toml", 'note = "Guessed."', 'note = " "')],
        "book/02-closure.toml, line 9: no note",
    ),
    "a variable with a single answer": (
        [("variables.toml", VARIABLES[VARIABLES.rindex("[[variable.value]]") :], "")],
        "book/variables.toml, line 14, variable 'answered': values to choose among: 1; expected two or more",
    ),
}


@pytest.mark.parametrize(("changes", "fault"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_a_fault_is_told_with_its_file_line_and_remedy(write, changes, fault):
    assert faults_of(write(changes)) == [fault]


def test_every_fault_of_every_file_is_told_at_once(write):
    changes = [
        ("02-closure.toml", '["closure", "speed"]', '["closure", "sped"]'),
        ("01-speed.toml", 'brief = "How quick."\n', ""),
        ("variables.toml", 'definition = "It can."\n', ""),
        ("codebook.toml", "license", "licence"),
    ]
    assert faults_of(write(changes)) == [
        "book/01-speed.toml, line 15, code 'quick': no brief",
        "book/codebook.toml, line 1: no license",
        "book/codebook.toml, line 4: unknown key 'licence'; did you mean 'license'?",
        "book/variables.toml, line 5, variable 'disposition', value 'coded': no definition",
        "book/02-closure.toml, line 19, code 'ended': there is no dimension 'sped'; did you mean 'speed'?",
    ]


def test_a_file_that_is_not_toml_is_named_with_its_line_and_nothing_that_refers_to_it_is_blamed(write):
    changes = [("01-speed.toml", "number = 1", "number 1"), ("02-closure.toml", 'brief = "That it ended."\n', "")]
    first, second = faults_of(write(changes))
    assert first.startswith("book/01-speed.toml, line 1: this is not TOML: ")
    assert second == "book/02-closure.toml, line 11, code 'ended': no brief"


def test_a_text_that_never_ends_is_named_with_its_line(write):
    (fault,) = faults_of(write([("02-closure.toml", '"ours: for a test"', '"""ours')]))
    assert fault.startswith(f"book/02-closure.toml, line {CLOSURE.count(chr(10))}: this is not TOML: ")


def test_a_file_that_is_not_text_is_named(write):
    folder = write()
    (folder / "02-closure.toml").write_bytes(b'key = "\xff"')
    assert faults_of(folder) == [
        "book/02-closure.toml: found bytes that are no UTF-8 text; expected UTF-8 (invalid start byte)"
    ]


def test_a_folder_without_a_codebook_is_named(tmp_path):
    assert faults_of(tmp_path / "none") == [f"{tmp_path / 'none'}: no codebook.toml; a codebook is a folder with one"]


def test_a_codebook_without_a_dimension_is_refused(write):
    assert faults_of(write(files={"codebook.toml": HEAD})) == [
        "the codebook has no dimension; expected a TOML file for each"
    ]


def test_content_of_the_wrong_shape_is_a_fault_and_no_accident(write):
    files = {"codebook.toml": HEAD, "01-x.toml": 'number = true\ncode = [3]\nindicator = "x"\nprovenance = 1\n'}
    assert "book/01-x.toml, line 1: number is True; expected a valid integer" in faults_of(write(files=files))


def test_the_shipped_codebook_has_twelve_dimensions_of_which_four_names_are_inferred():
    book = read_codebook(SHIPPED)
    assert [each.number for each in book.dimensions] == list(range(1, 13))
    inferred = [each.key for each in book.dimensions if each.provenance.name == "inferred"]
    assert inferred == ["easy_access", "log_track_analyse", "process_improvement", "open_culture"]


def test_every_dimension_shipped_can_be_asked_about_and_coded_in_both_languages():
    for dimension in read_codebook(SHIPPED).dimensions:
        assert 2 <= len(dimension.questions) <= 3
        assert 2 <= len(dimension.codes) <= 3
        assert set(dimension.name) == {"en", "id"}


def test_every_shipped_code_names_a_neighbour_in_use_and_shows_made_examples():
    codes = read_codebook(SHIPPED).codes
    for code in codes.values():
        neighbours = set(re.findall(r": use ([a-z_]+)", code.do_not_use_when))
        assert neighbours, code.key
        assert neighbours <= set(codes) - {code.key}, code.key
        for example in (code.example, code.atypical_example, code.close_but_not):
            assert example.startswith("(made) "), code.key


def test_every_shipped_code_says_where_another_code_applies_that_is_in_use():
    codes = read_codebook(SHIPPED).codes
    for code in codes.values():
        (belongs,) = re.findall(r"\(([a-z_]+|no code: .*)\)$", code.close_but_not)
        assert belongs.startswith("no code") or belongs in set(codes) - {code.key}, code.key


def test_every_shipped_code_has_a_life_and_a_source():
    for code in read_codebook(SHIPPED).every_code.values():
        assert code.history[0].change == "created", code.key
        assert code.citation, code.key


def test_the_shipped_codebook_has_a_merged_and_a_reworded_code():
    book = read_codebook(SHIPPED)
    assert {code.key: code.merged_into for code in book.every_code.values() if not code.is_in_use} == {
        "tracking_number": "single_register"
    }
    assert [key for key, code in book.codes.items() if code.defined_in != "1.0.0"] == ["green_for_show"]


def test_few_shipped_codes_speak_to_two_dimensions():
    several = {key: code.dimensions for key, code in read_codebook(SHIPPED).codes.items() if len(code.dimensions) > 1}
    assert several == {
        "false_follow_up": ("internal_control", "create_closure"),
        "green_for_show": ("open_culture", "internal_control"),
    }


def test_every_shipped_threshold_says_whether_it_was_published_or_is_ours():
    for indicator in read_codebook(SHIPPED).indicators.values():
        assert in_language(indicator.threshold_source, "en").startswith(("published: ", "ours: "))
        assert in_language(indicator.threshold_source, "id").startswith(("dipublikasikan: ", "dari kami: "))


def test_shipped_variables_are_asked_only_of_complaints_that_could_be_coded():
    first, *others = read_codebook(SHIPPED).variables
    assert first.key == "disposition"
    assert {(each.conditional_on.variable, each.conditional_on.value) for each in others} == {("disposition", "coded")}


def test_the_changes_begin_with_the_version_shipped():
    version = tomllib.loads((SHIPPED / "codebook.toml").read_text("utf-8"))["version"]
    assert re.findall(r"^## (.+)$", (SHIPPED / "CHANGES.md").read_text("utf-8"), re.MULTILINE)[0] == version

"""What is wrong with the files of a codebook, each fault with its file, line and remedy."""

import pytest
from small_codebook import CLOSURE, HEAD, VARIABLES

from cmresearch.codebook.book import read_codebook
from cmresearch.errors import CodebookError


def faults_of(folder):
    with pytest.raises(CodebookError) as caught:
        read_codebook(folder)
    return str(caught.value).splitlines()


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
def test_a_fault_is_told_with_its_file_line_and_remedy(write_codebook, changes, fault):
    assert faults_of(write_codebook(changes)) == [fault]


def test_every_fault_of_every_file_is_told_at_once(write_codebook):
    changes = [
        ("02-closure.toml", '["closure", "speed"]', '["closure", "sped"]'),
        ("01-speed.toml", 'brief = "How quick."\n', ""),
        ("variables.toml", 'definition = "It can."\n', ""),
        ("codebook.toml", "license", "licence"),
    ]
    assert faults_of(write_codebook(changes)) == [
        "book/01-speed.toml, line 15, code 'quick': no brief",
        "book/codebook.toml, line 1: no license",
        "book/codebook.toml, line 4: unknown key 'licence'; did you mean 'license'?",
        "book/variables.toml, line 5, variable 'disposition', value 'coded': no definition",
        "book/02-closure.toml, line 19, code 'ended': there is no dimension 'sped'; did you mean 'speed'?",
    ]


def test_a_file_that_is_not_toml_is_named_with_its_line_and_nothing_that_refers_to_it_is_blamed(write_codebook):
    changes = [("01-speed.toml", "number = 1", "number 1"), ("02-closure.toml", 'brief = "That it ended."\n', "")]
    first, second = faults_of(write_codebook(changes))
    assert first.startswith("book/01-speed.toml, line 1: this is not TOML: ")
    assert second == "book/02-closure.toml, line 11, code 'ended': no brief"


def test_a_text_that_never_ends_is_named_with_its_line(write_codebook):
    (fault,) = faults_of(write_codebook([("02-closure.toml", '"ours: for a test"', '"""ours')]))
    assert fault.startswith(f"book/02-closure.toml, line {CLOSURE.count(chr(10))}: this is not TOML: ")


def test_a_file_that_is_not_text_is_named(write_codebook):
    folder = write_codebook()
    (folder / "02-closure.toml").write_bytes(b'key = "\xff"')
    assert faults_of(folder) == [
        "book/02-closure.toml: found bytes that are no UTF-8 text; expected UTF-8 (invalid start byte)"
    ]


def test_a_folder_without_a_codebook_is_named(tmp_path):
    assert faults_of(tmp_path / "none") == [f"{tmp_path / 'none'}: no codebook.toml; a codebook is a folder with one"]


def test_a_codebook_without_a_dimension_is_refused(write_codebook):
    assert faults_of(write_codebook(files={"codebook.toml": HEAD})) == [
        "the codebook has no dimension; expected a TOML file for each"
    ]


def test_content_of_the_wrong_shape_is_a_fault_and_no_accident(write_codebook):
    files = {"codebook.toml": HEAD, "01-x.toml": 'number = true\ncode = [3]\nindicator = "x"\nprovenance = 1\n'}
    assert "book/01-x.toml, line 1: number is True; expected a valid integer" in faults_of(write_codebook(files=files))

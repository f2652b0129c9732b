import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.files.toml_edit import TomlEditError, add_table, remove_value, set_value, toml_value

TEXT = '''\
#:schema dimension.schema.json
number = 1   # the first

# A code that everybody knows.
[[code]]
key = "a"
definition = """
Long words
over lines."""   # ours
dimensions = [
    "x", # the home
    "y",
]
[[code.history]]
version = "1.0"

# Another.
[[code]]
key = "b"
label = { en = "B" }

[definition]
en = "E"
'''


def test_a_value_is_changed_where_it_stands_and_nothing_else():
    changed = set_value(TEXT, ("code", 0, "definition"), "Short.")
    assert changed == TEXT.replace('"""\nLong words\nover lines."""', '"Short."')


def test_a_list_over_several_lines_is_replaced_whole():
    changed = set_value(TEXT, ("code", 0, "dimensions"), ["z"])
    assert 'dimensions = ["z"]\n[[code.history]]' in changed


def test_a_new_key_stands_before_the_tables_within():
    changed = set_value(TEXT, ("code", 0, "status"), "merged")
    assert ']\nstatus = "merged"\n[[code.history]]' in changed
    assert tomllib.loads(changed)["code"][0]["status"] == "merged"


def test_words_in_a_table_of_their_own_are_changed_one_by_one():
    assert set_value(TEXT, ("definition",), {"en": "F"}) == TEXT.replace('"E"', '"F"')


def test_a_table_is_added_within_another_and_after_the_last_of_its_kind():
    within = add_table(TEXT, '[[code.history]]\nversion = "1.1"\n', within=("code", 0))
    assert 'version = "1.0"\n[[code.history]]\nversion = "1.1"\n\n# Another.' in within
    after = add_table(TEXT, '[[code]]\nkey = "c"\n', after="code")
    assert 'label = { en = "B" }\n\n[[code]]\nkey = "c"\n\n[definition]' in after


def test_a_key_is_removed_with_all_its_lines():
    assert "Long words" not in remove_value(TEXT, ("code", 0, "definition"))


def test_what_is_laid_out_too_tightly_is_refused_and_not_broken():
    with pytest.raises(TomlEditError, match=r"^there is no table code\.0 to set a value in$"):
        set_value('code = [{ key = "a" }]\n', ("code", 0, "label"), "x")


@given(st.text(), st.integers(0, 100))
def test_any_text_comes_back_with_its_white_space_made_one(text, column):
    said = tomllib.loads(f"x = {toml_value(text, column=column)}")["x"]
    assert " ".join(said.split()) == " ".join(text.split())

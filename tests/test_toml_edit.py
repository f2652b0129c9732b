import importlib
import tomllib
from copy import deepcopy
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmresearch.files.toml import key_lines
from cmresearch.files.toml_edit import TomlEditError, add_table, remove_value, set_value, toml_table, toml_value

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
    assert '# the home\ndimensions = ["z"]\n[[code.history]]' in changed


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


def test_true_is_written_as_toml_has_it():
    assert toml_value(True) == "true"
    assert toml_table("a", {"b c": "d"}) == '[[a]]\n"b c" = "d"\n'


def test_a_header_within_a_text_of_a_list_is_no_table():
    text = '[[code]]\nkey = "a"\nuse = ["x", """\n[[code]]\n"""]\nz = "1"\n'
    added = add_table(text, '[[code.history]]\nv = "1"\n', within=("code", 0))
    assert added == text + '[[code.history]]\nv = "1"\n'
    (code,) = tomllib.loads(added)["code"]
    assert (code["z"], code["history"]) == ("1", [{"v": "1"}])
    assert tomllib.loads(set_value(text, ("code", 0, "y"), "2"))["code"][0]["y"] == "2"


def test_tables_of_a_list_may_stand_apart():
    text = '[[code]]\nkey = "a"\n\n[evidence]\nx = 1\n\n# by hand\n[[code]]\nkey = "b"\n'
    assert set_value(text, ("code", 1, "key"), "c") == text.replace('"b"', '"c"')
    assert add_table(text, '[[code]]\nkey = "d"\n', after="code") == text + '\n[[code]]\nkey = "d"\n'
    apart = "[[t.x.o]]\nm = 1\n[t.y]\n[[t.x.o]]\nm = 2\n"
    assert set_value(apart, ("t", "x", "o", 1, "m"), 3) == apart.replace("2", "3")


def test_keys_keep_how_they_are_written():
    text = '  "a-b"   =   1   # one\nc.d = 2\nc.e = 3\n'
    assert set_value(text, ("a-b",), 5) == text.replace("1  ", "5  ")
    assert set_value(text, ("c",), {"d": "x", "e": "y"}) == text.replace("2", '"x"').replace("3", '"y"')


def test_a_table_within_a_file_of_comments_stands_below_them():
    assert add_table("# about\n", "[[a]]\nx = 1\n") == "# about\n\n[[a]]\nx = 1\n"


def test_a_long_text_passes_the_unusual_end_of_a_line():
    text = 'a = "one\u2028two"\r\nb = 1\r\n'
    assert set_value(text, ("b",), 2) == 'a = "one\u2028two"\nb = 2\n'


@pytest.mark.parametrize("path", [("none",), ("code", 0), ("definition",)])
def test_only_a_value_is_removed(path):
    with pytest.raises(TomlEditError, match=r"^there is no value (none|code\.0|definition) to remove$"):
        remove_value(TEXT, path)


def test_comments_within_a_removed_list_stay():
    assert remove_value("x = [\n  1, # one\n  # two\n]\ny = 1\n", ("x",)) == "# one\n# two\ny = 1\n"


def test_what_is_no_toml_is_told():
    with pytest.raises(TomlEditError, match=r"^this is not TOML: "):
        set_value("a = \n", ("a",), 1)


def test_the_old_address_has_every_name():
    old = importlib.import_module("cmresearch.codebook.toml_edit")
    names = ("add_table", "remove_value", "set_value", "toml_table", "toml_value", "TomlEditError", "Value", "WIDTH")
    assert all(hasattr(old, name) for name in names)


FILES = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[1] / "codebook").glob("*.toml"))
    if path.stat().st_size < 20_000
]
VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=4),
)


def value_paths(data, path=()):
    """Every key with a value, through tables and lists of tables."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from value_paths(value, (*path, key))
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            for number, each in enumerate(value):
                yield from value_paths(each, (*path, key, number))
        else:
            yield (*path, key)


def comments(text):
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


def at(data, path):
    return reduce(lambda table, step: table[step], path, data)


def assert_edited(before, after, expected):
    assert tomllib.loads(after) == expected
    kept = comments(after)
    assert all(kept.count(line) >= comments(before).count(line) for line in comments(before))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_edit_changes_what_it_names_and_keeps_every_comment(data):
    text = data.draw(st.sampled_from([TEXT, *FILES]))
    for _ in range(data.draw(st.integers(1, 3))):
        before, known = tomllib.loads(text), key_lines(text)
        # Keys of inline tables are changed with their table.
        paths = [path for path in value_paths(before) if path in known]
        path, value = data.draw(st.sampled_from(paths)), data.draw(VALUES)
        edit, expected = data.draw(st.sampled_from(["set", "add", "remove", "table"])), deepcopy(before)
        said = tomllib.loads(f"x = {toml_value(value)}")["x"]
        if edit == "set":
            at(expected, path[:-1])[path[-1]] = said
            after = set_value(text, path, value)
        elif edit == "add":
            at(expected, path[:-1])["a_new_key"] = said
            after = set_value(text, (*path[:-1], "a_new_key"), value)
        elif edit == "remove":
            del at(expected, path[:-1])[path[-1]]
            after = remove_value(text, path)
        else:
            expected.setdefault("added", []).append({"key": said})
            # The tables of one list follow each other: a second one before the first would change their order.
            last = "added" if "added" in before else "code"
            after = add_table(text, toml_table("added", {"key": value}), after=last)
        assert_edited(text, after, expected)
        text = after

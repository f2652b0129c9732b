import subprocess
import tomllib
from functools import reduce
from pathlib import Path

import pytest

from cmresearch.errors import CodebookError, StudyError
from cmresearch.files.toml import key_lines, read_toml_file

TEXT = '''\
title = "x"

[[variable]]
key = "a"
note = """
value = "this is text, and no key"
[neither] = "this"
"""
[[variable.value]]
key = "a1"
[[variable.value]]
key = "a2"

[[variable]]
"key" = "b"
[variable.question]
en = \'\'\'one line\'\'\'
id = "after it"
[[variable.value]]
key = "b1"
'''


def test_every_key_is_found_on_its_line_within_the_right_table_of_a_list():
    assert key_lines(TEXT) == {
        ("title",): 1,
        ("variable", 0): 3,
        ("variable", 0, "key"): 4,
        ("variable", 0, "note"): 5,
        ("variable", 0, "value", 0): 9,
        ("variable", 0, "value", 0, "key"): 10,
        ("variable", 0, "value", 1): 11,
        ("variable", 0, "value", 1, "key"): 12,
        ("variable", 1): 14,
        ("variable", 1, "key"): 15,
        ("variable", 1, "question"): 16,
        ("variable", 1, "question", "en"): 17,
        ("variable", 1, "question", "id"): 18,
        ("variable", 1, "value", 0): 19,
        ("variable", 1, "value", 0, "key"): 20,
    }


def test_a_place_without_a_line_of_its_own_has_that_of_the_place_above(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(TEXT, "utf-8")
    file = read_toml_file(path, StudyError)
    assert file.line(("variable", 0, "value", 1, "label", "en")) == 11
    assert file.line(("nothing",)) == 1
    assert file.fault(("variable", 0, "value", 1, "label"), "no label") == (
        f"{tmp_path.name}/x.toml, line 11, variable 'a', value 'a2': no label"
    )


def test_a_file_that_is_not_toml_is_an_error_of_its_subject(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("a = 1\nb 2\n", "utf-8")
    with pytest.raises(CodebookError, match=r"x\.toml, line 2: this is not TOML: "):
        read_toml_file(path, CodebookError)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml_file(path, StudyError).data == {"a": 1}


PROJECT = Path(__file__).parents[1]
LISTED = subprocess.run(["git", "ls-files", "*.toml"], cwd=PROJECT, capture_output=True, text=True, check=False).stdout
EVERY = sorted(set(LISTED.split()) or {str(path.relative_to(PROJECT)) for path in PROJECT.glob("[!.]*/**/*.toml")})
TIGHT = (
    '''\
# "no key" = 1
"a b"."c.d" = 1
e.f = "# no comment"   # = "x
list = ["[[code]]", """
[[code]]
key = 1
""", { g = "}" }, # ]
  [1,
   2], '''
    + "'''x'''"
    + '''
]
text = """a ""quoted"" \\""" text
[not] = 1"""""
[[ code ]]   # one
"\\u00e9" = ''
[code."x.y"]
z = { a = [1, 2], b = { c = "[" } }
[[code]]
key = "b"
[other]
[[code.part]]
n = 1
'''
)


def own_paths(data, path=()):
    """Every key of a file, through tables and lists of tables."""
    for key, value in data.items():
        yield (*path, key)
        tables = value if isinstance(value, list) and value and all(isinstance(each, dict) for each in value) else []
        for number, table in enumerate(tables):
            yield (*path, key, number)
            yield from own_paths(table, (*path, key, number))
        if isinstance(value, dict):
            yield from own_paths(value, (*path, key))


def statement_at(lines, number):
    """What the parser reads of a text from a line on, as far as it must go to make sense."""
    for end in range(number, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[number - 1 : end]))
        except tomllib.TOMLDecodeError:
            continue
    raise AssertionError(f"nothing begins on line {number}")


def holds(read, names, value):
    """Whether what was read says this of these names, each within the one before."""
    for name in names:
        read = read[0] if isinstance(read, list) else read
        if name not in read:
            return False
        read = read[name]
    return read == value


def assert_every_key_stands_on_its_line(text):
    data, lines, found = tomllib.loads(text), text.split("\n"), key_lines(text)
    headers = {path for path, number in found.items() if lines[number - 1].lstrip().startswith("[")}
    for path, number in found.items():
        read, names = statement_at(lines, number), [step for step in path if isinstance(step, str)]
        if path in headers:
            assert holds(read, names, {} if isinstance(path[-1], str) else [{}]), (path, number)
        else:
            value = reduce(lambda table, step: table[step], path, data)
            assert any(holds(read, names[start:], value) for start in range(len(names))), (path, number)
    assert list(found.values()) == sorted(set(found.values()))
    # What has no line of its own lies within a value, or is only named in front of a dot.
    without = set(own_paths(data)) - set(found)
    values = set(found) - headers
    within = {path for path in without if any(path[:end] in values for end in range(len(path)))}
    assert all(any(each[: len(path)] == path for each in found) for path in without - within)


@pytest.mark.parametrize("name", EVERY)
def test_every_key_of_every_file_here_is_found_on_its_line(name):
    assert_every_key_stands_on_its_line((PROJECT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [TEXT, TIGHT, "", "# only\n", "a = 1", "[a]\nb.c = { d = 1 }\nb.e = [{ f = 1 }]"])
def test_every_key_is_found_however_it_is_written(text):
    assert_every_key_stands_on_its_line(text)


def test_a_header_or_a_key_within_a_value_is_none():
    assert key_lines(TIGHT) == {
        ("a b", "c.d"): 2,
        ("e", "f"): 3,
        ("list",): 4,
        ("text",): 11,
        ("code", 0): 13,
        ("code", 0, "é"): 14,
        ("code", 0, "x.y"): 15,
        ("code", 0, "x.y", "z"): 16,
        ("code", 1): 17,
        ("code", 1, "key"): 18,
        ("other",): 19,
        ("code", 1, "part", 0): 20,
        ("code", 1, "part", 0, "n"): 21,
    }

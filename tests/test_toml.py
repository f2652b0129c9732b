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

"""The fields of a code as one description that people read and that comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmresearch.codebook.book import read_codebook
from cmresearch.exchange.packing import pack, pack_list, unpack, unpack_list
from cmresearch.exchange.refi_codebook import read_qdc, write_qdc
from cmresearch.exchange.study_files import changes_of


@pytest.fixture(scope="module")
def codebook(project):
    return read_codebook(project / "codebook")


@pytest.fixture
def qdc(codebook, tmp_path):
    write_qdc(tmp_path / "jakarta.qdc", codebook)
    return tmp_path / "jakarta.qdc"


def test_lines_added_to_a_description_belong_to_the_field_above_them(codebook, qdc):
    text, after = qdc.read_text(encoding="utf-8"), "\nUse when: The source speaks of how long"
    qdc.write_text(text.replace(after, f"\nOr weeks.{after}", 1), encoding="utf-8")
    (change,) = changes_of(read_qdc(qdc), codebook)
    assert str(change.fields["definition"]).endswith("as complainants would feel it. Or weeks.")


@given(st.lists(st.tuples(st.sampled_from(["use_when", "memo"]), st.text())))
def test_any_fields_come_back_as_they_were_in_their_order(fields):
    free, found = unpack(pack(fields), ["use_when", "memo"])
    assert free == ""
    assert found == {name: [value for key, value in fields if key == name] for name in dict(fields)}


def test_what_stands_above_the_first_field_is_kept_apart():
    text = "Ours, added elsewhere.\r\nUse when: Somebody waits.\nNo field: of ours"
    assert unpack(text, ["use_when"]) == (
        "Ours, added elsewhere.",
        {"use_when": ["Somebody waits.\nNo field: of ours"]},
    )


@pytest.mark.parametrize("parts", [[], ["a"], ["a", "b|c"], ["\\", "|", "a\\|b"]])
def test_a_list_comes_back_whatever_bars_stand_in_its_parts(parts):
    assert unpack_list(pack_list(parts)) == parts

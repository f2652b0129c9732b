"""Personal data masked with placeholders that stay the same, and the private table behind them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_privacy import SEEN, labelled

from cmresearch.errors import PrivacyError
from cmresearch.privacy import (
    MaskTable,
    find_personal_data,
    mask,
    mask_all,
    read_mask_table,
    write_mask_table,
)

COMPLAINT = "Pak Budi Santoso (0812-0000-1234) di Jl. Melati No. 5 menutup jalan. Telepon +62 812 0000 1234."


def test_the_same_number_has_the_same_placeholder_however_it_is_written():
    masked, table = mask(COMPLAINT, MaskTable())
    assert masked.text == "Pak [NAME-1] ([PHONE-1]) di [ADDRESS-1] menutup jalan. Telepon [PHONE-1]."
    later, table = mask("Hubungi 6281200001234 atau 0813-0000-9999", table)
    assert later.text == "Hubungi [PHONE-1] atau [PHONE-2]"
    assert table.size == 4


def test_masking_all_at_once_is_masking_one_after_the_other():
    together, table = mask_all([COMPLAINT, "Bu Rina"], MaskTable())
    first, table_of_first = mask(COMPLAINT, MaskTable())
    second, table_of_both = mask("Bu Rina", table_of_first)
    assert together == (first, second)
    assert table == table_of_both


def test_nothing_is_found_in_a_masked_text():
    texts = [text for text, _ in labelled(SEEN)]
    masked, _ = mask_all(texts, MaskTable())
    assert [(m.text, find_personal_data(m.text)) for m in masked if find_personal_data(m.text)] == []


def test_a_coded_segment_of_a_masked_text_is_the_same_segment_of_the_original():
    masked, _ = mask(COMPLAINT, MaskTable())
    start = masked.text.index("menutup jalan")
    begin, end = masked.original_segment(start, start + len("menutup jalan"))
    assert COMPLAINT[begin:end] == "menutup jalan"
    assert masked.masked_segment(begin, end) == (start, start + len("menutup jalan"))


def test_a_segment_that_touches_a_placeholder_takes_in_the_whole_datum():
    masked, _ = mask("HP 0812-0000-1234 mati", MaskTable())
    assert masked.text == "HP [PHONE-1] mati"
    assert masked.original_segment(5, 8) == (3, 17)
    assert masked.masked_segment(4, 22) == (3, 17)


@given(st.integers(0, len(COMPLAINT)), st.integers(0, len(COMPLAINT)))
def test_there_and_back_a_segment_never_shrinks(one, other):
    start, end = sorted((one, other))
    masked, _ = mask(COMPLAINT, MaskTable())
    back = masked.original_segment(*masked.masked_segment(start, end))
    assert back[0] <= start
    assert end <= back[1]


def test_a_mask_table_is_kept_in_a_private_folder_that_git_ignores(tmp_path):
    _, table = mask(COMPLAINT, MaskTable())
    path = tmp_path / "private" / "masks.json"
    write_mask_table(path, table)
    assert read_mask_table(path) == table
    assert (tmp_path / "private" / ".gitignore").read_text() == "*\n"
    assert path.stat().st_mode & 0o077 == 0


def test_a_mask_table_does_not_show_what_it_hides():
    _, table = mask(COMPLAINT, MaskTable())
    assert repr(table) == "MaskTable()"


@pytest.mark.parametrize("folder", ["data", "results/private"])
def test_a_mask_table_is_written_to_no_other_folder(tmp_path, folder):
    path = tmp_path / folder / "masks.json"
    with pytest.raises(PrivacyError) as error:
        write_mask_table(path, MaskTable())
    assert str(error.value) == (
        f"{path}: a mask table says whom the placeholders stand for; it can only be written to a folder "
        "called 'private' outside of any results folder"
    )
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no mask table; begin with MaskTable()"),
        ("0812-0000-1234", "this is not a mask table written by write_mask_table"),
        ('{"data": {"phones": []}}', "no kind of personal data is called 'phones'; did you mean 'phone'?"),
        ('{"data": {"phone": ["1", "1"]}}', "under 'phone' something stands twice or is not text"),
    ],
)
def test_a_file_that_is_no_mask_table_is_named_without_showing_it(tmp_path, content, message):
    path = tmp_path / "masks.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PrivacyError) as error:
        read_mask_table(path)
    assert str(error.value) == f"{path}: {message}"

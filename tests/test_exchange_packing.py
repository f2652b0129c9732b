"""The fields of a code as one description that people read and that comes back as it was."""

import pytest

from cmresearch.codebook.book import read_codebook
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

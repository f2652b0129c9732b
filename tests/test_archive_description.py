"""What an archive says of its study: day, licence, and who is to be cited."""

from __future__ import annotations

import pytest
from small_archive import archive, read_in, write_results_of
from small_study import write_study

from cmresearch.errors import ArchiveError


@pytest.mark.parametrize(("date", "said"), [(None, "none given"), ("17 August", "found '17 August'")])
def test_a_day_is_asked_for_and_never_taken_from_the_clock(study_with_results, tmp_path, date, said):
    with pytest.raises(ArchiveError, match=said):
        archive(study_with_results, tmp_path / "a.zip", date=date)


def test_the_studys_own_citation_gives_day_and_licence(tmp_path):
    study = write_results_of(write_study(tmp_path / "study"))
    text = 'cff-version: 1.2.0\nmessage: Cite.\ntitle: "S"\nauthors:\n  - name: X\n'
    text += 'date-released: "2020-02-29"\nlicense: MIT\n'
    (study.folder / "CITATION.cff").write_text(text, encoding="utf-8")
    made = archive(study, tmp_path / "a.zip", date=None)
    assert read_in(made.path, "CITATION.cff") == text
    crate = read_in(made.path, "ro-crate-metadata.json")
    assert '"datePublished": "2020-02-29"' in crate
    assert "https://spdx.org/licenses/MIT" in crate

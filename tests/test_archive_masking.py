"""Words in an archive: byte for byte where nothing personal stands in them, masked where it does."""

from __future__ import annotations

import csv
import io

from small_archive import PHONE, POST, archive, names_in, read_in, unpacked, write_results_of
from small_study import QUOTE, write_study

from cmresearch.coding.coding import read_coding
from cmresearch.coding.sources import read_sources
from cmresearch.study.study import open_study


def test_words_without_personal_data_go_in_byte_for_byte(study_with_results, archived):
    for name in ("interviews/interview-1-kelurahan.md", "coding/coder-a.csv", "responses/coder-a.csv"):
        assert read_in(archived.path, name) == (study_with_results.folder / name).read_text(encoding="utf-8")
    assert archived.gathered.masked == {"results/sample-masked.csv"}


def test_personal_data_in_words_is_masked_wherever_it_stands(talkative_study, tmp_path):
    made = archive(talkative_study, tmp_path / "a.zip")
    assert {
        *("interviews/interview-1-kelurahan.md", "coding/coder-a.csv", "coding/adjudicated.csv"),
        *("responses/coder-a.csv", "decisions.toml"),
    } <= made.gathered.masked
    for name in names_in(made.path):
        if not name.endswith((".xlsx", ".docx", ".png")):
            assert PHONE not in read_in(made.path, name), name
    for name in ("interviews/interview-1-kelurahan.md", "responses/coder-a.csv", "decisions.toml"):
        assert "[PHONE-1]" in read_in(made.path, name)


def test_masked_words_are_read_as_a_studys_own(talkative_study, tmp_path):
    made = archive(talkative_study, tmp_path / "a.zip")
    study = open_study(unpacked(made.path, tmp_path / "files"))
    coding = read_coding(study.folder / "coding", study.read_codebook(), read_sources(study.folder / "interviews"))
    quotes = {segment.quote for segment in coding if segment.source == "interview-1-kelurahan"}
    assert len(quotes) == 1
    assert quotes.pop().endswith("telepon [PHONE-1] kata warga.")


def test_the_shared_sample_keeps_what_the_rule_needs_and_no_formula(archived):
    rows = list(csv.DictReader(io.StringIO(read_in(archived.path, "results/sample-masked.csv"))))
    assert list(rows[0]) == [
        *("id", "channel", "opened", "text", "stratum", "ticket", "inclusion_probability", "design_weight")
    ]
    assert len(rows) == 8
    assert {row["channel"] for row in rows} == {"web", "phone", POST}


def test_words_of_the_shared_sample_cannot_become_formulas(tmp_path):
    folder = write_study(tmp_path / "study")
    full = folder / "full-set.csv"
    full.write_text(full.read_text(encoding="utf-8").replace("<script>alert(1)", "=1+1 "), encoding="utf-8")
    made = archive(write_results_of(folder), tmp_path / "a.zip")
    rows = list(csv.DictReader(io.StringIO(read_in(made.path, "results/sample-masked.csv"))))
    assert all(row["text"].startswith("'=1+1") for row in rows)


def test_quotations_of_the_small_study_are_hostile_and_stay_as_they_are(archived):
    assert QUOTE in read_in(archived.path, "interviews/interview-1-kelurahan.md")

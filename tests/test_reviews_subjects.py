"""What can be reviewed, whether a review still stands, and what has changed since."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from small_reviews import review_all
from small_study import MARKUP, QUOTE, write_study_with_words

from cmresearch.errors import ReviewError
from cmresearch.privacy import MaskTable, mask
from cmresearch.study.reviews.entries import read_reviews, withdraw
from cmresearch.study.reviews.subjects import find_subject, mask_reviews, reviewed, segment_key, subjects_of
from cmresearch.study.run import run_study
from cmresearch.study.study import open_study

SEGMENT = "interview-1-kelurahan"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_study_with_words(tmp_path_factory.mktemp("made") / "study")


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "study")


@pytest.fixture(scope="module")
def subjects(made):
    return subjects_of(run_study(open_study(made)))


def edit(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def states(folder):
    study = open_study(folder)
    found = reviewed(run_study(study), study.read_reviews())
    return {(each.review.subject, each.review.key): each.state for each in found.states}


def changed(folder):
    return sorted({kind for (kind, _), state in states(folder).items() if state == "changed since"})


def test_sample_segments_statuses_and_findings_can_be_reviewed(subjects):
    assert [each.kind for each in subjects] == ["sample", "segment", "segment", "status", *["finding"] * 3]
    assert subjects[0].key == "small"
    assert {each.key: each.shown for each in subjects}["share"] == "published 80.0, computed 80: recomputed"
    assert len({each.sha256 for each in subjects}) == len(subjects)


def test_no_subject_shows_words_of_anybody(subjects):
    assert not any(MARKUP in each.shown or "Kami" in each.shown for each in subjects)


def test_the_key_of_a_segment_is_its_source_span_and_code(made, subjects):
    study = open_study(made)
    coding = study.read_coding(study.read_codebook(), study.read_sources()).adjudicated
    keys = [segment_key(each) for each in coding]
    assert keys == [each.key for each in subjects if each.kind == "segment"]
    source, span, code = keys[0].split(":")
    start, end = map(int, span.split("-"))
    assert study.read_sources()[source].text[start:end] == QUOTE
    assert code == "final_answer_given"


def test_a_review_of_what_is_still_the_same_stands(folder, subjects):
    review_all(folder, subjects)
    assert set(states(folder).values()) == {"stands"}


def test_a_label_in_the_settings_changes_nothing_that_was_reviewed(folder, subjects):
    review_all(folder, subjects)
    edit(folder, "study.toml", '"Closed within 7 days"', '"Closed in a week"')
    assert changed(folder) == []


def test_another_seed_makes_another_sample_and_whatever_follows_from_it(folder, subjects):
    review_all(folder, [each for each in subjects if each.kind == "sample"])
    shutil.rmtree(folder / "responses")
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    start, end = settings.index("[responses]"), settings.index("[words]")
    settings = (settings[:start] + settings[end:]).replace('seed = "a small seed"', 'seed = "another"')
    before, _, after = settings.rpartition('[[estimate]]\nvariable = "final_answer"\nstatistic = "proportion"\n')
    (folder / "study.toml").write_text(before + after, encoding="utf-8")
    assert states(folder) == {("sample", "small"): "changed since"}


def test_another_direction_changes_the_segment_and_the_status_that_rests_on_it(folder, subjects):
    review_all(folder, subjects)
    edit(folder, "coding/adjudicated.csv", "hinders", "supports")
    assert changed(folder) == ["segment", "status"]


def test_a_segment_that_has_another_span_no_longer_exists_under_its_key(folder, subjects):
    review_all(folder, [each for each in subjects if each.key.startswith(SEGMENT)])
    text = (folder / "coding/adjudicated.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "coding/adjudicated.csv").write_text(text[0] + text[2], encoding="utf-8")
    assert list(states(folder).values()) == ["no longer exists"]


def test_a_researchers_other_memo_changes_the_status_alone(folder, subjects):
    review_all(folder, subjects)
    edit(folder, "decisions.toml", "is what the register says", "is what we think")
    assert changed(folder) == ["status"]


def test_another_published_figure_changes_its_finding_alone(folder, subjects):
    review_all(folder, subjects)
    edit(folder, "study.toml", "published = 80.0", "published = 81.0")
    found = {key for (_, key), state in states(folder).items() if state == "changed since"}
    assert found == {"share"}


def test_a_finding_that_is_gone_is_named_as_such(folder, subjects):
    review_all(folder, subjects)
    edit(folder, "study.toml", 'key = "formula"', 'key = "equation"')
    assert states(folder)["finding", "formula"] == "no longer exists"


def test_what_was_seen_stands_beside_what_is_there_now(folder, subjects):
    review_all(folder, [each for each in subjects if each.key == "share"])
    edit(folder, "study.toml", "published = 80.0", "published = 81.0")
    study = open_study(folder)
    (row,) = reviewed(run_study(study), study.read_reviews()).to_frame().to_dict("records")
    assert (row["seen"], row["now"]) == (
        "published 80.0, computed 80: recomputed",
        "published 81.0, computed 80: differs",
    )


def test_a_withdrawn_review_stays_in_the_table_with_the_reason(made, folder, subjects):
    review_all(folder, [each for each in subjects if each.key == "share"])
    withdraw(folder / "reviews.toml", 1, reviewer="R. Name", reason="the wrong year", date="2026-05-02")
    (row,) = reviewed(run_study(open_study(made)), read_reviews(folder / "reviews.toml")).to_frame().to_dict("records")
    assert (row["state"], row["withdrawal"]) == ("withdrawn", "2026-05-02: the wrong year")


def test_coverage_counts_each_subject_once(made, folder, subjects):
    review_all(folder, [each for each in subjects if each.kind != "finding"])
    review_all(folder, [each for each in subjects if each.kind == "status"], verdict="query", reviewer="S. Other")
    stale = next(each for each in subjects if each.key == "share")
    review_all(folder, [replace(stale, sha256="ab" * 32), replace(stale, key="old")])
    found = reviewed(run_study(open_study(made)), read_reviews(folder / "reviews.toml"))
    assert found.coverage().to_numpy().tolist() == [
        ["sample", 1, 0, 1, 0, 0, 0],
        ["segment", 2, 0, 2, 0, 0, 0],
        ["status", 1, 1, 0, 0, 0, 0],
        ["finding", 3, 0, 0, 1, 2, 1],
    ]
    assert [each.review.reviewer for each in found.of("status", "create_closure")] == ["R. Name", "S. Other"]


def test_reasons_are_masked_with_the_studys_placeholders_and_hashes_left_out(made, folder, subjects):
    _, table = mask("telepon 0812-0000-1234", MaskTable())
    sample = [each for each in subjects if each.kind == "sample"]
    review_all(folder, sample, reason="I rang 0812-0000-1234 and 0812-0000-9999")
    found = reviewed(run_study(open_study(made)), read_reviews(folder / "reviews.toml"))
    shown, later = mask_reviews(found, table)
    assert shown.states[0].review.reason == "I rang [PHONE-1] and [PHONE-2]"
    assert shown.states[0].review.reviewer == "R. Name"
    assert {shown.states[0].review.sha256, *(each.sha256 for each in shown.subjects)} == {""}
    assert mask("0812-0000-9999", later)[0].text == "[PHONE-2]"


def test_an_unknown_key_is_an_error_with_the_nearest(subjects):
    with pytest.raises(ReviewError, match=r"^the study has no finding 'shares' to review; did you mean 'share'\?$"):
        find_subject(subjects, "finding", "shares")


def test_the_settings_may_name_another_file(folder, subjects):
    review_all(folder, subjects[:1])
    (folder / "reviews.toml").rename(folder / "read-by-others.toml")
    assert open_study(folder).read_reviews() == ()
    settings = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(f'{settings}\n[reviews]\nfile = "read-by-others.toml"\n', encoding="utf-8")
    assert len(open_study(folder).read_reviews()) == 1
    assert set(states(folder).values()) == {"stands"}


def test_the_repositorys_own_study_can_be_reviewed_whole(jakarta):
    found = reviewed(jakarta, [])
    table = found.coverage().set_index("subject")
    assert table.loc["status", "in_study"] == len(jakarta.words.codebook.dimensions)
    assert table.loc["segment", "in_study"] == len({segment_key(each) for each in jakarta.words.coding.adjudicated})
    assert isinstance(found.to_frame(), pd.DataFrame)
    assert subjects_of(jakarta) == found.subjects

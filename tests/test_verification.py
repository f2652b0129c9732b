"""Verifying: the outcomes told apart, each with what differs."""

import pytest
from small_draw import HEADER, ROWS, as_csv, changed, drawn, export
from small_verification import bare, certificate_of, edit, put

from cmresearch.errors import IntakeError, SampleError
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify, read_certificate, write_sample
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.verification import verify


@pytest.fixture
def folder(tmp_path):
    return drawn(tmp_path)[0]


def test_all_holds(folder, tmp_path):
    verification = verify(folder, export(tmp_path))
    assert verification.holds
    assert verification.to_text() == "all holds: 8 drawn complaints of a frame of 20"


def test_shuffled_rows_hold_too_with_a_note_that_the_file_is_another(folder, tmp_path):
    verification = verify(folder, export(tmp_path, as_csv(ROWS[::-1]), "other.csv"))
    assert verification.holds
    assert verification.notes == (
        "note: other.csv is not the very file export.csv that was drawn from (its SHA-256 differs)",
    )


def test_a_changed_seed_is_a_sample_that_the_rule_does_not_give(folder, tmp_path):
    certificate = certificate_of(folder)
    certificate["seed"]["text"] = "a better seed"
    put(folder, certificate)
    verification = verify(folder, export(tmp_path))
    assert "sample" in verification.subjects
    assert "should be in it and are not" in verification.to_text()


def test_a_swapped_complaint_is_named(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    inside = sample.ids[0]
    outside = next(row[0] for row in ROWS if row[0] not in sample.ids)
    edit(folder / "sample.csv", (inside, outside))
    verification = verify(folder, export(tmp_path))
    assert verification.subjects == ("sample",)
    text = verification.to_text()
    assert f"1 complaints are in the sample and not in the certificate: {outside}" in text
    assert (
        f"1 complaints should be in it and are not ({inside}); 1 complaints are in it and should not be ({outside})"
        in text
    )


@pytest.mark.parametrize("edited", ["left out", "twice", "weight", "order"])
def test_an_edited_sample_file_is_found(folder, tmp_path, edited):
    _, sample, _ = drawn(tmp_path)
    table = sample.rows.copy()
    if edited == "left out":
        table = table.iloc[1:]
    elif edited == "twice":
        table = table.iloc[[0, *range(len(table))]]
    elif edited == "order":
        table = table.iloc[::-1]
    else:
        table.loc[0, "design_weight"] = 1.0
    table.to_csv(folder / "sample.csv", index=False, lineterminator="\n")
    verification = verify(folder, export(tmp_path))
    assert verification.subjects == ("sample",)
    said = {
        "left out": "are in the certificate and not in the sample",
        "twice": "are in the sample more than once",
        "weight": "have a ticket, stratum or weight other than the rule gives",
        "order": "its complaints stand in another order than the certificate's",
    }
    assert said[edited] in verification.to_text()


def test_changed_words_of_a_drawn_complaint_are_a_changed_record(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    number = int(sample.ids[0].removeprefix("JK"))
    edit(folder / "sample.csv", (f"words {number}\n", f"better words {number}\n"))
    verification = verify(folder, export(tmp_path))
    assert verification.subjects == ("record",)
    assert f"1 complaints differ from their fingerprints: {sample.ids[0]}" in verification.to_text()


def test_a_complaint_less_in_the_frame_is_a_changed_membership(folder, tmp_path):
    verification = verify(folder, export(tmp_path, as_csv(ROWS[:-1])))
    assert verification.subjects == ("membership",)
    assert "19 complaints instead of 20; 1 of 4096 buckets differ" in verification.to_text()
    assert "(1 complaints before, 0 now)" in verification.to_text()


def test_other_words_in_the_frame_are_a_changed_content(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    outside = next(row[0] for row in ROWS if row[0] not in sample.ids)
    verification = verify(folder, export(tmp_path, as_csv(changed(ROWS, outside, "words", "new words"))))
    assert verification.subjects == ("content",)


def test_other_words_of_a_drawn_complaint_in_the_frame_are_named(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    verification = verify(folder, export(tmp_path, as_csv(changed(ROWS, sample.ids[2], "words", "new words"))))
    assert verification.subjects == ("content", "record")
    assert f"1 complaints differ between sample and frame: {sample.ids[2]}" in verification.to_text()


def test_with_the_old_frame_what_came_went_moved_and_changed_is_named(folder, tmp_path):
    rows = changed(changed(ROWS[1:], "JK05", "channel", "Qlue"), "JK07", "words", "new words")
    new = export(tmp_path, as_csv([*rows, ("JK99", "JAKI", "2020-03-30", "words")]), "new.csv")
    text = verify(folder, new, old_frame=export(tmp_path)).to_text()
    assert "the frame's membership has changed: 1 complaints came: JK99" in text
    assert "the frame's membership has changed: 1 complaints went: JK01" in text
    assert "the frame's membership has changed: 1 complaints moved to another stratum: JK05" in text
    assert "the frame's content has changed: 1 complaints have other content: JK07" in text


def test_an_old_frame_that_is_not_the_one_drawn_from_is_not_compared_with(folder, tmp_path):
    new, old = export(tmp_path, as_csv(ROWS[2:]), "new.csv"), export(tmp_path, as_csv(ROWS[1:]), "old.csv")
    assert "old.csv is not the frame that was drawn from either" in verify(folder, new, old_frame=old).to_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["strata"][0].update(frame_size=15), "its strata add up to 21 complaints, the frame to 20"),
        (lambda c: c["allocation"].update(size=9), "its strata draw 8 complaints, the allocation 9"),
        (lambda c: c["records"].pop(), "it lists 7 records, the allocation 8"),
        (lambda c: c["frame"].update(rows=21), "the bucket file counts 20 complaints, the frame 21"),
        (lambda c: c["frame"].update(content="0" * 64), "the bucket file does not give its fingerprints"),
        (lambda c: c["strata"][0].update(cut_off="f" * 64), "1 cut-offs are not the last ticket: JAKI"),
        (lambda c: c["strata"][0].update(cut_off=None), "a stratum has a cut-off and nothing drawn"),
        (lambda c: c["strata"].append(c["strata"][0]), "a stratum is listed twice"),
        (lambda c: c.update(rule="whatever we like"), "its rule is 'whatever we like'"),
        (lambda c: c["seed"].update(text="a|b"), "the seed 'a|b' must be text without a vertical bar"),
        (
            lambda c: c["frame"].update(filter="id <> 'JK01'"),
            "its commitment is not the hash of its frame and allocation",
        ),
    ],
)
def test_a_certificate_that_contradicts_itself_is_found(folder, tmp_path, change, said):
    certificate = certificate_of(folder)
    change(certificate)
    put(folder, certificate)
    verification = verify(folder, export(tmp_path))
    assert "certificate" in verification.subjects
    assert said in verification.to_text()


def test_the_published_commitment_is_compared(folder, tmp_path):
    published = certificate_of(folder)["commitment"]["sha256"]
    assert verify(folder, export(tmp_path), published=f" {published.upper()}\n").holds
    verification = verify(folder, export(tmp_path), published="0" * 64)
    assert verification.subjects == ("commitment",)
    assert f"published was {'0' * 64}, frame and allocation give {published}" in verification.to_text()


def test_a_sample_that_avoids_another_holds(tmp_path):

    folder, first, frame = drawn(tmp_path)
    sample = draw(frame, allocate(frame, 6), seed="another seed", avoiding=first.ids)
    write_sample(
        tmp_path / "second", sample, *certify(sample, frame, earlier=read_certificate(folder / "certificate.json"))
    )
    assert verify(tmp_path / "second", export(tmp_path)).holds
    assert bare(tmp_path / "second", export(tmp_path)).returncode == 0


def test_a_file_of_the_frame_alone_is_enough_though_the_filter_asks_for_more(tmp_path):
    folder, _, frame = drawn(tmp_path, where="words <> 'x' AND received > '2020-03-02'")
    alone = tmp_path / "frame.csv"
    frame.read_values(["id", "channel"]).to_csv(alone, index=False)
    verification = verify(folder, alone)
    assert verification.subjects == ("content",)
    assert "frame.csv lacks the columns received, words" in verification.to_text()
    assert "the filter was not applied to frame.csv, which was taken for the frame itself" in verification.to_text()


def test_a_frame_without_the_id_column_cannot_be_the_frame(folder, tmp_path):
    other = export(tmp_path, as_csv(header=("number", *HEADER[1:])), "other.csv")
    verification = verify(folder, other)
    assert verification.subjects == ("membership",)
    assert "other.csv cannot be the frame: other.csv has no column 'id'" in verification.to_text()


def test_a_missing_frame_or_folder_is_an_error_not_a_difference(folder, tmp_path):
    with pytest.raises(IntakeError, match="there is no file"):
        verify(folder, tmp_path / "nothing.csv")
    with pytest.raises(SampleError, match="there is no certificate"):
        verify(tmp_path / "nowhere", export(tmp_path))
    (folder / "sample.csv").unlink()
    with pytest.raises(SampleError, match=r"there is no file .*sample\.csv"):
        verify(folder, export(tmp_path))


def test_ids_that_would_move_a_cursor_are_shown_as_text(folder, tmp_path):
    edit(folder / "sample.csv", ("JK", "\x1b[2JJK"))
    assert "\x1b" not in verify(folder, export(tmp_path)).to_text()

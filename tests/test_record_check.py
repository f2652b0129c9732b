"""One complaint: in the sample or not, why, and the command that proves it."""

import subprocess

import pytest
from small_draw import ROWS, SEED, drawn, export

from cmresearch.errors import SampleError
from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify, write_sample
from cmresearch.sampling.drawing import draw, ticket
from cmresearch.sampling.frame import read_frame
from cmresearch.sampling.record_check import check_record


@pytest.fixture
def folder(tmp_path):
    return drawn(tmp_path)[0]


def test_every_complaint_of_the_frame_is_told_rightly(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    for id, channel, *_ in ROWS:
        check = check_record(folder, id, frame=export(tmp_path))
        assert check.outcome == ("in the sample" if id in sample.ids else "not in the sample")
        assert (check.stratum, check.cut_off) == (channel, sample.cut_offs[channel])


def test_the_reason_names_ticket_and_cut_off(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    id = sample.ids[0]
    check = check_record(folder, id, frame=export(tmp_path))
    cut_off = sample.cut_offs["JAKI"]
    assert check.reason == f"its ticket {ticket(SEED, id)} is not above {cut_off}, the cut-off of its stratum 'JAKI'"
    assert check.to_text().endswith(f"check it: printf '%s' '{SEED}|{id}' | sha256sum")


def test_a_complaint_that_is_not_there_is_not_in_the_frame(folder, tmp_path):
    check = check_record(folder, "JK99", frame=export(tmp_path))
    assert (check.outcome, check.reason) == ("not in the frame", "export.csv has no complaint of this id")


def test_a_complaint_that_the_filter_leaves_out_is_said_to_be_so(tmp_path):
    folder, _, _ = drawn(tmp_path, size=4, where="received > '2020-03-10'")
    check = check_record(folder, "JK01", frame=export(tmp_path))
    expected = (
        "export.csv has no complaint of this id for which the certificate's filter holds (received > '2020-03-10')"
    )
    assert (check.outcome, check.reason) == ("not in the frame", expected)


def test_without_the_frame_only_what_the_certificate_tells_is_said(folder, tmp_path):
    _, sample, _ = drawn(tmp_path)
    for id, channel, *_ in ROWS:
        outcome = check_record(folder, id).outcome
        if id in sample.ids:
            assert outcome == "in the sample"
        elif all(ticket(SEED, id) > cut_off for cut_off in sample.cut_offs.values()):
            assert outcome == "not in the sample"
        else:
            assert (outcome, channel) == ("not known", min(sample.cut_offs, key=sample.cut_offs.get))


def test_ids_with_quotes_give_a_command_that_runs_nothing_else(tmp_path):
    ids = ["it's", "$(touch pwned)", "`id`", '"; ls #']
    path = tmp_path / "export.csv"
    quoted = ['"' + id.replace('"', '""') + '"' for id in ids]
    path.write_text("id,channel\n" + "".join(f"{id},A\n" for id in quoted), encoding="utf-8")
    frame = read_frame(path, id="id", strata="channel")
    sample = draw(frame, allocate(frame, 2), seed=SEED)
    write_sample(tmp_path / "drawn", sample, *certify(sample, frame))
    for id in ids:
        check = check_record(tmp_path / "drawn", id, frame=path)
        out = subprocess.run(["sh", "-c", check.command], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert out.stdout.split()[0] == check.ticket == ticket(SEED, id)
    assert not (tmp_path / "pwned").exists()


def test_an_avoided_complaint_is_said_to_be_avoided(tmp_path):
    _, first, frame = drawn(tmp_path)
    sample = draw(frame, allocate(frame, 6), seed="another seed", avoiding=first.ids)
    earlier, _ = certify(first, frame)
    write_sample(tmp_path / "second", sample, *certify(sample, frame, earlier=earlier))
    check = check_record(tmp_path / "second", first.ids[0], frame=export(tmp_path))
    assert (check.outcome, check.reason) == ("not in the sample", "it was drawn in the earlier sample, avoided here")


@pytest.mark.parametrize("id", ["", "a\x1b[2J"])
def test_what_can_be_no_id_is_refused(folder, id):
    with pytest.raises(SampleError, match="is no id: ids are not empty and hold no control characters"):
        check_record(folder, id)

"""The script that lies beside a sample and needs nothing but Python: all that it finds."""

import pytest
from small_draw import HEADER, ROWS, as_csv, changed, drawn, export
from small_verification import bare, certificate_of, edit, put

from cmresearch.sampling.allocation import allocate
from cmresearch.sampling.certificate import certify, read_certificate, write_sample
from cmresearch.sampling.drawing import draw
from cmresearch.sampling.frame import read_frame


@pytest.fixture
def folder(tmp_path):
    return drawn(tmp_path)[0]


def test_the_script_in_the_folder_says_that_all_holds(folder, tmp_path):
    done = bare(folder, export(tmp_path, as_csv(ROWS[::-1])), folder / "sample.csv")
    assert (done.returncode, done.stdout) == (0, "all holds: 8 drawn complaints of a frame of 20\n")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[1:], "the frame's membership (its ids and strata) has changed"),
        (changed(ROWS, "JK05", "channel", "Qlue"), "the frame's membership (its ids and strata) has changed"),
        (changed(ROWS, "JK05", "words", "new"), "the frame's content has changed"),
        ([*ROWS, ROWS[0]], "an id stands in the frame more than once"),
    ],
)
def test_the_script_finds_a_changed_frame(folder, tmp_path, rows, said):
    done = bare(folder, export(tmp_path, as_csv(rows)))
    assert done.returncode == 1
    assert said in done.stdout


def test_the_script_finds_a_changed_sample_seed_and_record(folder, tmp_path):
    frame = export(tmp_path)
    _, sample, _ = drawn(tmp_path)
    number = int(sample.ids[0].removeprefix("JK"))
    edit(folder / "sample.csv", (f"words {number}\n", f"better words {number}\n"))
    done = bare(folder, frame, folder / "sample.csv")
    assert (done.returncode, done.stdout) == (
        1,
        f"the drawn complaint '{sample.ids[0]}' differs from its fingerprint\n",
    )
    edit(folder / "certificate.json", ("lottery of 1 May", "lottery of 2 May"))
    done = bare(folder, frame)
    assert done.returncode == 1
    assert "the certificate lacks" in done.stdout


def test_the_script_finds_a_weight_and_a_stratum_that_the_rule_does_not_give(folder, tmp_path):
    frame = export(tmp_path)
    _, sample, _ = drawn(tmp_path)
    first = sample.rows.iloc[0]
    weight = str(first["design_weight"])
    edit(folder / "sample.csv", (f",{weight}\n", ",99.0\n"))
    done = bare(folder, frame, folder / "sample.csv")
    said = f"the drawn complaint '{first['id']}' has the design_weight '99.0', the rule gives '{weight}'\n"
    assert (done.returncode, done.stdout) == (1, said)
    edit(folder / "sample.csv", (f",JAKI,{first['ticket']}", f",Qlue,{first['ticket']}"))
    assert "has the stratum 'Qlue', the rule gives 'JAKI'" in bare(folder, frame, folder / "sample.csv").stdout


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("rule",), "as I like", "the certificate's rule is 'as I like', not 'sha256(seed|id)"),
        (("seed", "text"), 2026, "the seed is the number 2026, not text"),
        (("allocation", "size"), 9, "the certificate's strata draw 8 complaints, its allocation 9"),
        (("frame", "filter"), "channel = 'JAKI'", "commitment is not the hash of its frame and allocation"),
        (("commitment", "sha256"), "0" * 64, "commitment is not the hash of its frame and allocation"),
    ],
)
def test_the_script_finds_a_certificate_that_contradicts_itself(folder, tmp_path, place, value, said):
    certificate = certificate_of(folder)
    part = certificate[place[0]] if len(place) > 1 else certificate
    part[place[-1]] = value
    put(folder, certificate)
    done = bare(folder, export(tmp_path))
    assert done.returncode == 1
    assert said in done.stdout


def test_the_script_says_how_strata_were_made_that_the_file_lacks(tmp_path):
    half = "CASE WHEN received < '2020-03-11' THEN 'first' ELSE 'second' END"
    frame = read_frame(export(tmp_path), id="id", strata="half", variables={"half": half})
    sample = draw(frame, allocate(frame, 8), seed="s")
    write_sample(tmp_path / "made", sample, *certify(sample, frame))
    done = bare(tmp_path / "made", export(tmp_path))
    assert done.returncode == 1
    assert f"the frame's file lacks the columns ['half']; add 'half' as {half}" in done.stdout
    rows = [(*row, "first" if row[2] < "2020-03-11" else "second") for row in ROWS]
    added = export(tmp_path, as_csv(rows, (*HEADER, "half")), "added.csv")
    assert bare(tmp_path / "made", added).returncode == 0


def test_the_script_computes_the_commitment_of_a_sample_that_avoids_another(tmp_path):
    folder, sample, frame = drawn(tmp_path)
    first = read_certificate(folder / "certificate.json")
    other = draw(frame, allocate(frame, 6), seed="another", avoiding=sample.ids)
    write_sample(tmp_path / "other", other, *certify(other, frame, earlier=first))
    assert bare(tmp_path / "other", export(tmp_path)).returncode == 0


def test_the_script_says_what_it_cannot_read(folder, tmp_path):
    done = bare(folder, tmp_path / "nothing.csv")
    assert done.returncode == 2
    assert "cannot read the files: FileNotFoundError" in done.stderr

"""Drawing, growing and checking one complaint at the command line."""

import json

import pytest
from small_draw import ROWS, as_csv, changed, export
from small_verbs import DAY, answer, certificate_in, draw, sizes_in

from cmresearch.cli import main


@pytest.fixture
def file(tmp_path):
    return export(tmp_path)


def test_a_draw_writes_five_files_and_holds(file, tmp_path, capsys):
    assert draw(file, tmp_path / "drawn") == 0
    found = sorted(path.name for path in (tmp_path / "drawn").iterdir())
    assert found == ["certificate.json", "frame-buckets.csv", "run.json", "sample.csv", "verify_sample.py"]
    assert "8 of 20 complaints drawn into" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "drawn"), "--frame", str(file)]) == 0
    assert capsys.readouterr().out == "all holds: 8 drawn complaints of a frame of 20\n"


def test_json_answers_are_json(file, tmp_path, capsys):
    draw(file, tmp_path / "drawn", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [(row["stratum"], row["sample_size"]) for row in rows] == [("JAKI", 6), ("Qlue", 2)]
    main(["verify", str(tmp_path / "drawn"), "--frame", str(file), "--json"])
    assert json.loads(capsys.readouterr().out)["holds"] is True


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--size", "21"], "cannot draw 21 complaints: the frame holds 20"),
        (["--size", "0"], "cannot draw 0 complaints with at least 2 from each stratum"),
        (["--id", "idd"], "export.csv has no column 'idd'; did you mean 'id'?"),
        (["--strata", "channel,chanel"], "export.csv has no column 'chanel'; did you mean 'channel'?"),
        (["--seed", "a|b"], "the seed 'a|b' must be text without a vertical bar"),
        (["--where", "channel = 'x'"], "keeps none of its rows"),
        (["--where", "1=1) --"], "the filter '1=1) --': expected one SQL expression"),
        (["--grow", "nowhere"], "--grow takes id, strata, filter and seed from the earlier certificate"),
        (["--commitment", "0" * 64], "frame and sizes give the commitment"),
    ],
)
def test_bad_input_exits_2_with_one_sentence_and_writes_nothing(file, tmp_path, capsys, more, message):
    assert draw(file, tmp_path / "drawn", *more) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "drawn").exists()


def test_a_folder_that_cannot_be_written_exits_2(file, capsys):
    assert draw(file, file) == 2
    assert f"cannot write to {file}: File exists" in capsys.readouterr().err


def test_an_older_sample_stays_whole_when_a_new_draw_fails(file, tmp_path):
    draw(file, tmp_path / "drawn")
    before = (tmp_path / "drawn" / "certificate.json").read_bytes()
    assert draw(file, tmp_path / "drawn", size=99) == 2
    assert (tmp_path / "drawn" / "certificate.json").read_bytes() == before


def test_the_date_of_the_export_stands_in_the_certificate(file, tmp_path):
    draw(file, tmp_path / "drawn", "--exported", "2021-01-04")
    certificate = json.loads((tmp_path / "drawn" / "certificate.json").read_text("utf-8"))
    assert certificate["source"]["exported"] == "2021-01-04"


def test_growing_keeps_what_was_drawn(file, tmp_path):
    draw(file, tmp_path / "first")
    words = ["draw", str(file), "--grow", str(tmp_path / "first"), "--size", "13", "--out", str(tmp_path / "second")]
    assert main(words) == 0
    small, large = (
        json.loads((tmp_path / name / "certificate.json").read_text("utf-8")) for name in ("first", "second")
    )
    assert {record["id"] for record in small["records"]} < {record["id"] for record in large["records"]}
    assert large["earlier"]["relation"] == "grown from"
    assert main(["verify", str(tmp_path / "second"), "--frame", str(file)]) == 0


PILOT = "stratum,deviation,mean,cost\nJAKI,1,2,1\nQlue,4,1,2\n"


@pytest.mark.parametrize("method", ["proportional", "equal", "neyman", "cost", "power"])
def test_growing_keeps_what_was_drawn_and_its_method(file, tmp_path, method):
    pilot = tmp_path / "pilot.csv"
    pilot.write_text(PILOT, encoding="utf-8")
    planned = [] if method in {"proportional", "equal"} else ["--planning", pilot]
    assert draw(file, tmp_path / "first", "--method", method, *planned) == 0
    assert answer("draw", file, "--grow", tmp_path / "first", "--size", 13, "--out", tmp_path / "second") == 0
    small, large = (certificate_in(tmp_path / name) for name in ("first", "second"))
    assert {record["id"] for record in small["records"]} < {record["id"] for record in large["records"]}
    assert large["allocation"] == {**small["allocation"], "size": 13}
    assert draw(file, tmp_path / "anew", "--method", method, *planned, size=13) == 0
    assert sizes_in(tmp_path / "second") == sizes_in(tmp_path / "anew")  # nothing here goes down as the size grows
    assert answer("verify", tmp_path / "second", "--frame", file) == 0


def test_a_grown_sample_may_be_divided_otherwise_and_still_keeps_what_was_drawn(file, tmp_path):
    draw(file, tmp_path / "first")
    words = ["draw", file, "--grow", tmp_path / "first", "--size", 12, "--out", tmp_path / "second"]
    assert answer(*words, "--method", "neyman", "--variable", DAY) == 0
    small, large = (certificate_in(tmp_path / name) for name in ("first", "second"))
    assert {record["id"] for record in small["records"]} < {record["id"] for record in large["records"]}
    assert large["allocation"]["method"] == "neyman"


def test_growing_from_a_file_of_the_frame_alone_keeps_what_was_drawn(file, tmp_path, capsys):
    # A study's frame.csv holds neither the rows outside the filter, nor their strata, nor the words.
    where = ["--where", "channel <> 'Qlue' AND words <> ''"]
    assert draw(file, tmp_path / "first", *where, size=5) == 0
    alone = [row[:3] for row in ROWS if row[1] != "Qlue"]
    frame = export(tmp_path, as_csv(alone, ("id", "channel", "received")), "frame.csv")
    certificate = tmp_path / "first" / "certificate.json"
    certificate.write_text(
        certificate.read_text("utf-8").replace('"received",\n      "words"', '"received"'), encoding="utf-8"
    )
    assert answer("draw", frame, "--grow", tmp_path / "first", "--size", 9, "--out", tmp_path / "second") == 0
    small, large = (certificate_in(tmp_path / name) for name in ("first", "second"))
    assert {record["id"] for record in small["records"]} < {record["id"] for record in large["records"]}
    assert "the filter was not applied to frame.csv, which was taken for the frame itself" in capsys.readouterr().err
    assert answer("verify", tmp_path / "second", "--frame", frame) == 0


def test_growing_from_another_frame_exits_2_and_says_how_to_find_out(file, tmp_path, capsys):
    draw(file, tmp_path / "first")
    other = export(tmp_path, as_csv(ROWS[1:]), "other.csv")
    assert answer("draw", other, "--grow", tmp_path / "first", "--size", 12, "--out", tmp_path / "second") == 2
    said = capsys.readouterr().err
    assert f"{other} is not the frame that {tmp_path / 'first'} was drawn from" in said
    assert f"'cmresearch verify {tmp_path / 'first'} --frame {other}' says what has changed" in said


def test_growing_from_a_frame_whose_content_has_changed_is_warned_of(file, tmp_path, capsys):
    draw(file, tmp_path / "first")
    first = certificate_in(tmp_path / "first")["records"][0]["id"]
    other = export(tmp_path, as_csv(changed(ROWS, first, "words", "other words")), "other.csv")
    assert answer("draw", other, "--grow", tmp_path / "first", "--size", 12, "--out", tmp_path / "second") == 0
    assert "of its 8 complaints 1 have changed" in capsys.readouterr().err


def test_an_empty_seed_is_told_as_such(file, tmp_path, capsys):
    assert draw(file, tmp_path / "drawn", seed="") == 2
    assert "the seed '' must be text without a vertical bar or control characters, and not empty" in (
        capsys.readouterr().err
    )


def test_growing_to_fewer_exits_2(file, tmp_path, capsys):
    draw(file, tmp_path / "first")
    assert answer("draw", file, "--grow", tmp_path / "first", "--size", 7, "--out", tmp_path / "second") == 2
    assert "cannot grow to 7 complaints: 8 are drawn already" in capsys.readouterr().err


def test_avoiding_draws_none_of_the_earlier_sample(file, tmp_path):
    draw(file, tmp_path / "first")
    assert draw(file, tmp_path / "second", "--avoid", tmp_path / "first", size=6, seed="another") == 0
    one, other = (json.loads((tmp_path / name / "certificate.json").read_text("utf-8")) for name in ("first", "second"))
    assert not {record["id"] for record in one["records"]} & {record["id"] for record in other["records"]}
    assert main(["verify", str(tmp_path / "second"), "--frame", str(file)]) == 0

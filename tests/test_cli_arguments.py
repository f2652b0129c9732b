"""The arguments that say which complaints could be drawn and how many are."""

import pytest
from small_draw import export
from small_verbs import DAY, answer, certificate_in, draw, sizes_in


@pytest.fixture
def file(tmp_path):
    return export(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "export.csv is empty"),
        ("id,channel\n", "export.csv has a header and no rows under it"),
        ("id,channel\n1,A\n1,A\n", "1 ids are not unique in column 'id': '1' 2 times"),
        ("id,channel\n1,\n2,A\n", "1 complaints with a blank stratum, column 'channel' (for example id '1')"),
    ],
)
def test_unusable_files_exit_2_and_write_nothing(tmp_path, capsys, text, message):
    assert draw(export(tmp_path, text), tmp_path / "drawn", size=1) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "drawn").exists()


def test_a_spread_in_the_register_is_planned_with_and_kept_in_the_certificate(file, tmp_path):
    assert draw(file, tmp_path / "drawn", "--method", "neyman", "--variable", DAY) == 0
    allocation = certificate_in(tmp_path / "drawn")["allocation"]
    assert (allocation["method"], allocation["remainders"]) == ("neyman", "exact integer optimum")
    assert list(allocation["scores"]) == ["JAKI", "Qlue"]
    # Qlue has days 3, 6 … 18: deviation sqrt(31.5), times 6 complaints.
    assert allocation["scores"]["Qlue"] == pytest.approx(6 * 31.5**0.5)
    assert draw(file, tmp_path / "proportional") == 0
    assert "scores" not in certificate_in(tmp_path / "proportional")["allocation"]


def test_a_stratum_is_taken_whole_and_stays_so_when_the_sample_grows(file, tmp_path):
    assert draw(file, tmp_path / "first", "--take-all", "Qlue", "--maximum", "7", size=9) == 0
    assert sizes_in(tmp_path / "first") == {"JAKI": 3, "Qlue": 6}
    words = ["draw", file, "--grow", tmp_path / "first", "--out", tmp_path / "second", "--size"]
    assert answer(*words, 13) == 0
    assert sizes_in(tmp_path / "second") == {"JAKI": 7, "Qlue": 6}
    assert answer(*words, 14) == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--method", "neyman"], "neyman allocation needs the spread in each stratum: name a number in the register"),
        (["--variable", DAY], "--variable: proportional allocation needs nothing but the sizes of the strata"),
        (["--method", "cost", "--variable", DAY], "cost allocation needs the cost of a complaint in each stratum"),
        (["--take-all", "qlue"], "take_all: the frame has no stratum 'qlue'; did you mean 'Qlue'?"),
        (["--method", "neyman", "--variable", "words"], "words"),
        (["--method", "neyman", "--planning", "nowhere.csv"], "cannot read nowhere.csv"),
        (["--grow", "nowhere"], "--grow takes id, strata, filter and seed from the earlier certificate"),
    ],
)
def test_a_plan_that_does_not_fit_exits_2_and_writes_nothing(file, tmp_path, capsys, more, message):
    assert draw(file, tmp_path / "drawn", *more) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "drawn").exists()


def test_strata_of_one_drawn_complaint_are_warned_of(file, tmp_path, capsys):
    assert draw(file, tmp_path / "drawn", "--minimum", "1", size=3) == 0
    assert "warning: one of several complaints is drawn from 1 strata (Qlue)" in capsys.readouterr().err


def test_a_definition_without_a_name_exits_2(file, tmp_path, capsys):
    assert draw(file, tmp_path / "drawn", "--define", "=1") == 2
    assert "--define '=1': expected NAME=SQL" in capsys.readouterr().err

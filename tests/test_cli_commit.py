"""The verb that prints the hash to publish before the draw."""

import pytest
from small_draw import export
from small_verbs import DAY, answer, draw

from cmresearch.cli import main


@pytest.fixture
def file(tmp_path):
    return export(tmp_path)


def test_the_commitment_of_a_planned_method_is_the_certificates(file, tmp_path, capsys):
    words = ["--method", "neyman", "--variable", DAY]
    assert answer("commit", file, "--id", "id", "--strata", "channel", "--size", 8, *words) == 0
    assert draw(file, tmp_path / "drawn", *words, "--commitment", capsys.readouterr().out.strip()) == 0


def test_commit_prints_the_hash_that_the_certificate_will_hold(file, tmp_path, capsys):
    assert answer("commit", file, "--id", "id", "--strata", "channel", "--size", 8) == 0
    commitment = capsys.readouterr().out.strip()
    assert draw(file, tmp_path / "drawn", "--commitment", commitment, "--published", "the gazette of 30 April") == 0
    words = ["verify", str(tmp_path / "drawn"), "--frame", str(file), "--published"]
    assert main([*words, commitment]) == 0
    assert main([*words, "0" * 64]) == 1

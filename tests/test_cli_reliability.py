"""The verb that says how far coders agree."""

import json

import pandas as pd
import pytest
from small_verbs import STUDY, call

from cmresearch.errors import CmResearchError


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (["codes"], "alpha"),
        (["dimensions", "--unit", "sentence", "--interval", "analytic"], "ac1"),
        (["all", "--split", "pair", "--unit", "segment"], "group"),
        (["boundaries", "--replicates", "20"], "marked"),
        (["variables", "--replicates", "20"], "coefficient"),
        (["disagreements"], "quotes"),
    ],
)
def test_reliability_answers_in_json(words, column, capsys):
    assert call("reliability", *words, "--study", STUDY, "--json") == 0
    assert column in json.loads(capsys.readouterr().out)[0]


def test_reliability_warns_where_interviews_are_few(capsys):
    assert call("reliability", "codes", "--study", STUDY) == 0
    assert "Note: the interval rests on 13 sources" in capsys.readouterr().out


def test_reliability_of_any_file_needs_no_study(tmp_path, capsys):
    file = tmp_path / "ratings.csv"
    file.write_text("unit,a,b\n1,x,x\n2,y,x\n3,y,y\n", encoding="utf-8")
    assert call("reliability", "ratings", "--file", str(file), "--out", str(tmp_path / "found.csv")) == 0
    assert "Krippendorff's alpha" in capsys.readouterr().out
    assert "Gwet's AC1" in pd.read_csv(tmp_path / "found.csv")["coefficient"].tolist()
    with pytest.raises(CmResearchError, match=r"^ratings are read from a file; name it with --file$"):
        call("reliability", "ratings")

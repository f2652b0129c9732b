"""The page for reviewers, each command of it tried on the study's results, and each figure that it names looked up."""

import re
import shlex
import shutil
import subprocess

import pandas as pd
import pytest

from cmresearch.cli import main
from cmresearch.report.results import frame_table, table_text
from cmresearch.sampling import write_sample

OTHERS = pd.DataFrame(
    {"channel": ["web"] * 3 + ["phone"] * 3, "N": [60] * 3 + [20] * 3, "answered": list("ynyyyn"), "days": range(6)}
)


@pytest.fixture(scope="module")
def page(project):
    return (project / "docs" / "check-a-sample.md").read_text("utf-8")


@pytest.fixture
def folder(jakarta, tmp_path, monkeypatch):
    """Where a reviewer stands: the results beside, and somebody else's sample."""
    write_sample(tmp_path / "results", jakarta.draw.sample, jakarta.draw.certificate, jakarta.fingerprint)
    (tmp_path / "results" / "frame.csv").write_text(table_text(frame_table(jakarta)), encoding="utf-8", newline="")
    OTHERS.to_csv(tmp_path / "sample.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page, beginning):
    return [block for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if beginning in block]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="the commands of the page need sha256sum")
@pytest.mark.usefixtures("folder")
def test_every_command_of_the_shell_says_what_the_page_says(page, jakarta):
    shell = [block for block in blocks(page, "") if not block.startswith("cmresearch")]
    told = [subprocess.run(["sh", "-c", b], capture_output=True, text=True, check=True).stdout for b in shell]
    one, stratum, script, shuffled, bucket = told
    assert one.startswith("015bee1d")
    drawn = [line.split()[1] for line in stratum.splitlines()]
    assert drawn[:5] == [id for id in jakarta.draw.sample.ids if id in drawn]
    assert stratum.splitlines()[4].startswith(jakarta.draw.sample.cut_offs["Balai Warga"])
    assert script == shuffled == "all holds: 989 drawn complaints of a frame of 14581\n"
    assert re.fullmatch(r"[0-9a-f]{3}\n", bucket)


@pytest.mark.usefixtures("folder")
def test_every_command_of_the_library_answers(page, capsys):
    commands = [line for block in blocks(page, "cmresearch ") for line in block.splitlines()]
    commands = [shlex.split(line) for line in commands if line.startswith("cmresearch ")]
    assert {words[1] for words in commands} == {"check-record", "verify", "estimate"}
    for _, *words in commands:
        assert main(words) == 0, capsys.readouterr().err


def test_the_estimate_by_hand_is_that_of_the_table(page, jakarta):
    found = [
        answer for _, answer in jakarta.estimates if (answer.variable, answer.by) == ("final_answer", ("channel",))
    ]
    row = found[0].find(domain="Balai Warga", category="explicit")
    assert (row.n, row.estimate) == (4, 3 / 4)
    assert f"= {row.standard_error:.4f}" in page
    assert f"from {row.lower:.2f} to {row.upper:.3f}" in page
    assert jakarta.frame.sizes["Balai Warga"] == 66

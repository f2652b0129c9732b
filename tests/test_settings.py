"""The settings of a study, every fault of them named with its line."""

from __future__ import annotations

import pytest
from small_settings import EXPORT, MINIMAL, planned
from small_study import without_a_sample, write_study

from cmresearch.errors import AllocationError, StudyError
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.toml").write_text(MINIMAL.replace("FULL_SET", 'file = "export.csv"'), encoding="utf-8")
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    return tmp_path


def test_every_fault_of_the_settings_is_named_with_its_line(folder):
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace("size = 3", 'siez = 3\nsize = "many"').replace('kind = "real"', 'kind = "genuine"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        open_study(folder)
    message = str(error.value)
    assert "line 21: unknown key 'siez'; did you mean 'size'?" in message
    assert "line 22: size is 'many'; expected a valid integer" in message
    assert "line 9: kind is 'genuine'; expected published or real or synthetic or illustrative" in message


def test_a_study_may_plan_with_a_file_a_maximum_and_strata_taken_whole(folder):
    (folder / "pilot.csv").write_text("stratum,share,cost\nweb,0.5,1\nphone,0.5,4\n", encoding="utf-8")
    assert planned(folder, 'method = "cost"', 'planning = "pilot.csv"').size == 3
    allocation = planned(folder, "maximum = 1", 'take_all = ["phone"]')
    assert allocation.sample_sizes == {"phone": 2, "web": 1}


def test_a_study_whose_method_lacks_what_it_needs_says_so(folder):
    with pytest.raises(AllocationError, match="neyman allocation needs the standard deviation in each stratum"):
        planned(folder, 'method = "neyman"')


def test_a_seed_that_is_a_number_is_refused_with_its_line(folder):
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('seed = "small"', "seed = 2026"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.toml, line \d+: .*seed"):
        open_study(folder)


def test_what_can_only_be_of_a_sample_needs_one(tmp_path):
    folder = without_a_sample(write_study(tmp_path))
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[estimate]]\nvariable = "hours_to_close"\nstatistic = "mean"\n')
    with pytest.raises(StudyError, match=r"there is no \[sample\], and \[\[estimate\]\] can only be of one"):
        open_study(folder)

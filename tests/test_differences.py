"""How two versions of the settings differ, key by key."""

import pytest
from small_plan import edit, found
from small_study import write_study_with_words

from cmresearch.study.plan.differences import find_differences
from cmresearch.study.plan.freezing import freeze_plan
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    return write_study_with_words(tmp_path / "study")


def test_order_of_keys_and_comments_do_not_count(folder):
    freeze_plan(open_study(folder))
    edit(folder, 'place = "Smallville"\nperiod = "2020"', '# where and when\nperiod = "2020"\nplace = "Smallville"')
    assert found(folder) == []
    assert freeze_plan(open_study(folder)).version == 1


def test_a_further_estimate_and_a_finding_that_is_gone_are_told_by_name(folder):
    freeze_plan(open_study(folder))
    edit(folder, "published = 20\n", "published = 21\n")
    edit(
        folder,
        '[[finding]]\nkey = "formula"',
        '[[estimate]]\nvariable = "month"\nstatistic = "proportion"\n\n[[finding]]\nkey = "formulas"',
    )
    gone = {"key": "formula", "text": "The formula behind the size", "published": "not stated"}
    gone |= {"source": "a paper", "by": "sample"}
    assert found(folder) == [
        ("study.toml", "estimate[month]", "added", None, {"variable": "month", "statistic": "proportion"}),
        ("study.toml", "finding[complaints].published", "changed", 20, 21),
        ("study.toml", "finding[formula]", "removed", gone, None),
        ("study.toml", "finding[formulas]", "added", None, gone | {"key": "formulas"}),
    ]


def test_of_several_estimates_of_one_variable_the_one_that_changed_is_found(folder):
    freeze_plan(open_study(folder))
    edit(folder, 'value = "true"\nby = ["channel"]', 'value = "true"\nby = ["month"]')
    expected = ("study.toml", "estimate[closed_within_7_days].by", "changed", ["channel"], ["month"])
    assert found(folder) == [expected]


def test_tables_without_a_name_are_compared_as_one_value():
    (each,) = find_differences({"a": [{"x": 1}]}, {"a": [{"x": 2}]})
    assert (each.path, each.old, each.new) == ("a", [{"x": 1}], [{"x": 2}])


def test_truth_and_one_are_not_the_same_value():
    (each,) = find_differences({"a": 1}, {"a": True})
    assert each.new is True


def test_a_moved_threshold_and_its_codebook_version_are_told(folder):
    freeze_plan(open_study(folder))
    edit(folder, "threshold = 0.80", "threshold = 0.75", "codebook/01-create-closure.toml")
    edit(folder, 'version = "1.0.0"', 'version = "1.1.0"', "codebook/codebook.toml")
    changes = found(folder)
    assert [change[:3] for change in changes] == [
        ("codebook", "version", "changed"),
        ("codebook", "sha256", "changed"),
        ("codebook", "indicator.create_closure.explicit_final_answer.threshold", "changed"),
    ]
    assert changes[2][3:] == (0.8, 0.75)

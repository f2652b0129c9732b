"""The plan of analysis: frozen before the draw, and every later change of it shown."""

import hashlib
import json
import os

import pytest
from small_study import in_two_languages, write_study, write_study_with_words

from cmresearch.cli import main
from cmresearch.errors import PlanError
from cmresearch.study.plan.differences import find_differences
from cmresearch.study.plan.freezing import changes_table, freeze_plan, plan_changes, read_frozen_plans
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    return write_study_with_words(tmp_path / "study")


def edit(folder, old, new, file="study.toml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def found(folder):
    return [(each.file, each.place, each.change, each.old, each.new) for each in plan_changes(open_study(folder))]


def test_a_frozen_plan_holds_the_exact_bytes_of_settings_and_codebook(folder):
    plan = freeze_plan(open_study(folder))
    assert (folder / "plan/1/study.toml").read_bytes() == (folder / "study.toml").read_bytes()
    for path in (folder / "codebook").glob("*.toml"):
        assert (folder / "plan/1/codebook" / path.name).read_bytes() == path.read_bytes()
    assert plan.study_sha256 == hashlib.sha256((folder / "study.toml").read_bytes()).hexdigest()
    assert read_frozen_plans(open_study(folder)) == (plan,)


def test_the_readable_plan_of_a_study_in_two_languages_is_in_english_alone(folder):
    freeze_plan(open_study(in_two_languages(folder)))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    assert "'en'" not in text
    assert "Limit: Few." in text
    assert "Sedikit" not in text


def test_the_hash_to_make_public_covers_every_file_of_the_version(folder):
    plan = freeze_plan(open_study(folder))
    sums = folder / "plan/1/SHA256SUMS"
    assert hashlib.sha256(sums.read_bytes()).hexdigest() == plan.sha256
    listed = dict(reversed(line.split("  ")) for line in sums.read_text(encoding="utf-8").splitlines())
    files = {path.relative_to(sums.parent).as_posix(): path for path in sums.parent.rglob("*") if path.is_file()}
    assert set(listed) == set(files) - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[name].read_bytes()).hexdigest() == sha256 for name, sha256 in listed.items())


def test_the_same_study_gives_the_same_hash_wherever_it_lies(folder, tmp_path):
    one = freeze_plan(open_study(folder))
    other = freeze_plan(open_study(write_study_with_words(tmp_path / "elsewhere")))
    assert one.sha256 == other.sha256


def test_the_text_names_what_was_fixed_and_what_was_left_open(folder):
    freeze_plan(open_study(folder))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    for part in (
        "Does it hold?",
        "Filter: `topic = 'covid'`",
        "Strata: `channel`",
        "Size: 8",
        "proportional, 2 per stratum at least",
        "Seed: `a small seed`",
        "Where the seed is from: made up",
        "`closed_within_7_days`: `CAST(hours AS DOUBLE) <= 168`",
        "| `hours_to_close` | mean | every value | all |",
        "at least 0.8 (0.7 to 0.9)",
        "stated by 2 sources or more",
        "| `share` | Share, in percent | 80.0 | 0.05 | `100 * figure.covid / figure.all` |",
        "No place is named where the hash of frame and sizes was public",
        "No certificate of a sample lay in the study's results",
        "This text names no time",
    ):
        assert part in text, part


def test_nothing_that_the_settings_say_is_markup_in_the_text(folder):
    edit(folder, 'question = "Does it hold?"', 'question = "<script>x</script> [a](b) | *c*"')
    freeze_plan(open_study(folder))
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    assert r"\<script\>x\</script\> \[a\](b) \| \*c\*" in text
    assert "A \\<small\\> study \\& its limits" in text


def test_freezing_the_same_plan_again_changes_no_byte(folder):
    first = freeze_plan(open_study(folder))
    before = everything(folder)
    assert freeze_plan(open_study(folder)) == first
    assert everything(folder) == before


def test_a_changed_plan_is_refused_with_every_change_named(folder):
    freeze_plan(open_study(folder))
    before = everything(folder / "plan")
    edit(folder, "size = 8", "size = 9")
    edit(folder, 'seed = "a small seed"', 'seed = "a luckier seed"')
    with pytest.raises(PlanError) as refused:
        freeze_plan(open_study(folder))
    assert str(refused.value).splitlines() == [
        "the plan is not that of version 1; a frozen plan is never changed: put it back, or add an amendment that says "
        "why (--reason)",
        "  study.toml, sample.size changed: 8 -> 9",
        "  study.toml, sample.seed changed: a small seed -> a luckier seed",
    ]
    assert everything(folder / "plan") == before


def test_an_amendment_is_added_and_the_version_before_stays(folder):
    first = freeze_plan(open_study(folder))
    before = everything(folder / "plan/1")
    edit(folder, "size = 8", "size = 9")
    second = freeze_plan(open_study(folder), reason="one more  can be\nread")
    assert (second.version, second.reason) == (2, "one more can be read")
    assert everything(folder / "plan/1") == before
    text = (folder / "plan/2/plan.md").read_text(encoding="utf-8")
    assert f"It amends version 1 (SHA-256 `{first.sha256}`)." in text
    assert "Reason: one more can be read" in text
    (change,) = plan_changes(open_study(folder))
    assert (change.since, change.amendment, change.reason) == (1, 2, "one more can be read")
    assert freeze_plan(open_study(folder), reason="one more can be read") == second


def test_changes_that_no_amendment_covers_stand_behind_those_that_one_does(folder):
    freeze_plan(open_study(folder))
    edit(folder, "size = 8", "size = 9")
    freeze_plan(open_study(folder), reason="one more")
    edit(folder, "size = 9", "size = 8")
    table = changes_table(plan_changes(open_study(folder)))
    assert table[["since", "amendment", "place", "old", "new", "reason"]].to_numpy().tolist() == [
        [1, 2, "sample.size", "8", "9", "one more"],
        [2, "", "sample.size", "9", "8", ""],
    ]


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


def test_a_place_of_publication_is_added_and_nothing_else_changes(folder):
    first = freeze_plan(open_study(folder))
    before = everything(folder / "plan/1")
    named = freeze_plan(open_study(folder), published="registry entry 17, 1 May 2026")
    assert named.published == ("registry entry 17, 1 May 2026",)
    assert (named.version, named.sha256) == (first.version, first.sha256)
    assert everything(folder / "plan/1") == before
    assert freeze_plan(open_study(folder), published="registry entry 17, 1 May 2026") == named
    assert freeze_plan(open_study(folder)) == named


def test_the_register_holds_no_time_and_says_why(folder):
    freeze_plan(open_study(folder))
    register = json.loads((folder / "plan/freeze.json").read_text(encoding="utf-8"))
    assert "one that we wrote ourselves would prove nothing" in register["about"]
    assert set(register["frozen"][0]) == {
        *("version", "sha256", "study_sha256", "codebook_sha256", "sample_sha256", "reason", "published")
    }


def test_a_plan_frozen_after_the_draw_says_so(folder, capsys):
    (folder / "results").mkdir()
    (folder / "results/certificate.json").write_text("{}", encoding="utf-8")
    assert main(["plan", "freeze", "--study", str(folder)]) == 0
    assert "warning: a sample was drawn before this version was frozen" in capsys.readouterr().err
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    sha256 = hashlib.sha256(b"{}").hexdigest()
    assert (
        f"**A sample had been drawn already** when this version was frozen (certificate with SHA-256 `{sha256}`)"
        in text
    )
    assert read_frozen_plans(open_study(folder))[0].sample_sha256 == sha256


def test_a_draw_after_the_freezing_does_not_touch_the_plan(folder):
    plan = freeze_plan(open_study(folder))
    (folder / "results").mkdir()
    (folder / "results/certificate.json").write_text("{}", encoding="utf-8")
    assert freeze_plan(open_study(folder)) == plan


def test_frozen_files_that_were_tampered_with_are_all_named(folder):
    freeze_plan(open_study(folder))
    edit(folder, "size = 8", "size = 7", "plan/1/study.toml")
    (folder / "plan/1/plan.md").unlink()
    with pytest.raises(PlanError) as refused:
        plan_changes(open_study(folder))
    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0].rpartition(os.sep)[2] for line in lines] == ["plan.md", "study.toml"]
    assert all("is not the file that was frozen" in line for line in lines)


def test_hashes_rewritten_to_suit_a_tampered_file_do_not_match_the_register(folder):
    freeze_plan(open_study(folder))
    (folder / "plan/1/SHA256SUMS").write_text("", encoding="utf-8")
    with pytest.raises(PlanError, match=r"its hash is e3b0c442.*was frozen; put it back"):
        read_frozen_plans(open_study(folder))


def test_a_register_that_cannot_be_read_is_a_clear_error(folder):
    freeze_plan(open_study(folder))
    (folder / "plan/freeze.json").write_text("[", encoding="utf-8")
    with pytest.raises(PlanError, match=r"freeze\.json is no register of frozen plans"):
        read_frozen_plans(open_study(folder))
    (folder / "plan/freeze.json").write_text('{"frozen": [{"version": 1}]}', encoding="utf-8")
    with pytest.raises(PlanError, match=r"freeze\.json, frozen\.0\.sha256: Field required"):
        read_frozen_plans(open_study(folder))


def test_a_reason_without_a_frozen_plan_is_refused(folder):
    with pytest.raises(PlanError, match="nothing is frozen yet"):
        freeze_plan(open_study(folder), reason="why not")
    assert not (folder / "plan").exists()


def test_a_study_with_numbers_alone_freezes_its_settings(tmp_path):
    folder = write_study(tmp_path / "study")
    plan = freeze_plan(open_study(folder))
    assert plan.codebook_sha256 is None
    text = (folder / "plan/1/plan.md").read_text(encoding="utf-8")
    assert "No codebook, no rule." in text
    assert "No indicator is planned." in text
    assert not (folder / "plan/1/codebook").exists()


def test_a_codebook_that_comes_later_is_a_change(tmp_path):
    folder = write_study(tmp_path / "study")
    freeze_plan(open_study(folder))
    write_study_with_words(folder)
    assert ("codebook", "version", "added", None, "1.0.0") in found(folder)


def test_a_place_that_cannot_be_written_to_ends_with_2(folder, capsys):
    (folder / "plan").write_text("in the way", encoding="utf-8")
    assert main(["plan", "freeze", "--study", str(folder)]) == 2
    assert f"cannot write to {folder / 'plan'}" in capsys.readouterr().err


def test_the_command_line_freezes_prints_the_hash_and_lists_changes(folder, capsys):
    study = ["--study", str(folder)]
    assert main(["plan", "changes", *study]) == 2
    assert "cmresearch plan freeze does it" in capsys.readouterr().err
    assert main(["plan", "freeze", *study]) == 0
    (plan,) = read_frozen_plans(open_study(folder))
    assert plan.sha256 in capsys.readouterr().out
    assert main(["plan", "changes", *study]) == 0
    assert "nothing of the plan changed since version 1 was frozen" in capsys.readouterr().out
    edit(folder, "size = 8", "size = 9")
    assert main(["plan", "changes", *study, "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["place"], row["old"], row["new"], row["amendment"]) == ("sample.size", "8", "9", "")
    assert main(["plan", "freeze", *study]) == 2
    assert "study.toml, sample.size changed: 8 -> 9" in capsys.readouterr().err
    assert main(["plan", "freeze", *study, "--reason", "one more", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 2
    assert main(["plan", "changes", *study]) == 0
    assert "one more" in capsys.readouterr().out


def test_other_bytes_of_the_same_plan_are_warned_of(folder, capsys):
    freeze_plan(open_study(folder))
    edit(folder, "[study]", "# a remark\n[study]")
    assert main(["plan", "freeze", "--study", str(folder)]) == 0
    assert "its bytes differ" in capsys.readouterr().err

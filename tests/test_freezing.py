"""A frozen plan, and every later change of it told."""

import hashlib
import json
import os

import pytest
from small_plan import edit, everything, found
from small_study import write_study, write_study_with_words

from cmresearch.cli import main
from cmresearch.errors import PlanError
from cmresearch.study.plan.freezing import changes_table, freeze_plan, plan_changes, read_frozen_plans
from cmresearch.study.study import open_study


@pytest.fixture
def folder(tmp_path):
    return write_study_with_words(tmp_path / "study")


def test_a_frozen_plan_holds_the_exact_bytes_of_settings_and_codebook(folder):
    plan = freeze_plan(open_study(folder))
    assert (folder / "plan/1/study.toml").read_bytes() == (folder / "study.toml").read_bytes()
    for path in (folder / "codebook").glob("*.toml"):
        assert (folder / "plan/1/codebook" / path.name).read_bytes() == path.read_bytes()
    assert plan.study_sha256 == hashlib.sha256((folder / "study.toml").read_bytes()).hexdigest()
    assert read_frozen_plans(open_study(folder)) == (plan,)


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

"""The actions of the verb `plan` on the plan of analysis of a study: freeze it, and say what changed since."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.frame_arguments import warn
from cmresearch.cli.output import add_json, print_json, show

if TYPE_CHECKING:
    from cmresearch.plan import FrozenPlan

DRAWN = "a sample was drawn before this version was frozen, and the version says so: it does not show what came first"
OTHER_BYTES = (
    "study.toml says what the frozen one says, but its bytes differ (comments, order, line ends), so a certificate "
    "would name another hash; put the frozen file back, or freeze this one too with --reason"
)


def add_actions(questions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What the actions can be told."""
    freeze = questions.add_parser("freeze", help="keep study.toml as the plan, with its hash, before the draw")
    freeze.add_argument("--reason", default="", metavar="TEXT", help="add a plan that has changed as an amendment")
    freeze.add_argument(
        "--published", default="", metavar="TEXT", help="where the hash of this version was made public"
    )
    changes = questions.add_parser("changes", help="every change of study.toml since it was frozen")
    for each in (freeze, changes):
        each.add_argument("--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one)")
        add_json(each)


def freeze(arguments: argparse.Namespace) -> int:
    """Freeze the plan, and print the hash to make public."""
    from cmresearch.plan import freeze_plan, read_frozen_plans
    from cmresearch.study import open_study

    study = open_study(arguments.study)
    before = read_frozen_plans(study)
    plan = freeze_plan(study, reason=arguments.reason, published=arguments.published)
    is_new = len(before) < plan.version
    warn(_warnings(plan, is_new=is_new, study_sha256=study.sha256))
    if arguments.json:
        print_json(_record(plan))
        return 0
    print(f"{study.plan / str(plan.version)}: {'frozen' if is_new else 'this plan is frozen already'}")
    print(f"SHA-256 of its SHA256SUMS: {plan.sha256}")
    if plan.published:
        print(f"public, as you say: {'; '.join(plan.published)}")
    else:
        print("Make that hash public before the draw; then say where: cmresearch plan freeze --published PLACE")
    return 0


def changes(arguments: argparse.Namespace) -> int:
    """List every change since the plan was frozen; 1 where one of them is in no amendment."""
    from cmresearch.errors import PlanError
    from cmresearch.plan import changes_table, plan_changes, read_frozen_plans
    from cmresearch.study import open_study

    study = open_study(arguments.study)
    plans = read_frozen_plans(study)
    if not plans:
        raise PlanError(f"no plan of the study in {study.folder} was frozen; cmresearch plan freeze does it")
    found = plan_changes(study)
    if arguments.json or found:
        title = f"{len(found)} changes since version 1 was frozen; what no amendment names is not covered by one"
        show(arguments, changes_table(found).to_dict("records"), title=title)
    else:
        print(f"nothing of the plan changed since version {plans[-1].version} was frozen ({plans[-1].sha256})")
    return int(any(each.amendment is None for each in found))


def _warnings(plan: FrozenPlan, *, is_new: bool, study_sha256: str) -> tuple[str, ...]:
    drawn = (DRAWN,) if is_new and plan.sample_sha256 else ()
    return (*drawn, OTHER_BYTES) if plan.study_sha256 != study_sha256 else drawn


def _record(plan: FrozenPlan) -> dict[str, object]:
    names = ("version", "sha256", "study_sha256", "codebook_sha256", "sample_sha256", "reason", "published")
    return {name: getattr(plan, name) for name in names}


ANSWERS = {"freeze": freeze, "changes": changes}

"""A plan that is changed, and what is found of it."""

from cmresearch.study.plan.freezing import plan_changes
from cmresearch.study.study import open_study


def edit(folder, old, new, file="study.toml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def found(folder):
    return [(each.file, each.place, each.change, each.old, each.new) for each in plan_changes(open_study(folder))]

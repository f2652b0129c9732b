"""The plan of analysis: `study.toml` frozen before the draw, and every later change of it.

`freeze_plan` keeps the exact files with their hashes and a readable text, `read_frozen_plans` reads every version that
was frozen and checks it, and `plan_changes` lists what has changed since.
"""

from cmresearch.plan.freezing import (
    FrozenPlan,
    PlanChange,
    changes_table,
    freeze_plan,
    plan_changes,
    read_frozen_plans,
)

__all__ = ["FrozenPlan", "PlanChange", "changes_table", "freeze_plan", "plan_changes", "read_frozen_plans"]

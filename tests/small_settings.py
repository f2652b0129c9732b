"""The smallest settings of a study."""

from __future__ import annotations

from cmresearch.study.study import open_study

MINIMAL = """
[study]
key = "small"
title = { en = "A small study" }
place = "Somewhere"
period = "2020"

[full_set]
kind = "real"
origin = "the city's portal"
FULL_SET

[frame]
id = "id"
strata = ["channel"]

[variables]
quick = "CAST(hours AS DOUBLE) <= 24"

[sample]
size = 3
seed = "small"
seed_source = "a test"
minimum = 1
"""
EXPORT = "id,channel,hours\n1,web,5\n2,web,30\n3,web,7\n4,phone,50\n5,phone,\n"


def planned(folder, *lines):
    settings = MINIMAL.replace("FULL_SET", 'file = "export.csv"') + "\n".join(lines)
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    study = open_study(folder)
    return study.allocate(study.read_frame())

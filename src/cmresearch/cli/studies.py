"""The arguments that name a study, for every verb that works on one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmresearch.study import Study


def add_study(parser: argparse.ArgumentParser) -> None:
    """Let the verb be told which study, and where its full set is."""
    parser.add_argument(
        "--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one with a study.toml)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="the full set, where study.toml does not name it")


def chosen_study(arguments: argparse.Namespace) -> Study:
    """The study that the arguments name."""
    from cmresearch.study import open_study

    return open_study(arguments.study, data=arguments.data)


def add_language(parser: argparse.ArgumentParser) -> None:
    """Let the verb be told which of the study's languages its report opens in."""
    parser.add_argument(
        "--language", default="", metavar="LANGUAGE", help="en or id: which the report opens in (default: the first)"
    )

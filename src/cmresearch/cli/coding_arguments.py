"""What the actions of the verb `coding` can be told."""

from __future__ import annotations

import argparse
from pathlib import Path

from cmresearch.cli.output import add_json

DIRECTIONS = ("supports", "hinders", "absent", "context")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb can be told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_writing(actions)
    _add_reading(actions)
    decide = actions.add_parser("decide", help="settle a difference, with the reason")
    decide.add_argument("source")
    decide.add_argument("turn", type=int)
    decide.add_argument("code")
    decide.add_argument("--keep", required=True, help="the coder whose segments are kept, or none")
    _add_reason(decide)
    fix = actions.add_parser("fix", help="keep the hash of each coded text, so that a changed one is refused")
    _add_study(fix)
    move = actions.add_parser("move", help="follow an intended change of a text with its codings")
    move.add_argument("source")
    move.add_argument(
        "--before", type=Path, help="the source file as it was coded; without it quotations are looked for"
    )
    move.add_argument("--yes", action="store_true", help="do not ask")
    _add_reason(move)


def _add_writing(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = actions.add_parser("add", help="code a passage")
    add.add_argument("coder")
    add.add_argument("source")
    add.add_argument("--quote", required=True, help="the passage, word for word; it must stand there once")
    add.add_argument("--code", required=True)
    add.add_argument("--direction", required=True, choices=DIRECTIONS)
    add.add_argument("--memo", default="", help="why, in your words")
    _add_time(add)
    change = actions.add_parser("change", help="give an earlier entry another code, direction, passage or memo")
    change.add_argument("coder")
    change.add_argument("entry")
    change.add_argument("--code")
    change.add_argument("--direction", choices=DIRECTIONS)
    change.add_argument("--quote", help="another passage of the same source")
    change.add_argument("--memo")
    keep = actions.add_parser("keep", help="look at an entry again and leave it, under the present codebook")
    remove = actions.add_parser("remove", help="take an entry back")
    for each in (keep, remove):
        each.add_argument("coder")
        each.add_argument("entry", nargs="+", help="the numbers of the entries")
    recode = actions.add_parser("recode", help="follow the codes that were merged into others")
    recode.add_argument("coder")
    _add_time(recode)
    for each in (change, keep, remove):
        _add_reason(each)


def _add_reading(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reading = {
        "check": "read all coding files and name every fault",
        "stale": "codings made under words that have changed since",
        "history": "everything that was written down",
        "differences": "where coders differ, and what was decided",
    }
    for name, purpose in reading.items():
        action = actions.add_parser(name, help=purpose)
        _add_study(action)
        add_json(action)
        if name == "history":
            action.add_argument("--coder", help="only this one's")
            action.add_argument("--all", action="store_true", help="entries that were never changed too")
        if name == "differences":
            action.add_argument("--undecided", action="store_true", help="only those that wait for a decision")
            action.add_argument("--out", type=Path, metavar="FILE.csv", help="write them to a file")


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", type=Path, metavar="FOLDER", help="the study's folder (default: the nearest one)")


def _add_time(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", help="when, as an ISO time (default: now)")
    _add_study(parser)


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="why")
    _add_time(parser)

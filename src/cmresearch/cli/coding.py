"""Work on the coding: nothing is overwritten, a change or removal is one more row with its reason.

cmresearch coding check                                   read all coding files and name every fault
cmresearch coding add coder-a SOURCE --quote "…" --code CODE --direction supports
cmresearch coding change coder-a ENTRY --code CODE --reason "…"
cmresearch coding remove coder-a ENTRY --reason "…"
cmresearch coding keep coder-a ENTRY --reason "…"         looked at again under the present codebook, and it stays
cmresearch coding stale                                   codings made under words that have changed since
cmresearch coding recode coder-a                          follow the codes that were merged into others
cmresearch coding history --coder coder-a                 everything that was written down
cmresearch coding differences                             two coders side by side, and what was decided
cmresearch coding decide SOURCE TURN CODE --keep coder-a --reason "…"
cmresearch coding fix                                     keep the hash of each coded text
cmresearch coding move SOURCE --before OLD.md             follow an intended change of a text

A coder writes in the file of their name only, such as coder-a.csv; decisions go to adjudicated.csv.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.codebook import agreed
from cmresearch.cli.output import show
from cmresearch.errors import CodingError, StudyError
from cmresearch.files.locks import locked

if TYPE_CHECKING:
    from cmresearch.codebook.book import Codebook
    from cmresearch.coding.coding import Coding
    from cmresearch.coding.edits import Revision
    from cmresearch.coding.sources import Sources
    from cmresearch.coding.text_moves import Move
    from cmresearch.study.study import Study

from cmresearch.cli.output import add_json

DIRECTIONS = ("supports", "hinders", "absent", "context")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
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


__all__ = ["add_arguments", "run"]

STALE_SHOWN = ("file", "entry", "source", "code", "codebook_version", "since", "then", "quote")
SHOWN = 60
READING = ("check", "stale", "history", "differences")


@dataclass(frozen=True)
class _Work:
    """The files that every action works on: the study, its codebook and sources, and the folder of the coding files."""

    study: Study
    codebook: Codebook
    sources: Sources
    folder: Path

    def coding(self) -> Coding:
        return self.study.read_coding(self.codebook, self.sources)

    def file(self, coder: str) -> Path:
        return self.folder / f"{'adjudicated' if coder in ('adjudicator', 'adjudicated') else coder}.csv"

    def write(self, path: Path, text: str, *, besides: Mapping[str, str] | None = None) -> None:
        from cmresearch.coding.edits import write_coding_file

        write_coding_file(path, text, self.codebook, self.sources, besides=besides)

    def coded(self) -> set[str]:
        """The sources in which something was coded."""
        begun = any(self.folder.glob("*.csv"))
        return {each.segment.source for each in self.coding().entries} if begun else set()

    def fix(self, *, anew: Sequence[str] = ()) -> int:
        """Keep the hash of every coded text; of a changed one only where that is meant."""
        from cmresearch.coding.text_moves import fix_texts

        coded = set(anew) or self.coded()
        return fix_texts(self.folder, self.sources, sorted(coded), anew=anew)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; whatever writes has the coding to itself from reading to writing."""
    actions: Mapping[str, Callable[[argparse.Namespace, _Work], int]] = {
        "add": _add,
        "change": _revise,
        "keep": _revise,
        "remove": _revise,
        "recode": _recode,
        "check": _check,
        "stale": _stale,
        "history": _history,
        "differences": _differences,
        "decide": _decide,
        "fix": _fix,
        "move": _move,
    }
    study, folder = _study(arguments)
    with nullcontext() if arguments.action in READING else locked(folder):
        work = _Work(study, study.read_codebook(), study.read_sources(), folder)
        return actions[arguments.action](arguments, work)


def _study(arguments: argparse.Namespace) -> tuple[Study, Path]:
    """The study, and the folder of its coding files."""
    from cmresearch.study.study import open_study

    study = open_study(arguments.study)
    if study.settings.words is None:
        raise StudyError(f"the study in {study.folder} has no [words] in its study.toml: no codebook and no coding")
    return study, study.path(study.settings.words.coding)


def _at(arguments: argparse.Namespace) -> str:
    # The clock is read here alone: what is written afterwards depends on the files alone.
    return arguments.at or datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _add(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.coding import Segment
    from cmresearch.coding.edits import find_quote, with_segments
    from cmresearch.coding.text_moves import fixed_texts

    source = work.sources[arguments.source]
    start, end = find_quote(source, arguments.quote)
    segment = Segment(
        source=source.key,
        start=start,
        end=end,
        code=work.codebook.code(arguments.code).key,
        coder=arguments.coder,
        direction=arguments.direction,
        at=_at(arguments),
        memo=arguments.memo,
        quote=arguments.quote,
        codebook_version=work.codebook.version,
    )
    path = work.file(arguments.coder)
    hashes = fixed_texts(work.folder, work.sources, sorted(work.coded() | {source.key}))
    work.write(path, with_segments(path, [segment]), besides=hashes)
    print(f"{path}: {segment.code} {segment.direction}, {source.key} {start} to {end}")
    return 0


def _revise(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.edits import Revision

    path = work.file(arguments.coder)
    if arguments.action == "change":
        changes = _cells(arguments, work, path)
        if not changes:
            raise CodingError("no change; name what differs, such as --code CODE, or use 'keep' to leave it as it is")
        revisions = [Revision(arguments.entry, arguments.reason, changes)]
    elif arguments.action == "keep":
        revisions = [Revision(entry, arguments.reason) for entry in arguments.entry]
    else:
        revisions = [Revision(entry, arguments.reason, action="remove") for entry in arguments.entry]
    _write(arguments, work, path, revisions)
    print(f"{path}: entries written: {len(revisions)}; the earlier ones stay")
    return 0


def _cells(arguments: argparse.Namespace, work: _Work, path: Path) -> dict[str, str]:
    """The cells that differ, by column."""
    from cmresearch.coding.edits import find_quote, read_cells

    cells = {name: getattr(arguments, name) for name in ("direction", "memo") if getattr(arguments, name) is not None}
    if arguments.code is not None:
        cells["code"] = work.codebook.code(arguments.code).key
    if arguments.quote is not None:
        start, end = find_quote(work.sources[read_cells(path, arguments.entry)["source"]], arguments.quote)
        cells |= {"quote": arguments.quote, "start": str(start), "end": str(end)}
    return cells


def _write(arguments: argparse.Namespace, work: _Work, path: Path, revisions: Sequence[Revision]) -> None:
    from cmresearch.coding.edits import with_revisions

    text = with_revisions(path, revisions, at=_at(arguments), codebook_version=work.codebook.version)
    work.write(path, text)


def _recode(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.edits import recodings

    path = work.file(arguments.coder)
    revisions = recodings(work.coding(), path.name)
    if revisions:
        _write(arguments, work, path, revisions)
    print(f"{path}: entries that follow a code merged into another: {len(revisions)}")
    return 0


def _check(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.codebook_changes import find_stale

    coding = work.coding()
    stale = list(find_stale(coding)["coder"])
    rows = [
        {
            "coder": coder,
            "entries": sum(each.segment.coder == coder for each in coding.entries),
            "segments now": len(coding.of_coder(coder)),
            "sources": len({source for who, source in coding.coded if who == coder}),
            "stale": stale.count(coder),
        }
        for coder in sorted({each.segment.coder for each in coding.entries})
    ]
    show(arguments, rows, title=f"{work.folder}: no faults")
    return 0


def _stale(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.codebook_changes import find_stale

    table = find_stale(work.coding())
    if arguments.json or len(table):
        short = [{name: _short(cell) for name, cell in row.items()} for row in table.to_dict("records")]
        shown = [{name: row[name] for name in STALE_SHOWN} for row in short]
        rows = table.to_dict("records") if arguments.json else shown
        show(arguments, rows, title=f"{len(table)} codings are stale: made under words that have changed")
    else:
        print(f"No coding is stale under version {work.codebook.version} of the codebook.")
    return int(len(table) > 0)


def _history(arguments: argparse.Namespace, work: _Work) -> int:
    table = work.coding().history()
    if arguments.coder:
        table = table[table["coder"] == arguments.coder]
    if not arguments.all:
        revised = set(zip(table["file"], table["replaces"], strict=True))
        replaced = [(file, entry) in revised for file, entry in zip(table["file"], table["entry"], strict=True)]
        changing = [action != "add" for action in table["action"]]
        table = table[[one or other for one, other in zip(replaced, changing, strict=True)]]
    columns = [
        "file",
        "entry",
        "action",
        "replaces",
        "state",
        "source",
        "code",
        "direction",
        "codebook_version",
        "reason",
    ]
    rows = (table if arguments.json else table[columns]).to_dict("records")
    show(arguments, rows, title=f"{len(rows)} entries that were changed, or change others")
    return 0


def _differences(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.adjudication import differences_table, find_differences
    from cmresearch.files.writing import csv_text, write_text

    found = [
        each for each in find_differences(work.coding()) if not arguments.undecided or each.decision == "undecided"
    ]
    table = differences_table(found)
    if arguments.out:
        write_text(arguments.out, csv_text(list(table.columns), table.fillna("").itertuples(index=False, name=None)))
        print(f"{arguments.out}: {len(table)} differences")
        return 0
    if table.empty and not arguments.json:
        print("none is undecided" if arguments.undecided else "the coders do not differ")
        return 0
    rows = [{name: _short(cell) for name, cell in row.items()} for row in table.to_dict("records")]
    show(arguments, table.to_dict("records") if arguments.json else rows, title=f"{len(table)} differences")
    return 0


def _decide(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.adjudication import decide, find_differences
    from cmresearch.coding.edits import with_dismissals, with_segments

    wanted = (work.sources[arguments.source].key, arguments.turn, work.codebook.code(arguments.code).key)
    found = {(each.source, each.turn, each.code): each for each in find_differences(work.coding())}
    if wanted not in found:
        raise CodingError(f"the coders do not differ on {wanted[2]} in turn {wanted[1]} of {wanted[0]}")
    difference = found[wanted]
    if difference.decision != "undecided":
        raise CodingError(
            f"it was decided before ({difference.decision}); take that back first (remove adjudicator ENTRY)"
        )
    made = decide(
        difference,
        keep=arguments.keep,
        reason=arguments.reason,
        at=_at(arguments),
        codebook_version=work.codebook.version,
    )
    path = work.file("adjudicator")
    is_kept = arguments.keep != "none"
    text = with_segments(path, made) if is_kept else with_dismissals(path, [(each, arguments.reason) for each in made])
    work.write(path, text)
    print(f"{path}: {len(made)} segments {'kept' if is_kept else 'not kept'}, with the reason")
    return 0


def _fix(arguments: argparse.Namespace, work: _Work) -> int:  # noqa: ARG001 - every action is called alike
    print(f"{work.folder / 'texts.toml'}: {work.fix()} texts fixed")
    return 0


def _move(arguments: argparse.Namespace, work: _Work) -> int:
    from cmresearch.coding.entries import entries_of_source
    from cmresearch.coding.source_files import read_source_file
    from cmresearch.coding.text_moves import move_codings

    source = work.sources[arguments.source]
    before = None if arguments.before is None else read_source_file(arguments.before)[1]
    moves = {
        path: move_codings(entries_of_source(path, work.codebook, work.sources, source.key), source.text, before=before)
        for path in sorted(work.folder.glob("*.csv"))
    }
    rows = [_move_row(path, move) for path, found in moves.items() for move in found if move.fate != "in place"]
    if not rows:
        work.fix(anew=[source.key])
        print(f"every coding of {source.key} stands where it stood; its text is the coded one")
        return 0
    show(argparse.Namespace(json=False), rows, title=f"{len(rows)} codings of {source.key} are concerned")
    if not (arguments.yes or agreed()):
        print("nothing was changed")
        return 1
    _follow(arguments, work, source.key, moves)
    lost = sum(move.fate == "lost" for found in moves.values() for move in found)
    print(
        f"the text of {source.key} is the coded one now; {lost} codings could not be moved"
        + (": give each its passage with 'change --quote', or take it back with 'remove'" if lost else "")
    )
    return int(lost > 0)


def _follow(arguments: argparse.Namespace, work: _Work, source: str, moves: Mapping[Path, Sequence[Move]]) -> None:
    """Write what follows a changed text: the files of all coders and the text's hash, together."""
    from cmresearch.coding.edits import check_coding_file, with_revisions
    from cmresearch.coding.text_moves import fixed_texts
    from cmresearch.files.writing import write_files

    texts, stamp = {}, {"at": _at(arguments), "codebook_version": work.codebook.version}
    for path, found in moves.items():
        followed = [move.revision(arguments.reason) for move in found if move.fate in ("moved", "other words")]
        if followed:
            texts[path.name] = with_revisions(path, followed, **stamp)
            check_coding_file(path, texts[path.name], work.codebook, work.sources)
    write_files(work.folder, texts | fixed_texts(work.folder, work.sources, [source], anew=[source]))


def _move_row(path: Path, move: Move) -> dict[str, object]:
    segment = move.entry.segment
    entry = {"file": path.name, "entry": move.entry.number, "code": segment.code, "fate": move.fate}
    now = "" if move.fate == "lost" else _short(move.quote)
    return entry | {"from": segment.start, "to": move.start, "coded": _short(segment.quote), "now": now}


def _short(text: object) -> object:
    return text[:SHOWN] + "…" if isinstance(text, str) and len(text) > SHOWN else text

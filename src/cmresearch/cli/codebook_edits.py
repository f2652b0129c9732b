"""The actions of the verb `codebook` that change one: shown first, asked for, written with their history."""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.errors import CodebookError

if TYPE_CHECKING:
    from cmresearch.codebook.book import Codebook
    from cmresearch.codebook.edits import Draft, Signature
    from cmresearch.codebook.tables import CodeChange

FIELDS = ("definition", "use-when", "do-not-use-when", "example", "atypical-example", "close-but-not", "citation")


def add_changes(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What the actions that change a codebook can be told."""
    new = actions.add_parser("new-code", help="add a code to a dimension")
    new.add_argument("key", help="such as final_answer")
    new.add_argument("--dimension", required=True, help="the dimension in whose file it stands")
    new.add_argument("--label", required=True, action="append", metavar="LANGUAGE=WORDS", help="once for each language")
    new.add_argument("--brief", required=True, help="in one sentence")
    new.add_argument("--draft", action="store_true", help="not yet decided; its status says so")
    new.add_argument("--origin", choices=("theory", "data"), default="theory", help="where it comes from")
    for name in FIELDS:
        new.add_argument(f"--{name}", required=name in FIELDS[:4], help=f"its {name.replace('-', ' ')}")
    reword = actions.add_parser("reword", help="give a code other words")
    reword.add_argument("key")
    for name in (*FIELDS, "brief"):
        reword.add_argument(f"--{name}", help=f"its new {name.replace('-', ' ')}")
    add_meaning(reword)
    merge = actions.add_parser("merge", help="merge a code into another")
    merge.add_argument("key")
    merge.add_argument("into")
    merge.add_argument("--definition", help="the wider definition of the code that receives it")
    rename = actions.add_parser("rename", help="give a code another key; codings follow by themselves")
    rename.add_argument("key")
    rename.add_argument("new")
    retire = actions.add_parser("retire", help="take a code out of use; it stays in its file")
    retire.add_argument("key")
    for each in (new, reword, merge, rename, retire):
        add_signature(each)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Let an action be told which codebook."""
    parser.add_argument("--folder", type=Path, help="the codebook (default: that of the nearest study)")


def add_meaning(parser: argparse.ArgumentParser) -> None:
    """Let an action be told whether the meaning of a code changes."""
    parser.add_argument(
        "--meaning",
        choices=("changed", "kept"),
        default="changed",
        help="whether other words change what is coded; if so, earlier codings are stale (default: %(default)s)",
    )


def add_signature(parser: argparse.ArgumentParser) -> None:
    """Let an action be told who changes the codebook, and why."""
    add_folder(parser)
    parser.add_argument("--who", required=True, help="who is responsible for the change")
    parser.add_argument("--why", required=True, help="the reason, in a sentence")
    parser.add_argument("--version", metavar="N.N.N", help="the codebook's version afterwards (default: the next one)")
    parser.add_argument("--date", help="default: today")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def codebook_folder(arguments: argparse.Namespace) -> Path:
    """The folder of the codebook that is meant."""
    from cmresearch.study import open_study

    if arguments.folder is not None:
        return Path(arguments.folder)
    study = open_study()
    if study.settings.words is None:
        raise CodebookError(f"the study in {study.folder} names no codebook; name its folder with --folder")
    return study.path(study.settings.words.codebook)


def change(arguments: argparse.Namespace) -> int:
    """Show what an edit does to the codebook, ask, and write it."""
    from cmresearch.codebook.book import read_codebook
    from cmresearch.codebook.edits import read_draft, write_draft
    from cmresearch.coding.codebook_changes import compare_codebooks

    folder = codebook_folder(arguments)
    before = read_codebook(folder)
    draft = read_draft(folder)
    changed = _edited(arguments, draft, before)
    if changed.files == draft.files:
        print("nothing to change")
        return 0
    after = _tried(folder, changed)
    print("\n\n".join(map(str, compare_codebooks(before, after))))
    print("\n" + "\n".join(changed.notes) + f"\nversion {before.version} -> {after.version}")
    if not (arguments.yes or agreed()):
        print("nothing was changed")
        return 1
    write_draft(folder, changed)
    print(f"{folder}: written. Codings that are stale now: cmresearch coding stale")
    return 0


def _tried(folder: Path, draft: Draft) -> Codebook:
    """The codebook that a draft would give, with every fault told before anybody is asked."""
    from cmresearch.codebook.edits import write_draft

    with tempfile.TemporaryDirectory() as above:
        trial = Path(above) / folder.resolve().name
        trial.mkdir()
        return write_draft(trial, draft)


def agreed() -> bool:
    """Whether somebody at the terminal says yes."""
    if not sys.stdin.isatty():
        print("\nNobody to ask: give --yes to write it.")
        return False
    return input("\nWrite this? [y/N] ").strip().lower() in ("y", "yes")


def _edited(arguments: argparse.Namespace, draft: Draft, codebook: Codebook) -> Draft:
    from cmresearch.codebook import edits
    from cmresearch.codebook.tables import apply_changes

    if arguments.action in ("from-excel", "from-qdc"):
        changes = _from_file(arguments, codebook)
        concerned = any(each.what != "changed" or each.may_change_the_meaning for each in changes)
        meaning = arguments.meaning if concerned else "kept"
        return apply_changes(draft, changes, _signature(arguments, draft, meaning), meaning=meaning)
    signature = _signature(arguments, draft, getattr(arguments, "meaning", "changed"))
    if arguments.action == "merge":
        return edits.merge(draft, arguments.key, arguments.into, signature, definition=arguments.definition)
    if arguments.action == "rename":
        return edits.rename(draft, arguments.key, arguments.new, signature)
    if arguments.action == "retire":
        return edits.retire(draft, arguments.key, signature)
    fields = _given(arguments, (*FIELDS, "brief"))
    if arguments.action == "reword":
        if not fields:
            raise CodebookError("no new words; name them, such as --definition TEXT")
        return edits.reword(draft, arguments.key, fields, signature, meaning=arguments.meaning)
    status = "draft" if arguments.draft else "active"
    head = {"key": arguments.key, "label": _labels(arguments.label), "origin": arguments.origin, "status": status}
    return edits.new_code(draft, arguments.dimension, head | fields, signature)


def _from_file(arguments: argparse.Namespace, codebook: Codebook) -> Sequence[CodeChange]:
    """What a file that came back says otherwise than the codebook."""
    from cmresearch.codebook.tables import read_codebook_changes
    from cmresearch.exchange.codebook_files import changes_of
    from cmresearch.exchange.refi_codebook import read_qdc

    if arguments.action == "from-excel":
        return read_codebook_changes(arguments.file, codebook)
    imported = read_qdc(arguments.file)
    print(imported.report)
    return changes_of(imported, codebook)


def _given(arguments: argparse.Namespace, names: Sequence[str]) -> dict[str, str]:
    fields = {name.replace("-", "_"): getattr(arguments, name.replace("-", "_"), None) for name in names}
    return {name: text for name, text in fields.items() if text}


def _labels(given: Sequence[str]) -> dict[str, str]:
    parts = [each.partition("=") for each in given]
    wrong = [each[0] for each in parts if not each[1]]
    if wrong:
        raise CodebookError(f"label {wrong[0]!r}; expected a language and the words, such as --label en='Final answer'")
    return {language.strip(): words.strip() for language, _, words in parts}


def _signature(arguments: argparse.Namespace, draft: Draft, meaning: str) -> Signature:
    from cmresearch.codebook.edits import Signature, next_version

    # The one place where the day is looked up: what is written afterwards depends on the files alone.
    date = arguments.date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    version = arguments.version or next_version(draft.version, meaning=meaning)
    return Signature(version=version, date=date, who=arguments.who, why=arguments.why)

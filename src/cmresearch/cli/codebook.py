"""Check a codebook, show it, see what changed, change it with its history kept, or begin one of your own.

cmresearch codebook check                       name every fault of every file, each with its line
cmresearch codebook show final_answer           one code with all its fields, or a dimension, or the whole
cmresearch codebook diff OLD NEW                what was added, reworded, merged, retired; which codings are stale
cmresearch codebook coverage                    codes without use, questions not asked, silent interviews, saturation
cmresearch codebook to-excel codebook.xlsx      and from-excel, which shows what will change and asks
cmresearch codebook merge OLD INTO --why "..."  also new-code, reword, rename, retire
cmresearch codebook new FOLDER --template iso-10002

Without --folder (or FOLDER) the codebook of the nearest study is meant.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.output import add_json, print_json, show
from cmresearch.errors import CodebookError
from cmresearch.language.catalogue import in_language
from cmresearch.language.voice import ENGLISH

if TYPE_CHECKING:
    from cmresearch.codebook.book import Codebook
    from cmresearch.coding.coding import Coding
import datetime
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmresearch.codebook.book import Codebook
    from cmresearch.codebook.edits import Draft, Signature
    from cmresearch.codebook.tables import CodeChange

FIELDS = ("definition", "use-when", "do-not-use-when", "example", "atypical-example", "close-but-not", "citation")


def add_changes(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the arguments of the actions that change a codebook."""
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
    """Add the argument that names the codebook."""
    parser.add_argument("--folder", type=Path, help="the codebook (default: that of the nearest study)")


def add_meaning(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says whether the meaning of a code changes."""
    parser.add_argument(
        "--meaning",
        choices=("changed", "kept"),
        default="changed",
        help="whether other words change what is coded; if so, earlier codings are stale (default: %(default)s)",
    )


def add_signature(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say who changes the codebook, and why."""
    add_folder(parser)
    parser.add_argument("--who", required=True, help="who is responsible for the change")
    parser.add_argument("--why", required=True, help="the reason, in a sentence")
    parser.add_argument("--version", metavar="N.N.N", help="the codebook's version afterwards (default: the next one)")
    parser.add_argument("--date", help="default: today")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def codebook_folder(arguments: argparse.Namespace) -> Path:
    """The folder of the codebook that is meant."""
    from cmresearch.study.study import open_study

    if arguments.folder is not None:
        return Path(arguments.folder)
    study = open_study()
    if study.settings.words is None:
        raise CodebookError(f"the study in {study.folder} names no codebook; name its folder with --folder")
    return study.path(study.settings.words.codebook)


def change(arguments: argparse.Namespace) -> int:
    """Show what an edit does to the codebook, ask, and write it; nobody else changes it meanwhile."""
    from cmresearch.files.locks import locked

    folder = codebook_folder(arguments)
    with locked(folder):
        return _change(arguments, folder)


def _change(arguments: argparse.Namespace, folder: Path) -> int:
    from cmresearch.codebook.book import read_codebook
    from cmresearch.codebook.edits import read_draft, write_draft
    from cmresearch.coding.codebook_changes import compare_codebooks

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
    """The codebook that a draft would give, with every fault named before anybody is asked."""
    from cmresearch.codebook.edits import write_draft
    from cmresearch.files.writing import trial_folder

    with trial_folder() as above:
        trial = above / folder.resolve().name
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
    """The differences between a file that came back and the codebook."""
    from cmresearch.codebook.tables import read_codebook_changes
    from cmresearch.exchange.refi_codebook import read_qdc
    from cmresearch.exchange.study_files import changes_of

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
    return {language.strip(): label.strip() for language, _, label in parts}


def _signature(arguments: argparse.Namespace, draft: Draft, meaning: str) -> Signature:
    from cmresearch.codebook.edits import Signature, next_version

    # The day is looked up here alone: what is written afterwards depends on the files alone.
    date = arguments.date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    version = arguments.version or next_version(draft.version, meaning=meaning)
    return Signature(version=version, date=date, who=arguments.who, why=arguments.why)


TEMPLATES = ("complaint-management", "iso-10002", "stauss-seidel", "blank")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="read it and name every fault")
    check.add_argument("folder", nargs="?", type=Path, help="default: the codebook of the nearest study")
    add_json(check)
    _add_reading(actions)
    add_changes(actions)
    _add_beginning(actions)


def _add_reading(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    shown = actions.add_parser("show", help="one code, one dimension, or the whole")
    shown.add_argument("key", nargs="?", help="the key of a code or a dimension")
    add_folder(shown)
    add_json(shown)
    diff = actions.add_parser("diff", help="what changed from one version to another")
    diff.add_argument("old", metavar="OLD", help="the folder of the earlier version, or a version that git knows")
    diff.add_argument("new", type=Path, metavar="NEW", nargs="?", help="default: the codebook of the nearest study")
    diff.add_argument("--study", type=Path, help="the study whose codings may be stale (default: the nearest one)")
    add_json(diff)
    coverage = actions.add_parser("coverage", help="what the coding does not reach, and saturation")
    coverage.add_argument("--study", type=Path, help="the study's folder (default: the nearest one)")
    add_json(coverage)


def _add_beginning(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    written = actions.add_parser("to-excel", help="write it as a workbook")
    written.add_argument("file", type=Path)
    add_folder(written)
    read = actions.add_parser("from-excel", help="take over what was changed in the workbook")
    read.add_argument("file", type=Path)
    add_meaning(read)
    add_signature(read)
    sent = actions.add_parser("to-qdc", help="write it as a REFI-QDA codebook, for NVivo, ATLAS.ti, MAXQDA and others")
    sent.add_argument("file", type=Path)
    add_folder(sent)
    returned = actions.add_parser("from-qdc", help="take over what was changed in another program")
    returned.add_argument("file", type=Path)
    add_meaning(returned)
    add_signature(returned)
    begun = actions.add_parser("new", help="begin a codebook of your own")
    begun.add_argument("folder", type=Path, help="where it shall be; must be empty or not there yet")
    begun.add_argument("--template", choices=TEMPLATES, default="complaint-management", help="default: %(default)s")
    walk = actions.add_parser("crosswalk", help="how the twelve dimensions correspond to ISO 10002 and others")
    walk.add_argument("dimension", nargs="?", help="such as create_closure; by default all")
    add_json(walk)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    actions: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "check": _check,
        "show": _show,
        "diff": _diff,
        "coverage": _coverage,
        "to-excel": _to_excel,
        "to-qdc": _to_qdc,
        "new": _new,
        "crosswalk": _crosswalk,
    }
    return actions.get(arguments.action, change)(arguments)


def _coding(study: Path | None) -> Coding:
    from cmresearch.study.study import open_study

    opened = open_study(study)
    return opened.read_coding(opened.read_codebook(), opened.read_sources())


def _check(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.book import read_codebook

    codebook = read_codebook(codebook_folder(arguments))
    rows = [
        {
            "number": dimension.number,
            "dimension": dimension.key,
            "name is": dimension.provenance.name,
            "codes": sum(code.is_in_use for code in dimension.codes),
            "out of use": sum(not code.is_in_use for code in dimension.codes),
            "indicators": len(dimension.indicators),
            "questions": len(dimension.questions),
        }
        for dimension in codebook.dimensions
    ]
    title = f"{in_language(codebook.title)}, version {codebook.version}: no faults, {len(codebook.codes)} codes"
    show(arguments, rows, title=title)
    for key, named in codebook.outdated_neighbours().items() if not arguments.json else ():
        print(f"to read again: {key} still names a code out of use ({', '.join(named)})")
    for field, owners in codebook.untranslated().items() if not arguments.json else ():
        print(f"in one language only: {field} of {', '.join(owners)}; reports in every language show it as it is")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.book import read_codebook

    codebook = read_codebook(codebook_folder(arguments))
    if arguments.key is None:
        table = codebook.to_frame()[["number", "dimension", "code", "brief"]]
        show(arguments, table.to_dict("records"), title=f"{in_language(codebook.title)}, version {codebook.version}")
        return 0
    known = {each.key: each for each in codebook.dimensions}
    if arguments.key in known:
        record = known[arguments.key].model_dump(mode="json", exclude={"codes", "indicators"})
        record["codes"] = [code.key for code in codebook.codes_of(arguments.key)]
    else:
        record = codebook.code(arguments.key).model_dump(mode="json")
    if arguments.json:
        print_json(record)
    else:
        print("\n".join(_lines(record)))
    return 0


def _lines(record: Mapping[str, object], *, indent: str = "") -> list[str]:
    """A record as lines of text: a name, then what stands under it."""
    lines = []
    for name, value in record.items():
        plain = f"{indent}{name.replace('_', ' ')}:"
        if isinstance(value, dict):
            lines += [plain, *_lines(value, indent=indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [
                plain,
                *(f"{indent}  - {', '.join(str(x) for x in each.values() if x is not None)}" for each in value),
            ]
        elif isinstance(value, list):
            lines.append(f"{plain} {', '.join(map(str, value))}")
        elif value not in (None, ""):
            lines.append(f"{plain} {value}")
    return lines


def _diff(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.book import read_codebook
    from cmresearch.coding.codebook_changes import compare_codebooks, find_stale

    arguments.folder = arguments.new
    folder = codebook_folder(arguments)
    old, new = _earlier(arguments.old, folder), read_codebook(folder)
    differences = compare_codebooks(old, new)
    coding = _coding_of(new, arguments.study)
    stale = [] if coding is None else find_stale(coding).to_dict("records")
    if arguments.json:
        print_json({"differences": [vars(each) for each in differences], "stale": stale})
        return int(bool(differences))
    print(f"{in_language(old.title)}: {old.version} -> {new.version}, {len(differences)} changes\n")
    print("\n\n".join(map(str, differences)) or "nothing changed")
    print()
    if coding is None:
        print("No study with this codebook was found, so no coding was looked through (--study FOLDER).")
    elif not stale:
        print("No coding is stale.")
    else:
        columns = ("file", "entry", "source", "code", "codebook_version", "since", "then")
        rows = [{name: row[name] for name in columns} for row in stale]
        show(arguments, rows, title=f"{len(stale)} codings are stale: made under words that have changed")
    return int(bool(differences))


def _earlier(named: str, folder: Path) -> Codebook:
    """The codebook of a folder, or that of the same folder as git knows it under a tag, branch or commit."""
    from cmresearch.codebook.book import read_codebook

    if Path(named).is_dir():
        return read_codebook(named)
    command = ["git", "-C", str(folder), "archive", "--format=zip", named, "--", "."]
    try:
        made = subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise CodebookError(f"{named!r} is neither a folder nor a version of {folder} that git knows") from None
    with tempfile.TemporaryDirectory() as above, zipfile.ZipFile(io.BytesIO(made.stdout)) as archive:
        target = Path(above) / f"{folder.name} at {named.replace('/', '-')}"
        target.mkdir()
        for name in archive.namelist():
            if name.endswith(".toml") and "/" not in name:
                (target / name).write_bytes(archive.read(name))
        return read_codebook(target)


def _coding_of(codebook: Codebook, study: Path | None) -> Coding | None:
    """The coding of the study that has this codebook, if there is one."""
    from cmresearch.errors import StudyError

    try:
        coding = _coding(study)
    except StudyError:
        if study is not None:
            raise
        return None
    return coding if study is not None or coding.codebook.sha256 == codebook.sha256 else None


def _coverage(arguments: argparse.Namespace) -> int:
    from cmresearch.coding import coverage

    coding = _coding(arguments.study)
    matrix = coverage.informant_table(coding).reset_index()
    # Twelve keys do not fit beside each other; the numbers of the dimensions do.
    numbered = {each.key: str(each.number) for each in coding.codebook.dimensions}
    codes, silent = coverage.code_coverage(coding, voice=ENGLISH), coverage.silent_interviews(coding)
    tables = {
        "Codes without use": codes[codes["note"] != ""],
        "Dimensions: questions, codes, indicators, sources": coverage.dimension_coverage(coding, voice=ENGLISH),
        "Interviews that could know, and say nothing": silent[silent["standing"] == "could know"],
        "Adjudicated segments: sources by dimension (number)": matrix.rename(columns=numbered),
        "Saturation: codes that each interview adds": coverage.saturation(coding),
    }
    if arguments.json:
        print_json({title: table.to_dict("records") for title, table in tables.items()})
        return 0
    for title, table in tables.items():
        show(arguments, table.to_dict("records"), title=title if len(table) else f"{title}: none")
    return 0


def _to_qdc(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.book import read_codebook
    from cmresearch.exchange.refi_codebook import write_qdc

    print(write_qdc(arguments.file, read_codebook(codebook_folder(arguments))))
    return 0


def _to_excel(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.book import read_codebook
    from cmresearch.codebook.tables import write_codebook_workbook

    codebook = read_codebook(codebook_folder(arguments))
    write_codebook_workbook(arguments.file, codebook)
    print(f"{arguments.file}: {len(codebook.every_code)} codes, version {codebook.version}")
    return 0


def _new(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.templates import write_template

    codebook = write_template(arguments.folder, arguments.template)
    holds = f"{len(codebook.dimensions)} dimensions, {len(codebook.codes)} codes"
    print(f"{arguments.folder}: {in_language(codebook.title)}, {holds}")
    print(f"Next: read {arguments.folder / 'README.md'}, then cmresearch codebook check {arguments.folder}")
    return 0


def _crosswalk(arguments: argparse.Namespace) -> int:
    from cmresearch.codebook.templates import read_crosswalk

    table = read_crosswalk()
    rows = table[table["dimension"] == arguments.dimension] if arguments.dimension else table
    if rows.empty:
        raise CodebookError(f"the cross-walk has no dimension {arguments.dimension!r}")
    show(arguments, rows.to_dict("records"), title="What corresponds to each dimension (that it does is our reading)")
    return 0

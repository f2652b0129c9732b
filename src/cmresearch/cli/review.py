"""Review a study: confirm or query its sample, a code's application, a status or a finding, in your name.

  cmresearch review subjects status                          what can be reviewed, with the keys
  cmresearch review add sample --verdict confirm --reviewer "R. Name" --reason "drawn again with verify_sample.py"
  cmresearch review add segment interview-6-inspectorate:1234-1290:cost_recorded --verdict query ...
  cmresearch review add status create_closure --verdict query --reviewer "R. Name" --reason "..."
  cmresearch review add finding fulfilled --verdict confirm --reviewer "R. Name" --reason "..."
  cmresearch review withdraw 3 --reviewer "R. Name" --reason "I had read the other interview"
  cmresearch review list                                     every review, and what has changed since

Entries are added to the study's reviews.toml and never changed. Each keeps the hash of what the reviewer saw.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, long_work, print_json, show
from cmresearch.errors import ReviewError, raise_all

if TYPE_CHECKING:
    from cmresearch.study.reviews.entries import SubjectKind
    from cmresearch.study.reviews.subjects import ReviewState, Subject
    from cmresearch.study.study import Study

KINDS = ("sample", "segment", "status", "finding")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="confirm or query something, with the reason")
    add.add_argument("subject", choices=KINDS, metavar="|".join(KINDS))
    add.add_argument("key", nargs="*", help="which ones; the sample needs none")
    add.add_argument("--verdict", required=True, choices=("confirm", "query"))
    _add_signature(add)
    back = actions.add_parser("withdraw", help="take back an entry of your own")
    back.add_argument("entry", type=int, help="its number, as list shows it")
    _add_signature(back)
    listed = actions.add_parser("list", help="every review, and what has changed since")
    listed.add_argument("--coverage", action="store_true", help="how much of the study was reviewed")
    listed.add_argument("--out", type=Path, metavar="FILE", help="write the table as .csv or .xlsx")
    subjects = actions.add_parser("subjects", help="what can be reviewed, with the keys")
    subjects.add_argument("subject", nargs="?", choices=KINDS, help="only this kind")
    for each in (listed, subjects):
        add_study(each)
        add_json(each)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    actions = {"add": _add, "withdraw": _withdraw, "list": _list, "subjects": _show_subjects}
    return actions[arguments.action](arguments, chosen_study(arguments))


def _add_signature(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reviewer", required=True, metavar="NAME", help="who says it")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="what was looked at, or what is doubted")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="default: today")
    add_study(parser)


def _date(arguments: argparse.Namespace) -> str:
    # The day is looked up here alone; no result depends on it.
    return str(arguments.date or datetime.datetime.now().astimezone().date().isoformat())


def _add(arguments: argparse.Namespace, study: Study) -> int:
    from cmresearch.study.reviews.entries import add_reviews, make_review, read_reviews

    before = {each.entry for each in read_reviews(study.reviews_file)}
    stated = {"verdict": arguments.verdict, "reviewer": arguments.reviewer, "reason": arguments.reason}
    reviews = [
        make_review(
            subject=each.kind, key=each.key, seen=each.shown, sha256=each.sha256, date=_date(arguments), **stated
        )
        for each in _found(_keys(arguments, study), arguments.subject, _subjects(study, arguments.subject))
    ]
    for each in add_reviews(study.reviews_file, reviews):
        known = " (it stood there already)" if each.entry in before else ""
        print(f"{study.reviews_file}: entry {each.entry}, {each.verdict} {each.subject} {each.key}: {each.seen}{known}")
    return 0


def _keys(arguments: argparse.Namespace, study: Study) -> list[str]:
    if arguments.subject == "sample" and not arguments.key:
        return [study.settings.study.key]
    if not arguments.key:
        raise ReviewError(f"no key; name what is reviewed (cmresearch review subjects {arguments.subject})")
    return list(arguments.key)


def _found(keys: list[str], kind: SubjectKind, subjects: tuple[Subject, ...]) -> list[Subject]:
    """The subjects of the keys, every unknown key named at once."""
    from cmresearch.study.reviews.subjects import find_subject

    found, faults = [], []
    for key in keys:
        try:
            found.append(find_subject(subjects, kind, key))
        except ReviewError as error:
            faults.append(str(error))
    raise_all(ReviewError, faults)
    return found


def _withdraw(arguments: argparse.Namespace, study: Study) -> int:
    from cmresearch.study.reviews.entries import withdraw

    stated = {"reviewer": arguments.reviewer, "reason": arguments.reason, "date": _date(arguments)}
    entry = withdraw(study.reviews_file, arguments.entry, **stated)
    print(f"{study.reviews_file}: entry {entry.entry} withdraws entry {arguments.entry}; both stay")
    return 0


def _list(arguments: argparse.Namespace, study: Study) -> int:
    from cmresearch.study.reviews.subjects import compare_reviews

    reviews = study.read_reviews()
    if not (reviews or arguments.json or arguments.out or arguments.coverage):
        print(f"nobody has reviewed anything: {study.reviews_file} is not there, or empty")
        return 0
    found = compare_reviews(reviews, _subjects(study, None))
    table = found.coverage() if arguments.coverage else found.to_frame()
    title = "What was reviewed" if arguments.coverage else f"{len(table)} reviews"
    if arguments.out is not None:
        from cmresearch.files.sheets import write_table

        write_table(table, arguments.out, title=title, note=f"{', '.join(sorted(study.kinds))} data")
        print(f"{arguments.out}: {len(table)} rows")
        return 0
    rows = table.to_dict("records") if arguments.json or arguments.coverage else list(map(_short, found.states))
    show(arguments, rows, title=title)
    return 0


def _short(each: ReviewState) -> dict[str, object]:
    review = each.review
    names = ("entry", "subject", "key", "verdict", "reviewer", "date")
    shown = review.seen if review.seen == each.now else f"{review.seen} -> {each.now or 'nothing'}"
    return {name: getattr(review, name) for name in names} | {
        "state": each.state,
        "what it shows": shown,
        "reason": review.reason,
    }


def _show_subjects(arguments: argparse.Namespace, study: Study) -> int:
    rows = [
        {"subject": each.kind, "key": each.key, "shown": each.shown, "sha256": each.sha256}
        for each in _subjects(study, arguments.subject)
        if arguments.subject in (None, each.kind)
    ]
    if arguments.json:
        print_json(rows)
        return 0
    show(arguments, [{name: row[name] for name in ("subject", "key", "shown")} for row in rows], title="To review")
    return 0


def _subjects(study: Study, kind: str | None) -> tuple[Subject, ...]:
    """The subjects that can be reviewed; segments need no run of the whole study."""
    from cmresearch.study.reviews.subjects import segment_subjects, subjects_of
    from cmresearch.study.run import run_study

    if kind == "segment":
        if study.settings.words is None:
            return ()
        return segment_subjects(study.read_coding(study.read_codebook(), study.read_sources()))
    with long_work() as step:
        return subjects_of(run_study(study, progress=step))

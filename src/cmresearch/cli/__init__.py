"""The verbs of the library at the command line, one file a verb."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from importlib import import_module

from cmresearch import __version__
from cmresearch.errors import CmResearchError

GROUPS = {
    "a study": {
        "reproduce": "run a whole study, from the full set to the report",
        "report": "write a study's report alone",
        "thesis": "write tables, figures, methods chapter and checklists for a thesis alone",
        "assess": "propose a status for each dimension, with the evidence behind it",
        "trace": "say what a figure, a status or a finding rests on, down to the record or the sentence",
        "review": "confirm or query a sample, a coded passage, a status or a finding, and see what changed since",
    },
    "an export": {
        "inspect": "say what an export holds and what is wrong with it, and begin a study with it",
        "compare-exports": "say what changed between two exports of one register",
    },
    "the sample": {
        "plan": "plan a sample: its size, its margin, its allocation; freeze the plan before the draw",
        "commit": "fix frame and sizes before the seed exists: print the hash to make public",
        "draw": "draw a stratified sample from any export",
        "verify": "draw a certified sample again and compare everything",
        "check-record": "say of one complaint whether it is in a sample, and why",
        "estimate": "estimate from a stratified sample in any file, with intervals",
    },
    "coding": {
        "codebook": "check the codebook, change it with its history, start one of your own",
        "coding": "code passages, change them with a reason, settle differences",
        "exchange": "move codebook and coding to and from NVivo, ATLAS.ti, MAXQDA, Taguette",
        "workbooks": "write workbooks for coders, and read them back",
        "query": "find coded segments, and set them out by case and code",
        "reliability": "say how far coders agree, with intervals",
    },
    "leaving the study": {
        "check-privacy": "look for personal data in a folder that is about to be shared",
        "archive": "write one zip file of a study for a journal or a repository",
        "verify-archive": "check such a file whole, and say what that proves",
    },
}
VERBS = {name: purpose for verbs in GROUPS.values() for name, purpose in verbs.items()}
EPILOG = "Start with 'cmresearch reproduce'. Each verb explains itself: cmresearch VERB --help."
WRONG = 2
STOPPED = 130
UNREAD = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status: 0 all well, 1 something differs, 2 the call or a file is wrong."""
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser(words).parse_args(words)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except CmResearchError as error:
        print(f"cmresearch {arguments.verb}: {error}", file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does. What is left must go nowhere, or Python complains at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        # A file that nobody looked after, or a disk that is full beside everything that the user keeps.
        print(f"cmresearch {arguments.verb}: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("\nstopped; what was not finished was not kept", file=sys.stderr)
        return STOPPED
    return status


def _listing(verbs: Mapping[str, str]) -> str:
    """A line for each verb with its purpose, in columns, wrapped to the width of the terminal."""
    indent = max(map(len, VERBS)) + 2
    width = max(shutil.get_terminal_size().columns - 4, indent + 20)
    return "\n".join(
        textwrap.fill(f"{name:{indent}}{purpose}", width, subsequent_indent=" " * indent, break_on_hyphens=False)
        for name, purpose in verbs.items()
    )


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cmresearch",
        description="A research workbench for studies of how a city manages complaints.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cmresearch {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", help="one of those below")
    for title, group in GROUPS.items():
        parser.add_argument_group(title, _listing(group))
    asked = next((word for word in words if not word.startswith("-")), None)
    for name in VERBS:
        # Without a help of its own here: the verb stands in its group's listing.
        verb = verbs.add_parser(name, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == asked:
            # Only the verb that is asked for is loaded: the others' libraries would make the help slow.
            module = import_module(f"cmresearch.cli.{name.replace('-', '_')}")
            verb.description = module.__doc__
            module.add_arguments(verb)
            verb.set_defaults(run=module.run)
    return parser

"""Say what a figure, a status or a finding rests on, step by step, down to the record or the sentence.

cmresearch trace                                   # how many there are of each kind
cmresearch trace status                            # all of one kind
cmresearch trace status:create_closure             # what it rests on, three steps down
cmresearch trace record:R2003020001 --up           # what rests on it
cmresearch trace --evidence results/evidence.json  # the same from a file, whose hashes are checked first
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, show, steps

if TYPE_CHECKING:
    from cmresearch.study.evidence.chain import Evidence, Node

STEPS, SHOWN = 3, 12
HASH = re.compile("[0-9a-f]{64}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("id", nargs="?", default="", metavar="KIND[:KEY]", help="one of the evidence, or all of a kind")
    parser.add_argument("--up", action="store_true", help="what rests on it, instead of what it rests on")
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help=f"how many steps (default: {STEPS})")
    parser.add_argument("--all", action="store_true", help=f"show every one; otherwise the first {SHOWN} at each place")
    parser.add_argument("--evidence", metavar="FILE", help="an evidence file, instead of a run of the study")
    add_study(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the counts, one kind, or one chain."""
    evidence, quotes = _evidence(arguments)
    kinds = Counter(node.kind for node in evidence.nodes)
    if not arguments.id:
        rows: list[dict[str, object]] = [{"kind": kind, "nodes": n} for kind, n in kinds.items()]
        show(arguments, rows, title="Kinds of evidence")
    elif arguments.id in kinds:
        nodes = [node for node in evidence.nodes if node.kind == arguments.id]
        rows = [
            node.model_dump() if arguments.json else {"id": node.id, "says": _text_of(node, quotes)} for node in nodes
        ]
        show(arguments, rows, title=f"{len(nodes)} of kind {arguments.id}")
    else:
        follow = evidence.above if arguments.up else evidence.below
        node = evidence.node(arguments.id)
        listed = [(0, node), *_chain(node, follow, 1, arguments)]
        rows = [_record(*each) if arguments.json else _row(*each, quotes) for each in listed]
        show(arguments, rows, title=f"What {'rests on' if arguments.up else 'stands below'} {node.id}")
    return 0


def _evidence(arguments: argparse.Namespace) -> tuple[Evidence, Mapping[str, str]]:
    """The evidence, and of a run the words of each segment: a file holds their hashes alone."""
    from cmresearch.report.shareable import shareable
    from cmresearch.study.evidence.building import evidence_of, segment_id
    from cmresearch.study.evidence.chain import read_evidence
    from cmresearch.study.run import run_study

    if arguments.evidence:
        return read_evidence(arguments.evidence), {}
    study = chosen_study(arguments)
    with steps() as step:
        result = shareable(run_study(study, progress=step))
        step("evidence")
        segments = () if result.words is None else result.words.coding.adjudicated
        return evidence_of(result), {segment_id(each): each.quote for each in segments}


def _chain(
    node: Node, follow: Callable[[str], tuple[Node, ...]], step: int, arguments: argparse.Namespace
) -> Iterator[tuple[int, Node | str]]:
    """The nodes that follow a node, each with how many steps away it is; a sentence for those that are not shown."""
    if step > arguments.steps:
        return
    found = follow(node.id)
    shown = found if arguments.all or arguments.json else found[:SHOWN]
    for each in shown:
        yield step, each
        yield from _chain(each, follow, step + 1, arguments)
    if len(shown) < len(found):
        yield step, f"and {len(found) - len(shown)} more of these (--all shows them)"


def _record(step: int, each: Node | str) -> dict[str, object]:
    return {"step": step, "says": each} if isinstance(each, str) else {"step": step, **each.model_dump()}


def _row(step: int, each: Node | str, quotes: Mapping[str, str]) -> dict[str, object]:
    if isinstance(each, str):
        return {"step": step, "id": "  " * step + "…", "says": each}
    return {"step": step, "id": "  " * step + each.id, "says": _text_of(each, quotes)}


def _text_of(node: Node, quotes: Mapping[str, str]) -> str:
    """The text of a node, in one line: the words of a segment, and of others all but what only machines read."""
    if node.id in quotes:
        return f"“{quotes[node.id]}”"
    if node.kind == "status":
        return f"proposed {node.says['proposed']}, decided {node.says['decided'] or 'nothing'}"
    stated = [f"{name} {value}" for name, value in node.says.items() if value not in (None, "", [], {})]
    return ", ".join(each for each in stated if not HASH.search(each))

"""Ask the coding: segments of a code, what goes together, and who says what of which dimension.

cmresearch query segments --dimension create_closure --informant inspectorate
cmresearch query co-occurrence --within turn --topic dimension
cmresearch query matrix --case role
cmresearch query framework --case informant --out framework.xlsx
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cmresearch.cli.arguments import add_study, chosen_study
from cmresearch.cli.output import add_json, show

if TYPE_CHECKING:
    import pandas as pd

    from cmresearch.coding.coding import Coding
    from cmresearch.coding.queries import TopicKind

WHAT = ("segments", "co-occurrence", "matrix", "framework")
SHOWN = ("source", "turn", "code", "direction", "quote")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("what", choices=WHAT, metavar="WHAT", help=", ".join(WHAT))
    parser.add_argument("--code", metavar="KEY", help="segments: only this code")
    parser.add_argument("--dimension", metavar="KEY", help="segments: only codes of this dimension")
    parser.add_argument("--informant", metavar="NAME", help="segments: only this informant, by name or role")
    parser.add_argument("--source", metavar="KEY", help="segments: only this source")
    parser.add_argument("--direction", metavar="WORD", help="segments: supports, hinders, absent or context")
    parser.add_argument("--coder", metavar="NAME", help="whose coding (default: what was settled on)")
    parser.add_argument("--within", choices=["overlap", "turn", "source"], default="overlap", help="co-occurrence")
    parser.add_argument("--topic", choices=["code", "dimension"], help="rows or columns (default: as is usual)")
    parser.add_argument("--case", choices=["source", "informant", "role"], default="source", help="who a row is")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the whole table as .csv or .xlsx")
    add_study(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask and show; a matrix that is too wide for a terminal is best written with --out."""
    study = chosen_study(arguments)
    coding = study.read_coding(study.read_codebook(), study.read_sources())
    table = _asked(arguments, coding)
    if arguments.out is not None:
        from cmresearch.files.sheets import write_table

        write_table(table, arguments.out, title=arguments.what, note=f"{study.words_kind} data")
        print(f"{arguments.out}: {len(table)} rows")
        return 0
    brief = table[list(SHOWN)] if arguments.what == "segments" and not arguments.json else table
    rows = brief.astype(object).where(brief.notna(), None).to_dict("records")
    show(arguments, rows, title=f"{arguments.what}: {len(table)} rows ({study.words_kind} data)")
    return 0


def _asked(arguments: argparse.Namespace, coding: Coding) -> pd.DataFrame:
    from cmresearch.coding.queries import co_occurrence, code_case_matrix, find_segments, framework_matrix

    if arguments.what == "segments":
        names = ("code", "dimension", "informant", "source", "direction", "coder")
        return find_segments(coding, **{name: getattr(arguments, name) for name in names})
    topic: TopicKind = arguments.topic or ("dimension" if arguments.what == "framework" else "code")
    if arguments.what == "co-occurrence":
        return co_occurrence(coding, within=arguments.within, topic=topic, coder=arguments.coder).reset_index()
    if arguments.what == "matrix":
        return code_case_matrix(coding, case=arguments.case, topic=topic, coder=arguments.coder).reset_index()
    return framework_matrix(coding, case=arguments.case, topic=topic, coder=arguments.coder).reset_index()
